"""A word's sounds by a trained model: to try words in a lesson, without the dictionary."""

from typing import NamedTuple

import numpy as np

from course_utils.tasks import make_batch
from course_utils.tasks.pronunciations import SOUNDS, SPELLING

LONGEST = 30  # phonemes: the dictionary's longest word has 28
TOGETHER = 1_000  # words decoded at once


class Spoken(NamedTuple):
    """What a model wrote for one word, and where it looked, ready for `plots.show_weights`."""

    phonemes: list[str]
    weights: np.ndarray | None  # (rows, letters); None for a model without attention
    rows: list[str]  # the phonemes and, where the model ended, "end"
    letters: list[str]


def say(model, word, width=5):
    """Say a word: its phonemes by beam search, or greedily with `width=1`.

    Returns `Spoken`. Capitals are read as small letters. Raises ValueError for a word that is empty
    or has other signs than the letters a to z and the apostrophe.
    """
    letters = list(word.lower())
    if not letters or not set(letters) <= set(SPELLING.symbols):
        raise ValueError(
            f"word must be made of the letters a to z and the apostrophe, got {word!r}: "
            f"write one word, without accents, hyphens or blanks"
        )
    batch = make_batch([(letters, ())], SPELLING, SOUNDS)
    decoded = model.beam(batch.source, batch.source_lengths, LONGEST, width)
    phonemes = SOUNDS.decode(decoded.tokens[0])
    rows = [*phonemes, "end"][: decoded.tokens.shape[1]]
    weights = None if decoded.weights is None else decoded.weights[0, : len(rows)]
    return Spoken(phonemes, weights, rows, letters)


def say_all(model, batch, width=1):
    """Say every word of a batch, in its order: phonemes, greedily with `width=1`.

    Words of like lengths are decoded together, a thousand at once: little padding, little memory.
    """
    order = np.argsort(batch.source_lengths, kind="stable")
    written = [[]] * len(order)
    for start in range(0, len(order), TOGETHER):
        chosen = order[start : start + TOGETHER]
        lengths = batch.source_lengths[chosen]
        tokens = model.beam(batch.source[chosen, : lengths.max()], lengths, LONGEST, width).tokens
        for row, ids in zip(chosen, tokens, strict=True):
            written[row] = SOUNDS.decode(ids)
    return written
