"""Figures hold the data they were given; `show` describes them and leaves nothing behind."""

import base64
import io
import struct
import warnings
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Rectangle

from course_utils import plots
from course_utils.plots import figures, planes

WEIGHTS = np.array([[0.422, 0.155, 0.422], [0.155, 0.422, 0.423]])
SCORES = np.array([[1.0, 0, -3], [0, 1, 1]])
FIGURES = {
    "weights_map": lambda: plots.weights_map(WEIGHTS, "三十", ["one", "two", "thousand"]),
    "scores_map": lambda: plots.scores_map(SCORES, "ab", "xyz", title="① Score 打分"),
    "three_stages": lambda: plots.three_stages(SCORES, WEIGHTS, np.eye(2), "ab", "xyz"),
    "bars": lambda: plots.bars([0.7, 0.3], ["书", "book"]),
    "learning_curves": lambda: plots.learning_curves({"with 有": np.ones(50), "without": [2, 1]}),
    "accuracy_by_length": lambda: plots.accuracy_by_length([4, 8], {"with": [1, 0.5]}),
    "shelf": lambda: planes.shelf([1, 0], np.eye(2), ["sea 海", "stars"]),
    "lines": lambda: plots.lines([0, 1, 2], {"hard 硬": [3, 3, 1], "soft": [3, 2, 1]}),
    "values_hull": lambda: planes.values_hull(np.eye(3)[:, :2], [0.3, 0.3], "abc"),
}


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed as (data, metadata) pairs."""
    collected = []

    def display(data, metadata=None, raw=False):
        assert raw
        collected.append((data, metadata))

    monkeypatch.setattr("IPython.display.display", display)
    return collected


@pytest.fixture
def no_chinese(monkeypatch):
    """Pretend that no Chinese font is installed."""
    monkeypatch.setattr(figures, "CHINESE_FONTS", ())
    figures.chinese_font.cache_clear()
    figures._characters.cache_clear()
    yield
    figures.chinese_font.cache_clear()
    figures._characters.cache_clear()


def cells(ax):
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def printed(ax):
    return [text.get_text() for text in ax.texts]


def test_the_weights_map_shows_its_data_on_a_fixed_scale():
    ax = plots.weights_map(WEIGHTS, "ab", "xyz").axes[0]
    image = ax.images[0]
    np.testing.assert_array_equal(image.get_array(), WEIGHTS)
    assert (image.get_clim(), image.get_cmap().name) == ((0, 1), "cividis")
    assert printed(ax) == ["0.42", "0.15", "0.42", "0.15", "0.42", "0.42"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["x", "y", "z"]


def test_the_largest_weights_are_outlined_and_hidden_cells_hatched():
    mask = np.array([[True, True, False], [True, True, True]])
    patches = cells(
        plots.weights_map([[0.2, 0.8, 0], [0.6, 0.2, 0.2]], "ab", "xyz", mask=mask).axes[0]
    )
    outlined = {tuple(np.round(p.get_center())) for p in patches if not p.get_hatch()}
    hatched = [tuple(p.get_center()) for p in patches if p.get_hatch()]
    assert outlined == {(1, 0), (0, 1)}
    assert hatched == [(2, 0)]


def test_a_joined_sequence_is_split_by_two_lines():
    ax = plots.weights_map(np.eye(5), "abcde", "abcde", split=2).axes[0]
    places = [line.get_xydata() for line in ax.lines]
    assert [set(points[:, 1]) for points in places[:2]] == [{1.5}] * 2
    assert [set(points[:, 0]) for points in places[2:]] == [{1.5}] * 2
    assert not plots.weights_map(np.eye(5), "abcde", "abcde").axes[0].lines


def test_many_cells_print_no_numbers():
    assert printed(plots.weights_map(np.zeros((12, 13)), range(12), range(13)).axes[0]) == []
    assert len(printed(plots.weights_map(np.zeros((12, 12)), range(12), range(12)).axes[0])) == 144


def test_in_every_grid_bright_means_large():
    figures = [plots.scores_map(SCORES, "ab", "xyz")]
    figures += [
        plots.three_stages(SCORES, WEIGHTS, np.array([[6.3, 3.7], [3.7, 6.3]]), "ab", "xyz")
    ]
    images = [ax.images[0] for fig in figures for ax in fig.axes if ax.images]
    assert {image.get_cmap().name for image in images} == {"cividis"}
    assert [image.get_clim() for image in images] == [(-3, 1), (-3, 1), (0, 1), (3.7, 6.3)]


def test_the_scale_bar_says_its_range():
    for limits, ticks in (((0, 1), ["0", "0.5", "1"]), (None, ["0", "0.21", "0.42"])):
        bar = plots.weights_map(WEIGHTS, "ab", "xyz", limits=limits).axes[1]
        assert [tick.get_text() for tick in bar.get_yticklabels()] == ticks
    bar = plots.scores_map(SCORES, "ab", "xyz").axes[1]
    assert [tick.get_text() for tick in bar.get_yticklabels()] == ["−3", "0", "1"]


def test_several_maps_stand_side_by_side_on_one_scale():
    for draw in (plots.weights_map, plots.scores_map):
        figure = draw({"bare": WEIGHTS, "trained": WEIGHTS / 2}, "ab", "xyz", limits=None)
        axes = [ax for ax in figure.axes if ax.images]
        assert [ax.get_title("left") for ax in axes] == ["bare", "trained"]
        assert len({ax.images[0].get_clim() for ax in axes}) == 1


@pytest.mark.parametrize("limits", [(1, 0), (0.5, 0.5)])
def test_a_colour_scale_rises(limits):
    with pytest.raises(ValueError, match="limits must be the two ends of the colour scale"):
        plots.weights_map(WEIGHTS, "ab", "xyz", limits=limits)


def test_the_three_stages_hold_scores_weights_and_context():
    context = np.array([[6.335, 3.665], [3.665, 6.335]])
    fig = plots.three_stages(SCORES, WEIGHTS, context, "ab", "xyz")
    for ax, data in zip(fig.axes, (SCORES, WEIGHTS, context), strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), data)
    assert [ax.get_title(loc="left")[0] for ax in fig.axes] == ["①", "②", "③"]


def test_rows_that_are_no_queries_are_named():
    axes = [
        plots.weights_map(WEIGHTS, "ab", "xyz", **named).axes[0]
        for named in ({}, {"query_label": "temperature"})
    ]
    assert [ax.get_ylabel() for ax in axes] == ["query", "temperature"]


@pytest.mark.parametrize("width", [1, 2, 5])
def test_the_three_stages_have_cells_of_one_size_and_titles_of_one_height(width):
    fig = plots.three_stages(SCORES, WEIGHTS, np.ones((2, width)), "ab", "xyz")
    fig.draw_without_rendering()
    sizes = [ax.get_window_extent().size / ax.images[0].get_array().shape[::-1] for ax in fig.axes]
    np.testing.assert_allclose(sizes, np.broadcast_to(sizes[0], (3, 2)), rtol=0.02)
    np.testing.assert_allclose(
        [ax.get_window_extent().y1 for ax in fig.axes], fig.axes[0].get_window_extent().y1, atol=2
    )


def test_lines_hold_their_points_and_differ_in_more_than_colour():
    ax = plots.lines([0, 2], {"hard": [1, 3], "soft": [2, 2.5]}, xlabel="t", ylabel="pages").axes[0]
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[0, 1], [2, 3]])
    assert len({line.get_linestyle() for line in ax.lines}) == 2
    assert printed(ax) == ["hard", "soft"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("t", "pages")


@pytest.mark.parametrize("scale", [1, 120, -3])
def test_the_hull_begins_at_zero_and_keeps_names_inside(scale):
    values = scale * np.array([[1, 0.2], [0.2, 0.9], [0, 0.1]])
    fig = planes.values_hull(values, values.mean(axis=0), ["Neural nets", "Turing", "Kitchen"])
    fig.draw_without_rendering()
    ax = fig.axes[0]
    low = [bounds[0] for bounds in (ax.get_xlim(), ax.get_ylim())]
    np.testing.assert_allclose(low, np.minimum(values.min(axis=0), 0))
    box = ax.get_window_extent()
    for text in ax.texts:
        drawn = text.get_window_extent()
        assert box.x0 <= drawn.x0 and drawn.x1 <= box.x1, text.get_text()
        assert box.y0 <= drawn.y0 and drawn.y1 <= box.y1, text.get_text()


def test_a_learning_curve_is_a_running_mean():
    ax = plots.learning_curves({"run": [4.0, 2, 0, 2]}, window=2).axes[0]
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[2, 3], [3, 1], [4, 1]])


def test_lines_differ_in_more_than_colour():
    lines = plots.accuracy_by_length([4, 8], {"with": [1, 0.9], "without": [1, 0.3]}).axes[0].lines
    np.testing.assert_allclose(lines[1].get_ydata(), [1, 0.3])
    assert len({(line.get_linestyle(), line.get_marker()) for line in lines}) == 2


def test_bars_have_the_given_heights():
    ax = plots.bars([0.638, 0.235], ["2", "1"]).axes[0]
    assert [bar.get_height() for bar in ax.patches] == [0.638, 0.235]
    assert printed(ax) == ["0.638", "0.235"]


def test_bars_print_as_many_digits_as_asked():
    ax = plots.bars([31.33, 40.3], ["a", "b"], ylabel="ROUGE-1", digits=2).axes[0]
    assert [text.get_text() for text in ax.texts] == ["31.33", "40.30"]


def test_a_shape_that_does_not_fit_the_labels_is_an_error():
    with pytest.raises(ValueError, match=r"= \(3, 2\), got \(2, 3\)"):
        plots.weights_map(WEIGHTS, "abc", "xy")


@pytest.mark.parametrize("name", FIGURES)
def test_no_figure_warns_and_equal_figures_are_equal_bytes(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert figures.png_of(FIGURES[name]()) == figures.png_of(FIGURES[name]())


@pytest.mark.parametrize("name", FIGURES)
def test_no_figure_warns_without_a_chinese_font(name, no_chinese):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures.png_of(FIGURES[name]())


def test_without_a_font_a_chinese_label_becomes_its_number(no_chinese):
    assert plots.chinese_font() is None
    assert figures.labels(["三", "ten", "万"]) == ["1", "ten", "3"]
    assert figures.drawable("① Score 打分") == "① Score"


def test_show_puts_the_description_into_the_metadata(shown):
    figure = plots.bars([1.0], ["only"])
    assert plots.show(figure, alt="Bar chart of one weight.") is None
    [(data, metadata)] = shown
    assert data["text/plain"] == "<Figure>"
    width, height = struct.unpack(">II", base64.b64decode(data["image/png"])[16:24])
    described = metadata["image/png"]
    assert described["alt"] == "Bar chart of one weight."
    assert (described["width"], described["height"]) == (width // 2, height // 2)


def test_the_picture_does_not_name_its_software():
    png = base64.b64decode(figures.png_of(plots.bars([1.0], ["only"])))
    assert b"Software" not in io.BytesIO(png).read()


@pytest.mark.parametrize("alt", ["", "  "])
def test_a_picture_without_a_description_is_refused(alt):
    with pytest.raises(ValueError, match="show needs alt="):
        plots.show(plots.bars([1.0], ["only"]), alt=alt)


def test_show_weights_gives_picture_description_sentence_and_table(shown):
    plots.show_weights(WEIGHTS, ["三", "十"], ["a", "b", "c"], title="Example")
    (picture, metadata), (words, _) = shown
    reading = "Largest weight per query. 三: 42 % each on a and c; 十: 42 % each on b and c."
    assert metadata["image/png"]["alt"].endswith(reading)
    assert "image/png" in picture
    assert words["text/plain"] == reading
    assert "<details>" in words["text/html"]
    assert '<th scope="row">三</th>' in words["text/html"]


def test_weights_to_be_compared_are_one_picture_with_a_sentence_each(shown):
    plots.show_weights({"one": WEIGHTS, "two": WEIGHTS}, "ab", "xyz")
    (picture, _), (words, _) = shown
    assert "image/png" in picture and words["text/plain"].startswith(
        "one: Largest weight per query"
    )
    assert words["text/html"].count("<table>") == 2


def test_a_large_table_is_folded(shown):
    plots.show_weights(np.full((7, 7), 1 / 7), range(7), range(7))
    assert "<details>" in shown[1][0]["text/html"]


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=12))
def test_the_hull_turns_left_and_holds_every_point(points):
    points = np.array(points, dtype=float)
    hull = planes.convex_hull(points)
    assert {tuple(corner) for corner in hull} <= {tuple(point) for point in points}
    if len(hull) < 3:
        return
    for start, end in zip(hull, np.roll(hull, -1, axis=0), strict=True):
        along, away = end - start, points - start
        assert (along[0] * away[:, 1] - along[1] * away[:, 0] >= 0).all()


def test_a_curve_that_could_not_be_told_apart_is_not_left_out_in_silence():
    curves = {str(name): [1.0, 0.5] for name in range(5)}
    for draw in (plots.learning_curves, partial(plots.lines, [1, 2])):
        with pytest.raises(ValueError, match="at most 4 curves can be told apart, got 5"):
            draw(curves)
