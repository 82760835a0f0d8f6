"""A declaration that cannot work is refused where it is written, not where a learner meets it."""

import pytest

from course_utils.checks.declare import Sheet

HINTS = ("Why?", "Because ____.")


def order(sheet, id="99.1"):
    """An exercise whose answer is an order of two lines."""
    about = {"points": 1, "asks": "In which order?", "lines": {1: "a", 2: "b"}, "hints": HINTS}

    @sheet.order(id, "two lines", **about)
    def lines():
        """Right."""
        return 1, 2

    return lines


def test_a_mistake_of_an_order_says_how_it_shows():
    lines = order(Sheet("99"))
    with pytest.raises(TypeError, match=r"99\.1, 'turned round': say how it shows"):

        @lines.mistake
        def turned_round():
            """b needs a."""
            return 2, 1


def test_an_id_belongs_to_its_sheet_and_comes_once():
    sheet = Sheet("99")
    order(sheet)
    for id in ("99.1", "98.2"):
        with pytest.raises(ValueError, match="give it another id"):
            order(sheet, id)


def test_a_right_letter_is_one_of_the_options():
    options = {"a": ("this", "Yes."), "b": ("that", "No.")}
    with pytest.raises(ValueError, match=r"99\.1: letter must be one of \['a', 'b'\]"):
        Sheet("99").choice(
            "99.1", "which?", points=1, asks="Which?", letter="c", options=options, hints=HINTS
        )
