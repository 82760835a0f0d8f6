"""The scale explorer: its numbers are those that theory promises."""

import pytest

from course_utils.explorers.scale import WIDTHS, scale_look

MOVES = [{"width": 64}, {"divisor": "√d"}, {"temperature": 4.0}]
MISSIONS = [{"width": 1024}, {"width": 256, "temperature": 20.0}, {"divisor": "d", "width": 512}]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_deviation_grows_with_the_root_of_the_width_and_the_root_takes_it_back(width):
    plain, scaled = (scale_look(width, divisor, 1.0).facts for divisor in ("nothing", "√d"))
    assert plain.deviation == pytest.approx(width**0.5, rel=0.35)
    assert scaled.deviation == pytest.approx(plain.deviation / width**0.5)


def test_too_large_a_divisor_makes_all_weights_equal():
    assert scale_look(1024, "d", 1.0).facts.largest < 0.12
    assert scale_look(1024, "nothing", 1.0).facts.largest > 0.9
