"""What is built in lesson 02: a table on paper, two stages with loops, a softmax."""

import math

import numpy as np

from course_utils.checks.answers import shown
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import (
    attention_arrays,
    each_query_for_itself,
    inside_the_values,
    moved,
    no_negative_weight,
    order_of_keys_is_irrelevant,
    ratios_follow_scores,
    rows_sum_to_one,
    shift_changes_nothing,
    sizes,
    values_are_mixed,
)

lesson = Lesson("02")

E = math.e


@lesson.value(
    "02.a",
    "the table of q1",
    what="three rows of three numbers: scores, exps, weights",
    tolerance=0.005,
    properties=(
        Property(
            "The first row has the dot products of [1, 0] with [1, 0], [0, 1] and [1, 1]",
            lambda table: None if np.allclose(table[0], [1, 0, 1]) else shown(table[0]),
        ),
        Property(
            "exp(1) is 2.718 and exp(0) is 1",
            lambda table: None if np.allclose(table[1], [E, 1, E], atol=0.02) else shown(table[1]),
        ),
        Property(
            "A row of weights sums to 1",
            lambda table: None if abs(table[2].sum() - 1) < 0.02 else shown(table[2].sum()),
        ),
    ),
    hints=(
        "What is 1 · 1 + 0 · 0, the score of q1 = [1, 0] and k1 = [1, 0]?",
        "The exps sum to 2.718 + 1 + 2.718 = 6.437; the first weight is 2.718 / ____.",
    ),
)
def table_of_q1():
    """Right: a score of 0 still gets a share."""
    total = 2 * E + 1
    return np.array([[1, 0, 1], [E, 1, E], [E / total, 1 / total, E / total]])


@table_of_q1.mistake
def nothing_for_a_score_of_0():
    """exp(0) is 1, not 0."""
    return np.array([[1, 0, 1], [E, 0, E], [0.5, 0, 0.5]])


@table_of_q1.mistake
def shares_of_the_scores():
    """The last row divides the scores by their sum: divide the exps by theirs."""
    return np.array([[1, 0, 1], [E, 1, E], [0.5, 0, 0.5]])


@table_of_q1.mistake
def times_the_values():
    """The last row is weight times value already: that is ③. The weights come first."""
    return np.array([[1, 0, 1], [E, 1, E], [4.223, 1.554, 4.223]])


def _shapes(queries, keys, values):
    return {
        "context": (len(queries), values.shape[1]),
        "weights": (len(queries), len(keys)),
    }


def _edges():
    rng = np.random.default_rng(5)
    queries, keys, values = (rng.normal(size=shape) for shape in ((2, 4), (3, 4), (3, 5)))
    return {
        "one key": (queries, keys[:1], values[:1]),
        "one query": (queries[:1], keys, values),
        "equal keys": (queries, np.repeat(keys[:1], 3, axis=0), values),
    }


@lesson.function(
    "02.b",
    "two stages with loops",
    outputs=_shapes,
    inputs=attention_arrays,
    edges=_edges(),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        inside_the_values(),
        order_of_keys_is_irrelevant(),
        each_query_for_itself(),
        values_are_mixed(),
        shift_changes_nothing(),
        ratios_follow_scores(),
    ),
    hints=(
        "Which numbers are divided by which sum? And what is each value multiplied by?",
        "weights[i] = exps / sum(exps); then for each j: context[i] += weights[i, j] * ____",
    ),
)
def attention_loops(queries, keys, values):
    """Right: positive weights that sum to 1, and contexts that stay within the values."""
    n, m = len(queries), len(keys)
    weights, context = np.zeros((n, m)), np.zeros((n, values.shape[1]))
    for i in range(n):
        exps = np.array([math.exp(sum(queries[i] * keys[j])) for j in range(m)])
        weights[i] = exps / sum(exps)
        for j in range(m):
            context[i] += weights[i, j] * values[j]
    return context, weights


@attention_loops.also_right
def as_products(queries, keys, values):
    exps = np.exp(queries @ keys.T)
    weights = exps / exps.sum(axis=1, keepdims=True)
    return weights @ values, weights


@attention_loops.also_right
def row_by_row(queries, keys, values):
    rows = [np.exp(keys @ query) for query in queries]
    weights = np.array([row / row.sum() for row in rows])
    return np.array([row @ values for row in weights]), weights


@attention_loops.also_right
def in_float32(queries, keys, values):
    exps = np.exp((queries @ keys.T).astype(np.float32))
    weights = exps / exps.sum(axis=1, keepdims=True)
    return weights @ values.astype(np.float32), weights


@attention_loops.mistake
def no_exp(queries, keys, values):
    """You divided the scores by their sum: take exp first, else weights can be negative."""
    scores = queries @ keys.T
    weights = scores / scores.sum(axis=1, keepdims=True)
    return weights @ values, weights


@attention_loops.mistake
def not_divided(queries, keys, values):
    """These are the exps: divide each by the sum of its row."""
    weights = np.exp(queries @ keys.T)
    return weights @ values, weights


@attention_loops.mistake
def keys_mixed(queries, keys, values):
    """Your context mixes the keys: what is handed over are the values."""
    exps = np.exp(queries @ keys.T)
    weights = exps / exps.sum(axis=1, keepdims=True)
    return weights @ keys, weights


@attention_loops.mistake
def last_value_only(queries, keys, values):
    """Each turn of the loop writes over the one before: add, context[i] += …"""
    exps = np.exp(queries @ keys.T)
    weights = exps / exps.sum(axis=1, keepdims=True)
    return weights[:, -1:] * values[-1:], weights


@attention_loops.mistake
def not_weighted(queries, keys, values):
    """You added up the values as they are: multiply each by its weight."""
    exps = np.exp(queries @ keys.T)
    weights = exps / exps.sum(axis=1, keepdims=True)
    return np.ones_like(weights) @ values, weights


def _scores(rng, square=False):
    n, m = sizes(rng, 2, square)
    return 3 * rng.normal(size=(n, m)), int(rng.integers(-1, 1))  # over keys, or over queries


def _sums(trial):
    sums = trial.outputs["weights"].sum(axis=trial.arguments[1])
    if not np.allclose(sums, 1, atol=10 * trial.tolerance):
        return f"the sums are {shown(np.ravel(sums))}"


def _shifted(trial):
    scores, axis = trial.arguments
    again = trial.call(scores + 100, axis)["weights"]
    return moved(again, trial.outputs["weights"], 100 * trial.tolerance)


SPREAD = np.array([[1000.0, 0, -1000], [0, 1, 2]])  # one row far from the other


@lesson.function(
    "02.c",
    "softmax for whole arrays",
    outputs=lambda scores, axis: {"weights": scores.shape},
    inputs=_scores,
    edges={
        "one score a row": (np.array([[3.0], [-2.0]]), -1),
        "one row": (np.array([1.0, 2, 4]), -1),
        "a batch": (np.random.default_rng(3).normal(size=(2, 3, 4)), -2),
        "scores of ±1000": (SPREAD, -1),
        "a row far below the other": (np.array([[1000.0, 999, 998], [-1000, -1001, -999]]), -1),
    },
    properties=(
        Property("along the axis that is named, the weights sum to 1", _sums),
        no_negative_weight(),
        Property("the same number added to every score changes nothing", _shifted),
    ),
    hints=(
        "Over which axis is summed, and how does the sum keep a shape that can be divided by?",
        "exps = np.exp(scores - scores.max(axis=axis, keepdims=True)); return exps / ____",
    ),
)
def softmax(scores, axis=-1):
    """Right: rows sum to 1, also for scores of 1000."""
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


@softmax.also_right
def from_the_end(scores, axis=-1):
    turned = np.moveaxis(scores, axis, -1)
    exps = np.exp(turned - turned.max(axis=-1)[..., None])
    return np.moveaxis(exps / exps.sum(axis=-1)[..., None], -1, axis)


@softmax.also_right
def by_logarithms(scores, axis=-1):
    shifted = scores - scores.max(axis=axis, keepdims=True)
    return np.exp(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))


@softmax.also_right
def softmax_in_float32(scores, axis=-1):
    shifted = (scores - scores.max(axis=axis, keepdims=True)).astype(np.float32)
    exps = np.exp(shifted)
    return exps / exps.sum(axis=axis, keepdims=True)


@softmax.mistake
def overflow(scores, axis=-1):
    """exp(1000) is too large for a float and gives NaN: subtract each row's largest score first."""
    with np.errstate(all="ignore"):
        exps = np.exp(scores)
        return exps / exps.sum(axis=axis, keepdims=True)


@softmax.mistake
def one_sum_for_all(scores, axis=-1):
    """All weights together sum to 1: each row needs its own sum, sum(axis=axis, keepdims=True)."""
    exps = np.exp(scores - scores.max())
    return exps / exps.sum()


@softmax.mistake
def one_maximum_for_all(scores, axis=-1):
    """One maximum for the whole array: a row far below it becomes 0 / 0. Take each row's own."""
    with np.errstate(all="ignore"):
        exps = np.exp(scores - scores.max())
        return exps / exps.sum(axis=axis, keepdims=True)


@softmax.mistake
def wrong_axis(scores, axis=-1):
    """You always sum down the first axis: sum along the axis that is named, axis=axis."""
    exps = np.exp(scores - scores.max(axis=0, keepdims=True))
    return exps / exps.sum(axis=0, keepdims=True)


@softmax.mistake
def always_the_last(scores, axis=-1):
    """You always sum along the last axis: sum along the axis that is named, axis=axis."""
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@softmax.mistake
def keepdims_forgotten(scores, axis=-1):
    """Each row is divided by another's sum: keep the axis, sum(axis=axis, keepdims=True)."""
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis)


@softmax.mistake
def no_exp_but_shares(scores, axis=-1):
    """You divided the scores by their sum: without exp, weights can be negative."""
    with np.errstate(all="ignore"):
        return scores / scores.sum(axis=axis, keepdims=True)
