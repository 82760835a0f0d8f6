"""The exercises of sheet 02: the three stages by hand, in loops, vectorised and in batches."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
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


ARGUMENTS = ("queries", "keys", "values")
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
def by_hand():
    """Right, and the row sums to 1."""
    return softmax(SCORES)


@by_hand.mistake
def scores():
    """These are the scores of stage ①. Now exp, then divide by sum."""
    return SCORES


@by_hand.mistake
def exps():
    """These are the exps. One step more: divide by their sum."""
    return np.exp(SCORES)


@by_hand.mistake
def no_exp():
    """You divided the scores by their sum: take exp first."""
    return SCORES / SCORES.sum()


@by_hand.mistake
def powers_of_2():
    """You took powers of 2: exp is a power of e ≈ 2.718."""
    return 2**SCORES / (2**SCORES).sum()


@by_hand.mistake
def scaled():
    """You divided the scores by √2, which is a later rule: here they stay as they are."""
    return softmax(SCORES / np.sqrt(2))


@by_hand.mistake
def q1():
    """These are the weights of q1 = [1, 0]: take q3 = [2, 1]."""
    return softmax(np.array([1.0, 0, 1]))


@by_hand.mistake
def ranked():
    """The numbers are right, sorted by size: give them in the order k1, k2, k3."""
    return np.sort(softmax(SCORES))[::-1]


LINES = {
    1: "    A = softmax(S, axis=-1)",
    2: "        for j in range(len(K)):",
    3: "    C = [sum(A[i, j] * V[j] for j in range(len(K))) for i in range(len(Q))]",
    4: "    S = np.zeros((len(Q), len(K)))",
    5: "    A = softmax(S, axis=0)",
    6: "            S[i, j] = Q[i] @ K[j]",
    7: "    return np.array(C), A",
    8: "    C = [sum(A[i, j] * V[:, j] for j in range(V.shape[1])) for i in range(len(Q))]",
    9: "    for i in range(len(Q)):",
}


@sheet.order(
    "02.2",
    "attention in loops, line by line",
    points=2,
    asks="""
    Seven of these nine lines make `def attention_loops(Q, K, V):`. Two are wrong and stay
    out. Give the numbers of the seven in their order. The indentation is right as it
    stands.
    """,
    lines=LINES,
    hints=(
        "Which line makes the array that the loops fill, and which two lines use A?",
        "4, 9, 2, ____, then ② one softmax, ③ one mix, and return.",
    ),
)
def parsons():
    """Right: room for the scores, ① both loops, ② softmax over the keys, ③ the mix."""
    return (4, 9, 2, 6, 1, 3, 7)


@parsons.mistake(shows=lambda order: 5 in order)
def softmax_over_queries():
    """Line 5 normalises down the columns, over the queries: a row has to sum to 1."""
    return (4, 9, 2, 6, 5, 3, 7)


@parsons.mistake(shows=lambda order: 8 in order)
def columns_of_the_values():
    """Line 8 loops over columns of V. Each key has a weight, and its value is a row, V[j]."""
    return (4, 9, 2, 6, 1, 8, 7)


@parsons.mistake(shows=lambda order: stands_before(order, 1, 6))
def softmax_in_the_loop():
    """Line 1 normalises scores before line 6 has computed them."""
    return (4, 9, 2, 1, 6, 3, 7)


@parsons.mistake(shows=lambda order: stands_before(order, 2, 9))
def loops_exchanged():
    """Line 2 is indented deeper than line 9, so it stands inside that loop, below it."""
    return (4, 2, 9, 6, 1, 3, 7)


@parsons.mistake(shows=lambda order: stands_before(order, 9, 4) or stands_before(order, 6, 4))
def room_too_late():
    """Line 4 makes the array of scores: it comes before the loops that fill it."""
    return (9, 2, 4, 6, 1, 3, 7)


@parsons.mistake(shows=lambda order: stands_before(order, 3, 1))
def mixed_first():
    """Line 3 mixes with weights A, which line 1 has not made yet."""
    return (4, 9, 2, 6, 3, 1, 7)


def _attention(queries, keys, values):
    weights = softmax(queries @ keys.swapaxes(-1, -2))
    return weights @ values, weights


def _shapes(queries, keys, values):
    lead = queries.shape[:-1]
    return {"context": (*lead, values.shape[-1]), "weights": (*lead, keys.shape[-2])}


def _with_weights(weigh):
    """A wrong attention whose weights come from `weigh(queries, keys)`."""

    def wrong(queries, keys, values):
        weights = weigh(queries, keys)
        return weights @ values, weights

    return wrong


def _overflowing(queries, keys):
    exps = np.exp(queries @ keys.T)
    return exps / exps.sum(axis=-1, keepdims=True)


def _keepdims_forgotten(queries, keys):
    exps = np.exp(queries @ keys.T - (queries @ keys.T).max())
    return exps / exps.sum(axis=-1)


def _one_maximum(queries, keys):
    exps = np.exp(queries @ keys.T - (queries @ keys.T).max())
    return exps / exps.sum(axis=-1, keepdims=True)


def _flat_softmax(scores):
    return softmax(scores.reshape(*scores.shape[:-2], -1)).reshape(scores.shape)


def _loops(queries, keys, values):
    weights = [softmax(np.array([sum(q * k) for k in keys])) for q in queries]
    context = [sum(w * v for w, v in zip(row, values, strict=True)) for row in weights]
    return context, weights


def _einsum(queries, keys, values):
    weights = softmax(np.einsum("...id,...jd->...ij", queries, keys))
    return np.einsum("...ij,...jv->...iv", weights, values), weights


def _float32(*arrays):
    return _attention(*(array.astype(np.float32) for array in arrays))


def _batch_loop(*batch):
    both = [_attention(*arrays) for arrays in zip(*batch, strict=True)]
    return np.stack([context for context, _ in both]), np.stack([weights for _, weights in both])


PROPERTIES = (
    rows_sum_to_one(),
    no_negative_weight(),
    inside_the_values(),
    order_of_keys_is_irrelevant(),
    each_query_for_itself(),
    values_are_mixed(),
    shift_changes_nothing(),
    ratios_follow_scores(),
    Property(
        "the context is the weights times the values",
        lambda trial: moved(
            trial.outputs["context"],
            trial.outputs["weights"] @ trial.arguments[2],
            trial.tolerance,
        ),
    ),
)


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
    properties=PROPERTIES,
    hints=(
        "What shape has S, the scores, and which of its axes belongs to the keys?",
        "S = queries @ keys.____; weights = softmax(S, axis=____)",
    ),
)
def attention(queries, keys, values):
    """Right: rows sum to 1, contexts stay inside the values, any order of keys gives the same."""
    return _attention(queries, keys, values)


attention.also_right(_loops)


attention.also_right(_einsum)


attention.also_right(_float32)


@attention.mistake
def softmax_over_queries(queries, keys, values):
    """Your columns sum to 1, your rows do not: you normalised over the queries. Softmax runs
    over the keys.
    """
    return _with_weights(lambda queries, keys: softmax(queries @ keys.T, axis=0))(
        queries, keys, values
    )


@attention.mistake
def keys_not_transposed(queries, keys, values):
    """queries @ keys multiplies rows of Q with columns of K: a score needs a row of each,
    keys.T.
    """
    return _with_weights(lambda queries, keys: softmax(queries @ keys))(queries, keys, values)


@attention.mistake
def keys_mixed(q, k, v):
    """Your context mixes the keys: what is handed over are the values."""
    return (softmax(q @ k.T) @ k, softmax(q @ k.T))


@attention.mistake
def weights_transposed(q, k, v):
    """You mixed with the transposed weights: row i of the weights belongs to query i already."""
    return (softmax(q @ k.T).T @ v, softmax(q @ k.T))


@attention.mistake
def no_softmax(queries, keys, values):
    """These are scores, not weights: stage ②, softmax, is missing."""
    return _with_weights(lambda queries, keys: queries @ keys.T)(queries, keys, values)


@attention.mistake
def softmax_over_everything(queries, keys, values):
    """All your weights together sum to 1: each row needs a sum of its own, axis=-1."""
    return _with_weights(lambda queries, keys: _flat_softmax(queries @ keys.T))(
        queries, keys, values
    )


@attention.mistake
def scaled(queries, keys, values):
    """You divided the scores by √d. That is the third rule, of a later lesson; this one takes
    the plain dot product.
    """
    return _with_weights(lambda queries, keys: softmax(queries @ keys.T / np.sqrt(len(keys.T))))(
        queries, keys, values
    )


@attention.mistake
def overflow(queries, keys, values):
    """For scores near 1000 exp overflows and gives NaN: subtract each row's largest score
    first, or use softmax.
    """
    return _with_weights(_overflowing)(queries, keys, values)


@attention.mistake
def divided_by_the_sum(queries, keys, values):
    """You divided the scores by their sum: without exp, weights can be negative."""
    return _with_weights(lambda q, k: q @ k.T / (q @ k.T).sum(axis=-1, keepdims=True))(
        queries, keys, values
    )


@attention.mistake
def keepdims_forgotten(queries, keys, values):
    """Each row is divided by another's sum: keep the axis, sum(axis=-1, keepdims=True)."""
    return _with_weights(_keepdims_forgotten)(queries, keys, values)


@attention.mistake
def one_maximum_for_all(queries, keys, values):
    """One maximum for the whole array: a row far below it becomes 0 / 0. Subtract each row's
    own, or use softmax.
    """
    return _with_weights(_one_maximum)(queries, keys, values)


@attention.mistake
def weights_alone(*arrays):
    """These are the weights alone: return context and weights, in that order."""
    return _attention(*arrays)[1]


@attention.mistake
def scores_returned(q, k, v):
    """The second thing that you return are the scores: return the weights."""
    return (softmax(q @ k.T) @ v, q @ k.T)


@attention.mistake
def swapped(*arrays):
    """Both arrays are right, in the wrong order: return the context, then the weights."""
    return _attention(*arrays)[::-1]


@attention.mistake
def context_alone(*arrays):
    """This is the context alone: return context and weights, in that order."""
    return _attention(*arrays)[0]


def _all_pairs(queries, keys):
    return np.array([[query @ key] for query in queries for key in keys])


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
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        ratios_follow_scores(),
        Property(
            "queries in reverse order give the same rows in reverse order",
            lambda trial: moved(
                trial.call(trial.arguments[0][::-1], trial.arguments[1])["weights"][::-1],
                trial.outputs["weights"],
                trial.tolerance,
            ),
        ),
        Property(
            "an equal key gets an equal weight",
            lambda trial: moved(
                *(
                    trial.call(trial.arguments[0], np.concatenate([trial.arguments[1][:1]] * 2))[
                        "weights"
                    ].T
                ),
                trial.tolerance,
            ),
        ),
    ),
    hints=(
        "How long is the axis that softmax runs along?",
        "Before softmax: scores = scores.reshape(len(queries), ____)",
    ),
)
def attention_weights(queries, keys):
    """Right: softmax now runs along an axis as long as the keys."""
    return softmax(queries @ keys.T)


@attention_weights.also_right
def in_loops(queries, keys):
    return [softmax(np.array([q @ k for k in keys])) for q in queries]


@attention_weights.also_right
def another_way(queries, keys):
    return softmax(_all_pairs(queries, keys).reshape(len(queries), -1))


@attention_weights.also_right
def in_float32(queries, keys):
    return softmax((queries @ keys.T).astype(np.float32))


@attention_weights.mistake
def not_repaired(q, k):
    """Every weight is still 1: softmax runs along an axis of length 1, and a list of one score
    always becomes [1].
    """
    return softmax(_all_pairs(q, k)).reshape(len(q), len(k))


@attention_weights.mistake
def over_all_pairs(q, k):
    """Now all pairs together sum to 1. Queries must not compete with each other: each row
    needs a sum of its own.
    """
    return softmax(_all_pairs(q, k), axis=0).reshape(len(q), len(k))


@attention_weights.mistake
def over_the_queries(q, k):
    """The shape is right before softmax, but axis=0 runs over the queries: columns sum to 1,
    rows do not.
    """
    return softmax(_all_pairs(q, k).reshape(len(q), len(k)), axis=0)


@attention_weights.mistake
def axes_mixed_up(q, k):
    """The pairs come query by query, m scores each: reshape to (n, m). With (m, n) scores land
    in the wrong rows.
    """
    return softmax(_all_pairs(q, k).reshape(len(k), len(q)).T)


@attention_weights.mistake
def transposed(q, k):
    """One row for each key came out: row = query, column = key, so leave .T away."""
    return softmax(_all_pairs(q, k).reshape(len(q), len(k)).T)


@attention_weights.mistake
def scores(q, k):
    """These are the scores in the right shape. Now normalise each row."""
    return _all_pairs(q, k).reshape(len(q), len(k))


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
    return _attention(queries, keys, values)


batched_attention.also_right(_batch_loop)


batched_attention.also_right(_einsum)


batched_attention.also_right(_float32)


@batched_attention.mistake
def all_axes_reversed(queries, keys, values):
    """keys.T turns all axes round, the batch too: swap the last two only."""
    return _with_weights(lambda queries, keys: softmax(queries @ keys.T))(queries, keys, values)


@batched_attention.mistake
def keys_not_transposed(queries, keys, values):
    """The last two axes of keys have to be swapped: a score needs a row of Q and a row of K."""
    return _with_weights(lambda queries, keys: softmax(queries @ keys))(queries, keys, values)


@batched_attention.mistake
def softmax_over_queries(queries, keys, values):
    """Axis 1 of (batch, query, key) is the queries: softmax runs over the keys, the last."""
    return _with_weights(lambda q, k: softmax(q @ k.swapaxes(-1, -2), axis=1))(
        queries, keys, values
    )


@batched_attention.mistake
def softmax_over_the_batch(queries, keys, values):
    """Axis 0 is now the batch: the sentences compete with each other. The keys are the last
    axis.
    """
    return _with_weights(lambda q, k: softmax(q @ k.swapaxes(-1, -2), axis=0))(
        queries, keys, values
    )


@batched_attention.mistake
def no_softmax(queries, keys, values):
    """These are scores: stage ②, softmax over the keys, is missing."""
    return _with_weights(lambda q, k: q @ k.swapaxes(-1, -2))(queries, keys, values)


@batched_attention.mistake
def keys_mixed(q, k, v):
    """Your context mixes the keys: what is handed over are the values."""
    return (_attention(q, k, k)[0], _attention(q, k, v)[1])


@batched_attention.mistake
def softmax_over_each_map(queries, keys, values):
    """Each whole map sums to 1, but each row of it has to."""
    return _with_weights(lambda q, k: _flat_softmax(q @ k.swapaxes(-1, -2)))(queries, keys, values)


@batched_attention.mistake
def context_alone(*arrays):
    """This is the context alone: return context and weights, in that order."""
    return _attention(*arrays)[0]


@batched_attention.mistake
def swapped(*arrays):
    """Both arrays are right, in the wrong order: return the context, then the weights."""
    return _attention(*arrays)[::-1]


@batched_attention.mistake
def scaled(queries, keys, values):
    """You divided the scores by √d, which is a later rule: leave them as they are."""
    return _with_weights(lambda q, k: softmax(q @ k.swapaxes(-1, -2) / np.sqrt(k.shape[-1])))(
        queries, keys, values
    )


@batched_attention.mistake
def first_example_for_all(q, k, v):
    """Every example gets the answer of the first: use the whole batch."""
    return tuple(np.stack([part[0]] * len(q)) for part in _attention(q, k, v))
