"""The exercises of sheet 02: the three stages by hand, in loops, vectorised and in batches."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.checks.sheets.attention_edges import edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    attention_arrays,
    attention_edges,
    each_query_for_itself,
    inside_the_values,
    moved,
    no_negative_weight,
    order_of_keys_is_irrelevant,
    ratios_follow_scores,
    rows_sum_to_one,
    shift_changes_nothing,
    values_are_mixed,
)

sheet = Sheet("02")


SCORES = np.array([2.0, 1, 3])  # of q3 = [2, 1] with k1, k2, k3 of the lesson


@sheet.value(
    "02.1",
    "a row of weights by hand",
    points=1,
    asks="""
    The keys of the lesson are k1 = [1, 0], k2 = [0, 1], k3 = [1, 1]. A third query comes:
    q3 = [2, 1]. On paper, or with a pocket calculator: which weights do k1, k2 and k3 get?
    Three numbers, each within 0.005. (e ≈ 2.718, e² ≈ 7.389, e³ ≈ 20.086)
    """,
    what="three weights, of k1, k2 and k3",
    tolerance=0.005,
    properties=(
        Property(
            "A row of weights sums to 1",
            lambda row: None if abs(row.sum() - 1) < 0.02 else f"{shown(row.sum())}",
        ),
        Property(
            "The highest score gets the largest weight",
            lambda row: None if row.argmax() == 2 else f"the largest is k{row.argmax() + 1}'s",
        ),
    ),
    hints=(
        "What are the three dot products of [2, 1] with [1, 0], [0, 1] and [1, 1]?",
        "exp of 2, 1, 3 is 7.39, 2.72, 20.09. Divide each by their sum, ____.",
    ),
)
def weights_of_q3():
    """Right, and the row sums to 1."""
    return softmax(SCORES)


@weights_of_q3.mistake
def scores():
    """These are the scores of stage ①. Now exp, then divide by sum."""
    return SCORES


@weights_of_q3.mistake
def exps():
    """These are the exps. One step more: divide by their sum."""
    return np.exp(SCORES)


@weights_of_q3.mistake
def no_exp():
    """Your result is as if you divided the scores by their sum: take exp first."""
    return SCORES / SCORES.sum()


@weights_of_q3.mistake
def powers_of_2():
    """Your result is as if you took powers of 2: exp is a power of e ≈ 2.718."""
    return 2**SCORES / (2**SCORES).sum()


@weights_of_q3.mistake
def scaled():
    """Your result is as if you divided the scores by √2, which is a later rule: here they stay
    as they are.
    """
    return softmax(SCORES / np.sqrt(2))


@weights_of_q3.mistake
def q1():
    """These are the weights of q1 = [1, 0]: take q3 = [2, 1]."""
    return softmax(np.array([1.0, 0, 1]))


@weights_of_q3.mistake
def ranked():
    """The numbers are right, sorted by size: give them in the order k1, k2, k3."""
    return np.sort(softmax(SCORES))[::-1]


@sheet.order(
    "02.2",
    "attention in loops, line by line",
    points=2,
    asks="""
    Seven of these nine lines make `def attention_loops(Q, K, V):`. Two are wrong and stay
    out. Give the numbers of the seven in their order. The indentation is right as it
    stands.
    """,
    lines={
        1: "    A = softmax(S, axis=-1)",
        2: "        for j in range(len(K)):",
        3: "    C = [sum(A[i, j] * V[j] for j in range(len(K))) for i in range(len(Q))]",
        4: "    S = np.zeros((len(Q), len(K)))",
        5: "    A = softmax(S, axis=0)",
        6: "            S[i, j] = Q[i] @ K[j]",
        7: "    return np.array(C), A",
        8: "    C = [sum(A[i, j] * V[:, j] for j in range(V.shape[1])) for i in range(len(Q))]",
        9: "    for i in range(len(Q)):",
    },
    hints=(
        "Which line makes the array that the loops fill, and which two lines use A?",
        "4, 9, 2, ____, then ② one softmax, ③ one mix, and return.",
    ),
)
def attention_loops():
    """Right: room for the scores, ① both loops, ② softmax over the keys, ③ the mix."""
    return (4, 9, 2, 6, 1, 3, 7)


@attention_loops.mistake(shows=lambda order: 5 in order)
def softmax_over_queries():
    """Line 5 normalises down the columns, over the queries: a row has to sum to 1."""
    return (4, 9, 2, 6, 5, 3, 7)


@attention_loops.mistake(shows=lambda order: 8 in order)
def columns_of_the_values():
    """Line 8 loops over columns of V. Each key has a weight, and its value is a row, V[j]."""
    return (4, 9, 2, 6, 1, 8, 7)


@attention_loops.mistake(shows=lambda order: stands_before(order, 1, 6))
def softmax_in_the_loop():
    """Line 1 normalises scores before line 6 has computed them."""
    return (4, 9, 2, 1, 6, 3, 7)


@attention_loops.mistake(shows=lambda order: stands_before(order, 2, 9))
def loops_exchanged():
    """Line 2 is indented deeper than line 9, so it stands inside that loop, below it."""
    return (4, 2, 9, 6, 1, 3, 7)


@attention_loops.mistake(
    shows=lambda order: stands_before(order, 9, 4) or stands_before(order, 6, 4)
)
def room_too_late():
    """Line 4 makes the array of scores: it comes before the loops that fill it."""
    return (9, 2, 4, 6, 1, 3, 7)


@attention_loops.mistake(shows=lambda order: stands_before(order, 3, 1))
def mixed_first():
    """Line 3 mixes with weights A, which line 1 has not made yet."""
    return (4, 9, 2, 6, 3, 1, 7)


def _shapes(queries, keys, values):
    lead = queries.shape[:-1]
    return {"context": (*lead, values.shape[-1]), "weights": (*lead, keys.shape[-2])}


def _weights_times_values(trial):
    mixed = trial.outputs["weights"] @ trial.arguments[2]
    return moved(trial.outputs["context"], mixed, trial.tolerance)


PROPERTIES = (
    rows_sum_to_one(),
    no_negative_weight(),
    inside_the_values(),
    order_of_keys_is_irrelevant(),
    each_query_for_itself(),
    values_are_mixed(),
    shift_changes_nothing(),
    ratios_follow_scores(),
    Property("the context is the weights times the values", _weights_times_values),
)


def _crossed(setting):
    """Queries that score the keys as the setting says."""
    queries, keys = setting.queries_and_keys()
    return queries, keys, setting.numbers(len(keys), 5)


def _crossed_batch(setting):
    """The same beside an example with small numbers."""
    calm = setting._replace(scores=setting.numbers(*setting.scores.shape))
    return tuple(map(np.stack, zip(_crossed(setting), _crossed(calm), strict=True)))


@sheet.function(
    "02.3",
    "attention without loops",
    points=3,
    asks="""
    Queries (n, d), keys (m, d), values (m, d_v). Score with the plain dot product,
    normalise with `softmax`, which is imported above, and mix. Return the context **and**
    the weights.
    """,
    outputs=_shapes,
    inputs=attention_arrays,
    edges=attention_edges(),
    crossed=edges_in_pairs(_crossed),
    properties=PROPERTIES,
    hints=(
        "What shape has S, the scores, and which of its axes belongs to the keys?",
        "S = queries @ keys.____; weights = softmax(S, axis=____)",
    ),
)
def attention(queries, keys, values):
    """Right: rows sum to 1, contexts stay inside the values, any order of keys gives the same."""
    scores = queries @ keys.T  # ① (n, m)
    weights = softmax(scores, axis=-1)  # ② over the keys
    return weights @ values, weights  # ③ (n, d_v)


@attention.also_right
def in_loops(queries, keys, values):
    weights = [softmax(np.array([sum(q * k) for k in keys])) for q in queries]
    context = [sum(w * v for w, v in zip(row, values, strict=True)) for row in weights]
    return context, weights


@attention.also_right  # in 02.5 too, with a leading axis
def with_einsum(queries, keys, values):
    weights = softmax(np.einsum("...id,...jd->...ij", queries, keys))
    return np.einsum("...ij,...jv->...iv", weights, values), weights


@attention.also_right  # in 02.5 too
def in_float32(queries, keys, values):
    weights = softmax((queries @ np.swapaxes(keys, -1, -2)).astype(np.float32))
    return weights @ values.astype(np.float32), weights


@attention.mistake
def softmax_over_queries(queries, keys, values):
    """Your columns sum to 1, your rows do not: you normalised over the queries. Softmax runs
    over the keys.
    """
    weights = softmax(queries @ keys.T, axis=0)
    return weights @ values, weights


@attention.mistake
def keys_not_transposed(queries, keys, values):
    """queries @ keys multiplies rows of Q with columns of K: a score needs a row of each,
    keys.T.
    """
    weights = softmax(queries @ keys)
    return weights @ values, weights


@attention.mistake
def keys_mixed(queries, keys, values):
    """Your context mixes the keys: what is handed over are the values."""
    weights = softmax(queries @ keys.T)
    return weights @ keys, weights


@attention.mistake
def weights_transposed(queries, keys, values):
    """Your result is as if you mixed with the transposed weights: row i of the weights belongs
    to query i already.
    """
    weights = softmax(queries @ keys.T)
    return weights.T @ values, weights


@attention.mistake
def no_softmax(queries, keys, values):
    """These are scores, not weights: stage ②, softmax, is missing."""
    weights = queries @ keys.T
    return weights @ values, weights


@attention.mistake
def softmax_over_everything(queries, keys, values):
    """All your weights together sum to 1: each row needs a sum of its own, axis=-1."""
    scores = queries @ keys.T
    weights = softmax(scores.ravel()).reshape(scores.shape)
    return weights @ values, weights


@attention.mistake
def scaled(queries, keys, values):
    """Your result is as if you divided the scores by √d. That is the third rule, of a later
    lesson; this one takes the plain dot product.
    """
    weights = softmax(queries @ keys.T / np.sqrt(keys.shape[1]))
    return weights @ values, weights


@attention.mistake
def overflow(queries, keys, values):
    """For scores near 1000 exp overflows and gives NaN: subtract each row's largest score
    first, or use softmax.
    """
    exps = np.exp(queries @ keys.T)
    weights = exps / exps.sum(axis=-1, keepdims=True)
    return weights @ values, weights


@attention.mistake
def divided_by_the_sum(queries, keys, values):
    """Your result is as if you divided the scores by their sum: without exp, weights can be
    negative.
    """
    scores = queries @ keys.T
    weights = scores / scores.sum(axis=-1, keepdims=True)
    return weights @ values, weights


@attention.mistake
def keepdims_forgotten(queries, keys, values):
    """Each row is divided by another's sum: keep the axis, sum(axis=-1, keepdims=True)."""
    scores = queries @ keys.T
    exps = np.exp(scores - scores.max())
    weights = exps / exps.sum(axis=-1)
    return weights @ values, weights


@attention.mistake
def one_maximum_for_all(queries, keys, values):
    """One maximum for the whole array: a row far below it becomes 0 / 0. Subtract each row's
    own, or use softmax.
    """
    scores = queries @ keys.T
    exps = np.exp(scores - scores.max())
    weights = exps / exps.sum(axis=-1, keepdims=True)
    return weights @ values, weights


@attention.mistake
def weights_alone(queries, keys, values):
    """These are the weights alone: return context and weights, in that order."""
    return softmax(queries @ keys.T)


@attention.mistake
def scores_returned(queries, keys, values):
    """The second thing that you return are the scores: return the weights."""
    scores = queries @ keys.T
    return softmax(scores) @ values, scores


@attention.mistake
def swapped(queries, keys, values):
    """Both arrays are right, in the wrong order: return the context, then the weights."""
    weights = softmax(queries @ keys.T)
    return weights, weights @ values


@attention.mistake
def context_alone(queries, keys, values):
    """This is the context alone: return context and weights, in that order."""
    return softmax(queries @ keys.T) @ values


def _scores_of_pairs(queries, keys):
    """The first lines of the function with the bug: one score a row, (n·m, 1)."""
    return np.array([[query @ key] for query in queries for key in keys])


def _queries_reversed(trial):
    queries, keys = trial.arguments
    again = trial.call(queries[::-1], keys)["weights"]
    return moved(again[::-1], trial.outputs["weights"], trial.tolerance)


def _same_key_twice(trial):
    queries, keys = trial.arguments
    weights = trial.call(queries, np.concatenate([keys[:1]] * 2))["weights"]
    return moved(weights[:, 0], weights[:, 1], trial.tolerance)


@sheet.function(
    "02.4",
    "bug hunt: every weight is 1",
    points=2,
    asks="""
    This function runs, its weights have the right shape, and all of them are 1. Two
    libraries have shipped this bug. Write `attention_weights`, the same without the bug.
    """,
    outputs=lambda queries, keys: {"weights": (len(queries), len(keys))},
    inputs=lambda rng, square=False: attention_arrays(rng, square)[:2],
    edges={name: arrays[:2] for name, arrays in attention_edges().items()},
    crossed=edges_in_pairs(lambda setting: _crossed(setting)[:2]),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        ratios_follow_scores(),
        Property("queries in reverse order give the same rows in reverse order", _queries_reversed),
        Property("an equal key gets an equal weight", _same_key_twice),
    ),
    hints=(
        "How long is the axis that softmax runs along?",
        "Before softmax: scores = scores.reshape(len(queries), ____)",
    ),
)
def attention_weights(queries, keys):
    """Right: softmax now runs along an axis as long as the keys."""
    scores = np.array([[query @ key] for query in queries for key in keys])  # (n·m, 1)
    scores = scores.reshape(len(queries), len(keys))  # before softmax, not after
    return softmax(scores)


@attention_weights.also_right
def row_by_row(queries, keys):
    return [softmax(np.array([query @ key for key in keys])) for query in queries]


@attention_weights.also_right
def as_one_product(queries, keys):
    return softmax(queries @ keys.T)


@attention_weights.also_right
def scores_in_float32(queries, keys):
    return softmax((queries @ keys.T).astype(np.float32))


@attention_weights.mistake
def not_repaired(queries, keys):
    """Every weight is still 1: softmax runs along an axis of length 1, and a list of one score
    always becomes [1].
    """
    weights = softmax(_scores_of_pairs(queries, keys))
    return weights.reshape(len(queries), len(keys))


@attention_weights.mistake
def over_all_pairs(queries, keys):
    """Now all pairs together sum to 1. Queries must not compete with each other: each row
    needs a sum of its own.
    """
    weights = softmax(_scores_of_pairs(queries, keys), axis=0)
    return weights.reshape(len(queries), len(keys))


@attention_weights.mistake
def over_the_queries(queries, keys):
    """The shape is right before softmax, but axis=0 runs over the queries: columns sum to 1,
    rows do not.
    """
    scores = _scores_of_pairs(queries, keys).reshape(len(queries), len(keys))
    return softmax(scores, axis=0)


@attention_weights.mistake
def axes_mixed_up(queries, keys):
    """The pairs come query by query, m scores each: reshape to (n, m). With (m, n) scores land
    in the wrong rows.
    """
    scores = _scores_of_pairs(queries, keys).reshape(len(keys), len(queries))
    return softmax(scores.T)


@attention_weights.mistake
def transposed(queries, keys):
    """One row for each key came out: row = query, column = key, so leave .T away."""
    scores = _scores_of_pairs(queries, keys).reshape(len(queries), len(keys))
    return softmax(scores.T)


@attention_weights.mistake
def scores(queries, keys):
    """These are the scores in the right shape. Now normalise each row."""
    return _scores_of_pairs(queries, keys).reshape(len(queries), len(keys))


def _alone(trial):
    queries, keys, values = trial.arguments
    first = trial.call(queries[:1], keys[:1], values[:1])["context"]
    return moved(first, trial.outputs["context"][:1], trial.tolerance)


@sheet.function(
    "02.5",
    "many sentences at once",
    points=2,
    asks="""
    The same attention for a batch of B sentences: queries (B, n, d), keys (B, m, d), values
    (B, m, d_v). No loop. Return context and weights.
    """,
    outputs=_shapes,
    inputs=lambda rng, square=False: attention_arrays(rng, square, batch=True),
    edges={
        name: tuple(np.stack([array] * 2) for array in arrays)
        for name, arrays in attention_edges().items()
    },
    crossed=edges_in_pairs(_crossed_batch),
    properties=(
        *PROPERTIES,
        Property("an example alone gives the same as in its batch", _alone),
    ),
    hints=(
        "queries (B, n, d), keys (B, m, d): which two axes of keys change places?",
        "np.swapaxes(keys, -1, ____), and the rest is as before.",
    ),
)
def batched_attention(queries, keys, values):
    """Right: every example gets what it would get alone."""
    weights = softmax(queries @ np.swapaxes(keys, -1, -2))
    return weights @ values, weights


@batched_attention.also_right
def one_example_at_a_time(queries, keys, values):
    weights = np.stack([softmax(q @ k.T) for q, k in zip(queries, keys, strict=True)])
    return np.stack([w @ v for w, v in zip(weights, values, strict=True)]), weights


batched_attention.also_right(with_einsum)
batched_attention.also_right(in_float32)


@batched_attention.mistake
def all_axes_reversed(queries, keys, values):
    """keys.T turns all axes round, the batch too: swap the last two only."""
    weights = softmax(queries @ keys.T)
    return weights @ values, weights


@batched_attention.mistake
def keys_not_transposed(queries, keys, values):
    """The last two axes of keys have to be swapped: a score needs a row of Q and a row of K."""
    weights = softmax(queries @ keys)
    return weights @ values, weights


@batched_attention.mistake
def softmax_over_queries(queries, keys, values):
    """Axis 1 of (batch, query, key) is the queries: softmax runs over the keys, the last."""
    weights = softmax(queries @ np.swapaxes(keys, -1, -2), axis=1)
    return weights @ values, weights


@batched_attention.mistake
def softmax_over_the_batch(queries, keys, values):
    """Axis 0 is now the batch: the sentences compete with each other. The keys are the last
    axis.
    """
    weights = softmax(queries @ np.swapaxes(keys, -1, -2), axis=0)
    return weights @ values, weights


@batched_attention.mistake
def no_softmax(queries, keys, values):
    """These are scores: stage ②, softmax over the keys, is missing."""
    weights = queries @ np.swapaxes(keys, -1, -2)
    return weights @ values, weights


@batched_attention.mistake
def keys_mixed(queries, keys, values):
    """Your context mixes the keys: what is handed over are the values."""
    weights = softmax(queries @ np.swapaxes(keys, -1, -2))
    return weights @ keys, weights


@batched_attention.mistake
def softmax_over_each_map(queries, keys, values):
    """Each whole map sums to 1, but each row of it has to."""
    scores = queries @ np.swapaxes(keys, -1, -2)
    weights = softmax(scores.reshape(len(scores), -1)).reshape(scores.shape)
    return weights @ values, weights


@batched_attention.mistake
def context_alone(queries, keys, values):
    """This is the context alone: return context and weights, in that order."""
    return softmax(queries @ np.swapaxes(keys, -1, -2)) @ values


@batched_attention.mistake
def swapped(queries, keys, values):
    """Both arrays are right, in the wrong order: return the context, then the weights."""
    weights = softmax(queries @ np.swapaxes(keys, -1, -2))
    return weights, weights @ values


@batched_attention.mistake
def scaled(queries, keys, values):
    """Your result is as if you divided the scores by √d, which is a later rule: leave them as
    they are.
    """
    scores = queries @ np.swapaxes(keys, -1, -2)
    weights = softmax(scores / np.sqrt(keys.shape[-1]))
    return weights @ values, weights


@batched_attention.mistake
def first_example_for_all(queries, keys, values):
    """Every example gets the answer of the first: use the whole batch."""
    weights = softmax(queries[0] @ keys[0].T)
    context = weights @ values[0]
    return np.stack([context] * len(queries)), np.stack([weights] * len(queries))
