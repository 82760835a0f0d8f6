"""Exact attention in blocks: the (n, m) scores are never held as a whole."""

from typing import NamedTuple

import numpy as np

from course_utils.layers import as_float, check_finite
from course_utils.scoring import ScaledDotScore, check_values
from course_utils.softmax import at_least_one, check_mask, finite


class Ledger(NamedTuple):
    """What is kept of the keys seen so far: three sums, measured against the largest score.

    A query that has seen nothing has −inf, 0 and zeros. Ledgers of different keys can be `merged`
    in any order.
    """

    largest: np.ndarray  # (..., n, 1): the largest score
    total: np.ndarray  # (..., n, 1): the sum of exp(score − largest)
    mixed: np.ndarray  # (..., n, d_v): the values, mixed with the same exps

    @property
    def context(self):
        """Return the attention over the keys of this ledger (..., n, d_v); zeros without any."""
        return self.mixed / at_least_one(self.total)


def ledger(scores, values, out=None):
    """Return the `Ledger` of a block: scores (..., n, b), values (..., b, d_v).

    A score of −inf may not be looked at. `out` is overwritten with the exps; it may be the scores.
    Nothing is checked: this is the inner loop.
    """
    largest = scores.max(axis=-1, keepdims=True)
    weights = np.subtract(scores, finite(largest), out=out)
    np.exp(weights, out=weights)
    return Ledger(largest, weights.sum(axis=-1, keepdims=True), weights @ values)


def merged(one, other):
    """Return the `Ledger` of the keys of both, exactly (Milakov & Gimelshein, 2018, for the sum).

    Each was measured against its own largest score: exp(own − common) puts that right.
    """
    largest = np.maximum(one.largest, other.largest)
    shift = finite(largest)
    left, right = np.exp(one.largest - shift), np.exp(other.largest - shift)
    total = one.total * left + other.total * right
    return Ledger(largest, total, one.mixed * left + other.mixed * right)


def blocked_attend(queries, keys, values, mask=None, block=512, causal=False):
    """Attend by the scaled dot rule, exactly, without ever holding the (n, m) scores.

    Works tile by tile, `block` queries by `block` keys, keeping a `Ledger` for each query (online
    softmax: Milakov & Gimelshein, 2018; Rabe & Staats, 2021; Dao et al., 2022). `causal` lets
    the last query see all keys, and each one before it one key less. Tiles that `causal` or
    `mask` hide as a whole are skipped. Returns the context (..., n, d_v). Raises ValueError as
    `attend` does, and for a block below 1.
    """
    if block < 1:
        raise ValueError(
            f"block must be at least 1, got {block}: it counts the queries and the keys of a tile"
        )
    queries, keys = ScaledDotScore().check(queries, keys)
    values = check_values(keys, as_float(values))
    check_finite(values, "values")
    n, m = queries.shape[-2], keys.shape[-2]
    mask = _Sight(mask, (*queries.shape[:-1], m), m - n if causal else None)
    context = np.empty((*queries.shape[:-1], values.shape[-1]), np.result_type(queries, values))
    for lead in np.ndindex(queries.shape[:-2]):
        for start in range(0, n, block):
            rows = slice(start, min(start + block, n))
            context[(*lead, rows)] = _stream(
                queries[(*lead, rows)], keys[lead], values[lead], mask.of(lead, rows), block
            )
    if np.isnan(context).any():  # the values are finite, so it comes from a score
        check_finite(queries, "queries")
        check_finite(keys, "keys")
    return context


class _Sight:
    """Who may look at whom: a mask, or looking back, or both, asked for tile by tile."""

    def __init__(self, mask, shape, ahead):
        """Query i may look at keys up to i + `ahead`, or at all where that is None."""
        self.mask = None if mask is None else np.broadcast_to(check_mask(mask, shape), shape)
        self.ahead = ahead

    def of(self, lead, rows):
        """Return a function from a slice of keys to their sight, for these queries."""
        mask = None if self.mask is None else self.mask[(*lead, rows)]
        return lambda columns: self._tile(mask, rows, columns)

    def _tile(self, mask, rows, columns):
        """Return (may any look?, a boolean tile or None where all may)."""
        if self.ahead is not None and columns.start > rows.stop - 1 + self.ahead:
            return False, None
        tile = None if mask is None else mask[:, columns]
        if self.ahead is not None and columns.stop - 1 > rows.start + self.ahead:
            last = np.arange(rows.start, rows.stop)[:, None] + self.ahead
            behind = np.arange(columns.start, columns.stop) <= last
            tile = behind if tile is None else tile & behind
        return tile is None or bool(tile.any()), tile


def _stream(queries, keys, values, sight, block):
    """Attend with a few queries (n, d) to keys that pass by in blocks."""
    queries = queries * keys.shape[-1] ** -0.5
    empty = np.full((len(queries), 1), -np.inf, queries.dtype)
    mixed = np.zeros((len(queries), values.shape[-1]), np.result_type(queries, values))
    kept = Ledger(empty, np.zeros_like(empty), mixed)
    for start in range(0, len(keys), block):
        columns = slice(start, min(start + block, len(keys)))
        seen, tile = sight(columns)
        if not seen:
            continue
        scores = queries @ keys[columns].T
        if tile is not None:
            scores[~tile] = -np.inf
        kept = merged(kept, ledger(scores, values[columns], out=scores))
    return kept.context
