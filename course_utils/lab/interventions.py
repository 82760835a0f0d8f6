"""Interventions: a trained model writes with other weights than it would choose.

An intervention is a function ``(weights, mask) → weights``: weights (batch, n, m) as the model
computed them, mask (batch, m) True at real keys. Whether weights matter is tested by changing them.
"""

import copy

import numpy as np

from course_utils.layers import Layer


def learned(weights, mask):
    """No intervention."""
    return weights


def hard(weights, mask):
    """All weight on the largest one."""
    return np.equal.outer(weights.argmax(axis=-1), np.arange(weights.shape[-1])).astype(
        weights.dtype
    )


def uniform(weights, mask):
    """The same weight for every real key."""
    equal = (mask / mask.sum(axis=-1, keepdims=True))[:, None]
    return np.broadcast_to(equal, weights.shape).astype(weights.dtype)


def shuffled(weights, mask, seed=0):
    """The same weights on other keys: each row's real places in a random order.

    The order is drawn from ``seed`` anew in each call, so a decoder that asks step by step gets
    the same one at every step.
    """
    draws = np.random.default_rng(seed).random(weights.shape)
    order = np.where(mask[:, None], draws, 2.0).argsort(axis=-1)  # padding stays at the end
    return np.take_along_axis(weights, order, axis=-1)


def without_top(weights, mask):
    """The largest weight taken away, the others scaled up to a sum of 1."""
    places = np.arange(weights.shape[-1])
    rest = np.where(weights.argmax(axis=-1)[..., None] == places, 0, weights)
    total = rest.sum(axis=-1, keepdims=True)
    return rest / np.where(total > 0, total, 1)  # a single key leaves nothing


INTERVENTIONS = {
    "learned": learned,
    "hard: all on the largest": hard,
    "uniform": uniform,
    "shuffled": shuffled,
    "largest removed": without_top,
}


class ChangedContext(Layer):
    """A decoder's context whose weights are replaced before they mix; for decoding only."""

    def __init__(self, context, change):
        self.context, self.change = context, change
        super().__init__(parts={"context": context})

    def reader(self, memory):
        """A function from queries to (context, changed weights)."""
        read = self.context.reader(memory)

        def changed(queries):
            weights = self.change(read(queries)[1], memory.mask)
            return weights @ memory.states, weights

        return changed


def intervene(model, change):
    """A copy of a trained model with attention that decodes with changed weights.

    Parameters are shared, not copied. Raises ValueError for a model without attention, TypeError
    where ``change`` is no function.
    """
    if not callable(change):
        raise TypeError(
            f"change must be a function (weights, mask) → weights, got {change!r:.60}: "
            f"take one by its name from INTERVENTIONS"
        )
    if "score" not in model.context.parts:
        raise ValueError(
            f"the model must have attention, got {type(model.context).__name__}: "
            f"there are no weights to change"
        )
    changed = copy.copy(model)
    changed.context = ChangedContext(model.context, change)
    return changed
