"""Attention: score, normalise, mix. The function, its gradient, and the layers built on it.

Arrays are (..., n, d_q) queries, (..., m, d_k) keys and (..., m, d_v) values with equal leading
axes. A mask is boolean and **True means may look**. Row = query, column = key.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from course_utils.blocked import blocked_attend
from course_utils.layers import (
    Layer,
    as_float,
    check_finite,
    check_gradient,
    check_last_axis,
    converted,
    nested,
    rows,
    uniform,
)
from course_utils.memory import keep_freed_memory
from course_utils.rule import check_score
from course_utils.scoring import ScaledDotScore, check_values
from course_utils.softmax import check_mask, softmax, unchecked_softmax

__all__ = [
    "Attended",
    "Attention",
    "AttentionLayer",
    "LastState",
    "LayerCache",
    "MeanState",
    "Memory",
    "attend",
    "attend_backward",
    "attend_forward",
    "blocked_attend",
    "softmax",
]

LARGE = 1 << 20  # of so many scores a call, fetching memory for them is felt


class Attended(NamedTuple):
    """What attention returns: context (..., n, d_v), weights and scores (..., n, m)."""

    context: np.ndarray
    weights: np.ndarray
    scores: np.ndarray  # as the rule gave them, before the mask


def attend(queries, keys, values, score=ScaledDotScore(), mask=None):
    """Return softmax(score(Q, K)) V: one mixed value per query.

    `score` is a rule of `course_utils.scoring`; the default is Vaswani et al. (2017), eq. 1.
    `mask` broadcasts to (..., n, m); one for padding is (batch, 1, m). Returns `Attended`. A
    query that may look at nothing gets zeros. Raises ValueError for shapes or a mask that do not
    fit, for NaN or infinity among the values, masked ones too, or among the scores, TypeError
    where `score` is no rule.
    """
    check_score(score)
    queries, keys = score.check(queries, keys)
    values = check_values(keys, as_float(values))
    check_finite(values, "values")
    if prod(queries.shape[:-1]) * keys.shape[-2] > LARGE:
        keep_freed_memory()  # the next call writes where this one's results were
    scores = score(queries, keys)  # ① score
    weights = softmax(scores, mask=mask)  # ② normalise
    return Attended(weights @ values, weights, scores)  # ③ mix


def attend_forward(queries, keys, values, score, mask=None):
    """Return (Attended, cache): `attend` with what its backward needs."""
    check_values(keys, values)
    scores, score_cache = score.forward(queries, keys)
    weights = unchecked_softmax(scores, mask=mask)
    return Attended(weights @ values, weights, scores), (values, weights, score, score_cache)


def attend_backward(d_context, cache):
    """Return (d_queries, d_keys, d_values, grads of the rule) of `attend_forward`.

    Raises ValueError for a `d_context` that is not shaped like the context.
    """
    values, weights, score, score_cache = cache
    check_gradient(d_context, (*weights.shape[:-1], values.shape[-1]), "d_context")
    d_values = weights.swapaxes(-1, -2) @ d_context
    d_scores = d_context @ values.swapaxes(
        -1, -2
    )  # the gradient of the weights; in place from here
    # softmax: moving one score moves every weight of its row, so the row's mean is taken off
    d_scores -= np.einsum("...m,...m->...", weights, d_scores)[..., None]
    d_scores *= weights
    d_queries, d_keys, grads = score.backward(d_scores, score_cache)
    return d_queries, d_keys, d_values, grads


class Memory(NamedTuple):
    """What a decoder may look at: an encoder's states, their summary, and which are real."""

    states: np.ndarray  # (batch, m, width)
    summary: np.ndarray  # (batch, width): the encoder's last state
    mask: np.ndarray  # (batch, m), True at real symbols


class LastState(Layer):
    """No attention: every query gets the encoder's last state (Cho et al., 2014a).

    A context is a layer whose `forward(queries, memory)` returns `((context, weights), cache)`
    and whose `backward(d_context, cache)` returns `(d_queries, d_states, d_summary, grads)`.
    The context is (batch, n, width), or (batch, 1, width) where all queries share it; weights
    are (batch, n or 1, m), or None. `reader(memory)` is the same for a decoder that asks step
    by step: a function from queries to (context, weights) that prepares the memory once.
    """

    def forward(self, queries, memory):
        return self.reader(memory)(queries), (queries, memory)

    def backward(self, d_context, cache):
        queries, memory = cache
        d_summary = d_context.sum(axis=1)
        return np.zeros_like(queries), np.zeros_like(memory.states), d_summary, {}

    def reader(self, memory):
        return lambda queries: (memory.summary[:, None], None)


class MeanState(Layer):
    """Every query gets the mean of the encoder's real states: attention with equal weights."""

    def forward(self, queries, memory):
        context, weights = self.reader(memory)(queries)
        return (context, weights), (queries, memory, weights)

    def backward(self, d_context, cache):
        queries, memory, weights = cache
        d_states = weights.swapaxes(1, 2) @ d_context.sum(axis=1, keepdims=True)
        return np.zeros_like(queries), d_states, np.zeros_like(memory.summary), {}

    def reader(self, memory):
        weights = softmax(np.zeros(memory.mask.shape, memory.states.dtype), mask=memory.mask)
        weights = weights[:, None]  # (batch, 1, m)
        context = weights @ memory.states
        return lambda queries: (context, weights)


class Attention(Layer):
    """A context per query: `attend` over the encoder's states, which are keys and values."""

    def __init__(self, score):
        """Raise TypeError where `score` is no rule."""
        check_score(score)
        super().__init__(parts={"score": score})
        self.score = score

    def forward(self, queries, memory):
        states, mask = memory.states, memory.mask[:, None]
        attended, cache = attend_forward(queries, states, states, self.score, mask)
        return (attended.context, attended.weights), (cache, memory)

    def backward(self, d_context, cache):
        attended_cache, memory = cache
        d_queries, d_keys, d_values, grads = attend_backward(d_context, attended_cache)
        d_values += d_keys  # the states serve as both
        return d_queries, d_values, np.zeros_like(memory.summary), nested(score=grads)

    def reader(self, memory):
        keys = self.score.prepare(memory.states)

        def read(queries):
            self.score.check(queries, memory.states)
            weights = unchecked_softmax(
                self.score.compare(queries, keys), mask=memory.mask[:, None]
            )
            return weights @ memory.states, weights

        return read


class AttentionLayer(Layer):
    """The mechanism: a rule and the dense layers that carry it (Vaswani et al., 2017, 3.2.2).

    `layer(x, x)` is self-attention, `layer(x, y)` cross-attention: x (..., n, model_size)
    asks, y (..., m, model_size) is looked at, the output is (..., n, model_size). `mask`
    broadcasts to (..., n, m) and holds for every head, or to (..., heads, n, m). Each head works
    on model_size / heads features; a rule with parameters serves all heads, as it is, or as a copy
    where its dtype is another.

    kv_heads : how many sets of keys and values there are for the heads; heads / kv_heads neighbours
    share one (Ainslie et al., 2023; one for all: Shazeer, 2019). None: each head has its own.

    Raises ValueError where model_size is not a multiple of heads, heads is not one of kv_heads, or
    shapes do not fit, TypeError where `score` is no rule.
    """

    def __init__(
        self, model_size, heads=1, score=None, rng=None, dtype=np.float32, *, kv_heads=None
    ):
        kv_heads = heads if kv_heads is None else kv_heads
        _check_heads(model_size, heads, kv_heads)
        score = ScaledDotScore() if score is None else score
        check_score(score)
        rng = np.random.default_rng(rng)
        shared = model_size // heads * kv_heads  # features of all keys together, and of all values
        widths = {"query": model_size, "key": shared, "value": shared, "output": model_size}
        own = {f"W_{of}": uniform(rng, model_size, width, dtype) for of, width in widths.items()}
        self.score = converted(score, dtype)
        self.heads, self.kv_heads, self.model_size = heads, kv_heads, model_size
        super().__init__(own, {"score": self.score})

    def forward(self, x, y, mask=None):
        """Return (output, LayerCache); the cache's `attended` has weights (..., heads, n, m)."""
        x, y = as_float(x), as_float(y)
        self.check(x, y)
        for name, array in (("x", x), ("y", y)):
            check_finite(array, name)
        # x (..., n, model_size) asks; y (..., m, model_size) is looked at
        queries = self.split(x @ self.like("W_query", x))  # (..., heads, n, width of a head)
        keys = self.serve(y @ self.like("W_key", y))  # (..., heads, m, width of a head)
        values = self.serve(y @ self.like("W_value", y))  # (..., heads, m, width of a head)
        mask = self.spread(mask, x.shape[:-1], y.shape[-2])  # (..., heads or 1, n, m), or None
        # attended: context (..., heads, n, width of a head), weights (..., heads, n, m)
        attended, cache = attend_forward(queries, keys, values, self.score, mask)
        mixed = self.merge(attended.context)  # (..., n, model_size): the heads side by side
        output = mixed @ self.like("W_output", mixed)  # (..., n, model_size)
        return output, LayerCache(x, y, attended, mixed, cache)

    def backward(self, d_output, cache):
        """Return (d_x, d_y, grads). Raises ValueError for a `d_output` of another shape."""
        check_gradient(d_output, cache.x.shape, "d_output")
        d_mixed = d_output @ self.like("W_output", d_output).T  # (..., n, model_size)
        # split: (..., heads, n, width of a head)
        d_x, d_y, grads = self.backward_heads(self.split(d_mixed), cache)
        return d_x, d_y, grads | {"W_output": rows(cache.mixed).T @ rows(d_output)}

    def backward_heads(self, d_context, cache):
        """Return (d_x, d_y, grads but W_output's), from what each head's context is told."""
        x, y = cache.x, cache.y
        d_queries, d_keys, d_values, score_grads = attend_backward(d_context, cache.attend_cache)
        d_queries = self.merge(d_queries)  # (..., n, model_size)
        # twice (..., m, features of all keys): who serves several heads hears all of them
        d_keys, d_values = self.gather(d_keys), self.gather(d_values)
        grads = {
            "W_query": rows(x).T @ rows(d_queries),
            "W_key": rows(y).T @ rows(d_keys),
            "W_value": rows(y).T @ rows(d_values),
        }
        d_x = d_queries @ self.like("W_query", d_queries).T
        d_y = d_keys @ self.like("W_key", d_keys).T + d_values @ self.like("W_value", d_values).T
        return d_x, d_y, grads | nested(score=score_grads)

    def check(self, x, y):
        """Raise ValueError unless x and y are sequences of vectors of this layer's width."""
        for name, array in (("x", x), ("y", y)):
            if array.ndim < 2:
                raise ValueError(
                    f"{name} must be (..., positions, {self.model_size}), got {array.shape}: "
                    f"a sequence of one vector is {name}[None]"
                )
            check_last_axis(array, self.model_size, name)

    def spread(self, mask, asked, m):
        """Give a mask for (..., n, m) an axis for the heads; one that has it stays as it is."""
        if mask is None or np.ndim(mask) > len(asked) + 1:
            return mask
        mask = check_mask(mask, (*asked, m))
        return np.expand_dims(mask, -3) if mask.ndim > 2 else mask

    def split(self, array):
        """Cut (..., positions, features) into (..., heads, positions, model_size / heads)."""
        *lead, features = array.shape
        width = self.model_size // self.heads
        return array.reshape(*lead, features // width, width).swapaxes(-2, -3)

    def merge(self, by_head):
        """Put heads side by side again: the way back from `split`."""
        array = by_head.swapaxes(-2, -3)
        *lead, heads, width = array.shape
        return array.reshape(*lead, heads * width)

    def serve(self, array):
        """Cut keys or values as `split` does, and give each to all heads that share it."""
        by_head, each = self.split(array), self.heads // self.kv_heads
        return by_head if each == 1 else np.repeat(by_head, each, axis=-3)

    def gather(self, d_heads):
        """Add up what heads say of keys or values that they share: the way back from `serve`."""
        *lead, heads, m, width = d_heads.shape
        shared = d_heads.reshape(*lead, self.kv_heads, heads // self.kv_heads, m, width)
        return self.merge(shared.sum(axis=-3))


def _check_heads(model_size, heads, kv_heads):
    """Raise ValueError unless heads get equal shares of the features, and of keys and values."""
    if heads < 1 or model_size % heads:
        raise ValueError(
            f"model_size must be a multiple of heads, got {model_size} and {heads}: "
            f"each head gets an equal share of the features"
        )
    if kv_heads < 1 or heads % kv_heads:
        raise ValueError(
            f"heads must be a multiple of kv_heads, got {heads} and {kv_heads}: "
            f"each set of keys and values serves equally many heads"
        )


class LayerCache(NamedTuple):
    """What `AttentionLayer.backward` needs, and what a lesson looks at."""

    x: np.ndarray
    y: np.ndarray
    attended: Attended  # per head: context, weights, scores
    mixed: np.ndarray  # (..., n, model_size): the heads side by side, before W_output
    attend_cache: tuple
