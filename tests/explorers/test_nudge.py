"""The explorer of nudges: its slopes and gradients are what a small nudge does."""

import numpy as np
import pytest

from course_utils.explorers.nudge import KEYS, ROWS, VALUES, nudge_explorer, nudge_look

AHEAD, FAR = ROWS["k2 ahead by 1"], ROWS["k2 ahead by 8"]
MOVES = [{"scores": AHEAD}, {"key": 2}, {"by": 1.0}, {"wanted": 10}]
MISSIONS = [
    {"scores": FAR, "by": 1.0},
    {"scores": AHEAD, "wanted": 0},
    {"scores": FAR, "wanted": 10},
]


def facts(scores=AHEAD, key=0, by=0.0, wanted=6):
    return nudge_look(scores, key, by, wanted).facts


@pytest.mark.parametrize("key", KEYS.values())
def test_slopes_and_gradients_are_what_a_nudge_does(key):
    h = 1e-5
    above, below, here = (facts(key=key, by=by) for by in (h, -h, 0.0))
    np.testing.assert_allclose(here.slopes, (above.weights - below.weights) / (2 * h), atol=1e-8)
    loss = [seen.off**2 / 2 for seen in (above, below)]
    assert here.d_scores[key] == pytest.approx((loss[0] - loss[1]) / (2 * h), abs=1e-6)


def test_a_value_is_told_by_its_weight_and_a_weight_by_its_value():
    seen = facts(wanted=0)
    np.testing.assert_allclose(seen.d_values, seen.weights * (seen.weights @ VALUES))
    np.testing.assert_allclose(seen.d_weights, VALUES * (seen.weights @ VALUES))


def test_without_a_nudge_nothing_moves_and_no_row_tells_all_scores_alike():
    for scores in ROWS.values():
        seen = facts(scores)
        assert not seen.moved.any()
        assert abs(seen.d_scores.sum()) < 1e-12


def test_the_book_can_draw_every_state():
    states = np.prod([_offered(control) for control in nudge_explorer().controls.values()])
    assert states == 5 * 4 * 9 * 6


def _offered(control):
    if hasattr(control, "options"):
        return len(control.options)
    return round((control.max - control.min) / control.step) + 1
