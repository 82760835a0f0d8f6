"""Errors of written sequences: edit distance, error rates, and how sure a rate is.

The phoneme error rate is the number of edits over the number of phonemes that were to be written,
the word error rate the share of words with at least one edit; where several pronunciations are
listed, the nearest one counts.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np


class Edits(NamedTuple):
    """Per word: edits to the nearest right answer, and that answer's length; both (words,)."""

    counts: np.ndarray
    lengths: np.ndarray


class Rates(NamedTuple):
    """Error rates in 0…1 with their 95 % intervals (low, high), and the number of words."""

    per: float
    per_interval: tuple[float, float]
    wer: float
    wer_interval: tuple[float, float]
    words: int


def edit_distance(written, right):
    """Count the fewest insertions, deletions and substitutions from one sequence to another.

    Levenshtein's distance by the table of Wagner & Fischer (1974), one row at a time.
    """
    row = list(range(len(right) + 1))
    for i, symbol in enumerate(written, 1):
        above, row = row, [i]
        for j, other in enumerate(right, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (symbol != other)))
    return row[-1]


def edits(written, listed):
    """Return `Edits`: what was written for each word against all that is listed for it.

    Raises ValueError where there are none, or not as many of one as of the other, or nothing is
    listed for one.
    """
    if len(written) == 0:
        raise ValueError("written must hold at least one answer, got none: add a word")
    if len(written) != len(listed) or not all(listed):
        raise ValueError(
            f"each of the {len(written)} written answers needs at least one listed answer, got "
            f"{len(listed)} lists: take both in the order of the test words"
        )
    nearest = [
        min((edit_distance(answer, right), len(right)) for right in answers)
        for answer, answers in zip(written, listed, strict=True)
    ]
    return Edits(*np.array(nearest).reshape(-1, 2).T)


def error_rates(found, rng=0):
    """Return `Rates` of `Edits`, with intervals by bootstrap and by Wilson."""
    wrong = found.counts > 0
    return Rates(
        float(found.counts.sum() / found.lengths.sum()),
        bootstrap_interval(found, rng=rng),
        float(wrong.mean()),
        wilson_interval(int(wrong.sum()), len(wrong)),
        len(wrong),
    )


def rates_by_length(found, lengths, edges, rng=0):
    """Return `Rates` for each edges[i] ≤ length < edges[i + 1]; None where no word is."""
    lengths = np.asarray(lengths)
    ranges = [(low <= lengths) & (lengths < high) for low, high in pairwise(edges)]
    return [
        error_rates(Edits(*(array[rows] for array in found)), rng) if rows.any() else None
        for rows in ranges
    ]


def wilson_interval(errors, words, z=1.96):
    """Return the 95 % interval of a share (Wilson, 1927): right near 0 and 1, and for few."""
    share, spread = errors / words, z * z / words
    middle = share + spread / 2
    half = z * np.sqrt(share * (1 - share) / words + spread / (4 * words))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    return max(0.0, float(low)), min(1.0, float(high))


def bootstrap_interval(found, draws=500, rng=0):
    """Return the 95 % interval of the edits per phoneme: words drawn again and again.

    Words are drawn, with repeats, and not phonemes: errors in one word come together.
    """
    rng = np.random.default_rng(rng)
    words = len(found.counts)
    rates = []
    for _ in range(draws):
        drawn = rng.integers(words, size=words)
        rates.append(found.counts[drawn].sum() / found.lengths[drawn].sum())
    low, high = np.percentile(rates, [2.5, 97.5])
    return float(low), float(high)


def with_interval(rates, rate):
    """Write a kept rate in percent with its 95 % interval: " 7.4 [ 7.2,  7.7]"."""
    low, high = (100 * end for end in rates[f"{rate}_interval"])
    return f"{100 * rates[rate]:5.1f} [{low:4.1f}, {high:4.1f}]"


def kept_by_letters(found, split="random", names=("no attention", "additive")):
    """Return ranges of letters, and {name: (3, k)}: phoneme errors in percent, and their interval.

    found : `results("pronunciations")`. The rows are the interval's lower end, the rate, the upper.
    """
    edges = found["settings"]["edges"]
    letters = [f"{low}–{high - 1}" for low, high in pairwise(edges)]
    curves = {}
    for name in names:
        parts = found["found"]["runs"][f"{split}, {name}"]["beam"]["by length"]
        lows, highs = zip(*(part["per_interval"] for part in parts), strict=True)
        curves[name] = 100 * np.array([lows, [part["per"] for part in parts], highs])
    return letters, curves
