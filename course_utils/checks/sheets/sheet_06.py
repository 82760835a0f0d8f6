"""The exercises of sheet 06: the scale, the general rule, and what the argument for √d assumes."""

from typing import NamedTuple

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    attention_arrays,
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)
from course_utils.checks.work import claimed_matrix

sheet = Sheet("06")


@sheet.value(
    "06.1",
    "which square root?",
    points=1,
    asks="""
    A model is 192 wide and has 3 heads, which share its width. 30 words are read. By what is a
    score divided? One number, within 0.01.
    """,
    what="one number, the divisor",
    tolerance=0.01,
    hints=(
        "How many products does one score of one head add up?",
        "d_k = model width / heads = 192 / 3, so the divisor is √____.",
    ),
)
def divisor_of_a_head():
    """Right: 192 / 3 heads leaves 64 features for each, and those are added up in q · k."""
    return np.sqrt(192 / 3)


@divisor_of_a_head.mistake
def root_of_the_models_width():
    """√192 is that of the model. One head's dot product adds up 64 products."""
    return np.sqrt(192)


@divisor_of_a_head.mistake
def root_of_the_number_of_keys():
    """√30: the number of keys does not enter a single score."""
    return np.sqrt(30)


@divisor_of_a_head.mistake
def variance_of_a_head():
    """64 is the variance of such a dot product; its deviation is the root."""
    return 64


@divisor_of_a_head.mistake
def root_of_the_heads():
    """√3: the number of heads is no width. It says into how many parts the width is cut."""
    return np.sqrt(3)


def _by_width(trial):
    """Two keys, scores d and 0 for queries of ones: the ratio is exp(√d)."""
    for d in (4, 9):
        keys = np.concatenate([np.ones((1, d)), np.zeros((1, d))])
        weights = trial.call(np.ones((1, d)), keys)["weights"]
        wanted = softmax(np.array([[d**0.5, 0]]))
        if found := moved(weights, wanted, trial.tolerance):
            return f"at width {d} {found}"
    return None


def _more_keys(trial):
    """Other keys do not change how two weights compare."""
    queries, keys = trial.arguments
    if len(keys) < 3 or np.abs(queries @ keys.T).max() > 50:
        return None
    few = trial.call(queries, keys[:2])["weights"]
    many = trial.outputs["weights"][:, :2]
    return moved(few[:, 0] / few[:, 1], many[:, 0] / many[:, 1], 100 * trial.tolerance)


def _pair(rng, square=False):
    return attention_arrays(rng, square)[:2]


@sheet.function(
    "06.2",
    "rule 3: weights of the scaled dot product",
    points=3,
    asks="""
    Queries (n, d_k), keys (m, d_k). Return the weights (n, m): scaled dot products,
    normalised over the keys with `softmax`, which is imported above. One line is enough.
    """,
    outputs=lambda queries, keys: {"weights": (len(queries), len(keys))},
    inputs=_pair,
    edges={
        "one key": (np.ones((2, 3)), np.ones((1, 3))),
        "scores of ±1000": (
            np.array([[1000.0, 0, 0, 0], [-1000, 0, 0, 0]]),
            np.array([[2.0, 0, 0, 0], [-2, 0, 0, 0], [1, 0, 0, 0]]),
        ),
    },
    crossed=edges_in_pairs(lambda setting: setting.queries_and_keys(scale=2)),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("scores d and 0 give weights of ratio exp(√d)", _by_width),
        Property("more keys do not change how two weights compare", _more_keys),
    ),
    hints=(
        "Whose width is summed over in q · k, and when is the division done?",
        "softmax(queries @ keys.T / np.sqrt(keys.shape[____]))",
    ),
)
def scaled_dot_weights(queries, keys):
    """Right: divided by the root of one key's width, before softmax."""
    return softmax(queries @ keys.T / np.sqrt(keys.shape[1]))


@scaled_dot_weights.also_right
def row_by_row(queries, keys):
    root = len(queries[0]) ** 0.5
    return [softmax(np.array([query @ key for key in keys]) / root) for query in queries]


@scaled_dot_weights.also_right
def queries_scaled_first(queries, keys):
    return softmax((queries * queries.shape[-1] ** -0.5) @ keys.T)


@scaled_dot_weights.also_right
def in_float32(queries, keys):
    scores = np.einsum("id,jd->ij", queries, keys) / keys.shape[1] ** 0.5
    return softmax(scores.astype(np.float32))


@scaled_dot_weights.mistake
def divided_by_d(queries, keys):
    """Your result is as if you divided by d_k; its square root is enough: the deviation of a
    sum grows with √d.
    """
    return softmax(queries @ keys.T / keys.shape[1])


@scaled_dot_weights.mistake
def root_of_the_number_of_keys(queries, keys):
    """Your result is as if you took the root of the number of keys, m. A score adds up d_k
    features.
    """
    return softmax(queries @ keys.T / np.sqrt(len(keys)))


@scaled_dot_weights.mistake
def root_of_the_number_of_queries(queries, keys):
    """Your result is as if you took the root of the number of queries, n. Take the width of a
    key.
    """
    return softmax(queries @ keys.T / np.sqrt(len(queries)))


@scaled_dot_weights.mistake
def not_scaled(queries, keys):
    """This is the plain dot product: the divisor √d_k is missing."""
    return softmax(queries @ keys.T)


@scaled_dot_weights.mistake
def multiplied(queries, keys):
    """Your result is as if you multiplied by √d_k, which makes large scores larger: divide."""
    return softmax(queries @ keys.T * np.sqrt(keys.shape[1]))


@scaled_dot_weights.mistake
def cosine(queries, keys):
    """Your result is as if you divided by the lengths of query and key. That is the cosine; here
    one number, √d_k, divides all scores.
    """
    lengths = [np.linalg.norm(rows, axis=1, keepdims=True) for rows in (queries, keys)]
    return softmax(queries / lengths[0] @ (keys / lengths[1]).T)


@scaled_dot_weights.mistake
def scaled_after_softmax(queries, keys):
    """Your result is as if you divided the weights: now they sum to 1/√d_k. The scores are
    divided, before softmax.
    """
    return softmax(queries @ keys.T) / np.sqrt(keys.shape[1])


@scaled_dot_weights.mistake
def softmax_over_queries(queries, keys):
    """The scale is right; softmax ran over the queries. Keys are the last axis."""
    return softmax(queries @ keys.T / np.sqrt(keys.shape[1]), axis=0)


@scaled_dot_weights.mistake
def scores_returned(queries, keys):
    """These are the scaled scores: softmax over the keys is missing."""
    return queries @ keys.T / np.sqrt(keys.shape[1])


@sheet.value(
    "06.3",
    "the slope of the deviation",
    points=1,
    asks="""
    Draw many pairs q, k of random vectors (`rng.normal`) for the widths 4, 16, 64, 256 and
    take the standard deviation of q · k for each. Fit a straight line through log std over
    log d. What is its slope, within 0.04? Compute it, or think.
    """,
    what="one number, a slope",
    tolerance=0.04,
    mistake_tolerance=0.04,
    hints=(
        "If std = √d, what is log std as a multiple of log d?",
        "np.polyfit(np.log(widths), np.log(deviations), 1)[____]",
    ),
)
def slope():
    """Right: the deviation grows with d to the power 0.5, and that is √d."""
    return 0.5  # what a learner's random vectors come near to


@slope.mistake
def variance():
    """That is the slope of the variance; take the deviation, .std()."""
    return 1.0


@slope.mistake
def upside_down():
    """log d over log std: exchange the two axes."""
    return 2.0


@slope.mistake
def scaled():
    """Slope 0: it is as if you divided by √d already. Fit the plain dot products."""
    return 0.0


@slope.mistake
def minus():
    """The sign: the deviation grows with d."""
    return -0.5


def _general_arrays(rng, square=False):
    n, m, d_q, d_k = sizes(rng, 4, square)
    return rng.normal(size=(n, d_q)), rng.normal(size=(m, d_k)), rng.normal(size=(d_q, d_k))


def _identity(trial):
    queries = np.array([[1.0, 2], [0, -1], [3, 1]])
    keys = np.array([[1.0, 0], [2, 5]])
    return moved(trial.call(queries, keys, np.eye(2))["scores"], queries @ keys.T, trial.tolerance)


def _one_way(trial):
    a, b = np.array([[1.0, 0]]), np.array([[0.0, 1]])
    W = np.array([[0.0, 3], [-2, 0]])
    found = [float(trial.call(*pair, W)["scores"][0, 0]) for pair in ((a, b), (b, a))]
    return None if np.allclose(found, [3, -2]) else f"{found[0]:g} and {found[1]:g}"


def _linear(trial):
    queries, keys, W = trial.arguments
    again = trial.call(queries, keys, 3 * W)["scores"]
    return moved(again, 3 * trial.outputs["scores"], trial.tolerance)


def _crossed(setting):
    queries, keys = setting.queries_and_keys()
    x, W = setting.projected(queries)
    return x, keys, W


@sheet.function(
    "06.4",
    "the general rule",
    points=2,
    asks="""
    Queries (n, query_size), keys (m, key_size), W (query_size, key_size). Return the scores
    (n, m): q W k for each pair. No scale.
    """,
    outputs=lambda queries, keys, W: {"scores": (len(queries), len(keys))},
    inputs=_general_arrays,
    edges={"one of each": (np.ones((1, 2)), np.ones((1, 3)), np.arange(6.0).reshape(2, 3))},
    crossed=edges_in_pairs(_crossed),
    properties=(
        Property("W = I gives the plain dot product", _identity),
        Property("W = [[0, 3], [−2, 0]] gives s(a, b) = 3 and s(b, a) = −2", _one_way),
        Property("three times W gives three times the scores", _linear),
    ),
    hints=(
        "Which sizes meet on the left of W, and which on its right?",
        "queries @ W @ ____",
    ),
)
def general_scores(queries, keys, W):
    """Right: W lets widths differ, and a score need not be the same both ways."""
    return queries @ W @ keys.T


@general_scores.also_right
def pair_by_pair(queries, keys, W):
    return [[query @ W @ key for key in keys] for query in queries]


@general_scores.also_right
def with_einsum(queries, keys, W):
    return np.einsum("id,de,je->ij", queries, W, keys)


@general_scores.also_right
def in_float32(queries, keys, W):
    return (queries @ (W @ keys.T)).astype(np.float32)


@general_scores.mistake
def W_transposed(queries, keys, W):
    """W is (query_size, key_size): it stands as it is, q W kᵀ."""
    return queries @ W.T @ keys.T


@general_scores.mistake
def W_forgotten(queries, keys, W):
    """This is the plain dot product: W is missing between the two."""
    return queries @ keys.T


@general_scores.mistake(name="row = key")
def row_is_key(queries, keys, W):
    """One row for each key came out: row = query, column = key."""
    return keys @ W.T @ queries.T


@general_scores.mistake
def weights(queries, keys, W):
    """These are weights, their rows sum to 1. Return the scores, before softmax."""
    return softmax(queries @ W @ keys.T)


@general_scores.mistake
def scaled_by_the_width_of_a_query(queries, keys, W):
    """Your result is as if you divided by √d, the width of a query: the general rule has no
    scale.
    """
    return queries @ W @ keys.T / np.sqrt(queries.shape[1])


@general_scores.mistake
def scaled(queries, keys, W):
    """Your result is as if you divided by √d_k. W can learn its own scale: the general rule has
    none.
    """
    return queries @ W @ keys.T / np.sqrt(keys.shape[1])


A, B = np.array([1.0, 2]), np.array([2.0, 1])


class _OneWay(NamedTuple):
    """A matrix W, and the scores that it makes: of a for b, and of b for a."""

    W: np.ndarray
    a_for_b: float
    b_for_a: float

    def told(self):
        """Return both scores as rows of evidence."""
        return [("s(a, b)", f"{self.a_for_b:.3g}"), ("s(b, a)", f"{self.b_for_a:.3g}")]

    def is_asked_for(self):
        """Tell whether both scores are as far from 0 as they are to be, on the right side."""
        return self.a_for_b > 1 - 1e-9 and self.b_for_a < -1 + 1e-9


def _scores_of_W(W, rng):
    W = claimed_matrix("W", W, (2, 2))
    return _OneWay(W, A @ W @ B, B @ W @ A)


@sheet.claim(
    "06.5",
    "a score that holds one way only",
    points=1,
    asks="""
    a = [1, 2], b = [2, 1], and s(x, y) = x W yᵀ. Give a W, two rows of two numbers, with which
    s(a, b) is at least 1 and s(b, a) at most −1. Any such W passes.
    """,
    what="a matrix W, two rows of two numbers",
    tried=_scores_of_W,
    hints=(
        "Can a symmetric W give different scores both ways?",
        "[[0, p], [−p, 0]] is a quarter turn: s(a, b) = p − 4 p, and s(b, a) = 4 p − ____.",
    ),
)
def one_way():
    """Right: a quarter turn, which is not symmetric. s(a, b) = 3 and s(b, a) = −3."""
    return [[0, -1], [1, 0]]


@one_way.also_right
def not_only_a_turn():
    return np.array([[0.1, -2], [2, 0.1]])


@one_way.also_right
def in_a_tuple():
    return ((0.0, -0.5), (0.5, 0.0))


@one_way.also_right
def nothing_of_the_rest():
    return [[-1, 0], [2, -1]]


@one_way.mistake(shows=lambda seen: seen.told() if not seen.W.any() else None)
def nothing_but_0():
    """With nothing but 0 in W every score is 0. There is a W: it must not be symmetric."""
    return [[0, 0], [0, 0]]


@one_way.mistake(
    shows=lambda seen: seen.told() if np.array_equal(seen.W, seen.W[0, 0] * np.eye(2)) else None
)
def the_identity():
    """The identity, or a multiple of it, gives a · b both ways: the same score."""
    return [[1, 0], [0, 1]]


@one_way.mistake(shows=lambda seen: seen.told() if np.array_equal(seen.W, seen.W.T) else None)
def a_symmetric_W():
    """This matrix is symmetric, so s(a, b) = s(b, a)."""
    return [[0, 1], [1, 0]]


@one_way.mistake(shows=lambda seen: seen.told() if seen.a_for_b < 0 < seen.b_for_a else None)
def the_other_way_round():
    """The other way round: here b has the score above 0. Transpose W."""
    return [[0, 1], [-1, 0]]


@one_way.mistake(shows=lambda seen: seen.told() if seen.a_for_b * seen.b_for_a >= 0 else None)
def one_sign_for_both():
    """The two scores differ, but one is not above 0 and the other below. [[0, p], [q, 0]]: try p
    and q of opposite sign.
    """
    return [[0, 1], [2, 0]]


@one_way.mistake(shows=lambda seen: seen.told() if not seen.is_asked_for() else None)
def too_near_to_0():
    """The right signs, but nearer to 0 than 1 and −1. Ten times W gives ten times the scores."""
    return [[0, -0.1], [0.1, 0]]


@sheet.value(
    "06.6",
    "features of variance ¼",
    points=2,
    asks="""
    All features are independent, with mean 0 and variance ¼ instead of 1; d_k = 64. By
    which number must q · k be divided to have the standard deviation 1?
    """,
    what="one number, the divisor",
    tolerance=0.01,
    hints=(
        "Which variance has one product of two independent features of variance ¼?",
        "√(64 · ¼ · ____)",
    ),
)
def divisor():
    """Right: ¼ · √64 = 2. The divisor follows from the data, not from a law."""
    return np.sqrt(64 * 0.25 * 0.25)


@divisor.mistake(name="√d")
def root_of_d():
    """√64 = 8 holds for variance 1. Here each product has a smaller one."""
    return np.sqrt(64)


@divisor.mistake
def one_variance():
    """Your result is as if you took √(¼ · 64). A product of two such features has the variance
    ¼ · ¼.
    """
    return np.sqrt(64 * 0.25)


@divisor.mistake
def d_over_4():
    """64 / 4 = 16 is no root: the deviation is √(64 · ¼ · ¼)."""
    return 64 / 4


@divisor.mistake
def half_the_root():
    """½ is the deviation of one feature. Now 64 products."""
    return np.sqrt(0.25)


@divisor.mistake
def d():
    """d is the variance for features of variance 1. Asked is a deviation."""
    return 64.0


sheet.reason(
    "06.7",
    "why did the scale hurt?",
    asks="""
    In the laboratory the scaled dot product learned more slowly than the plain one. Why? At
    least 15 words, in any language.
    """,
    praise="Compare it with a solution: does yours say what the states' deviation was?",
    hints=(
        "How far apart are the scores of GRU states at the start, and after division by √32?",
        "Their deviation is far below 1, so divided scores are nearly ____ and the weights ____.",
    ),
)
