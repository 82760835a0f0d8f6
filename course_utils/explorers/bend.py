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
    through,
    weight_cell,
)
from course_utils.plots.readings import largest_cells, row_reading

BENDS = {"rule 1: no tanh": False, "rule 2: with tanh": True}
KEYS = np.array([-2.0, -0.8, 0.4, 1.6])  # each key is one number
SECOND_QUERY = -1.0
W_QUERY, W_KEY = np.array([[1.0, 1, -1, 0.5], [1, -0.7, 0.5, -1.2]])  # one number a hidden feature
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
REACH = 3  # scores are drawn for keys from −3 to 3
IN_BOOK = {
    "query": (-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3),
    "steepness": (1, 2, 5, 8),
    "size": (1, 2, 4),
}
DASHES = ("7 5", "2 4", "12 4 2 4", "4 2")  # one for each hidden feature
NARROW = ((0, 8, 397, 400), (397, 8, 792, 348))  # what a narrow window stacks


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
        Mission(
            "Rule 2: make q1 and q2 prefer different keys, each ahead of the next by more than "
            "0.005.",
            _is_split,
        ),
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
    return Explorer(
        "The bend 加性打分", controls, bend_look, missions, in_book=IN_BOOK, narrow=NARROW
    )


def _is_split(seen):
    first, second = (row.argmax() for row in seen.weights)
    ahead = np.diff(np.sort(seen.weights, axis=-1))[:, -1].min()
    return seen.bent and first != second and ahead > 0.005


def bend_look(bent, query, hidden, steepness, size):
    """Score two queries with four keys by either rule; the facts are a `Bent`."""
    queries = np.array([query, SECOND_QUERY])
    rule = functools.partial(_features, hidden=hidden, steepness=steepness, bent=bent)
    weights = softmax(size * np.stack([rule(query, KEYS).sum(axis=0) for query in queries]))
    power = np.exp(2.0 * size * hidden)
    facts = Bent(bent, hidden, size, weights, float(power / (power + len(KEYS) - 1)))
    reading = _say(facts, query)
    curves = rule, _top(bent, hidden, steepness)
    picture = bend_picture(queries, KEYS, weights, curves, facts.cap, _cap_of(facts), reading)
    return View(picture, reading, facts)


def _features(query, keys, hidden, steepness, bent):
    """Return the hidden features (hidden, keys) of one query with each key, bent by tanh or not."""
    inside = steepness * (query * W_QUERY[:hidden, None] + W_KEY[:hidden, None] * keys)
    return np.tanh(inside) if bent else inside


def _top(bent, hidden, steepness):
    """Return the end of the scores' axis, the same for every query."""
    if bent:
        return float(hidden)
    ends = [
        _features(q, k, hidden, steepness, bent) for q in (-REACH, REACH) for k in (-REACH, REACH)
    ]
    return float(max(np.abs(np.vstack([*one, one.sum(axis=0)])).max() for one in ends))


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


def bend_picture(queries, keys, weights, curves, cap, cap_words, reading):
    """Draw each query's scores as a curve over the keys, and the weights as a map with their cap.

    queries (2,), keys (m,), weights (2, m).  curves : (what gives the hidden features of a query
    with keys, the end of the axis).  cap : the largest weight possible, cap_words : in words.
    """
    features, top = curves
    panels = [
        _scores(44, 62 + 172 * i, f"q{i + 1}", query, keys, functools.partial(features, query), top)
        for i, query in enumerate(queries)
    ]
    hidden, bent = (features.keywords[name] for name in ("hidden", "bent"))
    one = "tanh(W·[q; k])" if bent else "W·[q; k]"
    note = one if hidden == 1 else f"dashed: {hidden} features {one}; thick: their sum"
    return svg(
        800,
        400,
        "Two queries, four keys, by rule 1 or rule 2",
        reading,
        label(20, 24, "① Score of a key ÷ v", size=15, font_weight="bold"),
        *panels,
        middle(44 + 170, 372, "key k, one number", size=12, fill=FAINT),
        middle(44 + 170, 390, note, size=12, fill=FAINT),
        _map(weights),
        _largest(weights[0], bent, cap, cap_words),
    )


def _scores(x, y, name, query, keys, features, top, width=340, height=126):
    """Draw each hidden feature over the key as a dashed line, their sum thick, a dot a key."""

    def place(key, score):
        across = x + width * (key + REACH) / (2 * REACH)
        return across, y + height / 2 * (1 - 0.84 * score / top)

    def curve(scores, **look):
        return tag(
            "polyline", points=through(*place(along, scores)), fill="none", stroke=INK, **look
        )

    along = np.linspace(-REACH, REACH, 121)
    each = features(along)
    low, high = y + 0.92 * height, y + 0.08 * height
    parts = [
        label(x, y - 12, f"{name} = {_signed(query)}", fill=QUERY, font_weight="bold"),
        box(x, y, width, height, fill="#fafafa", stroke=LINE),
        tag("line", x1=x, x2=x + width, y1=y + height / 2, y2=y + height / 2, stroke="#cccccc"),
        *(
            label(x - 6, at, _signed(number, ".3g"), 12, FAINT, text_anchor="end")
            for at, number in ((high, top), (low, -top))
        ),
    ]
    if len(each) > 1:
        looks = ({"stroke_dasharray": dash, "opacity": "0.6"} for dash in DASHES)
        parts += [curve(one, **look) for one, look in zip(each, looks, strict=False)]
    parts.append(curve(each.sum(axis=0), stroke_width=2.5))
    for j, (key, score) in enumerate(zip(keys, features(keys).sum(axis=0), strict=True)):
        parts.append(_dot(*place(key, score), f"k{j + 1}", y + height / 2))
    return "".join(parts)


def _dot(across, up, name, centre):
    """Draw a key on its curve, with its name on the side where there is room."""
    look = {"paint_order": "stroke", "stroke": "#ffffff", "stroke_width": 4}
    words = middle(across, up + (-16 if up > centre else 17), name, size=13, fill=KEY, **look)
    return tag("circle", cx=across, cy=up, r=6, fill=KEY, stroke="#ffffff") + words


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
