"""A dial: softmax of four scores at any temperature, and how many keys it really uses."""

import functools
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import softmax
from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import (
    FAINT,
    INK,
    KEY,
    LINE,
    bar,
    box,
    label,
    middle,
    svg,
    tag,
    through,
)
from course_utils.plots.readings import largest_cells

SCORES = (2, 1, 0, -1)
KEYS = tuple(f"k{i + 1}" for i in range(len(SCORES)))
COLDEST, HOTTEST = 0.05, 5.0
TEMPERATURES = np.linspace(COLDEST, HOTTEST, 67)
HIGHEST = 9  # score and shift together
IN_BOOK = {
    "k1": (0, 2, 4),
    "k2": (0, 1, 2),
    "k3": (0, 2),
    "k4": (-1, 0),
    "temperature": (
        *(0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0, 1.2, 1.4, 1.5),
        *(1.6, 1.65, 1.7, 1.8, 2.0, 2.5, 3.0, 4.0, 5.0),
    ),
    "shift": (-5, 0, 5),
}
NARROW = ((0, 12, 402, 436), (402, 12, 784, 388))  # what a narrow window stacks


class Dial(NamedTuple):
    """What the explorer shows: scores (4,) before the shift, temperature, and what follows."""

    scores: np.ndarray
    temperature: float
    weights: np.ndarray
    entropy: float


def dial_explorer():
    """Return four scores and a temperature dial, with entropy and perplexity."""
    missions = (
        Mission("Reach a perplexity of 2.00 (within 0.02).", lambda d: _near(np.exp(d.entropy), 2)),
        Mission("Reach an entropy of 0.00 (below 0.005).", lambda d: d.entropy < 0.005),
        Mission(
            "With the scores 2, 1, 0, −1: at which T is the largest weight 0.50 (within 0.01)?",
            lambda d: tuple(d.scores) == SCORES and _near(d.weights.max(), 0.5, 0.01),
        ),
    )
    # number boxes: a slider each would put twelve stops between the keyboard and the last control
    number = functools.partial(labelled, widgets.BoundedIntText, width="150px", min=-4, max=4)
    controls = {key: number(f"Score {key}:", value=e) for key, e in zip(KEYS, SCORES, strict=True)}
    dial = {"min": COLDEST, "max": HOTTEST, "step": 0.05, "value": 1}
    controls["temperature"] = labelled(widgets.FloatSlider, "Temperature T:", "440px", **dial)
    shift = {"min": -5, "max": 5, "value": 0}
    controls["shift"] = labelled(widgets.IntSlider, "Add to all scores:", "300px", **shift)
    return Explorer(
        "Softmax is a dial 温度与熵", controls, dial_look, missions, in_book=IN_BOOK, narrow=NARROW
    )


def _near(found, wanted, room=0.02):
    return abs(found - wanted) <= room


def dial_look(k1, k2, k3, k4, temperature, shift):
    """Weigh the four keys; the facts are a `Dial`."""
    scores = np.array([k1, k2, k3, k4], dtype=float)
    weights = softmax((scores + shift) / temperature)
    curve = np.exp(entropy(softmax(scores / TEMPERATURES[:, None])))
    facts = Dial(scores, temperature, weights, float(entropy(weights)))
    shares = ", ".join(f"{key} {weight:.3f}" for key, weight in zip(KEYS, weights, strict=True))
    reading = (
        f"Scores {', '.join(f'{e + shift:g}' for e in scores)} at T = {temperature:.2f}. "
        f"Weights: {shares}. Entropy {facts.entropy:.2f} of at most {np.log(4):.2f} nats, "
        f"perplexity {np.exp(facts.entropy):.2f} of 4 keys."
    )
    return View(dial_picture(scores + shift, facts, curve, reading), reading, facts)


def entropy(weights):
    """Return H = −Σ_j α_j log α_j along the last axis, in nats, with 0 log 0 = 0."""
    # + 0 turns the −0 of a one-hot row into 0
    return -(weights * np.log(np.where(weights > 0, weights, 1))).sum(axis=-1) + 0.0


def dial_picture(scores, dial, curve, reading):
    """Draw scores and weights as bars, perplexity against temperature, and two gauges.

    scores : (4,) after the shift.  dial : a `Dial`.  curve : the perplexity at TEMPERATURES.
    """
    parts = [_score_bars(scores, dial.temperature), _weight_bars(dial.weights)]
    parts += [_curve(curve, dial), _gauges(dial)]
    return svg(800, 440, "Four scores, a temperature and their weights", reading, *parts)


def _score_bars(scores, temperature, x=52, y=78, unit=11):
    centre = x + HIGHEST * unit
    head = {"size": 12, "fill": FAINT, "text_anchor": "end"}
    parts = [label(20, 28, "① Scores 打分", size=15, font_weight="bold")]
    parts += [label(302, 52, "score", **head), label(378, 52, f"÷ {temperature:.2f}", **head)]
    for i, (key, score) in enumerate(zip(KEYS, scores, strict=True)):
        row = y + 28 * i
        parts.append(label(x - 8, row, key, fill=KEY, text_anchor="end", font_weight="bold"))
        parts.append(box(x, row - 8, 2 * HIGHEST * unit, 16, fill="#eeeeee"))
        left, width = centre + unit * min(score, 0), unit * abs(score)
        parts.append(box(left, row - 8, width, 16, fill=KEY))
        parts.append(label(302, row, f"{score:g}".replace("-", "−"), text_anchor="end"))
        cold = f"{score / temperature + 0.0:.2f}".replace("-", "−")
        parts.append(label(378, row, cold, text_anchor="end"))
    middle_line = {"x1": centre, "x2": centre, "y1": y - 14, "y2": y + 98}
    parts.append(tag("line", **middle_line, stroke=INK))
    return "".join(parts) + middle(centre, y + 108, "0", size=12, fill=FAINT)


def _weight_bars(weights, x=420, y=78):
    parts = [label(x, 28, "② Weights 权重 (sum 1)", size=15, font_weight="bold")]
    largest = largest_cells(np.asarray(weights))
    for i, (key, weight) in enumerate(zip(KEYS, weights, strict=True)):
        shown = f"{weight:.3f}" + (" ◀" if largest[i] else "")
        look = {"room": 36, "length": 250, "strong": bool(largest[i])}
        parts.append(bar(x, y + 28 * i, key, weight, shown, KEY, **look))
    return "".join(parts)


def _curve(curve, dial, left=64, top=252, width=314, height=138):
    def place(temperature, perplexity):
        along = (temperature - COLDEST) / (HOTTEST - COLDEST)
        return left + width * along, top + height * (4 - perplexity) / 3

    parts = [label(20, 222, "How many keys, at which T?", size=15, font_weight="bold")]
    parts.append(box(left, top, width, height, fill="#fafafa", stroke=LINE))
    for count in (1, 2, 3, 4):
        y = place(0, count)[1]
        parts.append(tag("line", x1=left, x2=left + width, y1=y, y2=y, stroke="#cccccc"))
        parts.append(label(left - 8, y, count, size=12, fill=FAINT, text_anchor="end"))
    for temperature in range(1, 6):
        x = place(temperature, 1)[0]
        parts.append(middle(x, top + height + 14, temperature, size=12, fill=FAINT))
    parts.append(middle(left + width / 2, top + height + 32, "temperature T", size=12, fill=FAINT))
    points = through(*place(TEMPERATURES, curve))
    parts.append(tag("polyline", points=points, fill="none", stroke=INK, stroke_width=2.5))
    x, y = place(dial.temperature, np.exp(dial.entropy))
    parts.append(tag("line", x1=x, x2=x, y1=y, y2=top + height, stroke=INK, stroke_dasharray="4 3"))
    return "".join(parts) + tag("circle", cx=x, cy=y, r=6, fill=INK, stroke="#ffffff")


def _gauges(dial, x=456, length=250):
    count = np.exp(dial.entropy)
    heads = [f"Entropy 熵  {dial.entropy:.2f} nats", f"Perplexity 困惑度  {count:.2f} keys"]
    ticks = [((0, "0"), (1, f"ln 4 = {np.log(4):.2f}")), [((n - 1) / 3, n) for n in (1, 2, 3, 4)]]
    shares = [dial.entropy / np.log(4), (count - 1) / 3]
    parts = []
    for i, (head, marks, share) in enumerate(zip(heads, ticks, shares, strict=True)):
        y = 222 + 96 * i
        parts.append(label(420, y, head, size=15, font_weight="bold"))
        parts.append(box(x, y + 22, length, 20, fill="#eeeeee", stroke=LINE))
        parts.append(box(x, y + 22, length * min(max(share, 0), 1), 20, fill=INK))
        for at, words in marks:
            parts.append(middle(x + length * at, y + 56, words, size=12, fill=FAINT))
    return "".join(parts)
