"""Masks: who may look at whom, and what four ways of hiding do to the weights."""

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
from course_utils.plots.readings import largest_cells

N = 5
SCORES = np.array(
    [
        [0.5, 1.0, 3.0, -1.0, 2.0],
        [2.0, 1.0, 0.5, 3.0, -1.0],
        [-0.5, 2.0, 1.0, 0.0, 1.5],
        [1.0, -1.0, 2.0, 0.5, 3.0],
        [0.0, 1.5, -2.0, 1.0, 0.5],
    ]
)
CAUSAL = np.tri(N, dtype=bool)
BLOCKS = np.equal.outer([0, 0, 0, 1, 1], [0, 0, 0, 1, 1])
KINDS = {
    "nothing hidden": np.ones((N, N), dtype=bool),
    "causal: no later key": CAUSAL,
    "two sentences of 3 and 2": BLOCKS,
    "both: causal in each sentence": CAUSAL & BLOCKS,
}
RIGHT, ZERO_SCORE, ZERO_WEIGHT, BIG = "right", "zero score", "zero weight", "big number"
WAYS = {
    "right: score −∞, empty rows 0": RIGHT,
    "score set to 0": ZERO_SCORE,
    "weight set to 0, after softmax": ZERO_WEIGHT,
    "score set to −1e9": BIG,
}
NARROW = ((0, 10, 406, 320), (406, 10, 766, 320))  # what a narrow window stacks


class Masked(NamedTuple):
    """What the explorer shows: the mask (n, m), the weights (n, m), and the way of hiding."""

    mask: np.ndarray
    weights: np.ndarray
    way: str


def mask_explorer():
    """Return five queries and five keys, a mask to choose, and four ways to apply it."""
    missions = (
        Mission("Find a way of hiding that leaves a row with a sum below 0.9.", _is_short),
        Mission("Hide every key from a query, in the right way: what does it get?", _is_empty),
        Mission("Hide by a wrong way so that hidden keys get more than half of a row.", _leaks),
    )
    whole = {"min": 0, "max": N, "value": 0}
    controls = {
        "kind": labelled(widgets.Dropdown, "Mask:", options=list(KINDS)),
        "way": labelled(widgets.Dropdown, "Hide by:", options=WAYS, value=RIGHT),
        "padded": labelled(widgets.IntSlider, "Padded keys at the end:", "360px", **whole),
    }
    return Explorer("Who may look? 掩码", controls, mask_look, missions, narrow=NARROW)


def _is_short(seen):
    sums = seen.weights.sum(axis=-1)
    return bool(((sums < 0.9) & seen.mask.any(axis=-1)).any())


def _is_empty(seen):
    return seen.way == RIGHT and not seen.mask.any(axis=-1).all()


def _leaks(seen):
    hidden = np.where(seen.mask, 0, seen.weights).sum(axis=-1)
    return seen.way != RIGHT and bool((hidden > 0.5).any())


def weigh(scores, mask, way):
    """Return softmax over the keys with a mask (n, m), hidden in one of four ways."""
    if way == ZERO_WEIGHT:
        return np.where(mask, softmax(scores), 0.0)
    hidden = {ZERO_SCORE: 0.0, BIG: -1e9}
    if way in hidden:
        return softmax(np.where(mask, scores, hidden[way]))
    return softmax(scores, mask=mask)


def mask_look(kind, way, padded):
    """Hide by a mask and the last `padded` keys; the facts are a `Masked`."""
    mask = KINDS[kind] & (np.arange(N) < N - padded)
    weights = weigh(SCORES, mask, way)
    sums, leak = weights.sum(axis=-1), np.where(mask, 0, weights).sum(axis=-1)
    reading = (
        f"{int((~mask).sum())} of {N * N} places are hidden. "
        f"Row sums: {' '.join(f'{total:.2f}' for total in sums)}. "
        f"Hidden keys get: {' '.join(f'{share:.2f}' for share in leak)}."
    )
    return View(mask_picture(SCORES, mask, weights, reading), reading, Masked(mask, weights, way))


def mask_picture(scores, mask, weights, reading):
    """Draw scores with hidden places crossed out, and weights with the sum of each row.

    scores, weights (n, m) numbers, mask (n, m) booleans, reading the description in words.
    """
    drawn = [_heads("① Score 打分, hidden places crossed out", 60)]
    drawn += [_heads("② Normalise 归一化, and each row's sum", 420)]
    largest = largest_cells(weights)
    for i in range(N):
        drawn.append(label(8, _top(i) + 24, f"q{i + 1}", fill=QUERY, font_weight="bold"))
        for j in range(N):
            drawn.append(_score_cell(60 + 56 * j, _top(i), scores[i, j], mask[i, j]))
            drawn.append(weight_cell(420 + 56 * j, _top(i), 56, 48, weights[i, j]))
            drawn.append(frame(420 + 56 * j, _top(i), 56, 48) if largest[i, j] else "")
            drawn.append("" if mask[i, j] else _cross(420 + 56 * j, _top(i)))
        drawn.append(label(712, _top(i) + 24, f"Σ {weights[i].sum():.2f}", fill=INK))
    return svg(800, 360, "A mask and the weights that it leaves", reading, *drawn)


def _top(row):
    return 74 + 48 * row


def _heads(title, left):
    keys = "".join(
        middle(left + 56 * j + 28, 58, f"k{j + 1}", fill=KEY, font_weight="bold") for j in range(N)
    )
    return label(left, 26, title, size=15, font_weight="bold") + keys


def _score_cell(x, y, score, seen):
    cell = box(x, y, 56, 48, fill="#ffffff" if seen else "#e4e4e4", stroke=LINE)
    number = middle(x + 28, y + 24, f"{score:g}", fill=INK if seen else FAINT)
    return cell + number + ("" if seen else _cross(x, y))


def _cross(x, y):
    """Cross a hidden place out in one corner, so that its number stays readable."""
    lines = (x + 42, y + 4, x + 52, y + 14), (x + 52, y + 4, x + 42, y + 14)
    ends = [dict(zip(("x1", "y1", "x2", "y2"), line, strict=True)) for line in lines]
    white = "".join(tag("line", **end, stroke="#ffffff", stroke_width=4) for end in ends)
    return white + "".join(tag("line", **end, stroke="#000000", stroke_width=2) for end in ends)
