"""Random arrays for exercises on attention, and the properties that right answers have.

Names: n queries, m keys, d_k and d_v features; a leading batch where an exercise has one.
"""

import numpy as np

from course_utils.checks.answers import shown
from course_utils.checks.exercises import Property


def sizes(rng, count, square=False, least=2, most=7):
    """Draw so many sizes from `least` to `most`, no two of them equal; all 3 where `square`."""
    if square:
        return (3,) * count
    return tuple(int(size) for size in rng.permutation(np.arange(least, most + 1))[:count])


def attention_arrays(rng, square=False, batch=False):
    """Draw queries (n, d_k), keys (m, d_k), values (m, d_v), with a leading axis for a batch."""
    n, m, d_k, d_v, many = sizes(rng, 5, square)
    lead = (many,) if batch else ()
    shapes = (n, d_k), (m, d_k), (m, d_v)
    return tuple(rng.normal(size=(*lead, *shape)) for shape in shapes)


def one_query(rng, square=False):
    """Draw one query (d_k,), keys (m, d_k) and values (m, d_v)."""
    m, d_k, d_v = sizes(rng, 3, square)
    return rng.normal(size=d_k), rng.normal(size=(m, d_k)), rng.normal(size=(m, d_v))


def rows_sum_to_one(name="weights"):
    """Ask that each row of the output of that name sums to 1."""

    def broken(trial):
        sums = trial.outputs[name].sum(axis=-1)
        if not np.allclose(sums, 1, atol=10 * trial.tolerance):
            return f"row sums {shown(sums.ravel())}"

    return Property(f"each row of the {name} sums to 1", broken)


def no_negative_weight(name="weights"):
    """Ask that no weight is below 0."""

    def broken(trial):
        smallest = trial.outputs[name].min()
        if smallest < 0:
            return f"smallest weight {smallest:.3g}"

    return Property("no weight is negative", broken)


def inside_the_values(name="context"):
    """Ask that each feature of the context lies between the least and the most of the values'."""

    def broken(trial):
        values, context = trial.arguments[-1], trial.outputs[name]
        room = 10 * trial.tolerance * (1 + np.abs(values).max())
        low = values.min(axis=-2, keepdims=context.ndim > 1) - room
        high = values.max(axis=-2, keepdims=context.ndim > 1) + room
        outside = (context < low) | (context > high)
        if outside.any():
            return f"{int(outside.sum())} of {outside.size} numbers lie outside"

    return Property(
        "each number of the answer lies inside the range of its column of values", broken
    )


def order_of_keys_is_irrelevant(name="context"):
    """Ask that keys and values in another order, together, give the same context."""

    def broken(trial):
        *queries, keys, values = trial.arguments
        reverse = np.arange(keys.shape[-2])[::-1]
        again = trial.call(*queries, keys[..., reverse, :], values[..., reverse, :])[name]
        return moved(again, trial.outputs[name], trial.tolerance)

    return Property("keys and values in reverse order give the same answer", broken)


def each_query_for_itself(name="context"):
    """Ask that queries in another order give the rows in that order."""

    def broken(trial):
        queries, *rest = trial.arguments
        again = trial.call(queries[..., ::-1, :], *rest)[name]
        return moved(again[..., ::-1, :], trial.outputs[name], trial.tolerance)

    return Property("queries in reverse order give the same rows in reverse order", broken)


def values_are_mixed(name="context"):
    """Ask that twice the values give twice the context."""

    def broken(trial):
        *rest, values = trial.arguments
        again = trial.call(*rest, 2 * values)[name]
        return moved(again, 2 * trial.outputs[name], trial.tolerance)

    return Property("twice the values give twice the answer", broken)


def shift_changes_nothing(name="context"):
    """Ask that one vector added to all keys changes nothing: it moves a query's scores alike."""

    def broken(trial):
        *queries, keys, values = trial.arguments
        again = trial.call(*queries, keys + 0.5, values)[name]
        return moved(again, trial.outputs[name], trial.tolerance)

    return Property("the same vector added to every key changes nothing", broken)


def ratios_follow_scores(name="weights"):
    """Ask that two keys' weights have the ratio exp(difference of their dot products)."""

    def broken(trial):
        queries, keys = trial.arguments[:2]
        weights = trial.outputs[name]
        scores = queries @ keys.swapaxes(-1, -2)
        if scores.shape[-1] < 2 or np.ptp(scores) > 50 or not (weights > 0).all():
            return None
        found = np.log(weights[..., 1:]) - np.log(weights[..., :-1])
        wanted = np.diff(scores, axis=-1)
        return moved(np.exp(found), np.exp(wanted), 10 * trial.tolerance)

    return Property("a score ahead by 1 gives e times the weight", broken)


def moved(found, wanted, tolerance):
    """Say how far two arrays are apart; None where they are equal."""
    gap = np.abs(found - wanted)
    if (gap > 10 * tolerance * (1 + np.abs(wanted))).any():
        return f"they differ by up to {gap.max():.3g}"
    return None


def attention_edges():
    """Return what everyone forgets: one key or query, scores of ±1000, rows apart, equal keys."""
    rng = np.random.default_rng(5)
    queries, keys, values = (rng.normal(size=shape) for shape in ((2, 4), (3, 4), (3, 5)))
    strong = np.array([[1000.0, 0, 0, 0], [-1000, 0, 0, 0]])
    ones = np.array([[1.0, 0, 0, 0], [-1, 0, 0, 0], [0.5, 0, 0, 0]])
    return {
        "one key": (queries, keys[:1], values[:1]),
        "one query": (queries[:1], keys, values),
        "scores of ±1000": (strong, ones, values),
        "one row far below": (np.array([[1000.0, 0, 0, 0], [1, 0, 0, 0]]), ones, values),
        "equal keys": (queries, np.repeat(keys[:1], 3, axis=0), values),
    }
