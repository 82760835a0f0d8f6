"""Rule 1 and rule 2 on the same numbers: what tanh, the hidden size, W and v do to the weights."""

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
    QUERY,
    bar,
    box,
    frame,
    label,
    middle,
    svg,
    tag,
    weight_cell,
)
from course_utils.plots.readings import largest_cells, row_reading

BENDS = {"rule 1: no tanh": False, "rule 2: with tanh": True}
KEYS = np.array([-2.0, -0.8, 0.4, 1.6])  # each key is one number
SECOND_QUERY = -1.0
W_QUERY, W_KEY = np.array([[1.0, 1, -1, 0.5], [1, -0.7, 0.5, -1.2]])  # one number a hidden feature
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
REACH = 5  # the curve is drawn from −5 to 5


class Bent(NamedTuple):
    """What the explorer shows: rule 2 or not, d_a, the size of v, weights (2, 4), and the cap."""

    bent: bool
    hidden: int
    size: int
    weights: np.ndarray
    cap: float


def bend_explorer():
    """Return rule 1 and rule 2 on two queries and four keys, each of them one number."""
    missions = (
        Mission(
            "Take rule 2 and move q1 until some weight differs between the two rows by more than "
            "0.25. (Try the same with rule 1.)",
            lambda s: s.bent and np.ptp(s.weights, axis=0).max() > 0.25,
        ),
        Mission(
            "Rule 2 with d_a = 1 and v = 1: push the largest weight of q1 to its cap, within 0.01.",
            lambda s: s.bent and s.hidden == s.size == 1 and s.weights[0].max() > s.cap - 0.01,
        ),
        Mission("Rule 2: make q1 and q2 prefer different keys.", _is_split),
    )
    whole = functools.partial(labelled, widgets.IntSlider, min=1, value=1)
    query = {"min": -3, "max": 3, "step": 0.1, "value": 0.5}
    controls = {
        "bent": labelled(widgets.Dropdown, "Rule:", options=BENDS, value=False),
        "query": labelled(widgets.FloatSlider, "Query q1:", "300px", **query),
        "hidden": whole("Hidden features d_a:", "330px", max=4),
        "steepness": whole("Size of W:", "270px", max=8),
        "size": whole("Size of v:", "270px", max=6),
    }
    return Explorer("The bend 加性打分", controls, bend_look, missions)


def _is_split(seen):
    first, second = (row.argmax() for row in seen.weights)
    ahead = np.diff(np.sort(seen.weights, axis=-1))[:, -1].min()
    return seen.bent and first != second and ahead > 0.005


def bend_look(bent, query, hidden, steepness, size):
    """Score two queries with four keys by either rule; the facts are a `Bent`."""
    queries = np.array([query, SECOND_QUERY])
    inside = queries[:, None, None] * W_QUERY[:hidden] + KEYS[:, None] * W_KEY[:hidden]
    inside *= steepness  # (query, key, hidden)
    scores = size * (np.tanh(inside) if bent else inside).sum(axis=-1)
    weights = softmax(scores)
    power = np.exp(2.0 * size * hidden)
    facts = Bent(bent, hidden, size, weights, float(power / (power + len(KEYS) - 1)))
    reading = _say(facts, query)
    curve = (bent, steepness, hidden)
    picture = bend_picture(queries, KEYS, weights, curve, facts.cap, _cap_of(facts), reading)
    return View(picture, reading, facts)


def _cap_of(seen):
    """Return the cap in words; without tanh there is none."""
    if not seen.bent:
        return "no cap: without tanh a score has no largest value"
    e = "e" + str(2 * seen.size * seen.hidden).translate(RAISED)
    return f"| cap {seen.cap:.3f} = {e} / ({e} + 3)"


def _say(seen, query):
    names = [f"k{j + 1}" for j in range(len(KEYS))]
    first, second = (row_reading(row, names) for row in seen.weights)
    apart = np.ptp(seen.weights, axis=0).max()
    rule = "Rule 2" if seen.bent else "Rule 1"
    rows = "The two rows are equal" if apart < 1e-9 else f"The rows differ by {apart:.3f}"
    cap = f"; no weight can pass {seen.cap:.3f}" if seen.bent else ""
    return (
        f"{rule}. q1 = {_signed(query)}: {first}; q2 = {_signed(SECOND_QUERY)}: {second}. "
        f"{rows}{cap}."
    )


def _signed(number, form=".1f"):
    return f"{number:{form}}".replace("-", "−")


def bend_picture(queries, keys, weights, curve, cap, cap_words, reading):
    """Draw one hidden feature of two queries as curves, and the weights as a map with their cap.

    queries (2,), keys (m,), weights (2, m).  curve : (with tanh or without, its steepness, how
    many such features are summed).  cap : the largest weight possible, cap_words : in words.
    """
    bent, steepness, hidden = curve
    curves = [
        _curve(44, 62 + 172 * i, f"q{i + 1}", query, keys, bent, steepness)
        for i, query in enumerate(queries)
    ]
    head = f"Hidden feature 1 of {hidden}: " + ("tanh(W·(q + k))" if bent else "W·(q + k)")
    return svg(
        800,
        400,
        "Two queries, four keys, by rule 1 or rule 2",
        reading,
        label(20, 24, head, size=15, font_weight="bold"),
        *curves,
        _map(weights),
        _largest(weights[0], bent, cap, cap_words),
    )


def _curve(x, y, name, query, keys, bent, steepness, width=340, height=126):
    """Draw the curve over q + k, and where each key sits on it for this query."""
    top = 1.0 if bent else float(REACH * steepness)

    def place(number):
        value = np.tanh(steepness * number) if bent else steepness * number
        across = x + width * (number + REACH) / (2 * REACH)
        return across, y + height / 2 * (1 - 0.84 * value / top)

    low, high = y + 0.92 * height, y + 0.08 * height
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in map(place, np.linspace(-REACH, REACH, 121)))
    parts = [
        label(x, y - 12, f"{name} = {_signed(query)}", fill=QUERY, font_weight="bold"),
        box(x, y, width, height, fill="#fafafa", stroke=LINE),
        tag("line", x1=x, x2=x + width, y1=y + height / 2, y2=y + height / 2, stroke="#cccccc"),
        *(
            label(x - 6, at, _signed(number, "g"), 12, FAINT, text_anchor="end")
            for at, number in ((high, top), (low, -top))
        ),
        tag("polyline", points=points, fill="none", stroke=INK, stroke_width=2),
    ]
    for j, key in enumerate(keys):
        across, up = place(query + key)
        parts.append(tag("circle", cx=across, cy=up, r=6, fill=KEY, stroke="#ffffff"))
        above = up > y + height / 2
        look = {"paint_order": "stroke", "stroke": "#ffffff", "stroke_width": 4}
        parts.append(
            middle(across, up + (-16 if above else 17), f"k{j + 1}", size=13, fill=KEY, **look)
        )
    return "".join(parts)


def _map(weights, x=440, y=92, side=(78, 56)):
    parts = [label(x - 30, 24, "② Weights 权重", size=15, font_weight="bold")]
    largest = largest_cells(weights)
    for j in range(weights.shape[1]):
        parts.append(middle(x + side[0] * (j + 0.5), y - 13, f"k{j + 1}", fill=KEY))
    for (i, j), weight in np.ndenumerate(weights):
        cell = (x + side[0] * j, y + side[1] * i, *side)
        parts.append(weight_cell(*cell, weight, digits=3))
        parts.append(frame(*cell) if largest[i, j] else "")
    for i in range(len(weights)):
        parts.append(label(x - 30, y + side[1] * (i + 0.5), f"q{i + 1}", fill=QUERY))
    apart = np.ptp(weights, axis=0).max()
    words = "rows equal" if apart < 1e-9 else f"rows differ by up to {apart:.3f}"
    return "".join(parts) + label(x, y + 2 * side[1] + 22, words, size=15, font_weight="bold")


def _largest(row, bent, cap, cap_words, x=410, y=302):
    words = [label(x, y - 30, "Largest weight of q1", size=15, font_weight="bold")]
    words.append(bar(x, y, f"k{row.argmax() + 1}", row.max(), f"{row.max():.3f}", KEY, room=30))
    if bent:
        place = x + 30 + 170 * cap
        words.append(
            tag("line", x1=place, x2=place, y1=y - 14, y2=y + 14, stroke=INK, stroke_width=3)
        )
    return "".join(words) + label(x + 30, y + 32, cap_words, fill=INK)
