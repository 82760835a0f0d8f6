"""Positions: four ways to tell attention where a token stands.

Two are added to the vectors before attention: `sinusoids` and `LearnedPlaces`. Two leave the
vectors as they are and change the scores: `rotate` turns queries and keys, `distance_bias` takes
off a price for the distance. Features come in pairs (0, 1), (2, 3), …; a pair is one clock hand.
"""

from numbers import Integral

import numpy as np

from course_utils.layers import Embedding, Layer, as_float, check_last_axis, nested
from course_utils.scoring import ScaledDotScore


def sinusoids(n, size):
    """Return PE (n, size), float64: sin at even features, cos at odd (Vaswani et al., 2017, 3.5).

    PE(p, 2i) = sin(p / 10000^(2i/size)), PE(p, 2i+1) = cos of the same angle. Raises ValueError
    for an odd size, or sizes below 1.
    """
    angles = _angles(np.arange(_count(n)), size)  # (n, size / 2)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(n, size)


def rotate(x, positions):
    """Turn each pair of features by its place's angle: x (..., n, size), positions (n,) whole.

    Pair i of the vector at place p turns by p / 10000^(2i/size) (RoPE: Su et al., 2021).
    The result has the shape and dtype of x. The way back, and the gradient's, is to turn by
    −positions. Raises ValueError for an odd size, or positions that do not fit.
    """
    x = as_float(x)
    angles = _angles(_check_positions(positions, x), x.shape[-1])  # (n, size / 2)
    cos, sin = (wave(angles).astype(x.dtype) for wave in (np.cos, np.sin))
    first, second = x[..., 0::2], x[..., 1::2]
    turned = [first * cos - second * sin, first * sin + second * cos]
    return np.stack(turned, axis=-1).reshape(x.shape)


def distance_bias(n, m, slope):
    """Return −slope · |i − j| for n queries and m keys (ALiBi: Press et al., 2022, section 3).

    (n, m) for one slope, (heads, n, m) for an array of one for each head. It is added to the
    scores and has no gradient. Raises ValueError for sizes below 1, or a slope that is not finite.
    """
    slope = np.asarray(slope, float)
    if not np.isfinite(slope).all():
        raise ValueError(f"slope must be finite, got {slope}: 0 for no price, 0.5 for a high one")
    distance = abs(np.arange(_count(n))[:, None] - np.arange(_count(m)))  # (query, key)
    return -slope[..., None, None] * distance


def slopes(heads):
    """Return a price of one place for each head, 2^(−8h/heads) for h = 1, 2, … (ibid., section 3).

    Some heads look near, some far: of four, 1/4, 1/16, 1/64 and 1/256.
    """
    return 2.0 ** (-8 * np.arange(1, _count(heads) + 1) / heads)


class LearnedPlaces(Layer):
    """Adds a learned row for each place: x (..., n, size) + table[:n] (Gehring et al., 2017).

    The table (longest, size) is an `Embedding` of places. It has no row for a place beyond:
    raises ValueError where x has more than `longest` places.
    """

    def __init__(self, longest, size, rng=None, dtype=np.float32):
        super().__init__(parts={"places": Embedding(longest, size, rng, dtype)})

    def forward(self, x):
        """Return (x with a row added at each place, a cache)."""
        x = as_float(x)
        longest, size = self.params["places.table"].shape
        check_last_axis(x, size, "x")
        if x.ndim < 2 or x.shape[-2] > longest:
            raise ValueError(
                f"x must be (..., n, {size}) with at most {longest} places, got {x.shape}: a "
                f"learned table has no row for more; build it for a larger `longest`"
            )
        rows, cache = self.parts["places"].forward(np.arange(x.shape[-2]))
        return x + rows.astype(x.dtype, copy=False), cache

    def backward(self, d_output, cache):
        """Return (d_x, grads): each row of the table was added to all sequences."""
        d_rows = d_output.reshape(-1, *d_output.shape[-2:]).sum(axis=0)  # (n, size)
        (grads,) = self.parts["places"].backward(d_rows, cache)
        return d_output, nested(places=grads)


class _PlacedScore(ScaledDotScore):
    """A scaled dot product that knows places: queries stand at 0 … n − 1, keys at 0 … m − 1."""

    def __call__(self, queries, keys):
        return self.forward(queries, keys)[0]

    def prepare(self, keys):
        """Raise TypeError: a decoder that asks step by step would ask from place 0 each time."""
        raise TypeError(
            f"{type(self).__name__} must get all queries at once, for it counts their places: "
            f"use it in an AttentionLayer, or ask step by step with `newest`"
        )


def score_of(positions, heads):
    """Return the rule of self-attention that knows places: "rotary", "distance"; else None."""
    if positions == "rotary":
        return RotatedScore()
    return DistanceScore(slopes(heads)) if positions == "distance" else None


class RotatedScore(_PlacedScore):
    """Scaled dot products of rotated vectors: they see the places only as i − j.

    e_ij = rotate(q_i, i) · rotate(k_j, j) / √d (RoPE: Su et al., 2021).
    """

    name, variants = "rotated", {}

    def forward(self, queries, keys):
        queries, keys = self.check(queries, keys)
        turned = [rotate(x, np.arange(x.shape[-2])) for x in (queries, keys)]
        return self.compare(*turned), turned

    def backward(self, d_scores, cache):
        *turned, grads = super().backward(d_scores, cache)
        # a rotation's transpose is the rotation back
        return *(rotate(x, -np.arange(x.shape[-2])) for x in turned), grads

    def newest(self, queries, keys):
        places = np.arange(keys.shape[-2])
        return self.compare(rotate(queries, places[-queries.shape[-2] :]), rotate(keys, places))


class DistanceScore(_PlacedScore):
    """Scaled dot products less a price for distance: e_ij = q_i · k_j / √d − slope · |i − j|.

    `slope` is a number, or an array of one for each head of scores (..., heads, n, m); it is
    chosen, not learned (ALiBi: Press et al., 2022, section 3).
    """

    name, variants = "distance", {}

    def __init__(self, slope):
        super().__init__()
        self.slope = slope

    def forward(self, queries, keys):
        queries, keys = self.check(queries, keys)
        scores = self.compare(queries, keys)
        bias = distance_bias(*scores.shape[-2:], self.slope)
        return scores + bias.astype(scores.dtype), (queries, keys)

    def newest(self, queries, keys):
        scores, m = self.compare(queries, keys), keys.shape[-2]
        bias = distance_bias(m, m, self.slope)[..., -queries.shape[-2] :, :]
        return scores + bias.astype(scores.dtype)


def _angles(positions, size):
    """Return p / 10000^(2i/size), in float64: positions (n,) → (n, size / 2)."""
    if size % 2 or size < 2:
        raise ValueError(
            f"size must be even and at least 2, for features come in pairs, got {size}"
        )
    return positions[:, None] * 10_000.0 ** (-np.arange(0, size, 2) / size)


def _count(n):
    """Return a number of places. Raises ValueError unless it is a whole number from 1."""
    if not isinstance(n, Integral) or n < 1:
        raise ValueError(
            f"a number of places must be whole and at least 1, got {n}: such as len(x)"
        )
    return n


def _check_positions(positions, x):
    """Return positions as an array. Raises ValueError unless x has a whole number for each row."""
    positions = np.asarray(positions)
    fits = x.ndim > 1 and positions.shape == x.shape[-2:-1]
    if not fits or positions.dtype.kind not in "iu":
        raise ValueError(
            f"positions must be a whole number for each row of x (..., n, size), got "
            f"{positions.dtype} {positions.shape} for x {x.shape}: such as np.arange(n)"
        )
    return positions
