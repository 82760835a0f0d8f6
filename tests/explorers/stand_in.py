"""A stand-in for a trained translator: four numbers, with weights that missions can be tried on."""

import numpy as np

from course_utils.explorers import Translation

WORDS = {
    342_000: "three hundred and forty two thousand",
    105: "one hundred and five",
    7: "seven",
    10: "ten",
}
NUMERALS = {342_000: "三十四万二千", 105: "一百零五", 7: "七", 10: ""}


def translate(number):
    """Stand in for a trained model: 百 and 零 look at "and", any other looks along the diagonal."""
    words, symbols = WORDS[number].split(), list(NUMERALS[number])
    weights = np.full((len(symbols), len(words)), 0.02)
    for i, symbol in enumerate(symbols):
        weights[i, words.index("and") if symbol in "百零" else min(i, len(words) - 1)] += 1
    if number == 342_000:
        weights[4, 0] += 2  # 二 jumps back to the first word
    return Translation(words, symbols, weights / weights.sum(axis=1, keepdims=True))
