"""The laboratory of length: where does one context vector stop being enough?

Two tasks on which short and long sources are equally well known: a string backwards, and number
words from few pairs. Models differ in their context alone (`lab.rules.CONTEXTS`), or in width.
"""

import numpy as np

from course_utils.encoder import reading_order
from course_utils.lab.rules import SYMBOLS, lab_model
from course_utils.metrics import by_length, matches, symbols_right
from course_utils.tasks import Batch, batches, number_words, reverse
from course_utils.training import train

WIDTH, BATCH, LONGEST, ROOM = 32, 64, 20, 24  # symbols in training; the most that are ever tried
# Ranges of source lengths: symbols, and English words.
EDGES = {"reversing": (2, 5, 9, 13, 17, 21), "numbers": (2, 5, 7, 9, 12)}


def reversing(longest=LONGEST, shortest=2, train_size=20_000, test_size=2_000):
    """Make random strings of ten symbols and write them backwards, each length as often."""
    return reverse(train_size, test_size, shortest, longest, SYMBOLS, rng=0)


def few_numbers(train_size=500, test_size=2_000):
    """Make few pairs of English number words below a million and Chinese numerals."""
    return number_words(train_size, test_size, digits=6, rng=0)


TASKS = {"reversing": reversing, "numbers": few_numbers}


def trained(task, name, steps, rate, seed=0, width=WIDTH, progress=False):
    """Train a model with the context of that name for so many steps."""
    model = lab_model(name, task, seed, width)
    train(model, batches(task.train, BATCH, rng=seed), steps, rate, progress=progress)
    return model


def judged(model, batch, measure=matches):
    """Return what `matches` or `symbols_right` says of each row, written greedily."""
    room = batch.target.shape[1] + 2
    return measure(model.greedy(batch.source, batch.source_lengths, room).tokens, batch)


def halves(batch):
    """Return (dev, test): choose by the first half of the rows, report by the second."""
    cut = len(batch.source) // 2
    return Batch(*(part[:cut] for part in batch)), Batch(*(part[cut:] for part in batch))


def symbols_by_length(model, batch, lengths):
    """Return the share of symbols that stand right, for each of these source lengths."""
    right = judged(model, batch, symbols_right)
    return np.array([right[batch.source_lengths == length].mean() for length in lengths])


def mean_by_length(right, batch, lengths):
    """Return {length: mean of `right` over the rows of that source length}."""
    return {length: float(right[batch.source_lengths == length].mean()) for length in lengths}


def by_words(models, batch):
    """Return {model: {range of English words: share of numbers right}}, and "all" of them."""
    low, high = EDGES["numbers"][:-1], EDGES["numbers"][1:]
    names = [f"{a}–{b - 1}" for a, b in zip(low, high, strict=True)]
    table = {}
    for name, model in models.items():
        right = judged(model, batch)
        shares, _ = by_length(right, batch.source_lengths, EDGES["numbers"])
        table[name] = dict(zip(names, shares.tolist(), strict=True)) | {"all": float(right.mean())}
    return table


def kept_runs(found, task, lengths=None):
    """Return kept results, {name: (seeds, k)}: symbols right at these lengths, or numbers right.

    found : `results("by_length")`.  task : "reversing", of which `lengths` are asked, or "numbers",
    which has one column for each range of `EDGES`.
    """
    runs = found["found"][task]
    if task == "numbers":
        return {name: np.array(run["exact"]) for name, run in runs.items()}
    columns = [found["settings"]["lengths"].index(length) for length in lengths]
    return {name: np.array(run["symbols"])[:, columns] for name, run in runs.items()}


def right_by_place(model, batch):
    """Return the share of rows that are right at each place, (length,): rows of equal length."""
    (length,) = set(batch.source_lengths.tolist())
    room = batch.target.shape[1] + 2
    tokens = model.greedy(batch.source, batch.source_lengths, room).tokens[:, :length]
    tokens = np.pad(tokens, ((0, 0), (0, length - tokens.shape[1])))
    return (tokens == batch.target[:, 1 : length + 1]).mean(axis=0)


def rows_of(batch, rows):
    """Return some rows of a batch, as wide as the longest of them."""
    source, lengths, target, target_lengths = (part[rows] for part in batch)
    return Batch(
        source[:, : lengths.max()], lengths, target[:, : target_lengths.max()], target_lengths
    )


def mean_by_width(found, lengths):
    """Return kept results of the bottleneck map: {context: (widths, lengths)}, and the widths.

    found : `results("bottleneck_map")`.  lengths : those of the columns; seeds are averaged.
    """
    widths, shares = found["settings"]["widths"], {}
    for name, runs in found["found"].items():
        # (widths, seeds, lengths from 2 on)
        every = np.array([runs[str(width)]["symbols"] for width in widths])
        shares[name] = every.mean(axis=1)[:, [length - 2 for length in lengths]]
    return shares, widths


def backwards(task):
    """Turn every source of a task the other way round (Sutskever et al., 2014, 3.3)."""
    return task._replace(train=_flipped(task.train), test=_flipped(task.test))


def _flipped(batch):
    """Write a batch's sources backwards; padding stays at the end."""
    order = reading_order(batch.source_lengths, batch.source.shape[1], "backwards").T
    return batch._replace(source=np.take_along_axis(batch.source, order, axis=1))
