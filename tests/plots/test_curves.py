"""Lines: several runs as median and band, each named at its end, the rest grey."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import same_color

from course_utils import plots
from course_utils.plots.curves import GREY, SERIES, apart
from course_utils.plots.drawings import KEY, QUERY, VALUE, contrast

RUNS = {name: np.array([[0.2, 0.4], [0.3, 0.1], [0.9, 0.2]]) + i for i, name in enumerate("abcde")}


def notes(ax):
    return {text.get_text(): text for text in ax.texts}


def test_several_runs_are_a_median_in_a_band():
    ax = plots.lines([1, 2], {"a": RUNS["a"]}).axes[0]
    assert ax.lines[0].get_ydata().tolist() == [0.3, 0.2]
    corners = ax.collections[0].get_paths()[0].vertices
    for place, low, high in ((1, 0.2, 0.9), (2, 0.1, 0.4)):
        heights = corners[corners[:, 0] == place, 1]
        assert (heights.min(), heights.max()) == (low, high)


def test_four_stand_out_and_the_rest_is_grey_without_a_band():
    ax = plots.accuracy_by_length([4, 8], RUNS, emphasise=["e", "b"]).axes[0]
    colours = {name: text.get_color() for name, text in notes(ax).items()}
    assert [colours[name] for name in "eb"] == [look[0] for look in SERIES[:2]]
    assert {colours[name] for name in "acd"} == {GREY[0]}
    assert len(ax.collections) == 2
    assert [same_color(line.get_color(), GREY[0]) for line in ax.lines] == [False] * 2 + [True] * 3


def test_lines_differ_in_more_than_colour_and_in_no_colour_of_a_role():
    assert len({look[1] for look in SERIES}) == len({look[2] for look in SERIES}) == len(SERIES)
    assert not {look[0] for look in SERIES} & {QUERY, KEY, VALUE}
    assert all(contrast(look[0], "#ffffff") >= 4.5 for look in (*SERIES, GREY))


@pytest.mark.parametrize("later", [{}, {"yscale": "log"}, {"ylim": (0, 40)}])
def test_names_stand_apart_beside_the_ends_whatever_is_set_later(later):
    ends = {"a": [1, 5.0], "b": [1, 5.01], "c": [1, 0.5]}
    figure = plots.lines([1, 2], ends)
    ax = figure.axes[0]
    ax.set(**later)
    figure.draw_without_rendering()
    boxes = {name: text.get_window_extent() for name, text in notes(ax).items()}
    ordered = sorted(boxes.values(), key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 + 3 for low, high in pairwise(ordered))
    at = ax.transData.transform((2, 0.5))[1]
    assert abs((boxes["c"].y0 + boxes["c"].y1) / 2 - at) < 12
    assert max(box.x1 for box in boxes.values()) <= figure.bbox.x1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_names_move_apart_and_no_further(heights):
    moved = apart(heights, 0.1)
    assert (np.diff(np.sort(moved)) > 0.1 - 1e-9).all()
    assert (np.argsort(moved, kind="stable") == np.argsort(heights, kind="stable")).all()
    np.testing.assert_allclose(apart(moved, 0.1 - 1e-9), moved, atol=1e-6)
    assert abs(np.mean(moved) - np.mean(heights)) < 1e-9


def test_scales_may_be_logarithmic_and_say_so():
    ax = plots.lines([1, 10], {"a": [1, 1e-9]}, "", "words", "nats", log="xy").axes[0]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("words, log scale", "nats, log scale")
    assert plots.lines([1, 10], {"a": [1, 2]}, log="y").axes[0].get_ylabel() == "log scale"


def test_places_may_be_words():
    ax = plots.lines(["2–4", "5–7"], {"a": [1, 2]}).axes[0]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["2–4", "5–7"]


def test_a_curve_that_misses_numbers_at_its_end_is_named_where_it_stops():
    ax = plots.lines([1, 2, 3], {"a": [1, 2, np.nan], "none": [np.nan] * 3}).axes[0]
    assert {name: tuple(text.xy) for name, text in notes(ax).items()} == {"a": (2, 2)}


def test_curves_that_do_not_fit_are_named():
    with pytest.raises(
        ValueError, match=r"curve 'a' must have one number for each of the 3 places"
    ):
        plots.lines([1, 2, 3], {"a": [1, 2]})
    with pytest.raises(ValueError, match=r"emphasise must name curves among \['a'\], got \['b'\]"):
        plots.lines([1, 2], {"a": [1, 2]}, emphasise=["b"])
    with pytest.raises(ValueError, match="at most 4 curves can be told apart, got 5"):
        plots.lines([1, 2], RUNS, emphasise="abcde")
