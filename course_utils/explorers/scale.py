"""The scale: how wide vectors spread their dot products, and what a divisor does to the weights."""

import functools
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import softmax
from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import FAINT, INK, QUERY, bar, box, label, middle, svg

WIDTHS = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
DIVISORS = {"nothing": lambda d: 1.0, "√d": lambda d: d**0.5, "d": lambda d: float(d)}
QUERIES, KEYS = 400, 10
RANGE, BINS = 40, 80  # the histogram runs from −RANGE to RANGE


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
    return Explorer("Which divisor? 缩放", controls, scale_look, missions)


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
    return View(scale_picture(scores, facts, used, reading), reading, facts)


def scale_picture(scores, facts, used, reading, left=40, base=300):
    """Draw a histogram of the scores, and three bars: deviation, largest weight, keys in use.

    scores (queries, keys), facts a `Spread`, used a number of keys, reading in words.
    """
    counts = np.histogram(np.clip(scores, -RANGE, RANGE), BINS, (-RANGE, RANGE))[0]
    shares, wide = counts / counts.sum(), 380 / BINS
    drawn = [label(left, 26, "Scores: how often each value comes", size=15, font_weight="bold")]
    for i, share in enumerate(shares):
        height = 240 * share**0.5  # the root, so that rare values are seen too
        drawn.append(box(left + wide * i, base - height, wide - 1, height, fill=QUERY))
    for value in (-RANGE, -20, 0, 20, RANGE):
        x = left + 380 * (value + RANGE) / (2 * RANGE)
        drawn.append(middle(x, base + 16, f"{value}".replace("-", "−"), size=12, fill=FAINT))
    rows = (
        ("deviation", min(facts.deviation / 32, 1), f"{facts.deviation:.2f}"),
        ("largest weight", facts.largest, f"{facts.largest:.2f}"),
        ("keys in use", used / KEYS, f"{used:.1f} of {KEYS}"),
    )
    drawn += [
        bar(450, 90 + 70 * i, name, share, shown, INK, room=120, length=150)
        for i, (name, share, shown) in enumerate(rows)
    ]
    return svg(800, 350, "Dot products of random vectors and their weights", reading, *drawn)
