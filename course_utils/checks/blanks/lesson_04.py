"""What lesson 04 lets one build: the scores of rule 1, and its weights without a query."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import ONE_ROW, edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    each_query_for_itself,
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

lesson = Lesson("04")


def _normal(*shapes, rng):
    """Random arrays of these shapes."""
    return tuple(rng.normal(size=shape) for shape in shapes)


def _pair_arrays(rng, square=False):
    n, m, d_q, d_k = sizes(rng, 4, square)
    return *_normal((n, d_q), (m, d_k), (d_q + d_k,), rng=rng), float(rng.normal())


def _pair_edges():
    queries, keys, w = _normal((2, 4), (3, 5), (9,), rng=np.random.default_rng(4))
    return {
        "one key": (queries, keys[:1], w, 0.5),
        "one query": (queries[:1], keys, w, 0.5),
        "no bias": (queries, keys, w, 0.0),
        "queries of ±1000, one key, no bias": (1000 * queries, keys[:1], w, 0.0),
    }


def _one_gap_a_row(trial):
    scores = trial.outputs["scores"]
    gaps = scores - scores[:1]
    return moved(gaps, gaps[:, :1] + np.zeros_like(gaps), 10 * trial.tolerance)


def _keys_reversed(trial):
    queries, keys, w, b = trial.arguments
    again = trial.call(queries, keys[::-1], w, b)["scores"]
    return moved(again[:, ::-1], trial.outputs["scores"], trial.tolerance)


def _one_pair(trial):
    """Query [1 2], key [3], w = [1 10 100], b = 5: 1 + 20 + 300 + 5."""
    found = trial.call(np.array([[1.0, 2]]), np.array([[3.0]]), np.array([1.0, 10, 100]), 5.0)
    return moved(found["scores"], np.array([[326.0]]), trial.tolerance)


@lesson.function(
    "04.a",
    "a score for each pair",
    outputs=lambda queries, keys, w, b: {"scores": (len(queries), len(keys))},
    inputs=_pair_arrays,
    edges=_pair_edges(),
    properties=(
        each_query_for_itself("scores"),
        Property("keys in reverse order give the same columns in reverse order", _keys_reversed),
        Property("two rows differ by the same number in every column", _one_gap_a_row),
        Property("query [1 2], key [3], w = [1 10 100], b = 5 give the score 326", _one_pair),
    ),
    hints=(
        "How many pairs are there, and how long is [q; k]?",
        "For each i, j: scores[i, j] = np.concatenate([queries[i], keys[____]]) @ w + ____",
    ),
)
def rule1_scores(queries, keys, w, b):
    """Right: every query meets every key, and each pair gets one score."""
    scores = np.zeros((len(queries), len(keys)))
    for i, query in enumerate(queries):
        for j, key in enumerate(keys):
            scores[i, j] = np.concatenate([query, key]) @ w + b
    return scores


@rule1_scores.also_right
def w_cut_in_two(queries, keys, w, b):
    d_q = queries.shape[1]
    return (queries @ w[:d_q])[:, None] + keys @ w[d_q:] + b


@rule1_scores.also_right
def one_block_of_pairs(queries, keys, w, b):
    shape = (len(queries), len(keys))
    left = np.broadcast_to(queries[:, None], (*shape, queries.shape[1]))
    right = np.broadcast_to(keys[None], (*shape, keys.shape[1]))
    return np.concatenate([left, right], axis=-1) @ w + b


@rule1_scores.also_right
def in_float32(queries, keys, w, b):
    scores = [[np.concatenate([query, key]) @ w + b for key in keys] for query in queries]
    return np.array(scores, dtype=np.float32)


@rule1_scores.mistake
def halves_exchanged(queries, keys, w, b):
    """You joined [k; q]. The first numbers of w belong to the query: [q; k]."""
    return np.array([[np.concatenate([key, query]) @ w + b for key in keys] for query in queries])


@rule1_scores.mistake
def no_bias(queries, keys, w, b):
    """The bias b is missing: + b for every pair."""
    return np.array([[np.concatenate([query, key]) @ w for key in keys] for query in queries])


@rule1_scores.mistake
def bias_twice(queries, keys, w, b):
    """b came in twice, once with each half: a pair gets it once."""
    d_q = queries.shape[1]
    of_queries = queries @ w[:d_q] + b
    of_keys = keys @ w[d_q:] + b
    return of_queries[:, None] + of_keys


@rule1_scores.mistake
def transposed(queries, keys, w, b):
    """One row for each key came out: row = query, column = key."""
    return np.array([[np.concatenate([query, key]) @ w + b for query in queries] for key in keys])


@rule1_scores.mistake
def weights(queries, keys, w, b):
    """These are weights, after softmax: return the scores of stage ①."""
    scores = rule1_scores(queries, keys, w, b)
    return softmax(scores)


@rule1_scores.mistake(name="query's part only")
def part_of_the_query(queries, keys, w, b):
    """The key's part is missing: w_k · k for each column."""
    return np.array([[query @ w[: len(query)] + b for key in keys] for query in queries])


@rule1_scores.mistake(name="key's part only")
def part_of_the_key(queries, keys, w, b):
    """The query's part is missing: w_q · q for each row."""
    return np.array([[key @ w[len(query) :] + b for key in keys] for query in queries])


@rule1_scores.mistake
def multiplied(queries, keys, w, b):
    """You multiplied the two parts. A linear layer adds them."""
    d_q = queries.shape[1]
    return (queries @ w[:d_q])[:, None] * (keys @ w[d_q:]) + b


@rule1_scores.mistake
def cut_in_the_middle(queries, keys, w, b):
    """You cut w in the middle. Queries and keys may differ in width: cut it at d_q."""
    half = len(w) // 2
    return (queries @ w[:half])[:, None] + keys @ w[half:] + b


@rule1_scores.mistake
def neighbours_only(queries, keys, w, b):
    """zip pairs query i with key i. Every query meets every key: n · m pairs."""
    pairs = zip(queries, keys, strict=False)
    return np.array([np.concatenate([query, key]) @ w + b for query, key in pairs])


def _keys_and_part(rng, square=False):
    m, d_k = sizes(rng, 2, square)
    return _normal((m, d_k), (d_k,), rng=rng)


def _keys_turned(trial):
    keys, w_key = trial.arguments
    again = trial.call(keys[::-1], w_key)["weights"]
    return moved(again[::-1], trial.outputs["weights"], trial.tolerance)


def _ahead_by_one(trial):
    found = trial.call(np.array([[3.0, 1], [1.0, 4]]), np.array([2.0, 1]))["weights"]
    return moved(found, np.array([np.e, 1]) / (np.e + 1), trial.tolerance)


def _crossed(setting):
    queries, keys = setting.queries_and_keys()
    return keys, queries[0]


@lesson.function(
    "04.b",
    "the same weights, and no query",
    outputs=lambda keys, w_key: {"weights": (len(keys),)},
    inputs=_keys_and_part,
    edges={
        "one key": (np.ones((1, 3)), np.ones(3)),
        "scores of ±1000 and a tie": (np.array([[1.0], [1], [-1]]), np.array([1000.0])),
    },
    crossed=edges_in_pairs(_crossed, sizes=ONE_ROW),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("keys in reverse order give the same weights in reverse order", _keys_turned),
        Property("scores 7 and 6 give weights of ratio e", _ahead_by_one),
    ),
    hints=(
        "Which part of e_ij is left when the part that is equal for all keys has gone?",
        "One score for each key, keys @ ____, and then softmax.",
    ),
)
def weights_without_queries(keys, w_key):
    """Right: one row of weights for whoever asks."""
    return softmax(keys @ w_key)


@weights_without_queries.also_right
def key_by_key(keys, w_key):
    return softmax(np.array([sum(key * w_key) for key in keys]))


@weights_without_queries.also_right
def with_any_query(keys, w_key):
    return softmax(5.0 + keys @ w_key)


@weights_without_queries.also_right
def in_single_precision(keys, w_key):
    return softmax((keys @ w_key).astype(np.float32))


@weights_without_queries.mistake
def scores_alone(keys, w_key):
    """These are scores: softmax makes weights of them."""
    return keys @ w_key


@weights_without_queries.mistake
def exps_alone(keys, w_key):
    """exp is the first half of softmax: divide by the sum over all keys."""
    scores = keys @ w_key
    return np.exp(scores - scores.max())


@weights_without_queries.mistake
def divided_by_the_sum(keys, w_key):
    """You divided the scores by their sum. Softmax takes exp first."""
    scores = keys @ w_key
    return scores / scores.sum()


@weights_without_queries.mistake
def plain_exp(keys, w_key):
    """For scores near 1000 exp overflows: use softmax, or subtract the largest first."""
    exps = np.exp(keys @ w_key)
    return exps / exps.sum()


@weights_without_queries.mistake
def all_keys_alike(keys, w_key):
    """All keys weigh the same here: the key's part of w has to see them."""
    return np.full(len(keys), 1 / len(keys))
