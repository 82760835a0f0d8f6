"""The scale: how wide vectors spread their dot products, and what a divisor does to the weights."""

import functools
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import softmax
from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import (
    INK,
    KEY,
    LINE,
    QUERY,
    bar,
    box,
    label,
    middle,
    svg,
)

WIDTHS = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
DIVISORS = {"nothing": lambda d: 1.0, "√d": lambda d: d**0.5, "d": lambda d: float(d)}
QUERIES, KEYS = 400, 10
NARROW = ((20, 10, 444, 348), (444, 10, 798, 246))  # what a narrow window stacks


class Spread(NamedTuple):
    """What the explorer shows: width, divisor, the scores' deviation, the mean largest weight."""

    width: int
    divisor: str
    deviation: float
    largest: float


def scale_explorer():
    """Return the dot products of random vectors: width, divisor and temperature can be changed."""
    missions = (
        Mission(
            "Divide by nothing, and find a width with a mean largest weight above 0.9.", _sharp
        ),
        Mission("At width 256 or more, tame it by the temperature alone: below 0.4.", _cooled),
        Mission("Make the weights nearly equal: mean largest weight below 0.12.", _flat),
    )
    slider = functools.partial(labelled, widgets.SelectionSlider, width="340px")
    warm = {"min": 1.0, "max": 30.0, "step": 0.5, "value": 1.0}
    controls = {
        "width": slider("Width d:", options=WIDTHS, value=16),
        "divisor": labelled(widgets.Dropdown, "Divide by:", options=list(DIVISORS)),
        "temperature": labelled(widgets.FloatSlider, "Temperature:", "340px", **warm),
    }
    return Explorer("Which divisor? 缩放", controls, scale_look, missions, narrow=NARROW)


def _sharp(seen):
    return seen.divisor == "nothing" and seen.largest > 0.9


def _cooled(seen):
    return seen.divisor == "nothing" and seen.width >= 256 and seen.largest < 0.4


def _flat(seen):
    return seen.largest < 0.12


@functools.cache
def _dot_products(width):
    """Return dot products (QUERIES, KEYS) of vectors with independent features of variance 1."""
    rng = np.random.default_rng(width)
    return rng.normal(size=(QUERIES, width)) @ rng.normal(size=(KEYS, width)).T


def scale_look(width, divisor, temperature):
    """Divide the scores, and let softmax make weights of them; the facts are a `Spread`."""
    scores = _dot_products(width) / (DIVISORS[divisor](width) * temperature)
    weights = softmax(scores)
    facts = Spread(width, divisor, float(scores.std()), float(weights.max(axis=-1).mean()))
    seen = np.log(np.maximum(weights, 1e-300))
    used = float(np.exp(-(weights * seen).sum(axis=-1)).mean())
    reading = (
        f"d = {width}, divided by {divisor} and by a temperature of {temperature:g}: the scores' "
        f"standard deviation is {facts.deviation:.2f}, the largest weight of {KEYS} is "
        f"{facts.largest:.2f} on average, and {used:.1f} keys are in use."
    )
    return View(scale_picture(scores[0], weights[0], facts, used, reading), reading, facts)


def scale_picture(scores, weights, facts, used, reading, left=30, wide=40):
    """Draw one query's scores and weights, and three bars: deviation, largest weight, keys in use.

    scores (keys,), weights (keys,), facts a `Spread`, used a number of keys, reading in words.
    """
    drawn = [label(left, 26, "① One query: scores of ten keys", size=15, font_weight="bold")]
    drawn.append(label(left, 110, "② Its weights", size=15, font_weight="bold"))
    for j, (score, weight) in enumerate(zip(scores, weights, strict=True)):
        drawn.append(_column(left + wide * j, wide, f"k{j + 1}", score, weight))
    rows = (
        ("deviation", min(facts.deviation / 32, 1), f"{facts.deviation:.2f}"),
        ("largest weight", facts.largest, f"{facts.largest:.2f}"),
        ("keys in use", used / KEYS, f"{used:.1f} of {KEYS}"),
    )
    head = f"Mean over {QUERIES} queries"
    drawn.append(label(470, 26, head, size=15, font_weight="bold"))
    drawn += [
        bar(450, 90 + 70 * i, name, share, shown, INK, room=120, length=140)
        for i, (name, share, shown) in enumerate(rows)
    ]
    return svg(800, 350, "Dot products of random vectors and their weights", reading, *drawn)


def _column(x, wide, key, score, weight, base=300, height=160):
    """Draw one key: its score as a number, its weight as a column with a number below."""
    number = f"{score:.1f}" if abs(score) < 9.95 else f"{score:.0f}"
    look = {"size": 13, "fill": QUERY}
    drawn = [box(x, 46, wide - 3, 32, stroke=QUERY)]
    drawn.append(middle(x + (wide - 3) / 2, 62, number.replace("-", "−"), **look))
    drawn.append(box(x, base - height, wide - 3, height, fill="#fafafa", stroke=LINE))
    drawn.append(box(x, base - height * weight, wide - 3, height * weight, fill=KEY))
    shown = f"{weight:.2f}".removeprefix("0")
    centre = x + (wide - 3) / 2
    drawn += [
        middle(centre, base + 16, shown, size=13),
        middle(centre, base + 34, key, size=12, fill=KEY),
    ]
    return "".join(drawn)
