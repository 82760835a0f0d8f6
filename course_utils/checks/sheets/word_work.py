"""What the second capstone's checks work with: words for its exam, error rates, and pronouncers.

Known right and wrong answers are built from pronouncers that know the answer, so that testing a
check needs no training.
"""

import functools
import zlib
from collections import Counter, defaultdict

import numpy as np

from course_utils.checks.returned import Failure, kind_of
from course_utils.layers import Layer
from course_utils.tasks.ten_thousand import GIVEN, all_entries

OTHER, SECOND = "ZH", "AA"  # what is written for a sound that is wrong


def listed_of(entries):
    """Return {word: its pronunciations, each a tuple of sounds} of entries (word, sounds)."""
    listed = defaultdict(list)
    for word, sounds in entries:
        listed[word].append(tuple(sounds.split()))
    return dict(listed)


@functools.cache
def all_listed():
    """Return {word: pronunciations} of every word, those of the exam too."""
    return listed_of(all_entries())


def exam_words(rng, count):
    """Draw words that no learner was given."""
    words = list(all_listed())[GIVEN:]
    return [words[place] for place in rng.permutation(len(words))[:count]]


def distance(written, right):
    """Count the fewest insertions, deletions and substitutions between two tuples of sounds."""
    row = list(range(len(right) + 1))
    for i, sound in enumerate(written, 1):
        above, row = row, [i]
        for j, other in enumerate(right, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (sound != other)))
    return row[-1]


def counted(written, listed):
    """Return (edits, sounds), both (words,): each text against the nearest that is listed."""
    nearest = [
        min((distance(text.split(), right), len(right)) for right in rights)
        for text, rights in zip(written, listed, strict=True)
    ]
    return np.array(nearest).reshape(-1, 2).T


def rate(written, listed):
    """Return the phoneme error rate: edits over the sounds that were to be written."""
    edits, sounds = counted(written, listed)
    return float(edits.sum() / sounds.sum())


def letters_of(entries):
    """Return {letter: its most frequent sound}, of words with as many sounds as letters."""
    seen = defaultdict(Counter)
    for word, sounds in entries:
        if len(word) == len(sounds.split()):
            for letter, sound in zip(word, sounds.split(), strict=True):
                seen[letter][sound] += 1
    return {
        letter: min(counts, key=lambda sound: (-counts[sound], sound))
        for letter, counts in seen.items()
    }


def by_letters(table, words):
    """Write each word letter by letter; a letter without a sound stays silent."""
    return [" ".join(table[letter] for letter in word if letter in table) for word in words]


def while_emptied(model, ask):
    """Return `ask()` while every parameter of a model, or of several, is 0."""
    several = getattr(model, "models", model)
    models = list(several) if isinstance(several, list | tuple) else [several]
    try:
        kept = [{name: np.array(value) for name, value in one.params.items()} for one in models]
        fills = [one.fill for one in models]
    except (AttributeError, TypeError):
        message = f'"model" must be the trained model itself, or a list, got {kind_of(model)}'
        raise Failure(message) from None
    if not any(kept):
        raise Failure('"model" must be a trained model; there is none in this list')
    try:
        for fill, values in zip(fills, kept, strict=True):
            fill({name: np.zeros_like(value) for name, value in values.items()})
        return ask()
    finally:
        for fill, values in zip(fills, kept, strict=True):
            fill(values)


class Switch(Layer):
    """A stand-in for a trained model: one parameter, 1 while it is whole."""

    def __init__(self):
        super().__init__({"on": np.ones(1)})


def knowing(errors, wrong_where=lambda word: True):
    """Return a pronouncer that writes about this share of the sounds wrong, the same each time."""

    def say(words):
        return [_spoilt(word, errors if wrong_where(word) else 0) for word in words]

    return say


def _spoilt(word, errors):
    sounds = list(all_listed()[word][0])
    for place, sound in enumerate(sounds):
        if zlib.crc32(f"{word} {place}".encode()) % 1000 < 1000 * errors:
            sounds[place] = SECOND if sound == OTHER else OTHER
    return " ".join(sounds)


def by_model(say):
    """Make a claim of a pronouncer whose texts are gone while its stand-in is emptied."""
    model = Switch()

    def asked(words):
        return [text if model.params["on"].any() else OTHER for text in say(words)]

    return {"say": asked, "model": model}
