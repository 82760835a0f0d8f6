"""Rows of handwritten digits, to be read out as words: images in, text out.

The scans are scikit-learn's, 1,797 digits of 8×8 pixels. A row is one to eight of them in chance
order. There are more rows than anyone can draw; what is kept apart are the scans.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from course_utils.tasks import FIRST_SYMBOL, Batch, Vocabulary
from course_utils.tasks.batching import Seed
from course_utils.tasks.marks import END, PADDING, START
from course_utils.tasks.numerals import ENGLISH_WORDS

PIXELS = 8  # a scan is so many pixels wide and high
LONGEST = 8  # scans in a row
VOCABULARY = Vocabulary(ENGLISH_WORDS[:10], separator=" ")


class Scans(NamedTuple):
    """Scans and what they show."""

    images: np.ndarray  # (count, 8, 8), ink from 0 to 1
    digits: np.ndarray  # (count,)


def load_scans(test_size: int = 360, shuffled: bool = True, rng: Seed = 0) -> tuple[Scans, Scans]:
    """Return (train, test): no scan is in both.

    Shuffled, the same hands have written both. The file itself stands in the order of its
    writers: not shuffled, its last scans are the test, by hands that training has not seen.
    Raises ValueError unless some scans are left for training and some for the test.
    """
    from sklearn.datasets import load_digits  # takes more than a second: only who needs it waits

    data = load_digits()
    images, digits = (data.images / 16).astype(np.float32), data.target
    if not 1 <= test_size < len(digits):
        raise ValueError(
            f"test_size must lie between 1 and {len(digits) - 1}, got {test_size}: "
            f"leave some scans for training and some for the test"
        )
    order = np.arange(len(digits))
    order = np.random.default_rng(rng).permutation(order) if shuffled else order
    train, test = np.split(order, [len(order) - test_size])
    return Scans(images[train], digits[train]), Scans(images[test], digits[test])


def draw_rows(scans: Scans, count: int, rng: Seed = None, longest: int = LONGEST) -> Batch:
    """Draw `count` rows of one to `longest` scans, every length equally often.

    The batch's source is (count, longest, 64) with zeros for padding, its target the words.
    Raises ValueError where either is below 1.
    """
    if min(count, longest) < 1:
        raise ValueError(
            f"count and longest must be at least 1, got {count} and {longest}: draw one"
        )
    rng = np.random.default_rng(rng)
    lengths = rng.integers(1, longest + 1, size=count)
    chosen = rng.integers(len(scans.digits), size=(count, longest))
    real = np.arange(longest) < lengths[:, None]
    source = scans.images[chosen].reshape(count, longest, PIXELS * PIXELS) * real[..., None]
    target = np.full((count, longest + 2), PADDING)
    target[:, 0] = START
    target[:, 1:-1][real] = FIRST_SYMBOL + scans.digits[chosen][real]
    target[np.arange(count), lengths + 1] = END
    return Batch(source, lengths, target, lengths + 2)


def endless_rows(scans: Scans, batch_size: int, rng: Seed = None) -> Iterator[Batch]:
    """Yield batches of new rows without end."""
    rng = np.random.default_rng(rng)
    while True:
        yield draw_rows(scans, batch_size, rng)


def in_patches(batch: Batch, side: int = 4) -> Batch:
    """Cut each scan of the rows into squares of `side` × `side` pixels.

    The source (count, time, 64) becomes (count, time · patches, side²). A scan's patches follow
    each other as one reads: upper left, upper right, lower left, lower right where there are four.
    Raises ValueError where a scan is no whole number of patches wide.
    """
    if side < 1 or PIXELS % side:
        raise ValueError(f"side must divide the {PIXELS} pixels of a scan, got {side}: 2 or 4 do")
    count, time, _ = batch.source.shape
    across = PIXELS // side
    grid = batch.source.reshape(count, time, across, side, across, side)
    source = grid.swapaxes(3, 4).reshape(count, time * across**2, side * side)
    return batch._replace(source=source, source_lengths=batch.source_lengths * across**2)
