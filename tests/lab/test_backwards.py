"""The way back, tried out: fetching learns, roads add up, and digits are lost where they should."""

import numpy as np
import pytest

from course_utils.attention import Attention, attend_backward
from course_utils.lab import backwards as lab
from course_utils.lab.reach import gradient_reach
from course_utils.scoring import DotScore, ScaledDotScore


def row_rule(weights, d_weights):
    return weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))


def test_the_row_rule_learns_to_fetch_and_a_rule_of_nothing_stays_where_it_began():
    losses = lab.fetching(row_rule, steps=300, seeds=range(3))
    assert losses.shape == (3, 300)
    assert (losses[:, -1] < 0.1 * losses[:, 0]).all()
    still = lab.fetching(lambda weights, told: 0 * told, steps=5, seeds=range(3))
    assert not np.ptp(still, axis=1).any()


def test_the_row_rule_does_not_hear_a_shift_of_all_values_and_the_diagonal_does():
    rules = {"row": row_rule, "diagonal": lambda weights, told: weights * (1 - weights) * told}
    gaps = {}
    for name, rule in rules.items():
        here, there = (lab.fetching(rule, offset, 50, seeds=range(2)) for offset in (0, 3))
        gaps[name] = np.abs(here - there).max()
    assert gaps["row"] < 1e-9 and gaps["diagonal"] > 0.1


def test_ends_are_the_median_and_the_count_of_what_is_solved():
    found = lab.ends({"row": row_rule, "still": lambda weights, told: 0 * told}, seeds=range(4))
    losses = lab.fetching(row_rule, seeds=range(4))[:, -1]
    assert found["row"] == {"middle": np.median(losses), "solved": (losses < 0.1).sum()}
    assert found["still"]["solved"] == 0


def test_both_roads_together_are_the_course_s_attention():
    whole = gradient_reach(Attention(DotScore()), 6, width=8, strings=3)
    assert gradient_reach(lab.OneRoad(DotScore()), 6, width=8, strings=3) == pytest.approx(whole)
    less = [gradient_reach(lab.OneRoad(DotScore(), road), 6, 8, 3) for road in ("values", "keys")]
    assert less[1] < less[0] and less[0] != pytest.approx(whole, rel=1e-6)


def test_with_both_roads_closed_the_long_way_is_left_and_fades():
    def reach(road, length):
        return gradient_reach(lab.OneRoad(DotScore(), road), length, width=8, strings=3)

    assert 0 < reach("neither", 20) < 0.01 * reach("keys", 20)
    assert reach("neither", 20) < 0.01 * reach("neither", 5)


def test_the_top_key_told_alone_does_not_learn_in_ten_times_the_steps():
    def top_alone(weights, told):
        return row_rule(weights, told) * (weights == weights.max(axis=1, keepdims=True))

    ends = lab.fetching(top_alone, steps=3000)[:, -1]
    assert np.median(ends) > 0.15


def test_a_road_that_is_none_is_refused():
    with pytest.raises(ValueError, match="road must be one of"):
        lab.OneRoad(DotScore(), "queries")


def test_central_differences_get_better_by_the_square_of_the_step_until_digits_run_out():
    far, near = (lab.slope_error(np.float64, step) for step in (1e-1, 1e-2))
    assert far / near == pytest.approx(100, rel=0.05)
    assert lab.slope_error(np.float32, 1e-5) > 100 * lab.slope_error(np.float32, 1e-2)


def test_shifted_rows_are_the_same_numbers_in_both_dtypes():
    exact, single = lab.shifted_rows(1000), lab.shifted_rows(1000, np.float32)
    assert {array.dtype for array in single} == {np.dtype(np.float32)}
    for one, other in zip(exact[1:], single[1:], strict=True):
        np.testing.assert_array_equal(one, other)


def test_judges_pass_the_right_way_back_and_see_one_that_is_wrong():
    def way_back(d_context, weights, queries, keys, values):
        cache = values, weights, ScaledDotScore(), (queries, keys)
        return attend_backward(d_context, cache)[:3]

    def without_root(*arrays):
        d_queries, d_keys, d_values = way_back(*arrays)
        return 8**0.5 * d_queries, d_keys, d_values

    right = lab.off_by(way_back)
    assert right["differences"] < 1e-7 and right["package"] == 0
    assert min(lab.off_by(without_root).values()) > 0.1


def test_a_share_is_of_the_largest():
    assert lab.share_off(np.array([1.0, 4]), np.array([2.0, 4])) == 0.25
