"""What lesson 06 lets one build: the general score of a pair, and rule 3's scores of a batch."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("06")


def _pair_and_matrix(rng, square=False):
    d_q, d_k = sizes(rng, 2, square)
    return rng.normal(size=d_q), rng.normal(size=d_k), rng.normal(size=(d_q, d_k))


def _all_ones(trial):
    found = trial.call(np.ones(2), np.ones(3), np.arange(6.0).reshape(2, 3))["score"]
    return moved(found, np.array(15.0), trial.tolerance)


def _picks_one(trial):
    """Query (0, 1), key (1, 0, 0): row 1, column 0 of W."""
    W = np.arange(6.0).reshape(2, 3)
    found = trial.call(np.array([0.0, 1]), np.array([1.0, 0, 0]), W)["score"]
    return moved(found, np.array(3.0), trial.tolerance)


def _linear_in_W(trial):
    query, key, W = trial.arguments
    again = trial.call(query, key, 3 * W)["score"]
    return moved(again, 3 * trial.outputs["score"], trial.tolerance)


@lesson.function(
    "06.a",
    "the general score of a pair",
    outputs=lambda query, key, W: {"score": ()},
    inputs=_pair_and_matrix,
    edges={
        "one number each": (np.array([2.0]), np.array([-3.0]), np.array([[0.5]])),
        "one number and three": (np.array([2.0]), np.ones(3), np.array([[1.0, 10, 100]])),
        "large, and as wide": (
            np.array([1000.0, -1000]),
            np.array([1.0, 1]),
            np.array([[0, 3.0], [-2, 0]]),
        ),
    },
    properties=(
        Property("three times W gives three times the score", _linear_in_W),
        Property("q = (0, 1) and k = (1, 0, 0) pick row 1, column 0 of W", _picks_one),
        Property("of ones, the score is the sum of W", _all_ones),
    ),
    hints=(
        "W has a row for each number of the query. What is left of (d_q,) times (d_q, d_k)?",
        "query @ W @ ____",
    ),
)
def general_score(query, key, W):
    """Right: W turns the query into something as wide as a key, and a dot product compares them."""
    return query @ W @ key


@general_score.also_right
def with_loops(query, key, W):
    total = 0.0
    for i, one in enumerate(query):
        for j, other in enumerate(key):
            total += one * W[i, j] * other
    return total


@general_score.also_right
def key_first(query, key, W):
    return np.dot(query, W.dot(key))


@general_score.also_right
def in_float32(query, key, W):
    return (query.astype(np.float32)[None] @ W.astype(np.float32) @ key.astype(np.float32))[0]


@general_score.mistake
def sides_exchanged(query, key, W):
    """You reshaped or exchanged: the rows of W belong to the query, its columns to the key."""
    return key @ np.resize(W, W.T.shape) @ query


@general_score.mistake
def W_forgotten(query, key, W):
    """W is missing: this is the plain dot product, which needs equal widths."""
    least = min(len(query), len(key))
    return query[:least] @ key[:least]


@general_score.mistake
def diagonal_only(query, key, W):
    """You multiplied number by number with the diagonal of W: every q_i meets every k_j."""
    least = min(W.shape)
    return (query[:least] * np.diag(W) * key[:least]).sum()


@general_score.mistake
def scaled(query, key, W):
    """You divided by √d_k. W can learn its own scale: the general rule has none."""
    return query @ W @ key / np.sqrt(len(key))


@general_score.mistake(name="added")
def added_up(query, key, W):
    """You added query and key parts; here they are multiplied, with W between them."""
    return (query @ W).sum() + (W @ key).sum()


def _batch(rng, square=False):
    r, m, d = sizes(rng, 3, square)
    return rng.normal(size=(r, d)), rng.normal(size=(r, m, d))


def _own_keys(trial):
    """Other keys in one row change that row and no other."""
    queries, keys = trial.arguments
    other = keys.copy()
    other[-1] += 1
    again = trial.call(queries, other)["scores"]
    return moved(again[:-1], trial.outputs["scores"][:-1], trial.tolerance)


def _by_width(trial):
    """Ones at width d score d/√d."""
    for d in (4, 9, 16):
        found = trial.call(np.ones((2, d)), np.ones((2, 3, d)))["scores"]
        if gap := moved(found, np.full((2, 3), d**0.5), trial.tolerance):
            return f"at width {d} {gap}"
    return None


def _keys_reversed(trial):
    queries, keys = trial.arguments
    again = trial.call(queries, keys[:, ::-1])["scores"]
    return moved(again[:, ::-1], trial.outputs["scores"], trial.tolerance)


@lesson.function(
    "06.b",
    "rule 3's scores, each query with its own keys",
    outputs=lambda queries, keys: {"scores": keys.shape[:2]},
    inputs=_batch,
    edges={
        "one key each": (np.ones((2, 5)), np.full((2, 1, 5), 2.0)),
        "one row": (np.ones((1, 2)), np.arange(6.0).reshape(1, 3, 2)),
        "scores of ±1000, one feature": (
            np.array([[1000.0], [-1000]]),
            np.array([[[1.0], [-1]], [[0], [1]]]),
        ),
    },
    properties=(
        Property("the keys of one row change no other row", _own_keys),
        Property("vectors of ones score √d", _by_width),
        Property("keys in reverse order give the scores in reverse order", _keys_reversed),
    ),
    hints=(
        "Over which axis do the products of one pair lie, and how many are there?",
        "(queries[:, None] * keys).sum(axis=____) / np.sqrt(queries.shape[____])",
    ),
)
def scaled_scores(queries, keys):
    """Right: products added over the features, divided by the root of their number."""
    return (queries[:, None] * keys).sum(axis=-1) / np.sqrt(queries.shape[-1])


@scaled_scores.also_right
def row_by_row(queries, keys):
    root = keys.shape[-1] ** 0.5
    return [[key @ query / root for key in own] for query, own in zip(queries, keys, strict=True)]


@scaled_scores.also_right
def as_matrices(queries, keys):
    return (keys @ queries[:, :, None])[..., 0] / np.sqrt(keys.shape[2])


@scaled_scores.also_right
def in_single_precision(queries, keys):
    scores = np.einsum("rd,rmd->rm", queries, keys) / np.sqrt(queries.shape[1])
    return scores.astype(np.float32)


@scaled_scores.mistake
def not_divided(queries, keys):
    """This is the plain dot product: the divisor √d is missing."""
    return (queries[:, None] * keys).sum(axis=-1)


@scaled_scores.mistake
def divided_by_d(queries, keys):
    """You divided by d (or took the mean): the deviation of a sum of d products is √d."""
    return (queries[:, None] * keys).mean(axis=-1)


@scaled_scores.mistake
def root_of_the_number_of_keys(queries, keys):
    """You took the root of m, the number of keys. One score adds up d products."""
    return (queries[:, None] * keys).sum(axis=-1) / np.sqrt(keys.shape[1])


@scaled_scores.mistake
def root_of_the_number_of_rows(queries, keys):
    """You took the root of r, the number of rows: len(queries). Take the width, shape[-1]."""
    return (queries[:, None] * keys).sum(axis=-1) / np.sqrt(len(queries))


@scaled_scores.mistake
def multiplied(queries, keys):
    """You multiplied by √d, which makes large scores larger: divide."""
    return (queries[:, None] * keys).sum(axis=-1) * np.sqrt(queries.shape[-1])


@scaled_scores.mistake
def weights(queries, keys):
    """These are weights: return the scores, before softmax."""
    return softmax((queries[:, None] * keys).sum(axis=-1) / np.sqrt(queries.shape[-1]))


@scaled_scores.mistake
def first_keys_for_all(queries, keys):
    """All queries met the keys of row 0: row i meets keys[i]."""
    return queries @ keys[0].T / np.sqrt(queries.shape[-1])
