"""Models that judge each other's answers: each proposes one, and all say how probable each is.

So models can work together that write in different orders, which cannot average their next symbols
as an `Ensemble` does (Liu et al., 2016: one half writes from the end).
"""

from typing import NamedTuple

import numpy as np

from course_utils.lab.speaking import TOGETHER
from course_utils.softmax import log_softmax
from course_utils.tasks import make_batch
from course_utils.tasks.marks import PADDING
from course_utils.tasks.pronunciations import SOUNDS, SPELLING


class Proposals(NamedTuple):
    """Different answers for words: several for a word, one after another."""

    owners: np.ndarray  # (answers,): which word each is for
    answers: list[tuple[str, ...]]


def turned(batch):
    """Return a `Batch` whose targets are written from their end; the marks stay outside."""
    target = batch.target.copy()
    for row, length in zip(target, batch.target_lengths, strict=True):
        row[1 : length - 1] = row[1 : length - 1][::-1]
    return batch._replace(target=target)


def proposals(written):
    """Return `Proposals` of lists of answers, one list a model: each answer to a word once."""
    owners, answers = [], []
    for word, proposed in enumerate(zip(*written, strict=True)):
        different = sorted(set(map(tuple, proposed)))
        owners += [word] * len(different)
        answers += different
    return Proposals(np.array(owners), answers)


def log_probabilities(model, batch):
    """Return log p(target | source) of each row of a batch, (rows,), by teacher forcing."""
    memory, stepper = model.start(batch.source, batch.source_lengths)
    step, state = stepper(memory), memory.summary
    total, rows = np.zeros(len(batch.target)), np.arange(len(batch.target))
    for read, expected in zip(batch.target.T, batch.target.T[1:], strict=False):
        logits, state, _ = step(read, state)
        total += np.where(expected == PADDING, 0, log_softmax(logits)[rows, expected])
    return total


def judged(model, words, proposed, from_end=False):
    """Return log p of each of the `Proposals` by one model, (answers,).

    words are what `owners` number; from_end : whether the model writes from the end. Answers to
    words of like lengths are judged together, a thousand at once.
    """
    pairs = [(words[i], answer) for i, answer in zip(*proposed, strict=True)]
    order = np.argsort([len(word) for word, _ in pairs], kind="stable")
    found = np.empty(len(pairs))
    for start in range(0, len(order), TOGETHER):
        chosen = order[start : start + TOGETHER]
        batch = make_batch([pairs[i] for i in chosen], SPELLING, SOUNDS)
        found[chosen] = log_probabilities(model, turned(batch) if from_end else batch)
    return found


def elected(proposed, points):
    """Return each word's answer with most points (answers,), the first of equal ones."""
    best = {}
    for i, (word, answer) in enumerate(zip(*proposed, strict=True)):
        if word not in best or points[i] > best[word][0]:
            best[word] = points[i], answer
    return [list(best[word][1]) for word in range(len(best))]
