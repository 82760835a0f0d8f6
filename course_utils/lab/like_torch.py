"""PyTorch's attention functions in NumPy, with its names, its defaults and its meaning of a mask.

They speak as PyTorch does, so that what is said to it can be tried without it. No gradients.
"""

import numpy as np

from course_utils.softmax import softmax


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, scale=None, rng=None
):
    """Return the context (..., n, d_v) of query (..., n, d), key (..., m, d), value (..., m, d_v).

    attn_mask : boolean, True = may look; of floats: added to the scores. A row without a key is 0.
    dropout_p : the share of weights dropped at **each** call; rng draws which.
    scale : what scores are multiplied by, 1/√d where not given.
    """
    scale = 1 / np.sqrt(query.shape[-1]) if scale is None else scale
    scores = query @ key.swapaxes(-1, -2) * scale
    weights = softmax(_with_mask(scores, attn_mask))
    if dropout_p:
        kept = np.random.default_rng(rng).random(weights.shape) >= dropout_p
        weights = weights * kept / (1 - dropout_p)
    return weights @ value


def _with_mask(scores, mask):
    if mask is None:
        return scores
    if mask.dtype == bool:
        return np.where(mask, scores, -np.inf)
    return scores + mask


def multihead_attention(
    query,
    key,
    value,
    in_proj_weight,
    out_proj_weight,
    num_heads,
    attn_mask=None,
    key_padding_mask=None,
    batch_first=False,
):
    """Return what `nn.MultiheadAttention` without biases returns first.

    query (n, batch, d), key and value (m, batch, d), or the batch first where batch_first says so;
    in_proj_weight (3d, d), out_proj_weight (d, d). A query without a key gets NaN.
    attn_mask : (n, m), boolean: True **hides**; of floats: added.
    key_padding_mask : (batch, m), boolean: True **hides**.
    """
    if not batch_first:
        query, key, value = (array.swapaxes(0, 1) for array in (query, key, value))
    projections = np.split(in_proj_weight, 3)
    sides = zip((query, key, value), projections, strict=True)
    q, k, v = (_by_head(array @ W.T, num_heads) for array, W in sides)
    mask = _added(attn_mask, key_padding_mask, (len(query), q.shape[-2], k.shape[-2]))
    context = scaled_dot_product_attention(q, k, v, mask)
    context[np.isneginf(mask).all(axis=-1) & np.ones(context.shape[:-1], bool)] = np.nan
    joined = context.swapaxes(1, 2).reshape(query.shape)
    output = joined @ out_proj_weight.T
    return output if batch_first else output.swapaxes(0, 1)


def _by_head(array, heads):
    batch, n, size = array.shape
    return array.reshape(batch, n, heads, size // heads).swapaxes(1, 2)


def _added(attn_mask, key_padding_mask, shape):
    """Return both masks as one that is added: (batch, 1, n, m), 0 or −inf or what was given."""
    mask = np.zeros(shape, np.float32)
    for one in (attn_mask, None if key_padding_mask is None else key_padding_mask[:, None]):
        if one is not None:
            mask = mask + (np.where(one, np.float32(-np.inf), 0) if one.dtype == bool else one)
    return mask[:, None]
