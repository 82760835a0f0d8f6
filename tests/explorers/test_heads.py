"""The explorer of heads: its weights are the course's, and what is told follows from them."""

import numpy as np

from course_utils.explorers.heads import DEGREES, GONE, NOBODY, WISHES, head_look, head_weights

AYR_BATH, EQUAL = (0, 1), (1, 3)
START = {"wish": AYR_BATH, "balance": 0.5, "loud": 4.0, "heads": 1, "shared": False, "gone": NOBODY}
MOVES = [
    {"wish": EQUAL},
    {"balance": 1.0},
    {"loud": 8.0},
    {"heads": 2},
    {"heads": 2, "shared": True},
    {"heads": 2, "gone": 1},
]
MISSIONS = [
    {"wish": EQUAL, "loud": 8.0},
    {"heads": 2, "balance": 1.0, "loud": 8.0, "shared": True},
    {"heads": 2, "balance": 1.0, "loud": 8.0, "gone": 1},
]


def facts(**changed):
    return head_look(**{**START, **changed}).facts


def test_one_head_that_asks_for_both_tells_their_average():
    seen = facts(loud=8.0)
    half = (DEGREES[1] - DEGREES[0]) / 2
    np.testing.assert_allclose(seen.off, half, atol=0.6)


def test_weights_are_softmax_of_what_is_asked():
    weights = head_weights(AYR_BATH, 0.75, 2.0, 2)
    scores = np.zeros((2, 6))
    scores[0, :2], scores[1, :2] = (1.5, 0.5), (0.5, 1.5)
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(weights, expected)


def test_sharing_keys_changes_the_bytes_and_nothing_else():
    own, shared = (facts(heads=2, balance=1.0, shared=share) for share in (False, True))
    np.testing.assert_array_equal(own.weights, shared.weights)
    assert (own.kept, shared.kept) == (288, 144)


def test_a_head_that_is_gone_leaves_the_other_as_it_is():
    whole = facts(heads=2, balance=1.0, loud=8.0)
    for head in (0, 1):
        left = facts(heads=2, balance=1.0, loud=8.0, gone=head)
        assert left.off[1 - head] == whole.off[1 - head] and left.off[head] > whole.off[head]


def test_two_heads_tell_every_wish_and_one_only_equal_ones():
    for wish in WISHES.values():
        assert (facts(wish=wish, heads=2, balance=1.0, loud=8.0).off < 0.5).all()
        for balance in (0.0, 0.25, 0.5, 0.75, 1.0):
            right = (facts(wish=wish, balance=balance, loud=8.0).off < 0.5).all()
            assert not right or DEGREES[wish[0]] == DEGREES[wish[1]]
    assert list(GONE.values()) == [NOBODY, 0, 1]
