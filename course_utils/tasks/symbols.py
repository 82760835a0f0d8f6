"""Tasks on plain symbols: strings to be turned round, and numbers in English and Chinese."""

from collections.abc import Callable

import numpy as np

from course_utils.tasks.batching import Pair, Seed, Task, Vocabulary, make_batch
from course_utils.tasks.numerals import (
    CHINESE_CHARACTERS,
    ENGLISH_WORDS,
    chinese_numeral,
    english_words,
)


def reverse(
    train_size: int = 20_000,
    test_size: int = 1_000,
    shortest: int = 2,
    longest: int = 20,
    symbols: str = "abcdefghijklmnopqrstuvwxyz",
    rng: Seed = 0,
) -> Task:
    """Make pairs of random strings and the same strings backwards: abc → cba.

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


def number_words(
    train_size: int = 20_000, test_size: int = 1_000, digits: int = 12, rng: Seed = 0
) -> Task:
    """Make pairs of English words and Chinese numerals: three hundred and five → 三百零五.

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
    """Put zeros after the first digits of a third of the numbers, how many being chance."""
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
    """Draw until there are `count` different results, in the order they were found."""
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
