"""The exercises of sheet 07: self-attention, its projections, and what it knows about order."""

import re
from itertools import permutations
from typing import NamedTuple

import numpy as np

from course_utils.attention import attend, softmax
from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.returned import Failure
from course_utils.checks.sheets.attention_edges import TIES, edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)
from course_utils.checks.work import checked_text

sheet = Sheet("07")


sheet.choice(
    "07.1",
    "two texts, one shared matrix",
    points=1,
    asks="""
    A layer makes queries and keys with **one** matrix, W_query = W_key. Text x has 3 tokens,
    text y has 5. S are the scores when x asks y, shape (3, 5). Now y asks x. What are its
    scores?
    """,
    letter="c",
    options={
        "a": ("the same S", "y asks now: there are 5 rows and 3 columns."),
        "b": (
            "nothing that S tells",
            "With two matrices, yes. Here y_i · W Wᵀ · x_j is x_j · W Wᵀ · y_i.",
        ),
        "c": (
            "S transposed",
            "Right: with one matrix a score works both ways. The weights are another matter: other "
            "rows, other sums.",
        ),
        "d": (
            "S transposed, with the other sign",
            "A dot product does not change its sign when its two sides change places.",
        ),
    },
    hints=(
        "Write down one score of each: token i of x and token j of y, and the other way round.",
        "(x_i W) · (y_j W) and (y_j W) · (x_i W) are ____.",
    ),
)


def _token_arrays(rng, square=False):
    """x (n, d), W (d, d_k), W_value (d, d_v)."""
    n, d, d_k, d_v = sizes(rng, 4, square)
    return tuple(rng.normal(size=shape) for shape in ((n, d), (d, d_k), (d, d_v)))


def _shuffled_tokens(trial):
    x, *matrices = trial.arguments
    again = trial.call(x[::-1], *matrices)["context"]
    return moved(again[::-1], trial.outputs["context"], trial.tolerance)


def _twice_the_values(trial):
    x, W, W_value = trial.arguments
    again = trial.call(x, W, 2 * W_value)["context"]
    return moved(again, 2 * trial.outputs["context"], trial.tolerance)


def _mixed_by_the_weights(trial):
    x, _, W_value = trial.arguments
    wanted = trial.outputs["weights"] @ (x @ W_value)
    return moved(trial.outputs["context"], wanted, trial.tolerance)


def _nobody_sees_itself(trial):
    own = np.diagonal(trial.outputs["weights"]).max()
    return f"a token gives itself {own:.3g}" if own > 0 else None


def _three_known_tokens(trial):
    """Scores 4 / √4 and 0 to the two others: the first token asks."""
    x, W = np.array([[2.0, 0], [2, 0], [0, 2]]), np.eye(2, 4)
    weights = trial.call(x, W, np.eye(2))["weights"]
    return moved(weights[0, 1:], np.array([np.e**2, 1]) / (np.e**2 + 1), trial.tolerance)


TOKENS = {"": (3, 3), "two tokens": (2, 2), "four tokens": (4, 4)}


def _crossed(setting):
    """Tokens whose keys are as long as the setting's scores are large: each to itself the most."""
    long = 32 if np.abs(setting.scores).max() > 100 else 1
    x, W = setting.projected(long * setting.numbers(len(setting.scores), 4))
    return x, W, setting.numbers(len(W), 3)


@sheet.function(
    "07.2",
    "one matrix, and nobody sees itself",
    points=3,
    asks="""
    A model for long texts makes queries and keys with one matrix, W, and therefore hides
    each token from itself: its own key gets no weight, the others share all of it. Tokens
    x (n, d), W (d, d_k), W_value (d, d_v), scaled by √d_k. `attend`, imported above, takes
    `mask=`, (n, n) booleans, True = may look. Return the context **and** the weights. There are
    at least two tokens, and scores may be large.
    """,
    outputs=lambda x, W, W_value: {
        "context": (len(x), W_value.shape[1]),
        "weights": (len(x), len(x)),
    },
    inputs=_token_arrays,
    edges={
        "two tokens": (np.ones((2, 3)), np.eye(3, 4), np.eye(3, 5)),
        "two opposite tokens": (np.array([[40.0, 0], [-40, 0]]), *[np.eye(2)] * 2),
        "equal tokens": (np.ones((3, 2)), np.eye(2, 4), np.eye(2, 4)),
        "scores of ±1000": (np.array([[40.0, 0], [-40, 0], [1, 1]]), *[np.eye(2)] * 2),
    },
    crossed=edges_in_pairs(_crossed, sizes=TOKENS, without=TIES),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("the weight of a token on itself is 0", _nobody_sees_itself),
        Property("tokens in reverse order give the same rows in reverse order", _shuffled_tokens),
        Property("twice W_value gives twice the context", _twice_the_values),
        Property("the context is the weights times x @ W_value", _mixed_by_the_weights),
        Property("scores are divided by √d_k: three known tokens", _three_known_tokens),
    ),
    hints=(
        "Which entries of an (n, n) mask are False, and when must the mask act?",
        "attend(x @ W, x @ W, x @ W_value, mask=~np.eye(____, dtype=bool))",
    ),
)
def hidden_from_itself(x, W, W_value):
    """Right: the diagonal, which would take nearly all, is left out before softmax."""
    mask = ~np.eye(len(x), dtype=bool)
    found = attend(x @ W, x @ W, x @ W_value, mask=mask)
    return found.context, found.weights


@hidden_from_itself.also_right
def token_by_token(x, W, W_value):
    context, weights = [], np.zeros((len(x), len(x)))
    for i, token in enumerate(x):
        others = [j for j in range(len(x)) if j != i]
        scores = x[others] @ W @ (token @ W) / W.shape[1] ** 0.5
        weights[i, others] = softmax(scores)
        context.append(weights[i] @ x @ W_value)
    return context, weights


@hidden_from_itself.also_right
def scores_of_minus_infinity(x, W, W_value):
    scores = (x @ W) @ (x @ W).T / np.sqrt(W.shape[1])
    np.fill_diagonal(scores, -np.inf)
    weights = softmax(scores)
    return weights @ (x @ W_value), weights


@hidden_from_itself.also_right
def in_float32(*arrays):
    return hidden_from_itself(*(array.astype(np.float32) for array in arrays))


@hidden_from_itself.mistake
def nothing_hidden(x, W, W_value):
    """Each token still sees itself: give attend a mask with False on the diagonal."""
    found = attend(x @ W, x @ W, x @ W_value)
    return found.context, found.weights


@hidden_from_itself.mistake
def only_itself(x, W, W_value):
    """Your result is as if the mask were the wrong way round: True means may look, and only the
    diagonal may not.
    """
    found = attend(x @ W, x @ W, x @ W_value, mask=np.eye(len(x), dtype=bool))
    return found.context, found.weights


@hidden_from_itself.mistake
def hidden_after_softmax(x, W, W_value):
    """Your result is as if you took the diagonal away after softmax: the others share less than
    1. Hide it before.
    """
    weights = attend(x @ W, x @ W, x @ W_value).weights * (1 - np.eye(len(x)))
    return weights @ (x @ W_value), weights


@hidden_from_itself.mistake
def score_of_0(x, W, W_value):
    """A score of 0 is not hidden: exp(0) is 1. Take −∞, or a mask."""
    scores = (x @ W) @ (x @ W).T / np.sqrt(W.shape[1]) * (1 - np.eye(len(x)))
    weights = softmax(scores)
    return weights @ (x @ W_value), weights


@hidden_from_itself.mistake(name="hidden by −1000")
def hidden_by_minus_1000(x, W, W_value):
    """Your result is as if −1000 hid a token: beside scores below that it takes all. Take −∞."""
    scores = (x @ W) @ (x @ W).T / np.sqrt(W.shape[1])
    np.fill_diagonal(scores, -1000)
    weights = softmax(scores)
    return weights @ (x @ W_value), weights


@hidden_from_itself.mistake
def largest_of_hidden_too(x, W, W_value):
    """Your result is as if the hidden score were among those that the largest is taken of: it
    mostly is the largest, and the others become 0 / 0. Hide it first.
    """
    scores = (x @ W) @ (x @ W).T / np.sqrt(W.shape[1])
    exps = np.exp(scores - scores.max(axis=1, keepdims=True)) * (1 - np.eye(len(x)))
    weights = exps / exps.sum(axis=1, keepdims=True)
    return weights @ (x @ W_value), weights


@hidden_from_itself.mistake
def all_that_attend_returns(x, W, W_value):
    """That is all that attend returns: context, weights and scores. Return the first two,
    found.context and found.weights.
    """
    return attend(x @ W, x @ W, x @ W_value, mask=~np.eye(len(x), dtype=bool))


@hidden_from_itself.mistake
def only_the_past(x, W, W_value):
    """Your result is as if all later tokens were hidden too. Only the token itself is hidden."""
    mask = np.tri(len(x), k=-1, dtype=bool)
    found = attend(x @ W, x @ W, x @ W_value, mask=mask)
    return found.context, found.weights


@hidden_from_itself.mistake
def x_as_values(x, W, W_value):
    """Your result is as if you mixed x itself. What is handed over is x @ W_value."""
    found = attend(x @ W, x @ W, x, mask=~np.eye(len(x), dtype=bool))
    return found.context, found.weights


@hidden_from_itself.mistake
def values_are_keys(x, W, W_value):
    """Your result is as if you mixed x @ W. Only queries and keys share W: the values are x @
    W_value.
    """
    found = attend(x @ W, x @ W, x @ W, mask=~np.eye(len(x), dtype=bool))
    return found.context, found.weights


@hidden_from_itself.mistake
def queries_not_projected(x, W, W_value):
    """Your result is as if the queries were x itself, without W: queries and keys are both x @
    W.
    """
    scores = x @ x.T / np.sqrt(W.shape[1])
    np.fill_diagonal(scores, -np.inf)
    weights = softmax(scores)
    return weights @ (x @ W_value), weights


@hidden_from_itself.mistake
def not_scaled(x, W, W_value):
    """The scores are not divided by √d_k. `attend` does that by itself."""
    scores = (x @ W) @ (x @ W).T
    np.fill_diagonal(scores, -np.inf)
    weights = softmax(scores)
    return weights @ (x @ W_value), weights


@hidden_from_itself.mistake
def scaled_by_the_width_of_x(x, W, W_value):
    """Your result is as if you divided by √d, the width of x. It is √d_k, the width of a key."""
    scores = (x @ W) @ (x @ W).T / np.sqrt(x.shape[1])
    np.fill_diagonal(scores, -np.inf)
    weights = softmax(scores)
    return weights @ (x @ W_value), weights


@hidden_from_itself.mistake
def context_alone(x, W, W_value):
    """This is the context alone: return context and weights, in that order."""
    return attend(x @ W, x @ W, x @ W_value, mask=~np.eye(len(x), dtype=bool)).context


# Functions of a sequence x (n, d) for 07.3. Sums are computed in float64: rounding is no issue.
def _attention_alone(x):
    x = x.astype(np.float64)
    return softmax(x @ x.T) @ x


def _attention_with_places(x):
    x = x.astype(np.float64)
    places = np.sin(np.arange(x.size).reshape(x.shape) + 1.0)
    return softmax((x + places) @ (x + places).T) @ (x + places)


def _running_state(x):
    """What a recurrent network does: each row depends on those before it."""
    state, rows = np.zeros(x.shape[1]), []
    for row in x:
        state = np.tanh(0.5 * state + row)
        rows.append(state)
    return np.array(rows)


def _mean_for_all(x):
    return np.repeat(x.astype(np.float64).mean(axis=0, keepdims=True), len(x), axis=0)


def _last_rows_marked(x):
    """The last row and the one before it are treated otherwise, each in its own way."""
    x = x.copy()
    x[-1] += 1
    x[-2] += 2
    return x


def _first_rows_marked(x):
    return _last_rows_marked(x[::-1])[::-1]


def _double(function):
    """A function that computes in float64, so that rounding is no issue."""
    return lambda x: function(x.astype(np.float64))


def _last_feature_moved(x):
    x = x.copy()
    x[:, -1] = np.roll(x[:, -1], 1)
    return x


def _one_row_gets_all(x):
    """Only one query asks for places, and what it gets goes to it alone."""
    x = x.copy()
    x[len(x) // 2] += np.arange(len(x), dtype=x.dtype) ** 2 @ x
    return x


def _weighted_sum(x):
    """Row i counts i times: for the last feature alone."""
    x = x.copy()
    x[:, -1] += np.arange(len(x), dtype=x.dtype) @ x[:, -1]
    return x


def _features_rolled(x):
    """Each row keeps its numbers, in an order that tells its place."""
    return np.array([np.roll(row, i) for i, row in enumerate(x)])


# Each breaks under nearly all shuffles, so that three random ones do not pass by luck.
SEQUENCE_FUNCTIONS = {
    "attention": (_attention_alone, True),
    "mean pooling": (_mean_for_all, True),
    "x as it is": (lambda x: x.copy(), True),
    "each row by itself": (lambda x: np.tanh(x), True),
    "the features reversed": (lambda x: x[:, ::-1].copy(), True),
    "x less its mean": (_double(lambda x: x - x.mean(axis=0)), True),
    "the largest of each column for all": (lambda x: x.max(axis=0) + 0 * x, True),
    "the running sum of the features": (_double(lambda x: np.cumsum(x, axis=1)), True),
    "half of x and the norm of all": (_double(lambda x: x / 2 + np.sqrt((x * x).sum())), True),
    "attention with places": (_attention_with_places, False),
    "recurrent": (_running_state, False),
    "reversed": (lambda x: x[::-1].copy(), False),
    "the next row": (lambda x: np.roll(x, -1, axis=0), False),
    "both neighbours": (lambda x: np.roll(x, 1, axis=0) + np.roll(x, -1, axis=0), False),
    "columns sorted": (lambda x: np.sort(x, axis=0), False),
    "two rows ahead": (lambda x: np.roll(x, -2, axis=0), False),
    "the last two rows marked": (_last_rows_marked, False),
    "the first two rows marked": (_first_rows_marked, False),
    "the features rolled by the place": (_features_rolled, False),
    "the last feature moved": (_last_feature_moved, False),
    "0.001 times the place added": (
        lambda x: x + 0.001 * np.arange(len(x), dtype=x.dtype)[:, None],
        False,
    ),
    "one row that knows all places": (_one_row_gets_all, False),
    "a weighted sum for all": (
        lambda x: np.repeat(np.arange(len(x))[None] @ x, len(x), axis=0),
        False,
    ),
    "a weighted sum in the last feature": (_weighted_sum, False),
    "the running sum of the rows": (lambda x: np.cumsum(x, axis=0), False),
}


def _function_and_x(rng, square=False):
    functions = [function for function, _ in SEQUENCE_FUNCTIONS.values()]
    n = 6 if square else int(rng.integers(5, 7))  # so few that all 720 orders can be tried
    d = 6 if square else int(rng.integers(3, 5))
    return functions[int(rng.integers(len(functions)))], rng.normal(size=(n, d))


def _orders(n):
    """The orders that a test below tries. One could be a lucky one."""
    rng = np.random.default_rng(3)
    return [rng.permutation(n) for _ in range(5)]


def _answers(name):
    """For a function that everyone can see through, the answer is known."""
    function, wanted = SEQUENCE_FUNCTIONS[name]

    def broken(trial):
        found = bool(trial.outputs["answer"])
        return f"{found}" if trial.arguments[0] is function and found != wanted else None

    return Property(f"the answer is {wanted} for this function: {name}", broken)


@sheet.function(
    "07.3",
    "does a function follow a shuffle?",
    points=2,
    asks="""
    `function` maps a sequence x (n, d) to n rows. Write the test from the lesson for any
    such function: True where every shuffle of the rows of x gives the same shuffle of the
    output. The check brings attention, a recurrent network, mean pooling and a few tricky
    ones.
    """,
    outputs=lambda function, x: {"answer": ()},
    inputs=_function_and_x,
    edges={
        name: (function, np.random.default_rng(4).normal(size=(5, 3)))
        for name, (function, _) in SEQUENCE_FUNCTIONS.items()
    },
    properties=tuple(_answers(name) for name in SEQUENCE_FUNCTIONS),
    hints=(
        "Shuffle the input: what should come out, in terms of function(x)?",
        "For several p = rng.permutation(len(x)): np.allclose(function(x[p]), function(x)[____])",
    ),
)
def is_equivariant(function, x):
    """Right: shuffle in, the same shuffle out. Attention and the mean pass, a recurrent
    network does not.
    """
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(x)) for _ in range(5)]  # one order could be a lucky one
    return all(np.allclose(function(x[p]), function(x)[p]) for p in orders)


@is_equivariant.also_right
def output_put_back(function, x):
    """Its answer is 0 or 1 in float32."""
    gaps = [np.abs(function(x[p])[np.argsort(p)] - function(x)).max() for p in _orders(len(x))]
    return np.float32(max(gaps) < 1e-6)


@is_equivariant.also_right
def pairs_exchanged(function, x):
    """Every shuffle is a chain of exchanges of the first token with another."""
    for other in range(1, len(x)):
        p = np.arange(len(x))
        p[[0, other]] = other, 0
        if not np.allclose(function(x[p]), function(x)[p]):
            return False
    return True


@is_equivariant.also_right
def every_order(function, x):
    outputs = function(x)
    return all(
        np.allclose(function(x[list(p)]), outputs[list(p)]) for p in permutations(range(len(x)))
    )


@is_equivariant.also_right
def as_a_whole_number(function, x):
    return int(all(np.allclose(function(x[p]), function(x)[p]) for p in _orders(len(x))))


@is_equivariant.mistake
def invariance(function, x):
    """Your result is as if you tested invariance, that nothing changes. Equivariant: the output
    is shuffled like the input.
    """
    return all(np.allclose(function(x[p]), function(x)) for p in _orders(len(x)))


@is_equivariant.mistake
def input_left_alone(function, x):
    """Both sides use the function of x as it stands: shuffle the input of one of them."""
    return all(np.allclose(function(x), function(x)[p]) for p in _orders(len(x)))


@is_equivariant.mistake
def shuffled_twice(function, x):
    """[p] a second time does not undo the shuffle. Shuffle the other side, or go back with
    np.argsort(p).
    """
    return all(np.allclose(function(x[p])[p], function(x)) for p in _orders(len(x)))


@is_equivariant.mistake
def only_reversed(function, x):
    """Reverse order is one order of many, and x[::-1] as function passes it. Draw several
    orders.
    """
    return np.allclose(function(x[::-1]), function(x)[::-1])


@is_equivariant.mistake
def only_rolled(function, x):
    """A function that hands over the next row follows every roll. Draw real shuffles,
    rng.permutation(len(x)).
    """
    return np.allclose(function(np.roll(x, 1, axis=0)), np.roll(function(x), 1, axis=0))


@is_equivariant.mistake
def one_swap(function, x):
    """Your result is as if you exchanged the first two tokens once. A function that treats the last
    rows otherwise passes that: draw shuffles of all rows.
    """
    p = np.arange(len(x))
    p[:2] = 1, 0
    return np.allclose(function(x[p]), function(x)[p])


@is_equivariant.mistake
def first_feature_alone(function, x):
    """Your result is as if you compared the first feature of the output. All of them have to
    follow.
    """
    pairs = [(function(x[p])[:, 0], function(x)[p][:, 0]) for p in _orders(len(x))]
    return all(np.allclose(one, other) for one, other in pairs)


@is_equivariant.mistake
def largest_of_a_row_compared(function, x):
    """Your result is as if you compared the largest feature of each row. Compare every feature."""
    pairs = [(function(x[p]).max(axis=1), function(x)[p].max(axis=1)) for p in _orders(len(x))]
    return all(np.allclose(one, other) for one, other in pairs)


@is_equivariant.mistake
def half_is_near_enough(function, x):
    """Your tolerance is wide: a function that adds a little of the place passes. Take 1e-6."""
    gaps = [np.abs(function(x[p]) - function(x)[p]).max() for p in _orders(len(x))]
    return max(gaps) < 0.5


@is_equivariant.mistake
def sums_compared(function, x):
    """Equal sums do not show that each row stands in its new place: compare row by row."""
    sums = function(x).sum(axis=0)
    return all(np.allclose(function(x[p]).sum(axis=0), sums) for p in _orders(len(x)))


@is_equivariant.mistake
def upside_down(function, x):
    """The test works, the answer is upside down: True means that the output follows."""
    return any(not np.allclose(function(x[p]), function(x)[p]) for p in _orders(len(x)))


# 07.4: places on a circle


def _circle(n):
    """The places 0 to n − 1 on a circle, (n, 2)."""
    angles = 2 * np.pi * np.arange(n) / n
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _turn(angle):
    """A matrix that turns a row vector (cos a, sin a) into (cos(a + angle), sin(a + angle))."""
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _places(rng, square=False):
    return (4 if square else int(rng.integers(4, 9)),)


def _scores(x, matrices):
    return (x @ matrices["W_query"]) @ (x @ matrices["W_key"]).T


def _the_next_gets_ten(trial):
    (n,) = trial.arguments
    scores = _scores(_circle(n), trial.outputs)
    return moved(scores[np.arange(n), np.roll(np.arange(n), -1)], np.full(n, 10.0), trial.tolerance)


def _most_at_the_next(trial):
    (n,) = trial.arguments
    seen = _scores(_circle(n), trial.outputs).argmax(axis=1)
    wrong = np.flatnonzero(seen != np.roll(np.arange(n), -1))
    return f"place {wrong[0]} looks most at place {seen[wrong[0]]}" if len(wrong) else None


def _key_is_the_token(trial):
    x = _circle(trial.arguments[0])
    return moved(x @ trial.outputs["W_key"], x, trial.tolerance)


@sheet.function(
    "07.4",
    "look ahead on a circle",
    points=3,
    asks="""
    n tokens stand on a circle, place p at the angle a = 2πp/n. A token knows nothing but its
    place, written as two numbers: its row of x is (cos a, sin a). The rows may come in any
    order, and each place is taken once.

    Make **W_query and W_key**, 2 by 2, without training, so that each place looks most at the
    next one. A key x @ W_key is the token itself; a query x @ W_query is the place **after** its
    own, times 10. So in (x @ W_query) @ (x @ W_key).T the next one is scored with 10, and the
    others with less. Return the two matrices.
    """,
    outputs=lambda n: {"W_query": (2, 2), "W_key": (2, 2)},
    inputs=_places,
    edges={"three places": (3,), "a hundred places": (100,)},
    properties=(
        Property("each place looks most at the next one", _most_at_the_next),
        Property("the next one is scored with 10", _the_next_gets_ten),
        Property("a key is the token itself", _key_is_the_token),
    ),
    hints=(
        "By which angle must a query be turned? Which 2 by 2 matrix turns a row vector?",
        "t = 2 * np.pi / n; W_query = 10 * np.array([[cos t, sin t], [____, cos t]])",
    ),
)
def look_ahead(n):
    """Right: one turn for all places. Large models tell places by turns like this one."""
    t = 2 * np.pi / n
    W_query = 10 * np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])
    W_key = np.eye(2)
    return W_query, W_key


@look_ahead.also_right
def where_two_places_go(n):
    """The rows of W_query are where (1, 0) and (0, 1) go."""
    angles = 2 * np.pi / n + np.array([0, np.pi / 2])
    rows = [[10 * np.cos(angle), 10 * np.sin(angle)] for angle in angles]
    return rows, [[1, 0], [0, 1]]


@look_ahead.also_right
def solved_from_the_places(n):
    x = _circle(n)
    W_query, *_ = np.linalg.lstsq(x, 10 * np.roll(x, -1, axis=0), rcond=None)
    return [W_query, np.identity(2)]


@look_ahead.also_right
def with_complex_numbers(n):
    ahead = 10 * np.exp(2j * np.pi / n)
    return np.array([[ahead.real, ahead.imag], [-ahead.imag, ahead.real]]), np.eye(2)


@look_ahead.also_right
def in_float32(n):
    return tuple(W.astype(np.float32) for W in look_ahead(n))


@look_ahead.mistake
def the_one_before(n):
    """Each token looks at the one before: it is as if you turned the other way. Change the sign
    of sin.
    """
    return 10 * _turn(-2 * np.pi / n), np.eye(2)


@look_ahead.mistake
def itself(n):
    """Each token looks at itself: the query has to be turned by one place."""
    return 10 * np.eye(2), np.eye(2)


@look_ahead.mistake
def two_ahead(n):
    """Your result is as if you turned twice: one place is 2π/n, once."""
    return 10 * _turn(4 * np.pi / n), np.eye(2)


@look_ahead.mistake
def both_turned(n):
    """Keys are turned as well, so each token looks at itself: a key is the token, W_key = I."""
    return 10 * _turn(2 * np.pi / n), _turn(2 * np.pi / n)


@look_ahead.mistake
def keys_turned_back(n):
    """The scores are right. Here the keys are turned back; asked is a query that is turned
    ahead, and W_key = I.
    """
    return 10 * np.eye(2), _turn(-2 * np.pi / n)


@look_ahead.mistake
def too_weak(n):
    """The right place, with a score of 1: make it 10."""
    return _turn(2 * np.pi / n), np.eye(2)


@look_ahead.mistake
def ten_in_the_keys(n):
    """The scores are right, and the 10 stands in W_key: it belongs into W_query."""
    return _turn(2 * np.pi / n), 10 * np.eye(2)


@look_ahead.mistake
def ten_on_both_sides(n):
    """The next one is scored with 100: the 10 belongs into W_query alone."""
    return 10 * _turn(2 * np.pi / n), 10 * np.eye(2)


@look_ahead.mistake
def degrees(n):
    """Your result is as if you turned by 360/n. np.cos and np.sin want radians: 2π/n."""
    return 10 * _turn(360 / n), np.eye(2)


@look_ahead.mistake
def half_a_circle(n):
    """Your result is as if you turned by π/n: the whole circle, 2π, has n places."""
    return 10 * _turn(np.pi / n), np.eye(2)


@look_ahead.mistake
def order_exchanged(n):
    """Both are right, in the wrong order: return W_query, then W_key."""
    return look_ahead(n)[::-1]


@look_ahead.mistake
def scores_returned(n):
    """These are scores, (n, n). Return the two matrices that make them, W_query and W_key."""
    x = _circle(n)
    return (x @ look_ahead(n)[0]) @ x.T


WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")  # a Chinese character is a word here
MOST_WORDS = 20


class _Pair(NamedTuple):
    """Two sentences as lists of words, and the words that receive something else in the two."""

    one: list
    other: list
    told_apart: list

    def told(self):
        """Return both sentences' words as rows of evidence."""
        names = "first, from a to z", "second, from a to z"
        return list(zip(names, (" ".join(sorted(w)) for w in (self.one, self.other)), strict=True))


def _words_of(text):
    words = WORD.findall(checked_text("a sentence", text).lower())
    if not 0 < len(words) <= MOST_WORDS:
        raise Failure(f"A sentence has 1 to {MOST_WORDS} words; got {len(words)} in {shown(text)}.")
    return words


def _received(words, vectors, projections):
    """Return what each word receives from self-attention without places, {word: context}."""
    x = np.array([vectors[word] for word in words])
    context = attend(*(x @ W for W in projections)).context
    return dict(zip(words, context, strict=True))


def _read_by_self_attention(sentences, rng):
    """Read both sentences with random words and projections; see who receives something else."""
    if isinstance(sentences, str) or not hasattr(sentences, "__len__") or len(sentences) != 2:
        raise Failure(f"Give a list of two sentences; got {shown(sentences)}.")
    one, other = (_words_of(text) for text in sentences)
    vectors = {word: rng.normal(size=4) for word in sorted({*one, *other})}
    projections = rng.normal(size=(3, 4, 4)) / 2
    found = [_received(words, vectors, projections) for words in (one, other)]
    both = sorted(found[0].keys() & found[1].keys())
    apart = [w for w in both if not np.allclose(found[0][w], found[1][w], rtol=1e-9, atol=1e-12)]
    return _Pair(one, other, apart)


@sheet.claim(
    "07.5",
    "twins for a bag of words",
    points=1,
    asks="""
    Self-attention without places reads two sentences. Write two of at most 20 words in which some
    word receives something else, although no word stands in one of them alone. Capital letters and
    full stops do not count. The check reads them with random words and projections.
    """,
    what="a list of two sentences",
    tried=_read_by_self_attention,
    hints=(
        "Write the words of both sentences in the order of the alphabet. What is left to see?",
        "f(P x) = P f(x): order does not count. How ____ a word stands in a sentence does.",
    ),
)
def told_apart():
    """Right: the same words, but not each as often, so other weights on them."""
    return [
        "the cat saw a bird and the dog saw a cat",
        "the cat saw the bird and a dog saw the cat",
    ]


@told_apart.also_right
def once_more():
    return ("Dog bites man.", "Dog bites man, man.")


@told_apart.also_right
def in_chinese():
    return ["狗咬人", "人咬狗咬人"]


@told_apart.also_right
def twice_but_for_one():
    return ["a b", "a a a b b"]


@told_apart.mistake(shows=lambda seen: seen.told() if seen.one == seen.other else None)
def one_sentence_twice():
    """That is one sentence, twice. Each word receives the same."""
    return ["the cat saw a bird", "The cat saw a bird."]


@told_apart.mistake(
    shows=lambda seen: seen.told() if sorted(seen.one) == sorted(seen.other) else None
)
def another_order():
    """The same words, each as often, in another order: no word can tell."""
    return ["dog bites man", "man bites dog"]


@told_apart.mistake(shows=lambda seen: seen.told() if {*seen.one} != {*seen.other} else None)
def a_word_in_one_alone():
    """A word stands in one of them alone. Then it is plain that others receive something else: use
    the same words.
    """
    return ["the cat saw a bird", "the cat saw the bird"]


@told_apart.mistake(shows=lambda seen: seen.told() if len({*seen.one}) == 1 else None)
def one_word_alone():
    """There is only one word to mix: however often it stands there, it receives its own value."""
    return ["dog", "dog dog dog"]


@told_apart.mistake(shows=lambda seen: seen.told() if not seen.told_apart else None)
def all_as_many_times_more():
    """Each word stands there as many times more, so each keeps its share of the mix: no word can
    tell.
    """
    return ["dog bites man", "dog bites man dog bites man"]


sheet.reason(
    "07.6",
    "what a token needs",
    asks="""
    A friend trains self-attention on "who bites whom" and stays at chance, whatever the
    projections. What does each token's vector lack, and what would you add to it? At least
    15 words, in any language. The text is recorded, not scored.
    """,
    praise="Compare it with a solution: does yours say what must differ between two places?",
    hints=(
        "What does the vector of “dog” not say about this “dog”?",
        "Something is added to x that is different at every ____.",
    ),
)
