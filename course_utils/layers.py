"""A layer is a forward function, its backward twin, and the parameters that they share."""

from math import prod
from numbers import Integral

import numpy as np


class Layer:
    """A differentiable function with parameters.

    `forward(*inputs)` returns `(output, cache)`; `backward(d_output, cache)` returns the
    gradient of every input, in the order of the inputs, and then `grads`: a dict with the same
    names as `params`. All that `backward` needs is in the cache; the layer itself
    remembers nothing.

    `own` holds the layer's parameters by name, `parts` the layers that it is made of.
    """

    def __init__(self, own=None, parts=None):
        self.own = own or {}
        self.parts = parts or {}

    @property
    def params(self):
        """Return all parameters as one flat dict, dotted names for those of the parts.

        The arrays are the layer's own: change them in place (`params[name][...] = value`).
        """
        return self.own | nested(**{name: part.params for name, part in self.parts.items()})

    def fill(self, arrays):
        """Write arrays into the parameters of the same names, in place; the others stay."""
        params = self.params
        for name, array in arrays.items():
            params[name][...] = array

    def __call__(self, *inputs, **options):
        """Return the output of `forward` alone."""
        return self.forward(*inputs, **options)[0]

    def like(self, name, array):
        """Return a parameter in the dtype of `array`: what comes in decides the result's."""
        return self.own[name].astype(array.dtype, copy=False)

    def cast(self, dtype):
        """Convert the parameters, and those of the parts, to `dtype`; return the layer.

        It is the layer itself that changes, for everybody who holds it; see `converted`.
        """
        self.own = {name: value.astype(dtype, copy=False) for name, value in self.own.items()}
        for part in self.parts.values():
            part.cast(dtype)
        return self


def converted(layer, dtype):
    """Return the layer, or a copy in `dtype` where it has another: no other holder is changed."""
    import copy  # few need it, and attention should need little beside NumPy

    if all(value.dtype == dtype for value in layer.params.values()):
        return layer
    return copy.deepcopy(layer).cast(dtype)


def nested(**groups):
    """Make one flat dict of dicts: `nested(score={"W": w})` is `{"score.W": w}`."""
    pairs = ((group, name) for group, arrays in groups.items() for name in arrays)
    return {f"{group}.{name}": groups[group][name] for group, name in pairs}


def uniform(rng, rows, columns, dtype=np.float32):
    """Draw a (rows, columns) matrix by Glorot and Bengio (2010, eq. 16), uniformly.

    Raises ValueError for sizes below 1 and for another dtype than float32 or float64.
    """
    _check_sizes(rows, columns)
    _check_dtype(dtype)
    limit = np.sqrt(6.0 / (rows + columns))
    return np.random.default_rng(rng).uniform(-limit, limit, (rows, columns)).astype(dtype)


def constant(value, size, dtype=np.float32):
    """Return (size,) numbers that all begin as `value`. Raises ValueError as `uniform` does."""
    _check_sizes(1, size)
    _check_dtype(dtype)
    return np.full(size, value, dtype)


def _check_sizes(rows, columns):
    """Raise ValueError for a matrix without rows or columns, or with half a row."""
    if not all(isinstance(size, Integral) and size >= 1 for size in (rows, columns)):
        raise ValueError(
            f"sizes must be at least 1, got a matrix of {rows} × {columns}: "
            f"give each layer one feature or more, and no half ones"
        )


def _check_dtype(dtype):
    """Raise ValueError unless parameters can be of this dtype."""
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise ValueError(
            f"dtype must be float32 or float64, got {np.dtype(dtype)}: half precision overflows "
            f"above 65,504, and whole numbers have no gradient"
        )


def check_part(part, dtype, name):
    """Raise ValueError where a part that was given has parameters of another dtype.

    It is not converted: another model may hold the same part, and would change with it.
    """
    wanted = np.dtype(dtype).name
    found = {value.dtype.name for value in part.params.values()} - {wanted}
    if found:
        raise ValueError(
            f"the {name}'s parameters must be {wanted} as the model's are, got {found.pop()}: "
            f"build what they belong to with dtype=np.{wanted}, one for each model"
        )


def as_float(array):
    """Return an array of float32 or float64: these as they are, other numbers widened.

    Half precision becomes float32, since scores overflow in it; whole numbers become float64.
    Raises ValueError for what is no real number.
    """
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise ValueError(
            f"arrays must hold real numbers, got {array.dtype}: convert them to float32 or float64"
        )
    if array.dtype.kind != "f":
        return array.astype(np.float64)
    return array.astype(np.float32) if array.dtype == np.float16 else array


def check_finite(array, name):
    """Raise ValueError for NaN or infinity in an array."""
    if not np.isfinite(array).all():
        raise ValueError(
            f"{name} must be finite, got nan or inf: a mask does not help, for 0 · nan is nan; "
            f"look where they come from, or put 0 there"
        )


def check_last_axis(array, size, name):
    """Raise ValueError unless the last axis of `array` has `size` entries."""
    if array.ndim == 0 or array.shape[-1] != size:
        raise ValueError(
            f"{name} must have {size} features on the last axis, got shape {array.shape}: "
            f"pass arrays of that width or build the layer for yours"
        )


def check_gradient(gradient, shape, name):
    """Raise ValueError unless a gradient is shaped like the output that it belongs to."""
    if gradient.shape != shape:
        raise ValueError(
            f"{name} must have the shape of forward's output {shape}, got {gradient.shape}: "
            f"pass the gradient of that output, and its own cache"
        )


def rows(array):
    """Join all leading axes, (..., width) → (rows, width): one large product, not many."""
    return array.reshape(prod(array.shape[:-1]), array.shape[-1])


class Linear(Layer):
    """y = x W + b on the last axis: (..., input_size) → (..., output_size)."""

    def __init__(self, input_size, output_size, bias=True, rng=None, dtype=np.float32):
        own = {"W": uniform(rng, input_size, output_size, dtype)}
        if bias:
            own["b"] = np.zeros(output_size, dtype)
        super().__init__(own)

    def forward(self, inputs):
        """Return (outputs, cache). Raises ValueError where `inputs` are not `input_size` wide."""
        inputs = as_float(inputs)
        check_last_axis(inputs, self.own["W"].shape[0], "inputs")
        outputs = rows(inputs) @ self.like("W", inputs)
        if "b" in self.own:
            outputs += self.like("b", inputs)
        return outputs.reshape(*inputs.shape[:-1], outputs.shape[-1]), inputs

    def backward(self, d_outputs, inputs):
        """Return (d_inputs, grads). Raises ValueError for `d_outputs` of another shape."""
        check_gradient(d_outputs, (*inputs.shape[:-1], self.own["W"].shape[1]), "d_outputs")
        d_rows = rows(d_outputs)
        grads = {"W": rows(inputs).T @ d_rows}
        if "b" in self.own:
            grads["b"] = d_rows.sum(axis=0)
        return (d_rows @ self.like("W", d_rows).T).reshape(inputs.shape), grads


class Embedding(Layer):
    """One learned row per token id: ids (...) → vectors (..., width)."""

    def __init__(self, tokens, width, rng=None, dtype=np.float32):
        _check_sizes(tokens, width)
        _check_dtype(dtype)
        table = np.random.default_rng(rng).normal(0.0, 1.0 / np.sqrt(width), (tokens, width))
        super().__init__({"table": table.astype(dtype)})

    def forward(self, ids):
        """Return (vectors, ids). Raises ValueError for ids that are not from 0 to tokens − 1."""
        ids = check_ids(ids, len(self.own["table"]), "ids")
        return self.own["table"][ids], ids

    def backward(self, d_vectors, ids):
        """Return ({"table": gradient},); ids have no gradient."""
        table = self.own["table"]
        return ({"table": sum_by_id(rows(d_vectors), ids.ravel(), len(table))},)


def check_ids(ids, size, name):
    """Return ids as an array. Raises ValueError unless they are integers from 0 to size − 1."""
    ids = np.asarray(ids)
    if not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"{name} must be integers, got {ids.dtype}: encode text with a Vocabulary")
    if ids.size and (ids.min() < 0 or ids.max() >= size):
        raise ValueError(
            f"{name} must lie between 0 and {size - 1}, got {ids.min()} to {ids.max()}: "
            f"use the vocabulary that the model was built for"
        )
    return ids


def sum_by_id(vectors, ids, size):
    """Add up the vectors that share an id: (tokens, width), ids (tokens,) → (size, width).

    One product with a one-hot matrix: several times faster than `np.add.at` for vocabularies
    of letters and words of a small language.
    """
    one_hot = np.zeros((len(ids), size), vectors.dtype)
    one_hot[np.arange(len(ids)), ids] = 1.0
    return one_hot.T @ vectors
