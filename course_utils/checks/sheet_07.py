"""The exercises of sheet 07: self-attention, its diagonal, its order, and bags of words."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.attention_inputs import moved, sizes
from course_utils.checks.exercises import (
    ChoiceExercise,
    Mistake,
    Property,
    ReasonExercise,
    ValueExercise,
)
from course_utils.checks.functions import FunctionExercise

symmetry = ChoiceExercise(
    id="07.1",
    title="which is symmetric?",
    points=1,
    right="b",
    reasons={
        "a": "The scores are: x_i · x_j = x_j · x_i. But softmax divides each row by its own sum.",
        "b": "Yes: the scores are symmetric; each row is then divided by a sum of its own.",
        "c": "A row's sum is its own, so weight (i, j) and weight (j, i) differ in general.",
        "d": "x_i · x_j equals x_j · x_i: the scores are symmetric.",
    },
    hints=(
        "Is x_i · x_j the same as x_j · x_i? And is the sum of row i the same as that of row j?",
        "Scores: symmetric. Weights: divided by the sum of their ____, which differs.",
    ),
)

ARGUMENTS = ("x", "W_query", "W_key", "W_value")


def _arrays(rng, square=False):
    n, d, d_k, d_v = sizes(rng, 4, square)
    shapes = (d, d_k), (d, d_k), (d, d_v)
    return rng.normal(size=(n, d)), *(rng.normal(0, d**-0.5, shape) for shape in shapes)


def _self_attention(x, W_query, W_key, W_value):
    return softmax((x @ W_query) @ (x @ W_key).T) @ (x @ W_value)


def _loops(x, W_query, W_key, W_value):
    out = []
    for row in x:
        scores = [(row @ W_query) @ (other @ W_key) for other in x]
        weights = softmax(np.array(scores))
        out.append(sum(w * (other @ W_value) for w, other in zip(weights, x, strict=True)))
    return out


def _shuffled(trial):
    x, *rest = trial.arguments
    again = trial.call(x[::-1], *rest)["context"]
    return moved(again[::-1], trial.outputs["context"], trial.tolerance)


def _inside(trial):
    x, _, _, W_value = trial.arguments
    values, context = x @ W_value, trial.outputs["context"]
    room = 10 * trial.tolerance * (1 + np.abs(values).max())
    low, high = values.min(axis=0) - room, values.max(axis=0) + room
    outside = ((context < low) | (context > high)).sum()
    return f"{int(outside)} numbers lie outside" if outside else None


def _swapped_roles(trial):
    """Q and K are not the same: exchanging their projections changes the answer."""
    x = np.array([[1.0, 0], [0, 1]])
    turn = np.array([[0.0, 3], [-3, 0]])
    one = trial.call(x, turn, np.eye(2), np.eye(2))["context"]
    wanted = softmax(x @ turn @ x.T) @ x
    return moved(one, wanted, trial.tolerance)


def _values_projected(trial):
    x, W_query, W_key, W_value = trial.arguments
    again = trial.call(x, W_query, W_key, 2 * W_value)["context"]
    return moved(again, 2 * trial.outputs["context"], trial.tolerance)


self_attention = FunctionExercise(
    id="07.2",
    title="self-attention with three projections",
    points=3,
    name="self_attention",
    arguments=ARGUMENTS,
    reference=_self_attention,
    outputs=lambda x, W_query, W_key, W_value: {"context": (len(x), W_value.shape[1])},
    inputs=_arrays,
    edges={
        "one token": (np.ones((1, 3)), np.eye(3, 4), np.eye(3, 4), np.eye(3, 5)),
        "equal tokens": (np.ones((3, 2)), np.eye(2), 2 * np.eye(2), np.eye(2, 4)),
    },
    properties=(
        Property("tokens in reverse order give the rows in reverse order", _shuffled),
        Property("each number lies in the range of its column of x @ W_value", _inside),
        Property("twice W_value gives twice the context", _values_projected),
        Property("W_query makes the queries, W_key the keys", _swapped_roles),
    ),
    variants=(
        _loops,
        lambda x, q, k, v: np.einsum("ij,jv->iv", softmax(x @ (q @ k.T) @ x.T), x @ v),
        lambda *arrays: _self_attention(*(array.astype(np.float32) for array in arrays)),
    ),
    praise="Right: three products of the same x, then attention as ever.",
    mistakes=(
        Mistake(
            "x as values",
            lambda x, q, k, v: softmax((x @ q) @ (x @ k).T) @ x,
            "You mixed x itself: the values are x @ W_value.",
        ),
        Mistake(
            "W_query twice",
            lambda x, q, k, v: softmax((x @ q) @ (x @ q).T) @ (x @ v),
            "Queries and keys come from the same matrix here, so scores are symmetric: "
            "keys are x @ W_key.",
        ),
        Mistake(
            "W_key twice",
            lambda x, q, k, v: softmax((x @ k) @ (x @ k).T) @ (x @ v),
            "The queries were made with W_key: they are x @ W_query.",
        ),
        Mistake(
            "roles exchanged",
            lambda x, q, k, v: softmax((x @ k) @ (x @ q).T) @ (x @ v),
            "Queries and keys have changed places: row = query, so x @ W_query comes first.",
        ),
        Mistake(
            "softmax over queries",
            lambda x, q, k, v: softmax((x @ q) @ (x @ k).T, axis=0) @ (x @ v),
            "Softmax ran over the queries. In self-attention the map is square, so the shape does "
            "not tell: use the last axis.",
        ),
        Mistake(
            "no projections",
            lambda x, q, k, v: softmax(x @ x.T) @ x,
            "This is literal Q = K = V = x: three projections are missing.",
        ),
        Mistake(
            "scaled",
            lambda x, q, k, v: softmax((x @ q) @ (x @ k).T / np.sqrt(k.shape[1])) @ (x @ v),
            "You divided by √d_k. A good habit, but this exercise takes the plain dot product.",
        ),
    ),
    hints=(
        "Three different products of the same x: which three?",
        "softmax((x @ W_query) @ (x @ W_key).T) @ ____",
    ),
)


def _mean_pool(x):
    return np.repeat(x.mean(axis=0, keepdims=True), len(x), axis=0)


def _running(x):
    """What a recurrent network does: each row depends on those before it."""
    state, out = np.zeros(x.shape[1]), []
    for row in x:
        state = np.tanh(state + row)
        out.append(state)
    return np.array(out)


def _with_places(x):
    placed = x + np.arange(len(x))[:, None]
    return softmax(placed @ placed.T) @ placed


FUNCTIONS = (
    lambda x: softmax(x @ x.T) @ x,
    _mean_pool,
    _running,
    _with_places,
    lambda x: np.tanh(x),
    lambda x: x[::-1].copy(),
    lambda x: np.sort(x, axis=0),
    lambda x: softmax(x @ x.T, axis=0) @ x,
)


def _function_and_sequence(rng, square=False):
    n, d = sizes(rng, 2, square, least=3)
    return FUNCTIONS[int(rng.integers(len(FUNCTIONS)))], rng.normal(size=(n, d))


def _is_equivariant(function, x):
    order = np.roll(np.arange(len(x)), 1)
    return bool(np.allclose(function(x[order]), function(x)[order]))


def _random_order(function, x):
    order = np.random.default_rng(0).permutation(len(x))
    if np.array_equal(order, np.arange(len(x))) or np.array_equal(order, np.arange(len(x))[::-1]):
        order = np.roll(order, 1)
    return bool(np.abs(function(x[order]) - function(x)[order]).max() < 1e-6)


_PLAIN = {
    "x → x": (lambda x: x.copy(), True),
    "x → x, all rows alike": (_mean_pool, True),
    "x → running sum of x": (lambda x: np.cumsum(x, axis=0), False),
    "x → first row everywhere": (lambda x: np.repeat(x[:1], len(x), axis=0), False),
    "x → reversed x": (lambda x: x[::-1].copy(), False),
}


def _plain_answers(trial):
    _, x = trial.arguments
    for name, (function, wanted) in _PLAIN.items():
        found = bool(trial.call(function, x)["answer"])
        if found != wanted:
            return f"{found} for {name}"
    return None


equivariance = FunctionExercise(
    id="07.3",
    title="is a function equivariant?",
    points=2,
    name="is_equivariant",
    arguments=("function", "x"),
    reference=_is_equivariant,
    outputs=lambda *_: {"answer": ()},
    inputs=_function_and_sequence,
    edges={
        f"function {number}": (function, np.random.default_rng(3).normal(size=(4, 2)))
        for number, function in enumerate(FUNCTIONS)
    },
    properties=(Property("plain functions get the answer that everyone can see", _plain_answers),),
    variants=(
        _random_order,
        lambda function, x: all(
            np.allclose(function(np.roll(x, t, axis=0)), np.roll(function(x), t, axis=0))
            for t in range(1, len(x))
        ),
        lambda function, x: np.float32(_is_equivariant(function, x)),
    ),
    dtypes=(np.float64,),
    praise="Right: shuffle the input, and the output must be shuffled in the same way.",
    mistakes=(
        Mistake(
            "invariance",
            lambda function, x: bool(np.allclose(function(np.roll(x, 1, axis=0)), function(x))),
            "You test invariance: the output stays. Equivariant means that it is shuffled too.",
        ),
        Mistake(
            "always true",
            lambda function, x: True,
            "Some of these functions do know the order, a recurrent one for example: test it.",
        ),
        Mistake(
            "always false",
            lambda function, x: False,
            "Attention without places is equivariant: shuffle its output as well, then compare.",
        ),
        Mistake(
            "sums compared",
            lambda function, x: bool(
                np.allclose(function(np.roll(x, 1, axis=0)).sum(axis=0), function(x).sum(axis=0))
            ),
            "Equal sums are not enough: rows may have changed places in another way. Compare row "
            "by row.",
        ),
        Mistake(
            "upside down",
            lambda function, x: not _is_equivariant(function, x),
            "The test works and the answer is upside down: True means equivariant.",
        ),
        Mistake(
            "reversed only",
            lambda function, x: bool(np.allclose(function(x[::-1]), function(x)[::-1])),
            "Reversing is one order of many, and x → reversed x passes it. Take another one.",
        ),
    ),
    hints=(
        "Permute the input; permute the output of the original; what must be equal?",
        "np.allclose(function(x[order]), function(x)[____])",
    ),
)

NEXT = 10 * np.roll(np.eye(4), 1, axis=1)

look_ahead = ValueExercise(
    id="07.4",
    title="make every token look at the next",
    points=2,
    what="a matrix of shape (4, 4)",
    expected=NEXT,
    tolerance=1e-6,
    praise="Right: x_i @ W_query is 10 times the key of token i + 1, a shift matrix.",
    properties=(
        Property(
            "Each row of W_query is the query of one token",
            lambda W: None if np.count_nonzero(W) == 4 else f"{np.count_nonzero(W)} numbers not 0",
        ),
    ),
    mistakes=(
        Mistake(
            "previous",
            NEXT.T,
            "Every token looks at the one before it: this is the transpose of what you want.",
        ),
        Mistake("itself", 10 * np.eye(4), "Every token looks at itself: shift the ones by one."),
        Mistake(
            "too weak",
            NEXT / 10,
            "The right direction, but with a score of 1 the next token gets only 0.48: times 10.",
        ),
        Mistake(
            "last one left out",
            np.where(np.arange(4)[:, None] == 3, 0, NEXT),
            "Token 3 looks nowhere: its next one is token 0 again.",
        ),
        Mistake(
            "two steps",
            np.roll(NEXT, 1, axis=1),
            "Every token looks two places ahead: one shift too many.",
        ),
    ),
    hints=(
        "What should the query of token 0 be equal to, if W_key is the identity?",
        "Row 0 of W_query is 10 times the key of token 1: [0, ____, 0, 0].",
    ),
)

twins = ChoiceExercise(
    id="07.5",
    title="dog bites man, man bites dog",
    points=2,
    right="a",
    reasons={
        "a": "Yes: the same three words, so each receives the same mix, in another place.",
        "b": "Without places a word does not know where it stands: only who is there.",
        "c": "Projections are the same for every token: they do not know the order either.",
        "d": "Softmax shares weight among the same three keys in both sentences.",
    },
    hints=(
        "What does “dog” receive in each: which keys are there, and which values?",
        "f(P x) = P f(x): each word's row is the same, only its ____ changes.",
    ),
)

reason = ReasonExercise(
    id="07.6",
    title="what would help it?",
    points=0,
    praise="Compare it with a solution: does yours say what each token's vector must contain?",
    hints=(
        "What does a token's vector not tell about the token?",
        "Add something to x that differs from ____ to ____.",
    ),
)

EXERCISES = (symmetry, self_attention, equivariance, look_ahead, twins, reason)
