"""One mask, handed to three functions in two meanings and three kinds: whom does it hide?"""

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
    box,
    frame,
    label,
    middle,
    svg,
    tag,
    weight_cell,
)

N = 4
SCORES = np.array(
    [[1.0, 2.0, 0.5, 1.5], [0.5, 1.0, 2.0, 1.0], [2.0, 0.0, 1.0, 1.5], [1.0, 1.5, 0.5, 2.0]]
)
BACK = np.tri(N, dtype=bool)
OURS, DOT, HEADS = "this course's attend", "F.scaled_dot_product_attention", "nn.MultiheadAttention"
FUNCTIONS = (OURS, DOT, HEADS)
MEANINGS = {"may look 可看": True, "hidden 遮住": False}
BOOLEAN, ONES, ADDED = "boolean", "ones", "added"
KINDS = {"True and False": BOOLEAN, "numbers 1.0 and 0.0": ONES, "numbers 0 and −∞": ADDED}
NARROW = ((0, 10, 380, 345), (380, 10, 800, 345))  # what a narrow window stacks


class Handed(NamedTuple):
    """What the explorer shows: what was meant, what was handed over, and the weights, or None."""

    meant: np.ndarray  # (n, n), True = may look
    handed: np.ndarray  # (n, n), booleans or numbers
    weights: np.ndarray | None  # (n, n); None where the function raises an error
    kind: str


def convention_explorer():
    """Return one mask to hand over: to whom, with which meaning, as what, with how much padding."""
    missions = (
        Mission(
            "Let the first three queries look at nothing but what was to be hidden.", _reversed
        ),
        Mission(
            "Hide nobody, though a mask with something to hide was handed over.", _hides_nobody
        ),
        Mission("Get NaN: leave a query without a key, in a function that cannot bear it.", _nan),
    )
    controls = {
        "function": labelled(widgets.Dropdown, "Function:", "330px", options=FUNCTIONS),
        "meaning": labelled(widgets.Dropdown, "You write True for:", "330px", options=MEANINGS),
        "kind": labelled(widgets.Dropdown, "As:", "330px", options=KINDS),
        "padded": labelled(widgets.IntSlider, "Padded keys:", "330px", min=0, max=N, value=0),
    }
    return Explorer("Whom does it hide? 掩码约定", controls, handed_look, missions, narrow=NARROW)


def _reversed(seen):
    if seen.weights is None or not np.isfinite(seen.weights[:3]).all():
        return False
    weights, hidden = seen.weights[:3], ~seen.meant[:3]
    return bool((weights.sum(axis=1) > 0.99).all() and (weights * ~hidden).sum() < 1e-9)


def _hides_nobody(seen):
    return seen.weights is not None and not seen.meant.all() and bool((seen.weights > 0).all())


def _nan(seen):
    return seen.weights is not None and bool(np.isnan(seen.weights).any())


def weigh(handed, function):
    """Return the weights (n, n) that a function makes of `SCORES`, None where it raises an error.

    handed : booleans, True hides for `HEADS` and may look for the others; or numbers, added.
    """
    if handed.dtype != bool:
        if function == OURS:
            return None
        added = SCORES + handed
    else:
        added = np.where(~handed if function == HEADS else handed, SCORES, -np.inf)
    weights = softmax(added)
    if function == HEADS:
        weights[np.isneginf(added).all(axis=1)] = np.nan
    return weights


def written(meant, meaning, kind):
    """Return the mask as it is handed over. `meaning`: what one writes True for, may look or not.

    Numbers 0 and −∞ say it without True: both functions of PyTorch add them.
    """
    mask = meant if meaning else ~meant
    if kind == BOOLEAN:
        return mask
    return mask.astype(float) if kind == ONES else np.where(meant, 0, -np.inf)


def handed_look(function, meaning, kind, padded):
    """Hand a causal mask over, the last `padded` keys hidden too; the facts are a `Handed`."""
    meant = BACK & (np.arange(N) < N - padded)
    handed = written(meant, meaning, kind)
    weights = weigh(handed, function)
    reading = f"{int((~meant).sum())} of {N * N} places are to be hidden. {_said(meant, weights)}"
    reading += " With 0 and −∞ nobody asks what True means." if kind == ADDED else ""
    facts = Handed(meant, handed, weights, kind)
    return View(handed_picture(facts, reading), reading, facts)


def _said(meant, weights):
    if weights is None:
        return "The function stops with an error: a mask must be boolean here."
    unseen = np.isnan(weights).any(axis=1)
    wrong = np.where(meant | unseen[:, None], 0, weights).sum(axis=1)
    shares = " ".join(
        "NaN" if bad else f"{one:.2f}" for bad, one in zip(unseen, wrong, strict=True)
    )
    return f"Keys that were to be hidden get, query by query: {shares}."


def handed_picture(facts, reading):
    """Draw what was handed over, and the weights; what was to be hidden is crossed out there."""
    drawn = [_heads("Handed over 传入的掩码", 60), _heads("Weights 权重", 440)]
    for i in range(N):
        top = 74 + 56 * i
        drawn.append(label(14, top + 28, f"q{i + 1}", fill=QUERY, font_weight="bold"))
        for j in range(N):
            drawn.append(_handed_cell(60 + 72 * j, top, facts.handed[i, j]))
            drawn.append(_weight(440 + 72 * j, top, facts, i, j))
    if facts.weights is None:
        drawn.append(box(484, 142, 200, 32, fill="#ffffff", stroke=LINE))
        drawn.append(middle(584, 158, "an error, no weights", size=18, fill=INK))
    else:
        drawn.append(label(440, 322, "× was to be hidden 本应遮住", size=13, fill=FAINT))
    return svg(800, 360, "A mask as it is handed over, and the weights", reading, *drawn)


def _heads(title, left):
    keys = "".join(
        middle(left + 72 * j + 36, 58, f"k{j + 1}", fill=KEY, font_weight="bold") for j in range(N)
    )
    return label(left, 26, title, size=15, font_weight="bold") + keys


def _handed_cell(x, y, value):
    if isinstance(value, np.bool_):
        word, filled = str(bool(value)), bool(value)
    else:
        word = "−∞" if np.isneginf(value) else f"{value:.1f}"
        filled = value > 0
    cell = box(x, y, 72, 56, fill="#dfe8f3" if filled else "#ffffff", stroke=LINE)
    return cell + middle(x + 36, y + 28, word, fill=INK, font_weight="bold" if filled else "normal")


def _weight(x, y, facts, i, j):
    if facts.weights is None:
        return box(x, y, 72, 56, fill="#ffffff", stroke=LINE)
    if np.isnan(facts.weights[i, j]):
        cell = box(x, y, 72, 56, fill="#ffffff", stroke=INK) + middle(
            x + 36, y + 28, "NaN", fill=INK, font_weight="bold"
        )
    else:
        cell = weight_cell(x, y, 72, 56, facts.weights[i, j])
    wrong = not facts.meant[i, j] and not np.isnan(facts.weights[i, j]) and facts.weights[i, j] > 0
    crossed = "" if facts.meant[i, j] else _cross(x + 56, y + 4)
    return cell + (frame(x, y, 72, 56) if wrong else "") + crossed


def _cross(x, y):
    ends = (x, y, x + 11, y + 11), (x + 11, y, x, y + 11)
    lines = [dict(zip(("x1", "y1", "x2", "y2"), line, strict=True)) for line in ends]
    white = "".join(tag("line", **end, stroke="#ffffff", stroke_width=4) for end in lines)
    return white + "".join(tag("line", **end, stroke="#000000", stroke_width=2) for end in lines)
