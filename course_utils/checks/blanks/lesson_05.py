"""What lesson 05 lets one build: rule 2 for one pair, and the hidden features of all pairs."""

import numpy as np

from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("05")


def _pair_and_matrix(rng, square=False):
    d_q, d_k, d_a = sizes(rng, 3, square)
    return rng.normal(size=d_q), rng.normal(size=d_k), rng.normal(size=(d_q + d_k, d_a))


def _all_ones(trial):
    """Query (1, 1), key (1), W of ones with 2 columns: 2 tanh(3)."""
    found = trial.call(np.ones(2), np.ones(1), np.ones((3, 2)))["score"]
    return moved(found, np.array(2 * np.tanh(3)), trial.tolerance)


def _query_first(trial):
    found = trial.call(np.array([1.0]), np.array([0.0, 0]), np.array([[2.0], [5], [7]]))["score"]
    return moved(found, np.array(np.tanh(2.0)), trial.tolerance)


def _odd(trial):
    query, key, W = trial.arguments
    return moved(trial.call(query, key, -W)["score"], -trial.outputs["score"], trial.tolerance)


def _bounded(trial):
    most = trial.arguments[2].shape[1]
    score = float(np.abs(trial.outputs["score"]))
    if score > most + 1e-4:
        return f"a score of size {score:.3g} from {most} hidden features"
    return None


@lesson.function(
    "05.a",
    "rule 2 for one pair",
    outputs=lambda query, key, W: {"score": ()},
    inputs=_pair_and_matrix,
    edges={
        "one number each, one hidden feature": (
            np.array([0.5]),
            np.array([-2.0]),
            np.array([[1.0], [0.3]]),
        ),
        "numbers of ±1000": (np.array([1000.0, 1]), np.array([-1000.0]), np.ones((3, 2))),
        "a key of one number": (np.ones(4), np.array([2.0]), np.arange(15.0).reshape(5, 3) / 9),
    },
    properties=(
        Property("each hidden feature adds at most 1 to the score", _bounded),
        Property("−W gives minus the score", _odd),
        Property("q = (1), k = (0, 0) and W = (2, 5, 7) score tanh(2)", _query_first),
        Property("of ones, 3 rows and 2 columns in W, the score is 2 tanh(3)", _all_ones),
    ),
    hints=(
        "Four steps: join, times W, bend, add up. Which of them leave more than one number?",
        "np.tanh(np.concatenate([query, key]) @ ____).____()",
    ),
)
def pair_score(query, key, W):
    """Right: joined, mixed, bent feature by feature, and only then added up."""
    return np.tanh(np.concatenate([query, key]) @ W).sum()


@pair_score.also_right
def feature_by_feature(query, key, W):
    joined = [*query, *key]
    total = 0.0
    for h in range(W.shape[1]):
        total += np.tanh(sum(x * w for x, w in zip(joined, W[:, h], strict=True)))
    return total


@pair_score.also_right
def W_cut_in_two(query, key, W):
    return np.sum(np.tanh(query @ W[: len(query)] + key @ W[len(query) :]))


@pair_score.also_right
def pair_in_float32(query, key, W):
    joined = np.concatenate([query, key]).astype(np.float32)
    return np.tanh(joined @ W.astype(np.float32)).sum()


@pair_score.mistake
def no_bend(query, key, W):
    """The bend is missing: without tanh the features add up to one linear layer, rule 1."""
    return (np.concatenate([query, key]) @ W).sum()


@pair_score.mistake
def bent_after_the_sum(query, key, W):
    """You added up first: tanh bends each hidden feature, before the sum."""
    return np.tanh((np.concatenate([query, key]) @ W).sum())


@pair_score.mistake
def key_first(query, key, W):
    """You joined [k; q]. The first rows of W belong to the query: [q; k]."""
    return np.tanh(np.concatenate([key, query]) @ W).sum()


@pair_score.mistake
def mean_of_features(query, key, W):
    """This is the mean of the hidden features; the rule takes their sum."""
    return np.tanh(np.concatenate([query, key]) @ W).mean()


@pair_score.mistake
def each_part_bent_alone(query, key, W):
    """You bent the two parts one by one: tanh has to see both at once, added."""
    return (np.tanh(query @ W[: len(query)]) + np.tanh(key @ W[len(query) :])).sum()


@pair_score.mistake
def bent_at_the_door(query, key, W):
    """You bent query and key before W: first the linear layer, then the bend."""
    return (np.tanh(np.concatenate([query, key])) @ W).sum()


def _arrays(rng, square=False):
    n, m, d_q, d_k, d_a = sizes(rng, 5, square)
    shapes = (n, d_q), (m, d_k), (d_q, d_a), (d_k, d_a)
    return tuple(rng.normal(size=shape) for shape in shapes)


def _edges():
    rng = np.random.default_rng(5)
    shapes = (2, 4), (3, 5), (4, 6), (5, 6)
    queries, keys, W_query, W_key = (rng.normal(size=shape) for shape in shapes)
    return {
        "one query and one key": (queries[:1], keys[:1], W_query, W_key),
        "one hidden feature": (queries, keys, W_query[:, :1], W_key[:, :1]),
        "queries of ±1000, one key": (1000 * queries, keys[:1], W_query, W_key),
    }


def _queries_reversed(trial):
    queries, *rest = trial.arguments
    again = trial.call(queries[::-1], *rest)["hidden"]
    return moved(again[::-1], trial.outputs["hidden"], trial.tolerance)


def _keys_reversed(trial):
    queries, keys, *matrices = trial.arguments
    again = trial.call(queries, keys[::-1], *matrices)["hidden"]
    return moved(again[:, ::-1], trial.outputs["hidden"], trial.tolerance)


def _zero_queries(trial):
    """Queries of zeros: every row of the block is tanh of the keys' part."""
    queries, keys, W_query, W_key = trial.arguments
    found = trial.call(0 * queries, keys, W_query, W_key)["hidden"]
    return moved(found, np.tanh(keys @ W_key) + 0 * found, trial.tolerance)


@lesson.function(
    "05.b",
    "the hidden features of all pairs",
    outputs=lambda queries, keys, W_query, W_key: {
        "hidden": (len(queries), len(keys), W_key.shape[1])
    },
    inputs=_arrays,
    edges=_edges(),
    properties=(
        Property("queries in reverse order give their rows in reverse order", _queries_reversed),
        Property("keys in reverse order give their columns in reverse order", _keys_reversed),
        Property("queries of zeros leave tanh of the keys' part in every row", _zero_queries),
    ),
    hints=(
        "Project first: (n, d_a) and (m, d_a). Where does each need an axis of length 1?",
        "np.tanh((queries @ W_query)[:, None] + (keys @ W_key)[____])",
    ),
)
def hidden_block(queries, keys, W_query, W_key):
    """Right: two projections, each pair added, each feature bent."""
    return np.tanh((queries @ W_query)[:, None] + (keys @ W_key)[None])


@hidden_block.also_right
def in_loops(queries, keys, W_query, W_key):
    return [[np.tanh(q @ W_query + k @ W_key) for k in keys] for q in queries]


@hidden_block.also_right
def joined_and_multiplied(queries, keys, W_query, W_key):
    W = np.concatenate([W_query, W_key])
    return [[np.tanh(np.concatenate([q, k]) @ W) for k in keys] for q in queries]


@hidden_block.also_right
def block_in_float32(queries, keys, W_query, W_key):
    added = np.expand_dims(queries @ W_query, 1) + keys @ W_key
    return np.tanh(added).astype(np.float32)


@hidden_block.mistake
def not_bent(queries, keys, W_query, W_key):
    """The bend is missing: tanh of each number of the block."""
    return (queries @ W_query)[:, None] + (keys @ W_key)[None]


@hidden_block.mistake
def bent_before_they_met(queries, keys, W_query, W_key):
    """You bent the two projections before adding them: add first, then tanh."""
    return np.tanh(queries @ W_query)[:, None] + np.tanh(keys @ W_key)[None]


@hidden_block.mistake
def added_up(queries, keys, W_query, W_key):
    """You added the features up already: that leaves (n, m). Asked is the block (n, m, d_a)."""
    return np.tanh((queries @ W_query)[:, None] + (keys @ W_key)[None]).sum(axis=-1)


@hidden_block.mistake
def keys_down_the_rows(queries, keys, W_query, W_key):
    """Your block is (m, n, d_a): row = query, column = key."""
    return np.tanh((queries @ W_query)[None] + (keys @ W_key)[:, None])


@hidden_block.mistake
def projections_multiplied(queries, keys, W_query, W_key):
    """You multiplied the two projections: this rule adds them."""
    return np.tanh((queries @ W_query)[:, None] * (keys @ W_key)[None])


@hidden_block.mistake
def matrices_exchanged(queries, keys, W_query, W_key):
    """W_query belongs to the queries and W_key to the keys: yours are exchanged."""
    return np.tanh((queries @ W_key)[:, None] + (keys @ W_query)[None])
