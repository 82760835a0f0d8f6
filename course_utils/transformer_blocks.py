"""What a Transformer is built of: layer norm, feed-forward, and blocks with a way around each.

Arrays are (..., positions, model_size), the residual stream: each layer reads it and adds to it.
"""

from typing import NamedTuple

import numpy as np

from course_utils.attention import (
    AttentionLayer,
    LayerCache,
    attend_backward,
    attend_forward,
)
from course_utils.layers import (
    Layer,
    Linear,
    as_float,
    check_gradient,
    check_last_axis,
    constant,
    nested,
    rows,
)
from course_utils.softmax import unchecked_softmax

NORMS = ("before", "after", "none")


class LayerNorm(Layer):
    """y = gain ∘ (x − mean) / √(variance + ε) + bias on the last axis (Ba et al., 2016, eq. 4).

    Mean and variance are each vector's own: (..., size) → (..., size), gain and bias (size,).
    """

    def __init__(self, size, dtype=np.float32, epsilon=1e-5):
        own = {"gain": constant(1, size, dtype), "bias": constant(0, size, dtype)}
        super().__init__(own)
        self.epsilon = epsilon

    def forward(self, x):
        """Return (y, cache). Raises ValueError where x is not `size` wide."""
        x = as_float(x)
        size = len(self.own["gain"])
        check_last_axis(x, size, "x")
        share = np.full(size, 1 / size, x.dtype)  # x @ share is a mean, 8 times faster than x.mean
        normal = rows(x) - (rows(x) @ share)[:, None]
        scale = 1 / np.sqrt((normal * normal) @ share + self.epsilon)
        normal *= scale[:, None]
        y = normal * self.like("gain", x)
        y += self.like("bias", x)
        return y.reshape(x.shape), (normal, scale, x.shape)

    def backward(self, d_y, cache):
        """Return (d_x, grads). Raises ValueError for a `d_y` of another shape."""
        normal, scale, shape = cache
        check_gradient(d_y, shape, "d_y")
        d_y = rows(d_y)
        gain, ones = self.like("gain", d_y), np.ones(len(d_y), d_y.dtype)
        along = d_y * normal
        # mean and variance of `normal` are 0 and 1 whatever x is: what would move them is taken off
        share = gain / len(gain)
        d_x = d_y * gain
        d_x -= (d_y @ share)[:, None]
        d_x -= normal * (along @ share)[:, None]
        d_x *= scale[:, None]
        return d_x.reshape(shape), {"gain": ones @ along, "bias": ones @ d_y}


class FeedForward(Layer):
    """y = max(0, x W + b) W' + b', at each place alone (Vaswani et al., 2017, eq. 2).

    `inner` is model_size → hidden_size, `outer` the way back.
    """

    def __init__(self, model_size, hidden_size, rng=None, dtype=np.float32):
        rng = np.random.default_rng(rng)
        self.inner = Linear(model_size, hidden_size, True, rng, dtype)
        self.outer = Linear(hidden_size, model_size, True, rng, dtype)
        super().__init__(parts={"inner": self.inner, "outer": self.outer})

    def forward(self, x):
        """Return (y, cache), both (..., model_size)."""
        hidden, inner_cache = self.inner.forward(x)
        np.maximum(hidden, 0, out=hidden)
        y, outer_cache = self.outer.forward(hidden)
        return y, (inner_cache, outer_cache)

    def backward(self, d_y, cache):
        """Return (d_x, grads)."""
        inner_cache, hidden = cache
        d_hidden, outer_grads = self.outer.backward(d_y, hidden)
        d_hidden *= hidden > 0
        d_x, inner_grads = self.inner.backward(d_hidden, inner_cache)
        return d_x, nested(inner=inner_grads, outer=outer_grads)

    def step(self, x):
        """Return (y,), for places that come later: no place knows of another."""
        return (self(x),)


class CrossAttention(AttentionLayer):
    """An `AttentionLayer` that spends nothing on padding, and whose keys and values can be kept.

    Only the attention itself needs sequences side by side. All else is done place by place, and so
    for real places alone: with `real` (batch, n), boolean, x is (real places, model_size), those
    where it is True one after another. Half of a batch of number words is padding.
    """

    def forward(self, x, y, mask=None, real=None, y_real=None):
        """Return (output shaped like x, LayerCache); `real` and `y_real` say what x and y are."""
        x, y = as_float(x), as_float(y)
        check_last_axis(x, self.model_size, "x")
        check_last_axis(y, self.model_size, "y")
        queries = self.split(unpacked(self.times(x, "W_query"), real))
        keys = self.split(unpacked(self.times(y, "W_key"), y_real))
        values = self.split(unpacked(self.times(y, "W_value"), y_real))
        # queries (..., heads, n, width of a head), keys and values (..., heads, m, the same)
        mask = self.spread(mask, (*queries.shape[:-3], queries.shape[-2]), keys.shape[-2])
        attended, cache = attend_forward(queries, keys, values, self.score, mask)
        mixed = self.joined(attended.context, real)
        output = self.times(mixed, "W_output")
        return output, LayerCache(x, y, attended, mixed, (cache, real, y_real))

    def backward(self, d_output, cache):
        """Return (d_x, d_y, grads). Raises ValueError for a `d_output` of another shape."""
        x, y, _, mixed, (attend_cache, real, y_real) = cache
        check_gradient(d_output, x.shape, "d_output")
        d_mixed = unpacked(d_output @ self.like("W_output", d_output).T, real)
        *d_heads, score_grads = attend_backward(self.split(d_mixed), attend_cache)
        d_queries, d_keys, d_values = map(self.joined, d_heads, (real, y_real, y_real))
        grads = {
            "W_query": rows(x).T @ rows(d_queries),
            "W_key": rows(y).T @ rows(d_keys),
            "W_value": rows(y).T @ rows(d_values),
            "W_output": rows(mixed).T @ rows(d_output),
        }
        d_x = d_queries @ self.like("W_query", d_queries).T
        d_y = d_keys @ self.like("W_key", d_keys).T
        d_y += d_values @ self.like("W_value", d_values).T
        return d_x, d_y, grads | nested(score=score_grads)

    def times(self, x, name):
        """Return x W as one product: NumPy would make one for each sequence of a batch."""
        W = self.like(name, x)
        return (rows(x) @ W).reshape(*x.shape[:-1], W.shape[1])

    def joined(self, by_head, real):
        """Put heads (..., heads, n, width) side by side again, at real places only."""
        array = packed(by_head.swapaxes(-2, -3), real)
        return array.reshape(*array.shape[:-2], self.model_size)

    def keep(self, y):
        """Return keys and values of y (..., m, model_size) as one array (..., 2, m, model_size).

        A place's keys and values stay as they are when others are added, so a decoder that writes
        symbol after symbol keeps them. A query asks once, and nobody needs it again.
        """
        return np.stack([self.times(y, "W_key"), self.times(y, "W_value")], axis=-3)

    def step(self, x, kept, mask=None):
        """Return (output, weights) of x (..., n, model_size) at what `keep` returned."""
        queries = self.split(self.times(x, "W_query"))
        keys, values = self.split(kept[..., 0, :, :]), self.split(kept[..., 1, :, :])
        weights = unchecked_softmax(self.score.newest(queries, keys), mask=mask)
        return self.times(self.joined(weights @ values, None), "W_output"), weights


class SelfAttention(CrossAttention):
    """`layer(x)`: each place of x (..., n, model_size) looks at the places of x."""

    def forward(self, x, mask=None, real=None):
        """Return (output, LayerCache)."""
        return super().forward(x, x, mask, real, real)

    def backward(self, d_output, cache):
        """Return (d_x, grads): x has asked and was looked at."""
        d_x, d_y, grads = super().backward(d_output, cache)
        d_x += d_y
        return d_x, grads

    def step(self, x, kept):
        """Return (output, weights) of the newest place x (..., 1, model_size).

        kept (..., 2, t + 1, model_size) has the keys and values of the t places before; those of x
        are written into its last place.
        """
        kept[..., 0, -1:, :] = self.times(x, "W_key")
        kept[..., 1, -1:, :] = self.times(x, "W_value")
        return super().step(x, kept)


def packed(array, real):
    """Return the rows of array (batch, n, …) at real places: (real places, …)."""
    return array if real is None else array[real]


def unpacked(array, real):
    """Put (real places, width) back where they stand, (batch, n, width), zeros between them."""
    if real is None:
        return array
    spread = np.zeros((*real.shape, array.shape[-1]), array.dtype)
    spread[real] = array
    return spread


class Nothing(Layer):
    """A layer that changes nothing, where a norm is left out."""

    def forward(self, x):
        return x, None

    def backward(self, d_x, cache):
        return d_x, {}


class ResidualCache(NamedTuple):
    """What `Residual.backward` needs."""

    before: tuple | None
    layer: tuple  # the layer's own, for attention a `LayerCache` that has the weights
    after: tuple | None


class Residual(Layer):
    """A layer with a way around it: x + layer(norm(x)), or norm(x + layer(x)).

    norm : "before" (Xiong et al., 2020), "after" as first published (Vaswani et al., 2017, 3.1),
    or "none". With `residual=False` there is no way around. Raises ValueError for another norm.
    """

    def __init__(self, layer, size, norm="before", residual=True, dtype=np.float32):
        _check_norm(norm)
        self.layer, self.residual = layer, residual
        self.before = LayerNorm(size, dtype) if norm == "before" else Nothing()
        self.after = LayerNorm(size, dtype) if norm == "after" else Nothing()
        super().__init__(parts={"before": self.before, "after": self.after, "layer": layer})

    def forward(self, x, *more):
        """Return (y, ResidualCache); `more` is what the layer takes after x."""
        inside, before = self.before.forward(x)
        y, cache = self.layer.forward(inside, *more)
        if self.residual:
            y += x
        y, after = self.after.forward(y)
        return y, ResidualCache(before, cache, after)

    def backward(self, d_y, cache):
        """Return (d_x, gradients of what else the layer looked at, grads)."""
        d_y, after_grads = self.after.backward(d_y, cache.after)
        d_inside, *d_more, layer_grads = self.layer.backward(d_y, cache.layer)
        d_x, before_grads = self.before.backward(d_inside, cache.before)
        if self.residual:
            d_x += d_y
        return d_x, *d_more, nested(before=before_grads, after=after_grads, layer=layer_grads)

    def step(self, x, *more):
        """Return (y, what else the layer's `step` returns), for places that come later."""
        y, *rest = self.layer.step(self.before(x), *more)
        return self.after(y + x if self.residual else y), *rest


class Block(Layer):
    """Layers one after another, each with its norm and a way around it.

    Which ones says `layers_of`: {name: layer}, in their order.
    """

    def __init__(
        self,
        model_size,
        heads,
        hidden_size,
        norm="before",
        residual=True,
        score=None,
        rng=None,
        dtype=np.float32,
    ):
        rng = np.random.default_rng(rng)
        layers = self.layers_of(model_size, heads, hidden_size, score, rng, dtype)
        settings = model_size, norm, residual, dtype
        super().__init__(parts={name: Residual(layer, *settings) for name, layer in layers.items()})


class EncoderBlock(Block):
    """Self-attention, then feed-forward, each with a way around it (Vaswani et al., 2017, 3.1).

    x (..., n, model_size) keeps its shape. `score` is the rule of self-attention, by default rule
    3; `norm` and `residual` are `Residual`'s.
    """

    @staticmethod
    def layers_of(model_size, heads, hidden_size, score, rng, dtype):
        return {
            "self_attention": SelfAttention(model_size, heads, score, rng, dtype),
            "feed_forward": FeedForward(model_size, hidden_size, rng, dtype),
        }

    def forward(self, x, mask=None, real=None):
        """Return (x, {part: its cache}); the mask is for self-attention.

        With `real` (batch, n) x is (real places, model_size), as for `CrossAttention`.
        """
        x, looked = self.parts["self_attention"].forward(x, mask, real)
        x, fed = self.parts["feed_forward"].forward(x)
        return x, {"self_attention": looked, "feed_forward": fed}

    def backward(self, d_x, cache):
        """Return (d_x, grads)."""
        d_x, feed_grads = self.parts["feed_forward"].backward(d_x, cache["feed_forward"])
        d_x, self_grads = self.parts["self_attention"].backward(d_x, cache["self_attention"])
        return d_x, nested(self_attention=self_grads, feed_forward=feed_grads)


class DecoderBlock(Block):
    """Self-attention, attention to a memory, feed-forward (Vaswani et al., 2017, 3.1).

    x (..., n, model_size) keeps its shape, the memory is (..., m, model_size). `score` is the rule
    of self-attention, by default rule 3; `norm` and `residual` are `Residual`'s.
    """

    @staticmethod
    def layers_of(model_size, heads, hidden_size, score, rng, dtype):
        return {
            "self_attention": SelfAttention(model_size, heads, score, rng, dtype),
            "cross_attention": CrossAttention(model_size, heads, None, rng, dtype),
            "feed_forward": FeedForward(model_size, hidden_size, rng, dtype),
        }

    def forward(self, x, memory, mask=None, memory_mask=None, real=None, memory_real=None):
        """Return (x, {part: its cache}); a mask for each of the two attentions.

        With `real` and `memory_real` x and memory have real places alone, as for `CrossAttention`.
        """
        x, looked = self.parts["self_attention"].forward(x, mask, real)
        x, crossed = self.parts["cross_attention"].forward(
            x, memory, memory_mask, real, memory_real
        )
        x, fed = self.parts["feed_forward"].forward(x)
        return x, {"self_attention": looked, "cross_attention": crossed, "feed_forward": fed}

    def backward(self, d_x, cache):
        """Return (d_x, d_memory, grads)."""
        d_x, feed_grads = self.parts["feed_forward"].backward(d_x, cache["feed_forward"])
        d_x, d_memory, cross_grads = self.parts["cross_attention"].backward(
            d_x, cache["cross_attention"]
        )
        d_x, self_grads = self.parts["self_attention"].backward(d_x, cache["self_attention"])
        grads = nested(
            self_attention=self_grads, cross_attention=cross_grads, feed_forward=feed_grads
        )
        return d_x, d_memory, grads

    def keep(self, memory):
        """Return the memory's keys and values (..., 2, m, model_size), once for all steps."""
        return self.parts["cross_attention"].layer.keep(memory)

    def step(self, x, kept, memory_kept, memory_mask=None):
        """Return (x, weights at the memory) of the newest place: x (..., 1, model_size).

        Keys and values of x are written into the last place of kept (..., 2, t + 1, model_size).
        """
        x, _ = self.parts["self_attention"].step(x, kept)
        x, weights = self.parts["cross_attention"].step(x, memory_kept, memory_mask)
        (x,) = self.parts["feed_forward"].step(x)
        return x, weights


def _check_norm(norm):
    """Raise ValueError for a place where no norm can stand."""
    if norm not in NORMS:
        raise ValueError(
            f"norm must be one of {', '.join(NORMS)}, got {norm!r}: it says where a layer's norm "
            f"stands"
        )
