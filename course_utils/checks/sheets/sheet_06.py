"""The exercises of sheet 06: the scale, the general rule, and what the argument for √d assumes."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.exercises import (
    ChoiceExercise,
    Mistake,
    Property,
    ReasonExercise,
    ValueExercise,
)
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.sheets.attention_inputs import (
    attention_arrays,
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

root = ChoiceExercise(
    id="06.1",
    title="which square root?",
    points=1,
    right="a",
    reasons={
        "a": "Yes: 64 / 4 heads leaves 16 features for each, and those are added up in q · k.",
        "b": "64 is the width of the model. One head's dot product adds up 16 products.",
        "c": "The number of keys does not enter a single score.",
        "d": "16 is the variance of such a dot product; its deviation is the root, √16.",
    },
    hints=(
        "How many products does one score of one head add up?",
        "d_k = model width / heads = 64 / 4, so the divisor is √____.",
    ),
)


def _scaled(queries, keys):
    return softmax(queries @ keys.T / np.sqrt(keys.shape[1]))


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


scaled = FunctionExercise(
    id="06.2",
    title="rule 3: weights of the scaled dot product",
    points=3,
    name="scaled_dot_weights",
    arguments=("queries", "keys"),
    reference=_scaled,
    outputs=lambda queries, keys: {"weights": (len(queries), len(keys))},
    inputs=_pair,
    edges={
        "one key": (np.ones((2, 3)), np.ones((1, 3))),
        "scores of ±1000": (
            np.array([[1000.0, 0, 0, 0], [-1000, 0, 0, 0]]),
            np.array([[2.0, 0, 0, 0], [-2, 0, 0, 0], [1, 0, 0, 0]]),
        ),
    },
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("scores d and 0 give weights of ratio exp(√d)", _by_width),
        Property("more keys do not change how two weights compare", _more_keys),
    ),
    variants=(
        lambda q, k: [softmax(np.array([a @ b for b in k]) / len(q[0]) ** 0.5) for a in q],
        lambda q, k: softmax((q * q.shape[-1] ** -0.5) @ k.T),
        lambda q, k: softmax((np.einsum("id,jd->ij", q, k) / k.shape[1] ** 0.5).astype(np.float32)),
    ),
    praise="Right: divided by the root of one key's width, before softmax.",
    mistakes=(
        Mistake(
            "divided by d",
            lambda q, k: softmax(q @ k.T / k.shape[1]),
            "You divided by d_k; its square root is enough: the deviation of a sum grows with √d.",
        ),
        Mistake(
            "root of the number of keys",
            lambda q, k: softmax(q @ k.T / np.sqrt(len(k))),
            "You took the root of the number of keys, m. A score adds up d_k features.",
        ),
        Mistake(
            "root of the number of queries",
            lambda q, k: softmax(q @ k.T / np.sqrt(len(q))),
            "You took the root of the number of queries, n. Take the width of a key.",
        ),
        Mistake(
            "not scaled",
            lambda q, k: softmax(q @ k.T),
            "This is the plain dot product: the divisor √d_k is missing.",
        ),
        Mistake(
            "multiplied",
            lambda q, k: softmax(q @ k.T * np.sqrt(k.shape[1])),
            "You multiplied by √d_k, which makes large scores larger: divide.",
        ),
        Mistake(
            "scaled after softmax",
            lambda q, k: softmax(q @ k.T) / np.sqrt(k.shape[1]),
            "You divided the weights: now they sum to 1/√d_k. The scores are divided, before "
            "softmax.",
        ),
        Mistake(
            "softmax over queries",
            lambda q, k: softmax(q @ k.T / np.sqrt(k.shape[1]), axis=0),
            "The scale is right; softmax ran over the queries. Keys are the last axis.",
        ),
        Mistake(
            "scores returned",
            lambda q, k: q @ k.T / np.sqrt(k.shape[1]),
            "These are the scaled scores: softmax over the keys is missing.",
        ),
    ),
    hints=(
        "Whose width is summed over in q · k, and when is the division done?",
        "softmax(queries @ keys.T / np.sqrt(keys.shape[____]))",
    ),
)

slope = ValueExercise(
    id="06.3",
    title="the slope of the deviation",
    points=1,
    what="one number, a slope",
    expected=0.5,
    tolerance=0.04,
    mistake_tolerance=0.04,
    praise="Right: the deviation grows with d to the power 0.5, and that is √d.",
    mistakes=(
        Mistake("variance", 1.0, "That is the slope of the variance; take the deviation, .std()."),
        Mistake("upside down", 2.0, "log d over log std: exchange the two axes."),
        Mistake("scaled", 0.0, "Slope 0: you divided by √d already. Fit the plain dot products."),
        Mistake("minus", -0.5, "The sign: the deviation grows with d."),
    ),
    hints=(
        "If std = √d, what is log std as a multiple of log d?",
        "np.polyfit(np.log(widths), np.log(deviations), 1)[____]",
    ),
)


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


general = FunctionExercise(
    id="06.4",
    title="the general rule",
    points=2,
    name="general_scores",
    arguments=("queries", "keys", "W"),
    reference=lambda queries, keys, W: queries @ W @ keys.T,
    outputs=lambda queries, keys, W: {"scores": (len(queries), len(keys))},
    inputs=_general_arrays,
    edges={"one of each": (np.ones((1, 2)), np.ones((1, 3)), np.arange(6.0).reshape(2, 3))},
    properties=(
        Property("W = I gives the plain dot product", _identity),
        Property("W = [[0, 3], [−2, 0]] gives s(a, b) = 3 and s(b, a) = −2", _one_way),
        Property("three times W gives three times the scores", _linear),
    ),
    variants=(
        lambda q, k, W: [[a @ W @ b for b in k] for a in q],
        lambda q, k, W: np.einsum("id,de,je->ij", q, W, k),
        lambda q, k, W: (q @ (W @ k.T)).astype(np.float32),
    ),
    praise="Right: W lets widths differ, and a score need not be the same both ways.",
    mistakes=(
        Mistake(
            "W transposed",
            lambda q, k, W: q @ W.T @ k.T,
            "W is (query_size, key_size): it stands as it is, q W kᵀ.",
        ),
        Mistake(
            "W forgotten",
            lambda q, k, W: q @ k.T,
            "This is the plain dot product: W is missing between the two.",
        ),
        Mistake(
            "row = key",
            lambda q, k, W: k @ W.T @ q.T,
            "One row for each key came out: row = query, column = key.",
        ),
        Mistake(
            "scaled",
            lambda q, k, W: q @ W @ k.T / np.sqrt(k.shape[1]),
            "You divided by √d_k. W can learn its own scale: the general rule has none.",
        ),
    ),
    hints=(
        "Which sizes meet on the left of W, and which on its right?",
        "queries @ W @ ____",
    ),
)

one_way = ChoiceExercise(
    id="06.5",
    title="a score that holds one way only",
    points=1,
    right="b",
    reasons={
        "a": "The identity gives a · b both ways: 0 and 0.",
        "b": "Yes: s(a, b) = 1 and s(b, a) = −1. A rotation by a quarter turn.",
        "c": "This matrix is symmetric, so s(a, b) = s(b, a) = 1.",
        "d": "There is one: it must not be symmetric. Try a rotation.",
    },
    hints=(
        "Can a symmetric W give different scores both ways?",
        "s(a, b) is the number in row 0, column 1 of W; s(b, a) the one in row ____, column ____.",
    ),
)

quarter = ValueExercise(
    id="06.6",
    title="features of variance ¼",
    points=2,
    what="one number, the divisor",
    expected=2.0,
    tolerance=0.01,
    praise="Right: ¼ · √64 = 2. The divisor follows from the data, not from a law.",
    mistakes=(
        Mistake("√d", 8.0, "√64 = 8 holds for variance 1. Here each product has a smaller one."),
        Mistake(
            "one variance",
            4.0,
            "You took √(¼ · 64). A product of two such features has the variance ¼ · ¼.",
        ),
        Mistake("d over 4", 16.0, "64 / 4 = 16 is no root: the deviation is √(64 · ¼ · ¼)."),
        Mistake("half the root", 0.5, "½ is the deviation of one feature. Now 64 products."),
        Mistake("d", 64.0, "d is the variance for features of variance 1. Asked is a deviation."),
    ),
    hints=(
        "Which variance has one product of two independent features of variance ¼?",
        "√(64 · ¼ · ____)",
    ),
)

reason = ReasonExercise(
    id="06.7",
    title="why did the scale hurt?",
    points=0,
    praise="Compare it with a solution: does yours say what the states' deviation was?",
    hints=(
        "How far apart are the scores of GRU states at the start, and after division by √32?",
        "Their deviation is far below 1, so divided scores are nearly ____ and the weights ____.",
    ),
)

EXERCISES = (root, scaled, slope, general, one_way, quarter, reason)
