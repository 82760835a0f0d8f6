"""Translators of number words that differ in the scoring rule alone, and what came of each."""

from typing import NamedTuple

import numpy as np

from course_utils import tasks
from course_utils.attention import Attention
from course_utils.metrics import by_length, matches
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks.numerals import chinese_numeral, english_words
from course_utils.training import train

WIDTH = 32
EDGES = (2, 5, 9, 12)  # ranges of lengths in words: 2–4, 5–8, 9–11


class Outcome(NamedTuple):
    """What came of one training."""

    right: np.ndarray  # (500,), which unseen numbers are translated exactly
    by_words: np.ndarray  # (3,), the share of them at 2–4, 5–8, 9–11 words
    largest: float  # the largest weight on any number of 11 words
    model: Seq2Seq


def numbers(seed=5):
    """Return the task: numbers below a million, 20,000 to train with and 500 unseen ones."""
    return tasks.number_words(train_size=20_000, test_size=500, digits=6, rng=seed)


def translator(rule, task, seed=5, label=True):
    """Train a translator whose attention has that scoring rule, of width 32; return `Outcome`.

    label : what the bar of progress says.
    """
    sizes = len(task.source_vocabulary), len(task.target_vocabulary)
    model = Seq2Seq(*sizes, WIDTH, context=Attention(rule), bidirectional=True, rng=seed)
    data = tasks.batches(task.train, 64, rng=seed)
    train(model, data, steps=500, learning_rate=8e-3, progress=label)
    lengths = task.test.source_lengths
    found = model.greedy(task.test.source, lengths, task.test.target.shape[1])
    right = matches(found.tokens, task.test)
    largest = float(found.weights[lengths == 11].max())
    return Outcome(right, by_length(right, lengths, EDGES)[0], largest, model)


def translated(model, task, number):
    """Return the numeral that a trained translator writes for a number below 10¹²."""
    pair = english_words(number), ""
    batch = tasks.make_batch([pair], task.source_vocabulary, task.target_vocabulary)
    found = model.greedy(batch.source, batch.source_lengths, max_length=20)
    return "".join(task.target_vocabulary.decode(found.tokens[0]))


def share_in_place(model, task, number):
    """Return the share of a numeral's characters that a translator writes in their place."""
    wanted, written = chinese_numeral(number), translated(model, task, number)
    return sum(a == b for a, b in zip(wanted, written, strict=False)) / len(wanted)
