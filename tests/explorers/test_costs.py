"""The cost explorer says in words and numbers what it draws."""

import pytest

from course_utils.explorers.costs import LENGTHS, RULES, WIDTHS, cost_look, percent, short

MOVES = [{"length": 200}, {"width": 64}, {"rule": "additive"}]
MISSIONS = [{"length": 2_000}, {"length": 10}, {"length": 20_000}]


def test_thirty_words_and_width_1000():
    seen = cost_look(30, 1_000, "dot")
    assert "Attention adds 0.5 % of encoder and decoder" in seen.reading
    assert "P + S + M = 0.5 % of E + D" in seen.picture


@pytest.mark.parametrize("rule", RULES)
def test_every_setting_can_be_drawn(rule):
    for length in (LENGTHS[0], LENGTHS[-1]):
        for width in (WIDTHS[0], WIDTHS[-1]):
            seen = cost_look(length, width, rule)
            assert seen.picture.startswith("<svg")
            assert "e+" not in seen.reading + seen.picture
            assert " ," not in seen.reading


@pytest.mark.parametrize(
    ("count", "written"), [(0, "0 "), (999, "999 "), (1_800_000, "1.8 M"), (2e12, "2 T")]
)
def test_large_numbers_are_written_short(count, written):
    assert short(count) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.0195, "1.95 %"), (13.1, "1,310 %"), (3_349, "335,000 %"), (1, "100 %")],
)
def test_a_share_has_three_digits_and_no_exponent(share, written):
    assert percent(share) == written
