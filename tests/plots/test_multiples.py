"""Small multiples: a panel for each name, its band from the runs, its line from the live one."""

import numpy as np
import pytest

from course_utils.plots.drawings import KEY
from course_utils.plots.multiples import maps, panels

RUNS = {name: [[0.2, 0.4, 0.9], [0.3, 0.1, 0.8]] for name in "abcde"}
LIVE = {name: [0.25, 0.3, 0.85] for name in "abcde"}


def drawn(x):
    figure = panels(x, RUNS, LIVE, "Shares", "letters", "share")
    return [ax for ax in figure.axes if ax.axison], figure


def test_each_name_has_a_panel_and_empty_places_stay_empty():
    axes, figure = drawn([1, 2, 3])
    assert [ax.get_title("left") for ax in axes] == list("abcde")
    assert len(figure.axes) == 8


def test_the_band_reaches_from_the_smallest_to_the_largest_run():
    axes, _ = drawn([1, 2, 3])
    corners = axes[0].collections[0].get_paths()[0].vertices
    for place, low, high in ((1, 0.2, 0.3), (2, 0.1, 0.4), (3, 0.8, 0.9)):
        heights = corners[np.isclose(corners[:, 0], place), 1]
        assert (heights.min(), heights.max()) == pytest.approx((low, high))


def test_the_line_is_the_live_run():
    axes, _ = drawn([1, 2, 3])
    assert axes[2].lines[0].get_xydata().tolist() == [[1, 0.25], [2, 0.3], [3, 0.85]]


def test_labels_stand_in_order_at_equal_distances():
    axes, _ = drawn(["2–4", "5–7", "8–10"])
    assert [text.get_text() for text in axes[-1].get_xticklabels()] == ["2–4", "5–7", "8–10"]
    assert axes[0].lines[0].get_xdata().tolist() == [0, 1, 2]


def test_a_map_has_a_number_in_every_cell_on_the_same_scale():
    shares = {"without": [[0.1, 0.25], [0.5, 1.0]], "with": np.ones((2, 2))}
    figure = maps(shares, [16, 32], ["4", "20"], "A map", "length", "width")
    assert [ax.get_title("left") for ax in figure.axes[:2]] == ["without", "with"]
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.10", "0.25", "0.50", "1.00"]
    assert all(ax.images[0].get_clim() == (0, 1) for ax in figure.axes[:2])
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == ["16", "32"]


def test_small_numbers_may_have_a_scale_of_their_own():
    maps_of = {"a": [[0.04, 0.26]], "b": [[0.1, 0.1]]}
    for limits, expected in ((None, (0, 0.26)), ((0.04, 0.3), (0.04, 0.3))):
        figure = maps(maps_of, "x", "yz", limits=limits)
        assert [ax.images[0].get_clim() for ax in figure.axes[:2]] == [expected] * 2
        ends = [tick.get_text() for tick in figure.axes[2].get_yticklabels()]
        assert (ends[0], ends[-1]) == tuple(map(str, expected))


def test_maps_may_have_rows_of_their_own_and_a_mask():
    rows = {"a": ["x", "y"], "b": ["u"]}
    grids = {"a": np.eye(2), "b": [[0.5, 0.5]]}
    figure = maps(grids, rows, ["k1", "k2"], largest=True)
    shown = [[tick.get_text() for tick in ax.get_yticklabels()] for ax in figure.axes[:2]]
    assert shown == [["x", "y"], ["u"]]
    hidden = maps({"a": np.eye(2)}, "xy", "uv", mask=np.array([[True, False], [True, True]]))
    assert [patch.get_xy() for patch in hidden.axes[0].patches] == [(0.5, -0.5)]


def test_a_map_that_does_not_fit_its_labels_is_an_error():
    with pytest.raises(ValueError, match=r"= \(1, 2\), got \(2, 2\)"):
        maps({"a": np.eye(2)}, "x", "uv")


def test_the_frame_of_a_small_cell_is_finer_and_queries_and_keys_have_their_colours():
    widths = []
    for count in (2, 10):
        figure = maps({"a": np.eye(count), "b": np.eye(count)}, *[range(count)] * 2, largest=True)
        widths.append(max(patch.get_linewidth() for patch in figure.axes[0].patches))
    assert widths[0] == 4.5 > widths[1]
    named = maps({"a": np.eye(2)}, "xy", "uv", None, "key", "letter")
    assert (named._supxlabel.get_color(), named._supylabel.get_color()) == (KEY, "black")
    assert "−0.50" in [text.get_text() for text in maps({"a": [[-0.5]]}, "x", "u").axes[0].texts]
