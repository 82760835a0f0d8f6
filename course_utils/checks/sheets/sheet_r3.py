"""The exercises of review R3, after lessons 00 to 14: ten questions, an order, a bug, a reason."""

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
from course_utils.checks.sheets.attention_inputs import sizes

_recall = partial(recall, "R3")

RECALL = (
    _recall(
        1,
        "queries and keys of different widths",
        "b",
        {
            "a": "Rule 2 gives each side its own matrix: 4 → d_a and 6 → d_a.",
            "b": "Yes: q · k multiplies feature by feature, so both need the same width.",
            "c": "q W kᵀ with W (4, 6) is exactly for this.",
            "d": "[q; k] has 10 features, and w has 10 numbers: no problem.",
        },
        (
            "Which rule multiplies the first feature of q with the first of k?",
            "Σ q_i k_i needs as many i on both sides: rule ____.",
        ),
    ),
    _recall(
        2,
        "one matrix for queries and keys",
        "d",
        {
            "a": "They can: x_i · x_j is negative for vectors that point apart.",
            "b": "They can: each row has another query, so other scores.",
            "c": "They can, and easily: x W · x W is a sum of squares.",
            "d": "Yes: (x_i W) · (x_j W) is the same both ways round.",
        },
        (
            "Write the score of words i and j, and then that of j and i.",
            "(x_i W) · (x_j W) = (x_j W) · ____",
        ),
    ),
    _recall(
        3,
        "how far gradients reach",
        "a",
        {
            "a": "Yes: the context is a weighted sum, so the loss reaches each state directly.",
            "b": "Weights are at most 1: attention makes nothing larger on the way.",
            "c": "The encoder still runs through all 40 steps, with its gates.",
            "d": "A larger loss would not do it: along 40 steps the gradient shrinks 10,000 times.",
        },
        (
            "How many steps of the GRU lie between the loss and the first state, with attention?",
            "Without: 40 steps back. With: through the weighted sum, ____.",
        ),
    ),
    _recall(
        4,
        "百 looks at “and”",
        "c",
        {
            "a": "The map is read rightly: row 百, column “and”.",
            "b": "The translation is right; only the place of the weight surprises.",
            "c": "Yes: weights point at states, and a state carries what was read before it.",
            "d": "The words are told apart well: “and” is one of the commonest.",
        },
        (
            "Keys are encoder states. What does the state at “and” know?",
            "It has read “hundred” one step ____.",
        ),
    ),
    _recall(
        5,
        "what attention adds",
        "a",
        {
            "a": "Yes: n / 6d = 30 / 3,000.",
            "b": "6 % is n / d. The GRUs have 6 d² a step.",
            "c": "17 % comes out for n = d. Here the sentence is short and the model wide.",
            "d": "Length against width: 30 words are far fewer than 6 · 500.",
        },
        (
            "Which two numbers did lesson 11 compare?",
            "n / (6 · d) = 30 / ____",
        ),
    ),
    _recall(
        6,
        "a score of 0",
        "c",
        {
            "a": "exp(0) is 1, not 0: a score of 0 is a score like any other.",
            "b": "Softmax counts it in: its share is 1 of e² + e + 1.",
            "c": "Yes: 1 / (7.39 + 2.72 + 1). Only −∞ gives exactly 0.",
            "d": "A third each only if all three scores were equal.",
        },
        (
            "What is exp(0)?",
            "1 / (e² + e¹ + ____)",
        ),
    ),
    _recall(
        7,
        "too good to be true",
        "d",
        {
            "a": "Without it the model looks at padding. That spoils it, and gives no answer away.",
            "b": "It keeps sentences of one row apart. Here each has a row of its own.",
            "c": "The loss would count padding: a wrong number, and no answer given away.",
            "d": "Yes: each position saw the symbol that it had to predict.",
        },
        (
            "What does the model see in training that it cannot see when it writes?",
            "Position t may look at 0 … ____.",
        ),
    ),
    _recall(
        8,
        "four words and six tiles",
        "b",
        {
            "a": "Across: each of 4 words asks each of 6 tiles. That is no sum.",
            "b": "Yes: 4 · 6 across, and (4 + 6)² joined.",
            "c": "Joined, words ask words and tiles ask tiles too: four blocks.",
            "d": "52 are the two inner blocks, 16 + 36. Joined there are all four.",
        },
        (
            "Who asks and who is asked, in each of the two ways?",
            "n · m against (n + m)², with n = 4 and m = ____.",
        ),
    ),
    _recall(
        9,
        "coverage",
        "c",
        {
            "a": "A row sums to 1 at each step, whatever was read.",
            "b": "The largest weight is one step. Coverage adds up all steps.",
            "c": "Yes: the sum of its column, one weight from each step so far.",
            "d": "Words are not counted: how much was read is a sum of weights.",
        },
        (
            "Row = step, column = source word. Where do all weights of one word stand?",
            "weights.sum(axis=____)",
        ),
    ),
    _recall(
        10,
        "without the top key",
        "b",
        {
            "a": "A weight is a share of a mix. Whether it decides, only an intervention tells.",
            "b": "Yes: an answer that stays is strong evidence against that weight as its cause.",
            "c": "It may use attention well: other states can carry the same news.",
            "d": "The weight was there. It was taken away, and the answer did not need it.",
        },
        (
            "You removed something and nothing happened. Was it the cause?",
            "An answer that stays: evidence ____ the weight as its cause.",
        ),
    ),
)

LINES = {
    1: "    tokens = np.concatenate([text, image])",
    2: "    tokens = np.concatenate([text, image], axis=1)",
    3: "    mask = np.zeros((len(tokens), len(tokens)), dtype=bool)",
    4: "    mask[: len(text), len(text) :] = True",
    5: "    mask[len(text) :, : len(text)] = True",
    6: "    scores = tokens @ tokens.T / np.sqrt(tokens.shape[1])",
    7: "    weights = softmax(scores, mask=mask)",
    8: "    return (weights @ tokens)[: len(text)]",
}

parsons = OrderExercise(
    id="R3.11",
    title="joined, and yet across",
    points=2,
    lines=LINES,
    order=(1, 3, 4, 6, 7, 8),
    others=((1, 3, 6, 4, 7, 8), (1, 6, 3, 4, 7, 8)),
    praise="Right: one block of the joined map is cross-attention, from text to image.",
    mistakes=(
        Disorder(
            "joined along the features",
            (2, 3, 4, 6, 7, 8),
            lambda order: 2 in order,
            "Line 2 joins feature to feature. Joined sequences stand one below the other: more "
            "tokens, no wider.",
        ),
        Disorder(
            "the image asks",
            (1, 3, 5, 6, 7, 8),
            lambda order: 5 in order,
            "Line 5 lets the image look at the text: row = who asks, and the rows of the text "
            "come first.",
        ),
        Disorder(
            "opened before it is there",
            (1, 4, 3, 6, 7, 8),
            lambda order: stands_before(order, 4, 3),
            "Line 4 opens a block of the mask that line 3 has not made yet.",
        ),
        Disorder(
            "opened after softmax",
            (1, 3, 6, 7, 4, 8),
            lambda order: stands_before(order, 7, 4),
            "When line 7 uses the mask, nobody may look at anything: open the block before.",
        ),
        Disorder(
            "weighed before scored",
            (1, 3, 4, 7, 6, 8),
            lambda order: stands_before(order, 7, 6),
            "Line 7 needs the scores, which line 6 makes.",
        ),
    ),
    hints=(
        "Of the four blocks of the joined map, which one has text as rows and image as columns?",
        "1, 3, ____, the scores, softmax, the rows of the text.",
    ),
)


def _lengths(rng, square=False):
    """Lengths from 1 to n, and n positions."""
    batch, n = sizes(rng, 2, square)
    return rng.integers(1, n + 1, batch), n


def _not_ahead(n):
    return np.tri(n, dtype=bool)


def _is_real(lengths, n):
    return np.arange(n) < lengths[:, None]


def _both(lengths, n):
    return _not_ahead(n) & _is_real(lengths, n)[:, None]


def _with_loops(lengths, n):
    return [[[j <= i and j < length for j in range(n)] for i in range(n)] for length in lengths]


def _product(lengths, n):
    return np.tri(n, dtype=np.float32) * _is_real(lengths, n).astype(np.float32)[:, None]


def _up_to_the_smaller(lengths, n):
    ends = np.minimum(np.arange(1, n + 1), lengths[:, None])  # (batch, query)
    return np.arange(n) < ends[..., None]


def _spread(mask, lengths, n):
    return np.broadcast_to(mask, (len(lengths), n, n)).copy()


def _nothing_ahead(trial):
    ahead = np.triu(trial.outputs["mask"], 1).sum()
    return None if ahead == 0 else f"{ahead:g} places ahead may be seen"


def _no_padding(trial):
    hidden = ~_is_real(*trial.arguments)[:, None]
    seen = (trial.outputs["mask"] * hidden).sum()
    return None if seen == 0 else f"padding may be seen {seen:g} times"


def _all_that_is_allowed(trial):
    lengths, n = trial.arguments
    sums = trial.outputs["mask"].sum(axis=-1)
    wanted = np.minimum(np.arange(1, n + 1), lengths[:, None])
    return None if np.array_equal(sums, wanted) else f"rows see {shown(sums[0])}"


repaired = FunctionExercise(
    id="R3.12",
    title="bug hunt: two masks in one",
    points=3,
    name="decoder_mask",
    arguments=("lengths", "n"),
    reference=_both,
    outputs=lambda lengths, n: {"mask": (len(lengths), n, n)},
    inputs=_lengths,
    edges={
        "no padding": (np.array([4, 4, 4]), 4),
        "one word each": (np.array([1, 1]), 3),
        "a single position": (np.array([1, 1]), 1),
    },
    properties=(
        Property("no position sees one after it", _nothing_ahead),
        Property("no position sees padding", _no_padding),
        Property(
            "row i sees i + 1 places, or all words where they are fewer", _all_that_is_allowed
        ),
    ),
    variants=(_with_loops, _product, _up_to_the_smaller),
    praise="Right: with True = may look, a key must be allowed by every reason.",
    mistakes=(
        Mistake(
            "not repaired",
            lambda lengths, n: _not_ahead(n) | _is_real(lengths, n)[:, None],
            "“Or” opens a key that one reason allows. With True = may look, all reasons must "
            "allow it.",
        ),
        Mistake(
            "padding alone",
            lambda lengths, n: _spread(_is_real(lengths, n)[:, None], lengths, n),
            "Padding is hidden, but each position sees what comes after it.",
        ),
        Mistake(
            "future alone",
            lambda lengths, n: _spread(_not_ahead(n), lengths, n),
            "The future is hidden, but late positions still look at padding.",
        ),
        Mistake(
            "hidden ones marked",
            lambda lengths, n: ~_both(lengths, n),
            "This marks what is hidden. In this course True means: may look.",
        ),
        Mistake(
            "queries masked",
            lambda lengths, n: _not_ahead(n) & _is_real(lengths, n)[:, :, None],
            "You emptied the rows of padded queries. Padding must not be looked AT: mask the keys.",
        ),
        Mistake(
            "upper triangle",
            lambda lengths, n: _not_ahead(n).T & _is_real(lengths, n)[:, None],
            "This is the upper triangle: each position sees what comes after it, and not before.",
        ),
        Mistake(
            "itself hidden",
            lambda lengths, n: np.tri(n, k=-1, dtype=bool) & _is_real(lengths, n)[:, None],
            "A position must see itself: row 0 sees nothing at all here.",
        ),
        Mistake(
            "one place too many",
            lambda lengths, n: _not_ahead(n) & (np.arange(n) <= lengths[:, None])[:, None],
            "One key too many: 2 words stand at the places 0 and 1, so < and not ≤.",
        ),
    ),
    hints=(
        "May a key be looked at that is a word, but lies ahead?",
        "causal ____ real: a key must be allowed by both.",
    ),
)

explain = ReasonExercise(
    id="R3.13",
    title="a sentence for a report",
    points=0,
    least_words=20,
    praise="Compare it with a solution: does yours name a test whose outcome could refute it?",
    hints=(
        "What does a weight of .93 say for certain, and what does it leave open?",
        "Say what is ____, change the weights, and report what the ____ does.",
    ),
)

EXERCISES = (*RECALL, parsons, repaired, explain)
