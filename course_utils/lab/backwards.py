"""The way back, tried out: wrong rules that learn, roads that are closed, and digits that are lost.

A rule is a function from weights and d_weights, both (n, m), to d_scores (n, m).
"""

import numpy as np

from course_utils.attention import Attention, LastState, attend, attend_backward, attend_forward
from course_utils.gradients import numerical_gradient
from course_utils.lab.reach import gradient_reach
from course_utils.layers import nested
from course_utils.scoring import DotScore, ScaledDotScore
from course_utils.softmax import softmax

SEEDS = range(12)
KEYS, WIDTH, FEATURES = 6, 4, 3
ROADS = ("both", "values", "keys", "neither")


def fetching(rule, offset=0.0, steps=300, rate=0.3, seeds=SEEDS):
    """Return the loss before each step of gradient descent, (seeds, steps).

    Six queries, each with a value of its own to fetch, learn with their six keys by scaled dot
    products; the values stay. The loss is ½ (context − wanted)², summed over features, its mean
    over queries. offset : added to all values, and so to all that is wanted.
    """
    return np.array([_fetched(rule, offset, steps, rate, seed) for seed in seeds])


def _fetched(rule, offset, steps, rate, seed):
    rng, score, losses = np.random.default_rng(seed), ScaledDotScore(), []
    queries, keys = rng.normal(size=(2, KEYS, WIDTH))
    values = rng.normal(size=(KEYS, FEATURES)) + offset
    wanted = values[rng.permutation(KEYS)]
    for _ in range(steps):
        scores, cache = score.forward(queries, keys)
        weights = softmax(scores)
        d_context = weights @ values - wanted
        losses.append(0.5 * (d_context**2).sum() / KEYS)
        d_scores = rule(weights, d_context @ values.T)
        d_queries, d_keys, _ = score.backward(d_scores, cache)
        queries, keys = queries - rate * d_queries, keys - rate * d_keys
    return losses


def ends(rules, offset=0.0, seeds=SEEDS):
    """Return {name: {"middle": median loss at the end, "solved": starts that end below 0.1}}."""
    last = {name: fetching(rule, offset, seeds=seeds)[:, -1] for name, rule in rules.items()}
    return {
        name: {"middle": float(np.median(losses)), "solved": int((losses < 0.1).sum())}
        for name, losses in last.items()
    }


class OneRoad(Attention):
    """Attention whose way back to the states is open as values, as keys, as both or as neither."""

    def __init__(self, score, road="both"):
        """Raise ValueError for a road that is none of `ROADS`."""
        if road not in ROADS:
            raise ValueError(f"road must be one of {ROADS}, got {road!r}: name what is left open")
        super().__init__(score)
        self.road = road

    def backward(self, d_context, cache):
        attended_cache, memory = cache
        d_queries, d_keys, d_values, grads = attend_backward(d_context, attended_cache)
        neither = np.zeros_like(d_values)
        open_roads = {
            "values": d_values,
            "keys": d_keys,
            "both": d_values + d_keys,
            "neither": neither,
        }
        d_summary = np.zeros_like(memory.summary)
        return d_queries, open_roads[self.road], d_summary, nested(score=grads)


def reach_by_road(lengths, seed=0):
    """Return {road: (lengths,) sizes}: the last symbol's gradient at the first, by open roads.

    A new model with the dot rule, as `gradient_reach` makes it; "without" is one without attention.
    The decoder starts from the encoder's last state: that long way stays open in all of them, and
    is all there is in "neither".
    """
    reach = {road: [_reach(road, length, seed) for length in lengths] for road in ROADS}
    reach["without"] = [gradient_reach(LastState(), length, seed=seed) for length in lengths]
    return reach


def _reach(road, length, seed):
    return gradient_reach(OneRoad(DotScore(), road), length, seed=seed)


def slope_error(dtype, step, rows=50, keys=5, seed=0):
    """Return how far central differences are off the slope of a softmax, in that dtype.

    The slope is that of the first weight by its score; the error is the mean over rows, as a share
    of the slope. step : how far the score is moved, each way.
    """
    scores = np.random.default_rng(seed).normal(size=(rows, keys)).astype(dtype)
    weight = softmax(scores.astype(np.float64))[:, 0]
    exact = weight * (1 - weight)
    nudge = np.zeros(keys, dtype)
    nudge[0] = step
    above, below = (softmax(scores + sign * nudge)[:, 0] for sign in (1, -1))
    slope = (above - below) / (2 * dtype(step))
    return float(np.mean(np.abs(slope - exact) / exact))


def shifted_rows(offset, dtype=np.float64, seed=1):
    """Return weights (50, 200), d_context (50, 16) and values (200, 16) near `offset`.

    d_context and values are the same numbers in every dtype, such as float32 holds: what float32
    loses is lost on the way.
    """
    rng = np.random.default_rng(seed)
    weights = softmax(rng.normal(size=(50, 200)))
    others = rng.normal(size=(50, 16)), rng.normal(size=(200, 16)) + offset
    return weights.astype(dtype), *(array.astype(np.float32).astype(dtype) for array in others)


def share_off(found, exact):
    """Return the largest error, as a share of the largest number."""
    return float(np.abs(found - exact).max() / np.abs(exact).max())


def off_by(way_back, seed=0):
    """Return {judge: the largest error} of a way back through scaled dot attention.

    way_back(d_context, weights, queries, keys, values) → (d_queries, d_keys, d_values). Judges are
    central differences, by the loss ½ Σ (context − wanted)², and the package.
    """
    rng = np.random.default_rng(seed)
    queries, keys, values = arrays = [rng.normal(size=s) for s in ((4, 8), (5, 8), (5, 3))]
    attended, cache = attend_forward(queries, keys, values, ScaledDotScore())
    wanted = rng.normal(size=attended.context.shape)
    d_context = attended.context - wanted
    found = way_back(d_context, attended.weights, queries, keys, values)

    def loss():
        return 0.5 * ((attend(queries, keys, values).context - wanted) ** 2).sum()

    numeric = [numerical_gradient(loss, array) for array in arrays]
    package = attend_backward(d_context, cache)[:3]
    return {"differences": _gap(found, numeric), "package": _gap(found, package)}


def _gap(some, others):
    return max(float(np.abs(a - b).max()) for a, b in zip(some, others, strict=True))
