"""The exercises of review R1, after lessons 00 to 05: ten questions, an order, a bug, a reason."""

from functools import partial

import numpy as np

from course_utils.checks.exercises import (
    Disorder,
    Mistake,
    OrderExercise,
    Property,
    ReasonExercise,
    recall,
    shown,
    stands_before,
)
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.sheets.attention_inputs import moved, sizes
from course_utils.scoring import AdditiveScore

_recall = partial(recall, "R1")

RECALL = (
    _recall(
        1,
        "reading a map",
        "c",
        {
            "a": "The row is the one that looks. 三 is the row, so 三 asks.",
            "b": "A weight is no probability that a word is right: it says how much was mixed in.",
            "c": "Yes: row = query, column = key, and the weight is a share of the mix.",
            "d": "Rows sum to 1, columns need not: other rows may look at “three” too.",
        },
        ("Row or column: which of the two asks?", "Row = ____, column = key; a row sums to 1."),
    ),
    _recall(
        2,
        "a tiny weight",
        "b",
        {
            "a": "To know that a weight is small, its score had to be computed.",
            "b": "Yes: soft attention scores every key, and mixes in what it weighs.",
            "c": "Softmax gives no negative weight: nothing is subtracted.",
            "d": "0.001 is far above what a computer rounds to 0.",
        },
        (
            "How does attention find out that a weight is small?",
            "n · m scores are computed, whatever they are; so the work is ____.",
        ),
    ),
    _recall(
        3,
        "keys and values",
        "a",
        {
            "a": "Yes: the prices are values. They are handed over, and compared with nothing.",
            "b": "Weights come from queries and keys. No price is among them.",
            "c": "The weights stay, but what they mix has changed.",
            "d": "The answer is a mix of prices: other prices, another answer.",
        },
        (
            "In which of the three stages do the values appear?",
            "① and ② need queries and keys; values enter in ③, so only the ____ changes.",
        ),
    ),
    _recall(
        4,
        "shapes",
        "d",
        {
            "a": "(50, 16) would be one row for each key. Who asks?",
            "b": "(40, 64) is as wide as a query. What is mixed are values.",
            "c": "(40, 50) is the shape of the weights, before the mix.",
            "d": "Yes: one row for each query, as wide as a value.",
        },
        ("One row for each what, and as wide as what?", "(n, d_k), (m, d_k), (m, d_v) → (n, ____)"),
    ),
    _recall(
        5,
        "the sum of all weights",
        "b",
        {
            "a": "6 is what you get with softmax over the queries: 6 columns of sum 1.",
            "b": "Yes: 4 rows, each of sum 1.",
            "c": "24 is the number of weights, not their sum.",
            "d": "1 is the sum of one row, and there are 4.",
        },
        ("What sums to 1, and how many of those are there?", "Each of the 4 ____ sums to 1."),
    ),
    _recall(
        6,
        "temperature",
        "c",
        {
            "a": "A high temperature makes the weights more alike.",
            "b": "Adding a number to all scores changes no weight: softmax sees differences.",
            "c": "Yes: a low temperature makes the differences larger, so one key gets nearly all.",
            "d": "The order of the keys moves weights about, and changes none.",
        },
        (
            "Which change makes the differences between scores larger?",
            "Dividing by T = 0.1 multiplies each difference by ____.",
        ),
    ),
    _recall(
        7,
        "saturation",
        "a",
        {
            "a": "Yes: where one weight is nearly 1, a small change of a score changes nothing.",
            "b": "Softmax subtracts the maximum: nothing overflows.",
            "c": "Large scores make large weights, but the slope of softmax there is nearly 0.",
            "d": "The gradient depends on the weights: α (1 − α) is nearly 0 for α near 0 or 1.",
        },
        (
            "How much does a weight of 0.999 move if its score grows a little?",
            "The slope of a weight along its own score is α (1 − α): for α = 0.999 that is ____.",
        ),
    ),
    _recall(
        8,
        "rule 1, pair by pair",
        "b",
        {
            "a": "The query adds the same number to every score of its row. What does softmax do "
            "with that?",
            "b": "Yes: w_q · q is the same for every key, and softmax cancels it.",
            "c": "Uniform only if all keys score alike; they need not.",
            "d": "The keys do count, through w_k · k. Who does not is the query.",
        },
        (
            "Which part of w · [q; k] + b is the same for every key?",
            "w_q · q + w_k · k + b: softmax over the keys removes ____.",
        ),
    ),
    _recall(
        9,
        "rule 1, by position",
        "d",
        {
            "a": "These weights never saw the states, so they cannot follow them.",
            "b": "They are not learned anew: the model stays as it is.",
            "c": "The mix does change: other states now stand at the weighted places.",
            "d": "Yes: weights belong to places. The states moved, so the mix did.",
        },
        (
            "What does the linear layer of this rule receive: the states, or only the query?",
            "The weights are computed from the ____ alone, the mix from the states.",
        ),
    ),
    _recall(
        10,
        "the plain sum of rule 2",
        "a",
        {
            "a": "Yes: each tanh stays between −1 and 1, so a score stays between −d_a and d_a.",
            "b": "Softmax has no cap of its own: with a large score a weight comes close to 1.",
            "c": "W may be as large as you like: tanh of it stays between −1 and 1.",
            "d": "A larger W makes tanh steeper, not flatter; its ends stay at −1 and 1.",
        },
        (
            "Between which numbers does a sum of d_a values of tanh lie?",
            "One tanh lies between −1 and 1; with v = 1 a score lies between ____ and ____.",
        ),
    ),
)

LINES = {
    1: "    scores = hidden @ v",
    2: "    query_part = queries @ W_query",
    3: "    weights = softmax(scores, axis=-2)",
    4: "    return weights @ values",
    5: "    hidden = np.tanh(query_part[:, None] + key_part[None])",
    6: "    weights = softmax(scores, axis=-1)",
    7: "    key_part = keys @ W_key",
    8: "    hidden = np.tanh(query_part[:, None] + values[None])",
}


parsons = OrderExercise(
    id="R1.11",
    title="additive attention, line by line",
    points=2,
    lines=LINES,
    order=(2, 7, 5, 1, 6, 4),
    others=((7, 2, 5, 1, 6, 4),),
    praise="Right: two projections, one tanh of their sum, a score, ② and ③.",
    mistakes=(
        Disorder(
            "softmax over queries",
            (2, 7, 5, 1, 3, 4),
            lambda order: 3 in order,
            "Line 3 normalises over axis −2 of (query, key), the queries.",
        ),
        Disorder(
            "values in the score",
            (2, 7, 8, 1, 6, 4),
            lambda order: 8 in order,
            "Line 8 adds the values. Additive attention adds projections, inside the score: "
            "values are mixed at the end.",
        ),
        Disorder(
            "mixed first",
            (2, 7, 5, 1, 4, 6),
            lambda order: stands_before(order, 4, 6),
            "Line 4 mixes with weights that line 6 has not made yet.",
        ),
        Disorder(
            "scored first",
            (2, 7, 1, 5, 6, 4),
            lambda order: stands_before(order, 1, 5),
            "Line 1 needs the hidden layer, which line 5 makes.",
        ),
    ),
    hints=(
        "Which two lines make what tanh adds up?",
        "2, 7, ____, then the score, ② and ③.",
    ),
)

ARGUMENTS = ("queries", "keys", "W_query", "W_key", "v")


def _inputs(rng, square=False):
    n, m, d_q, d_k, d_a = sizes(rng, 5, square)
    shapes = (n, d_q), (m, d_k), (d_q, d_a), (d_k, d_a), (d_a,)
    return tuple(rng.normal(size=shape) for shape in shapes)


def _hidden(queries, keys, W_query, W_key):
    return (queries @ W_query)[:, None] + (keys @ W_key)[None]


def _additive(queries, keys, W_query, W_key, v):
    return np.tanh(_hidden(queries, keys, W_query, W_key)) @ v


def _by_the_package(queries, keys, W_query, W_key, v):
    rule = AdditiveScore(*W_query.shape[:1], *W_key.shape)
    for name, value in (("W_query", W_query), ("W_key", W_key), ("v", v)):
        rule.own[name] = value
    return rule(queries, keys)


def _loops(queries, keys, W_query, W_key, v):
    return [[sum(v * np.tanh(q @ W_query + k @ W_key)) for k in keys] for q in queries]


def _query_counts(trial):
    """The difference between two queries' scores must depend on the key."""
    scores = trial.call(
        np.array([[0.0], [2]]), np.array([[0.0], [2]]), *(np.ones((1, 1)),) * 2, np.ones(1)
    )["scores"]
    if abs(scores[0, 0] + scores[1, 1] - scores[0, 1] - scores[1, 0]) < 0.1:
        return f"two queries get the scores {shown(scores)}: equal differences"
    return None


def _bounded(trial):
    most = np.abs(trial.arguments[-1]).sum()
    largest = np.abs(trial.outputs["scores"]).max()
    return None if largest <= most + 1e-3 else f"a score of {largest:.3g}, allowed {most:.3g}"


def _odd(trial):
    queries, keys, *rest = trial.arguments
    other = trial.call(-queries, -keys, *rest)["scores"]
    return moved(-other, trial.outputs["scores"], trial.tolerance)


def _linear_in_v(trial):
    *rest, v = trial.arguments
    return moved(trial.call(*rest, 3 * v)["scores"], 3 * trial.outputs["scores"], trial.tolerance)


repaired = FunctionExercise(
    id="R1.12",
    title="bug hunt: every query gets the same weights",
    points=3,
    name="additive_scores",
    arguments=ARGUMENTS,
    reference=_additive,
    outputs=lambda queries, keys, *_: {"scores": (len(queries), len(keys))},
    inputs=_inputs,
    edges={
        "one key": (np.ones((2, 3)), np.ones((1, 4)), np.eye(3, 5), np.eye(4, 5), np.ones(5)),
        "large sums": (
            100 * np.ones((2, 3)),
            np.array([[1.0, -2, 0, 1], [-90, 0, 1, 0], [-100, -100, -100, -100]]),
            np.eye(3, 5),
            np.eye(4, 5),
            np.arange(5.0),
        ),
    },
    properties=(
        Property("what a key adds to a score depends on the query", _query_counts),
        Property("no score is larger than the sum of |v|", _bounded),
        Property("queries and keys of opposite sign give scores of opposite sign", _odd),
        Property("three times v gives three times the scores", _linear_in_v),
    ),
    variants=(
        _loops,
        _by_the_package,
        lambda *arrays: _additive(*(array.astype(np.float32) for array in arrays)),
    ),
    praise="Right: tanh of the sum, unit by unit, before v adds the units up.",
    mistakes=(
        Mistake(
            "not repaired",
            lambda q, k, W, U, v: _hidden(q, k, W, U) @ v,
            "Without a bend the query adds the same number to its whole row, and softmax cancels "
            "it: where is the tanh?",
        ),
        Mistake(
            "tanh of each part",
            lambda q, k, W, U, v: (np.tanh(q @ W)[:, None] + np.tanh(k @ U)[None]) @ v,
            "tanh of each part alone, then added: the query's part is still the same for every "
            "key. Bend the sum.",
        ),
        Mistake(
            "tanh of the score",
            lambda q, k, W, U, v: np.tanh(_hidden(q, k, W, U) @ v),
            "tanh came after v: it bends one number for each pair, not each hidden unit.",
        ),
        Mistake(
            "v forgotten",
            lambda q, k, W, U, v: np.tanh(_hidden(q, k, W, U)).sum(axis=-1),
            "This is the plain sum, v = 1: let v weigh the hidden units.",
        ),
        Mistake(
            "sigmoid",
            lambda q, k, W, U, v: 1 / (1 + np.exp(-_hidden(q, k, W, U))) @ v,
            "A sigmoid bends too, but rule 2 says tanh, which runs from −1 to 1.",
        ),
        Mistake(
            "relu",
            lambda q, k, W, U, v: np.maximum(_hidden(q, k, W, U), 0) @ v,
            "relu bends at 0 only and has no upper end: rule 2 says tanh.",
        ),
        Mistake(
            "transposed",
            lambda *arrays: _additive(*arrays).T,
            "Row = query, column = key: yours has one row for each key.",
        ),
    ),
    hints=(
        "Which operation of rule 2 is missing, and must it come before or after the sum?",
        "hidden = np.____(query_part[:, None] + key_part[None])",
    ),
)

explain = ReasonExercise(
    id="R1.13",
    title="why does tanh repair rule 1?",
    points=0,
    praise="Compare it with a solution: does yours say what softmax cancels, and why not any more?",
    hints=(
        "What does the query add to the scores of its row, without tanh and with it?",
        "Without tanh the query adds the same ____ to every score, and softmax ____ it.",
    ),
)

EXERCISES = (*RECALL, parsons, repaired, explain)
