"""The explorers of the first lessons: core functions wired to pictures.

Each `..._look` is a pure function of the controls' values; each `..._explorer` returns a widget.
"""

import functools
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import attend, softmax
from course_utils.missions import Explorer, Mission, View
from course_utils.numerals import chinese_numeral
from course_utils.panels import labelled
from course_utils.readings import check_grid, row_reading
from course_utils.scenes import shelf_scene, stage_scene, translation_scene
from course_utils.scoring import DotScore

BOOKS = ("sea", "stars", "birds", "bread", "trains")
BOOK_KEYS = np.array([[1.0, 0.2], [0.2, 1.0], [-0.9, 0.5], [-0.6, -0.8], [0.5, -0.9]])
PAGES = ("pictures", "tables", "stories")
BOOK_PAGES = np.array([[90.0, 10, 40], [60, 80, 10], [70, 20, 60], [30, 50, 20], [20, 90, 30]])
SHARPNESS = {"soft (scores × 1)": 1, "sharper (scores × 3)": 3, "very sharp (scores × 10)": 10}


def shelf_explorer():
    """Return the soft library: five books in a plane, and a query that two sliders move."""
    missions = (
        Mission(
            "Give the two largest weights to two books equally (within 0.01, both at least 0.2).",
            _is_shared,
        ),
        Mission("Give one book more than 90 % of the weight.", lambda w: w.max() > 0.9),
        Mission("Reach the average: give every book the same weight.", lambda w: np.ptp(w) < 0.01),
    )
    slider = functools.partial(labelled, widgets.FloatSlider, width="300px", min=-2, max=2)
    controls = {
        "x": slider("Query x:", value=0.8, step=0.1),
        "y": slider("Query y:", value=0.5, step=0.1),
        "sharpness": labelled(widgets.Dropdown, "Sharpness:", options=SHARPNESS, value=3),
    }
    return Explorer("A soft library 软图书馆", controls, shelf_look, missions)


def _is_shared(weights):
    second, first = np.sort(weights)[-2:]
    return first - second < 0.01 and second >= 0.2 and np.ptp(weights) > 0.01


def shelf_look(x, y, sharpness):
    """Ask the shelf with the query (x, y); the facts are the five weights."""
    query = np.array([[x, y]])
    found = attend(sharpness * query, BOOK_KEYS, BOOK_PAGES, score=DotScore())
    weights, context = found.weights[0], found.context[0]
    shares = ", ".join(f"{b} {w:.3f}" for b, w in zip(BOOKS, weights, strict=True))
    pages = ", ".join(f"{p} {c:.1f}" for p, c in zip(PAGES, context, strict=True))
    reading = f"Query ({x:.1f}, {y:.1f}). Weights: {shares}. Blended content: {pages}."
    picture = shelf_scene(query[0], BOOK_KEYS, weights, BOOK_PAGES, context, BOOKS, PAGES, reading)
    return View(picture, reading, weights)


QUERIES = np.array([[1.0, 0], [0, 1]])
KEYS = np.array([[1.0, 0], [0, 1], [1, 1]])
VALUES = np.array([[10.0, 0], [0, 10], [5, 5]])
CHANGES = {"nothing": ()} | {
    f"k{i + 1}, {place} number": (i, j)
    for i in range(3)
    for j, place in enumerate(("first", "second"))
}


class Stages(NamedTuple):
    """What the stage explorer shows: its stage, the weights seen so far (NaN = empty), the axis."""

    stage: str
    rows: tuple
    weights: np.ndarray
    axis: int


def stage_explorer():
    """Return the hand example, step by step: fill the scores, normalise, mix."""
    missions = (
        Mission("Step to the moment when the second row of weights appears.", _is_second_row),
        Mission(
            "Take the wrong axis and step on until you see rows that do not sum to 1.",
            lambda s: s.axis == 0 and not np.isnan(s.weights).any(),
        ),
        Mission(
            "Take the right axis. Change one number so that q1 looks equally at all three keys.",
            lambda s: s.axis == -1 and np.ptp(s.weights[0]) < 0.01,
        ),
    )
    axes = {"right: over the keys (each row)": -1, "wrong: over the queries (each column)": 0}
    whole = {"min": -3, "max": 3, "value": 0}
    controls = {
        "axis": labelled(widgets.Dropdown, "Softmax axis:", options=axes, value=-1),
        "change": labelled(widgets.Dropdown, "Change in K:", options=CHANGES, value=()),
        "number": labelled(widgets.IntSlider, "to the number:", "300px", **whole),
        "step": labelled(widgets.IntSlider, "Step:", "360px", min=0, max=10, value=0),
    }
    return Explorer("Three stages 三个阶段", controls, stage_look, missions)


def _is_second_row(seen):
    return seen.axis == -1 and seen.stage == "normalise" and seen.rows == (1,)


def stage_look(axis, change, number, step):
    """Show the hand example after `step` steps; the facts are a `Stages`."""
    keys = KEYS.copy()
    if change:
        keys[change] = number
    scores = QUERIES @ keys.T
    weights = softmax(scores, axis=axis)
    grids = {"score": scores, "normalise": weights, "mix": weights @ VALUES}
    plan = _plan(axis)
    step = min(step, len(plan))
    shown = {name: np.full(grid.shape, np.nan) for name, grid in grids.items()}
    for name, rows, columns in plan[:step]:
        shown[name][np.ix_(rows, columns)] = grids[name][np.ix_(rows, columns)]
    stage = plan[step - 1] if step else ("", (), ())
    reading = f"Step {step} of {len(plan)}. " + _say(stage, axis, keys, grids)
    picture = stage_scene(QUERIES, keys, VALUES, *shown.values(), stage, reading)
    facts = Stages(stage[0], stage[1], shown["normalise"], axis)
    return View(picture, reading, facts, last_step=len(plan))


def _plan(axis):
    """List the steps as (stage, rows filled, columns filled)."""
    n, m = len(QUERIES), len(KEYS)
    pairs = [("score", (i,), (j,)) for i in range(n) for j in range(m)]
    over_keys = [("normalise", (i,), tuple(range(m))) for i in range(n)]
    over_queries = [("normalise", tuple(range(n)), (j,)) for j in range(m)]
    mixes = [("mix", (i,), tuple(range(VALUES.shape[1]))) for i in range(n)]
    return pairs + (over_queries if axis == 0 else over_keys) + mixes


def _say(stage, axis, keys, grids):
    name, rows, columns = stage
    if not name:
        return "Nothing is computed yet: press Next, or the arrow keys on the slider."
    i, j = rows[0], columns[0]
    if name == "score":
        terms = " + ".join(f"{q:g}·{k:g}" for q, k in zip(QUERIES[i], keys[j], strict=True))
        return f"① Score: q{i + 1} · k{j + 1} = {terms} = {grids['score'][i, j]:g}."
    if name == "mix":
        terms = zip(grids["normalise"][i], VALUES, strict=True)
        sums = " + ".join(f"{w:.3f}·[{v[0]:g} {v[1]:g}]" for w, v in terms)
        result = " ".join(f"{number:.3f}" for number in grids["mix"][i])
        return f"③ Mix: c{i + 1} = {sums} = [{result}]."
    line = grids["normalise"][:, j] if axis == 0 else grids["normalise"][i]
    where = f"column k{j + 1}" if axis == 0 else f"row q{i + 1}"
    numbers = ", ".join(f"{weight:.3f}" for weight in line)
    return f"② Normalise: softmax of {where} = {numbers}, sum {line.sum():.2f}."


class Translation(NamedTuple):
    """A translated number: m source words, n target symbols, and the weights (n, m)."""

    source_words: list
    target_symbols: list
    weights: np.ndarray


class Written(NamedTuple):
    """The row of a translation that was written last: n so far, and where each one looks most."""

    symbol: str
    top_words: tuple
    top_places: tuple


def translator_explorer(translate, number=342_000, largest=999_999_999_999):
    """Return the live translator: type a number, step through the Chinese, see where it looks.

    translate : a function of a whole number from 0 to `largest` that returns a `Translation`.
    number : the one that is shown first.
    """
    missions = (
        Mission(
            "Step to a character that looks further left than the character before it.",
            lambda w: len(w.top_places) > 1 and w.top_places[-1] < w.top_places[-2],
        ),
        Mission("Find a number whose Chinese has 零, and step to it.", lambda w: w.symbol == "零"),
        Mission(
            "Find a 百 that does not look most at “hundred”, and step to it.",
            lambda w: w.symbol == "百" and w.top_words[-1] != "hundred",
        ),
    )
    remembered = functools.lru_cache(maxsize=32)(translate)
    box = {"value": number, "min": 0, "max": largest}
    controls = {
        "number": labelled(widgets.BoundedIntText, "Number, then Enter:", "300px", **box),
        "step": labelled(widgets.IntSlider, "Step:", "320px", min=1, max=99, value=1),
    }
    look = functools.partial(translation_look, remembered)
    return Explorer("A translator 翻译器", controls, look, missions)


def _mark(written, number):
    """Say whether the Chinese is right, for those who do not read it."""
    right = chinese_numeral(number)
    return f"{written} ✓ right" if written == right else f"{written} ✗ should be {right}"


def translation_look(translate, number, step):
    """Translate a number and show the first `step` characters; the facts are a `Written`."""
    words, symbols, weights = translate(number)
    weights = check_grid(weights, symbols, words)
    step = min(max(step, 1), len(symbols))
    written = "".join(symbols[:step])
    reading = f"{number:,} = {' '.join(words)}. Written so far: {written or 'nothing'}."
    if step:
        reading += f" {symbols[step - 1]}: {row_reading(weights[step - 1], words)}."
    reading += f" The whole: {_mark(''.join(symbols), number)}."
    places = tuple(int(row.argmax()) for row in weights[:step])
    top_words = tuple(words[place] for place in places)
    facts = Written(written[-1:], top_words, places)
    picture = translation_scene(weights, words, symbols, step, reading)
    return View(picture, reading, facts, last_step=max(len(symbols), 1))
