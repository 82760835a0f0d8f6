"""The explorer of positions: the table is the course's, and a shuffle moves what it should."""

import re

import numpy as np

from course_utils.explorers.positions import (
    ADDED,
    ORDERS,
    WRITTEN,
    _clocks,
    hands,
    position_look,
)
from course_utils.positions import sinusoids

REVERSED = (4, 3, 2, 1, 0)
NONE, SOME = ADDED.values()
MOVES = [
    {"size": 16},
    {"base": 10.0},
    {"order": REVERSED, "added": SOME},
    {"added": SOME, "order": REVERSED},
    {"place": 3},
]
MISSIONS = [
    {"size": 2},
    {"size": 16, "base": 10.0},
    {"added": SOME, "order": REVERSED},
]


def test_the_hands_are_the_course_s_sinusoids():
    np.testing.assert_allclose(hands(12, 8, 10_000.0), sinusoids(12, 8))


def test_without_places_no_order_moves_a_word():
    for order in ORDERS.values():
        facts = position_look(8, 10_000.0, NONE, order, 0).facts
        assert facts.changes.max() < 1e-12


def test_with_places_the_written_order_moves_nothing_and_another_does():
    assert not position_look(8, 10_000.0, SOME, WRITTEN, 0).facts.changes.any()
    assert position_look(8, 10_000.0, SOME, REVERSED, 0).facts.changes.max() > 0.05


def test_how_alike_two_places_are_is_the_mean_cosine_of_the_hands():
    alike = position_look(4, 100.0, NONE, WRITTEN, 0).facts.alike
    np.testing.assert_allclose(alike[3], (np.cos(3) + np.cos(0.3)) / 2)


def test_a_hand_points_up_at_place_0_and_turns_clockwise():
    quarter = np.array([0.0, 1.0, 1.0, 0.0])  # up, and a quarter of a turn further
    lines = re.findall(r"<line[^>]*>", _clocks(0, quarter, 200, y=60, radius=20))
    ends = [
        [float(re.search(f' {key}="([^"]+)"', line)[1]) for key in ("x2", "y2")] for line in lines
    ]
    assert ends == [[50, 40], [170, 60]]
