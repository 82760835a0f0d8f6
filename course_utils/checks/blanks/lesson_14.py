"""What is built in lesson 14: scores minus coverage, a mix with copies, and an intervention."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import ONE_ROW, edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

lesson = Lesson("14")


# 14.a: what was read already is scored lower


def _report(rng, square=False):
    m, steps = (3, 3) if square else sizes(rng, 2)
    return 2 * rng.normal(size=m), steps, rng.uniform(0.5, 4)


def _first_step_is_plain(trial):
    return moved(trial.outputs["weights"][0], softmax(trial.arguments[0]), trial.tolerance)


def _each_step_minus_coverage(trial):
    scores, _, penalty = trial.arguments
    weights = trial.outputs["weights"]
    before = np.cumsum(weights, axis=0) - weights
    return moved(weights, softmax(scores - penalty * before), 100 * trial.tolerance)


IMPORTANT = np.array([9.0, 6, 4, 2, -5])


@lesson.function(
    "14.a",
    "what was read already is scored lower",
    outputs=lambda scores, steps, penalty: {"weights": (steps, len(scores))},
    inputs=_report,
    edges={
        "one step": (np.array([1.0, 2, 0]), 1, 3.0),
        "one phrase": (np.array([2.0]), 3, 5.0),
        "no penalty": (IMPORTANT, 3, 0.0),
        "scores of ±1000": (np.array([1000.0, -1000, 0]), 2, 8.0),
    },
    crossed=edges_in_pairs(lambda setting: (setting.scores[0], 2, 0.5), sizes=ONE_ROW),
    properties=(
        rows_sum_to_one(),
        Property("the first step has read nothing yet", _first_step_is_plain),
        Property("each step: softmax of scores − penalty · coverage", _each_step_minus_coverage),
    ),
    hints=(
        "Keep a row of m numbers that grows: what has been read so far. What is it before step 1?",
        "row = softmax(scores - penalty * read); then read = read + ____",
    ),
)
def write(scores, steps, penalty):
    """Right: each step knows what the steps before it have read."""
    read, rows = np.zeros_like(scores), []
    for _ in range(steps):
        rows.append(softmax(scores - penalty * read))
        read = read + rows[-1]
    return np.array(rows)


@write.also_right
def into_an_array(scores, steps, penalty):
    rows = np.zeros((steps, len(scores)))
    for step in range(steps):
        rows[step] = softmax(scores - penalty * rows.sum(axis=0))
    return rows


@write.also_right
def scores_lowered(scores, steps, penalty):
    left, rows = np.array(scores, dtype=float), []
    for _ in range(steps):
        rows.append(softmax(left))
        left = left - penalty * rows[-1]
    return rows


@write.also_right
def write_in_float32(scores, steps, penalty):
    return write(scores.astype(np.float32), steps, np.float32(penalty))


@write.mistake
def no_coverage(scores, steps, penalty):
    """All steps are alike: what was read is not taken off yet."""
    return np.tile(softmax(scores), (steps, 1))


@write.mistake
def last_step_only(scores, steps, penalty):
    """You take off what the step before has read. Coverage adds up all steps so far."""
    row, rows = np.zeros(len(scores)), []
    for _ in range(steps):
        row = softmax(scores - penalty * row)
        rows.append(row)
    return np.array(rows)


@write.mistake
def added(scores, steps, penalty):
    """You add what was read: then it is read even more. Take it off."""
    return write(scores, steps, -penalty)


@write.mistake
def after_softmax(scores, steps, penalty):
    """You lower the weights after softmax. Lower the scores before it, and rows sum to 1."""
    read, rows = np.zeros(len(scores)), []
    for _ in range(steps):
        rows.append(softmax(scores) - penalty * read)
        read = read + rows[-1]
    return np.array(rows)


@write.mistake
def penalty_forgotten(scores, steps, penalty):
    """You take off the coverage itself: multiply it by the penalty."""
    return write(scores, steps, 1.0)


@write.mistake
def top_counted(scores, steps, penalty):
    """You count how often a phrase was on top. Coverage adds up the weights themselves."""
    read, rows = np.zeros(len(scores)), []
    for _ in range(steps):
        rows.append(softmax(scores - penalty * read))
        read = read + (np.arange(len(scores)) == rows[-1].argmax())
    return np.array(rows)


# 14.b: writing and copying, mixed


def _one_step(rng, square=False):
    m, size = (3, 3) if square else sizes(rng, 2, least=3)
    ids = rng.integers(size, size=m)
    ids[-1] = ids[0]  # a word of the source stands there twice
    return rng.uniform(0.2, 0.8), softmax(rng.normal(size=size)), softmax(rng.normal(size=m)), ids


def _sums_to_one(trial):
    total = trial.outputs["mixed"].sum()
    return None if abs(total - 1) < 100 * trial.tolerance else f"the sum is {total:.3g}"


def _all_written(trial):
    _, written, weights, ids = trial.arguments
    return moved(trial.call(1.0, written, weights, ids)["mixed"], written, trial.tolerance)


def _all_copied(trial):
    _, written, weights, ids = trial.arguments
    found = trial.call(0.0, written, weights, ids)["mixed"]
    wanted = np.bincount(ids, weights, minlength=len(written))
    return moved(found, wanted, trial.tolerance)


HALVES = np.array([0.5, 0.5, 0])


@lesson.function(
    "14.b",
    "writing and copying",
    outputs=lambda p, written, weights, ids: {"mixed": (len(written),)},
    inputs=_one_step,
    edges={
        "one word of the source": (0.5, HALVES, np.array([1.0]), np.array([2])),
        "all the same word": (0.4, HALVES, np.array([0.2, 0.3, 0.5]), np.array([1, 1, 1])),
        "no word twice": (0.4, HALVES, np.array([0.2, 0.3, 0.5]), np.array([2, 0, 1])),
    },
    properties=(
        Property("the probabilities sum to 1", _sums_to_one),
        Property("with p = 1 all is written", _all_written),
        Property("with p = 0 all is copied, and weights of equal words add up", _all_copied),
    ),
    hints=(
        "Start with p · written. Which word gets what from the key at place j of the source?",
        "mixed = p * written; for each place j: mixed[ids[j]] += ____ · weights[j]",
    ),
)
def write_or_copy(p, written, weights, ids):
    """Right: the weights are probabilities of the source's words."""
    mixed = p * written
    for word, weight in zip(ids, weights, strict=True):
        mixed[word] += (1 - p) * weight
    return mixed


@write_or_copy.also_right
def by_bincount(p, written, weights, ids):
    return p * written + (1 - p) * np.bincount(ids, weights, minlength=len(written))


@write_or_copy.also_right
def by_one_hot(p, written, weights, ids):
    return p * written + (1 - p) * (weights @ np.eye(len(written))[ids])


@write_or_copy.also_right
def by_add_at(p, written, weights, ids):
    mixed = p * written
    np.add.at(mixed, ids, (1 - p) * weights)
    return mixed


@write_or_copy.also_right
def copy_in_float32(p, written, weights, ids):
    return write_or_copy(np.float32(p), written.astype(np.float32), weights, ids)


@write_or_copy.mistake(name="a word that stands twice")
def twice_is_lost(p, written, weights, ids):
    """A word that stands twice in the source gets one of its two weights: mixed[ids] += … adds
    once for each word. Go place by place, or use np.add.at.
    """
    mixed = p * written
    mixed[ids] += (1 - p) * weights
    return mixed


@write_or_copy.mistake
def writing_alone(p, written, weights, ids):
    """Nothing is copied yet: the weights go to the source's words."""
    return p * written


@write_or_copy.mistake
def shares_exchanged(p, written, weights, ids):
    """p is the share of writing; copying gets 1 − p."""
    return by_bincount(1 - p, written, weights, ids)


@write_or_copy.mistake
def shares_forgotten(p, written, weights, ids):
    """The sum is 2: weigh writing with p and copying with 1 − p."""
    return written + np.bincount(ids, weights, minlength=len(written))


@write_or_copy.mistake
def overwritten(p, written, weights, ids):
    """A copied word loses what it had from writing: add to it, do not replace it."""
    mixed = p * written
    for word, weight in zip(ids, weights, strict=True):
        mixed[word] = (1 - p) * weight
    return mixed


# 14.c: an intervention


def _looks(rng, square=False):
    batch, n, m = sizes(rng, 3, square)
    return (softmax(2 * rng.normal(size=(batch, n, m))),)


def _keeps_the_largest(trial):
    (weights,), found = trial.arguments, trial.outputs["changed"]
    on_top = np.take_along_axis(found, weights.argmax(axis=-1)[..., None], axis=-1)
    return None if np.allclose(on_top, 1) else f"the largest gets {on_top.min():.3g}"


@lesson.function(
    "14.c",
    "all weight on the top key",
    outputs=lambda weights: {"changed": weights.shape},
    inputs=_looks,
    edges={
        "one key": (np.ones((2, 3, 1)),),
        "one query": (np.array([[[0.2, 0.5, 0.3]]]),),
        "all keys alike: the first": (np.full((1, 2, 4), 0.25),),
    },
    properties=(
        rows_sum_to_one("changed"),
        no_negative_weight("changed"),
        Property("the largest weight of each row becomes 1", _keeps_the_largest),
    ),
    hints=(
        "Over which axis do you look for the largest, and what stands at that place afterwards?",
        "top = weights.argmax(axis=-1); compare top[..., None] with np.arange(____)",
    ),
)
def top_only(weights):
    """Right: the model now sees one key, and nothing else was changed."""
    top = weights.argmax(axis=-1)[..., None]
    return (top == np.arange(weights.shape[-1])).astype(float)


@top_only.also_right
def rows_of_the_identity(weights):
    return np.eye(weights.shape[-1])[weights.argmax(axis=-1)]


@top_only.also_right
def put_along(weights):
    changed = np.zeros_like(weights)
    np.put_along_axis(changed, weights.argmax(axis=-1)[..., None], 1, axis=-1)
    return changed


@top_only.also_right
def top_in_float32(weights):
    return top_only(weights.astype(np.float32)).astype(np.float32)


@top_only.mistake
def weight_kept(weights):
    """The top key keeps its own weight, so rows sum to less than 1: it gets 1."""
    return np.where(weights == weights.max(axis=-1, keepdims=True), weights, 0)


@top_only.mistake
def all_equal_ones(weights):
    """Where keys are equal you take all of them: rows must sum to 1, so take the first."""
    return (weights == weights.max(axis=-1, keepdims=True)).astype(float)


@top_only.mistake
def top_of_the_queries(weights):
    """You look for the largest of each column. Each query, a row, has a top key of its own."""
    top = weights.argmax(axis=-2)[..., None, :]
    return (top == np.arange(weights.shape[-2])[:, None]).astype(float)


@top_only.mistake
def top_of_the_batch(weights):
    """You keep one cell of the whole array. Each row has a top key of its own."""
    return (weights == weights.max()).astype(float)


@top_only.mistake
def top_taken_away(weights):
    """You took the top key away. This time it is all that is left."""
    top = weights.argmax(axis=-1)[..., None] == np.arange(weights.shape[-1])
    rest = np.where(top, 0, weights)
    total = rest.sum(axis=-1, keepdims=True)
    return rest / np.where(total > 0, total, 1)


@top_only.mistake
def the_smallest(weights):
    """You put all weight on the smallest: argmax, not argmin."""
    return np.eye(weights.shape[-1])[weights.argmin(axis=-1)]


@top_only.mistake
def places_alone(weights):
    """These are the places of the top keys. Return weights: 1 there, and 0 elsewhere."""
    return weights.argmax(axis=-1)
