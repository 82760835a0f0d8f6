"""Self-attention in a sentence: what the explorer says is what the arrays say."""

import numpy as np
import pytest

from course_utils.explorers.words import ORDERS, look_around, word_look

FIRST, *OTHERS = ORDERS


@pytest.mark.parametrize("order", OTHERS)
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_without_places_each_word_receives_the_same_in_any_order(order, share):
    first, other = (word_look(name, 0.0, share).facts for name in (FIRST, order))
    np.testing.assert_allclose(other.outputs, first.outputs, atol=1e-12)
    np.testing.assert_allclose(other.weights, first.weights, atol=1e-12)
    assert not other.moved and not first.moved


@pytest.mark.parametrize("order", OTHERS)
def test_with_places_it_receives_something_else(order):
    assert word_look(order, 1.0, 0.5).facts.moved
    assert not word_look(FIRST, 1.0, 0.5).facts.moved


def test_scores_are_equal_both_ways_for_literal_q_equals_k_only():
    for share, symmetric in ((0.0, True), (0.5, False)):
        scores = look_around(ORDERS[FIRST], 0.0, share).scores
        assert np.allclose(scores, scores.T) is symmetric
        said = "equal" if symmetric else "differ"
        assert f"Scores {said} both ways" in word_look(FIRST, 0.0, share).reading
