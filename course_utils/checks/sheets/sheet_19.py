"""The exercises of sheet 19: a valid sentence, the top keys alone, seeds in pairs, null space."""

import numpy as np

from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, no_negative_weight, sizes

sheet = Sheet("19")

sheet.choice(
    "19.1",
    "which sentence may stand below the figure?",
    points=1,
    asks="""
    A map of a translator of numbers; the row of 四 is bright at “forty”. Measured: in 1,000 such
    rows of digits, equal weights leave 0.03 right, another key removed 1.00, the largest removed
    0.03; two seeds. Which sentence may stand below the map?
    """,
    letter="c",
    options={
        "a": (
            "The model writes 四 because it understands that “forty” means 40.",
            "A weight says where a state was read. What is understood, nobody measured.",
        ),
        "b": (
            "Attention weights show which words matter to a translator.",
            "Rows of digits, in two models, were tested. Rows of units would fail (lesson, E2).",
        ),
        "c": (
            "In these two models a digit needs the state at its largest weight; another state it "
            "does not need.",
            "Yes: what was changed, what fell, what the control did, and of which models.",
        ),
        "d": (
            "Since weights can be changed in many ways, the map explains nothing.",
            "Here the answer falls with the largest weight, and stays with another one gone.",
        ),
    },
    hints=(
        "Which sentence says no more than what was changed and what was measured?",
        "Look for the kind of row, the models, the change, and the ____.",
    ),
)


# 19.2: the k largest alone


def _weights_and_count(rng, square=False):
    n, m = sizes(rng, 2, square, least=3)
    weights = rng.random((n, m)) + 0.05
    return weights / weights.sum(axis=1, keepdims=True), 2 if square else int(rng.integers(1, m))


def _so_many_left(trial):
    weights, k = trial.arguments
    left = (trial.outputs["weights"] > 0).sum(axis=1)
    wanted = np.minimum((weights > 0).sum(axis=1), k)
    return f"{left.tolist()} keys have weight" if (left != wanted).any() else None


def _sums_to_what_was_there(trial):
    weights, k = trial.arguments
    some = (weights.sum(axis=1) > 0) & (k > 0)
    return moved(trial.outputs["weights"].sum(axis=1), some.astype(float), 10 * trial.tolerance)


def _largest_keep_their_ratios(trial):
    weights, k = (np.asarray(array, float) for array in trial.arguments)
    order = np.argsort(-weights, axis=1, kind="stable")[:, : int(k)]
    kept = np.take_along_axis(weights, order, axis=1)
    found = np.take_along_axis(np.asarray(trial.outputs["weights"], float), order, axis=1)
    return moved(found * kept.sum(axis=1, keepdims=True), kept, 10 * trial.tolerance)


@sheet.function(
    "19.2",
    "the top keys alone: do they suffice?",
    points=3,
    asks="""
    Removing the largest weight asks whether it is **needed**. The other question is whether a few
    keys **suffice**. Keep the `k` largest weights of each row of `weights` (n, m), of equal ones
    those that come first, set the others to 0, and let each row sum to 1 again. A row that is all
    0 stays 0. `k` is at least 1 and may exceed m.
    """,
    outputs=lambda weights, k: {"weights": weights.shape},
    inputs=_weights_and_count,
    edges={
        "one key": (np.ones((2, 1)), 1),
        "all are kept": (np.array([[0.5, 0.3, 0.2]]), 3),
        "more than there are": (np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]), 5),
        "equal weights": (np.full((2, 4), 0.25), 2),
        "two equal at the border": (np.array([[0.2, 0.4, 0.2, 0.2], [0.3, 0.3, 0.1, 0.3]]), 2),
        "fewer with weight than k": (np.array([[0.0, 1, 0, 0], [0.5, 0, 0.5, 0]]), 3),
        "an empty row": (np.array([[0.0, 0, 0], [0.6, 0.1, 0.3]]), 1),
        "equal in turns, forty keys": (np.tile([0.04, 0.01], (1, 20)), 7),
        "half of the weights hidden": (np.array([[0.6, 0.4, 0, 0, 0]]), 1),
    },
    properties=(
        Property("k keys of each row have weight, or all that had any", _so_many_left),
        Property("a row sums to 1, or to 0 where nothing was", _sums_to_what_was_there),
        Property("the k largest keep their ratios", _largest_keep_their_ratios),
        no_negative_weight(),
    ),
    hints=(
        "np.argsort(-weights, kind='stable') names the places, the largest first. Which k of them?",
        "order[:, :k] are kept; np.put_along_axis(kept, order[:, :k], 1, axis=1); divide by ____",
    ),
)
def keep_top(weights, k):
    """Right: the rest is gone, and what is left is a distribution."""
    order = np.argsort(-weights, axis=1, kind="stable")
    rank = np.argsort(order, axis=1)
    kept = np.where(rank < k, weights, 0)
    total = kept.sum(axis=1, keepdims=True)
    return kept / np.where(total > 0, total, 1)


@keep_top.also_right
def keep_top_in_loops(weights, k):
    rows = []
    for row in weights:
        places = sorted(range(len(row)), key=lambda j: (-row[j], j))[:k]
        kept = np.array([row[j] if j in places else 0.0 for j in range(len(row))])
        rows.append(kept / kept.sum() if kept.sum() > 0 else kept)
    return np.array(rows)


@keep_top.also_right
def keep_top_one_by_one(weights, k):
    left, kept = weights.astype(float), np.zeros(weights.shape)
    rows = np.arange(len(weights))
    for _ in range(min(k, weights.shape[1])):
        top = left.argmax(axis=1)
        kept[rows, top] = weights[rows, top]
        left[rows, top] = -1
    return np.divide(kept, kept.sum(1)[:, None], where=kept.sum(1)[:, None] > 0, out=kept)


@keep_top.also_right
def keep_top_in_float32(weights, k):
    return keep_top(weights.astype(np.float32), k).astype(np.float32)


def _shared(kept):
    total = kept.sum(axis=1, keepdims=True)
    return kept / np.where(total > 0, total, 1)


def _ranks(weights):
    return np.argsort(np.argsort(-weights, axis=1, kind="stable"), axis=1)


@keep_top.mistake
def top_not_divided(weights, k):
    """The rows no longer sum to 1, so the mix gets shorter too: divide each by its new sum."""
    return np.where(_ranks(weights) < k, weights, 0)


@keep_top.mistake
def smallest_kept(weights, k):
    """The k smallest were kept: argsort puts the smallest first."""
    return _shared(np.where(_ranks(-weights) < k, weights, 0))


@keep_top.mistake
def top_removed(weights, k):
    """The k largest were removed: here they alone stay."""
    return _shared(np.where(_ranks(weights) >= k, weights, 0))


@keep_top.mistake
def all_at_the_border(weights, k):
    """Where several are equal at the border, more than k are kept: take those that come first."""
    border = -np.sort(-weights, axis=1)[:, min(k, weights.shape[1]) - 1 :][:, :1]
    return _shared(np.where(weights >= border, weights, 0))


@keep_top.mistake
def last_of_equal(weights, k):
    """Of equal weights at the border those that come last were kept: the first ones stay. The last
    k of argsort are the last of equal ones; sort −weights, kind="stable".
    """
    rank = np.argsort(np.argsort(weights, axis=1, kind="stable"), axis=1)
    return _shared(np.where(rank >= weights.shape[1] - k, weights, 0))


@keep_top.mistake
def softmax_again(weights, k):
    """Softmax over the kept weights is no sharing out: they are not scores. Divide by their sum."""
    kept = _ranks(weights) < k
    raised = np.where(kept & (weights > 0), np.exp(weights), 0)
    return _shared(raised)


@keep_top.mistake
def equal_shares(weights, k):
    """The kept keys get equal shares: they keep their ratios."""
    return _shared(np.where((_ranks(weights) < k) & (weights > 0), 1.0, 0))


@keep_top.mistake
def nothing_by_nothing(weights, k):
    """A row without any weight gives 0 / 0, NaN: it stays 0."""
    kept = np.where(_ranks(weights) < k, weights, 0)
    with np.errstate(invalid="ignore"):
        return kept / kept.sum(axis=1, keepdims=True)


@keep_top.mistake
def places_for_ranks(weights, k):
    """argsort gives places, not ranks: `order < k` asks where a key stands. Keep the keys at
    `order[:, :k]`.
    """
    order = np.argsort(-weights, axis=1, kind="stable")
    return _shared(np.where(order < k, weights, 0))


# 19.3: seeds in pairs


def _shares_right(rng, square=False):
    ways, seeds = sizes(rng, 2, square, least=3, most=8)
    learned = rng.uniform(0.6, 1, seeds)
    return learned, learned * rng.uniform(0, 1, (ways, seeds))


def _each_seed_beside_itself(trial):
    learned, changed = (np.asarray(array, float) for array in trial.arguments)
    falls = np.sort(learned - changed, axis=1)
    wanted = np.median(falls, axis=1), falls[:, 0], falls[:, -1]
    found = [trial.outputs[name] for name in ("median", "lowest", "highest")]
    return moved(np.stack(found), np.stack(wanted), 10 * trial.tolerance)


def _order_of_seeds(trial):
    learned, changed = trial.arguments
    again = trial.call(learned[::-1].copy(), changed[:, ::-1].copy())
    found = np.stack([again[name] for name in ("median", "lowest", "highest")])
    wanted = np.stack([trial.outputs[name] for name in ("median", "lowest", "highest")])
    return moved(found, wanted, 10 * trial.tolerance)


@sheet.function(
    "19.3",
    "interventions and seeds: a table with spread",
    points=3,
    asks="""
    Several models were trained alike from several seeds. `learned` (seeds,) is the share that each
    has right; `changed` (ways, seeds) the share after each way of changing weights. By how much
    does a way make a model fall? Compare each model **with itself**, and return for each way the
    median, the lowest and the highest fall over seeds, three arrays (ways,). Where a changed model
    is better, its fall is negative.
    """,
    outputs=lambda learned, changed: {
        name: (len(changed),) for name in ("median", "lowest", "highest")
    },
    inputs=_shares_right,
    edges={
        "one seed": (np.array([0.9]), np.array([[0.5], [0.9]])),
        "one way": (np.array([0.9, 0.8, 1.0]), np.array([[0.5, 0.8, 0.1]])),
        "better when changed": (np.array([0.5, 0.6]), np.array([[0.9, 0.5], [0.5, 0.6]])),
        "one seed was weak": (np.array([1.0, 0.3, 1.0]), np.array([[0.9, 0.2, 0.9], [0, 0, 0]])),
        "an even count": (np.array([1.0, 0.9, 0.8, 0.7]), np.array([[0.1, 0.5, 0.7, 0.7]])),
    },
    properties=(
        Property(
            "each seed's fall is its own learned share minus its changed one",
            _each_seed_beside_itself,
        ),
        Property("the order of the seeds does not matter", _order_of_seeds),
    ),
    hints=(
        "What is the fall of **one** model? Only then look over the seeds.",
        "falls = learned - changed has shape (ways, seeds); np.median(falls, axis=____), …",
    ),
)
def fall(learned, changed):
    """Right: each model beside itself, then over the seeds."""
    falls = learned - changed
    return np.median(falls, axis=1), falls.min(axis=1), falls.max(axis=1)


@fall.also_right
def fall_in_loops(learned, changed):
    rows = []
    for way in changed:
        falls = sorted(a - b for a, b in zip(learned, way, strict=True))
        rows.append((np.median(falls), falls[0], falls[-1]))
    return tuple(np.array(column) for column in zip(*rows, strict=True))


@fall.also_right
def fall_by_quantiles(learned, changed):
    median, low, high = np.quantile(learned - changed, (0.5, 0, 1), axis=-1)
    return median, low, high


@fall.also_right
def fall_in_float32(learned, changed):
    falls = (learned - changed).astype(np.float32)
    return np.median(falls, axis=1), falls.min(axis=1), falls.max(axis=1)


@fall.mistake
def not_in_pairs(learned, changed):
    """Your result is as if the median model stood beside the median changed one: two different
    models. Subtract seed by seed first.
    """
    middle = np.median(learned) - np.median(changed, axis=1)
    return middle, learned.min() - changed.max(axis=1), learned.max() - changed.min(axis=1)


@fall.mistake
def lowest_first(learned, changed):
    """The three are right and in another order: median, lowest, highest."""
    falls = learned - changed
    return falls.min(axis=1), np.median(falls, axis=1), falls.max(axis=1)


@fall.mistake
def over_the_ways(learned, changed):
    """The seeds were kept and the ways mixed: over seeds is axis=1."""
    falls = learned - changed
    found = np.median(falls, axis=0), falls.min(axis=0), falls.max(axis=0)
    return tuple(np.resize(part, len(changed)) for part in found)


@fall.mistake
def turned_about(learned, changed):
    """The sign is turned about: a fall is positive, learned − changed."""
    falls = changed - learned
    return np.median(falls, axis=1), falls.min(axis=1), falls.max(axis=1)


@fall.mistake
def means(learned, changed):
    """That is the mean: one seed that fails pulls it. The median is asked."""
    falls = learned - changed
    return falls.mean(axis=1), falls.min(axis=1), falls.max(axis=1)


@fall.mistake
def relative(learned, changed):
    """Divided by the learned share: falls in points are asked, learned − changed."""
    falls = (learned - changed) / learned
    return np.median(falls, axis=1), falls.min(axis=1), falls.max(axis=1)


@fall.mistake
def standard_deviations(learned, changed):
    """Median minus and plus a standard deviation is no lowest and highest fall: with few seeds name
    what was seen.
    """
    falls = learned - changed
    middle, wide = np.median(falls, axis=1), falls.std(axis=1)
    return middle, middle - wide, middle + wide


# 19.4: changes that the mix does not see


def _change_and_values(rng, square=False):
    d = 3 if square else int(rng.integers(2, 5))
    m = 3 if square else d + int(rng.integers(2, 5))
    return rng.normal(size=m), rng.normal(size=(m, d))


def _mix_stays(trial):
    values = np.asarray(trial.arguments[1], float)
    unseen = np.asarray(trial.outputs["unseen"], float)
    return moved(unseen @ values, np.zeros(values.shape[1]), 100 * trial.tolerance)


def _sum_stays(trial):
    return moved(np.asarray(trial.outputs["unseen"], float).sum(), 0.0, 100 * trial.tolerance)


def _nothing_more_is_lost(trial):
    """What was taken away is made of the values' features and of ones alone."""
    change, values = (np.asarray(array, float) for array in trial.arguments)
    taken = change - np.asarray(trial.outputs["unseen"], float)
    seen = np.column_stack([values, np.ones(len(values))])
    again = seen @ np.linalg.lstsq(seen, taken, rcond=None)[0]
    return moved(taken, again, 100 * trial.tolerance)


@sheet.function(
    "19.4",
    "what a mix cannot see",
    points=3,
    asks="""
    Weights a (m,) mix values V (m, d_v). A change c of the weights is **not seen** if a + c still
    sums to 1 and gives the same mix: c · 1 = 0 and c V = 0. That is the null space of [V 1]ᵀ; it
    has m − d_v − 1 directions, if there are so many keys. Of any `change` (m,) return the part that
    is not seen: take off what the columns of [V 1] can make of it (least squares).
    """,
    outputs=lambda change, values: {"unseen": change.shape},
    inputs=_change_and_values,
    edges={
        "one feature": (np.array([1.0, 0, -1, 2]), np.array([[1.0], [2], [3], [5]])),
        "as many directions as keys": (
            np.array([1.0, -2, 3]),
            np.array([[1.0, 0], [0, 1], [2, 5]]),
        ),
        "more features than keys": (np.array([1.0, 2]), np.array([[1.0, 2, 3], [0, 1, 5]])),
        "two keys hand over the same": (
            np.array([0.4, -0.4, 0.3]),
            np.array([[1.0, 2], [1, 2], [0, 3]]),
        ),
        "all keys hand over the same": (np.array([1.0, 2, 6]), np.ones((3, 2))),
        "not seen already": (np.array([1.0, -2, 1]), np.array([[1.0], [2], [3]])),
        "no change": (np.zeros(4), np.array([[1.0], [2], [3], [5]])),
    },
    properties=(
        Property("the mix does not see it: unseen @ values is 0", _mix_stays),
        Property("the sum of the weights does not see it: it sums to 0", _sum_stays),
        Property("only what the mix or the sum sees was taken off", _nothing_more_is_lost),
    ),
    hints=(
        "Two things see a change: the mix and the sum. Put a column of ones beside the values.",
        "seen = np.column_stack([values, np.ones(len(values))]); take off seen @ lstsq(____)[0]",
    ),
)
def unseen(change, values):
    """Right: what the values' features and a column of ones can make is taken off."""
    seen = np.column_stack([values, np.ones(len(values))])
    made = np.linalg.lstsq(seen, change, rcond=None)[0]
    return change - seen @ made


@unseen.also_right
def unseen_by_directions(change, values):
    seen = np.column_stack([values, np.ones(len(values))]).astype(float)
    directions = np.linalg.svd(seen)[0]
    rest = directions[:, np.linalg.matrix_rank(seen) :]
    return rest @ (rest.T @ change)


@unseen.also_right
def unseen_by_pinv(change, values):
    seen = np.column_stack([values, np.ones(len(values))]).astype(float)
    return change - seen @ (np.linalg.pinv(seen, rcond=1e-9) @ change)


@unseen.also_right
def unseen_in_float32(change, values):
    return unseen(change.astype(float), values.astype(float)).astype(np.float32)


def _less(change, seen):
    return change - seen @ np.linalg.lstsq(seen, change, rcond=None)[0]


@unseen.mistake
def sum_forgotten(change, values):
    """The mix stays and the sum does not: put a column of ones beside the values."""
    return _less(change, values)


@unseen.mistake
def mix_forgotten(change, values):
    """The sum stays and the mix does not: its mean alone was taken off."""
    return change - change.mean()


@unseen.mistake
def one_after_the_other(change, values):
    """First the mean, then the values: the second step spoils the first. Take both off at once."""
    return _less(change - change.mean(), values)


@unseen.mistake
def seen_part(change, values):
    """That is the part that **is** seen: take it off the change."""
    return change - unseen(change, values)


@unseen.mistake
def features_one_by_one(change, values):
    """Each column was taken off for itself: where columns are not at right angles, that takes off
    too much or too little. Least squares takes them together.
    """
    left = np.asarray(change, float)
    for column in np.column_stack([values, np.ones(len(values))]).T:
        left = left - column * (column @ change) / (column @ column)
    return left


@unseen.mistake
def always_nothing(change, values):
    """0 is never seen, and not the answer where there are more keys than d_v + 1."""
    return np.zeros(change.shape)


sheet.reason(
    "19.5",
    "the limits of your own figure",
    asks="""
    Take a map of weights of your own: of the capstone, or of lesson 10, 13 or 16. Write its limits
    in five sentences, as section F does: what is drawn; what was changed and what happened; the
    control and a baseline; how it spreads, over which unit; what the figure does not show. What you
    did not measure, say so. At least 60 words, in any language. The text is recorded, not scored.
    A rubric for it: each of the five is there; each number has its unit; no "because" without an
    intervention; no "never" and no "always".
    """,
    least_words=60,
    praise="Read it once more with the rubric: is there a because without an intervention?",
    hints=(
        "What did you change, and what would have happened by chance?",
        "Drawn: … Changed: … Control and baseline: … Spread over ____: … Not shown: …",
    ),
)
