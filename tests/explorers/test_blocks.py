"""The explorer of blocks: its sums are softmax's, and a rule that is broken is broken."""

import numpy as np
import pytest

from course_utils.attention import softmax
from course_utils.explorers.blocks import KEYS, ROWS, SIZES, VALUES, block_look

MOVES = [
    {"scores": "rising"},
    {"block": 2},
    {"step": 3, "rescaled": False},
    {"step": 2},
]
MISSIONS = [
    {"scores": "rising", "block": 3, "step": 4},
    {"scores": "the largest first", "rescaled": False, "step": 4},
    {"scores": "the largest first", "block": 2, "step": 2},
]


@pytest.mark.parametrize("block", SIZES)
@pytest.mark.parametrize("scores", ROWS)
def test_after_all_blocks_the_answer_is_that_of_softmax(scores, block):
    facts = block_look(scores, block, True, KEYS).facts
    assert facts.done and len(facts.steps) == -(-KEYS // block)
    assert facts.answer == pytest.approx(softmax(np.array(ROWS[scores], float)) @ VALUES)


def test_on_the_way_it_is_the_answer_over_the_keys_that_were_seen():
    facts = block_look("mixed", 3, True, 2).facts
    assert not facts.done
    assert facts.answer == pytest.approx(softmax(np.array(ROWS["mixed"][:6], float)) @ VALUES[:6])


def test_sums_left_as_they_are_give_another_answer_where_the_largest_comes_late():
    facts = block_look("the largest last", 3, False, 4).facts
    assert abs(facts.answer - facts.right) > 0.005
