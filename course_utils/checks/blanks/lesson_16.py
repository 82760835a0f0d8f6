"""What is built in lesson 16: heads side by side again, a head taken away, keys shared by heads."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import edges_in_pairs
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("16")


def _by_head(rng, square=False):
    shape = (3, 3, 3, 3) if square else sizes(rng, 4)
    return (rng.normal(size=shape),)


def _head_by_head(trial):
    """Cut the features again: each slice is a head."""
    (by_head,) = trial.arguments
    pieces = np.split(np.asarray(trial.outputs["joined"]), by_head.shape[1], axis=2)
    return moved(np.stack(pieces, axis=1), by_head, trial.tolerance)


def _whose_token(trial):
    """Every number says its token: row i holds nothing but i."""
    (by_head,) = trial.arguments
    batch, heads, n, width = by_head.shape
    tokens = np.broadcast_to(np.arange(float(n))[:, None], by_head.shape)
    wanted = np.broadcast_to(np.arange(float(n))[:, None], (batch, n, heads * width))
    return moved(trial.call(tokens.copy())["joined"], wanted, trial.tolerance)


@lesson.function(
    "16.a",
    "heads side by side again",
    outputs=lambda a: {"joined": (a.shape[0], a.shape[2], a.shape[1] * a.shape[3])},
    inputs=_by_head,
    edges={
        "one text": (np.arange(12.0).reshape(1, 2, 3, 2),),
        "one token": (np.arange(12.0).reshape(2, 3, 1, 2),),
        "each head one feature": (np.arange(6.0).reshape(1, 2, 3, 1),),
        "as many heads as tokens": (np.arange(12.0).reshape(1, 2, 2, 3),),
    },
    properties=(
        Property("row i has numbers of token i alone", _whose_token),
        Property("cut into heads again, it is what came in", _head_by_head),
    ),
    hints=(
        "In which order must the axes stand, so that reshape joins the last two?",
        "by_head.swapaxes(1, ____), then reshape(batch, n, heads * width)",
    ),
)
def merge_heads(by_head):
    """Right: every token has its own numbers, head after head."""
    batch, heads, n, width = by_head.shape
    return by_head.swapaxes(1, 2).reshape(batch, n, heads * width)


@merge_heads.also_right
def merge_by_concatenate(by_head):
    return np.concatenate([by_head[:, head] for head in range(by_head.shape[1])], axis=2)


@merge_heads.also_right
def merge_by_slices(by_head):
    batch, heads, n, width = by_head.shape
    joined = np.empty((batch, n, heads * width))
    for head in range(heads):
        joined[:, :, head * width : (head + 1) * width] = by_head[:, head]
    return joined


@merge_heads.also_right
def merge_in_float32(by_head):
    return merge_heads(by_head).astype(np.float32)


@merge_heads.mistake
def merged_by_reshape(by_head):
    """reshape alone reads on through one head's tokens: your row 0 has pieces of several tokens.
    Move the axis of the heads behind the tokens first.
    """
    batch, heads, n, width = by_head.shape
    return by_head.reshape(batch, n, heads * width)


@merge_heads.mistake
def features_first(by_head):
    """The heads take turns, feature by feature: all of head 0's features come first, then head
    1's.
    """
    batch, heads, n, width = by_head.shape
    return by_head.transpose(0, 2, 3, 1).reshape(batch, n, heads * width)


@merge_heads.mistake
def last_axes_swapped(by_head):
    """Tokens and features changed places: it is the axes of heads and tokens that are swapped."""
    batch, heads, n, width = by_head.shape
    return by_head.swapaxes(2, 3).reshape(batch, n, heads * width)


@merge_heads.mistake
def last_head_first(by_head):
    """The last head came first: head 0 has the first features."""
    return merge_heads(by_head[:, ::-1])


@merge_heads.mistake
def heads_averaged(by_head):
    """Your heads are averaged, and each repeated: side by side, none loses what it found."""
    return np.concatenate([by_head.mean(axis=1)] * by_head.shape[1], axis=2)


# 16.b: a head taken away


def _mixed_and_output(rng, square=False):
    if square:
        rows, heads, width, d = 4, 2, 2, 4
    else:
        rows, width, d = sizes(rng, 3)
        heads = int(rng.integers(2, 5))
    mixed, W_output = rng.normal(size=(rows, heads * width)), rng.normal(size=(heads * width, d))
    return mixed, W_output, heads, int(rng.integers(heads))


def _its_numbers_do_not_count(trial):
    mixed, W_output, heads, gone = trial.arguments
    width = mixed.shape[1] // heads
    other = mixed.copy()
    other[:, gone * width : (gone + 1) * width] += 1
    again = trial.call(other, W_output, heads, gone)["output"]
    return moved(again, trial.outputs["output"], trial.tolerance)


def _with_it_the_whole(trial):
    """What is left, and what the head alone gives, are the whole."""
    mixed, W_output, heads, gone = trial.arguments
    width = mixed.shape[1] // heads
    own = slice(gone * width, (gone + 1) * width)
    whole = np.asarray(trial.outputs["output"], dtype=float) + mixed[:, own] @ W_output[own]
    return moved(whole, mixed @ W_output, 10 * trial.tolerance)


def _everybody_twice(trial):
    mixed, W_output, heads, gone = trial.arguments
    found = trial.call(2 * mixed, W_output, heads, gone)["output"]
    return moved(found, 2 * np.asarray(trial.outputs["output"]), 10 * trial.tolerance)


@lesson.function(
    "16.b",
    "a head taken away",
    outputs=lambda mixed, W_output, heads, gone: {"output": (len(mixed), W_output.shape[1])},
    inputs=_mixed_and_output,
    edges={
        "the first of two": (np.arange(8.0).reshape(2, 4), np.eye(4), 2, 0),
        "the last of three": (np.arange(12.0).reshape(2, 6), np.ones((6, 3)), 3, 2),
        "the only head": (np.arange(6.0).reshape(3, 2), np.ones((2, 3)), 1, 0),
        "heads one feature wide": (np.arange(6.0).reshape(2, 3), np.eye(3), 3, 1),
    },
    properties=(
        Property("what the head hands over does not count", _its_numbers_do_not_count),
        Property("with the head's own part it is the whole again", _with_it_the_whole),
        Property("twice the numbers, twice the output", _everybody_twice),
    ),
    hints=(
        "Which columns of `mixed` are the head's? Head 0 has the first d / heads.",
        "left = mixed.copy(); left[:, gone * width : ____] = 0; left @ W_output",
    ),
)
def without(mixed, W_output, heads, gone):
    """Right: its features are zero, everybody else's are as they were."""
    width = mixed.shape[1] // heads
    left = mixed.copy()
    left[:, gone * width : (gone + 1) * width] = 0
    return left @ W_output


@without.also_right
def by_deleting(mixed, W_output, heads, gone):
    width = mixed.shape[1] // heads
    own = range(gone * width, (gone + 1) * width)
    return np.delete(mixed, own, axis=1) @ np.delete(W_output, own, axis=0)


@without.also_right
def head_after_head(mixed, W_output, heads, gone):
    output = np.zeros((len(mixed), W_output.shape[1]))
    parts = np.split(mixed, heads, axis=1), np.split(W_output, heads, axis=0)
    for head, (part, rows) in enumerate(zip(*parts, strict=True)):
        if head != gone:
            output += part @ rows
    return output


@without.also_right
def without_in_float32(mixed, W_output, heads, gone):
    return without(mixed.astype(np.float32), W_output.astype(np.float32), heads, gone)


@without.mistake
def nobody_gone(mixed, W_output, heads, gone):
    """Nobody is taken away: set the features of head `gone` to zero."""
    return mixed @ W_output


@without.mistake
def it_alone(mixed, W_output, heads, gone):
    """This is what the head says alone: it is the others that stay."""
    width = mixed.shape[1] // heads
    own = slice(gone * width, (gone + 1) * width)
    return mixed[:, own] @ W_output[own]


@without.mistake
def one_feature_gone(mixed, W_output, heads, gone):
    """One feature is zero: a head has d / heads of them."""
    left = mixed.copy()
    left[:, gone] = 0
    return left @ W_output


@without.mistake
def next_head_gone(mixed, W_output, heads, gone):
    """Another head is gone: count from 0."""
    return without(mixed, W_output, heads, (gone + 1) % heads)


@without.mistake
def the_rest_scaled(mixed, W_output, heads, gone):
    """The others were made larger to fill the gap: they stay as they are."""
    return without(mixed, W_output, heads, gone) * heads / max(heads - 1, 1)


@without.mistake
def every_so_many(mixed, W_output, heads, gone):
    """Every so-many-th feature is zero: a head's features stand beside each other."""
    left = mixed.copy()
    left[:, gone::heads] = 0
    return left @ W_output


@without.mistake
def heads_for_width(mixed, W_output, heads, gone):
    """Your slice is `heads` features wide: a head has mixed.shape[1] // heads of them."""
    left = mixed.copy()
    left[:, gone * heads : (gone + 1) * heads] = 0
    return left @ W_output


@without.mistake
def ends_too_early(mixed, W_output, heads, gone):
    """Your slice ends too early: from gone * width on it is `width` features, not as far as gone +
    width.
    """
    width = mixed.shape[1] // heads
    left = mixed.copy()
    left[:, gone * width : gone + width] = 0
    return left @ W_output


@without.mistake
def rows_gone(mixed, W_output, heads, gone):
    """Rows are zero in your answer: a head's features are columns, in every row."""
    width = mixed.shape[1] // heads
    left = mixed.copy()
    left[gone * width : (gone + 1) * width] = 0
    return left @ W_output


@without.mistake
def outputs_cut(mixed, W_output, heads, gone):
    """You cut the output's features: behind W_output all heads are mixed. Cut before it."""
    output = mixed @ W_output
    width = mixed.shape[1] // heads
    output[:, gone * width : (gone + 1) * width] = 0
    return output


# 16.c: keys and values shared by neighbours


def _shared(rng, square=False):
    if square:
        heads, groups, n, m, width, value = 4, 2, 3, 3, 3, 3
    else:
        n, m, width, value = sizes(rng, 4)
        groups, each = (int(k) for k in rng.integers(2, 4, size=2))
        heads = groups * each
    queries = rng.normal(size=(heads, n, width))
    keys, values = rng.normal(size=(groups, m, width)), rng.normal(size=(groups, m, value))
    return queries, keys, values


def _neighbours_share(trial):
    """Only the first keys are there to be found: heads of the first group do, others do not."""
    queries, keys, values = trial.arguments
    marks = np.zeros(values.shape)
    marks += np.arange(len(values))[:, None, None]
    found = trial.call(queries, keys, marks)["context"]
    each = len(queries) // len(keys)
    wanted = np.broadcast_to((np.arange(len(queries)) // each)[:, None, None], found.shape)
    return moved(found, wanted.astype(float), trial.tolerance)


def _blind_keys(trial):
    queries, keys, values = trial.arguments
    found = np.asarray(trial.call(queries, 0 * keys, values)["context"], dtype=float)
    means = np.repeat(values.mean(axis=1), len(queries) // len(keys), axis=0)[:, None]
    return moved(found, np.broadcast_to(means, found.shape), 10 * trial.tolerance)


def _ratio_e(trial):
    """Scores 2 and 0 at width 4: the first value counts e times the second."""
    queries, keys, _ = trial.arguments
    heads, groups = len(queries), len(keys)
    asks = np.tile(np.array([[[2.0, 0, 0, 0]]]), (heads, 1, 1))
    has = np.tile(np.array([[[1.0, 0, 0, 0], [0, 0, 0, 0]]]), (groups, 1, 1))
    gives = np.tile(np.array([[[1.0], [0]]]), (groups, 1, 1))
    found = trial.call(asks, has, gives)["context"]
    return moved(found, np.full((heads, 1, 1), np.e / (np.e + 1)), trial.tolerance)


def _crossed(setting):
    """Of four heads the first scores as the setting says; its neighbour shares the keys."""
    calm = setting._replace(scores=setting.numbers(*setting.scores.shape))
    (asks, keys), (other, others) = (part.queries_and_keys(scale=2) for part in (setting, calm))
    queries = [asks, setting.numbers(*asks.shape), other, setting.numbers(*asks.shape)]
    return np.stack(queries), np.stack([keys, others]), setting.numbers(2, len(keys), 3)


@lesson.function(
    "16.c",
    "keys and values shared by neighbours",
    outputs=lambda queries, keys, values: {
        "context": (*queries.shape[:2], values.shape[2]),
    },
    inputs=_shared,
    edges={
        "one for all": (
            np.arange(12.0).reshape(3, 2, 2) / 10,
            np.array([[[1.0, 0], [0, 1]]]),
            np.array([[[1.0], [2]]]),
        ),
        "each its own": (
            np.arange(8.0).reshape(2, 2, 2) / 10,
            np.arange(12.0).reshape(2, 3, 2) / 10,
            np.arange(6.0).reshape(2, 3, 1),
        ),
        "one key": (np.ones((4, 1, 2)), np.ones((2, 1, 2)), np.array([[[1.0, 2]], [[3, 4]]])),
        "scores of ±1000": (
            np.array([[[1000.0]], [[-1000]]]),
            np.array([[[1.0], [-1]]]),
            np.array([[[1.0], [2]]]),
        ),
    },
    crossed=edges_in_pairs(_crossed),
    properties=(
        Property(
            "neighbours share: of 4 heads and 2 sets 0 and 1 have the first", _neighbours_share
        ),
        Property("keys of zeros make every weight equal", _blind_keys),
        Property("scores 2 and 0 at width 4 give weights of ratio e", _ratio_e),
    ),
    hints=(
        "How often must each key and each value stand, so that head by head they fit the queries?",
        "np.repeat(keys, len(queries) // ____, axis=0), values too; then attention as always.",
    ),
)
def grouped(queries, keys, values):
    """Right: each set serves its neighbours, and every head asks for itself."""
    each = len(queries) // len(keys)
    keys, values = np.repeat(keys, each, axis=0), np.repeat(values, each, axis=0)
    scores = queries @ keys.swapaxes(1, 2) / queries.shape[-1] ** 0.5
    return softmax(scores) @ values


@grouped.also_right
def grouped_by_loops(queries, keys, values):
    each, context = len(queries) // len(keys), []
    for head, asks in enumerate(queries):
        scores = asks @ keys[head // each].T / asks.shape[1] ** 0.5
        context.append(softmax(scores) @ values[head // each])
    return np.array(context)


@grouped.also_right
def with_an_axis_for_the_group(queries, keys, values):
    heads, n, width = queries.shape
    by_group = queries.reshape(len(keys), heads // len(keys), n, width)
    scores = by_group @ keys[:, None].swapaxes(2, 3) / width**0.5
    return (softmax(scores) @ values[:, None]).reshape(heads, n, -1)


@grouped.also_right
def grouped_in_float32(queries, keys, values):
    return grouped(*(array.astype(np.float32) for array in (queries, keys, values)))


def _spread(queries, keys, values, spread, scale=None):
    each = len(queries) // len(keys)
    keys, values = spread(keys, each), spread(values, each)
    scale = queries.shape[-1] ** 0.5 if scale is None else scale
    return softmax(queries @ keys.swapaxes(1, 2) / scale) @ values


def _neighbours(array, each):
    return np.repeat(array, each, axis=0)


@grouped.mistake
def heads_take_turns(queries, keys, values):
    """Heads take turns: neighbours share, 0 and 1 the first set, 2 and 3 the second. np.tile goes
    round, np.repeat stays.
    """
    return _spread(queries, keys, values, lambda array, each: np.tile(array, (each, 1, 1)))


@grouped.mistake
def first_keys_for_all(queries, keys, values):
    """All heads got the first keys and values: each group has its own."""
    return _spread(queries, keys, values, lambda array, each: array[:1])


@grouped.mistake
def not_scaled(queries, keys, values):
    """The scores are not divided by √width: each head is scaled dot product attention."""
    return _spread(queries, keys, values, _neighbours, scale=1.0)


@grouped.mistake
def scaled_by_how_many_keys(queries, keys, values):
    """You divide by the root of how many keys there are, keys.shape[1]: it is how wide one is."""
    return _spread(queries, keys, values, _neighbours, scale=keys.shape[1] ** 0.5)


@grouped.mistake
def queries_averaged(queries, keys, values):
    """The heads of a group asked together: keys are shared, every head has its own question."""
    each = len(queries) // len(keys)
    means = queries.reshape(len(keys), each, *queries.shape[1:]).mean(axis=1)
    return np.repeat(_spread(means, keys, values, lambda array, _: array), each, axis=0)


@grouped.mistake
def softmax_over_queries(queries, keys, values):
    """Softmax ran over the queries: the keys are the last axis."""
    each = len(queries) // len(keys)
    keys, values = _neighbours(keys, each), _neighbours(values, each)
    scores = queries @ keys.swapaxes(1, 2) / queries.shape[-1] ** 0.5
    return softmax(scores, axis=1) @ values


@grouped.mistake
def values_of_the_first_group(queries, keys, values):
    """Keys are right, and all heads got the values of the first group: values are shared as keys
    are.
    """
    each = len(queries) // len(keys)
    scores = queries @ _neighbours(keys, each).swapaxes(1, 2) / queries.shape[-1] ** 0.5
    return softmax(scores) @ values[:1]
