"""Two jobs on ten different letters, copy and sort: which place must a model look at?"""

import string
from typing import NamedTuple

import numpy as np

from course_utils import tasks
from course_utils.metrics import exact_match
from course_utils.seq2seq import Seq2Seq
from course_utils.training import train

LETTERS = tasks.Vocabulary(string.ascii_lowercase)
JOBS = {"copy": str, "sort": lambda text: "".join(sorted(text))}
LENGTH, UNSEEN, WIDTH = 10, 400, 32


class Outcome(NamedTuple):
    """What came of one training."""

    exact: float  # the share of unseen texts that are written without a fault
    looks: float  # the share of steps whose largest weight is on the letter to be written
    weights: np.ndarray | None  # (unseen texts, steps, places)
    model: Seq2Seq


def ten_letters(count=6_400, seed=4):
    """Return texts of ten different letters in any order."""
    rng = np.random.default_rng(seed)
    return ["".join(rng.permutation(list(LETTERS.symbols))[:LENGTH]) for _ in range(count)]


def after_training(job, context, texts, seed=4, steps=500, label=True):
    """Return the `Outcome` of a model with this context, examined on the last 400 of the texts.

    job : "copy" or "sort".  context : what the decoder asks, such as `Attention(DotScore())`, of
    width 32.  label : what the bar of progress says.
    """
    do = JOBS[job]
    learn, exam = (_batch(part, do) for part in (texts[:-UNSEEN], texts[-UNSEEN:]))
    model = Seq2Seq(len(LETTERS), len(LETTERS), WIDTH, context=context, rng=seed)
    train(model, tasks.batches(learn, 64, rng=seed), steps, learning_rate=8e-3, progress=label)
    found = model.greedy(exam.source, exam.source_lengths, max_length=LENGTH + 1)
    exact = float(exact_match(found.tokens, exam))
    if found.weights is None:
        return Outcome(exact, np.nan, None, model)
    weights = found.weights[:, :LENGTH, :LENGTH]
    wanted = [[text.index(letter) for letter in do(text)] for text in texts[-UNSEEN:]]
    return Outcome(exact, float(np.mean(weights.argmax(axis=-1) == wanted)), weights, model)


def written(model, text):
    """Return what a trained model writes for a text, and its weights (steps, places) or None."""
    batch = _batch([text], str)
    found = model.greedy(batch.source, batch.source_lengths, max_length=len(text) + 1)
    weights = None if found.weights is None else found.weights[0, : len(text), : len(text)]
    return "".join(LETTERS.decode(found.tokens[0])), weights


def _batch(texts, do):
    return tasks.make_batch([(text, do(text)) for text in texts], LETTERS, LETTERS)
