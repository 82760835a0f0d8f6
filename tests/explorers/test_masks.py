"""The mask explorer: what four ways of hiding do, number by number."""

import numpy as np
import pytest

from course_utils.attention import softmax
from course_utils.explorers.masks import (
    BIG,
    KINDS,
    RIGHT,
    SCORES,
    WAYS,
    ZERO_SCORE,
    ZERO_WEIGHT,
    mask_look,
    weigh,
)

MOVES = [
    {"kind": "causal: no later key"},
    {"padded": 1},
    {"padded": 1, "way": "zero score"},
]
MISSIONS = [
    {"padded": 2, "way": "zero weight"},
    {"padded": 5},
    {"kind": "causal: no later key", "way": "zero score"},
]
CAUSAL = KINDS["causal: no later key"]


def test_the_row_of_the_lesson_gives_its_numbers():
    """Scores 2, 1, 0.5, 3, −1 with the last two hidden."""
    mask = np.array([[True, True, True, False, False]])
    row = SCORES[1:2]
    np.testing.assert_allclose(weigh(row, mask, RIGHT)[0, :3], [0.6285, 0.2312, 0.1402], atol=1e-4)
    assert weigh(row, mask, ZERO_WEIGHT).sum() == pytest.approx(0.365, abs=5e-4)
    assert weigh(row, mask, ZERO_SCORE)[0, 3:].sum() == pytest.approx(0.145, abs=5e-4)


def test_only_the_right_way_gives_an_empty_row_zeros():
    nobody = np.zeros((1, 5), dtype=bool)
    assert not weigh(SCORES[:1], nobody, RIGHT).any()
    np.testing.assert_allclose(weigh(SCORES[:1], nobody, BIG), 0.2)


@pytest.mark.parametrize("way", WAYS.values())
def test_without_a_mask_all_ways_agree(way):
    np.testing.assert_allclose(weigh(SCORES, CAUSAL | True, way), softmax(SCORES))


def test_padded_keys_are_hidden_on_top_of_the_mask():
    seen = mask_look("causal: no later key", RIGHT, padded=2)
    assert np.array_equal(seen.facts.mask[:, 3:], np.zeros((5, 2)))
    assert np.array_equal(seen.facts.mask[:, :3], CAUSAL[:, :3])
    assert "16 of 25" not in seen.reading and "13 of 25 places are hidden" in seen.reading
