"""What lesson 03 lets one build: a dial, a softmax for scores of any size, and its slopes."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import (
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

lesson = Lesson("03")


def _row_and_temperature(rng, square=False):
    (m,) = sizes(rng, 1, square)
    return 2 * rng.normal(size=m), float(rng.choice([0.3, 0.5, 1.5, 2.5, 4.0]))


def _ahead_by_one(trial):
    found = trial.call(np.array([1.0, 0]), 0.5)["weights"]
    return moved(found, np.array([np.e**2, 1]) / (np.e**2 + 1), trial.tolerance)


def _both_doubled(trial):
    scores, temperature = trial.arguments
    again = trial.call(2 * scores, 2 * temperature)["weights"]
    return moved(again, trial.outputs["weights"], trial.tolerance)


@lesson.function(
    "03.a",
    "a row of weights at a temperature",
    outputs=lambda scores, temperature: {"weights": scores.shape},
    inputs=_row_and_temperature,
    edges={
        "temperature 1": (np.array([2.0, 1, 0, -1]), 1.0),
        "very hot, one key": (np.array([3.0]), 1e6),
        "cold, a tie": (np.array([2.0, 2, 0, -1]), 0.05),
    },
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("scores and temperature twice as large change nothing", _both_doubled),
        Property("at temperature 0.5, a score ahead by 1 gets e² times the weight", _ahead_by_one),
    ),
    hints=(
        "Three steps: divide, exp, and then?",
        "exps = np.exp(scores / temperature); return exps / ____",
    ),
)
def weigh(scores, temperature):
    """Right: the temperature divides the scores, then exp, then the share of the sum."""
    exps = np.exp(scores / temperature)
    return exps / exps.sum()


@weigh.also_right
def key_by_key(scores, temperature):
    exps = [np.exp(score / temperature) for score in scores]
    return [exp / sum(exps) for exp in exps]


@weigh.also_right
def largest_taken_off(scores, temperature):
    return softmax((scores - scores.max()) / temperature)


@weigh.also_right
def weigh_in_float32(scores, temperature):
    exps = np.exp((scores / temperature).astype(np.float32))
    return exps / exps.sum()


@weigh.mistake
def multiplied(scores, temperature):
    """Your dial turns the wrong way: the temperature divides the scores."""
    return softmax(scores * temperature)


@weigh.mistake
def no_temperature(scores, temperature):
    """These are the weights at temperature 1: divide the scores, before exp, where it counts."""
    return softmax(scores)


@weigh.mistake
def exps_alone(scores, temperature):
    """These are the exps: each has to be divided by the sum of all."""
    return np.exp(np.minimum(scores / temperature, 600))


@weigh.mistake
def weights_divided(scores, temperature):
    """You divided the weights, so they no longer sum to 1: divide the scores."""
    return softmax(scores) / temperature


@weigh.mistake
def base_2(scores, temperature):
    """You took powers of 2: softmax takes exp, powers of e."""
    powers = 2.0 ** ((scores - scores.max()) / temperature)
    return powers / powers.sum()


def _row(rng, square=False):
    (m,) = sizes(rng, 1, square)
    return (float(rng.choice([1, 30, 1000])) * rng.normal(size=m),)


def _shifted(trial):
    (row,) = trial.arguments
    again = trial.call(row + 500)["weights"]
    return moved(again, trial.outputs["weights"], trial.tolerance)


def _by_e(trial):
    found = trial.call(np.array([1001.0, 1000]))["weights"]
    return moved(found, np.array([np.e, 1]) / (np.e + 1), trial.tolerance)


@lesson.function(
    "03.b",
    "a softmax for scores of any size",
    outputs=lambda row: {"weights": row.shape},
    inputs=_row,
    edges={
        "near 1000": (np.array([1002.0, 1001, 1000]),),
        "near −1000": (np.array([-998.0, -999, -1000]),),
        "±1000 and a tie": (np.array([1000.0, -1000, 1000]),),
        "one key, far below": (np.array([-5000.0]),),
    },
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("adding 500 to every score changes nothing", _shifted),
        Property("1001 gets e times the weight of 1000", _by_e),
    ),
    hints=(
        "exp is at most 1 where its argument is 0 or less, and one exp should be exactly 1.",
        "exps = np.exp(row - ____); return exps / exps.sum()",
    ),
)
def safe_softmax(row):
    """Right: the largest exp is 1, so nothing overflows, and the sum is at least 1."""
    exps = np.exp(row - row.max())
    return exps / exps.sum()


@safe_softmax.also_right
def score_by_score(row):
    exps = [np.exp(score - max(row)) for score in row]
    return [exp / sum(exps) for exp in exps]


@safe_softmax.also_right
def through_logarithms(row):
    shifted = row - max(row)
    return np.exp(shifted - np.log(np.exp(shifted).sum()))


@safe_softmax.also_right
def row_in_float32(row):
    exps = np.exp((row - row.max()).astype(np.float32))
    return exps / exps.sum()


@safe_softmax.mistake
def not_shifted(row):
    """exp of a large score overflows, and of far smaller ones all are 0: what you subtract has to
    follow the row.
    """
    exps = np.exp(row)
    return exps / exps.sum()


@safe_softmax.mistake
def smallest_taken_off(row):
    """You subtract the smallest score: the others then grow, and exp overflows sooner."""
    exps = np.exp(row - row.min())
    return exps / exps.sum()


@safe_softmax.mistake
def mean_taken_off(row):
    """The mean cancels too, but a score can still be 1000 above it."""
    exps = np.exp(row - row.mean())
    return exps / exps.sum()


@safe_softmax.mistake
def divided_by_the_largest(row):
    """Dividing is a temperature: it changes the gaps between scores. Subtract."""
    exps = np.exp(row / np.abs(row).max())
    return exps / exps.sum()


@safe_softmax.mistake
def clipped(row):
    """Clipping makes different scores equal, and so their weights."""
    exps = np.exp(np.clip(row, -80, 80))
    return exps / exps.sum()


@safe_softmax.mistake
def a_fixed_number_taken_off(row):
    """A fixed number helps for some rows only: take one from the row itself."""
    exps = np.exp(row - 1000)
    return exps / exps.sum()


@safe_softmax.mistake
def only_the_upper_exps_shifted(row):
    """The exps are shifted, the sum is not: both need the same shift."""
    return np.exp(row - row.max()) / np.exp(row).sum()


def _weights(rng, square=False):
    (m,) = sizes(rng, 1, square)
    return (rng.dirichlet(np.ones(m)),)


def _nothing_is_lost(trial):
    """The weights sum to 1 before and after a nudge: a column of slopes sums to 0."""
    sums = trial.outputs["slopes"].sum(axis=0)
    return moved(sums, np.zeros_like(sums), trial.tolerance)


def _all_raised(trial):
    """All scores raised alike move nothing: a row of slopes sums to 0."""
    sums = trial.outputs["slopes"].sum(axis=1)
    return moved(sums, np.zeros_like(sums), trial.tolerance)


def _two_keys(trial):
    found = trial.call(np.array([0.8, 0.2]))["slopes"]
    return moved(found, np.array([[0.16, -0.16], [-0.16, 0.16]]), trial.tolerance)


@lesson.function(
    "03.c",
    "the slopes of softmax",
    outputs=lambda weights: {"slopes": (len(weights), len(weights))},
    inputs=_weights,
    edges={
        "one key": (np.ones(1),),
        "all on one key": (np.array([0.0, 1, 0]),),
        "equal weights": (np.full(4, 0.25),),
    },
    properties=(
        Property("each column sums to 0: what one weight gains, the others lose", _nothing_is_lost),
        Property("each row sums to 0: all scores nudged alike move nothing", _all_raised),
        Property("weights 0.8 and 0.2 have slopes of 0.16 and −0.16", _two_keys),
    ),
    hints=(
        "What stands on the diagonal, where j = l, and what beside it?",
        "np.diag(weights) - np.outer(weights, ____)",
    ),
)
def slopes(weights):
    """Right: α (1 − α) on the diagonal, minus the product of two weights beside it."""
    return np.diag(weights) - np.outer(weights, weights)


@slopes.also_right
def number_by_number(weights):
    keys = range(len(weights))
    return [[weights[j] * ((j == other) - weights[other]) for other in keys] for j in keys]


@slopes.also_right
def with_a_unit_matrix(weights):
    return weights[:, None] * (np.eye(len(weights)) - weights)


@slopes.also_right
def slopes_in_float32(weights):
    weights = weights.astype(np.float32)
    return np.diag(weights) - weights[:, None] * weights[None]


@slopes.mistake
def diagonal_alone(weights):
    """Beside the diagonal it is not 0: a score that rises takes weight from all other keys."""
    return np.diag(weights * (1 - weights))


@slopes.mistake
def product_missing_on_the_diagonal(weights):
    """On the diagonal 1 − α is missing: α (1 − α), not α."""
    table = -np.outer(weights, weights)
    np.fill_diagonal(table, weights)
    return table


@slopes.mistake
def sign_turned(weights):
    """All signs are turned: a weight grows with its own score."""
    return np.outer(weights, weights) - np.diag(weights)


@slopes.mistake
def products_added(weights):
    """A minus is missing: the other keys' scores take weight away."""
    return np.diag(weights) + np.outer(weights, weights)


@slopes.mistake
def weight_in_front_forgotten(weights):
    """α_j in front is missing: multiply each row by its weight."""
    return np.eye(len(weights)) - weights


@slopes.mistake
def diagonal_only_as_a_row(weights):
    """You return one number for each key: m weights and m scores have m · m slopes."""
    return weights * (1 - weights)
