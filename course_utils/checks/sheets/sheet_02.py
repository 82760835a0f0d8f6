"""The exercises of sheet 02: the three stages by hand, in loops, vectorised and in batches."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.exercises import (
    Disorder,
    Mistake,
    OrderExercise,
    Property,
    ValueExercise,
    shown,
    stands_before,
)
from course_utils.checks.functions import FunctionExercise
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

ARGUMENTS = ("queries", "keys", "values")
SCORES = np.array([2.0, 1, 3])  # of q3 = [2, 1] with k1, k2, k3 of the lesson

by_hand = ValueExercise(
    id="02.1",
    title="a row of weights by hand",
    points=1,
    what="three weights, of k1, k2 and k3",
    expected=softmax(SCORES),
    tolerance=0.005,
    praise="Right, and the row sums to 1.",
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
    mistakes=(
        Mistake("scores", SCORES, "These are the scores of stage ①. Now exp, then divide by sum."),
        Mistake("exps", np.exp(SCORES), "These are the exps. One step more: divide by their sum."),
        Mistake(
            "no exp", SCORES / SCORES.sum(), "You divided the scores by their sum: take exp first."
        ),
        Mistake(
            "powers of 2",
            2**SCORES / (2**SCORES).sum(),
            "You took powers of 2: exp is a power of e ≈ 2.718.",
        ),
        Mistake(
            "scaled",
            softmax(SCORES / np.sqrt(2)),
            "You divided the scores by √2, which is a later rule: here they stay as they are.",
        ),
        Mistake(
            "q1",
            softmax(np.array([1.0, 0, 1])),
            "These are the weights of q1 = [1, 0]: take q3 = [2, 1].",
        ),
        Mistake(
            "ranked",
            np.sort(softmax(SCORES))[::-1],
            "The numbers are right, sorted by size: give them in the order k1, k2, k3.",
        ),
    ),
    hints=(
        "What are the three dot products of [2, 1] with [1, 0], [0, 1] and [1, 1]?",
        "exp of 2, 1, 3 is 7.39, 2.72, 20.09. Divide each by their sum, ____.",
    ),
)

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

parsons = OrderExercise(
    id="02.2",
    title="attention in loops, line by line",
    points=2,
    lines=LINES,
    order=(4, 9, 2, 6, 1, 3, 7),
    praise="Right: room for the scores, ① both loops, ② softmax over the keys, ③ the mix.",
    mistakes=(
        Disorder(
            "softmax over queries",
            (4, 9, 2, 6, 5, 3, 7),
            lambda order: 5 in order,
            "Line 5 normalises down the columns, over the queries: a row has to sum to 1.",
        ),
        Disorder(
            "columns of the values",
            (4, 9, 2, 6, 1, 8, 7),
            lambda order: 8 in order,
            "Line 8 loops over columns of V. Each key has a weight, and its value is a row, V[j].",
        ),
        Disorder(
            "softmax in the loop",
            (4, 9, 2, 1, 6, 3, 7),
            lambda order: stands_before(order, 1, 6),
            "Line 1 normalises scores before line 6 has computed them.",
        ),
        Disorder(
            "loops exchanged",
            (4, 2, 9, 6, 1, 3, 7),
            lambda order: stands_before(order, 2, 9),
            "Line 2 is indented deeper than line 9, so it stands inside that loop, below it.",
        ),
        Disorder(
            "room too late",
            (9, 2, 4, 6, 1, 3, 7),
            lambda order: stands_before(order, 9, 4) or stands_before(order, 6, 4),
            "Line 4 makes the array of scores: it comes before the loops that fill it.",
        ),
        Disorder(
            "mixed first",
            (4, 9, 2, 6, 3, 1, 7),
            lambda order: stands_before(order, 3, 1),
            "Line 3 mixes with weights A, which line 1 has not made yet.",
        ),
    ),
    hints=(
        "Which line makes the array that the loops fill, and which two lines use A?",
        "4, 9, 2, ____, then ② one softmax, ③ one mix, and return.",
    ),
)


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

vectorised = FunctionExercise(
    id="02.3",
    title="attention without loops",
    points=3,
    name="attention",
    arguments=ARGUMENTS,
    reference=_attention,
    outputs=_shapes,
    inputs=attention_arrays,
    edges=attention_edges(),
    properties=PROPERTIES,
    variants=(_loops, _einsum, _float32),
    praise="Right: rows sum to 1, contexts stay inside the values, any order of keys gives the "
    "same.",
    mistakes=(
        Mistake(
            "softmax over queries",
            _with_weights(lambda queries, keys: softmax(queries @ keys.T, axis=0)),
            "Your columns sum to 1, your rows do not: you normalised over the queries. "
            "Softmax runs over the keys.",
        ),
        Mistake(
            "keys not transposed",
            _with_weights(lambda queries, keys: softmax(queries @ keys)),
            "queries @ keys multiplies rows of Q with columns of K: a score needs a row of each, "
            "keys.T.",
        ),
        Mistake(
            "keys mixed",
            lambda q, k, v: (softmax(q @ k.T) @ k, softmax(q @ k.T)),
            "Your context mixes the keys: what is handed over are the values.",
        ),
        Mistake(
            "weights transposed",
            lambda q, k, v: (softmax(q @ k.T).T @ v, softmax(q @ k.T)),
            "You mixed with the transposed weights: row i of the weights belongs to query i "
            "already.",
        ),
        Mistake(
            "no softmax",
            _with_weights(lambda queries, keys: queries @ keys.T),
            "These are scores, not weights: stage ②, softmax, is missing.",
        ),
        Mistake(
            "softmax over everything",
            _with_weights(lambda queries, keys: _flat_softmax(queries @ keys.T)),
            "All your weights together sum to 1: each row needs a sum of its own, axis=-1.",
        ),
        Mistake(
            "scaled",
            _with_weights(lambda queries, keys: softmax(queries @ keys.T / np.sqrt(len(keys.T)))),
            "You divided the scores by √d. That is the third rule, of a later lesson; "
            "this one takes the plain dot product.",
        ),
        Mistake(
            "overflow",
            _with_weights(_overflowing),
            "For scores near 1000 exp overflows and gives NaN: subtract each row's largest score "
            "first, or use softmax.",
        ),
        Mistake(
            "divided by the sum",
            _with_weights(lambda q, k: q @ k.T / (q @ k.T).sum(axis=-1, keepdims=True)),
            "You divided the scores by their sum: without exp, weights can be negative.",
        ),
        Mistake(
            "keepdims forgotten",
            _with_weights(_keepdims_forgotten),
            "Each row is divided by another's sum: keep the axis, sum(axis=-1, keepdims=True).",
        ),
        Mistake(
            "one maximum for all",
            _with_weights(_one_maximum),
            "One maximum for the whole array: a row far below it becomes 0 / 0. Subtract each "
            "row's own, or use softmax.",
        ),
        Mistake(
            "weights alone",
            lambda *arrays: _attention(*arrays)[1],
            "These are the weights alone: return context and weights, in that order.",
        ),
        Mistake(
            "scores returned",
            lambda q, k, v: (softmax(q @ k.T) @ v, q @ k.T),
            "The second thing that you return are the scores: return the weights.",
        ),
        Mistake(
            "swapped",
            lambda *arrays: _attention(*arrays)[::-1],
            "Both arrays are right, in the wrong order: return the context, then the weights.",
        ),
        Mistake(
            "context alone",
            lambda *arrays: _attention(*arrays)[0],
            "This is the context alone: return context and weights, in that order.",
        ),
    ),
    hints=(
        "What shape has S, the scores, and which of its axes belongs to the keys?",
        "S = queries @ keys.____; weights = softmax(S, axis=____)",
    ),
)


def _all_pairs(queries, keys):
    return np.array([[query @ key] for query in queries for key in keys])


repaired = FunctionExercise(
    id="02.4",
    title="bug hunt: every weight is 1",
    points=2,
    name="attention_weights",
    arguments=("queries", "keys"),
    reference=lambda queries, keys: softmax(queries @ keys.T),
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
    variants=(
        lambda queries, keys: [softmax(np.array([q @ k for k in keys])) for q in queries],
        lambda queries, keys: softmax(_all_pairs(queries, keys).reshape(len(queries), -1)),
        lambda queries, keys: softmax((queries @ keys.T).astype(np.float32)),
    ),
    praise="Right: softmax now runs along an axis as long as the keys.",
    mistakes=(
        Mistake(
            "not repaired",
            lambda q, k: softmax(_all_pairs(q, k)).reshape(len(q), len(k)),
            "Every weight is still 1: softmax runs along an axis of length 1, and a list of one "
            "score always becomes [1].",
        ),
        Mistake(
            "over all pairs",
            lambda q, k: softmax(_all_pairs(q, k), axis=0).reshape(len(q), len(k)),
            "Now all pairs together sum to 1. Queries must not compete with each other: "
            "each row needs a sum of its own.",
        ),
        Mistake(
            "over the queries",
            lambda q, k: softmax(_all_pairs(q, k).reshape(len(q), len(k)), axis=0),
            "The shape is right before softmax, but axis=0 runs over the queries: "
            "columns sum to 1, rows do not.",
        ),
        Mistake(
            "axes mixed up",
            lambda q, k: softmax(_all_pairs(q, k).reshape(len(k), len(q)).T),
            "The pairs come query by query, m scores each: reshape to (n, m). "
            "With (m, n) scores land in the wrong rows.",
        ),
        Mistake(
            "transposed",
            lambda q, k: softmax(_all_pairs(q, k).reshape(len(q), len(k)).T),
            "One row for each key came out: row = query, column = key, so leave .T away.",
        ),
        Mistake(
            "scores",
            lambda q, k: _all_pairs(q, k).reshape(len(q), len(k)),
            "These are the scores in the right shape. Now normalise each row.",
        ),
    ),
    hints=(
        "How long is the axis that softmax runs along?",
        "Before softmax: scores = scores.reshape(len(queries), ____)",
    ),
)


def _alone(trial):
    queries, keys, values = trial.arguments
    first = trial.call(queries[:1], keys[:1], values[:1])["context"]
    return moved(first, trial.outputs["context"][:1], trial.tolerance)


batched = FunctionExercise(
    id="02.5",
    title="many sentences at once",
    points=2,
    name="batched_attention",
    arguments=ARGUMENTS,
    reference=_attention,
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
    variants=(_batch_loop, _einsum, _float32),
    praise="Right: every example gets what it would get alone.",
    mistakes=(
        Mistake(
            "all axes reversed",
            _with_weights(lambda queries, keys: softmax(queries @ keys.T)),
            "keys.T turns all axes round, the batch too: swap the last two only.",
        ),
        Mistake(
            "keys not transposed",
            _with_weights(lambda queries, keys: softmax(queries @ keys)),
            "The last two axes of keys have to be swapped: a score needs a row of Q and a row "
            "of K.",
        ),
        Mistake(
            "softmax over queries",
            _with_weights(lambda q, k: softmax(q @ k.swapaxes(-1, -2), axis=1)),
            "Axis 1 of (batch, query, key) is the queries: softmax runs over the keys, the last.",
        ),
        Mistake(
            "softmax over the batch",
            _with_weights(lambda q, k: softmax(q @ k.swapaxes(-1, -2), axis=0)),
            "Axis 0 is now the batch: the sentences compete with each other. "
            "The keys are the last axis.",
        ),
        Mistake(
            "no softmax",
            _with_weights(lambda q, k: q @ k.swapaxes(-1, -2)),
            "These are scores: stage ②, softmax over the keys, is missing.",
        ),
        Mistake(
            "keys mixed",
            lambda q, k, v: (_attention(q, k, k)[0], _attention(q, k, v)[1]),
            "Your context mixes the keys: what is handed over are the values.",
        ),
        Mistake(
            "softmax over each map",
            _with_weights(lambda q, k: _flat_softmax(q @ k.swapaxes(-1, -2))),
            "Each whole map sums to 1, but each row of it has to.",
        ),
        Mistake(
            "context alone",
            lambda *arrays: _attention(*arrays)[0],
            "This is the context alone: return context and weights, in that order.",
        ),
        Mistake(
            "swapped",
            lambda *arrays: _attention(*arrays)[::-1],
            "Both arrays are right, in the wrong order: return the context, then the weights.",
        ),
        Mistake(
            "scaled",
            _with_weights(lambda q, k: softmax(q @ k.swapaxes(-1, -2) / np.sqrt(k.shape[-1]))),
            "You divided the scores by √d, which is a later rule: leave them as they are.",
        ),
        Mistake(
            "first example for all",
            lambda q, k, v: tuple(np.stack([part[0]] * len(q)) for part in _attention(q, k, v)),
            "Every example gets the answer of the first: use the whole batch.",
        ),
    ),
    hints=(
        "queries (B, n, d), keys (B, m, d): which two axes of keys change places?",
        "np.swapaxes(keys, -1, ____), and the rest is as before.",
    ),
)

EXERCISES = (by_hand, parsons, vectorised, repaired, batched)
