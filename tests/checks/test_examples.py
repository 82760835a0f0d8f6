"""Exercises that take any right example: random ones are judged as a plain formula judges them."""

from collections import Counter

import numpy as np
import pytest

from course_utils.checks.catalogue import find
from course_utils.checks.outcomes import NotAnsweredYet

RNG = np.random.default_rng(7)
MATRICES = [scale * RNG.normal(size=(2, 2)) for scale in (0.1, 1, 10, 1e6) for _ in range(25)]
PAIRS = [scale * RNG.normal(size=(2, 2, 2)) for scale in (0.3, 1, 10, 1e3) for _ in range(25)]
NO_EXAMPLES = [
    "text",
    7,
    [],
    [1, 2],
    [[1, 2], [3, float("nan")]],
    [[1, 2, 3], [4, 5, 6]],
    {"W": 1},
    lambda x: x,
    [[1j, 2], [3, 4]],
    [[[1, 2], [3, 4]], "text"],
]


def is_one_way(W):
    """Whether a for b is at least 1 and b for a at most −1, number by number."""
    (p, q), (r, s) = W
    return 2 * p + q + 4 * r + 2 * s >= 1 and 2 * p + 4 * q + r + 2 * s <= -1


def looks_one_way(pair):
    """Whether i → j is ahead by 1: only the two corners of the product can set them apart."""
    W_query, W_key = pair
    product = W_query @ W_key.T
    return 5 * (product[0, 1] - product[1, 0]) >= 1


def tells_apart(one, other):
    """Whether the shares of some word differ, in sentences of the same words."""
    first, second = (Counter(text.split()) for text in (one, other))
    if first.keys() != second.keys():
        return False
    return len({first[word] / second[word] for word in first}) > 1


@pytest.mark.parametrize(
    ("id", "answers", "is_right"),
    [("06.5", MATRICES, is_one_way), ("R3.2", PAIRS, looks_one_way)],
)
def test_random_matrices_are_judged_as_a_plain_formula_judges_them(id, answers, is_right):
    wanted = [bool(is_right(answer)) for answer in answers]
    assert 5 < sum(wanted) < len(wanted) - 5
    for right, answer in zip(wanted, answers, strict=True):
        verdict = find(id).judge(answer)
        assert verdict.passed == right and (right or verdict.mistake), answer


def test_random_sentences_are_judged_by_the_shares_of_their_words():
    drawn = [
        [" ".join(RNG.choice(["dog", "bites", "man"], RNG.integers(3, 7))) for _ in range(2)]
        for _ in range(80)
    ]
    wanted = [tells_apart(*pair) for pair in drawn]
    assert 5 < sum(wanted) < len(wanted) - 5
    assert [find("07.5").judge(pair).passed for pair in drawn] == wanted


@pytest.mark.parametrize("id", ["06.5", "07.5", "R3.2"])
def test_what_is_no_example_is_refused_in_a_sentence(id):
    for answer in NO_EXAMPLES:
        verdict = find(id).judge(answer)
        assert not verdict.passed and "got" in verdict.message, answer
    with pytest.raises(NotAnsweredYet):
        find(id).judge(...)


@pytest.mark.parametrize("texts", [["dog", ""], ["dog " * 21, "dog"], ["dog", 7]])
def test_a_sentence_has_words_and_not_too_many(texts):
    assert "a sentence" in find("07.5").judge(texts).message.lower()
