"""The known alignment: a digit's word says that digit, for numbers of every size."""

import numpy as np
import pytest

from course_utils.tasks.alignment import NOWHERE, alignment_score, digit_alignment
from course_utils.tasks.numerals import chinese_numeral, english_words

TEENS = [f"{part}teen" for part in ("thir", "four", "fif", "six", "seven", "eigh", "nine")]
BEGINS = {
    "一": ("one", "ten", "eleven", "twelve", *TEENS),
    "二": ("two", "twenty", "twelve"),
    "三": ("three", "thir"),
    "四": ("four", "forty"),
    "五": ("five", "fif"),
    "六": ("six",),
    "七": ("seven",),
    "八": ("eigh",),
    "九": ("nine",),
}


def pairs(number):
    words = english_words(number)
    return [
        (character, words[i] if i >= 0 else "")
        for character, i in zip(chinese_numeral(number), digit_alignment(number), strict=True)
    ]


def test_an_example_by_hand():
    assert pairs(342_005) == [
        ("三", "three"), ("十", ""), ("四", "forty"), ("万", ""), ("二", "two"), ("千", ""),
        ("零", ""), ("五", "five"),
    ]  # fmt: skip
    assert pairs(113) == [("一", "one"), ("百", ""), ("一", "thirteen"), ("十", ""),
                          ("三", "thirteen")]  # fmt: skip


def test_digits_have_their_word_and_units_have_none():
    rng = np.random.default_rng(0)
    numbers = [int(n) for n in 10 ** rng.uniform(0, 12, 3_000)] + [10**12, 10**12 - 1, 10**8 + 1, 1]
    for number in numbers:
        for character, word in pairs(number):
            if character in BEGINS:
                assert word.startswith(BEGINS[character]), (number, character, word)
            else:
                assert word == "", (number, character, word)


def test_the_score_counts_rows_that_have_a_word():
    weights = [[0.9, 0.1, 0], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4], [0, 1, 0]]
    assert alignment_score(weights, [0, 2, 2, NOWHERE]) == pytest.approx(2 / 3)
    assert np.isnan(alignment_score(weights[:1], [NOWHERE]))


@pytest.mark.parametrize("shape", [(2, 3), (3,), (1, 3, 2)])
def test_the_score_needs_a_place_for_each_row(shape):
    with pytest.raises(ValueError, match=r"weights must be \(n, m\) and gold \(n,\), got"):
        alignment_score(np.ones(shape), [0, 1, 0])
