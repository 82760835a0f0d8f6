"""The exercises of review R3, after lessons 00 to 14: ten questions, an order, a bug, a reason."""

from typing import NamedTuple

import numpy as np

from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.checks.returned import Failure
from course_utils.checks.sheets.attention_inputs import sizes
from course_utils.checks.work import claimed_matrix

sheet = Sheet("R3", choices={"points": 0.5})


sheet.choice(
    "R3.1",
    "queries and keys of different widths",
    asks="""
    Queries are 4 features wide, keys 6. Which rule cannot score them?
    """,
    letter="b",
    options={
        "a": ("additive", "Rule 2 gives each side its own matrix: 4 → d_a and 6 → d_a."),
        "b": (
            "scaled dot",
            "Yes: q · k multiplies feature by feature, so both need the same width.",
        ),
        "c": ("general", "q W kᵀ with W (4, 6) is exactly for this."),
        "d": ("concat-linear", "[q; k] has 10 features, and w has 10 numbers: no problem."),
    },
    hints=(
        "Which rule multiplies the first feature of q with the first of k?",
        "Σ q_i k_i needs as many i on both sides: rule ____.",
    ),
)

X_I, X_J = np.array([2.0, 1]), np.array([1.0, 3])


class _Looks(NamedTuple):
    """Two matrices, and the scores that they make: of i for j, and of j for i."""

    W_query: np.ndarray
    W_key: np.ndarray
    i_to_j: float
    j_to_i: float

    def told(self):
        """Return both scores as rows of evidence."""
        return [("i → j", f"{self.i_to_j:.3g}"), ("j → i", f"{self.j_to_i:.3g}")]


def _both_scores(answer, rng):
    if not isinstance(answer, list | tuple | np.ndarray) or len(answer) != 2:
        raise Failure(f"Give [W_query, W_key], two matrices; got {shown(answer)}")
    names = ("W_query", "W_key")
    W_query, W_key = (claimed_matrix(n, W, (2, 2)) for n, W in zip(names, answer, strict=True))
    i_to_j, j_to_i = X_I @ W_query @ (X_J @ W_key), X_J @ W_query @ (X_I @ W_key)
    return _Looks(W_query, W_key, i_to_j, j_to_i)


def _the_same_both_ways(seen):
    return np.isclose(seen.i_to_j, seen.j_to_i, rtol=1e-12, atol=1e-12)


@sheet.claim(
    "R3.2",
    "one word looks at the other, and not back",
    points=0.5,
    asks="""
    Two words, x_i = [2, 1] and x_j = [1, 3]. Give a W_query and a W_key, each two rows of two
    numbers, with which the score i → j = (x_i W_query) · (x_j W_key) is larger than j → i by at
    least 1. Any such pair passes.
    """,
    what="a list of two matrices, [W_query, W_key]",
    tried=_both_scores,
    hints=(
        "Write the score of words i and j, and then that of j and i. When are they the same?",
        "x_i (W_query W_keyᵀ) x_jᵀ: keep W_query = [[1, 0], [0, 1]]; W_key is a quarter ____.",
    ),
)
def look_one_way():
    """Right: only where W_query W_keyᵀ is not symmetric can i → j differ from j → i."""
    return [[[1, 0], [0, 1]], [[0, -1], [1, 0]]]


@look_one_way.also_right
def one_feature_asks_for_the_other():
    return ([[1, 0], [0, 0]], [[0, 0], [1, 0]])


@look_one_way.also_right
def as_arrays():
    return np.array([[[1.0, 0], [0, 1]], [[0, -3], [3, 0]]])


@look_one_way.also_right
def a_turn_in_the_query():
    return np.array([[0.0, 1], [-1, 0]]), 2 * np.eye(2)


@look_one_way.mistake(
    shows=lambda seen: seen.told() if not (seen.W_query @ seen.W_key.T).any() else None
)
def all_scores_0():
    """W_query W_keyᵀ is 0 here, so every score is: nobody looks at anybody more than at others."""
    return [[[0, 0], [0, 0]], [[1, 0], [0, 1]]]


@look_one_way.mistake(
    shows=lambda seen: seen.told() if np.array_equal(seen.W_query, seen.W_key) else None
)
def one_matrix_for_both():
    """One and the same matrix for both: (x_i W) · (x_j W) is the same both ways round."""
    return [[[1, 2], [0, 1]], [[1, 2], [0, 1]]]


@look_one_way.mistake(shows=lambda seen: seen.told() if _the_same_both_ways(seen) else None)
def symmetric_together():
    """Two different matrices, yet W_query W_keyᵀ is symmetric, and both scores are the same."""
    return [[[2, 0], [0, 1]], [[1, 0], [0, 1]]]


@look_one_way.mistake(shows=lambda seen: seen.told() if seen.i_to_j < seen.j_to_i else None)
def the_other_way_round():
    """Here j looks at i more than i at j. Exchange W_query and W_key."""
    return [[[0, -1], [1, 0]], [[1, 0], [0, 1]]]


@look_one_way.mistake(
    shows=lambda seen: seen.told() if not seen.i_to_j - seen.j_to_i > 1 - 1e-9 else None
)
def less_than_1_apart():
    """The right way round, but less than 1 apart. Twice a matrix makes twice the difference."""
    return [[[0.1, 0], [0, 0.1]], [[0, -0.5], [0.5, 0]]]


sheet.choice(
    "R3.3",
    "how far gradients reach",
    asks="""
    At length 40 the gradient of the last symbol at the first state is some 10,000 times
    larger with attention than without. Why?
    """,
    letter="a",
    options={
        "a": (
            "its way back is one weighted sum",
            "Yes: the context is a weighted sum, so the loss reaches each state directly.",
        ),
        "b": (
            "each weight makes it larger",
            "Weights are at most 1: attention makes nothing larger on the way.",
        ),
        "c": (
            "the gates are not passed any more",
            "The encoder still runs through all 40 steps, with its gates.",
        ),
        "d": (
            "the loss itself is far larger",
            "A larger loss would not do it: along 40 steps the gradient shrinks 10,000 times.",
        ),
    },
    hints=(
        "How many steps of the GRU lie between the loss and the first state, with attention?",
        "Without: 40 steps back. With: through the weighted sum, ____.",
    ),
)

sheet.choice(
    "R3.4",
    "百 looks at “and”",
    asks="""
    For “three hundred and five” a translator writes 三百零五, as it should. Row 百 of its map
    has the largest weight on “and”. How can that be?
    """,
    letter="c",
    options={
        "a": ("rows and columns were exchanged", "The map is read rightly: row 百, column “and”."),
        "b": (
            "the model did not translate 百",
            "The translation is right; only the place of the weight surprises.",
        ),
        "c": (
            "the state at “and” has read “hundred”",
            "Yes: weights point at states, and a state carries what was read before it.",
        ),
        "d": (
            "it cannot tell the two words apart",
            "The words are told apart well: “and” is one of the commonest.",
        ),
    },
    hints=(
        "Keys are encoder states. What does the state at “and” know?",
        "It has read “hundred” one step ____.",
    ),
)


@sheet.value(
    "R3.5",
    "what attention adds",
    points=0.5,
    asks="""
    Encoder and decoder are GRUs, 200 wide. Source and target have 24 words. How many
    multiply-adds does the dot product, with its mix, add to theirs, in percent? One number,
    within 0.1.
    """,
    what="one number, in percent",
    tolerance=0.1,
    hints=(
        "Which two numbers did lesson 11 compare?",
        "n / (6 · d) = 24 / ____, times 100.",
    ),
)
def added_by_attention():
    """Right: n / 6d = 24 / 1,200."""
    return 2


@added_by_attention.mistake
def length_against_width():
    """12 % is n / d. The GRUs have 6 d² a step."""
    return 12


@added_by_attention.mistake
def as_long_as_wide():
    """17 % comes out for n = d. Here the sentence is short and the model wide."""
    return 100 / 6


@added_by_attention.mistake
def as_much_again():
    """100 % would be as much again. Length against width: 24 words are far fewer than 6 · 200."""
    return 100


@added_by_attention.mistake
def half_a_gru():
    """4 % is n / 3d. Two gates and a candidate, each with two products: 6 d² a step."""
    return 4


@added_by_attention.mistake
def not_in_percent():
    """0.02 is the share. Asked is percent, 100 times that."""
    return 0.02


@sheet.value(
    "R3.6",
    "a score of 0",
    points=0.5,
    asks="""
    Three keys have the scores 1, 1 and 4. The third is to be hidden, so its score is set to
    0, and then comes softmax. Which weight has it? One number, within 0.005; Python may
    compute it.
    """,
    what="one number, the weight of the third key",
    tolerance=0.005,
    hints=(
        "What is exp(0)?",
        "1 / (e¹ + e¹ + ____)",
    ),
)
def weight_of_a_score_of_0():
    """Right: 1 / (2.72 + 2.72 + 1), some 16 %. Only −∞ gives exactly 0."""
    return 1 / (2 * np.e + 1)


@weight_of_a_score_of_0.mistake
def hidden():
    """exp(0) is 1, not 0: a score of 0 is a score like any other."""
    return 0


@weight_of_a_score_of_0.mistake
def a_third():
    """A third each only if all three scores were equal."""
    return 1 / 3


@weight_of_a_score_of_0.mistake
def score_kept():
    """That is its weight with the score 4. It was set to 0 before softmax."""
    return np.exp(4) / (2 * np.e + np.exp(4))


@weight_of_a_score_of_0.mistake
def against_one_key():
    """Your result is as if there was one other key: softmax counts both in, e¹ + e¹."""
    return 1 / (np.e + 1)


@weight_of_a_score_of_0.mistake
def left_out_of_the_sum():
    """Softmax counts it in: its own 1 belongs to the sum that it is divided by."""
    return 1 / (2 * np.e)


sheet.choice(
    "R3.7",
    "too good to be true",
    asks="""
    A translator reads whole target sentences while it trains. Its loss is nearly 0, and
    what it writes afterwards is nonsense. Which mask did it lack?
    """,
    letter="d",
    options={
        "a": (
            "one for padded source words",
            "Without it the model looks at padding. That spoils it, and gives no answer away.",
        ),
        "b": (
            "one for each sentence's block",
            "It keeps sentences of one row apart. Here each has a row of its own.",
        ),
        "c": (
            "one for padded target words",
            "The loss would count padding: a wrong number, and no answer given away.",
        ),
        "d": (
            "one for what comes later",
            "Yes: each position saw the symbol that it had to predict.",
        ),
    },
    hints=(
        "What does the model see in training that it cannot see when it writes?",
        "Position t may look at 0 … ____.",
    ),
)


@sheet.value(
    "R3.8",
    "five words and nine tiles",
    points=0.5,
    asks="""
    A text has 5 words, an image 9 tiles. How many scores are there if words ask tiles, and
    how many if all fourteen stand in one sequence that attends to itself? Two whole numbers.
    """,
    what="two whole numbers, across and joined",
    hints=(
        "Who asks and who is asked, in each of the two ways?",
        "n · m against (n + m)², with n = 5 and m = ____.",
    ),
)
def scores_counted():
    """Right: 5 · 9 across, and (5 + 9)² joined."""
    return 45, 196


@scores_counted.mistake
def a_sum_across():
    """Across: each of 5 words asks each of 9 tiles. That is no sum."""
    return 14, 196


@scores_counted.mistake
def only_words_and_tiles():
    """Joined, words ask words and tiles ask tiles too: four blocks."""
    return 45, 90


@scores_counted.mistake
def inner_blocks_alone():
    """106 are the two inner blocks, 25 + 81. Joined there are all four."""
    return 45, 106


@sheet.value(
    "R3.9",
    "coverage",
    points=0.5,
    asks="""
    Three steps of writing give the four words of the source the weights [0.7, 0.1, 0.1, 0.1],
    then [0.1, 0.5, 0.2, 0.2], then [0.1, 0.2, 0.6, 0.1]. What is the coverage of the second word
    after them? One number, within 0.005.
    """,
    what="one number, the coverage of the second word",
    tolerance=0.005,
    hints=(
        "Row = step, column = source word. Where do all weights of one word stand?",
        "weights.sum(axis=____)",
    ),
)
def covered():
    """Right: the sum of its column, one weight from each step so far."""
    return 0.1 + 0.5 + 0.2


@covered.mistake
def sum_of_the_row():
    """A row sums to 1 at each step, whatever was read."""
    return 1


@covered.mistake
def largest_weight():
    """The largest weight is one step. Coverage adds up all steps."""
    return 0.5


@covered.mistake
def steps():
    """Steps are not counted: how much was read is a sum of weights."""
    return 3


@covered.mistake
def mean_of_the_column():
    """That is the mean of its column. Coverage is the sum: it grows with every step."""
    return 0.8 / 3


sheet.choice(
    "R3.10",
    "without the top key",
    asks="""
    You take the key with the largest weight away from a trained classifier. 95 % of its
    answers stay. What does that show?
    """,
    letter="b",
    options={
        "a": (
            "the largest weight had been the reason",
            "A weight is a share of a mix. Whether it decides, only an intervention tells.",
        ),
        "b": (
            "that weight was seldom what decided",
            "Yes: an answer that stays is strong evidence against that weight as its cause.",
        ),
        "c": (
            "the model makes no use of attention",
            "It may use attention well: other states can carry the same news.",
        ),
        "d": (
            "the weights were computed wrongly",
            "The weight was there. It was taken away, and the answer did not need it.",
        ),
    },
    hints=(
        "You removed something and nothing happened. Was it the cause?",
        "An answer that stays: evidence ____ the weight as its cause.",
    ),
)


@sheet.order(
    "R3.11",
    "joined, and yet across",
    points=2,
    asks="""
    Six of these eight lines make `def text_looks_at_image(text, image):`. Both stand in one
    sequence, yet words look at tiles only. `softmax` of the course hides where the mask is
    False. Two lines are wrong and stay out. Give the numbers of the six in an order that
    works.
    """,
    lines={
        1: "    tokens = np.concatenate([text, image])",
        2: "    tokens = np.concatenate([text, image], axis=1)",
        3: "    mask = np.zeros((len(tokens), len(tokens)), dtype=bool)",
        4: "    mask[: len(text), len(text) :] = True",
        5: "    mask[len(text) :, : len(text)] = True",
        6: "    scores = tokens @ tokens.T / np.sqrt(tokens.shape[1])",
        7: "    weights = softmax(scores, mask=mask)",
        8: "    return (weights @ tokens)[: len(text)]",
    },
    hints=(
        "Of the four blocks of the joined map, which one has text as rows and image as columns?",
        "1, 3, ____, the scores, softmax, the rows of the text.",
    ),
)
def text_looks_at_image():
    """Right: one block of the joined map is cross-attention, from text to image."""
    return (1, 3, 4, 6, 7, 8)


@text_looks_at_image.also_right
def opened_after_the_scores():
    return (1, 3, 6, 4, 7, 8)


@text_looks_at_image.also_right
def scored_before_the_mask():
    return (1, 6, 3, 4, 7, 8)


@text_looks_at_image.mistake(shows=lambda order: 2 in order)
def joined_along_the_features():
    """Line 2 joins feature to feature. Joined sequences stand one below the other: more
    tokens, no wider.
    """
    return (2, 3, 4, 6, 7, 8)


@text_looks_at_image.mistake(shows=lambda order: 5 in order)
def the_image_asks():
    """Line 5 lets the image look at the text: row = who asks, and the rows of the text come
    first.
    """
    return (1, 3, 5, 6, 7, 8)


@text_looks_at_image.mistake(shows=lambda order: stands_before(order, 4, 3))
def opened_before_it_is_there():
    """Line 4 opens a block of the mask that line 3 has not made yet."""
    return (1, 4, 3, 6, 7, 8)


@text_looks_at_image.mistake(shows=lambda order: stands_before(order, 7, 4))
def opened_after_softmax():
    """When line 7 uses the mask, nobody may look at anything: open the block before."""
    return (1, 3, 6, 7, 4, 8)


@text_looks_at_image.mistake(shows=lambda order: stands_before(order, 7, 6))
def weighed_before_scored():
    """Line 7 needs the scores, which line 6 makes."""
    return (1, 3, 4, 7, 6, 8)


def _lengths(rng, square=False):
    """Lengths from 1 to n, and n positions."""
    batch, n = sizes(rng, 2, square)
    return rng.integers(1, n + 1, batch), n


def _is_real(lengths, n):
    return np.arange(n) < lengths[:, None]


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


@sheet.function(
    "R3.12",
    "bug hunt: two masks in one",
    points=3,
    asks="""
    A decoder must see neither the future nor padding. This mask was copied from a library
    in which True means *hidden*, and both were turned round to True = may look. Now the
    model sees too much. Write `decoder_mask`, the same without the bug. Every row gets its
    mask, padded ones too.
    """,
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
    hints=(
        "May a key be looked at that is a word, but lies ahead?",
        "causal ____ real: a key must be allowed by both.",
    ),
)
def decoder_mask(lengths, n):
    """Right: with True = may look, a key must be allowed by every reason."""
    causal = np.tri(n, dtype=bool)  # (query, key)
    real = (np.arange(n) < lengths[:, None])[:, None]  # (batch, 1, key)
    return causal & real


@decoder_mask.also_right
def in_loops(lengths, n):
    return [[[j <= i and j < length for j in range(n)] for i in range(n)] for length in lengths]


@decoder_mask.also_right
def product_in_float32(lengths, n):
    return np.tri(n, dtype=np.float32) * np.float32(_is_real(lengths, n))[:, None]


@decoder_mask.also_right
def up_to_the_smaller(lengths, n):
    ends = np.minimum(np.arange(1, n + 1), lengths[:, None])  # (batch, query)
    return np.arange(n) < ends[..., None]


@decoder_mask.mistake
def not_repaired(lengths, n):
    """“Or” opens a key that one reason allows. With True = may look, all reasons must allow
    it.
    """
    causal = np.tri(n, dtype=bool)
    real = (np.arange(n) < lengths[:, None])[:, None]
    return causal | real


@decoder_mask.mistake
def padding_alone(lengths, n):
    """Padding is hidden, but each position sees what comes after it."""
    real = (np.arange(n) < lengths[:, None])[:, None]
    return np.repeat(real, n, axis=1)


@decoder_mask.mistake
def future_alone(lengths, n):
    """The future is hidden, but late positions still look at padding."""
    return np.tile(np.tri(n, dtype=bool), (len(lengths), 1, 1))


@decoder_mask.mistake
def hidden_ones_marked(lengths, n):
    """This marks what is hidden. In this course True means: may look."""
    causal = np.tri(n, dtype=bool)
    real = (np.arange(n) < lengths[:, None])[:, None]
    return ~(causal & real)


@decoder_mask.mistake
def queries_masked(lengths, n):
    """Your result is as if you emptied the rows of padded queries. Padding must not be looked
    AT: mask the keys.
    """
    causal = np.tri(n, dtype=bool)
    real = (np.arange(n) < lengths[:, None])[:, :, None]
    return causal & real


@decoder_mask.mistake
def upper_triangle(lengths, n):
    """This is the upper triangle: each position sees what comes after it, and not before."""
    causal = np.triu(np.ones((n, n), dtype=bool))
    real = (np.arange(n) < lengths[:, None])[:, None]
    return causal & real


@decoder_mask.mistake
def itself_hidden(lengths, n):
    """A position must see itself: row 0 sees nothing at all here."""
    causal = np.tri(n, k=-1, dtype=bool)
    real = (np.arange(n) < lengths[:, None])[:, None]
    return causal & real


@decoder_mask.mistake
def one_place_too_many(lengths, n):
    """One key too many: 2 words stand at the places 0 and 1, so < and not ≤."""
    causal = np.tri(n, dtype=bool)
    real = (np.arange(n) <= lengths[:, None])[:, None]
    return causal & real


sheet.reason(
    "R3.13",
    "a sentence for a report",
    asks="""
    A report shows a map and says: “The model wrote 百 *because of* the word “and”: its
    weight is .87.” What would you write instead, and what would you test first? At least 20
    words, in any language. The text is recorded, not scored.
    """,
    least_words=20,
    praise="Compare it with a solution: does yours name a test whose outcome could refute it?",
    hints=(
        "What does a weight of .93 say for certain, and what does it leave open?",
        "Say what is ____, change the weights, and report what the ____ does.",
    ),
)
