"""Sequence tasks: pairs of token sequences, their vocabularies and mini-batches.

A row of `Batch.source` is symbols, then padding; a row of `Batch.target` is the start mark,
symbols, the end mark, then padding. Symbols are numbered from 3.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from course_utils.marks import END, PADDING, START
from course_utils.numerals import (
    CHINESE_CHARACTERS,
    ENGLISH_WORDS,
    chinese_numeral,
    english_words,
)

FIRST_SYMBOL = 3


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

    def __init__(self, symbols: Iterable[str], separator: str = ""):
        self.symbols = tuple(symbols)
        self.separator = separator
        self._ids = {symbol: i for i, symbol in enumerate(self.symbols, FIRST_SYMBOL)}
        if len(self._ids) < len(self.symbols):
            raise ValueError("symbols must all differ: list each symbol of the vocabulary once")

    def __len__(self) -> int:
        return FIRST_SYMBOL + len(self.symbols)

    def encode(self, symbols: Iterable[str]) -> list[int]:
        """Symbols, or a text of them, → ids. Raises ValueError for an unknown symbol."""
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
        """Ids → symbols up to the first end mark; start marks and padding are left out."""
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
        """Ids → readable text: the symbols that `decode` gives, joined by the separator."""
        return self.separator.join(self.decode(ids))


class Task(NamedTuple):
    """Training and test pairs of one task; no source of `test` occurs in `train`."""

    train: Batch
    test: Batch
    source_vocabulary: Vocabulary
    target_vocabulary: Vocabulary

    def example(self, batch: Batch, row: int) -> tuple[str, str]:
        """One row of a batch of this task as text: (source, target)."""
        return (
            self.source_vocabulary.text(batch.source[row]),
            self.target_vocabulary.text(batch.target[row]),
        )


Pair = tuple[Sequence[str], Sequence[str]]


def make_batch(
    pairs: Sequence[Pair], source_vocabulary: Vocabulary, target_vocabulary: Vocabulary
) -> Batch:
    """(source symbols, target symbols) pairs → a Batch padded to its longest row.

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


def batches(batch: Batch, batch_size: int, rng=None) -> Iterator[Batch]:
    """Random mini-batches without end, each cut to its own longest source and target.

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


def batches_by_length(batch: Batch, batch_size: int, rng=None, pool: int = 32) -> Iterator[Batch]:
    """Like `batches`, but a mini-batch holds sources of like lengths: little of it is padding.

    The rows of `pool` random mini-batches, or of as many as there are, are sorted by length, cut
    anew and given out in random order. Words of 2 to 20 letters then need a third less computing.
    """
    rng = np.random.default_rng(rng)
    pool = max(1, min(pool, _rows(batch) // max(batch_size, 1)))
    return _cut_by_length(batches(batch, batch_size * pool, rng), pool, rng)


def reverse(
    train_size: int = 20_000,
    test_size: int = 1_000,
    shortest: int = 2,
    longest: int = 20,
    symbols: str = "abcdefghijklmnopqrstuvwxyz",
    rng=0,
) -> Task:
    """Random strings → the same strings backwards: abc → cba.

    Lengths are drawn uniformly from shortest…longest. All strings differ, so a length runs out
    when all its strings are used (676 of length 2 with 26 symbols).

    Raises ValueError for impossible lengths, or where there are not enough different strings.
    """
    if not 1 <= shortest <= longest:
        raise ValueError(
            f"lengths must satisfy 1 ≤ shortest ≤ longest, got {shortest} and {longest}: "
            f"exchange or change them"
        )
    rng = np.random.default_rng(rng)
    vocabulary = Vocabulary(symbols)

    def draw(count: int) -> list[str]:
        lengths = rng.integers(shortest, longest + 1, size=count).tolist()
        letters = np.array(list(symbols))[rng.integers(len(symbols), size=(count, longest))]
        return ["".join(row[:n]) for row, n in zip(letters.tolist(), lengths, strict=True)]

    _check_sizes(train_size, test_size)
    available = sum(len(symbols) ** length for length in range(shortest, longest + 1))
    strings = _distinct(draw, train_size + test_size, available)
    # short strings run out and are all found early: shuffle, so that train and test are alike
    pairs = [(strings[i], strings[i][::-1]) for i in rng.permutation(len(strings))]
    return _task(pairs[:train_size], pairs[train_size:], vocabulary, vocabulary)


def number_words(train_size: int = 20_000, test_size: int = 1_000, digits: int = 12, rng=0) -> Task:
    """English number words → Chinese numerals: three hundred and five → 三百零五.

    Numbers are log-uniform below 10^digits, so that short and long ones are equally common, and
    a third of them is round: cut off after some of their digits, as people like to say them. In
    `train` the small ones come up many times. Those of `test` all differ, none is in `train`,
    and none is below 100: only "seven" → 七 itself can teach what a word means when it is alone,
    so such pairs are left to training. The vocabularies are the same for every `digits`.

    Raises ValueError for digits outside 3…12, or where there are not enough different numbers.
    """
    if not 3 <= digits <= 12:
        raise ValueError(f"digits must be between 3 and 12, got {digits}: numerals end at 10^12")
    rng = np.random.default_rng(rng)

    def draw(count: int, smallest: int = 0) -> list[int]:
        # it is number + 1 whose logarithm is uniform, so that 0 is drawn too
        logarithms = rng.uniform(np.log1p(smallest), np.log1p(10**digits), size=count)
        return _often_round(np.expm1(logarithms).astype(np.int64), rng).tolist()

    _check_sizes(train_size, test_size)
    test = _distinct(lambda count: draw(count, smallest=100), test_size, 10**digits - 100)
    held_out, train = set(test), []
    while len(train) < train_size:
        train += [number for number in draw(train_size) if number not in held_out]
    train, test = (
        [(english_words(number), chinese_numeral(number)) for number in numbers]
        for numbers in (train[:train_size], test)
    )
    english = Vocabulary(ENGLISH_WORDS, separator=" ")
    return _task(train, test, english, Vocabulary(CHINESE_CHARACTERS))


def _often_round(numbers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A third of the numbers with zeros after their first digits, how many being left to chance."""
    lengths = np.log10(np.maximum(numbers, 1)).astype(np.int64) + 1
    unit = 10 ** (lengths - rng.integers(1, lengths + 1))
    return np.where(rng.random(numbers.shape) < 1 / 3, numbers - numbers % unit, numbers)


def _check_sizes(train_size: int, test_size: int) -> None:
    if min(train_size, test_size) < 1:
        raise ValueError(
            f"train_size and test_size must be at least 1, got {train_size} and {test_size}: "
            f"ask for more examples"
        )


def _distinct(draw: Callable[[int], list], count: int, available: int) -> list:
    """`count` different results of drawing again and again, in the order they were found."""
    if count > available:
        raise ValueError(
            f"there are only {available:,} different sources, but {count:,} are asked for: "
            f"ask for fewer, or for longer ones"
        )
    found = {}
    while len(found) < count:
        found |= dict.fromkeys(draw(count))
    return list(found)[:count]


def _task(train: list[Pair], test: list[Pair], source: Vocabulary, target: Vocabulary) -> Task:
    return Task(make_batch(train, source, target), make_batch(test, source, target), source, target)


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
    """These rows of a batch, without the columns that are padding in all of them."""
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
