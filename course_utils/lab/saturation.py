"""A learner of two scores: how long a wrong key keeps its lead when softmax's slope moves it."""

import math

import numpy as np

STEPS = 20_000


def right_weight(gap, temperature=1.0, steps=STEPS):
    """Return the right key's weight before each step of gradient descent, (steps,).

    Two keys with the values 0 and 1; the context should be 1, the loss is ½ (context − 1)², the
    learning rate 1. At the start the wrong key's score is ahead by `gap`.
    """
    weights = np.empty(steps)
    for step in range(steps):
        weight = weights[step] = 1 / (1 + math.exp(gap / temperature))  # and it is the context
        # of the loss, by the right key's score; by the wrong one's it is minus that
        slope = (weight - 1) * weight * (1 - weight) / temperature
        gap += 2 * slope
    return weights


def steps_to_lead(weights):
    """Return the first step at which a weight is over a half; None where that never comes."""
    over = np.flatnonzero(np.asarray(weights) > 0.5)
    return int(over[0]) if len(over) else None


def sampled(weights, points=120):
    """Return some steps, at equal ratios, and the weights there: a curve for a logarithmic axis."""
    steps = np.unique(np.geomspace(1, len(weights), points).astype(int))
    return steps, np.asarray(weights)[steps - 1]
