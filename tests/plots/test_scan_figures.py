"""Figures of scans: each scan in its place, its colour the weight, its numbers beside it."""

import warnings

import numpy as np
import pytest

from course_utils.plots.drawings import cividis
from course_utils.plots.figures import png_of
from course_utils.plots.scan_figures import SIDE, STEP, scan_rows, tinted, weights_on_scans

IMAGES = np.random.default_rng(0).random((3, SIDE, SIDE))
WEIGHTS = np.array([[0.9, 0.1, 0.0], [0.2, 0.2, 0.6]])
PARTS = np.array([[[0.4, 0.3, 0.1, 0], [0.2, 0, 0, 0], [0, 0, 0, 0]]])


def rgb(colour):
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_rows_show_every_scan_with_its_word_below():
    figure = scan_rows([IMAGES, IMAGES[:1]], [["one", "two", "six"], ["one"]], title="Rows")
    ax = figure.axes[0]
    assert len(ax.images) == 4 and texts(figure) == ["one", "two", "six", "one"]
    np.testing.assert_allclose(ax.images[1].get_array()[..., 0], 1 - IMAGES[1])
    assert ax.images[1].get_extent() == [STEP, STEP + SIDE, SIDE, 0]


def test_each_word_has_a_line_and_its_numbers():
    figure = weights_on_scans(IMAGES, ["six", "two"], WEIGHTS)
    ax = figure.axes[0]
    assert len(ax.images) == 6
    assert texts(figure) == ["six", "0.90", "0.10", "two", "0.20", "0.20", "0.60"]
    framed = sorted(patch.get_xy() for patch in ax.patches)
    assert framed == [(0, 0), (2 * STEP, SIDE + 4)]


def test_four_parts_have_two_numbers_above_and_two_below():
    figure = weights_on_scans(IMAGES, ["six"], PARTS)
    heights = {t.get_text(): t.get_position()[1] for t in figure.axes[0].texts}
    assert heights["0.40"] == heights["0.30"] < 0 < SIDE < heights["0.10"]
    assert len(figure.axes[0].patches) == 1  # the scan whose parts have most together


@pytest.mark.parametrize("weights", [[0.3], [0, 0.2, 0.7, 1]])
def test_paper_has_the_colour_of_its_weight(weights):
    colours = tinted(np.zeros((SIDE, SIDE)), weights)
    across = round(len(weights) ** 0.5)
    corners = colours[:: SIDE // across, :: SIDE // across].reshape(-1, 3)
    np.testing.assert_allclose(corners, [rgb(cividis(weight)) for weight in weights])


def test_two_starts_stand_side_by_side_on_one_scale():
    both = {"start 1": WEIGHTS, "start 2": WEIGHTS / 2}
    figure = weights_on_scans(IMAGES, ["six", "two"], both, "Starts", limits=None)
    assert [ax.get_title("left") for ax in figure.axes[:2]] == ["start 1", "start 2"]
    corner = [ax.images[0].get_array() for ax in figure.axes[:2]]
    expected = [tinted(IMAGES[0], [share]) for share in (1.0, 0.5)]
    np.testing.assert_allclose(corner, expected)


def test_full_ink_is_white_on_dark_and_black_on_bright():
    ink = np.ones((SIDE, SIDE))
    assert (tinted(ink, [0.0]) == 1).all() and (tinted(ink, [1.0]) == 0).all()


def test_no_figure_warns_and_equal_figures_are_equal_bytes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, two = (png_of(weights_on_scans(IMAGES, ["six"], PARTS, "两")) for _ in range(2))
    assert one == two


def test_words_and_scans_must_fit_the_weights():
    with pytest.raises(ValueError, match="weights must be one row for each of the 1 words"):
        weights_on_scans(IMAGES, ["six"], WEIGHTS)
