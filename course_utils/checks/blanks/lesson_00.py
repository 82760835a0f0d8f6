"""What is built in lesson 00: reading a map of weights, and counting what it looks at."""

import numpy as np

from course_utils.checks.answers import shown
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import sizes

lesson = Lesson("00")


def _map(rng, square=False):
    n, m = sizes(rng, 2, square)
    weights = rng.random((n, m)) ** 3
    return (weights / weights.sum(axis=-1, keepdims=True),)


def _moves_with_the_columns(trial):
    (weights,) = trial.arguments
    turned = np.asarray(trial.call(weights[:, ::-1])["places"])
    wanted = weights.shape[1] - 1 - np.asarray(trial.outputs["places"])
    return None if np.array_equal(turned, wanted) else f"{shown(turned)}, not {shown(wanted)}"


def _rows_stay_apart(trial):
    (weights,) = trial.arguments
    turned = np.asarray(trial.call(weights[::-1])["places"])
    wanted = np.asarray(trial.outputs["places"])[::-1]
    return None if np.array_equal(turned, wanted) else f"{shown(turned)}, not {shown(wanted)}"


@lesson.function(
    "00.a",
    "reading a map",
    outputs=lambda weights: {"places": weights.shape[:1]},
    inputs=_map,
    edges={
        "one row": (np.array([[0.2, 0.7, 0.1]]),),
        "one column": (np.array([[1.0], [1.0]]),),
        "all look at the first": (np.array([[1.0, 0, 0], [0.9, 0.1, 0]]),),
        "nearly flat": (np.array([[0.34, 0.33, 0.33], [0.33, 0.33, 0.34]]),),
    },
    properties=(
        Property("columns in reverse order: the places run backwards", _moves_with_the_columns),
        Property("rows in reverse order: so are the places", _rows_stay_apart),
    ),
    hints=(
        "A row asks, the columns are asked. You need the place of a maximum, once for each row.",
        "weights.argmax(axis=____): which axis runs along a row?",
    ),
)
def looks_at(weights):
    """Right: for each row the column of its largest weight."""
    return weights.argmax(axis=-1)


@looks_at.also_right
def row_by_row(weights):
    return [list(row).index(max(row)) for row in weights]


@looks_at.also_right
def by_sorting(weights):
    return np.argsort(weights, axis=1)[:, -1]


@looks_at.also_right
def in_float32(weights):
    return weights.astype(np.float32).argmax(axis=1).astype(np.float32)


@looks_at.mistake
def columns_look(weights):
    """That is one place for each column. The rows look: the last axis, −1, runs along a row."""
    return weights.argmax(axis=0)


@looks_at.mistake
def the_weights_themselves(weights):
    """Those are the largest weights. Asked is where they stand: argmax in place of max."""
    return weights.max(axis=-1)


@looks_at.mistake
def one_for_all(weights):
    """That is one place in the whole map. Without an axis, all rows are searched as one."""
    return weights.argmax()


@looks_at.mistake
def the_smallest(weights):
    """Those are the places of the smallest weights: argmax, not argmin."""
    return weights.argmin(axis=-1)


@looks_at.mistake
def counted_from_one(weights):
    """Your places are one too large: Python counts columns from 0."""
    return weights.argmax(axis=-1) + 1


def _looks(rng, square=False):
    n, m = sizes(rng, 2, square, least=4)
    own = rng.integers(m, size=n)
    places = np.where(rng.random(n) < 0.5, own, (own + 1) % m)
    # a row that counts and is right, one that counts and is not, and one without a word
    places[0], places[1], places[2], own[2] = own[0], (own[1] + 1) % m, 0, -1
    own[3:][rng.random(n - 3) < 0.4] = -1
    return places, own


def _only_their_rows_count(trial):
    places, own = trial.arguments
    more = np.append(places, [3, 3, 3]), np.append(own, [-1, -1, -1])
    found = float(trial.call(*more)["share"])
    same = np.isclose(found, float(trial.outputs["share"]))
    return None if same else f"{found:g} with three more rows of −1"


def _all_right(trial):
    _, own = trial.arguments
    found = float(trial.call(np.maximum(own, 0), own)["share"])
    return None if np.isclose(found, 1) else f"{found:g}"


@lesson.function(
    "00.b",
    "the share that looks at its own word",
    outputs=lambda *_: {"share": ()},
    inputs=_looks,
    edges={
        "all have a word, all look there": (np.array([2, 0, 1]), np.array([2, 0, 1])),
        "one has a word and looks elsewhere": (np.array([2, 0, 1]), np.array([-1, 1, -1])),
        "the word at place 0 counts, too": (np.array([0, 3, 0]), np.array([0, -1, 2])),
    },
    properties=(
        Property("more rows without a word change nothing", _only_their_rows_count),
        Property("where each looks at its word the share is 1", _all_right),
    ),
    hints=(
        "Which rows have a word? Compare only those, and take the mean of what is equal.",
        "has = own >= 0; return (places[has] == own[has]).____()",
    ),
)
def share_at_own(places, own):
    """Right: of the characters that have a word, the share that looks at it."""
    has = own >= 0
    return (places[has] == own[has]).mean()


@share_at_own.also_right
def one_by_one(places, own):
    pairs = [(p, o) for p, o in zip(places, own, strict=True) if o != -1]
    return sum(p == o for p, o in pairs) / len(pairs)


@share_at_own.also_right
def equal_over_those_with_a_word(places, own):
    return np.sum(places == own) / np.sum(own > -1)


@share_at_own.also_right
def share_in_float32(places, own):
    has = np.not_equal(own, -1)
    return np.equal(places, own)[has].astype(np.float32).mean()


@share_at_own.mistake
def all_rows_count(places, own):
    """You divided by all rows. A row with −1 has no word of its own: leave it out."""
    return (places == own).mean()


@share_at_own.mistake
def how_many(places, own):
    """That is how many look at their word. Divide by how many have one."""
    return (places == own).sum()


@share_at_own.mistake
def place_0_forgotten(places, own):
    """Place 0 is a word as well, the first: rows count where own is 0 or more."""
    has = own > 0
    return (places[has] == own[has]).mean() if has.any() else 0.0


@share_at_own.mistake
def those_elsewhere(places, own):
    """That is the share that looks elsewhere: compare with ==, not with !=."""
    has = own >= 0
    return (places[has] != own[has]).mean()


@share_at_own.mistake
def without_a_word_is_right(places, own):
    """You counted rows with −1 as right. They have no word of their own: leave them out."""
    return ((places == own) | (own < 0)).mean()
