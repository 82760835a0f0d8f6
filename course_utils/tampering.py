"""Weights changed by hand while a trained model works: does its answer depend on them?

A change is a function (weights (..., n, m), mask) → weights of that shape; True in the mask =
may look, and it broadcasts to the weights. All give rows that sum to 1, or to 0 where nothing is
left to look at.
"""

import copy

import numpy as np

from course_utils.decoding import greedy_search
from course_utils.layers import Layer
from course_utils.metrics import matches


def unchanged(weights, mask):
    """The learned weights."""
    return weights


def hard(weights, mask):
    """All weight to the key that has most, the first of equals."""
    return np.where(is_top(weights), 1.0, 0.0).astype(weights.dtype) * mask


def uniform(weights, mask):
    """The same weight for every key that may be looked at."""
    return shares(np.broadcast_to(mask, weights.shape).astype(weights.dtype))


def without_top(weights, mask):
    """The largest weight taken away, the rest divided by its sum."""
    return shares(np.where(is_top(weights), 0, weights))


def shuffled(seed):
    """A change that hands each row's weights to its visible keys in a random order."""
    rng = np.random.default_rng(seed)

    def change(weights, mask):
        seen = np.broadcast_to(mask, weights.shape)
        order = np.where(seen, rng.random(weights.shape), 2.0).argsort(axis=-1)
        places = np.where(seen, 0.0, 1.0).argsort(axis=-1, kind="stable")  # visible ones first
        moved = np.zeros_like(weights)
        np.put_along_axis(moved, places, np.take_along_axis(weights, order, axis=-1), axis=-1)
        return moved

    return change


def is_top(weights):
    """True at the largest weight of each row, the first of equals."""
    columns = np.arange(weights.shape[-1])
    return columns == weights.argmax(axis=-1)[..., None]


def shares(weights):
    """Each row divided by its sum; a row of zeros stays one."""
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total > 0, total, 1)


class Tampered(Layer):
    """A context whose weights are changed before the mix; it can decode, not learn."""

    def __init__(self, context, change):
        super().__init__(parts={"context": context})
        self.change = change

    def reader(self, memory):
        """A function from queries to (context, weights), as other contexts have it."""
        read, mask = self.parts["context"].reader(memory), memory.mask[:, None]

        def tampered(queries):
            weights = read(queries)[1]
            if weights is None:
                name = type(self.parts["context"]).__name__
                raise ValueError(f"{name} has no weights to change: take a model with Attention")
            weights = self.change(weights, mask)
            return weights @ memory.states, weights

        return tampered


def exact_when_tampered(model, batch, change):
    """Which rows a ``Seq2Seq`` with attention writes exactly right, (rows,), weights changed."""
    tampered = copy.copy(model)  # the parameters are shared, the context is not
    tampered.context = Tampered(model.context, change)
    memory, stepper = tampered.start(batch.source, batch.source_lengths)
    decoded = greedy_search(stepper(memory), memory, batch.target.shape[1] + 2)
    return matches(decoded.tokens, batch)
