"""The exercises of sheet 05: additive scores, the split of W, and what v can and cannot do."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import edges_in_pairs
from course_utils.checks.sheets.attention_inputs import each_query_for_itself, moved, sizes

sheet = Sheet("05")


@sheet.value(
    "05.1",
    "the shape of the hidden block",
    points=1,
    asks="""
    `a` has shape (2, 6), `b` has shape (3, 6). Which shape has
    `np.tanh(a[:, None, :] + b[None, :, :])`? Decide without running it.
    """,
    what="three sizes, such as (4, 5, 6)",
    properties=(
        Property(
            "Broadcasting keeps every axis that one of the two arrays has",
            lambda answer: None if answer.size == 3 else f"{answer.size} sizes",
        ),
    ),
    hints=(
        "Write the two shapes below each other. What happens where one of them has a 1?",
        "(2, 1, 6) and (1, 3, 6) give (2, ____, 6).",
    ),
)
def shape_of_block():
    """Right: a hidden layer of 6 for each of the 2 · 3 pairs."""
    return (2, 3, 6)


@shape_of_block.mistake
def scores():
    """This is the shape of the scores, after the sum over hidden."""
    return (2, 3)


@shape_of_block.mistake
def not_stretched():
    """This is a[:, None]. Its 1 stretches to b's 3."""
    return (2, 1, 6)


@shape_of_block.mistake
def stacked():
    """Your result is as if a and b stood below each other; here every row meets every."""
    return (5, 6)


@shape_of_block.mistake
def concatenated():
    """The features are added, not put side by side: 6."""
    return (2, 3, 12)


@shape_of_block.mistake
def keys_first():
    """a has its rows on axis 0, b on axis 1: which is first?"""
    return (3, 2, 6)


@shape_of_block.mistake
def added_up():
    """Sizes are not added: a size of 1 takes the other's."""
    return (3, 4, 12)


def _additive_arrays(rng, square=False):
    """Queries (n, d_q), keys (m, d_k), W_query (d_q, d_a), W_key (d_k, d_a), v (d_a,)."""
    n, m, d_q, d_k, d_a = sizes(rng, 5, square)
    shapes = (n, d_q), (m, d_k), (d_q, d_a), (d_k, d_a), (d_a,)
    return tuple(rng.normal(size=shape) for shape in shapes)


def _edges():
    rng = np.random.default_rng(5)
    shapes = (2, 4), (3, 5), (4, 6), (5, 6), (6,)
    queries, keys, W_query, W_key, v = (rng.normal(size=shape) for shape in shapes)
    return {
        "one key": (queries, keys[:1], W_query, W_key, v),
        "one query": (queries[:1], keys, W_query, W_key, v),
        "one hidden feature": (queries, keys, W_query[:, :1], W_key[:, :1], v[:1]),
        "queries of ±1000": (1000 * queries, keys, W_query, W_key, v),
    }


def _twice_v(trial):
    *rest, v = trial.arguments
    return moved(trial.call(*rest, 2 * v)["scores"], 2 * trial.outputs["scores"], trial.tolerance)


def _bounded(trial):
    most = np.abs(trial.arguments[-1]).sum()
    largest = np.abs(trial.outputs["scores"]).max()
    if largest > most * (1 + 10 * trial.tolerance) + 10 * trial.tolerance:
        return f"a score of size {largest:.3g}, and the sizes in v add up to {most:.3g}"


def _keys_reversed(trial):
    queries, keys, *rest = trial.arguments
    again = trial.call(queries, keys[::-1], *rest)["scores"]
    return moved(again[:, ::-1], trial.outputs["scores"], trial.tolerance)


def _roles_exchanged(trial):
    queries, keys, W_query, W_key, v = trial.arguments
    again = trial.call(keys, queries, W_key, W_query, v)["scores"]
    return moved(again.T, trial.outputs["scores"], trial.tolerance)


def _one_pair(trial):
    """Query 1, key 2, W all ones, v = [3 1]: 4 tanh(1 + 2); and 0 for query −2."""
    ones, v = np.ones((1, 2)), np.array([3.0, 1.0])
    found = trial.call(np.array([[1.0], [-2.0]]), np.array([[2.0]]), ones, ones, v)["scores"]
    return moved(found[:, 0], np.array([4 * np.tanh(3.0), 0.0]), trial.tolerance)


def _crossed(setting):
    """The setting's sizes alone: no score of this rule is large."""
    n, m = setting.scores.shape
    shapes = (n, 4), (m, 5), (4, 6), (5, 6), (6,)
    return tuple(setting.numbers(*shape) for shape in shapes)


@sheet.function(
    "05.2",
    "additive scores without loops",
    points=3,
    asks="""
    Rule 2 in loops, one line for each pair:

    ```python
    for i in range(n):
        for j in range(m):
            scores[i, j] = v @ np.tanh(queries[i] @ W_query + keys[j] @ W_key)
    ```

    Write it without a loop. Return the scores, not the weights. Queries and keys may differ
    in width: d_q is not d_k.
    """,
    outputs=lambda queries, keys, *_: {"scores": (len(queries), len(keys))},
    inputs=_additive_arrays,
    edges=_edges(),
    crossed=edges_in_pairs(_crossed, scores=()),
    properties=(
        each_query_for_itself("scores"),
        Property("keys in reverse order give the same columns in reverse order", _keys_reversed),
        Property("twice v gives twice the scores", _twice_v),
        Property("no score is larger than the sum of the sizes in v", _bounded),
        Property(
            "queries and keys in exchanged roles give the same table, turned", _roles_exchanged
        ),
        Property("with W all ones and v = [3 1], query 1 and key 2 score 4 tanh(3)", _one_pair),
    ),
    hints=(
        "Which axis of the block (n, m, d_a) is the hidden one, and what shape is left without it?",
        "np.tanh((queries @ W_query)[:, None] + (keys @ W_key)[____]) @ ____",
    ),
)
def additive_scores(queries, keys, W_query, W_key, v):
    """Right: a hidden layer for each pair, bent by tanh, weighted by v, summed over hidden."""
    q = (queries @ W_query)[:, None]  # (n, 1, d_a)
    k = (keys @ W_key)[None]  # (1, m, d_a)
    return np.tanh(q + k) @ v  # the sum over hidden: (n, m)


@additive_scores.also_right
def in_loops(queries, keys, W_query, W_key, v):
    return [[v @ np.tanh(q @ W_query + k @ W_key) for k in keys] for q in queries]


@additive_scores.also_right
def query_and_key_concatenated(queries, keys, W_query, W_key, v):
    W = np.concatenate([W_query, W_key])
    return [[np.tanh(np.concatenate([q, k]) @ W) @ v for k in keys] for q in queries]


@additive_scores.also_right
def summed_in_float32(queries, keys, W_query, W_key, v):
    hidden = (queries @ W_query)[:, None, :] + (keys @ W_key)[None, :, :]
    return (np.tanh(hidden) * v).sum(axis=-1).astype(np.float32)


@additive_scores.mistake
def summed_over_the_keys(queries, keys, W_query, W_key, v):
    """Your result is as if you summed over axis 1, the keys. The sum of rule 2 runs over the
    hidden features, the last axis.
    """
    q, k = (queries @ W_query)[:, None], (keys @ W_key)[None]
    return (np.tanh(q + k) * v).sum(axis=1)


@additive_scores.mistake
def no_tanh(queries, keys, W_query, W_key, v):
    """Without tanh the query adds the same number to all its scores: all rows of weights are
    identical. Where have you seen this?
    """
    q, k = (queries @ W_query)[:, None], (keys @ W_key)[None]
    return (q + k) @ v


@additive_scores.mistake
def tanh_of_each_part(queries, keys, W_query, W_key, v):
    """Your result is as if you bent the two parts before adding them, so the query still adds
    the same number to all its scores. Add first, then tanh.
    """
    q, k = np.tanh(queries @ W_query)[:, None], np.tanh(keys @ W_key)[None]
    return (q + k) @ v


@additive_scores.mistake
def sigmoid(queries, keys, W_query, W_key, v):
    """Your result is as if a sigmoid bent the features. It bends too, but rule 2 says tanh, which
    runs from −1 to 1.
    """
    hidden = (queries @ W_query)[:, None] + (keys @ W_key)[None]
    return (1 + np.tanh(hidden / 2)) / 2 @ v


@additive_scores.mistake
def tanh_of_the_sum(queries, keys, W_query, W_key, v):
    """Your result is as if you summed over the hidden features first: tanh belongs inside, on
    each feature.
    """
    q, k = (queries @ W_query)[:, None], (keys @ W_key)[None]
    return np.tanh((q + k) @ v)


@additive_scores.mistake
def plain_sum(queries, keys, W_query, W_key, v):
    """This is the plain sum, v = 1. Here each hidden feature has its own weight in v."""
    q, k = (queries @ W_query)[:, None], (keys @ W_key)[None]
    return np.tanh(q + k).sum(axis=-1)


@additive_scores.mistake
def plain_sum_over_the_keys(queries, keys, W_query, W_key, v):
    """The sum ran over axis 1, the keys, and v is not used: weight the last axis by v."""
    q, k = (queries @ W_query)[:, None], (keys @ W_key)[None]
    return np.tanh(q + k).sum(axis=1)


@additive_scores.mistake
def transposed(queries, keys, W_query, W_key, v):
    """One row for each key came out: row = query, column = key."""
    q, k = (queries @ W_query)[None], (keys @ W_key)[:, None]
    return np.tanh(q + k) @ v


@additive_scores.mistake
def multiplied(queries, keys, W_query, W_key, v):
    """Your result is as if you multiplied the two projections: the rule adds them, that is its
    name.
    """
    q, k = (queries @ W_query)[:, None], (keys @ W_key)[None]
    return np.tanh(q * k) @ v


@additive_scores.mistake
def mean(queries, keys, W_query, W_key, v):
    """This is the mean over the hidden features; the rule takes their sum."""
    q, k = (queries @ W_query)[:, None], (keys @ W_key)[None]
    return (np.tanh(q + k) * v).mean(axis=-1)


@additive_scores.mistake
def weights(queries, keys, W_query, W_key, v):
    """These are weights, after softmax: return the scores of stage ①."""
    q, k = (queries @ W_query)[:, None], (keys @ W_key)[None]
    return softmax(np.tanh(q + k) @ v)


@additive_scores.mistake
def W_exchanged(queries, keys, W_query, W_key, v):
    """W_query belongs to the queries and W_key to the keys: yours are exchanged."""
    q, k = (queries @ W_key)[:, None], (keys @ W_query)[None]
    return np.tanh(q + k) @ v


def _stacked(rng, square=False):
    """W (d_q + d_k, d_a) and d_q."""
    d_q, d_k, d_a = sizes(rng, 3, square)
    return rng.normal(size=(d_q + d_k, d_a)), d_q


def _parts(W, query_size):
    return {
        "W_query": (query_size, W.shape[1]),
        "W_key": (len(W) - query_size, W.shape[1]),
    }


def _same_hidden(trial):
    W, query_size = trial.arguments
    rng = np.random.default_rng(3)
    q, k = rng.normal(size=query_size), rng.normal(size=len(W) - query_size)
    split = q @ trial.outputs["W_query"] + k @ trial.outputs["W_key"]
    return moved(split, np.concatenate([q, k]) @ W, trial.tolerance)


def _same_hidden_without_query(trial):
    W, query_size = trial.arguments
    k = np.ones(len(W) - query_size)
    whole = np.concatenate([np.zeros(query_size), k]) @ W
    return moved(k @ trial.outputs["W_key"], whole, trial.tolerance)


@sheet.function(
    "05.3",
    "one W, cut in two",
    points=2,
    asks="""
    A program has one matrix W, (d_q + d_k, d_a), and computes `np.concatenate([q, k]) @ W`.
    You want to keep its learned numbers and compute `q @ W_query + k @ W_key` instead.
    Return the two matrices.
    """,
    outputs=_parts,
    inputs=_stacked,
    edges={
        "a query of one number": (np.arange(12.0).reshape(4, 3), 1),
        "a key of one number": (np.arange(12.0).reshape(4, 3), 3),
    },
    properties=(
        Property("[q; k] @ W equals q @ W_query + k @ W_key", _same_hidden),
        Property(
            "with a query of zeros, k @ W_key alone gives [q; k] @ W", _same_hidden_without_query
        ),
    ),
    hints=(
        "In [q; k] @ W, which rows of W does the first number of q meet, and which the first of k?",
        "W_query = W[:____], W_key = W[____:]",
    ),
)
def split_matrix(W, query_size):
    """Right: concat with one W and a sum with two are the same rule."""
    return W[:query_size], W[query_size:]


@split_matrix.also_right
def with_split(W, query_size):
    return np.split(W, [query_size])


@split_matrix.also_right
def key_counted_from_the_end(W, query_size):
    key_size = len(W) - query_size
    return W[:query_size, :], W[-key_size:, :]


@split_matrix.also_right
def in_float32(W, query_size):
    return tuple(part.astype(np.float32) for part in np.split(W, [query_size], axis=0))


@split_matrix.mistake
def columns(W, query_size):
    """Your result is as if you cut between columns. Features of [q; k] meet the rows of W: cut
    between rows.
    """
    return W[:, :query_size], W[:, query_size:]


@split_matrix.mistake
def in_the_middle(W, query_size):
    """Your result is as if you cut in the middle. Query and key may differ in width: cut at
    query_size.
    """
    half = len(W) // 2
    return W[:half], W[half:]


@split_matrix.mistake
def keys_first(W, query_size):
    """[q; k] has the query first, so the first rows of W are W_query."""
    return W[query_size:], W[:query_size]


@split_matrix.mistake(name="cut at the key's width")
def width_of_the_key(W, query_size):
    """Your result is as if you gave W_query as many rows as a key has features: it has
    query_size rows.
    """
    key_size = len(W) - query_size
    return W[:key_size], W[key_size:]


@split_matrix.mistake
def transposed(W, query_size):
    """The cut is right; without .T, for here a vector stands on the left: q @ W_query."""
    return W[:query_size].T, W[query_size:].T


sheet.choice(
    "05.4",
    "what W can take over from v",
    points=1,
    asks="""
    In `v @ np.tanh(...)` you set every number of v to 1, and may then change W_query and
    W_key as you like; d_a stays as it is. What can W take over from the old v, so that all
    scores stay as they were?
    """,
    letter="b",
    options={
        "a": (
            "the signs and the sizes",
            "A larger W makes tanh steeper, but never larger than 1. Can it make 3 tanh(x)?",
        ),
        "b": (
            "the signs only",
            "Yes: −tanh(x) = tanh(−x), so W takes the sign. No W makes a tanh larger than 1.",
        ),
        "c": (
            "the sizes only",
            "A larger W makes tanh steeper, not larger. And look at tanh(−x): is it −tanh(x)?",
        ),
        "d": ("neither", "Look at tanh(−x) once more: it is −tanh(x)."),
    },
    hints=(
        "Compare the numbers that tanh(c x) can reach with those of −tanh(x) and of 3 tanh(x).",
        "tanh(−x) = ____, and |tanh(x)| < ____ for every x.",
    ),
)


@sheet.value(
    "05.5",
    "how many hidden features for a weight of 0.9?",
    points=1,
    asks="""
    A sentence has m = 50 words, the sum is plain (v = 1). What is the smallest d_a with
    which one word could get a weight of at least 0.9?
    """,
    what="one whole number",
    tolerance=0.006,
    properties=(
        Property(
            "d_a counts hidden features, so it is a whole number above 0",
            lambda number: None if number == np.round(number) and number > 0 else shown(number),
        ),
    ),
    hints=(
        "Which scores have the best key and the 49 others when the weight is at its cap?",
        "exp(2 d_a) / (exp(2 d_a) + 49) ≥ 0.9. So exp(2 d_a) ≥ ____ · 49.",
    ),
)
def smallest_d_a():
    """Right: the cap is 0.984 with 4 hidden features, and 0.892 with 3."""
    caps = {d_a: np.exp(2 * d_a) / (np.exp(2 * d_a) + 49) for d_a in range(1, 10)}
    return min(d_a for d_a, cap in caps.items() if cap >= 0.9)


@smallest_d_a.mistake
def one_too_few():
    """Nearly: exp(6) / (exp(6) + 49) = 0.892. One more."""
    return 3


@smallest_d_a.mistake
def one_too_many():
    """That is enough, but not the smallest: try one less."""
    return 5


@smallest_d_a.mistake
def not_rounded():
    """That reaches 0.9 exactly, but features are whole: up."""
    return np.log(9 * 49) / 2  # exp(2 d_a) = 9 · 49


@smallest_d_a.mistake
def no_2():
    """Your result is as if the score went from 0 to d_a. It goes from −d_a to d_a: the
    gap is 2 d_a.
    """
    return 7


@smallest_d_a.mistake
def number_of_keys():
    """50 is m, the keys. Asked is d_a, the hidden features."""
    return 50


def _weighted_layer(rng, square=False):
    """W_query (d_q, d_a), W_key (d_k, d_a) and v (d_a,), with signs of both kinds."""
    d_q, d_k, d_a = sizes(rng, 3, square)
    v = rng.uniform(0.2, 3, size=d_a) * np.where(np.arange(d_a) % 2, 1.0, -1.0)
    return rng.normal(size=(d_q, d_a)), rng.normal(size=(d_k, d_a)), rng.permutation(v)


def _same_scores(trial):
    W_query, W_key, v = trial.arguments
    rng = np.random.default_rng(8)
    queries, keys = rng.normal(size=(3, len(W_query))), rng.normal(size=(4, len(W_key)))
    found = additive_scores(queries, keys, *trial.outputs.values())
    return moved(found, additive_scores(queries, keys, W_query, W_key, v), trial.tolerance)


def _not_negative(trial):
    smallest = trial.outputs["v"].min()
    if smallest < 0:
        return f"smallest number in v {smallest:.3g}"


def _same_sizes(trial):
    return moved(np.abs(trial.outputs["v"]), np.abs(trial.arguments[2]), trial.tolerance)


@sheet.function(
    "05.6",
    "no negative number in v",
    points=2,
    asks="""
    A trained rule came out with negative numbers in v. Give back other W_query, W_key and
    v, in this order, with the same score for every query and every key, and no negative
    number in v. Each size in v stays where it is. (No number in v is 0.)
    """,
    outputs=lambda W_query, W_key, v: {
        "W_query": W_query.shape,
        "W_key": W_key.shape,
        "v": v.shape,
    },
    inputs=_weighted_layer,
    edges={
        "nothing to flip": (np.ones((2, 3)), np.ones((4, 3)), np.array([1.0, 2, 3])),
        "all to flip": (np.ones((2, 3)), np.ones((4, 3)), -np.array([1.0, 2, 3])),
    },
    properties=(
        Property("no number in v is negative", _not_negative),
        Property("each size in v stays where it is", _same_sizes),
        Property("every score stays as it is", _same_scores),
    ),
    hints=(
        "−tanh(x) = tanh(−x). Which columns of W_query and W_key make x for hidden feature h?",
        "signs = np.sign(v); return W_query * signs, W_key * ____, ____",
    ),
)
def absorb_signs(W_query, W_key, v):
    """Right: the same scores, without a negative number in v."""
    signs = np.sign(v)  # −1 where the feature has to turn round
    return W_query * signs, W_key * signs, np.abs(v)


@absorb_signs.also_right
def feature_by_feature(W_query, W_key, v):
    W_query, W_key, v = W_query.copy(), W_key.copy(), v.copy()
    for h in range(len(v)):
        if v[h] < 0:
            W_query[:, h], W_key[:, h], v[h] = -W_query[:, h], -W_key[:, h], -v[h]
    return W_query, W_key, v


@absorb_signs.also_right
def v_times_its_signs(W_query, W_key, v):
    return W_query * np.sign(v), W_key * np.sign(v), v * np.sign(v)


@absorb_signs.also_right
def in_float32(W_query, W_key, v):
    signs = np.where(v < 0, -1, 1)
    return [(part * signs).astype(np.float32) for part in (W_query, W_key, v)]


@absorb_signs.mistake
def v_alone(W_query, W_key, v):
    """Your result is as if you changed v alone, so the scores change: what has to turn round
    together with v?
    """
    return W_query, W_key, np.abs(v)


@absorb_signs.mistake
def queries_alone(W_query, W_key, v):
    """Your result is as if you turned W_query alone. All that stands inside tanh has to turn,
    W_key too.
    """
    return W_query * np.sign(v), W_key, np.abs(v)


@absorb_signs.mistake
def keys_alone(W_query, W_key, v):
    """Your result is as if you turned W_key alone. All that stands inside tanh has to turn,
    W_query too.
    """
    return W_query, W_key * np.sign(v), np.abs(v)


@absorb_signs.mistake
def sizes_too(W_query, W_key, v):
    """Your result is as if you moved the sizes into W as well: there they make tanh steeper,
    not larger.
    """
    return W_query * v, W_key * v, np.ones_like(v)


@absorb_signs.mistake
def everything(W_query, W_key, v):
    """Your result is as if you turned every feature round. Turn only those whose number in v is
    negative.
    """
    return -W_query, -W_key, -v


@absorb_signs.mistake
def sign_kept(W_query, W_key, v):
    """W has the signs now, and v has them still: they count twice. Return the sizes of v."""
    return W_query * np.sign(v), W_key * np.sign(v), v


@absorb_signs.mistake
def absolute_W(W_query, W_key, v):
    """Your result is as if you took the absolute value of W: turn whole columns round, as v
    says.
    """
    return np.abs(W_query), np.abs(W_key), np.abs(v)


sheet.reason(
    "05.7",
    "why a sign can be absorbed and a size cannot",
    asks="""
    Why can W take over the sign of a number in v, but not its size? Say it in at least 15
    words, in any language. The text is recorded, not scored.
    """,
    praise="Compare it with a solution: does yours say what tanh does with −x, and where it ends?",
    hints=(
        "Which property of tanh moves a minus sign inside? Which keeps a 3 outside?",
        "tanh is odd, so ____; and it is bounded, so ____.",
    ),
)
