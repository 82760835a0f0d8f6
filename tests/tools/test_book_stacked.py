"""Figures of several panels: the book puts the panels below each other where a page is narrow."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from course_utils import plots
from course_utils.plots import multiples
from course_utils.plots.figures import panels_of, png_of
from tools.book import weight
from tools.book.stacked import WIDE, stacked

NAMES = ["wo", "xa", "yb", "zc"]


def drawn(fig):
    """The picture of a figure as it is stored, and where its panels are."""
    png = base64.b64decode(png_of(fig))
    return Image.open(io.BytesIO(png)).convert("RGB"), panels_of(fig)


def maps(names):
    return plots.maps({n: np.eye(4) for n in names}, NAMES, "wxyz", title="All", ylabel="query")


def small(count):
    runs = {str(i): [[0, 1, 0.5], [0.2, 0.9, 0.4]] for i in range(count)}
    live = {name: band[0] for name, band in runs.items()}
    return multiples.panels(["2–4", "5–7", "8–10"], runs, live, "Exact", "letters", "share")


def bright(picture):
    """How many pixels have the brightest colour of the maps."""
    return int((np.abs(np.asarray(picture, dtype=int) - [253, 231, 55]).sum(axis=-1) < 40).sum())


def dark(picture):
    return int((np.asarray(picture.convert("L")) < 90).sum())


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_maps_keep_all_that_is_in_them_and_get_their_labels(names):
    picture, panels = drawn(maps(names))
    tall = stacked(picture, panels)
    assert tall.width <= 2 * WIDE
    assert tall.height > len(names) * 0.6 * picture.height
    # each map whole, and the scale of colours beside each: at most that is more
    assert bright(picture) <= bright(tall) <= 1.5 * bright(picture)


def test_maps_of_other_heights_stay_together():
    sizes = {"wide": np.eye(12, 16), "square": np.eye(12)}
    columns = {name: range(size.shape[1]) for name, size in sizes.items()}
    picture, panels = drawn(plots.maps(sizes, range(12), columns, "Both"))
    assert len({panel.split()[1] for panel in panels}) == 2  # their tops differ
    assert stacked(picture, panels) is None


def test_names_below_the_last_row_come_below_each_panel():
    picture, panels = drawn(small(8))
    tall = stacked(picture, panels)
    assert tall.width <= 2 * WIDE + 60
    assert dark(tall) > 1.05 * dark(picture)


def test_one_panel_and_very_small_ones_stay_as_they_are():
    assert panels_of(plots.weights_map(np.eye(3), "abc", "abc")) == []
    picture, _ = drawn(maps("ab"))
    assert stacked(picture, []) is None
    tiny = ["0 0 50 50 0 0 50 50", "60 0 110 50 60 0 110 50"]
    assert stacked(picture, tiny) is None


def test_maps_whose_columns_are_named_once_for_two_rows_stay_together():
    names = list("rstuvwxyz")
    picture, panels = drawn(plots.maps({n: np.eye(9) for n in "abcd"}, names, names))
    assert len({panel.split()[1] for panel in panels}) == 2
    assert stacked(picture, panels) is None


def test_a_page_shows_the_second_picture_where_it_is_narrow():
    html = '<p><img alt="a" src="../_images/abc.png" width="780px" /></p>'
    page = weight.with_pictures(html, {"abc.png": (1560, 600)}, {"abc.png": (720, 1800)})
    assert '<source media="(max-width: 600px)" srcset="../_images/abc-narrow.webp"' in page
    assert 'width="360" height="900"' in page and "wide-picture" not in page
    assert 'src="../_images/abc.webp"' in page and page.count("<img") == 1
