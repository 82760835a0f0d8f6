"""Every picture says what it shows: its series, and the numbers that a sighted reader reads off."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from matplotlib.figure import Figure

from course_utils import plots
from course_utils.plots import multiples, planes, readings, scan_figures
from course_utils.plots.bends import keys_on_curve
from course_utils.plots.figures import TALLEST, WIDEST

# Modules that return texts, and what returns no figure of its own
NO_FIGURES = {"drawings", "readings", "figures", "grids"}
HELPERS = {"show_weights", "convex_hull", "tinted", "apart"}

ONE = np.array([[0.61, 0.28, 0.11], [0.07, 0.19, 0.74]])
TWO = ONE[::-1, ::-1]
PATH, OTHER = np.array([0.97, 0.72, 0.31]), np.array([0.97, 0.52, 0.44])
IMAGES = np.zeros((3, 8, 8))
# name: how to draw it from one array, two such arrays, and what is said of the first
EXAMPLES = {
    "weights_map": (
        lambda w: plots.weights_map(w, ["三", "十"], "xyz", "Where it looks"),
        (ONE, TWO),
        ("Heatmap, Where it looks", "query, 三 to 十", "key, x to z", "三: 61 % on x", "74 % on z"),
    ),
    "scores_map": (
        lambda s: plots.scores_map(5 * s, "ab", "xyz", query_label="wish"),
        (ONE, TWO),
        ("scores", "wish, a to b", "key", "bright 3.7", "a: 3.05 1.4 0.55"),
    ),
    "keys_on_curve": (
        lambda parts: keys_on_curve(np.tanh, tuple(parts)),
        (np.array([0.0, 2]), np.array([-3.0, 1])),
        ("Two keys on a curve", "part 0: the keys are 0.762 apart", "part 2: the keys are 0.031"),
    ),
    "three_stages": (
        lambda w: plots.three_stages(2 * w, w, w @ np.ones((3, 2)) * w[:, :1], "ab", "xyz"),
        (ONE, TWO),
        ("Score", "Normalise", "Mix", "a: 1.22 0.56 0.22", "b: 0.07 0.19 0.74", "0.61 0.61"),
    ),
    "bars": (
        lambda v: plots.bars(v, ["书", "book", "shelf"], "Shares", "percent", digits=1),
        (100 * PATH, 100 * OTHER),
        ("Bars, Shares", "percent", "书 97.0", "book 72.0", "shelf 31.0"),
    ),
    "ranges": (
        lambda v: plots.ranges({"rule": v, "twin": [0.5]}, {"rule": [0.02], "twin": [0.5]}),
        (PATH, OTHER),
        ("Ranges", "rule: 0.31 to 0.97, crosses 0.02", "twin: 0.5"),
    ),
    "lines": (
        lambda v: plots.lines([1, 2, 40], {"hard": v, "soft": 2 * v}, "", "steps", "pages"),
        (PATH, OTHER),
        ("Lines", "steps, 1, 2, 40", "pages", "hard: 0.97, 0.72, 0.31", "soft: 1.94, 1.44, 0.62"),
    ),
    "learning_curves": (
        lambda v: plots.learning_curves({"run": np.repeat(v, 3)}, window=1),
        (PATH, OTHER),
        ("Learning curves", "step", "loss, nats", "run: 0.97 at 1", "0.31 at 9"),
    ),
    "accuracy_by_length": (
        lambda v: plots.accuracy_by_length(["2–4", "5–8", "9"], {"with": v}, xlabel="words"),
        (PATH, OTHER),
        ("Lines", "words, 2–4, 5–8, 9", "share right", "with: 0.97, 0.72, 0.31"),
    ),
    "panels": (
        lambda v: multiples.panels([1, 2, 3], {"dot": [v, v / 2]}, {"dot": v}, "", "n", "share"),
        (PATH, OTHER),
        ("panels", "n, 1 to 3", "share, 0 to 1.05", "dot: 0.97 to 0.31 (0.16 to 0.31)"),
    ),
    "maps": (
        lambda v: multiples.maps({"with": v, "twin": v / 2}, [16, 32], "xyz", "", "n", "width"),
        (ONE, TWO),
        ("2 maps", "width, 16 to 32", "n, x to z", "with: 16: 0.61 0.28 0.11", "32: 0.04 0.1 0.37"),
    ),
    "shelf": (
        lambda v: planes.shelf(v[0, :2], v[:, 1:], ["sea", "stars"], xlabel="salt"),
        (ONE, TWO),
        ("Arrows", "salt", "query (0.61, 0.28)", "sea (0.28, 0.11)", "stars (0.19, 0.74)"),
    ),
    "values_hull": (
        lambda v: planes.values_hull(v.T, v.mean(axis=1), "abc", ylabel="photos, pages"),
        (ONE, TWO),
        ("Points", "photos, pages", "blend (0.333, 0.333)", "a (0.61, 0.07)", "c (0.11, 0.74)"),
    ),
    "scan_rows": (
        lambda v: scan_figures.scan_rows([IMAGES], [[f"n{x:.2f}" for x in v]]),
        (PATH, OTHER),
        ("1 rows of coarse grey scans", "row 1: n0.97 n0.72 n0.31"),
    ),
    "weights_on_scans": (
        lambda w: scan_figures.weights_on_scans(IMAGES, ["six", "two"], w, "On scans"),
        (ONE, TWO),
        ("Scans painted", "six: 61 % on scan 1", "two: 74 % on scan 3", "bright 1"),
    ),
}


def plotting_functions():
    """The names of all public functions in modules that draw."""
    for module in pkgutil.iter_modules(plots.__path__):
        if module.name not in NO_FIGURES:
            home = importlib.import_module(f"{plots.__name__}.{module.name}")
            for name, found in inspect.getmembers(home, inspect.isfunction):
                if found.__module__ == home.__name__ and not name.startswith("_"):
                    yield name


@pytest.mark.parametrize("name", sorted(set(plotting_functions()) - HELPERS))
def test_every_plotting_function_describes_its_data(name):
    assert name in EXAMPLES, (
        f"plots.{name} has no example here: end it with figures.described(fig, …), and say in "
        f"EXAMPLES, tests/plots/test_descriptions.py, what its picture of known numbers says"
    )
    draw, (first, second), said = EXAMPLES[name]
    text = draw(first).description
    missing = [words for words in said if words not in text]
    assert not missing, f"the description of plots.{name} does not say {missing}: {text}"
    assert draw(second).description != text, "other data, the same words"


def test_examples_are_of_functions_that_exist():
    assert set(EXAMPLES) | HELPERS == set(plotting_functions())


@pytest.fixture
def stored(monkeypatch):
    """Collect the alt texts of what is displayed."""
    texts = []

    def display(data, metadata=None, raw=False):
        if "image/png" in data:
            texts.append(metadata["image/png"]["alt"])

    monkeypatch.setattr("IPython.display.display", display)
    return texts


def test_show_stores_the_description_and_alt_takes_its_place(stored):
    figure = plots.bars([0.25], ["a"])
    plots.show(figure)
    plots.show(figure, alt="One bar.")
    assert stored == [figure.description, "One bar."]


def test_a_figure_that_nobody_described_is_refused():
    with pytest.raises(ValueError, match="show needs alt="):
        plots.show(Figure())


LONG = 60
SEEDS = np.linspace(1, 0.4, LONG) - 0.01 * np.arange(3)[:, None]
TOKENS = [f"token {i}" for i in range(24)]
WIDE = {
    "a long map": lambda: plots.weights_map(np.full((24, 24), 1 / 24), TOKENS, TOKENS),
    "four maps": lambda: plots.weights_map(
        {f"{n} steps": np.eye(10) for n in (0, 100, 300, 1300)}, TOKENS[:10], TOKENS[:10]
    ),
    "maps of other rows": lambda: multiples.maps(
        {"copy": np.eye(10), "sort": np.eye(10)},
        {"copy": TOKENS[:10], "sort": range(10)},
        range(10),
    ),
    "eight lines": lambda: plots.accuracy_by_length(
        range(LONG), {f"method {i}": SEEDS for i in range(8)}, emphasise=["method 1"]
    ),
    "eight panels": lambda: multiples.panels(
        range(LONG), *({f"method {i}": x for i in range(8)} for x in (SEEDS, SEEDS[0])), "Panels"
    ),
    "stages": lambda: plots.three_stages(*[np.ones((6, 6))] * 3, range(6), range(6)),
    "scans": lambda: scan_figures.weights_on_scans(
        np.zeros((8, 8, 8)), TOKENS[:9], {"one": np.ones((9, 8, 4)), "two": np.ones((9, 8, 4))}
    ),
    "bars": lambda: plots.bars(np.linspace(0, 1, 12), TOKENS[:12], "Many"),
}


@pytest.mark.parametrize("name", WIDE)
def test_large_data_fit_on_a_screen_and_into_a_breath(name):
    figure = WIDE[name]()
    width, height = figure.get_size_inches()
    assert width <= WIDEST + 0.01 and height <= TALLEST + 0.01
    assert len(figure.description) <= readings.ROOM


def test_a_small_map_is_small():
    width, height = plots.weights_map(ONE, "ab", "xyz").get_size_inches()
    assert width < 3.5 and height < 2.5


@pytest.mark.parametrize(
    ("values", "log", "said"),
    [
        ([1, 0.5, np.nan], False, "1, 0.5, no number"),
        (np.linspace(0, 1, 7), False, "0 at 0, 0.5 at 3, 1 at 6"),
        ([0, 0, 9, 0, 0, -9, 0], False, "0 at 0, 9 at 2, 0 at 3, −9 at 5, 0 at 6"),
        ([5] * 12 + [1] * 12, False, "5 at 0, 5 at 11, 1 at 12, 1 at 23"),
        (10.0 ** -np.arange(8), True, "1 at 0, 0.001 at 3, 1e-07 at 7"),
        ([np.nan] * 7, False, "no numbers"),
    ],
)
def test_a_line_is_read_at_its_ends_its_turns_and_its_jump(values, log, said):
    assert readings.line_reading(range(len(values)), values, log) == said


def test_what_finds_no_room_is_counted():
    text = readings.alt_text("Bars", "A title?", "facts", ["x" * 90] * 7)
    assert text.startswith("Bars, A title? facts. x") and text.endswith("; and 3 more.")
    assert readings.alt_text("Bars", "", "f", ["x" * 900], shorter=["few"]) == "Bars. f. few."
