"""The explorer of conventions: its functions read a mask as the real ones do, and as ours does."""

import numpy as np
import pytest

from course_utils.attention import attend
from course_utils.explorers.conventions import (
    BACK,
    DOT,
    FUNCTIONS,
    HEADS,
    KINDS,
    OURS,
    SCORES,
    handed_look,
    weigh,
)
from course_utils.lab import bridge
from course_utils.softmax import softmax

MOVES = [
    {"function": HEADS},
    {"function": DOT, "meaning": False},
    {"function": DOT, "kind": "ones"},
    {"padded": 2},
]
MISSIONS = [
    {"function": DOT, "meaning": False, "padded": 0},
    {"function": DOT, "kind": "ones"},
    {"function": HEADS, "meaning": False, "padded": 4},
]


def test_ours_is_attention_with_that_mask():
    seen = handed_look(OURS, True, "boolean", 1).facts
    assert np.allclose(seen.weights, softmax(SCORES, mask=seen.meant))
    eye = np.eye(4)
    assert np.allclose(
        weigh(BACK, OURS), attend(2 * SCORES, eye, eye, mask=BACK).weights
    )  # d = 4: half of 2 S


@pytest.mark.parametrize("function", (DOT, HEADS))
def test_a_mask_hides_whom_pytorch_hides(function):
    mask, heard = bridge.heard()
    weights = weigh(np.tile(mask, (4, 1)), function)
    assert np.array_equal(weights[0] > 0, heard[f"{function}, attn_mask"] > 0)


def test_a_query_without_a_key_gets_what_pytorch_gives():
    none = np.zeros((4, 4), bool)
    found = bridge.with_every_key_hidden()
    assert (weigh(none, DOT) == 0).all() and (found[DOT] == 0).all()
    assert np.isnan(weigh(~none, HEADS)).all() and np.isnan(found[HEADS]).all()


@pytest.mark.parametrize("function", (DOT, HEADS))
def test_zero_and_minus_infinity_mean_the_same_to_both(function):
    for meaning in (True, False):
        seen = handed_look(function, meaning, "added", 0).facts
        assert np.allclose(seen.weights, softmax(SCORES, mask=BACK))


def test_numbers_are_an_error_for_ours_alone():
    assert handed_look(OURS, True, "ones", 0).facts.weights is None
    assert all(
        handed_look(f, True, k, 0).facts.weights is not None
        for f in FUNCTIONS[1:]
        for k in KINDS.values()
    )
