"""The exercises of sheet 11: multiply-adds, attention's share, memory, a choice to argue for."""

import numpy as np

from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property

sheet = Sheet("11")


def _sizes(rng, square=False):
    if square:
        return (8, 8, 8)
    return tuple(int(size) for size in rng.permutation([6, 10, 14, 22, 26, 34])[:3])


def _exactly(wanted, *arguments, name):
    """A property: for these arguments everyone can work the result out by hand."""

    def broken(trial):
        found = float(trial.call(*arguments)[name])
        return None if np.isclose(found, wanted) else f"{found:g} for {arguments}"

    return broken


def _linear(position, name):
    """Twice one argument gives twice the result."""

    def broken(trial):
        twice = list(trial.arguments)
        twice[position] *= 2
        found, wanted = trial.call(*twice)[name], 2 * trial.outputs[name]
        return None if np.isclose(found, wanted) else f"{found:g}, not {wanted:g}"

    return broken


@sheet.function(
    "11.1",
    "multiply-adds of Q Kᵀ",
    points=1,
    asks="""
    n queries, m keys, both d wide. How many multiply-adds do the scores take? One line is
    enough.
    """,
    outputs=lambda *_: {"count": ()},
    inputs=_sizes,
    edges={"one of each": (1, 1, 1), "a long one": (300, 200, 10)},
    properties=(
        Property("twice the queries, twice the count", _linear(0, "count")),
        Property("twice the keys, twice the count", _linear(1, "count")),
        Property("twice the width, twice the count", _linear(2, "count")),
        Property("one query, one key, width 1: one", _exactly(1, 1, 1, 1, name="count")),
    ),
    hints=(
        "How many scores are there, and how long is one dot product?",
        "n · m scores, each ____ multiply-adds.",
    ),
)
def score_macs(n, m, d):
    """Right: n · m scores, each a dot product of d multiply-adds."""
    return n * m * d


@score_macs.also_right
def query_by_query(n, m, d):
    return sum(m * d for _ in range(n))


@score_macs.also_right
def in_float32(n, m, d):
    return np.float32(n) * m * d


@score_macs.also_right
def by_product(n, m, d):
    return int(np.prod([n, m, d]))


@score_macs.mistake
def scores_counted(n, m, d):
    """That is the number of scores. How many multiply-adds does one score take?"""
    return n * m


@score_macs.mistake
def with_the_mix(n, m, d):
    """Twice too many: a multiply-add counts once, and the mix, stage ③, is not asked for."""
    return 2 * n * m * d


@score_macs.mistake
def added_up(n, m, d):
    """n + m vectors exist, but every query meets every key: n · m."""
    return (n + m) * d


@score_macs.mistake
def keys_meet_keys(n, m, d):
    """That is keys against keys. How often does a query come in?"""
    return m * m * d


def _exchanged(trial):
    n, m, d = trial.arguments
    again = trial.call(m, n, d)["share"]
    return None if np.isclose(again, trial.outputs["share"]) else "another share"


@sheet.function(
    "11.2",
    "what attention adds, as a share",
    points=4,
    asks="""
    A GRU encoder reads m words, a GRU decoder writes n, all d wide; a GRU step takes 6 d².
    Dot attention adds scores and mix. Return what it adds, divided by what encoder and
    decoder take.
    """,
    outputs=lambda *_: {"share": ()},
    inputs=_sizes,
    edges={"thirty words": (30, 30, 100), "long and narrow": (300, 200, 8)},
    properties=(
        Property("the share is 1 where n = m = 6 d", _exactly(1.0, 24, 24, 4, name="share")),
        Property("30 words, width 100 give 0.05", _exactly(0.05, 30, 30, 100, name="share")),
        Property("n and m exchanged give the same", _exchanged),
        Property("10 and 40 words, width 8: 1/3", _exactly(1 / 3, 10, 40, 8, name="share")),
    ),
    hints=(
        "Which two products does attention add, and what do encoder and decoder take together?",
        "(n·m·d + n·m·d) / (6·m·d² + ____)",
    ),
)
def attention_share(n, m, d):
    """Right: 2 n m d beside 6 d² (n + m), which is n / 6d for n = m."""
    added = n * m * d + n * m * d  # ① and ③
    rest = 6 * m * d**2 + 6 * n * d**2
    return added / rest


@attention_share.also_right
def shortened(n, m, d):
    return n * m / (3 * d * (n + m))


@attention_share.also_right
def in_float32(n, m, d):
    return np.float32((n * m * d + n * m * d) / (6 * m * d**2 + 6 * n * d**2))


@attention_share.also_right
def by_harmonic_mean(n, m, d):
    return 1 / (3 * d * (1 / n + 1 / m))


@attention_share.mistake
def mix_forgotten(n, m, d):
    """Your result is as if you counted one of the two products: scores take n m d, and the mix
    as many again.
    """
    return n * m * d / (6 * d * d * (n + m))


@attention_share.mistake(name="n = m assumed")
def n_m_assumed(n, m, d):
    """n / 6d holds for n = m only. Start from 2 n m d over 6 d² (n + m)."""
    return n / (6 * d)


@attention_share.mistake
def encoder_forgotten(n, m, d):
    """Below the line stands the decoder alone. The encoder reads m words too: 6 m d²."""
    return 2 * n * m * d / (6 * n * d * d)


@attention_share.mistake
def three_products_of_a_gate(n, m, d):
    """Two gates and a candidate, each with two products: 6 d² a step, not 3 d²."""
    return 2 * n * m * d / (3 * d * d * (n + m))


@attention_share.mistake
def share_of_the_whole(n, m, d):
    """That is attention's part of everything. Asked is what it adds to the rest."""
    return 2 * n * m * d / (2 * n * m * d + 6 * d * d * (n + m))


@attention_share.mistake
def upside_down(n, m, d):
    """Upside down: attention stands above the line, encoder and decoder below."""
    return 6 * d * d * (n + m) / (2 * n * m * d)


@sheet.value(
    "11.3",
    "self-attention or recurrence?",
    points=2,
    asks="""
    Width d = 384. Self-attention without projections takes 2 n² d multiply-adds, a GRU 6 n d². At
    which length n do both take as many? One whole number; 0 if at none.
    """,
    what="one whole number, the length",
    hints=(
        "Divide 2 n² d and 6 n d² by what they share. What is left?",
        "2 n² d = 6 n d² means n = ____ · d.",
    ),
)
def as_many():
    """Right: 2 n² d > 6 n d² from n > 3 d = 1,152 on. Up to there self-attention needs less."""
    return 3 * 384


@as_many.mistake
def a_third_of_the_width():
    """At n = 128, 2 n² d is far below 6 n d²: divide both by 2 n d, and compare n with 3 d."""
    return 384 / 3


@as_many.mistake
def as_long_as_wide():
    """At n = 384 = d: 2 n² d = 2 d³, and 6 n d² = 6 d³. Self-attention still needs less."""
    return 384


@as_many.mistake
def at_none():
    """One has a square in n; the other grows with n only. So they must cross somewhere."""
    return 0


@as_many.mistake
def six_times_the_width():
    """At n = 2,304 = 6 d: 2 n² d = 72 d³, and 6 n d² = 36 d³. Self-attention needs more already."""
    return 6 * 384


@sheet.value(
    "11.4",
    "the block of additive attention",
    points=2,
    asks="""
    Additive attention takes tanh of a hidden layer for every pair of query and key. With
    n = m = 512, 64 hidden units and float32: how many megabytes (of 1,000,000 bytes) does
    that array take, if it is made at once? Within 0.5.
    """,
    what="one number, in megabytes (1 MB = 1,000,000 bytes)",
    tolerance=0.5,
    mistake_tolerance=0.3,
    hints=(
        "tanh is taken of which array, and what are its three axes?",
        "512 · 512 · ____ numbers, 4 bytes each.",
    ),
)
def megabytes():
    """Right: 67 MB for one map of 512 · 512, 64 times as much as its weights."""
    return 512 * 512 * 64 * 4 / 1e6


@megabytes.mistake
def weights_alone():
    """That is the map of weights, (512, 512). The hidden layer has 64 numbers a pair."""
    return 512 * 512 * 4 / 1e6


@megabytes.mistake(name="numbers, not bytes")
def numbers_not_bytes():
    """That is how many million numbers there are. Each takes 4 bytes."""
    return 512 * 512 * 64 / 1e6


@megabytes.mistake
def float64():
    """8 bytes are float64; here the numbers are float32, 4 bytes."""
    return 512 * 512 * 64 * 8 / 1e6


@megabytes.mistake
def projections():
    """Those are the two projections, (512, 64) each. Their sum for every pair is larger."""
    return 2 * 512 * 64 * 4 / 1e6


@megabytes.mistake
def mebibytes():
    """Your result is as if you divided by 1,048,576. Here 1 MB is 1,000,000 bytes."""
    return 512 * 512 * 64 * 4 / 2**20


@megabytes.mistake(name="bytes")
def bytes_alone():
    """Right in bytes; divide by 1,000,000 for megabytes."""
    return 512 * 512 * 64 * 4


sheet.choice(
    "11.5",
    "what grows while a decoder writes?",
    points=1,
    asks="""
    A model with self-attention writes a long text, word by word. What must be kept, and
    grows with every word?
    """,
    letter="b",
    options={
        "a": (
            "its state",
            "The state has d numbers, before the first word and after the thousandth.",
        ),
        "b": (
            "keys and values",
            "Yes: a key and a value for every position that may still be looked at.",
        ),
        "c": ("its parameters", "Parameters are learned once. They do not depend on the length."),
        "d": (
            "the weights of earlier steps",
            "One row of weights is used and dropped; it grows, but it is not kept.",
        ),
    },
    hints=(
        "What must still be there when step 1,000 looks back at step 1?",
        "For each position that was read: one ____ and one ____.",
    ),
)


sheet.reason(
    "11.6",
    "recommend a design",
    asks="""
    For each input, say with or without attention, and why, with a number from this lesson:
    (a) spoken commands of 8 words on a watch, (b) speech of 2,000 frames to text on a
    server, (c) a log of 100,000 lines, read as it comes. At least 30 words, in any
    language.
    """,
    least_words=30,
    praise="Compare it with a solution: does each of yours name a length, a limit and a count?",
    hints=(
        "For each case: how long is the input, what is scarce, and what does n / 6d say?",
        "8 words: attention adds about ____ %. 100,000 lines: weights would take ____ GB.",
    ),
)
