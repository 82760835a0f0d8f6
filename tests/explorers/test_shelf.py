"""The soft library answers with blends of its books."""

import pytest

from course_utils.explorers.shelf import BOOK_PAGES, shelf_look

MOVES = [{"x": -1.0}, {"y": 1.5}, {"sharpness": 10}]
MISSIONS = [{"x": 0.5, "y": 0.5}, {"x": 2.0, "y": 0.2, "sharpness": 10}, {"x": 0.0, "y": 0.0}]


def test_the_shelf_blends_within_the_books():
    view = shelf_look(x=-0.7, y=1.3, sharpness=1)
    assert view.facts.sum() == pytest.approx(1)
    blended = view.facts @ BOOK_PAGES
    for amount in blended:
        assert f"{amount:.1f}" in view.reading
