"""Other weights for the same answer: for a text by two keys, or by a whole model trained to it."""

from itertools import combinations

import numpy as np

from course_utils.attention import attend_forward
from course_utils.lab.twins import KINDS, WIDTH, Twin, endless
from course_utils.scoring import DotScore
from course_utils.training import train


def moved_share(weights, others):
    """Return the share of weight that stands on other keys, (…,): 1 minus what both have."""
    return 1 - np.minimum(weights, others).sum(axis=-1)


def two_keys(supports, margin, i, j):
    """Return weights (m,) on keys i and j alone whose mix of supports (m,) is the margin."""
    weights = np.zeros(len(supports))
    weights[i] = (margin - supports[j]) / (supports[i] - supports[j])
    weights[j] = 1 - weights[i]
    return weights


def furthest(weights, supports, two_keys=two_keys):
    """Return the weights (m,) of the same margin that differ the most, and their share moved.

    weights, supports : (m,). Weights that sum to 1 and mix to a given margin fill a polytope; what
    is furthest is a corner of it, and a corner has two keys at most: so all pairs are tried.
    """
    margin, best = weights @ supports, (weights, 0.0)
    for i, j in zip(*np.triu_indices(len(weights), 1), strict=True):
        low, high = sorted(supports[[i, j]])
        if low <= margin <= high and low < high:
            others = two_keys(supports, margin, i, j)
            moved = float(moved_share(weights, others))
            best = max(best, (others, moved), key=lambda found: found[1])
    return best


def seeds_apart(twins, ids):
    """Return the mean share of weight that stands elsewhere, for each pair of these twins."""
    maps = [twin.answer(ids)[1] for twin in twins]
    return [float(moved_share(a, b).mean()) for a, b in combinations(maps, 2)]


class Barred(Twin):
    """A twin that must not look at the key that another twin looks at most, from the first step."""

    def __init__(self, other, recurrent, rng=None):
        self.other, self.barred = other, None
        super().__init__(recurrent, rng=rng)

    def states(self, ids):
        """Turn word ids into what is mixed, as a `Twin` does, and bar the other's top key."""
        top = self.other.answer(ids)[1].argmax(axis=1)
        self.barred = np.arange(ids.shape[1]) != top[:, None]  # True: may look
        return super().states(ids)

    def mix(self, states):
        """Return one mix for each sentence, without the barred key."""
        queries = np.broadcast_to(self.own["query"], (len(states), 1, WIDTH))
        return attend_forward(queries, states, states, DotScore(), mask=self.barred[:, None])


def trained_apart(other, kind, seed):
    """Return a twin trained as the others are, 300 steps, that may not look where `other` does."""
    twin = Barred(other, KINDS[kind], rng=10 + seed)
    train(twin, endless(seed), steps=300, learning_rate=1e-2, progress=False)
    return twin
