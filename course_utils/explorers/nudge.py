"""A nudge: one score of four moves, and every weight and every gradient of the row answers."""

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
    VALUE,
    box,
    label,
    middle,
    svg,
    tag,
)

VALUES = np.array([0.0, 4, 6, 10])
NAMES = tuple(f"k{j + 1}" for j in range(len(VALUES)))
HELD = f"Values {', '.join(f'{value:g}' for value in VALUES)}"
KEYS = {name: j for j, name in enumerate(NAMES)}
ROWS = {
    "2, 1, 0, −1": (2, 1, 0, -1),
    "all alike": (0, 0, 0, 0),
    "k2 ahead by 1": (0, 1, 0, 0),
    "k2 ahead by 3": (0, 3, 0, 0),
    "k2 ahead by 8": (0, 8, 0, 0),
}
NARROW = ((8, 6, 430, 262), (436, 6, 800, 262), (8, 286, 600, 342))  # what a narrow window stacks
TOP, HEIGHT, LONGEST = 108, 46, 70  # of the first row, of each, and of a bar


class Nudge(NamedTuple):
    """What the explorer shows of four keys after the nudge, each (4,); `by` is the nudge.

    moved : how far each weight is from where it was.  slopes : of the weights by the nudged score.
    off : the answer less what is wanted: what the answer itself is told.
    """

    by: float
    weights: np.ndarray
    moved: np.ndarray
    slopes: np.ndarray
    d_weights: np.ndarray
    d_scores: np.ndarray
    d_values: np.ndarray
    off: float


def nudge_explorer():
    """Return a row of four keys: nudge a score, and read what everyone is told."""
    missions = (
        Mission(
            "Nudge a score by 1 or more, up or down, so that no weight moves by 0.01.",
            lambda seen: abs(seen.by) >= 1 and np.abs(seen.moved).max() < 0.01,
        ),
        Mission("Let a key be told the most whose weight is not the largest.", _not_the_top),
        Mission(
            "The answer is off by 3 or more, and yet no score is told 0.05 or more, in size.",
            lambda seen: abs(seen.off) >= 3 and np.abs(seen.d_scores).max() < 0.05,
        ),
    )
    number = {"min": -2.0, "max": 2.0, "step": 0.5, "value": 0.0}
    controls = {
        "scores": labelled(widgets.Dropdown, "Scores:", options=ROWS, value=(2, 1, 0, -1)),
        "key": labelled(widgets.Dropdown, "Nudge the score of:", options=KEYS, value=0),
        "by": labelled(widgets.FloatSlider, "by:", "260px", **number),
        "wanted": labelled(
            widgets.IntSlider, "Wanted answer:", "260px", min=0, max=10, step=2, value=6
        ),
    }
    return Explorer("Nudge a score 轻推一个分数", controls, nudge_look, missions, narrow=NARROW)


def _not_the_top(seen):
    """Tell whether a key with clearly less weight than another is clearly told the most."""
    sizes = np.abs(seen.d_scores)
    loudest = int(np.argmax(sizes))
    others = np.delete(sizes, loudest)
    return (
        sizes[loudest] > others.max() + 0.01 and seen.weights[loudest] < seen.weights.max() - 0.01
    )


def nudge_look(scores, key, by, wanted):
    """Weigh four keys before and after a nudge, and go back: the facts are a `Nudge`."""
    before, nudged = np.array(scores, dtype=float), np.array(scores, dtype=float)
    nudged[key] += by
    old, weights = softmax(before), softmax(nudged)
    answer = float(weights @ VALUES)
    off = answer - wanted
    d_weights = off * VALUES
    facts = Nudge(
        by,
        weights,
        weights - old,
        weights * ((np.arange(len(weights)) == key) - weights[key]),
        d_weights,
        weights * (d_weights - weights @ d_weights),
        weights * off,
        off,
    )
    reading = _said(facts, NAMES[key], answer, wanted)
    return View(nudge_picture(nudged, old, facts, key, (answer, wanted), reading), reading, facts)


def _said(facts, key, answer, wanted):
    def row(numbers, digits=2):
        return ", ".join(_signed(n, digits) for n in numbers)

    return (
        f"{HELD}. {key} nudged by {_signed(facts.by, 1)}. Weights {row(facts.weights, 3)}, moved "
        f"by {row(facts.moved, 3)}; their slopes by this score {row(facts.slopes, 3)}. "
        f"The answer is {answer:.2f}, wanted {wanted}, so it is told {_signed(facts.off)}, the "
        f"weights {row(facts.d_weights)}, the scores {row(facts.d_scores)}, "
        f"the values {row(facts.d_values)}. Loss {facts.off**2 / 2:.2f}."
    )


def _signed(number, digits=2):
    """Write a number with a real minus, and no minus before 0."""
    return f"{round(float(number), digits) + 0.0:.{digits}f}".replace("-", "−")


def nudge_picture(scores, old, facts, key, answer, reading):
    """Draw four keys as rows: score, weight, its answer to the nudge, and three gradients.

    scores (4,) after the nudge, old : the weights (4,) before it, facts : a `Nudge`, key : the row
    that is nudged, answer : (the answer, what is wanted), reading : the same in words.
    """
    parts = [_heads(NAMES[key])]
    parts += [_row(j, scores[j], old[j], facts, j == key) for j in range(len(NAMES))]
    found, wanted = answer
    words = f"{HELD}. Answer {found:.2f}, wanted {wanted}: told {_signed(facts.off)}, "
    y = TOP + HEIGHT * len(NAMES) + 12
    parts.append(label(16, y, words + f"loss {facts.off**2 / 2:.2f}", font_weight="bold", size=15))
    note = "Told above 0 ▶: less would be better.  Below 0 ◀: more would be.  Thin line: before."
    parts.append(label(16, y + 26, note, size=12, fill=FAINT))
    return svg(800, y + 64, "Four keys, a nudged score, and what everyone is told", reading, *parts)


def _heads(key):
    heads = (
        (60, "Score", "分数", INK),
        (150, "Weight", "权重, 0 to 1", INK),
        (290, "moved by", "移动", INK),
        (376, "slope", f"by {key}'s score", INK),
        (484, "d_weight", "told", KEY),
        (604, "d_score", "told", KEY),
        (734, "d_value", "told", VALUE),
    )
    parts = [
        middle(x, 44, name, size=15, font_weight="bold", fill=fill) for x, name, _, fill in heads
    ]
    parts += [middle(x, 66, below, size=12, fill=FAINT) for x, _, below, _ in heads]
    forth, back = "Forwards 前向", "Backwards 反向"
    parts.append(label(16, 18, forth, size=13, fill=FAINT))
    parts.append(label(446, 18, back, size=13, fill=FAINT))
    return "".join(parts) + tag("line", x1=432, x2=432, y1=12, y2=TOP + 158, stroke=LINE)


def _row(j, score, old, facts, nudged):
    y = TOP + HEIGHT * j
    ground = box(8, y - 20, 784, HEIGHT - 6, fill="#fff3c4") if nudged else ""
    name = label(16, y, NAMES[j], fill=KEY, font_weight="bold")
    mark = f" {'▲' if facts.by > 0 else '▼'}" if nudged and facts.by else ""
    parts = [ground, name, middle(66, y, _signed(score, 1) + mark, size=15)]
    parts.append(_weight(104, y, facts.weights[j], old))
    parts.append(middle(290, y, _signed(facts.moved[j], 3), size=14))
    parts.append(middle(376, y, _signed(facts.slopes[j], 3), size=14))
    parts.append(middle(484, y, _signed(facts.d_weights[j]), size=14))
    parts.append(_told(604, y, facts.d_scores[j]))
    return "".join(parts) + middle(734, y, _signed(facts.d_values[j]), size=14)


def _weight(x, y, weight, old):
    bar = box(x, y - 9, 100, 18, fill="#eeeeee") + box(x, y - 9, 100 * weight, 18, fill=INK)
    line = {"x1": x + 100 * old, "x2": x + 100 * old, "y1": y - 13, "y2": y + 13}
    return (
        bar + tag("line", **line, stroke=KEY, stroke_width=2) + label(x + 106, y, f"{weight:.3f}")
    )


def _told(x, y, told, most=12.0):
    """Draw a bar to the right where a score is told to shrink, to the left where to grow."""
    length = LONGEST * min(abs(told) / most, 1.0)
    bar = box(x if told > 0 else x - length, y + 10, length, 6, fill=KEY)
    axis = tag("line", x1=x, x2=x, y1=y + 8, y2=y + 18, stroke=INK)
    arrow = "▶" if told > 0.005 else "◀" if told < -0.005 else ""
    words = f"◀ {_signed(told)}" if arrow == "◀" else f"{_signed(told)} {arrow}".strip()
    return bar + axis + middle(x, y - 4, words, size=14, font_weight="bold")
