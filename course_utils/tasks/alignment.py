"""Which English word carries which Chinese digit: the known alignment of number words.

"forty two thousand" ↔ 四万二千: 四 comes from "forty", 二 from "two". A model that is never told
can be compared with it.
"""

from collections.abc import Iterator

import numpy as np

from course_utils.tasks.numerals import chinese_numeral, english_words

_ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_GROUPS = {"thousand": 1, "million": 2, "billion": 3, "trillion": 4}
_TENS = "ty"  # twenty … ninety end like this
NOWHERE = -1


def digit_alignment(number: int) -> np.ndarray:
    """Return for each Chinese character the place of the word that carries it, or −1.

    Only the digits 一 to 九 have a word: "forty" for 四, "thirteen" for both 一 and 三 of 一十三.
    Units (十, 百, 千, 万, 亿) and 零 are −1: words for them stand elsewhere, or nowhere.
    """
    numeral, words = chinese_numeral(number), english_words(number)
    carriers = _english_places(words)
    gold = np.full(len(numeral), NOWHERE)
    for index, power in _chinese_places(numeral):
        gold[index] = carriers[power]
    return gold


def alignment_score(weights: np.ndarray, gold: np.ndarray) -> float:
    """Return the share of rows whose largest weight falls on the word that carries them.

    weights (n, m), gold (n,) places of words; rows with −1 do not count. NaN where none counts.
    Raises ValueError unless there is one place for each row of weights.
    """
    weights, gold = np.asarray(weights), np.asarray(gold)
    if weights.ndim != 2 or gold.shape != weights.shape[:1]:
        raise ValueError(
            f"weights must be (n, m) and gold (n,), got {weights.shape} and {gold.shape}: "
            f"take one sentence, and as many rows as its numeral has characters"
        )
    counted = gold != NOWHERE
    if not counted.any():
        return float("nan")
    return float((weights.argmax(axis=-1)[counted] == gold[counted]).mean())


def _chinese_places(numeral: str) -> Iterator[tuple[int, int]]:
    """Yield (index, power of ten) of each digit, from the right: units name the power."""
    group = power = 0
    for index in reversed(range(len(numeral))):
        character = numeral[index]
        if character in "万亿":
            # 万 after 亿 counts on top of it: 一万亿
            group, power = group + 4 if character == "万" else 8, 0
        elif character in "十百千":
            power = 1 + "十百千".index(character)
        elif character != "零":
            yield index, group + power


def _english_places(words: list[str]) -> dict[int, int]:
    """Map a power of ten to the index of the word that carries its digit."""
    places, group, hundreds = {}, 0, 0
    for index in reversed(range(len(words))):
        word = words[index]
        if word in _GROUPS:
            group, hundreds = 3 * _GROUPS[word], 0
        elif word == "hundred":
            hundreds = 2
        elif word in _ONES:
            places[group + hundreds] = index
        elif word.endswith(_TENS):
            places[group + 1] = index
        elif word != "and":  # ten to nineteen carry two digits
            places[group] = places[group + 1] = index
    return places
