"""The exercises of sheet 11: multiply-adds, attention's share, memory, a choice to argue for."""

import numpy as np

from course_utils.checks.exercises import (
    ChoiceExercise,
    Mistake,
    Property,
    ReasonExercise,
    ValueExercise,
)
from course_utils.checks.functions import FunctionExercise


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


score_macs = FunctionExercise(
    id="11.1",
    title="multiply-adds of Q Kᵀ",
    points=2,
    name="score_macs",
    arguments=("n", "m", "d"),
    reference=lambda n, m, d: n * m * d,
    outputs=lambda *_: {"count": ()},
    inputs=_sizes,
    edges={"one of each": (1, 1, 1), "a long one": (5_000, 4_000, 64)},
    properties=(
        Property("twice the queries, twice the count", _linear(0, "count")),
        Property("twice the keys, twice the count", _linear(1, "count")),
        Property("twice the width, twice the count", _linear(2, "count")),
        Property("one query, one key, width 1: one", _exactly(1, 1, 1, 1, name="count")),
    ),
    variants=(
        lambda n, m, d: sum(m * d for _ in range(n)),
        lambda n, m, d: np.float32(n) * m * d,
        lambda n, m, d: int(np.prod([n, m, d])),
    ),
    praise="Right: n · m scores, each a dot product of d multiply-adds.",
    mistakes=(
        Mistake(
            "scores counted",
            lambda n, m, d: n * m,
            "That is the number of scores. How many multiply-adds does one score take?",
        ),
        Mistake(
            "with the mix",
            lambda n, m, d: 2 * n * m * d,
            "That is ① and ③ together. Asked are the scores alone.",
        ),
        Mistake(
            "added up",
            lambda n, m, d: (n + m) * d,
            "n + m vectors exist, but every query meets every key: n · m.",
        ),
        Mistake(
            "keys meet keys",
            lambda n, m, d: m * m * d,
            "That is keys against keys. How often does a query come in?",
        ),
    ),
    hints=(
        "How many scores are there, and how long is one dot product?",
        "n · m scores, each ____ multiply-adds.",
    ),
)


def _share(n, m, d):
    return 2 * n * m * d / (6 * d * d * (n + m))


share = FunctionExercise(
    id="11.2",
    title="what attention adds, as a share",
    points=3,
    name="attention_share",
    arguments=("n", "m", "d"),
    reference=_share,
    outputs=lambda *_: {"share": ()},
    inputs=_sizes,
    edges={"thirty words": (30, 30, 1_000), "long and narrow": (3_000, 2_000, 16)},
    properties=(
        Property("the share is 1 where n = m = 6 d", _exactly(1.0, 384, 384, 64, name="share")),
        Property("30 words, width 1,000 give 0.005", _exactly(0.005, 30, 30, 1000, name="share")),
        Property(
            "n and m exchanged give the same",
            lambda trial: (
                None
                if np.isclose(
                    trial.call(*(trial.arguments[i] for i in (1, 0, 2)))["share"],
                    trial.outputs["share"],
                )
                else "another share"
            ),
        ),
        Property("10 and 40 words, width 8: 1/3", _exactly(1 / 3, 10, 40, 8, name="share")),
    ),
    variants=(
        lambda n, m, d: n * m / (3 * d * (n + m)),
        lambda n, m, d: np.float32((n * m * d + n * m * d) / (6 * m * d**2 + 6 * n * d**2)),
        lambda n, m, d: 1 / (3 * d * (1 / n + 1 / m)),
    ),
    praise="Right: 2 n m d beside 6 d² (n + m), which is n / 6d for n = m.",
    mistakes=(
        Mistake(
            "mix forgotten",
            lambda n, m, d: _share(n, m, d) / 2,
            "You counted one of the two products: scores take n m d, and the mix as many again.",
        ),
        Mistake(
            "n = m assumed",
            lambda n, m, d: n / (6 * d),
            "n / 6d holds for n = m only. Start from 2 n m d over 6 d² (n + m).",
        ),
        Mistake(
            "encoder forgotten",
            lambda n, m, d: 2 * n * m * d / (6 * n * d * d),
            "Below the line stands the decoder alone. The encoder reads m words too: 6 m d².",
        ),
        Mistake(
            "three products of a gate",
            lambda n, m, d: 2 * n * m * d / (3 * d * d * (n + m)),
            "Two gates and a candidate, each with two products: 6 d² a step, not 3 d².",
        ),
        Mistake(
            "share of the whole",
            lambda n, m, d: 2 * n * m * d / (2 * n * m * d + 6 * d * d * (n + m)),
            "That is attention's part of everything. Asked is what it adds to the rest.",
        ),
        Mistake(
            "upside down",
            lambda n, m, d: 1 / _share(n, m, d),
            "Upside down: attention stands above the line, encoder and decoder below.",
        ),
    ),
    hints=(
        "Which two products does attention add, and what do encoder and decoder take together?",
        "(n·m·d + n·m·d) / (6·m·d² + ____)",
    ),
)

crossing = ChoiceExercise(
    id="11.3",
    title="self-attention or recurrence?",
    points=1,
    right="c",
    reasons={
        "a": "At n = 64, 2 n² d is far below 6 n d²: divide both by 2 n d, and compare n with 3 d.",
        "b": "At n = 512 = d: 2 n² d = 2 d³, and 6 n d² = 6 d³. Self-attention still needs less.",
        "c": "Yes: 2 n² d > 6 n d² from n > 3 d = 1,536 on.",
        "d": "It has a square in n; the other grows with n only. So it must cross somewhere.",
    },
    hints=(
        "Divide 2 n² d and 6 n d² by what they share. What is left?",
        "2 n² d > 6 n d² means n > ____ · d.",
    ),
)

block = ValueExercise(
    id="11.4",
    title="the block of additive attention",
    points=2,
    what="one number, in megabytes (1 MB = 1,000,000 bytes)",
    expected=512 * 512 * 64 * 4 / 1e6,
    tolerance=0.5,
    mistake_tolerance=0.3,
    praise="Right: 67 MB for one map of 512 · 512, 64 times as much as its weights.",
    mistakes=(
        Mistake(
            "weights alone",
            512 * 512 * 4 / 1e6,
            "That is the map of weights, (512, 512). The hidden layer has 64 numbers a pair.",
        ),
        Mistake(
            "numbers, not bytes",
            512 * 512 * 64 / 1e6,
            "That is how many million numbers there are. Each takes 4 bytes.",
        ),
        Mistake(
            "float64",
            512 * 512 * 64 * 8 / 1e6,
            "8 bytes are float64; here the numbers are float32, 4 bytes.",
        ),
        Mistake(
            "projections",
            2 * 512 * 64 * 4 / 1e6,
            "Those are the two projections, (512, 64) each. Their sum for every pair is larger.",
        ),
        Mistake(
            "mebibytes",
            512 * 512 * 64 * 4 / 2**20,
            "You divided by 1,048,576. Here 1 MB is 1,000,000 bytes.",
        ),
        Mistake(
            "bytes",
            512 * 512 * 64 * 4,
            "Right in bytes; divide by 1,000,000 for megabytes.",
        ),
    ),
    hints=(
        "tanh is taken of which array, and what are its three axes?",
        "512 · 512 · ____ numbers, 4 bytes each.",
    ),
)

generation = ChoiceExercise(
    id="11.5",
    title="what grows while a decoder writes?",
    points=2,
    right="b",
    reasons={
        "a": "The state has d numbers, before the first word and after the thousandth.",
        "b": "Yes: a key and a value for every position that may still be looked at.",
        "c": "Parameters are learned once. They do not depend on the length.",
        "d": "One row of weights is used and dropped; it grows, but it is not kept.",
    },
    hints=(
        "What must still be there when step 1,000 looks back at step 1?",
        "For each position that was read: one ____ and one ____.",
    ),
)

recommend = ReasonExercise(
    id="11.6",
    title="recommend a design",
    points=0,
    least_words=30,
    praise="Compare it with a solution: does each of yours name a length, a limit and a count?",
    hints=(
        "For each case: how long is the input, what is scarce, and what does n / 6d say?",
        "8 words: attention adds about ____ %. 100,000 lines: weights would take ____ GB.",
    ),
)

EXERCISES = (score_macs, share, crossing, block, generation, recommend)
