"""The exercises of review R4, after lessons 15 to 19: ten questions, an order, a bug, a reason."""

from typing import NamedTuple

import numpy as np

from course_utils.checks.answers import as_numbers, shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.checks.returned import Failure
from course_utils.checks.sheets.attention_inputs import sizes

sheet = Sheet("R4", choices={"points": 0.5})


sheet.choice(
    "R4.1",
    "a hundred places further",
    asks="""
    Query and key are rotated by their places, 7 and 3. Now both words stand a hundred places
    further, at 107 and 103. What does their score do?
    """,
    letter="c",
    options={
        "a": (
            "it shrinks, for the text is longer",
            "A rotation changes no length, and softmax comes later.",
        ),
        "b": (
            "it changes, for all angles are others",
            "Both turned by a hundred places more, the query and the key alike.",
        ),
        "c": (
            "it stays as it was: the same distance",
            "Yes: turned alike, the angle between the two is that of 4 places, before and after.",
        ),
        "d": (
            "it is taken off a price for 100 places",
            "That is a price for distance, another way. And the distance here is still 4.",
        ),
    },
    hints=(
        "Turn two hands of a clock by the same angle. What does the angle between them do?",
        "7 − 3 = 4, and 107 − 103 = ____.",
    ),
)


@sheet.value(
    "R4.2",
    "a price for distance",
    points=0.5,
    asks="""
    The newest of three tokens asks all three, itself too. Every dot product is 0; each place of
    distance costs ln 2. Which weights have the three keys, oldest first? Three numbers, within
    0.005.
    """,
    what="three numbers, the oldest key first",
    tolerance=0.005,
    hints=(
        "How far is each key from the newest token, and what does it pay?",
        "exp(−2 ln 2) = 1/4, then 1/2, then ____; divide by their sum.",
    ),
)
def priced():
    """Right: 1/4, 1/2 and 1, over their sum 7/4."""
    return 1 / 7, 2 / 7, 4 / 7


@priced.mistake
def newest_first():
    """Your result is as if the newest key came first. Asked is the oldest first."""
    return 4 / 7, 2 / 7, 1 / 7


@priced.mistake
def not_priced():
    """A third each is right where distance costs nothing."""
    return 1 / 3, 1 / 3, 1 / 3


@priced.mistake
def not_normalised():
    """These are what softmax begins with. Weights sum to 1: divide by 7/4."""
    return 0.25, 0.5, 1


@priced.mistake
def prices_as_weights():
    """Weights in the ratio of distances? A price is taken off a score, and exp comes after."""
    return 0, 1 / 3, 2 / 3


@priced.mistake
def places_count_from_one():
    """These are in the ratio 1 : 2 : 3. A price of ln 2 halves: each place further has half."""
    return 1 / 6, 2 / 6, 3 / 6


@sheet.value(
    "R4.3",
    "what heads cost",
    points=0.5,
    asks="""
    A layer is 64 wide and has 4 heads; a text has 10 tokens, which attend to themselves. How many
    numbers has W_Q, and how many have the maps of all heads together? Two whole numbers.
    """,
    what="two whole numbers, of W_Q and of all maps",
    hints=(
        "Do four heads need more columns of W_Q, or do they share those that are there?",
        "64 · 64, and ____ maps of 10 · 10.",
    ),
)
def cost_of_heads():
    """Right: heads share the columns; each has a map of its own."""
    return 4096, 400


@cost_of_heads.mistake
def a_matrix_for_each_head():
    """16,384 is four matrices (64, 64). Heads share one: each takes 16 of its columns."""
    return 16384, 400


@cost_of_heads.mistake
def one_map_for_all():
    """100 is one map. Each head has its own weights, of every token on every token."""
    return 4096, 100


@cost_of_heads.mistake
def columns_of_one_head():
    """1,024 numbers are the columns of one head. W_Q holds those of all four."""
    return 1024, 400


@cost_of_heads.mistake
def maps_as_wide_as_a_head():
    """Is a map as wide as a head? It has a row for each query and a column for each key."""
    return 4096, 4 * 10 * 16


sheet.choice(
    "R4.4",
    "a sharp map, and nothing lost",
    asks="""
    A head gives the verb nine tenths of its weight, in every sentence. You take it away, and the
    error of the model stays as it was. How can that be?
    """,
    letter="a",
    options={
        "a": (
            "W_O hardly reads what this head fetches",
            "Yes: a map says where a head looks, and not whether anybody listens.",
        ),
        "b": (
            "sharp maps come from untrained heads",
            "Heads that are not trained have flat maps rather. And the map may well be learned.",
        ),
        "c": (
            "its rows of W_O go on working without it",
            "They meet zeros then: nothing comes through them.",
        ),
        "d": (
            "its weights are shared among the others",
            "Nothing is shared out: each head has a softmax of its own.",
        ),
    },
    hints=(
        "What stands between a head's mix and the output of the layer?",
        "output = side by side @ ____: its rows for this head may be small.",
    ),
)


@sheet.value(
    "R4.5",
    "what two scores are told",
    points=0.5,
    asks="""
    Two keys have the weights 0.8 and 0.2. The loss tells these weights 1 and 6. What are the two
    scores told? Two numbers, within 0.005.
    """,
    what="two numbers",
    tolerance=0.005,
    hints=(
        "The mean of what the weights are told, weighed by the weights, comes first.",
        "0.8 · 1 + 0.2 · 6 = 2. Then 0.8 · (1 − 2) and 0.2 · (____).",
    ),
)
def two_scores():
    """Right: −0.8 and 0.8. They sum to 0, as in every row."""
    return -0.8, 0.8


@two_scores.mistake
def mean_left_out():
    """0.8 · 1 and 0.2 · 6 leave out the mean: moving one weight moves the other. Take 2 off."""
    return 0.8, 1.2


@two_scores.mistake
def the_diagonal_alone():
    """α (1 − α) times what each is told is the diagonal alone. The other weight moves as well."""
    return 0.16, 0.96


@two_scores.mistake
def not_weighed():
    """1 − 2 and 6 − 2 still have to be multiplied by their weights."""
    return -1, 4


@two_scores.mistake
def plain_mean():
    """3.5 is the plain mean of 1 and 6. Weigh it by 0.8 and 0.2."""
    return 0.8 * (1 - 3.5), 0.2 * (6 - 3.5)


@two_scores.mistake
def turned_round():
    """The signs are turned round: what is told less than the mean goes down."""
    return 0.8, -0.8


sheet.choice(
    "R4.6",
    "why a row sums to 0",
    asks="""
    Whatever the loss is, the gradients at the scores of one row sum to 0. Why?
    """,
    letter="d",
    options={
        "a": (
            "gradients at the weights sum to 0 already",
            "They may be anything, such as 1 and 6. What does one number on all scores do?",
        ),
        "b": (
            "in the minimum all gradients are 0",
            "It holds from the first step on, long before a minimum.",
        ),
        "c": (
            "gains of one key are losses of the query",
            "Query and key are behind the scores; the row sums to 0 before they are asked.",
        ),
        "d": (
            "one number on all scores moves no weight",
            "Yes: softmax sees differences alone, so along (1, 1, …, 1) the loss is flat.",
        ),
    },
    hints=(
        "Add 100 to every score of the row. What do its weights do, and the loss?",
        "A direction in which the loss is flat: (1, 1, …, 1) · gradient = ____.",
    ),
)


@sheet.value(
    "R4.7",
    "blocks behind a mask",
    points=0.5,
    asks="""
    Eight tokens look at themselves and back. Queries and keys are cut into blocks of 2 tokens: a
    grid of 16 blocks of scores. How many of them must be computed? One whole number.
    """,
    what="one whole number",
    hints=(
        "Draw the grid, 4 by 4. Which blocks are hidden whole?",
        "1 + 2 + 3 + ____.",
    ),
)
def blocks_computed():
    """Right: the diagonal and what is below it, 1 + 2 + 3 + 4."""
    return 10


@blocks_computed.mistake
def half_of_them():
    """8 is half. The blocks on the diagonal are half hidden, and must be computed all the same."""
    return 8


@blocks_computed.mistake
def below_the_diagonal():
    """6 leaves out the diagonal: there each token looks at itself."""
    return 6


@blocks_computed.mistake
def all_blocks():
    """16 is all of them. Above the diagonal there is nothing to look at: skip those."""
    return 16


@blocks_computed.mistake
def single_scores():
    """36 counts single scores. Asked are blocks of 2 by 2."""
    return 36


sheet.choice(
    "R4.8",
    "keys and values, and no queries",
    asks="""
    While a text is written, the keys and values of all its tokens are kept. Why are their queries
    not?
    """,
    letter="b",
    options={
        "a": (
            "a query is the same as its key",
            "W_Q and W_K are two matrices. And if they were one, it would be kept as the key.",
        ),
        "b": (
            "a query is used in its own step alone",
            "Yes: an old token has asked. Its key and value are read in all later steps.",
        ),
        "c": (
            "a query changes with every new token",
            "Behind a mask that looks back nothing of an old token changes.",
        ),
        "d": (
            "queries would need more bytes than keys",
            "A query is as wide as a key. It would fit; nobody would read it.",
        ),
    },
    hints=(
        "Token 5 is being written. Whose query is used, and whose keys?",
        "Query of token 5, keys of tokens 0 … ____.",
    ),
)


@sheet.value(
    "R4.9",
    "without the top weight",
    points=0.5,
    asks="""
    A row of weights is 0.5, 0.3 and 0.2. Take the largest away, as an intervention: what remains
    is a row of weights again. Which three numbers has it? Within 0.005.
    """,
    what="three numbers",
    tolerance=0.005,
    hints=(
        "What must a row of weights sum to?",
        "0, 0.3 and 0.2, each divided by ____.",
    ),
)
def without_the_top():
    """Right: 0.3 and 0.2 over their sum 0.5."""
    return 0, 0.6, 0.4


@without_the_top.mistake
def not_renormalised():
    """These sum to 0.5: the mix would shrink too, and you would change two things at once."""
    return 0, 0.3, 0.2


@without_the_top.mistake
def shared_out_equally():
    """Your result is as if the 0.5 were shared out equally. Divide by what is left: ratios stay."""
    return 0, 0.55, 0.45


@without_the_top.mistake
def equal_weights():
    """That is a row of equal weights, another intervention: here the ratio 3 : 2 stays."""
    return 0, 0.5, 0.5


@without_the_top.mistake
def softmax_again():
    """Your result is as if softmax came once more. 0.3 and 0.2 are weights already: divide."""
    e = np.exp([0.3, 0.2])
    return 0, *(e / e.sum())


@without_the_top.mistake
def the_smallest_away():
    """Here the smallest is gone. The largest, 0.5, was to go."""
    return 0.625, 0.375, 0


VALUES, WEIGHTS, LEAST = np.array([0.0, 1, 2]), np.array([0.2, 0.6, 0.2]), 0.1


class _Row(NamedTuple):
    """A row of weights, and what it mixes of the three values."""

    weights: np.ndarray

    @property
    def mix(self):
        return float(self.weights @ VALUES)

    @property
    def change(self):
        return float(np.abs(self.weights - WEIGHTS).max())


def _row_of_three(answer, rng):
    weights = as_numbers(answer)
    if weights is None or weights.shape != (3,) or not np.isfinite(weights).all():
        raise Failure(f"Give three numbers, a row of weights; got {shown(answer)}")
    return _Row(weights.astype(float))


@sheet.claim(
    "R4.10",
    "other weights, the same answer",
    points=0.5,
    asks="""
    Three keys have the values 0, 1 and 2, one number each. The weights 0.2, 0.6 and 0.2 mix them
    to 1. Give **another** row of weights that mixes them to 1 as well: at least one weight differs
    by 0.1 or more. Any such row passes.
    """,
    what="a list of three weights",
    tried=_row_of_three,
    hints=(
        "Which change of the weights leaves their sum alone, and the mix too?",
        "Add t, −2 t and ____ · t: the sum and the mix of 0, 1, 2 stay.",
    ),
)
def same_answer():
    """Right: along (1, −2, 1) neither the sum nor the mix changes, and no weight is below 0."""
    return [0.4, 0.2, 0.4]


@same_answer.also_right
def all_on_the_middle():
    return (0, 1, 0)


@same_answer.also_right
def all_on_the_ends():
    return np.array([0.5, 0, 0.5])


@same_answer.also_right
def equal_parts_in_float32():
    return np.full(3, 1 / 3, np.float32)


@same_answer.mistake(
    shows=lambda seen: (
        [("smallest", f"{seen.weights.min():.3g}")] if seen.weights.min() < 0 else None
    )
)
def a_weight_below_0():
    """A weight is below 0: softmax never gives that. Take a smaller step in this direction."""
    return [-0.1, 1.2, -0.1]


@same_answer.mistake(
    shows=lambda seen: (
        [("sum", f"{seen.weights.sum():.3g}")] if abs(seen.weights.sum() - 1) > 1e-4 else None
    )
)
def no_sum_of_1():
    """This should hold, and does not: a row of weights sums to 1."""
    return [0.2, 0.2, 0.4]


@same_answer.mistake(
    shows=lambda seen: [("mix", f"{seen.mix:.3g}")] if abs(seen.mix - 1) > 1e-3 else None
)
def another_answer():
    """A row of weights, and it mixes the values 0, 1, 2 to another number than 1."""
    return [0.6, 0.2, 0.2]


@same_answer.mistake(shows=lambda seen: [("largest change", "0")] if seen.change < 1e-6 else None)
def the_same_weights():
    """These are the weights that are given. Asked are others with the same mix."""
    return [0.2, 0.6, 0.2]


@same_answer.mistake(
    shows=lambda seen: (
        [("largest change", f"{seen.change:.3g}")] if seen.change < LEAST - 1e-6 else None
    )
)
def hardly_another():
    """The mix is right. But no weight differs by 0.1: go further in the same direction."""
    return [0.22, 0.56, 0.22]


@sheet.order(
    "R4.11",
    "one block more",
    points=2,
    asks="""
    Six of these eight lines make `def one_block_more(largest, total, mix, scores, values):`. For
    one query, `largest`, `total` and `mix` are kept of the blocks before; a block of scores (k,)
    and values (k, d_v) comes in. Two lines are wrong and stay out. Give the numbers of the six in
    an order that works.
    """,
    lines={
        1: "    top = max(largest, scores.max())",
        2: "    kept = np.exp(top - largest)",
        3: "    kept = np.exp(largest - top)",
        4: "    parts = np.exp(scores - top)",
        5: "    parts = np.exp(scores - largest)",
        6: "    total = kept * total + parts.sum()",
        7: "    mix = kept * mix + parts @ values",
        8: "    return top, total, mix",
    },
    hints=(
        "Old sums were measured against the old largest. What brings them to the new one?",
        "1, ____, 4, the total, the mix, 8.",
    ),
)
def one_block_more():
    """Right: the new largest first; then old and new parts are measured against it, and added."""
    return (1, 3, 4, 6, 7, 8)


@one_block_more.also_right
def parts_before_kept():
    return (1, 4, 3, 6, 7, 8)


@one_block_more.also_right
def mix_before_total():
    return (1, 3, 4, 7, 6, 8)


@one_block_more.also_right
def both_exchanged():
    return (1, 4, 3, 7, 6, 8)


@one_block_more.mistake(shows=lambda order: 2 in order)
def kept_turned_round():
    """Line 2 makes old sums larger where the new block has the largest score. They must shrink."""
    return (1, 2, 4, 6, 7, 8)


@one_block_more.mistake(shows=lambda order: 5 in order)
def against_the_old_largest():
    """Line 5 measures the new block against the old largest: a large new score overflows."""
    return (1, 3, 5, 6, 7, 8)


@one_block_more.mistake(
    shows=lambda order: stands_before(order, 3, 1) or stands_before(order, 4, 1)
)
def measured_before_it_is_known():
    """Lines 3 and 4 need `top`, which line 1 makes."""
    return (3, 1, 4, 6, 7, 8)


@one_block_more.mistake(
    shows=lambda order: stands_before(order, 6, 4) or stands_before(order, 7, 4)
)
def added_before_there_are_parts():
    """Lines 6 and 7 add the parts of the new block, which line 4 makes."""
    return (1, 3, 6, 4, 7, 8)


@one_block_more.mistake(
    shows=lambda order: stands_before(order, 6, 3) or stands_before(order, 7, 3)
)
def added_before_it_is_kept():
    """Lines 6 and 7 shrink what was kept by `kept`, which line 3 makes."""
    return (1, 4, 6, 3, 7, 8)


def _asked(rng, square=False):
    """A query of each head, the keys that are kept of each, and each head's price of a place."""
    heads, keys, width = sizes(rng, 3, square)
    query, kept = rng.normal(size=(heads, width)), rng.normal(size=(heads, keys, width))
    return query, kept, rng.uniform(0.3, 1.5, heads)


def _newest_pays_nothing(trial):
    query, keys, _ = trial.arguments
    wanted = (query * keys[:, -1]).sum(-1) / np.sqrt(query.shape[-1])
    gap = np.abs(trial.outputs["scores"][:, -1] - wanted).max()
    return None if gap < 1e-3 else f"the newest key is off by {gap:.3g}"


def _one_slope_a_place(trial):
    query, keys, slopes = trial.arguments
    plain = (keys * query[:, None]).sum(-1) / np.sqrt(query.shape[-1])
    prices = plain - trial.outputs["scores"]
    steps = -np.diff(prices, axis=1)
    gap = np.abs(steps - slopes[:, None]).max(initial=0)
    return None if gap < 1e-3 else f"from one key to the next the price is off by {gap:.3g}"


@sheet.function(
    "R4.12",
    "bug hunt: the price of kept keys",
    points=3,
    asks="""
    A model with a price for distance writes a text with kept keys, the oldest first and the
    newest token's own last. The newest token asks: `query` (heads, width), `keys` (heads, m,
    width), `slopes` (heads,), one price for a place in each head. This line was copied from
    training, where it stood for the first token. It runs, and the text turns into nonsense after
    a few tokens. Write `newest_scores` without the bug.
    """,
    outputs=lambda query, keys, slopes: {"scores": keys.shape[:2]},
    inputs=_asked,
    edges={
        "the first token": (np.ones((2, 3)), np.ones((2, 1, 3)), np.array([0.5, 1.0])),
        "one head": (np.ones((1, 4)), np.arange(8.0).reshape(1, 2, 4), np.array([0.25])),
        "no price": (np.ones((2, 4)), np.arange(24.0).reshape(2, 3, 4), np.zeros(2)),
    },
    properties=(
        Property("the newest key pays nothing", _newest_pays_nothing),
        Property("each place further back costs one slope more", _one_slope_a_place),
    ),
    hints=(
        "How far is the oldest of m keys from the newest token? And the newest from itself?",
        "distances = m − 1, m − 2, …, 0: np.arange(m)[____]",
    ),
)
def newest_scores(query, keys, slopes):
    """Right: the newest token stands at the end, so distances count down to 0."""
    m, width = keys.shape[1:]
    distances = np.arange(m)[::-1]
    scores = np.einsum("hd,hmd->hm", query, keys) / np.sqrt(width)
    return scores - slopes[:, None] * distances


@newest_scores.also_right
def head_by_head(query, keys, slopes):
    rows = []
    for q, kept, slope in zip(query, keys, slopes, strict=True):
        last = len(kept) - 1
        dots = [float(q @ key) / len(q) ** 0.5 for key in kept]
        rows.append([dot - slope * (last - j) for j, dot in enumerate(dots)])
    return rows


@newest_scores.also_right
def by_matmul(query, keys, slopes):
    dots = (keys @ query[..., None])[..., 0] * query.shape[-1] ** -0.5
    return dots + np.outer(slopes, np.arange(1 - keys.shape[1], 1))


@newest_scores.also_right
def in_float32(query, keys, slopes):
    query, keys, slopes = (np.asarray(part, np.float32) for part in (query, keys, slopes))
    places = np.arange(keys.shape[1], dtype=np.float32)
    dots = (query[:, None] * keys).sum(-1) / np.sqrt(np.float32(keys.shape[2]))
    return dots - slopes[:, None] * (places[-1] - places)


def _scored(query, keys):
    return np.einsum("hd,hmd->hm", query, keys) / np.sqrt(keys.shape[2])


@newest_scores.mistake
def counted_from_the_start(query, keys, slopes):
    """Your result is as if distances counted from the oldest key: the newest pays most. Who asks
    stands at the end.
    """
    return _scored(query, keys) - slopes[:, None] * np.arange(keys.shape[1])


@newest_scores.mistake
def price_added(query, keys, slopes):
    """Your result is as if the price were added: then far keys win. Take it off."""
    return _scored(query, keys) + slopes[:, None] * np.arange(keys.shape[1])[::-1]


@newest_scores.mistake
def itself_one_away(query, keys, slopes):
    """Your result is as if the newest token were 1 away from itself. Its own distance is 0."""
    return _scored(query, keys) - slopes[:, None] * np.arange(1, keys.shape[1] + 1)[::-1]


@newest_scores.mistake
def one_slope_for_all(query, keys, slopes):
    """Your result is as if all heads paid the first head's price. Each head has its own slope."""
    return _scored(query, keys) - slopes[0] * np.arange(keys.shape[1])[::-1]


@newest_scores.mistake
def the_same_price_everywhere(query, keys, slopes):
    """Your result is as if every key paid one slope, however far it is. Multiply by
    the distance.
    """
    return _scored(query, keys) - slopes[:, None]


@newest_scores.mistake
def price_forgotten(query, keys, slopes):
    """Your result is as if distance cost nothing. The price belongs to it: mend it."""
    return _scored(query, keys)


@newest_scores.mistake
def root_forgotten(query, keys, slopes):
    """Your result is as if nothing were divided. Dot products go over the root of the width."""
    scores = np.einsum("hd,hmd->hm", query, keys)
    return scores - slopes[:, None] * np.arange(keys.shape[1])[::-1]


@newest_scores.mistake
def root_of_all(query, keys, slopes):
    """Your result is as if the price were divided by the root as well. Only dot products are."""
    scores = np.einsum("hd,hmd->hm", query, keys)
    price = slopes[:, None] * np.arange(keys.shape[1])[::-1]
    return (scores - price) / np.sqrt(keys.shape[2])


sheet.reason(
    "R4.13",
    "a map in a talk",
    asks="""
    A slide shows a map of one trained model: “Head 2 looks at the negation, therefore the verdict
    is negative.” What may be said, and what may not? Name three tests, and for each what result
    would speak against the sentence: one on the weights, one on the seeds, one with a baseline. At
    least 30 words, in any language. The text is recorded, not scored.
    """,
    least_words=30,
    praise="Compare it with a solution: could each of your tests refute the sentence?",
    hints=(
        "Lesson 19: could other weights give the same answer? Has another seed the same map?",
        "Take the top weight away and ____; three seeds; equal weights: what if it ____?",
    ),
)
