"""The exercises of review R1, after lessons 00 to 05: ten questions, an order, a bug, a reason."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.checks.sheets.attention_edges import edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)
from course_utils.scoring import AdditiveScore

sheet = Sheet("R1", choices={"points": 0.5})


sheet.choice(
    "R1.1",
    "reading a map",
    asks="""
    A map of weights has .97 in row 三, column “three”. What does that say?
    """,
    letter="c",
    options={
        "a": ("three looks at 三", "The row is the one that looks. 三 is the row, so 三 asks."),
        "b": (
            "the word three is right with 97 %",
            "A weight is no probability that a word is right: it says how much was mixed in.",
        ),
        "c": (
            "97 % of what 三 mixes comes from “three”",
            "Yes: row = query, column = key, and the weight is a share of the mix.",
        ),
        "d": (
            "no other character looks at “three”",
            "Rows sum to 1, columns need not: other rows may look at “three” too.",
        ),
    },
    hints=("Row or column: which of the two asks?", "Row = ____, column = key; a row sums to 1."),
)

sheet.choice(
    "R1.2",
    "a tiny weight",
    asks="""
    A key gets the weight 0.001. What did the computer do with it?
    """,
    letter="b",
    options={
        "a": (
            "skipped it, as it is so small, and saved time",
            "To know that a weight is small, its score had to be computed.",
        ),
        "b": (
            "scored it, and mixed in 0.1 % of its value",
            "Yes: soft attention scores every key, and mixes in what it weighs.",
        ),
        "c": ("subtracted its value", "Softmax gives no negative weight: nothing is subtracted."),
        "d": ("rounded its weight to 0", "0.001 is far above what a computer rounds to 0."),
    },
    hints=(
        "How does attention find out that a weight is small?",
        "n · m scores are computed, whatever they are; so the work is ____.",
    ),
)

sheet.choice(
    "R1.3",
    "keys and values",
    asks="""
    Books are found by topic, and their prices handed over. All prices rise. What changes?
    """,
    letter="a",
    options={
        "a": (
            "the answer only",
            "Yes: the prices are values. They are handed over, and compared with nothing.",
        ),
        "b": ("the weights only", "Weights come from queries and keys. No price is among them."),
        "c": ("neither", "The weights stay, but what they mix has changed."),
        "d": ("both", "The answer is a mix of prices: other prices, another answer."),
    },
    hints=(
        "In which of the three stages do the values appear?",
        "① and ② need queries and keys; values enter in ③, so only the ____ changes.",
    ),
)


@sheet.value(
    "R1.4",
    "shapes",
    points=0.5,
    asks="""
    Queries (9, 32), keys (25, 32), values (25, 6). Which shape has the context? Type two whole
    numbers in brackets.
    """,
    what="two whole numbers, the shape of the context",
    hints=(
        "One row for each what, and as wide as what?",
        "(n, d_k), (m, d_k), (m, d_v) → (n, ____)",
    ),
)
def context_shape():
    """Right: one row for each query, as wide as a value."""
    return 9, 6


@context_shape.mistake
def a_row_for_each_key():
    """That is one row for each key. Who asks?"""
    return 25, 6


@context_shape.mistake
def as_wide_as_a_query():
    """That is as wide as a query. What is mixed are values."""
    return 9, 32


@context_shape.mistake
def shape_of_the_weights():
    """(9, 25) is the shape of the weights, before the mix."""
    return 9, 25


@sheet.value(
    "R1.5",
    "the sum of all weights",
    points=0.5,
    asks="""
    12 queries, 30 keys, softmax over the keys. What do all weights together sum to? One number.
    """,
    what="one number, the sum of all weights",
    tolerance=0.01,
    hints=("What sums to 1, and how many of those are there?", "Each of the 12 ____ sums to 1."),
)
def sum_of_weights():
    """Right: 12 rows, each of sum 1."""
    return 12


@sum_of_weights.mistake
def softmax_over_the_queries():
    """30 is what you get with softmax over the queries: 30 columns of sum 1."""
    return 30


@sum_of_weights.mistake
def how_many_weights():
    """360 is the number of weights, not their sum."""
    return 360


@sum_of_weights.mistake
def one_row():
    """1 is the sum of one row, and there are 12."""
    return 1


def _scores_and_temperature(rng, square=False):
    n, m = sizes(rng, 2, square)
    return rng.normal(size=(n, m)), float(rng.choice([0.25, 0.5, 2, 4]))


def _largest_grows(trial):
    """Where scores differ, half the temperature makes the largest weight of a row larger."""
    scores, _ = trial.arguments
    if np.ptp(scores, axis=1).min() < 0.1 or np.ptp(scores) > 20:
        return None
    warm, cold = (trial.call(scores, T)["weights"].max(axis=1) for T in (1.0, 0.5))
    return None if (cold > warm).all() else f"at T = 1 {shown(warm)}, at T = 0.5 {shown(cold)}"


def _ahead_by_a_temperature(trial):
    """Two scores that are T apart give weights of the ratio e."""
    for T in (0.5, 4.0):
        weights = trial.call(np.array([[T, 0.0]]), T)["weights"]
        if found := moved(weights[:, :1], np.e * weights[:, 1:], trial.tolerance):
            return f"at T = {T:g} {found}"
    return None


@sheet.function(
    "R1.6",
    "temperature",
    points=0.5,
    asks="""
    Write `sharpened`: scores (n, m) and a temperature T → weights (n, m), a softmax over the
    keys. With T = 0.1 the largest weight of a row must become larger, with T = 10 smaller.
    `softmax` is imported above; one line is enough.
    """,
    outputs=lambda scores, T: {"weights": scores.shape},
    inputs=_scores_and_temperature,
    edges={
        "one key": (np.array([[3.0], [-3]]), 0.1),
        "T = 1": (np.array([[2.0, 0, 1]]), 1.0),
        "T = 10": (np.array([[2.0, 0, 1], [0, 5, 1]]), 10.0),
        "equal scores": (np.full((2, 4), 7.0), 0.1),
    },
    crossed=edges_in_pairs(lambda setting: (setting.scores, 0.5)),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("a lower temperature makes the largest weight of a row larger", _largest_grows),
        Property("a score ahead by T has e times the weight", _ahead_by_a_temperature),
    ),
    hints=(
        "Which change makes the differences between scores larger?",
        "Dividing by T = 0.1 multiplies each difference by ____.",
    ),
)
def sharpened(scores, T):
    """Right: a low T makes differences larger, so one key gets nearly all."""
    return softmax(scores / T)


@sharpened.also_right
def times_the_inverse(scores, T):
    coldness = 1 / T
    return softmax(coldness * scores)


@sharpened.also_right
def shares_row_by_row(scores, T):
    found = []
    for row in scores:
        shares = np.exp((row - row.max()) / T)
        found.append(shares / shares.sum())
    return found


@sharpened.also_right
def sharpened_in_float32(scores, T):
    return softmax(scores.astype(np.float32) / np.float32(T))


@sharpened.mistake
def multiplied_by_T(scores, T):
    """Your result is as if you multiplied by T: T = 0.1 then makes the weights more alike, as a
    high temperature does.
    """
    return softmax(scores * T)


@sharpened.mistake
def added_to_every_score(scores, T):
    """Your weights are those of T = 1. Adding a number to all scores changes no weight: softmax
    sees differences.
    """
    return softmax(scores + 1 / T)


@sharpened.mistake
def keys_in_another_order(scores, T):
    """Your result is as if the keys were sorted. Their order moves weights about, and makes none
    larger.
    """
    return softmax(np.sort(scores, axis=1) / T)


@sharpened.mistake
def weights_divided(scores, T):
    """Your result is as if T divided the weights: rows no longer sum to 1. It divides the scores,
    before softmax.
    """
    return softmax(scores) / T


@sharpened.mistake
def over_the_queries(scores, T):
    """Your columns sum to 1, your rows do not: softmax runs over the keys, the last axis."""
    return softmax(scores / T, axis=0)


sheet.choice(
    "R1.7",
    "saturation",
    asks="""
    One score is 20 ahead of all others. Why does training hardly move it?
    """,
    letter="a",
    options={
        "a": (
            "the slope of softmax is nearly 0 there",
            "Yes: where one weight is nearly 1, a small change of a score changes nothing.",
        ),
        "b": ("exp overflows", "Softmax subtracts the maximum: nothing overflows."),
        "c": (
            "large scores have large gradients",
            "Large scores make large weights, but the slope of softmax there is nearly 0.",
        ),
        "d": (
            "the gradient does not depend on the scores",
            "The gradient depends on the weights: α (1 − α) is nearly 0 for α near 0 or 1.",
        ),
    },
    hints=(
        "How much does a weight of 0.999 move if its score grows a little?",
        "The slope of a weight along its own score is α (1 − α): for α = 0.999 that is ____.",
    ),
)


@sheet.value(
    "R1.8",
    "rule 1, pair by pair",
    points=0.5,
    asks="""
    softmax over the keys of w_q · q + w_k · k + b. Query A gets the weights [0.2, 0.5, 0.3] for
    three keys. w_q · q is 4 for A, and 1 for query B. Which weights does B get for these keys?
    Three numbers, within 0.005.
    """,
    what="three numbers, the weights of B",
    tolerance=0.005,
    hints=(
        "Which part of w_q · q + w_k · k + b is the same for every key?",
        "B's scores are A's, each less 3: softmax over the keys removes ____.",
    ),
)
def weights_of_another_query():
    """Right: w_q · q is the same for every key, and softmax cancels it. B's row is A's."""
    return [0.2, 0.5, 0.3]


@weights_of_another_query.mistake
def uniform():
    """Uniform only if all keys score alike. The keys do count, through w_k · k: who does not is
    the query.
    """
    return [1 / 3] * 3


@weights_of_another_query.mistake
def in_proportion_to_the_query():
    """Your result is as if weights shrank with w_q · q, from 4 to 1. Then the row would not sum
    to 1.
    """
    return [0.05, 0.125, 0.075]


@weights_of_another_query.mistake
def sum_not_renewed():
    """Your result is as if each weight lost the factor e³. Their sum loses it too, and softmax
    divides by the sum.
    """
    return np.exp(-3) * np.array([0.2, 0.5, 0.3])


@weights_of_another_query.mistake
def taken_from_the_weights():
    """Your result is as if 3 was taken from each weight. It is taken from each score: what does
    softmax do with that?
    """
    return [-2.8, -2.5, -2.7]


sheet.choice(
    "R1.9",
    "rule 1, by position",
    asks="""
    A rule takes its weights from the query alone, one for each position. Same query, but
    the encoder's states are shuffled. What happens?
    """,
    letter="d",
    options={
        "a": (
            "the weights follow the states",
            "These weights never saw the states, so they cannot follow them.",
        ),
        "b": (
            "the weights are learned anew",
            "They are not learned anew: the model stays as it is.",
        ),
        "c": (
            "neither weights nor mix change",
            "The mix does change: other states now stand at the weighted places.",
        ),
        "d": (
            "the weights stay, the mix changes",
            "Yes: weights belong to places. The states moved, so the mix did.",
        ),
    },
    hints=(
        "What does the linear layer of this rule receive: the states, or only the query?",
        "The weights are computed from the ____ alone, the mix from the states.",
    ),
)


@sheet.value(
    "R1.10",
    "the cap of rule 2",
    points=0.5,
    asks="""
    Rule 2 with three hidden units, v = (½, ½, ½) and 5 keys. Which weight can one key have at
    most, however large W_query and W_key become? One number, within 0.005; Python may compute it.
    """,
    what="one number, the largest weight",
    tolerance=0.005,
    hints=(
        "Between which two numbers does v · tanh(…) lie?",
        "One key at 1.5 and four at ____: e^1.5 / (e^1.5 + 4 · e^____).",
    ),
)
def largest_weight():
    """Right: each tanh stays between −1 and 1, so scores stay within ±1.5, and e³ / (e³ + 4)."""
    return np.exp(3) / (np.exp(3) + 4)


@largest_weight.mistake
def no_cap():
    """W may be as large as you like: tanh of it stays between −1 and 1, so no score leaves ±1.5."""
    return 1


@largest_weight.mistake
def v_left_out():
    """Your result is as if scores reached ±3. v halves each of the three units: ±1.5."""
    return np.exp(6) / (np.exp(6) + 4)


@largest_weight.mistake
def others_at_0():
    """Your result is as if the others scored 0. tanh goes down to −1, so they can score −1.5."""
    return np.exp(1.5) / (np.exp(1.5) + 4)


@largest_weight.mistake
def five_others():
    """Your result is as if there were five other keys. One of the five is the one that wins."""
    return np.exp(3) / (np.exp(3) + 5)


@largest_weight.mistake
def all_alike():
    """1/5 is the weight where all score alike. A large W makes tanh steeper, not flatter: scores
    can differ.
    """
    return 1 / 5


@sheet.order(
    "R1.11",
    "additive attention, line by line",
    points=2,
    asks="""
    Six of these eight lines make
    `def additive_attention(queries, keys, values, W_query, W_key, v):`. Two are wrong and
    stay out. Give the numbers of the six in an order that works.
    """,
    lines={
        1: "    scores = hidden @ v",
        2: "    query_part = queries @ W_query",
        3: "    weights = softmax(scores, axis=-2)",
        4: "    return weights @ values",
        5: "    hidden = np.tanh(query_part[:, None] + key_part[None])",
        6: "    weights = softmax(scores, axis=-1)",
        7: "    key_part = keys @ W_key",
        8: "    hidden = np.tanh(query_part[:, None] + values[None])",
    },
    hints=(
        "Which two lines make what tanh adds up?",
        "2, 7, ____, then the score, ② and ③.",
    ),
)
def additive_attention():
    """Right: two projections, one tanh of their sum, a score, ② and ③."""
    return (2, 7, 5, 1, 6, 4)


@additive_attention.also_right
def key_part_first():
    return (7, 2, 5, 1, 6, 4)


@additive_attention.mistake(shows=lambda order: 3 in order)
def softmax_over_queries():
    """Line 3 normalises over axis −2 of (query, key), the queries."""
    return (2, 7, 5, 1, 3, 4)


@additive_attention.mistake(shows=lambda order: 8 in order)
def values_in_the_score():
    """Line 8 adds the values. Additive attention adds projections, inside the score: values
    are mixed at the end.
    """
    return (2, 7, 8, 1, 6, 4)


@additive_attention.mistake(shows=lambda order: stands_before(order, 4, 6))
def mixed_first():
    """Line 4 mixes with weights that line 6 has not made yet."""
    return (2, 7, 5, 1, 4, 6)


@additive_attention.mistake(shows=lambda order: stands_before(order, 1, 5))
def scored_first():
    """Line 1 needs the hidden layer, which line 5 makes."""
    return (2, 7, 1, 5, 6, 4)


def _inputs(rng, square=False):
    n, m, d_q, d_k, d_a = sizes(rng, 5, square)
    shapes = (n, d_q), (m, d_k), (d_q, d_a), (d_k, d_a), (d_a,)
    return tuple(rng.normal(size=shape) for shape in shapes)


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


def _crossed(setting):
    """The setting's sizes alone: no score of this rule is large."""
    n, m = setting.scores.shape
    shapes = (n, 4), (m, 5), (4, 6), (5, 6), (6,)
    return tuple(setting.numbers(*shape) for shape in shapes)


@sheet.function(
    "R1.12",
    "bug hunt: every query gets the same weights",
    points=3,
    asks="""
    These scores should be additive, rule 2. But all rows of the weights are equal. Write
    `additive_scores`, the same without the bug.
    """,
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
    crossed=edges_in_pairs(_crossed, scores=()),
    properties=(
        Property("what a key adds to a score depends on the query", _query_counts),
        Property("no score is larger than the sum of |v|", _bounded),
        Property("queries and keys of opposite sign give scores of opposite sign", _odd),
        Property("three times v gives three times the scores", _linear_in_v),
    ),
    hints=(
        "Which operation of rule 2 is missing, and must it come before or after the sum?",
        "hidden = np.____(query_part[:, None] + key_part[None])",
    ),
)
def additive_scores(queries, keys, W_query, W_key, v):
    """Right: tanh of the sum, unit by unit, before v adds the units up."""
    query_part, key_part = queries @ W_query, keys @ W_key
    hidden = np.tanh(query_part[:, None] + key_part[None])  # (query, key, hidden)
    return hidden @ v


@additive_scores.also_right
def pair_by_pair(queries, keys, W_query, W_key, v):
    return [[sum(v * np.tanh(q @ W_query + k @ W_key)) for k in keys] for q in queries]


@additive_scores.also_right
def with_the_package(queries, keys, W_query, W_key, v):
    rule = AdditiveScore(*W_query.shape[:1], *W_key.shape)
    for name, value in (("W_query", W_query), ("W_key", W_key), ("v", v)):
        rule.own[name] = value
    return rule(queries, keys)


@additive_scores.also_right
def in_float32(*arrays):
    return additive_scores(*(array.astype(np.float32) for array in arrays))


@additive_scores.mistake
def not_repaired(queries, keys, W_query, W_key, v):
    """Without a bend the query adds the same number to its whole row, and softmax cancels it:
    where is the tanh?
    """
    query_part, key_part = queries @ W_query, keys @ W_key
    hidden = query_part[:, None] + key_part[None]
    return hidden @ v


@additive_scores.mistake
def tanh_of_each_part(queries, keys, W_query, W_key, v):
    """tanh of each part alone, then added: the query's part is still the same for every key.
    Bend the sum.
    """
    query_part, key_part = queries @ W_query, keys @ W_key
    hidden = np.tanh(query_part)[:, None] + np.tanh(key_part)[None]
    return hidden @ v


@additive_scores.mistake
def tanh_of_the_score(queries, keys, W_query, W_key, v):
    """tanh came after v: it bends one number for each pair, not each hidden unit."""
    query_part, key_part = queries @ W_query, keys @ W_key
    hidden = query_part[:, None] + key_part[None]
    return np.tanh(hidden @ v)


@additive_scores.mistake
def v_forgotten(queries, keys, W_query, W_key, v):
    """This is the plain sum, v = 1: let v weigh the hidden units."""
    query_part, key_part = queries @ W_query, keys @ W_key
    hidden = np.tanh(query_part[:, None] + key_part[None])
    return hidden.sum(axis=-1)


@additive_scores.mistake
def sigmoid(queries, keys, W_query, W_key, v):
    """A sigmoid bends too, but rule 2 says tanh, which runs from −1 to 1."""
    query_part, key_part = queries @ W_query, keys @ W_key
    hidden = 1 / (1 + np.exp(-(query_part[:, None] + key_part[None])))
    return hidden @ v


@additive_scores.mistake
def relu(queries, keys, W_query, W_key, v):
    """relu bends at 0 only and has no upper end: rule 2 says tanh."""
    query_part, key_part = queries @ W_query, keys @ W_key
    hidden = np.maximum(query_part[:, None] + key_part[None], 0)
    return hidden @ v


@additive_scores.mistake
def transposed(queries, keys, W_query, W_key, v):
    """Row = query, column = key: yours has one row for each key."""
    query_part, key_part = queries @ W_query, keys @ W_key
    hidden = np.tanh(query_part[None] + key_part[:, None])
    return hidden @ v


sheet.reason(
    "R1.13",
    "why does tanh repair rule 1?",
    asks="""
    Say it in at least 15 words, in any language. The text is recorded, not scored.
    """,
    praise="Compare it with a solution: does yours say what softmax cancels, and why not any more?",
    hints=(
        "What does the query add to the scores of its row, without tanh and with it?",
        "Without tanh the query adds the same ____ to every score, and softmax ____ it.",
    ),
)
