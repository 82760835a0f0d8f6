"""Signs that a translator of numbers writes: what changed weights, or a word left out, do to each.

A sign is 一 to 九, which one word carries, or a unit: 十, 百, 千, 万. "The true ones before it" are
read at each step, as in training, so that one wrong sign spoils no other.
"""

from typing import NamedTuple

import numpy as np

from course_utils.lab.interventions import intervene
from course_utils.lab.looks import numbers_batch
from course_utils.lab.ready_made import ready_made
from course_utils.softmax import log_softmax
from course_utils.tasks.alignment import NOWHERE, digit_alignment
from course_utils.tasks.numerals import chinese_numeral, english_words

KINDS = ("digits", "百", "十", "万")


class Look(NamedTuple):
    """One sign of one number, and the words that could explain it."""

    sign: str
    words: list  # of the number, m
    weights: np.ndarray  # (m,): where the model looks as it writes the sign
    falls: np.ndarray  # (m,): log-probability of the sign, minus that without each word
    carrier: int  # the place of the word that carries the digit, or −1


def translators():
    """Return the two ready-made translators, alike but for their seed, {"first", "second"}."""
    return {
        "first": ready_made("number_translator"),
        "second": ready_made("number_translator_twin"),
    }


def kind_of(sign, carrier):
    """Return "digits" for a sign that a word carries, else the sign itself."""
    return sign if carrier == NOWHERE else "digits"


def share_written(model, numbers, change=None):
    """Return {kind: share of these signs written}, the true ones before each being read."""
    model = model if change is None else intervene(model, change)
    batch = numbers_batch(numbers)
    right = _along(model, batch)[0].argmax(axis=-1) == batch.target[:, 1:]
    found = {kind: [] for kind in KINDS}
    for row, number in zip(right, numbers, strict=True):
        for i, sign in enumerate(chinese_numeral(number)):
            kind = kind_of(sign, digit_alignment(number)[i])
            found.setdefault(kind, []).append(row[i])
    return {kind: float(np.mean(found[kind])) for kind in KINDS}


def looks(model, numbers, without_each):
    """Return a `Look` for each sign of these numbers.

    without_each : (1, m) word ids → (1, m, m − 1), the text without each of its words.
    """
    found = []
    for number in numbers:
        words, numeral = english_words(number), chinese_numeral(number)
        batch, steps = numbers_batch([number]), range(len(numeral))
        logs, weights = _along(model, batch)
        fewer = np.asarray(without_each(batch.source))[0].astype(batch.source.dtype)
        many = [np.repeat(part, len(words), axis=0) for part in batch[2:]]
        shorter = batch._replace(
            source=fewer,
            source_lengths=np.full(len(words), len(words) - 1),
            target=many[0],
            target_lengths=many[1],
        )
        signs = batch.target[0, 1:]
        left = _along(model, shorter)[0][:, steps, signs[steps]]
        falls = logs[0][steps, signs[steps]] - left  # (m, signs)
        for i, carrier in enumerate(digit_alignment(number)):
            found.append(Look(numeral[i], words, weights[0, i], falls[:, i], int(carrier)))
    return found


def of_kind(found, kind):
    """Return those of some `Look`s whose sign is of this kind."""
    return [look for look in found if kind_of(look.sign, look.carrier) == kind]


def same_word(found):
    """Return the share of `Look`s whose largest weight is on the word that costs the most."""
    return float(np.mean([look.weights.argmax() == look.falls.argmax() for look in found]))


def dearest(found):
    """Return the median over `Look`s of what leaving out the dearest word costs, in nats."""
    return float(np.median([look.falls.max() for look in found]))


def most(found, part):
    """Return the word that has the largest of a part, "weights" or "falls", in most `Look`s."""
    words = [look.words[getattr(look, part).argmax()] for look in found]
    return max(sorted(set(words)), key=words.count)


def _along(model, batch):
    """Return (log-probabilities, weights) at each step, the true signs being read."""
    memory, stepper = model.start(batch.source, batch.source_lengths)
    step, state, rows = stepper(memory), memory.summary, []
    for ids in batch.target[:, :-1].T:
        logits, state, weights = step(ids, state)
        rows.append((log_softmax(logits), weights))
    return tuple(np.stack(part, axis=1) for part in zip(*rows, strict=True))
