"""Pairs of token sequences as padded batches, their vocabularies and mini-batches.

A row of `Batch.source` is symbols, then padding; a row of `Batch.target` is the start mark,
symbols, the end mark, then padding. Symbols are numbered from 3.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from course_utils.tasks.marks import END, PADDING, START

FIRST_SYMBOL = 3
Seed = int | np.random.Generator | None  # whatever np.random.default_rng takes


class Batch(NamedTuple):
    """Sequences as padded id arrays (batch, time), with lengths (batch,).

    `target_lengths` counts the start and the end mark; `source` has neither mark.
    """

    source: np.ndarray
    source_lengths: np.ndarray
    target: np.ndarray
    target_lengths: np.ndarray


class Vocabulary:
    """Symbols ↔ ids. In a text, `separator` stands between two symbols.

    `len(vocabulary)` counts the three marks too: it is the size that an embedding needs.
    """

    def __init__(self, symbols: Iterable[str], separator: str = "") -> None:
        self.symbols = tuple(symbols)
        self.separator = separator
        self._ids = {symbol: i for i, symbol in enumerate(self.symbols, FIRST_SYMBOL)}
        if len(self._ids) < len(self.symbols):
            raise ValueError("symbols must all differ: list each symbol of the vocabulary once")

    def __len__(self) -> int:
        return FIRST_SYMBOL + len(self.symbols)

    def encode(self, symbols: Iterable[str]) -> list[int]:
        """Turn symbols, or a text of them, into ids. Raises ValueError for an unknown symbol."""
        if isinstance(symbols, str) and self.separator:
            symbols = symbols.split()
        try:
            return [self._ids[symbol] for symbol in symbols]
        except KeyError as error:
            known = self.separator.join(self.symbols)
            raise ValueError(
                f"unknown token {error.args[0]!r}: this vocabulary knows {known}; use these"
            ) from None

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Turn ids into symbols up to the first end mark, without start marks and padding."""
        symbols = []
        for i in map(int, ids):
            if i == END:
                break
            if not 0 <= i < len(self):
                raise ValueError(
                    f"ids must be between 0 and {len(self) - 1}, got {i}: decode with the "
                    f"vocabulary that encoded them"
                )
            if i >= FIRST_SYMBOL:
                symbols.append(self.symbols[i - FIRST_SYMBOL])
        return symbols

    def text(self, ids: Iterable[int]) -> str:
        """Turn ids into readable text: what `decode` gives, joined by the separator."""
        return self.separator.join(self.decode(ids))


class Task(NamedTuple):
    """Training and test pairs of one task; no source of `test` occurs in `train`."""

    train: Batch
    test: Batch
    source_vocabulary: Vocabulary
    target_vocabulary: Vocabulary

    def example(self, batch: Batch, row: int) -> tuple[str, str]:
        """Return one row of a batch of this task as text: (source, target)."""
        return (
            self.source_vocabulary.text(batch.source[row]),
            self.target_vocabulary.text(batch.target[row]),
        )


Pair = tuple[Sequence[str], Sequence[str]]


def make_batch(
    pairs: Sequence[Pair], source_vocabulary: Vocabulary, target_vocabulary: Vocabulary
) -> Batch:
    """Turn (source symbols, target symbols) pairs into a Batch padded to its longest row.

    A target may be empty, for a source whose answer is not known. Raises ValueError for no
    pairs, an empty source or an unknown symbol.
    """
    if not pairs:
        raise ValueError("pairs must hold at least one (source, target) pair, got none: add one")
    for row, (source, _) in enumerate(pairs):
        if not source:
            raise ValueError(f"source of pair {row} is empty: give at least one symbol")
    sources = [source_vocabulary.encode(source) for source, _ in pairs]
    targets = [[START, *target_vocabulary.encode(target), END] for _, target in pairs]
    return Batch(*_pad(sources), *_pad(targets))


def batches(batch: Batch, batch_size: int, rng: Seed = None) -> Iterator[Batch]:
    """Yield random mini-batches without end, cut to their longest source and target.

    Every pass over the rows is in a new random order; the rows that do not fill a last
    mini-batch wait for another pass. Raises ValueError unless 1 ≤ batch_size ≤ rows, and for a
    whole `Task`.
    """
    rows = _rows(batch)
    if not 1 <= batch_size <= rows:
        raise ValueError(
            f"batch_size must be between 1 and the {rows} rows, got {batch_size}: "
            f"take smaller batches or make more examples"
        )
    return _shuffled(batch, batch_size, np.random.default_rng(rng))


def batches_by_length(
    batch: Batch, batch_size: int, rng: Seed = None, pool: int = 32
) -> Iterator[Batch]:
    """Yield mini-batches, as `batches`, of sources of like lengths: little is padding.

    The rows of `pool` random mini-batches, or of as many as there are, are sorted by length, cut
    anew and given out in random order. Words of 2 to 20 letters then need a third less computing.
    """
    rng = np.random.default_rng(rng)
    pool = max(1, min(pool, _rows(batch) // max(batch_size, 1)))
    return _cut_by_length(batches(batch, batch_size * pool, rng), pool, rng)


def _rows(batch: Batch) -> int:
    if hasattr(batch, "train"):
        raise ValueError("batch must be a Batch, got a whole Task: pass task.train")
    return len(batch.source)


def _shuffled(batch: Batch, batch_size: int, rng: np.random.Generator) -> Iterator[Batch]:
    rows = len(batch.source)
    while True:
        order = rng.permutation(rows)
        for start in range(0, rows - batch_size + 1, batch_size):
            yield _select(batch, order[start : start + batch_size])


def _cut_by_length(pools: Iterator[Batch], pool: int, rng: np.random.Generator) -> Iterator[Batch]:
    for rows in pools:
        order = np.argsort(rows.source_lengths, kind="stable").reshape(pool, -1)
        for chosen in rng.permutation(order):
            yield _select(rows, chosen)


def _select(batch: Batch, rows: np.ndarray) -> Batch:
    """Take these rows of a batch, without the columns that are padding in all of them."""
    source, source_lengths, target, target_lengths = (array[rows] for array in batch)
    return Batch(
        source[:, : source_lengths.max()],
        source_lengths,
        target[:, : target_lengths.max()],
        target_lengths,
    )


def _pad(sequences: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.array([len(sequence) for sequence in sequences])
    padded = np.full((len(sequences), lengths.max()), PADDING, dtype=np.intp)
    # a boolean mask fills row by row, in the order of the joined sequences
    padded[np.arange(lengths.max()) < lengths[:, None]] = np.concatenate(sequences)
    return padded, lengths
