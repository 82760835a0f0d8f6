"""Reports that a decoder writes phrase by phrase: what it wrote, and what it read how often."""

import numpy as np


def written(weights, phrases):
    """Return what each step looks at most, as a list.  weights : (steps, m).  phrases : m texts."""
    return [phrases[place] for place in weights.argmax(axis=1)]


def coverage(weights):
    """Return the coverage of each source word, (m,).  weights : (steps, m)."""
    return weights.sum(axis=0)


def read_twice(weights):
    """Return what all steps read that was read before, Σ min(weight, coverage before it).

    weights : (steps, m).  It is the coverage loss of See et al. (2017), eq. 12, for one text.
    """
    before = np.cumsum(weights, axis=0) - weights
    return float(np.minimum(weights, before).sum())
