"""Interventions: a trained model writes with other weights than it would choose.

An intervention is a function `(weights, mask) → weights`: weights (batch, n, m) as the model
computed them, mask (batch, m) True at real keys. Whether weights matter is tested by changing them.
"""

import copy

import numpy as np

from course_utils.layers import Layer


def learned(weights, mask):
    """Change nothing."""
    return weights


def hard(weights, mask):
    """Put all weight on the largest one."""
    return np.equal.outer(weights.argmax(axis=-1), np.arange(weights.shape[-1])).astype(
        weights.dtype
    )


def uniform(weights, mask):
    """Give every real key the same weight."""
    equal = (mask / mask.sum(axis=-1, keepdims=True))[:, None]
    return np.broadcast_to(equal, weights.shape).astype(weights.dtype)


def shuffled(weights, mask, seed=0):
    """Put the same weights on other keys: each row's real places in a random order.

    The order is drawn from `seed` anew in each call, so a decoder that asks step by step gets
    the same one at every step.
    """
    draws = np.random.default_rng(seed).random(weights.shape)
    order = np.where(mask[:, None], draws, 2.0).argsort(axis=-1)  # padding stays at the end
    return np.take_along_axis(weights, order, axis=-1)


def without_top(weights, mask):
    """Take the largest weight away, and scale the others up to a sum of 1."""
    places = np.arange(weights.shape[-1])
    rest = np.where(weights.argmax(axis=-1)[..., None] == places, 0, weights)
    total = rest.sum(axis=-1, keepdims=True)
    return rest / np.where(total > 0, total, 1)  # a single key leaves nothing


def without_another(weights, mask, seed=0):
    """Take one key away that is not the top one, drawn from the real ones, and scale the others up.

    The control of `without_top`: where this changes as much, it is the removal that hurts, and not
    the key. A row with a single real key keeps it.
    """
    places = np.arange(weights.shape[-1])
    others = mask[:, None] & (weights.argmax(axis=-1)[..., None] != places)
    draws = np.where(others, np.random.default_rng(seed).random(weights.shape), -1)
    drawn = others & (draws.argmax(axis=-1)[..., None] == places)
    rest = np.where(drawn, 0, weights)
    return rest / rest.sum(axis=-1, keepdims=True)


INTERVENTIONS = {
    "learned": learned,
    "hard: all on the largest": hard,
    "uniform": uniform,
    "shuffled": shuffled,
    "largest removed": without_top,
}


class ChangedContext(Layer):
    """A decoder's context whose weights are replaced before they mix; its parameters are shared.

    It is for looking at what a trained model does, so it has no way back.
    """

    def __init__(self, context, change):
        self.context, self.change = context, change
        super().__init__(context.own, context.parts)

    def forward(self, queries, memory):
        """Return ((context, changed weights), None): what decoding sees, for all queries at once.

        The queries are asked one by one, as in decoding: a change that draws at random draws the
        same for every step.
        """
        read = self.reader(memory)
        steps = [read(queries[:, t : t + 1]) for t in range(queries.shape[1])]
        context, weights = (np.concatenate(part, axis=1) for part in zip(*steps, strict=True))
        return (context, weights), None

    def backward(self, d_context, cache):
        """Raise TypeError: weights that were replaced have no gradient."""
        raise TypeError(
            "a model with changed weights must not be trained, its weights are not its own: "
            "train the model itself, then call intervene"
        )

    def reader(self, memory):
        """Return a function from queries to (context, changed weights)."""
        read = self.context.reader(memory)

        def changed(queries):
            weights = self.change(read(queries)[1], memory.mask)
            return weights @ memory.states, weights

        return changed


def intervene(model, change):
    """Return a copy of a trained model with attention that works with changed weights.

    It decodes with them, and `forward` gives the loss with them; it cannot be trained. Parameters
    are shared, not copied. Raises ValueError for a model without attention, TypeError where
    `change` is no function.
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
    changed.parts = model.parts | {"context": changed.context}
    return changed
