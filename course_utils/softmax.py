"""Softmax along an axis, with a mask, stable for scores of any size; and the loss built on it."""

import numpy as np

from course_utils.layers import as_float, rows

BLOCK = 1 << 16  # so many scores at a time: a quarter of a megabyte stays in the cache


def softmax(scores, axis=-1, mask=None):
    """exp(scores) divided by its sum along ``axis``, in the dtype of ``scores``.

    Every slice sums to 1. Only where ``mask`` is True may a slice look: the rest gets weight 0,
    and a slice with nothing to look at is all zeros, never NaN. Stable for finite scores of any
    size; −inf counts as "may not look".
    Raises ValueError for a mask that is not boolean or does not broadcast to ``scores``.
    """
    scores = as_float(scores)
    mask = check_mask(mask, scores.shape)
    if mask is not None:
        scores = np.where(mask, scores, scores.dtype.type(-np.inf))
    weights = np.empty(scores.shape, scores.dtype)
    if axis in (-1, scores.ndim - 1):
        normalise(scores, weights)
    else:
        normalise(np.moveaxis(scores, axis, -1), np.moveaxis(weights, axis, -1))
    return weights


def normalise(scores, weights):
    """Write the softmax of the last axis of ``scores`` into ``weights``, block by block.

    Five passes over scores that stay in the cache take half the time of five over all of them.
    """
    if scores.size <= BLOCK or not (scores.flags.c_contiguous and weights.flags.c_contiguous):
        return normalise_block(scores, weights)
    scores, weights = rows(scores), rows(weights)
    step = max(1, BLOCK // scores.shape[-1])
    for start in range(0, len(scores), step):
        normalise_block(scores[start : start + step], weights[start : start + step])


def normalise_block(scores, weights):
    """Write the softmax of the last axis of ``scores`` into ``weights``."""
    largest = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    np.subtract(scores, finite(largest), out=weights)  # so that exp cannot overflow
    np.exp(weights, out=weights)
    weights /= at_least_one(weights.sum(axis=-1, keepdims=True))


def finite(largest):
    """The largest score of each row, a finite number also where a row holds nothing but −inf."""
    return np.maximum(largest, np.finfo(largest.dtype).min)


def at_least_one(total):
    """A row's sum of exponentials to divide by; the largest is 1, so only empty rows change."""
    return np.maximum(total, 1)


def log_softmax(scores):
    """The logarithm of softmax over the last axis, stable: (…, n) → (…, n)."""
    scores = as_float(scores)
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def cross_entropy(logits, expected, real=None):
    """(mean of −log p(expected), its gradient for the logits): logits (…, n), expected (…) ids.

    Only places where ``real`` (…), boolean, is True count; without it all do.
    """
    log_probabilities, expected = log_softmax(logits), np.asarray(expected)
    real = np.ones(expected.shape, bool) if real is None else real
    places = (*np.ix_(*map(np.arange, expected.shape)), expected)
    count = np.count_nonzero(real)
    loss = -log_probabilities[places][real].sum() / count
    d_logits = np.exp(log_probabilities, out=log_probabilities)  # softmax …
    d_logits[places] -= 1  # … less a one at the expected id
    d_logits *= (real / d_logits.dtype.type(count))[..., None]
    return float(loss), d_logits


def check_mask(mask, shape):
    """The mask as an array, or None. Raises ValueError unless boolean and fit for ``shape``."""
    if mask is None:
        return None
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise ValueError(
            f"mask must be boolean, got {mask.dtype}: True marks keys that may be looked at; "
            f"write mask != 0 for a mask of ones and zeros"
        )
    try:
        if mask.shape != shape:
            np.broadcast_to(mask, shape)
    except ValueError:
        raise ValueError(
            f"mask must broadcast to (query, key) = {shape}, got {mask.shape}: "
            f"True marks keys that may be looked at"
        ) from None
    return mask
