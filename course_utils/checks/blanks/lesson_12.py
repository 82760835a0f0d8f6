"""What is built in lesson 12: hidden scores, a mask that looks back a little, a mask for a pack."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.answers import shown
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import (
    EMPTY_ROWS,
    MASKS,
    ONE_ROW,
    edges_in_pairs,
)
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("12")


def _one_query(rng, square=False):
    m, d_v = sizes(rng, 2, square, least=3)
    mask = rng.random(m) < 0.6
    mask[rng.integers(m)] = True  # it may look somewhere
    return 3 * rng.normal(size=m), mask, rng.normal(size=(m, d_v))


def _as_if_they_were_not_there(trial):
    scores, mask, values = trial.arguments
    alone = softmax(np.asarray(scores[mask], dtype=float)) @ values[mask]
    return moved(trial.outputs["context"], alone, 10 * trial.tolerance)


def _hidden_say_nothing(trial):
    scores, mask, values = trial.arguments
    other = np.where(mask[:, None], values, values + 7)
    again = trial.call(np.where(mask, scores, scores + 3), mask, other)["context"]
    return moved(again, trial.outputs["context"], trial.tolerance)


VALUES = np.array([[1.0, 0], [0, 2], [5, 5]])
SOME = np.array([True, False, True])


@lesson.function(
    "12.a",
    "a query that sees some keys only",
    outputs=lambda scores, mask, values: {"context": (values.shape[1],)},
    inputs=_one_query,
    edges={
        "one key is left": (np.array([1.0, 2, 3]), np.array([False, True, False]), VALUES),
        "nothing is hidden": (np.array([1.0, 2, 3]), np.ones(3, dtype=bool), VALUES),
        "a hidden score of 1000": (np.array([1.0, 1000, 3]), SOME, VALUES),
        "visible scores of −1000": (np.array([-1000.0, 2, -1001]), SOME, VALUES),
    },
    crossed=edges_in_pairs(
        lambda setting: (
            setting.scores[0],
            setting.mask[0],
            setting.numbers(setting.mask.shape[1], 2),
        ),
        sizes=ONE_ROW,
        masks=MASKS,
        without=EMPTY_ROWS,
    ),
    properties=(
        Property(
            "it is the context of the shorter list, without the hidden keys",
            _as_if_they_were_not_there,
        ),
        Property("other hidden keys and values change nothing", _hidden_say_nothing),
    ),
    hints=(
        "Which score becomes a weight of exactly 0 after exp?",
        "weights = softmax(np.where(mask, scores, ____)), then mix.",
    ),
)
def see_only(scores, mask, values):
    """Right: as if the hidden keys were not there."""
    return softmax(np.where(mask, scores, -np.inf)) @ values


@see_only.also_right
def shorter_list(scores, mask, values):
    return softmax(scores[mask]) @ values[mask]


@see_only.also_right
def by_loop(scores, mask, values):
    most = max(s for s, may in zip(scores, mask, strict=True) if may)
    shares = [np.exp(s - most) if may else 0.0 for s, may in zip(scores, mask, strict=True)]
    return sum(share * value for share, value in zip(shares, values, strict=True)) / sum(shares)


@see_only.also_right
def in_float32(scores, mask, values):
    hidden = np.where(mask, scores.astype(np.float32), np.float32(-np.inf))
    return softmax(hidden) @ values.astype(np.float32)


@see_only.mistake
def a_score_of_0(scores, mask, values):
    """This is a, and it leaks: a score of 0 still gets a share, exp(0) = 1. Hide with −∞."""
    return softmax(np.where(mask, scores, 0)) @ values


@see_only.mistake
def a_weight_of_0(scores, mask, values):
    """This is b or c: what is left sums to less than 1. Hide before softmax, not after it."""
    return np.where(mask, softmax(scores), 0) @ values


@see_only.mistake
def nothing_hidden(scores, mask, values):
    """Nothing is hidden yet: the mask is not used."""
    return softmax(scores) @ values


@see_only.mistake
def the_other_way_round(scores, mask, values):
    """You hid what may be seen: True = may look."""
    hidden = np.where(mask, -np.inf, scores)
    return (softmax(hidden) if not mask.all() else np.zeros(len(mask))) @ values


@see_only.mistake
def not_low_enough(scores, mask, values):
    """−100 is a score like any other, and among scores of −1000 it is the best: use −∞."""
    return softmax(np.where(mask, scores, -100)) @ values


def _length_and_window(rng, square=False):
    n = 4 if square else int(rng.integers(2, 9))
    return n, n if square else int(rng.integers(1, n + 1))


def _counts(trial):
    n, window = trial.arguments
    sums = np.asarray(trial.outputs["mask"]).sum(axis=-1)
    wanted = np.minimum(np.arange(1, n + 1), window)
    return None if np.array_equal(sums, wanted) else f"the rows see {shown(sums)} keys"


def _not_ahead(trial):
    ahead = np.triu(np.asarray(trial.outputs["mask"]), 1).sum()
    return None if not ahead else f"{int(ahead)} later keys may be seen"


@lesson.function(
    "12.b",
    "looking back a little",
    outputs=lambda n, window: {"mask": (n, n)},
    inputs=_length_and_window,
    edges={"one position": (1, 1), "only itself": (5, 1), "all the way back": (6, 6)},
    properties=(
        Property("row i sees itself and those before it, `window` keys at most", _counts),
        Property("no position sees one after it", _not_ahead),
    ),
    hints=(
        "With row i and column j: how far back is j, and which distances are allowed?",
        "back = np.arange(n)[:, None] - np.arange(n); return (back >= 0) & (back < ____)",
    ),
)
def may_look(n, window):
    """Right: each looks back as far as its window, and nobody looks ahead."""
    back = np.arange(n)[:, None] - np.arange(n)
    return (back >= 0) & (back < window)


@may_look.also_right
def by_loops(n, window):
    return np.array([[0 <= i - j < window for j in range(n)] for i in range(n)])


@may_look.also_right
def by_triangles(n, window):
    return np.tri(n, dtype=bool) & ~np.tri(n, k=-window, dtype=bool)


@may_look.also_right
def as_small_numbers(n, window):
    return np.tri(n, dtype=np.float32) - np.tri(n, k=-window, dtype=np.float32)


@may_look.mistake
def transposed(n, window):
    """Row = who looks. Yours looks ahead, the columns look back: i − j, not j − i."""
    back = np.arange(n)[:, None] - np.arange(n)
    return ((back >= 0) & (back < window)).T


@may_look.mistake
def not_itself(n, window):
    """Each position sees itself too: a distance of 0 is allowed."""
    back = np.arange(n)[:, None] - np.arange(n)
    return (back > 0) & (back < window)


@may_look.mistake
def one_too_many(n, window):
    """A window of 2 is the position itself and one before it: distances below the window."""
    back = np.arange(n)[:, None] - np.arange(n)
    return (back >= 0) & (back <= window)


@may_look.mistake
def no_window(n, window):
    """Nobody looks ahead, but all look back to the start: `window` is not used."""
    return np.tri(n, dtype=bool)


@may_look.mistake
def both_ways(n, window):
    """Yours looks ahead as far as back: only distances of 0 and more are allowed."""
    back = np.arange(n)[:, None] - np.arange(n)
    return np.abs(back) < window


def _packed(rng, square=False):
    lengths = rng.integers(1, 4, size=2 if square else int(rng.integers(2, 5)))
    return (np.repeat(np.arange(len(lengths)), lengths),)


def _others_unseen(trial):
    (sentence,) = trial.arguments
    other = sentence[:, None] != sentence
    seen = int((np.asarray(trial.outputs["mask"]).astype(bool) & other).sum())
    return None if not seen else f"{seen} keys of another sentence may be seen"


def _own_past(trial):
    (sentence,) = trial.arguments
    own = [int((sentence[: i + 1] == one).sum()) for i, one in enumerate(sentence)]
    sums = np.asarray(trial.outputs["mask"]).sum(axis=-1)
    return None if np.array_equal(sums, own) else f"the rows see {shown(sums)} keys"


@lesson.function(
    "12.c",
    "several sentences in one row of tokens",
    outputs=lambda sentence: {"mask": (len(sentence), len(sentence))},
    inputs=_packed,
    edges={
        "one token": (np.array([0]),),
        "one sentence": (np.array([4, 4, 4]),),
        "each alone": (np.array([2, 0, 1]),),
        "the same sentence goes on later": (np.array([0, 1, 1, 0]),),
    },
    properties=(
        Property("nobody sees another sentence", _others_unseen),
        Property("each sees itself and what stands before it in its own sentence", _own_past),
    ),
    hints=(
        "Which two reasons must both allow a look, and which sign joins them?",
        "(sentence[:, None] == sentence) & ____",
    ),
)
def pack_mask(sentence):
    """Right: each sentence is as if it were alone, and nobody looks ahead."""
    return (sentence[:, None] == sentence) & np.tri(len(sentence), dtype=bool)


@pack_mask.also_right
def pack_by_loops(sentence):
    n = range(len(sentence))
    return np.array([[j <= i and sentence[i] == sentence[j] for j in n] for i in n])


@pack_mask.also_right
def pack_by_product(sentence):
    same = np.equal.outer(sentence, sentence)
    return same * np.tri(len(sentence), dtype=bool)


@pack_mask.also_right
def pack_in_float32(sentence):
    same = np.equal.outer(sentence, sentence).astype(np.float32)
    return same * np.tri(len(sentence), dtype=np.float32)


@pack_mask.mistake
def blocks_only(sentence):
    """Each sentence sees itself only, but also what comes after: join the causal mask with &."""
    return sentence[:, None] == sentence


@pack_mask.mistake
def causal_only(sentence):
    """Nobody looks ahead, but sentences see each other: ask also for the same sentence."""
    return np.tri(len(sentence), dtype=bool)


@pack_mask.mistake
def either(sentence):
    """Joined with |, one reason is enough. Every reason must allow it: &."""
    return (sentence[:, None] == sentence) | np.tri(len(sentence), dtype=bool)


@pack_mask.mistake
def looks_ahead(sentence):
    """Yours looks ahead, never back: row = who looks, the lower triangle is True."""
    return (sentence[:, None] == sentence) & np.tri(len(sentence), dtype=bool).T
