"""Softmax along an axis, with a mask, stable for scores of any size; and the loss built on it."""

import numpy as np

from course_utils.layers import as_float, check_ids, rows

BLOCK = 1 << 17  # so many scores at a time: half a megabyte, and as much of weights, stay in cache
SHORT = 64  # rows of so many scores cost more to begin than to add up
MODERATE = (
    60.0  # e to so much, or to minus so much, and sums of SHORT of them are ordinary float32s
)


def softmax(scores, axis=-1, mask=None):
    """Return exp(scores) divided by its sum along `axis`, in the dtype of `scores`.

    Every slice sums to 1. Only where `mask` is True may a slice look: the rest gets weight 0,
    and a slice with nothing to look at is all zeros, never NaN. Stable for finite scores of any
    size; −inf counts as "may not look".
    Raises ValueError for scores of NaN or +inf that may be looked at, and for a mask that is not
    boolean or does not broadcast to `scores`; TypeError for an axis that is no whole number.
    """
    if not isinstance(axis, int | np.integer):
        raise TypeError(
            f"axis, the second argument, must be a whole number such as -1, got {axis!r:.40}"
        )
    weights = _softmax(as_float(scores), axis, mask)
    slices = weights if axis == -1 else np.moveaxis(weights, axis, -1)
    # a slice with NaN or +inf in it becomes NaN throughout: its first weight tells
    if np.isnan(slices[..., :1] if slices.ndim else slices).any():
        raise ValueError(
            "scores must be finite, or −inf for what may not be looked at, got nan or inf: look "
            "for an overflow or a division by zero before the softmax"
        )
    return weights


def unchecked_softmax(scores, axis=-1, mask=None):
    """Return `softmax` of an array of floats, NaN and all: inside a model the loss is checked."""
    if axis in (-1, scores.ndim - 1) and scores.shape[-1] <= SHORT and _are_moderate(scores):
        return _normalise_short(scores, check_mask(mask, scores.shape))
    return _softmax(scores, axis, mask)


def _softmax(scores, axis, mask):
    """Return the softmax along an axis, each slice measured against its own largest score."""
    mask = check_mask(mask, scores.shape)
    if mask is not None:
        scores = np.where(mask, scores, scores.dtype.type(-np.inf))
    weights = np.empty(scores.shape, scores.dtype)
    if axis in (-1, scores.ndim - 1):
        normalise(scores, weights)
    else:
        normalise(np.moveaxis(scores, axis, -1), np.moveaxis(weights, axis, -1))
    return weights


def _are_moderate(scores):
    """Return whether no exponential of a score could overflow, or be lost; False for NaN."""
    return scores.size > 0 and scores.min() >= -MODERATE and scores.max() <= MODERATE


def _normalise_short(scores, mask):
    """Return the softmax of the last axis, for many short rows of moderate scores.

    Nothing is taken off before the exponential, and a product sums: a row's own maximum and sum
    take half a training step where 20 keys are looked at, for NumPy begins anew at each row.
    """
    weights = np.exp(scores)
    if mask is not None:
        weights *= mask
    total = rows(weights) @ np.ones(weights.shape[-1], weights.dtype)
    total += total == 0  # rows with nothing to look at
    weights /= total.reshape(*weights.shape[:-1], 1)
    return weights


def normalise(scores, weights):
    """Write the softmax of the last axis of `scores` into `weights`, block by block.

    Five passes over scores that stay in the cache take half the time of five over all of them.
    """
    if scores.size <= BLOCK or not (scores.flags.c_contiguous and weights.flags.c_contiguous):
        return _normalise_block(scores, weights)
    scores, weights = rows(scores), rows(weights)
    step = max(1, BLOCK // scores.shape[-1])
    for start in range(0, len(scores), step):
        _normalise_block(scores[start : start + step], weights[start : start + step])


def _normalise_block(scores, weights):
    """Write the softmax of the last axis of `scores` into `weights`."""
    largest = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    np.subtract(scores, finite(largest), out=weights)  # so that exp cannot overflow
    np.exp(weights, out=weights)
    weights /= at_least_one(weights.sum(axis=-1, keepdims=True))


def finite(largest):
    """Return each row's largest score, a finite number also where a row is nothing but −inf."""
    return np.maximum(largest, np.finfo(largest.dtype).min)


def at_least_one(total):
    """Return a row's sum of exponentials to divide by; it is below 1 in empty rows only."""
    return np.maximum(total, 1)


def log_softmax(scores):
    """Return the logarithm of softmax over the last axis, stable: (…, n) → (…, n)."""
    scores = as_float(scores)
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def cross_entropy(logits, expected, real=None):
    """Return (mean of −log p(expected), its gradient): logits (…, n), expected (…) ids.

    Only places where `real` (…), boolean, is True count; without it all do. Raises ValueError
    where the shapes differ, an id is none of the n, or no place counts.
    """
    logits = as_float(logits)
    if not logits.ndim:
        raise ValueError("logits must be (…, n), one for each id, got a single number")
    expected = check_ids(expected, logits.shape[-1], "expected")
    real = np.ones(expected.shape, bool) if real is None else np.asarray(real)
    count = _count_places(logits, expected, real)
    log_probabilities = rows(log_softmax(logits))  # (places, n)
    chosen = np.arange(expected.size), expected.ravel()  # one of the n at each place
    loss = -log_probabilities[chosen][real.ravel()].sum() / count
    d_logits = np.exp(log_probabilities, out=log_probabilities)  # softmax …
    d_logits[chosen] -= 1  # … less a one at the expected id
    d_logits *= (real.ravel() / d_logits.dtype.type(count))[:, None]
    return float(loss), d_logits.reshape(logits.shape)


def _count_places(logits, expected, real):
    """Count the places of a loss. Raises ValueError where shapes differ or there is none."""
    if not logits.shape[:-1] == expected.shape == real.shape or real.dtype != bool:
        raise ValueError(
            f"expected and real, True where a place counts, must be shaped like the logits' places "
            f"{logits.shape[:-1]}, got {expected.shape} and {real.dtype} {real.shape}: give each "
            f"place an id and a True or False"
        )
    if not real.any():
        raise ValueError(
            "a loss must be over at least one place, got none where real is True: its mean would "
            "be 0 / 0"
        )
    return np.count_nonzero(real)


def check_mask(mask, shape):
    """Return the mask, or None. Raises ValueError unless boolean and fit for `shape`."""
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
