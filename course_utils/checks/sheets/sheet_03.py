"""The exercises of sheet 03: temperature, a stable softmax, entropy, and the dial turned back."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import HOLD_ANSWERS, Property
from course_utils.checks.sheets.attention_edges import EMPTY_ROWS, MASKS, OF_HIDDEN, edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

sheet = Sheet("03")


def _rows_and_temperature(rng, square=False):
    n, m = sizes(rng, 2, square)
    return 2 * rng.normal(size=(n, m)), float(rng.choice([0.3, 0.5, 1.5, 2.5, 4.0]))


ROWS = np.array([[2.0, 1, 0, -1], [0, 3, 0, 1]])
STRONG = np.array([[1000.0, -1000, 999], [-1000, -1001, -999]])


def _both_doubled(trial):
    scores, temperature = trial.arguments
    again = trial.call(2 * scores, 2 * temperature)["weights"]
    return moved(again, trial.outputs["weights"], trial.tolerance)


def _ahead_by_one(trial):
    found = trial.call(np.array([[1.0, 0]]), 0.5)["weights"]
    return moved(found, np.array([[np.e**2, 1]]) / (np.e**2 + 1), trial.tolerance)


@sheet.function(
    "03.1",
    "the dial",
    points=1,
    asks="""
    Scores (n, m) and a temperature above 0: return the weights (n, m). `softmax`, imported
    above, runs along each row. One line is enough.
    """,
    outputs=lambda scores, temperature: {"weights": scores.shape},
    inputs=_rows_and_temperature,
    edges={
        "temperature 1": (ROWS, 1.0),
        "very hot": (ROWS, 1e6),
        "very cold": (ROWS, 0.01),
        "scores of ±1000": (STRONG, 0.5),
        "one key": (ROWS[:, :1], 3.0),
    },
    crossed=edges_in_pairs(
        lambda setting: (setting.scores, float(setting.rng.choice([0.25, 0.5, 2, 4])))
    ),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("scores and temperature twice as large change nothing", _both_doubled),
        Property("at temperature 0.5, a score ahead by 1 gets e² times the weight", _ahead_by_one),
    ),
    hints=(
        "What becomes of the gap between two scores when the temperature doubles?",
        "return softmax(scores ____ temperature)",
    ),
)
def soften(scores, temperature):
    """Right: only the ratio of scores and temperature counts."""
    return softmax(scores / temperature)


@soften.also_right
def row_by_row(scores, temperature):
    rows = [np.exp((row - max(row)) / temperature) for row in scores]
    return [row / sum(row) for row in rows]


@soften.also_right
def powers_of_weights(scores, temperature):
    powers = softmax(scores) ** (1 / temperature)
    return powers / powers.sum(axis=-1, keepdims=True)


@soften.also_right
def in_float32(scores, temperature):
    return softmax((scores / temperature).astype(np.float32))


@soften.mistake
def multiplied(scores, temperature):
    """Your dial turns the wrong way: a high temperature makes it sharper. Temperature divides
    the scores.
    """
    return softmax(scores * temperature)


@soften.mistake
def after_softmax(scores, temperature):
    """Your result is as if you divided the weights, so rows no longer sum to 1: divide the
    scores, before softmax.
    """
    return softmax(scores) / temperature


@soften.mistake
def no_temperature(scores, temperature):
    """Your result is softmax at temperature 1, whatever the dial says: divide the scores by it. (To
    subtract it changes nothing.)
    """
    return softmax(scores)


@soften.mistake
def powers_that_do_not_sum_to_1(scores, temperature):
    """Your result is as if the weights were raised to the power 1 / T: the ratios are right, the
    sums are not 1. Divide the scores, before softmax.
    """
    return softmax(scores) ** (1 / temperature)


@soften.mistake
def root(scores, temperature):
    """Your result is as if √temperature divided: divide by the temperature itself. The root
    belongs to √d_k, a later rule.
    """
    return softmax(scores / np.sqrt(temperature))


@soften.mistake
def over_the_queries(scores, temperature):
    """The division is right, but your columns sum to 1: softmax runs along each row."""
    return softmax(scores / temperature, axis=0)


@soften.mistake
def over_everything(scores, temperature):
    """All weights together sum to 1: each row needs a sum of its own."""
    weights = softmax((scores / temperature).ravel())
    return weights.reshape(scores.shape)


def _scores_and_axis(rng, square=False):
    shape = sizes(rng, 3, square, most=6)
    return 20 * rng.normal(size=shape), int(rng.choice([0, 1, 2, -1]))


def _sums(trial):
    sums = trial.outputs["weights"].sum(axis=trial.arguments[1])
    return moved(sums, np.ones_like(sums), trial.tolerance)


def _shifted(trial):
    scores, axis = trial.arguments
    again = trial.call(scores + 500, axis)["weights"]
    return moved(again, trial.outputs["weights"], trial.tolerance)


def _ratios(trial):
    """Neighbours along the axis: log of the ratio of weights = difference of scores."""
    scores, axis = trial.arguments
    scores, weights = (np.moveaxis(a, axis, -1) for a in (scores, trial.outputs["weights"]))
    clear = (weights[..., 1:] > 1e-6) & (weights[..., :-1] > 1e-6)
    if not clear.any():
        return None
    logs = np.diff(np.log(np.maximum(weights, 1e-9)), axis=-1)[clear]
    gaps = scores[..., 1:][clear] - scores[..., :-1][clear]
    return moved(logs, gaps, trial.tolerance)


def _hidden_by_minus_infinity(setting):
    """What is hidden has a score of −∞, and the slices run along one axis or the other."""
    axis = int(setting.rng.choice([0, 1, -1]))
    scores = np.where(setting.mask, setting.scores, -np.inf)
    return (scores.T if axis == 0 else scores), axis


@sheet.function(
    "03.2",
    "a softmax that never overflows",
    points=3,
    asks="""
    Write softmax yourself, with `np.exp`, along any axis of an array with any number of
    axes. Scores may be 1000 or −1000, float32 or float64. Some may be −∞ (a key that nobody
    may look at), but at least one in each slice is finite. Leave the caller's array as it
    is.
    """,
    withholds=(*HOLD_ANSWERS, "course_utils.attention:softmax"),
    outputs=lambda scores, axis: {"weights": scores.shape},
    inputs=_scores_and_axis,
    edges={
        "rows far apart": (STRONG, 1),
        "columns far apart": (STRONG.T, 0),
        "scores of 100 in float32": (np.array([[100, 99, 98]], np.float32), -1),
        "−inf, may not be looked at": (np.array([[0, -np.inf, 1], [-np.inf, 2, -np.inf]]), -1),
        "one row": (np.array([3.0, 1, 2]), 0),
        "all scores near −1000": (np.array([[-1000.0, -1001], [-998, -1000]]), -1),
        "one key": (np.array([[3.0], [-800]]), 1),
    },
    crossed=edges_in_pairs(
        _hidden_by_minus_infinity, masks=MASKS, without=(*EMPTY_ROWS, *OF_HIDDEN)
    ),
    properties=(
        Property("along the axis, weights sum to 1", _sums),
        no_negative_weight(),
        Property("a score ahead by 1 gets e times the weight", _ratios),
        Property("adding 500 to every score changes nothing", _shifted),
    ),
    hints=(
        "What cancels if you subtract one number from every score of a slice?",
        "shifted = scores - scores.max(axis=axis, ____=True), then exp, then divide by the sum.",
    ),
)
def stable_softmax(scores, axis):
    """Right: any size of score, any axis, −inf too, and the input is left as it was."""
    shifted = scores - scores.max(axis=axis, keepdims=True)  # the largest of each slice is 0
    exps = np.exp(shifted)
    return exps / exps.sum(axis=axis, keepdims=True)


@stable_softmax.also_right
def slice_by_slice(scores, axis):
    def one(row):
        exps = np.exp(row - row.max())
        return exps / exps.sum()

    return np.apply_along_axis(one, axis, scores)


@stable_softmax.also_right
def through_logarithms(scores, axis):
    rows = np.moveaxis(scores, axis, -1)
    largest = np.max(rows, axis=-1)[..., None]
    logs = rows - largest - np.log(np.exp(rows - largest).sum(axis=-1))[..., None]
    return np.moveaxis(np.exp(logs), -1, axis)


@stable_softmax.also_right
def in_float32(scores, axis):
    scores = scores.astype(np.float32)
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


@stable_softmax.mistake
def no_shift(scores, axis):
    """exp of a large score overflows and gives NaN: subtract the largest score of each slice
    first.
    """
    exps = np.exp(scores)
    return exps / exps.sum(axis=axis, keepdims=True)


@stable_softmax.mistake
def largest_of_all(scores, axis):
    """Your result is as if you subtracted the largest score of the whole array. A row far below
    it becomes all zeros, and 0/0 is NaN: each slice needs its own.
    """
    exps = np.exp(scores - scores.max())
    return exps / exps.sum(axis=axis, keepdims=True)


@stable_softmax.mistake
def largest_never_below_0(scores, axis):
    """Your result is as if the largest were never taken below 0: a slice of scores near −1000
    becomes 0/0. The largest may be negative, so start from the scores alone.
    """
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True, initial=0))
    return exps / exps.sum(axis=axis, keepdims=True)


@stable_softmax.mistake
def keepdims_missing(scores, axis):
    """The maximum and the sum lose an axis, so they meet the wrong rows or do not fit:
    keepdims=True keeps it.
    """
    exps = np.exp(scores - scores.max(axis=axis))
    return exps / exps.sum(axis=axis)


@stable_softmax.mistake
def keepdims_missing_in_the_sum(scores, axis):
    """The maximum is right. The sum lost its axis, so it divides the wrong slices:
    keepdims=True there too.
    """
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis)


@stable_softmax.mistake
def axis_ignored(scores, axis):
    """Right along the last axis, and always there: use the argument axis."""
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@stable_softmax.mistake
def largest_along_the_last_axis(scores, axis):
    """Your result is as if the maximum always ran along the last axis: it then shifts scores of
    one slice differently: max(axis=axis, …).
    """
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


@stable_softmax.mistake
def sum_along_the_last_axis(scores, axis):
    """Your result is as if the sum always ran along the last axis: sum(axis=axis, …)."""
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@stable_softmax.mistake
def one_sum_for_all(scores, axis):
    """Your result is as if you divided by the sum over the whole array: each slice needs its
    own sum, axis=axis.
    """
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum()


@stable_softmax.mistake
def in_place(scores, axis):
    """The weights are right, but you overwrite the scores of the caller: compute in a new
    array, without -= and out=.
    """
    scores -= scores.max(axis=axis, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=axis, keepdims=True)
    return scores


@stable_softmax.mistake(name="−1000 for −∞")
def minus_1000_for_minus_infinity(scores, axis):
    """Your result is as if −∞ were −1000: beside scores of −1000 it then gets a share. exp(−∞) is 0
    by itself: leave −∞ in.
    """
    scores = np.where(np.isfinite(scores), scores, -1000)
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


@stable_softmax.mistake
def smallest_subtracted(scores, axis):
    """Your result is as if you subtracted the smallest score. The largest then grows, and exp
    overflows sooner.
    """
    exps = np.exp(scores - scores.min(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


@stable_softmax.mistake
def mean_subtracted(scores, axis):
    """Your result is as if the mean were subtracted. It cancels too, but a score can still be
    1000 above it: which number makes all others 0 or less?
    """
    exps = np.exp(scores - scores.mean(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


@stable_softmax.mistake
def clipped(scores, axis):
    """Clipping makes different scores equal, so their weights become equal too: subtract
    instead.
    """
    exps = np.exp(np.clip(scores, -80, 80))
    return exps / exps.sum(axis=axis, keepdims=True)


@stable_softmax.mistake
def divided_by_the_largest(scores, axis):
    """Dividing changes the gaps between scores, and with them the weights: subtract the
    largest.
    """
    exps = np.exp(scores / scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


def _distributions(rng, square=False):
    n, m = sizes(rng, 2, square)
    return (rng.dirichlet(np.ones(m), size=n),)


def _five_equal(trial):
    return moved(trial.call(np.full((2, 5), 0.2))["entropy"], np.log(5), trial.tolerance)


def _independent(trial):
    """The table of all pairs of two rows has the sum of their entropies."""
    (weights,) = trial.arguments
    pairs = np.outer(weights[0], weights[-1]).reshape(1, -1)
    both = trial.outputs["entropy"][0] + trial.outputs["entropy"][-1]
    return moved(trial.call(pairs)["entropy"][0], both, trial.tolerance)


def _exactly_zero(trial):
    """A constant of 1e-9 in the log is common and small: say so, instead of 1.073 ≠ 1.073."""
    largest = np.abs(trial.call(np.eye(3, 4))["entropy"]).max()
    if largest > 1e-10:
        return f"{largest:.0e}: is there a constant in the log? np.where guards the zeros exactly"
    return None


def _keys_reversed(trial):
    (weights,) = trial.arguments
    again = trial.call(weights[:, ::-1])["entropy"]
    return moved(again, trial.outputs["entropy"], trial.tolerance)


def _one_key_more(trial):
    (weights,) = trial.arguments
    again = trial.call(np.pad(weights, ((0, 0), (0, 1))))["entropy"]
    return moved(again, trial.outputs["entropy"], trial.tolerance)


@sheet.function(
    "03.3",
    "entropy",
    points=2,
    asks="""
    Weights (n, m), each row sums to 1. Return the entropy of each row in nats, (n,). A
    weight of 0 adds nothing.
    """,
    outputs=lambda weights: {"entropy": weights.shape[:1]},
    inputs=_distributions,
    edges={
        "one-hot rows": (np.eye(4)[:3],),
        "some zeros": (np.array([[0.5, 0, 0.5, 0], [0.2, 0.3, 0, 0.5]]),),
        "equal weights": (np.full((2, 5), 0.2),),
        "one key": (np.ones((3, 1)),),
    },
    properties=(
        Property("two rows of five equal weights have entropy ln 5", _five_equal),
        Property("a one-hot row has entropy 0, to nine digits", _exactly_zero),
        Property("for two independent choices entropies add up", _independent),
        Property("the order of the keys does not matter", _keys_reversed),
        Property("a further key with weight 0 changes nothing", _one_key_more),
    ),
    hints=(
        "What should a one-hot row give, and what is 0 · log 0 in NumPy?",
        "-(weights * np.log(np.where(weights > 0, weights, ____))).sum(axis=____)",
    ),
)
def entropy(weights):
    """Right: 0 for one-hot, ln m for equal weights, and no NaN for a weight of 0."""
    logs = np.log(np.where(weights > 0, weights, 1))  # 0 · log 0 counts as 0 · log 1 = 0
    return -(weights * logs).sum(axis=-1)


@entropy.also_right
def in_loops(weights):
    return [sum(-p * np.log(p) for p in row if p > 0) for row in weights]


@entropy.also_right
def zeros_left_out(weights):
    return np.where(weights > 0, -weights * np.log(weights + 1e-300), 0).sum(axis=1)


@entropy.also_right
def in_float32(weights):
    weights = weights.astype(np.float32)
    logs = np.log(np.where(weights > 0, weights, 1))
    return -(weights * logs).sum(axis=-1)


@entropy.mistake
def no_guard(weights):
    """A weight of 0 gives 0 · log 0, which is NaN: take the log of 1 there."""
    return -(weights * np.log(weights)).sum(axis=-1)


@entropy.mistake
def bits(weights):
    """This is entropy in bits, with log2. Here it is in nats: np.log."""
    logs = np.log2(np.where(weights > 0, weights, 1))
    return -(weights * logs).sum(axis=-1)


@entropy.mistake
def base_10(weights):
    """log10 is the logarithm to base 10. Here it is the natural one: np.log."""
    logs = np.log10(np.where(weights > 0, weights, 1))
    return -(weights * logs).sum(axis=-1)


@entropy.mistake
def no_minus(weights):
    """Logs of weights are 0 or less, so your entropy is negative: a minus sign is missing."""
    logs = np.log(np.where(weights > 0, weights, 1))
    return (weights * logs).sum(axis=-1)


@entropy.mistake
def mean(weights):
    """This is the mean over the keys. Each log already counts with its weight: take the sum."""
    logs = np.log(np.where(weights > 0, weights, 1))
    return -(weights * logs).mean(axis=-1)


@entropy.mistake
def over_the_queries(weights):
    """One number for each key came out: sum along each row, one number for each query."""
    logs = np.log(np.where(weights > 0, weights, 1))
    return -(weights * logs).sum(axis=0)


@entropy.mistake
def one_for_all(weights):
    """One number for the whole map came out: each row has an entropy of its own, axis=-1."""
    logs = np.log(np.where(weights > 0, weights, 1))
    return -(weights * logs).sum()


@entropy.mistake
def perplexity(weights):
    """This is the perplexity, exp of the entropy: leave exp away."""
    logs = np.log(np.where(weights > 0, weights, 1))
    return np.exp(-(weights * logs).sum(axis=-1))


@entropy.mistake
def weights_forgotten(weights):
    """Your result is as if you added the logs up as they are: each counts with its weight,
    weights * log.
    """
    logs = np.log(np.where(weights > 0, weights, 1))
    return -logs.sum(axis=-1)


@entropy.mistake
def constant_added(weights):
    """A constant of 0.01 in the log moves every result: guard the zeros with np.where."""
    return -(weights * np.log(weights + 0.01)).sum(axis=-1)


def _perplexity(weights):
    return np.exp(entropy(weights))


def _scores_and_target(rng, square=False):
    (m,) = sizes(rng, 1, square, least=3)
    scores = rng.uniform(0.5, 2) * (rng.permutation(m) + rng.uniform(-0.2, 0.2, m))
    return scores + rng.normal(), float(rng.uniform(1.2, 0.9 * m))


def _above_0(trial):
    temperature = trial.outputs["temperature"]
    return None if temperature > 0 else f"{temperature:.3g}"


def _reaches(trial):
    found = _perplexity(trial.outputs["weights"])
    return moved(found, trial.arguments[1], trial.tolerance)


def _fits(trial):
    weights = softmax(trial.arguments[0] / trial.outputs["temperature"])
    return moved(trial.outputs["weights"], weights, trial.tolerance)


def _scales(trial):
    scores, target = trial.arguments
    again = trial.call(2 * scores, target)["temperature"]
    return moved(again, 2 * trial.outputs["temperature"], trial.tolerance)


@sheet.function(
    "03.4",
    "turn the dial to a given perplexity",
    points=3,
    asks="""
    One row of scores (m,), no two equal, none beyond ±1000, and a target between 1 and m.
    Find the temperature at which the perplexity is the target, and return **the temperature
    and the weights** there.

    Perplexity only grows with T, so halve: T lies between `low = 0.001` and `high = 1000`.
    Look at the middle; where the perplexity is too small, the middle becomes the new `low`,
    else the new `high`. 60 halvings are enough: both results are compared to six digits.
    """,
    outputs=lambda scores, target: {"temperature": (), "weights": scores.shape},
    inputs=_scores_and_target,
    edges={
        "two keys": (np.array([1.0, 0]), 1.5),
        "the lesson's scores": (np.array([2.0, 1, 0, -1]), 2.0),
        "scores of ±100": (np.array([100.0, -100, 0]), 2.0),
        "hardly more than one": (np.array([2.0, 1, 0, -1]), 1.3),
        "nearly all": (np.array([0.5, 2, -1]), 2.9),
        "scores near 1000": (np.array([1000.0, 999, 998]), 2.0),
        "scores near −1000": (np.array([-1000.0, -997, -999]), 1.5),
        "two near 1000, the last at −1000": (np.array([1000.0, 999.5, -1000]), 1.5),
        "two near 1000, the first at −1000": (np.array([-1000.0, 999.5, 1000]), 1.5),
    },
    crossed=lambda: {  # twice these scores, and the temperature lies outside
        "a temperature near 0.001": (np.array([0.004, 0.002, 0, -0.002]), 2.2),
        "a temperature near 1000": (np.array([1000.0, 0, -500]), 2.4),
    },
    enough=6,
    properties=(
        Property("the temperature is above 0", _above_0),
        Property("the weights are softmax(scores / temperature)", _fits),
        Property("the perplexity of the weights is the target", _reaches),
        Property("scores twice as large need twice the temperature", _scales),
    ),
    hints=(
        "At the middle temperature the perplexity is too small. Is the T you look for higher?",
        "if perplexity < target: low = middle; else: ____ = middle. Sixty times.",
    ),
)
def temperature_for(scores, target):
    """Right: perplexity only grows with the temperature, so halving finds the place."""
    low, high = 0.001, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        weights = softmax(scores / middle)
        logs = np.log(np.where(weights > 0, weights, 1))
        if np.exp(-(weights * logs).sum()) < target:
            low = middle  # too few keys: too cold
        else:
            high = middle
    return low, softmax(scores / low)


@temperature_for.also_right
def halving_the_logarithm(scores, target):
    low, high = -7.0, 7.0
    for _ in range(70):
        middle = (low + high) / 2
        few = _perplexity(softmax(scores / np.exp(middle))) < target
        low, high = (middle, high) if few else (low, middle)
    return np.exp(low), softmax(scores / np.exp(low))


@temperature_for.also_right
def halving_the_sharpness(scores, target):
    low, high = 0.001, 1000.0
    for _ in range(80):
        middle = (low + high) / 2
        if _perplexity(softmax(scores * middle)) < target:
            high = middle  # too few keys: too sharp
        else:
            low = middle
    return [1 / low, softmax(scores * low).tolist()]


@temperature_for.also_right
def in_float32(scores, target):
    temperature, weights = temperature_for(scores.astype(np.float32), target)
    return np.float32(temperature), weights


@temperature_for.mistake
def exp_without_a_shift(scores, target):
    """Your result is as if exp were taken of scores / T as they are: it overflows where T is small.
    Use softmax.
    """
    low, high = 0.001, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        exps = np.exp(scores / middle)
        if np.exp(entropy(exps / exps.sum())) < target:
            low = middle
        else:
            high = middle
    exps = np.exp(scores / low)
    return low, exps / exps.sum()


@temperature_for.mistake
def no_guard_for_a_weight_of_0(scores, target):
    """Your result is as if 0 · log 0 were taken, which is NaN: your entropy of 03.3 guards it."""
    low, high = 0.001, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        weights = softmax(scores / middle)
        if np.exp(-(weights * np.log(weights)).sum()) < target:
            low = middle
        else:
            high = middle
    return low, softmax(scores / low)


@temperature_for.mistake
def wrong_half(scores, target):
    """Your result is as if you kept the wrong half, so the search runs to an end. Too few keys
    means too cold: then the low end moves up.
    """
    low, high = 0.001, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        if np.exp(entropy(softmax(scores / middle))) < target:
            high = middle
        else:
            low = middle
    return low, softmax(scores / low)


@temperature_for.mistake
def multiplied(scores, target):
    """Your result is as if scores were multiplied by T: a high temperature then makes it sharper.
    T divides the scores.
    """
    low, high = 0.001, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        if np.exp(entropy(softmax(scores * middle))) < target:
            low = middle
        else:
            high = middle
    return low, softmax(scores * low)


@temperature_for.mistake(name="entropy")
def entropy_compared(scores, target):
    """Your result is as if you compared the entropy with the target; perplexity is its exp."""
    low, high = 0.001, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        if entropy(softmax(scores / middle)) < target:
            low = middle
        else:
            high = middle
    return low, softmax(scores / low)


@temperature_for.mistake
def base_2(scores, target):
    """The entropy is in nats, so perplexity is e to that power: np.exp, not 2 **."""
    low, high = 0.001, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        if 2 ** entropy(softmax(scores / middle)) < target:
            low = middle
        else:
            high = middle
    return low, softmax(scores / low)


@temperature_for.mistake
def largest_weight(scores, target):
    """Your result is as if you made the largest weight 1/target. Perplexity counts all keys:
    exp of the entropy.
    """
    low, high = 0.001, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        if softmax(scores / middle).max() > 1 / target:
            low = middle
        else:
            high = middle
    return low, softmax(scores / low)


@temperature_for.mistake
def sharpness(scores, target):
    """The weights are right. You return 1 / T, the sharpness that multiplies; asked is T,
    which divides.
    """
    temperature, weights = temperature_for(scores, target)
    return 1 / temperature, weights


@temperature_for.mistake
def weights_at_temperature_1(scores, target):
    """The temperature is right, but the weights are those at temperature 1: softmax(scores /
    temperature).
    """
    temperature, _ = temperature_for(scores, target)
    return temperature, softmax(scores)


@temperature_for.mistake
def too_few_halvings(scores, target):
    """Close, but 20 halvings leave the temperature off by up to 0.001: take 60."""
    low, high = 0.001, 1000.0
    for _ in range(20):
        middle = (low + high) / 2
        if np.exp(entropy(softmax(scores / middle))) < target:
            low = middle
        else:
            high = middle
    temperature = (low + high) / 2
    return temperature, softmax(scores / temperature)


@temperature_for.mistake
def swapped(scores, target):
    """Both are right, in the wrong order: return the temperature, then the weights."""
    temperature, weights = temperature_for(scores, target)
    return weights, temperature


@sheet.order(
    "03.5",
    "prove that a shift cancels",
    points=1,
    asks="""
    The same number c is added to every score z_l. **Three** of these six lines, in order, prove
    that no weight changes. Give their three numbers.
    """,
    lines={
        1: "= exp(z_j) / Σ_l exp(z_l) = softmax(z)_j",
        2: "= exp(c) exp(z_j) / (exp(c) Σ_l exp(z_l))",
        3: "= (exp(c) + exp(z_j)) / Σ_l (exp(c) + exp(z_l))",
        4: "softmax(z + c)_j = exp(z_j + c) / Σ_l exp(z_l + c)",
        5: "= exp(c) exp(z_j) / Σ_l exp(z_l)",
        6: "= exp(c z_j) / Σ_l exp(c z_l)",
    },
    hints=(
        "What is exp(z + c) as a product?",
        "Three lines: 4, ____, 1. In the middle, exp(c) stands above and below.",
    ),
)
def proof_of_a_shift():
    """Right: exp(c) is a factor of every term, above and below, and cancels."""
    return (4, 2, 1)


@proof_of_a_shift.mistake(shows=lambda order: len(order) > 3)
def more_than_three():
    """Three lines are asked for; yours are more. From softmax(z + c) to softmax(z), one step lies
    between.
    """
    return (4, 2, 5, 1)


@proof_of_a_shift.mistake(shows=lambda order: 3 in order)
def a_sum_for_a_product():
    """exp of a sum is a product: exp(z + c) = exp(z) exp(c). Line 3 adds."""
    return (4, 3, 1)


@proof_of_a_shift.mistake(shows=lambda order: 5 in order)
def factor_lost_below():
    """Line 5 has exp(c) above only. The sum below has it in every term: take it out."""
    return (4, 5, 1)


@proof_of_a_shift.mistake(shows=lambda order: 6 in order)
def scaled():
    """Line 6 multiplies the scores by c; the proof adds c to them."""
    return (4, 6, 1)


@proof_of_a_shift.mistake(shows=lambda order: len(order) == 3 and order[0] == 1)
def backwards():
    """Begin with what you know nothing about yet, softmax(z + c), and end with softmax(z)."""
    return (1, 2, 4)


sheet.reason(
    "03.6",
    "why does the proof fail for a factor?",
    asks="""
    Someone claims: "Multiplying every score by c changes nothing either, by the same
    proof." Which step breaks, and what happens to the weights instead? At least 15 words,
    in any language. The text is recorded, not scored.
    """,
    praise="Compare it with a solution: does yours name the step that breaks?",
    hints=(
        "Try the same proof for softmax(c z). What is exp(c z_j), if not exp(c) exp(z_j)?",
        "exp(c z_j) = exp(z_j) to the power ____, so nothing can be taken out of the ____.",
    ),
)
