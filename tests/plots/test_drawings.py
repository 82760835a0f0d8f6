"""The SVG pictures: well formed, described, readable, and the same size at every redraw."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.plots import drawings
from course_utils.plots.readings import (
    check_grid,
    largest_cells,
    row_reading,
    weights_reading,
    weights_table,
)

SVG = "{http://www.w3.org/2000/svg}"


def test_a_picture_is_well_formed_named_and_described():
    root = ET.fromstring(drawings.svg(30, 40, "A <title>", "reading <&>"))
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "A <title>"
    assert root.find(f"{SVG}desc").text == "reading <&>"


def test_every_weight_is_readable_on_its_colour():
    for fill, ink in drawings.SHADES:
        assert drawings.contrast(fill, ink) >= 4.5


@pytest.mark.parametrize("colour", [drawings.QUERY, drawings.KEY, drawings.VALUE, drawings.FAINT])
def test_coloured_text_is_readable_on_white(colour):
    assert drawings.contrast(colour, "#ffffff") >= 4.5


def test_contrast_of_black_on_white_is_the_standard_s_21():
    assert drawings.contrast("#000000", "#ffffff") == pytest.approx(21)


def test_the_ramp_is_close_to_matplotlib_s_cividis():
    from matplotlib import colormaps

    for weight in np.linspace(0, 1, 41):
        colour = drawings.cividis(weight)
        ours = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        assert np.abs(np.subtract(ours, colormaps["cividis"](weight)[:3])).max() < 0.03


def test_an_arrow_without_length_is_left_out():
    assert drawings.arrow((5, 5), (5, 5), drawings.QUERY) == ""


def test_words_with_markup_are_escaped():
    assert "&lt;b&gt;" in drawings.label(0, 0, "<b>")


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([0.93, 0.05, 0.02], "93 % on thirty"),
        ([0.422, 0.155, 0.422], "42 % each on thirty and four"),
        ([1 / 3] * 3, "33 % each on every key"),
        ([0.0, 0.0, 0.0], "looks at nothing"),
    ],
)
def test_a_row_is_read_aloud(weights, expected):
    assert row_reading(weights, ["thirty", "and", "four"]) == expected


def test_a_map_is_read_row_by_row():
    reading = weights_reading([[0.9, 0.1], [0.2, 0.8]], ["三", "十"], ["thirty", "four"])
    assert reading == "Largest weight per query. 三: 90 % on thirty; 十: 80 % on four."


def test_the_table_has_row_and_column_headers():
    table = ET.fromstring(weights_table([[0.9, 0.1]], ["<q>"], ["a", "b"]))
    assert [th.text for th in table.iter("th") if th.get("scope") == "col"] == ["query", "a", "b"]
    assert [th.text for th in table.iter("th") if th.get("scope") == "row"] == ["<q>"]
    assert [td.text for td in table.iter("td")] == ["0.90", "0.10"]


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 99))
def test_the_largest_cell_of_each_row_is_marked(n, m, seed):
    weights = np.random.default_rng(seed).dirichlet(np.ones(m), n)
    marked = largest_cells(weights)
    assert marked[np.arange(n), weights.argmax(axis=1)].all()
    assert (weights[marked] >= weights.max(axis=1).min() - 0.005).all()


def test_labels_that_do_not_fit_are_an_error():
    with pytest.raises(ValueError, match=r"one column per key = \(2, 3\), got \(3, 2\)"):
        check_grid(np.ones((3, 2)), "ab", "xyz")
    with pytest.raises(ValueError, match="mask must have one row per query"):
        check_grid(np.ones((2, 3)), "ab", "xyz", mask=np.ones((3, 2), bool))
