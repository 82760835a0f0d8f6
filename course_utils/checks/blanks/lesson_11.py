"""What is built in lesson 11: the count of multiply-adds, and a mix that passes by in blocks."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("11")


def _lengths(rng, square=False):
    return (6, 6, 6) if square else tuple(int(x) for x in rng.permutation([5, 8, 13, 21, 34])[:3])


def _by_hand(trial):
    found = np.asarray(trial.call(2, 3, 10)["counts"], dtype=float)
    wanted = [1800, 1200, 60, 60]
    return None if np.allclose(found, wanted) else f"{found.tolist()} for n = 2, m = 3, d = 10"


def _twice_as_wide(trial):
    n, m, d = trial.arguments
    again = np.asarray(trial.call(n, m, 2 * d)["counts"], dtype=float)
    wanted = np.asarray(trial.outputs["counts"], dtype=float) * [4, 4, 2, 2]
    return None if np.allclose(again, wanted) else f"{again.tolist()}, not {wanted.tolist()}"


@lesson.function(
    "11.a",
    "four counts",
    outputs=lambda *_: {"counts": (4,)},
    inputs=_lengths,
    edges={"one word each": (1, 1, 4), "long and narrow": (300, 200, 16)},
    properties=(
        Property("n = 2, m = 3, d = 10, counted on paper", _by_hand),
        Property("twice the width: 4 times the GRUs, twice scores and mix", _twice_as_wide),
    ),
    hints=(
        "How many steps has each GRU? How many scores are there, and how long is a dot product?",
        "return 6 * m * d**2, 6 * n * d**2, ____, ____",
    ),
)
def multiply_adds(n, m, d):
    """Right: encoder, decoder, scores and mix."""
    return 6 * m * d**2, 6 * n * d**2, n * m * d, n * m * d


@multiply_adds.also_right
def as_an_array(n, m, d):
    pairs = n * m * d
    return np.array([6 * d * d * m, 6 * d * d * n, pairs, pairs])


@multiply_adds.also_right
def step_by_step(n, m, d):
    step = (2 + 1) * 2 * d * d
    return [m * step, n * step, sum(m * d for _ in range(n)), sum(m * d for _ in range(n))]


@multiply_adds.also_right
def in_float32(n, m, d):
    return np.array([6 * m * d**2, 6 * n * d**2, n * m * d, n * m * d], dtype=np.float32)


@multiply_adds.mistake
def gates_alone(n, m, d):
    """A step has two gates and a candidate, three in all, each with two products: 6 d²."""
    return 4 * m * d**2, 4 * n * d**2, n * m * d, n * m * d


@multiply_adds.mistake
def one_product_each(n, m, d):
    """Each gate multiplies the input and the state: two products, 6 d² a step and not 3 d²."""
    return 3 * m * d**2, 3 * n * d**2, n * m * d, n * m * d


@multiply_adds.mistake
def exchanged(n, m, d):
    """Encoder and decoder are exchanged: the encoder reads the m words."""
    return 6 * n * d**2, 6 * m * d**2, n * m * d, n * m * d


@multiply_adds.mistake
def numbers_of_scores(n, m, d):
    """That is the number of scores. One score is a dot product, d multiply-adds long."""
    return 6 * m * d**2, 6 * n * d**2, n * m, n * m * d


@multiply_adds.mistake
def mix_without_its_width(n, m, d):
    """Each of the n · m weights multiplies a whole value, d numbers."""
    return 6 * m * d**2, 6 * n * d**2, n * m * d, n * m


@multiply_adds.mistake
def each_with_one(n, m, d):
    """Every one of the n asks all m: n · m scores, not n + m."""
    return 6 * m * d**2, 6 * n * d**2, (n + m) * d, (n + m) * d


def _passing(rng, square=False):
    m, d = sizes(rng, 2, square, least=4)
    return 3 * rng.normal(size=m), rng.normal(size=(m, d)), int(rng.integers(2, m))


def _like_all_at_once(trial):
    scores, values, _ = trial.arguments
    wanted = softmax(np.asarray(scores, dtype=float)) @ values
    return moved(trial.outputs["context"], wanted, 10 * trial.tolerance)


def _any_block(trial):
    scores, values, _ = trial.arguments
    found = trial.call(scores, values, 1)["context"]
    return moved(found, trial.outputs["context"], 10 * trial.tolerance)


VALUES = np.array([[1.0, 0], [0, 2], [5, 5], [3, 1]])


@lesson.function(
    "11.b",
    "a mix in blocks",
    outputs=lambda scores, values, block: {"context": values.shape[1:]},
    inputs=_passing,
    edges={
        "one block holds all": (np.array([1.0, 2, 0, 3]), VALUES, 9),
        "the last block is shorter": (np.array([1.0, 2, 0, 3]), VALUES, 3),
        "large scores come last": (np.array([-1.0, 2, 1000, 1001]), VALUES, 2),
        "large scores come first": (np.array([1000.0, 1001, 2, 1]), VALUES, 2),
        "scores of ±1000 in one block": (np.array([-1000.0, 1000, 0, 3]), VALUES, 3),
        "all scores at −3000": (np.array([-3000.0, -3001, -3000, -3002]), VALUES, 2),
        "all scores at −1000": (np.array([-1000.0, -1001, -1000, -1002]), VALUES, 2),
    },
    properties=(
        Property("it is the mix with softmax's weights, all at once", _like_all_at_once),
        Property("blocks of one give the same", _any_block),
    ),
    hints=(
        "The old sums were made with the old maximum. By which factor do they change with the new?",
        "rescale = np.exp(largest - new); total = total * rescale + ____; the same for mixed",
    ),
)
def mix_in_blocks(scores, values, block):
    """Right: the running maximum, the sum and the mix measured against it."""
    largest, total, mixed = -np.inf, 0.0, 0.0
    for start in range(0, len(scores), block):
        part = scores[start : start + block]
        new = max(largest, part.max())
        weights, rescale = np.exp(part - new), np.exp(largest - new)
        total = total * rescale + weights.sum()
        mixed = mixed * rescale + weights @ values[start : start + block]
        largest = new
    return mixed / total


@mix_in_blocks.also_right
def all_at_once(scores, values, block):
    return softmax(scores) @ values


@mix_in_blocks.also_right
def two_passes(scores, values, block):
    largest = max(scores)
    shares = [np.exp(score - largest) for score in scores]
    return sum(w * v for w, v in zip(shares, values, strict=True)) / sum(shares)


@mix_in_blocks.also_right
def blocks_in_float32(scores, values, block):
    scores, values = scores.astype(np.float32), values.astype(np.float32)
    return mix_in_blocks.right(scores, values, block)


def _in_blocks(scores, values, block, rescaled=True, carried=True):
    largest, total, mixed = -np.inf, 0.0, 0.0
    for start in range(0, len(scores), block):
        part = scores[start : start + block]
        new = max(largest, part.max()) if carried else part.max()
        weights = np.exp(part - new)
        rescale = np.exp(largest - new) if rescaled else 1.0
        total = total * rescale + weights.sum()
        mixed = mixed * rescale + weights @ values[start : start + block]
        largest = new
    return mixed, total


@mix_in_blocks.mistake
def never_rescaled(scores, values, block):
    """The sums of earlier blocks are measured against an old maximum: multiply them by
    exp(old − new) first.
    """
    mixed, total = _in_blocks(scores, values, block, rescaled=False)
    return mixed / total


@mix_in_blocks.mistake
def not_divided(scores, values, block):
    """The weights do not sum to 1 yet: divide the mix by the total at the end."""
    return _in_blocks(scores, values, block)[0]


@mix_in_blocks.mistake
def first_block_alone(scores, values, block):
    """That is the mix of the first block: does return stand inside the loop?"""
    return softmax(scores[:block]) @ values[:block]


@mix_in_blocks.mistake
def rest_forgotten(scores, values, block):
    """The last block is left out when it is shorter: go on to len(scores)."""
    whole = max(len(scores) // block, 1) * block
    return softmax(scores[:whole]) @ values[:whole]


@mix_in_blocks.mistake
def mean_of_blocks(scores, values, block):
    """That is the mean of the blocks' own mixes. A block with large scores counts more."""
    starts = range(0, len(scores), block)
    return np.mean([softmax(scores[s : s + block]) @ values[s : s + block] for s in starts], axis=0)
