"""What is built in lesson 19: texts without a word, two keys, agreement of ranks, an interval."""

import numpy as np

from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("19")


def _texts(rng, square=False):
    batch, m = sizes(rng, 2, square)
    return (rng.integers(2, 90, size=(batch, m)),)


def _one_is_missing(trial):
    (ids,) = trial.arguments
    for row, shorter in zip(ids, trial.outputs["shorter"], strict=True):
        for j, text in enumerate(shorter):
            if text.tolist() != row[:j].tolist() + row[j + 1 :].tolist():
                return f"without place {j} of {row.tolist()}: {text.tolist()}"
    return None


@lesson.function(
    "19.a",
    "each text without each of its words",
    outputs=lambda ids: {"shorter": (len(ids), ids.shape[1], ids.shape[1] - 1)},
    inputs=_texts,
    edges={
        "two words": (np.array([[5, 9], [7, 3]]),),
        "one text": (np.array([[4, 8, 6, 2]]),),
        "a word that stands twice": (np.array([[4, 8, 4], [8, 8, 2]]),),
    },
    properties=(Property("row j is the text without its word j, in order", _one_is_missing),),
    dtypes=(np.int64,),
    hints=(
        "Without one word: np.delete. For all m of them: a list, stacked. Along which axis?",
        "np.stack([np.delete(ids, j, axis=____) for j in range(ids.shape[1])], axis=____)",
    ),
)
def without_each(ids):
    """Right: m shorter texts for each text, one for each word."""
    shorter = [np.delete(ids, j, axis=1) for j in range(ids.shape[1])]
    return np.stack(shorter, axis=1)


@without_each.also_right
def without_each_in_loops(ids):
    return np.array(
        [[[*row[:j], *row[j + 1 :]] for j in range(len(row))] for row in np.asarray(ids).tolist()]
    )


@without_each.also_right
def without_each_by_a_mask(ids):
    m = ids.shape[1]
    kept = np.nonzero(~np.eye(m, dtype=bool))[1].reshape(m, -1)
    return ids[:, kept]


@without_each.also_right
def without_each_as_float32(ids):
    return without_each(ids).astype(np.float32)


@without_each.mistake
def words_before_texts(ids):
    """Words and texts have changed places: (batch, m, m − 1), so stack along axis 1. With as many
    texts as words nothing fails.
    """
    shorter = np.stack([np.delete(ids, j, axis=1) for j in range(ids.shape[1])])
    return shorter.reshape(len(ids), ids.shape[1], -1)


@without_each.mistake
def always_the_last(ids):
    """It is always the last word that is missing: row j is without word j."""
    return np.repeat(ids[:, None, :-1], ids.shape[1], axis=1)


@without_each.mistake
def rolled(ids):
    """The right word is missing, and the others have changed their order: they begin behind the
    gap. A reader of sequences minds.
    """
    m = ids.shape[1]
    return np.stack([np.roll(ids, -j, axis=1)[:, 1:] for j in range(m)], axis=1)


@without_each.mistake
def turned_round(ids):
    """Row 0 is without the last word, and so on backwards: row j is without word j."""
    return without_each(ids)[:, ::-1]


@without_each.mistake
def word_itself_removed(ids):
    """Every word of that kind was taken out, or the first of them: take out one **place**."""
    rows = []
    for row in np.asarray(ids).tolist():
        rows.append([[*row[: row.index(w)], *row[row.index(w) + 1 :]] for w in row])
    return np.array(rows)


# 19.b: two keys that give the same margin


def _two(rng, square=False):
    m = 3 if square else int(rng.integers(3, 8))
    supports = 4 * rng.normal(size=m)
    i, j = (int(k) for k in rng.permutation(m)[:2])
    share = rng.uniform(0.1, 0.9)
    return supports, float(share * supports[i] + (1 - share) * supports[j]), i, j


def _same_margin(trial):
    supports, margin, _, _ = trial.arguments
    found = np.asarray(trial.outputs["weights"], float) @ np.asarray(supports, float)
    return moved(found, float(margin), 100 * trial.tolerance)


def _on_two_keys(trial):
    weights, (_, _, i, j) = np.asarray(trial.outputs["weights"], float), trial.arguments
    elsewhere = np.delete(weights, [i, j])
    if np.abs(elsewhere).max(initial=0) > 0:
        return f"{np.abs(elsewhere).max():.3g} on a third key"
    return moved(weights.sum(), 1, 10 * trial.tolerance)


@lesson.function(
    "19.b",
    "two keys with the same margin",
    outputs=lambda supports, *_: {"weights": supports.shape},
    inputs=_two,
    edges={
        "half and half": (np.array([2.0, 0, -2]), 0.0, 0, 2),
        "two keys alone": (np.array([1.0, 5]), 4.0, 0, 1),
        "all on the first": (np.array([1.0, 5, 2]), 5.0, 1, 0),
        "all on the second": (np.array([1.0, 5, 2]), 2.0, 1, 2),
        "both against the answer": (np.array([-1.0, -3, 7]), -1.5, 0, 1),
    },
    properties=(
        Property("weights · supports is the margin", _same_margin),
        Property("keys i and j have all weight, 1 together", _on_two_keys),
    ),
    hints=(
        "Key j gets what key i leaves. One unknown: share · supports[i] + (1 − share) · ____.",
        "share = (margin - supports[j]) / (supports[i] - ____)",
    ),
)
def two_keys(supports, margin, i, j):
    """Right: one share is left to choose, and the margin chooses it."""
    weights = np.zeros(len(supports))
    weights[i] = (margin - supports[j]) / (supports[i] - supports[j])
    weights[j] = 1 - weights[i]
    return weights


@two_keys.also_right
def two_keys_by_solving(supports, margin, i, j):
    both = np.array([[supports[i], supports[j]], [1, 1]], float)
    weights = np.zeros(len(supports))
    weights[[i, j]] = np.linalg.solve(both, [margin, 1])
    return weights


@two_keys.also_right
def two_keys_from_the_second(supports, margin, i, j):
    share = (supports[i] - margin) / (supports[i] - supports[j])
    places = np.arange(len(supports))
    return (1 - share) * (places == i) + share * (places == j)


@two_keys.also_right
def two_keys_in_float32(supports, margin, i, j):
    return two_keys(supports.astype(np.float32), margin, i, j).astype(np.float32)


@two_keys.mistake
def shares_swapped(supports, margin, i, j):
    """Shares swapped: the nearer a support is to the margin, the more its key gets."""
    weights = two_keys(supports, margin, i, j)
    weights[[i, j]] = weights[[j, i]]
    return weights


@two_keys.mistake
def half_each(supports, margin, i, j):
    """A half each, whatever the margin: it must be the old one."""
    weights = np.zeros(len(supports))
    weights[[i, j]] = 0.5
    return weights


@two_keys.mistake
def by_their_supports(supports, margin, i, j):
    """Shares in proportion to the supports do not give the margin: solve for the share."""
    weights = np.zeros(len(supports))
    weights[[i, j]] = supports[[i, j]] / (supports[i] + supports[j])
    return weights


@two_keys.mistake
def one_key_alone(supports, margin, i, j):
    """margin / supports[i] on one key gives the margin, and the weights do not sum to 1."""
    weights = np.zeros(len(supports))
    weights[i] = margin / supports[i] if supports[i] else 0
    return weights


@two_keys.mistake
def to_zero(supports, margin, i, j):
    """Yours weighs as if key j supported nothing: supports[j] belongs above and below."""
    weights = np.zeros(len(supports))
    weights[i] = margin / supports[i] if supports[i] else 0
    weights[j] = 1 - weights[i]
    return weights


# 19.c: do two rows rank alike?


def _rows(rng, square=False):
    batch, m = sizes(rng, 2, square, least=3)
    return rng.normal(size=(batch, m)), rng.normal(size=(batch, m))


def _itself(trial):
    a = trial.arguments[0]
    found = np.stack([trial.call(a, a.copy())["agreement"], trial.call(a, -a)["agreement"]])
    plain = [len(set(row.tolist())) == len(row) for row in a]  # ties agree with nobody
    return moved(found[:, plain], np.outer([1, -1], np.ones(sum(plain))), trial.tolerance)


def _size_is_nothing(trial):
    a, b = trial.arguments
    again = trial.call(a, 3 * b + 1)["agreement"]
    return moved(again, trial.outputs["agreement"], trial.tolerance)


def _counted(trial):
    a, b = (np.asarray(array, float) for array in trial.arguments)
    i, j = np.triu_indices(a.shape[1], 1)
    wanted = (np.sign(a[:, i] - a[:, j]) * np.sign(b[:, i] - b[:, j])).mean(axis=1)
    return moved(trial.outputs["agreement"], wanted, 10 * trial.tolerance)


@lesson.function(
    "19.c",
    "do two rows rank alike?",
    outputs=lambda a, b: {"agreement": (len(a),)},
    inputs=_rows,
    edges={
        "two keys": (np.array([[1.0, 2], [2, 1]]), np.array([[5.0, 9], [0, 3]])),
        "one text": (np.array([[3.0, 1, 2]]), np.array([[1.0, 2, 3]])),
        "ties": (np.array([[1.0, 1, 2, 0]]), np.array([[4.0, 3, 3, 3]])),
        "all alike": (np.ones((2, 3)), np.array([[1.0, 2, 3], [3, 1, 2]])),
        "far apart": (np.array([[1e6, 1, 2, 3]]), np.array([[1.0, 2, 3, 4]])),
        "a tie among others": (np.array([[1.0, 1, 2, 0]]), np.array([[3.0, 4, 5, 1]])),
    },
    properties=(
        Property("pairs ranked alike, minus pairs ranked otherwise, of all pairs", _counted),
        Property("a row beside its negative: 1 with itself, −1 with it", _itself),
        Property("3 b + 1 ranks as b does", _size_is_nothing),
    ),
    hints=(
        "np.sign of a difference says who is ahead. Of two signs, what does the product say?",
        "i, j = np.triu_indices(m, 1); (np.sign(a[:, i] - a[:, j]) * ____).mean(axis=____)",
    ),
)
def agreement(a, b):
    """Right: each pair of keys counts once, +1 where both rank it alike."""
    i, j = np.triu_indices(a.shape[1], 1)
    alike = np.sign(a[:, i] - a[:, j]) * np.sign(b[:, i] - b[:, j])
    return alike.mean(axis=1)


@agreement.also_right
def agreement_in_loops(a, b):
    m, rows = a.shape[1], []
    for x, y in zip(a, b, strict=True):
        pairs = [(i, j) for i in range(m) for j in range(i)]
        signs = [np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]) for i, j in pairs]
        rows.append(sum(signs) / len(pairs))
    return np.array(rows)


@agreement.also_right
def agreement_by_squares(a, b):
    m = a.shape[1]
    ahead = [np.sign(x[:, :, None] - x[:, None]) for x in (a, b)]
    return (ahead[0] * ahead[1]).sum(axis=(1, 2)) / (m * (m - 1))


@agreement.also_right
def agreement_in_float32(a, b):
    return agreement(a.astype(np.float32), b.astype(np.float32)).astype(np.float32)


@agreement.mistake
def correlation_of_numbers(a, b):
    """That is the correlation of the **numbers**: one large weight decides it. Ranks are asked."""
    a, b = (x - x.mean(axis=1, keepdims=True) for x in (a, b))
    return (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1) + 1e-300)


@agreement.mistake
def share_alike(a, b):
    """The share of pairs that are ranked alike, 0 to 1: take off those ranked otherwise, so that
    chance is 0.
    """
    i, j = np.triu_indices(a.shape[1], 1)
    return (np.sign(a[:, i] - a[:, j]) * np.sign(b[:, i] - b[:, j]) > 0).mean(axis=1)


@agreement.mistake
def neighbours_alone(a, b):
    """Neighbouring keys alone were compared: all pairs count, m (m − 1) / 2 of them."""
    return (np.sign(np.diff(a)) * np.sign(np.diff(b))).mean(axis=1)


@agreement.mistake
def with_themselves(a, b):
    """Each key was compared with itself too, and that is always a tie: divide by the pairs of
    **two** keys.
    """
    m = a.shape[1]
    return agreement(a, b) * (m - 1) / m


@agreement.mistake
def same_top(a, b):
    """Only the top key was compared: all pairs count."""
    return np.where(a.argmax(axis=1) == b.argmax(axis=1), 1.0, -1.0)


@agreement.mistake
def without_ties(a, b):
    """Divided by the pairs without a tie, which is τ-b: here a tie counts for neither and stays
    among all pairs, m (m − 1) / 2.
    """
    i, j = np.triu_indices(a.shape[1], 1)
    x, y = np.sign(a[:, i] - a[:, j]), np.sign(b[:, i] - b[:, j])
    untied = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return (x * y).sum(axis=1) / np.where(untied > 0, untied, 1)


@agreement.mistake
def places_for_ranks(a, b):
    """argsort names places, not ranks: it says which key is first, not how far up a key stands.
    Compare the numbers themselves.
    """
    return agreement(a.argsort(axis=1), b.argsort(axis=1))


# 19.d: how far would the mean move with other texts?


def _found_and_picks(rng, square=False):
    n, draws = (6, 6) if square else (int(rng.integers(5, 12)), int(rng.integers(20, 60)))
    return rng.normal(2, 1, n), rng.integers(n, size=(draws, n))


def _between(trial):
    values, picks = trial.arguments
    means = np.asarray(values, float)[picks].mean(axis=1)
    wanted = np.quantile(means, [0.025, 0.975])
    found = np.array([trial.outputs["low"], trial.outputs["high"]], float)
    return moved(found, wanted, 100 * trial.tolerance)


@lesson.function(
    "19.d",
    "an interval for a mean",
    outputs=lambda *_: {"low": (), "high": ()},
    inputs=_found_and_picks,
    edges={
        "all values alike": (np.full(4, 0.3), np.array([[0, 1, 2, 3], [3, 3, 3, 3]])),
        "one draw": (np.array([1.0, 2, 6]), np.array([[0, 2, 2]])),
        "two texts": (np.array([0.0, 1]), np.array([[0, 0], [0, 1], [1, 1], [1, 0], [0, 1]])),
    },
    properties=(Property("95 % of the drawn means lie between", _between),),
    hints=(
        "values[picks] is (draws, n): a mean for each draw. Then the middle 95 % of these means.",
        "means = values[picks].mean(axis=____); np.quantile(means, [0.025, ____])",
    ),
)
def interval(values, picks):
    """Right: the mean of each draw, and where the middle 95 % of them lie."""
    means = values[picks].mean(axis=1)
    return np.quantile(means, 0.025), np.quantile(means, 0.975)


@interval.also_right
def interval_by_percentiles(values, picks):
    return tuple(np.percentile([values[row].mean() for row in picks], [2.5, 97.5]))


@interval.also_right
def interval_by_counts(values, picks):
    n = len(values)
    counts = np.array([np.bincount(row, minlength=n) for row in picks])
    low, high = np.quantile(counts @ values / picks.shape[1], (0.025, 0.975))
    return low, high


@interval.also_right
def interval_in_float32(values, picks):
    low, high = interval(values.astype(np.float32), picks)
    return np.float32(low), np.float32(high)


@interval.mistake
def of_the_values(values, picks):
    """That is where single **values** lie: an interval for the mean is far narrower. Take the mean
    of each draw first.
    """
    return tuple(np.quantile(values[picks], [0.025, 0.975]))


@interval.mistake
def mean_of_each_column(values, picks):
    """The mean was taken over the draws: each draw, a row, has a mean of its own, axis=1."""
    return tuple(np.quantile(values[picks].mean(axis=0), [0.025, 0.975]))


@interval.mistake
def ninety_percent(values, picks):
    """5 and 95 % leave out a tenth: for 95 % leave out 2.5 % at either end."""
    return tuple(np.quantile(values[picks].mean(axis=1), [0.05, 0.95]))


@interval.mistake
def bell(values, picks):
    """Mean minus and plus 1.96 standard deviations takes it that the means form a bell: take the
    quantiles of the drawn means themselves.
    """
    means = values[picks].mean(axis=1)
    return means.mean() - 1.96 * means.std(), means.mean() + 1.96 * means.std()


@interval.mistake
def high_before_low(values, picks):
    """High came first: (low, high)."""
    return interval(values, picks)[::-1]


@interval.mistake
def extremes(values, picks):
    """The smallest and the largest mean: they move further apart the more you draw. Take 2.5 and
    97.5 %.
    """
    means = values[picks].mean(axis=1)
    return means.min(), means.max()
