"""A live translator: type a number, step through its Chinese, and see where each row looks."""

import functools
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.explorers.missions import Explorer, Mission, Ties, View
from course_utils.lab.ready_made import ready_made
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import KEY, QUERY, bar, box, frame, label, middle, svg, weight_cell
from course_utils.plots.readings import check_grid, row_reading
from course_utils.tasks import Vocabulary
from course_utils.tasks.numerals import (
    CHINESE_CHARACTERS,
    ENGLISH_WORDS,
    chinese_numeral,
    english_words,
)

MAP = (60, 100)  # upper left corner of the map
BARS = (600, 110)  # and of the list of bars
ROOM = 300  # pixels for the lines of either
LONGEST = 30  # characters at most
IN_BOOK = (7, 10, 20, 42, 99, 100, 105, 110, 305, 342, 512, 600, 808, 999, 1_000, 1_001, 2_026)
IN_BOOK += (4_500, 10_000, 30_303, 65_536, 100_000, 137_857, 342_000, 500_005, 700_100, 777_777)
IN_BOOK += (1_000_000, 8_000_800, 20_262_026, 100_000_001, 342_342_342, 1_000_000_000)
NARROW = ((0, 26, 594, 408), (594, 60, 854, 408))  # what a narrow window stacks


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


def translator_explorer(translate=None, number=342_000, largest=999_999_999_999):
    """Return the live translator: type a number, step through the Chinese, see where it looks.

    translate : a function of a whole number from 0 to `largest` that returns a `Translation`; by
    default that of the model of lesson 00, trained beforehand.  number : the one that is shown
    first.
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
    remembered = functools.lru_cache(maxsize=32)(translate or _ready_made())
    box = {"value": number, "min": 0, "max": largest}
    controls = {
        "number": labelled(widgets.BoundedIntText, "Number, then Enter:", "300px", **box),
        "step": labelled(widgets.IntSlider, "Step:", "320px", min=1, max=99, value=1),
    }
    look = functools.partial(translation_look, remembered)
    more = {
        "ties": Ties(resets={"number": "step"}),
        "in_book": {"number": IN_BOOK},
        "narrow": NARROW,
    }
    return Explorer("A translator 翻译器", controls, look, missions, **more)


def _ready_made():
    """Return `translate` of the model that comes with the course."""
    model = ready_made("number_translator")
    source = Vocabulary(ENGLISH_WORDS, separator=" ")
    target = Vocabulary(CHINESE_CHARACTERS)

    def translate(number):
        words = english_words(number)
        ids = np.array([source.encode(words)])
        decoded = model.greedy(ids, np.array([len(words)]), max_length=LONGEST)
        symbols = target.decode(decoded.tokens[0])
        return Translation(words, symbols, decoded.weights[0, : len(symbols), : len(words)])

    return translate


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
    picture = translation_picture(weights, words, symbols, step, reading)
    return View(picture, reading, facts, last_step=max(len(symbols), 1))


def translation_picture(weights, words, symbols, step, reading):
    """Draw the weights of a translation written as far as `step`, and the current row as bars.

    weights (n, m), words m source words, symbols n target symbols, step from 1 to n (0: nothing
    was written).  The size is the same for every number, so that nothing jumps.
    """
    cell = min(60.0, 520 / len(words)), min(42.0, ROOM / max(len(symbols), 1))
    parts = [_column_heads(words, cell[0])]
    for i, symbol in enumerate(symbols):
        parts.append(_written_row(weights[i], symbol, i, cell, i + 1 == step, i < step))
    if step:
        parts.append(_row_bars(weights[step - 1], words, symbols[step - 1]))
    return svg(860, 430, "Where each Chinese character looks", reading, *parts)


def _column_heads(words, width):
    heads = []
    for j, word in enumerate(words):
        x, y = MAP[0] + width * (j + 0.5), MAP[1] - 10
        turn = f"rotate(-50 {x:.1f} {y:.1f})"
        heads.append(label(x, y, word, fill=KEY, transform=turn))
    return "".join(heads)


def _written_row(weights, symbol, i, cell, is_current, is_written):
    width, height = cell
    x, y, whole = MAP[0], MAP[1] + height * i, width * len(weights)
    if not is_written:
        return box(x, y, whole, height, stroke="#d0d0d0")
    cells = "".join(weight_cell(x + width * j, y, *cell, w) for j, w in enumerate(weights))
    top = frame(x + width * int(np.argmax(weights)), y, *cell)
    ring = box(x, y, whole, height, stroke=QUERY, stroke_width=3) if is_current else ""
    weight = "bold" if is_current else "normal"
    name = middle(x - 22, y + height / 2, symbol, size=17, fill=QUERY, font_weight=weight)
    marker = label(x - 52, y + height / 2, "▶", fill=QUERY) if is_current else ""
    return cells + ring + top + name + marker


def _row_bars(weights, words, symbol):
    x, y = BARS
    heading = label(x, y - 30, f"{symbol} looks at", size=16, font_weight="bold", fill=QUERY)
    step, top = min(24.0, ROOM / len(words)), int(np.argmax(weights))
    lines = [
        bar(x, y + step * j, word, w, f"{100 * w:.0f} %", KEY, 80, 110, strong=j == top)
        for j, (word, w) in enumerate(zip(words, weights, strict=True))
    ]
    return heading + "".join(lines)
