"""Exact attention in blocks: the (n, m) scores are never held as a whole."""

import numpy as np

from course_utils.layers import as_float, check_finite
from course_utils.scoring import ScaledDotScore, check_values
from course_utils.softmax import at_least_one, check_mask, finite


def blocked_attend(queries, keys, values, mask=None, block=512):
    """Attend by the scaled dot rule, exactly, without ever holding the (n, m) scores.

    Works tile by tile, `block` queries by `block` keys, keeping for each query the largest
    score so far, the sum and the mix measured against it (online softmax: Milakov & Gimelshein,
    2018; Dao et al., 2022). Returns the context (..., n, d_v). Raises ValueError as `attend`
    does, and for a block below 1.
    """
    if block < 1:
        raise ValueError(
            f"block must be at least 1, got {block}: it counts the queries and the keys of a tile"
        )
    queries, keys = ScaledDotScore().check(queries, keys)
    values = check_values(keys, as_float(values))
    check_finite(values, "values")
    shape = (*queries.shape[:-1], keys.shape[-2])
    mask = None if mask is None else np.broadcast_to(check_mask(mask, shape), shape)
    dtype = np.result_type(queries, values)
    context = np.empty((*queries.shape[:-1], values.shape[-1]), dtype)
    for lead in np.ndindex(queries.shape[:-2]):
        for start in range(0, queries.shape[-2], block):
            tile = (*lead, slice(start, start + block))
            allowed = None if mask is None else mask[tile]
            context[tile] = _stream(queries[tile], keys[lead], values[lead], allowed, block)
    if np.isnan(context).any():  # the values are finite, so it comes from a score
        check_finite(queries, "queries")
        check_finite(keys, "keys")
    return context


def _stream(queries, keys, values, mask, block):
    """Attend with a few queries (n, d) to keys that pass by in blocks."""
    queries = queries * keys.shape[-1] ** -0.5
    largest = np.full((len(queries), 1), -np.inf, queries.dtype)
    total = np.zeros_like(largest)
    mixed = np.zeros((len(queries), values.shape[-1]), np.result_type(queries, values))
    for start in range(0, len(keys), block):
        part = slice(start, start + block)
        scores = queries @ keys[part].T
        if mask is not None:
            scores[~mask[:, part]] = -np.inf
        seen, largest = largest, np.maximum(largest, scores.max(axis=-1, keepdims=True))
        shift = finite(largest)
        scores -= shift
        weights = np.exp(scores, out=scores)
        rescale = np.exp(seen - shift)  # the old sums were measured against the old maximum
        total = total * rescale + weights.sum(axis=-1, keepdims=True)
        mixed = mixed * rescale + weights @ values[part]
    return mixed / at_least_one(total)
