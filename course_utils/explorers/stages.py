"""Three stages: the hand example of attention, step by step, over the right or the wrong axis."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import softmax
from course_utils.explorers.missions import Explorer, Mission, Ties, View
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import (
    FAINT,
    INK,
    KEY,
    LINE,
    QUERY,
    VALUE,
    box,
    frame,
    label,
    middle,
    number_cell,
    svg,
    weight_cell,
)

HEADS = {"score": "① Score 打分", "normalise": "② Normalise 归一化", "mix": "③ Mix 加权求和"}
QUERIES = np.array([[1.0, 0], [0, 1]])
KEYS = np.array([[1.0, 0], [0, 1], [1, 1]])
VALUES = np.array([[10.0, 0], [0, 10], [5, 5]])
CHANGES = {"nothing": ()} | {
    f"k{i + 1}, {place} number": (i, j)
    for i in range(3)
    for j, place in enumerate(("first", "second"))
}
NARROW = ((20, 10, 382, 330), (382, 10, 790, 330))  # what a narrow window stacks


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
    ties = Ties(idle={"number": lambda change, **_: not change})
    return Explorer("Three stages 三个阶段", controls, stage_look, missions, ties, narrow=NARROW)


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
    picture = stage_picture(QUERIES, keys, VALUES, *shown.values(), stage, reading)
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


def stage_picture(queries, keys, values, scores, weights, context, stage, reading):
    """Draw the three stages of a small example, as far as they have come.

    queries (n, d_k), keys (m, d_k), values (m, d_v); scores, weights (n, m) and context (n, d_v)
    with NaN where a cell is still empty.  stage : (name, rows, columns), the stage at work and the
    rows and columns of its grid that were just filled; name is "" before the first step.
    """
    name, rows, columns = stage
    used = {
        "Q": rows if name == "score" else (),
        "K": columns if name == "score" else (),
        "V": range(len(values)) if name == "mix" else (),
    }
    parts = [
        _matrix(30, 75, queries, QUERY, "Q", "q", used["Q"]),
        _matrix(30, 215, keys, KEY, "K", "k", used["K"]),
        _matrix(620, 215, values, VALUE, "V", "v", used["V"]),
        _score_grid(scores, name, rows, columns),
        _weight_grid(weights, name, rows, columns),
        _matrix(620, 75, context, INK, "context", "c", rows if name == "mix" else ()),
        _headings(name),
    ]
    return svg(800, 375, "Attention in three stages", reading, *parts)


def _headings(name):
    places = {"score": 185, "normalise": 390, "mix": 620}
    return "".join(
        label(x, 28, HEADS[key], size=16, font_weight="bold", fill=INK if key == name else FAINT)
        + (box(x, 42, 160, 4, fill=INK) if key == name else "")
        for key, x in places.items()
    )


def _matrix(x, y, matrix, colour, name, letter, strong, side=(60, 36)):
    parts = [label(x, y - 15, name, size=15, fill=colour, font_weight="bold")]
    for (i, j), number in np.ndenumerate(matrix):
        shown = "" if np.isnan(number) else f"{number:.4g}"
        place = (x + 26 + side[0] * j, y + side[1] * i, *side)
        parts.append(number_cell(*place, shown, colour, strong=i in strong))
    for i in range(len(matrix)):
        parts.append(label(x, y + side[1] * (i + 0.5), f"{letter}{i + 1}", fill=colour))
    return "".join(parts)


def _grid_labels(x, y, shape, side):
    rows = [label(x - 24, y + side * (i + 0.5), f"q{i + 1}", fill=QUERY) for i in range(shape[0])]
    heads = [middle(x + side * (j + 0.5), y - 12, f"k{j + 1}", fill=KEY) for j in range(shape[1])]
    return "".join(rows + heads)


def _score_grid(scores, name, rows, columns, x=212, y=100, side=54):
    parts = [_grid_labels(x, y, scores.shape, side)]
    for (i, j), score in np.ndenumerate(scores):
        strong = name in ("score", "normalise") and i in rows and j in columns
        shown = "" if np.isnan(score) else f"{score:g}"
        cell = (x + side * j, y + side * i, side, side)
        parts.append(number_cell(*cell, shown, INK, strong=strong))
    return "".join(parts) + label(x, y + 2 * side + 22, "one score per pair", size=12, fill=FAINT)


def _weight_grid(weights, name, rows, columns, x=417, y=100, side=54):
    parts = [_grid_labels(x, y, weights.shape, side)]
    for (i, j), weight in np.ndenumerate(weights):
        cell = (x + side * j, y + side * i, side, side)
        empty = np.isnan(weight)
        parts.append(box(*cell, stroke=LINE) if empty else weight_cell(*cell, weight, digits=3))
        used = name == "mix" or (name == "normalise" and j in columns)
        parts.append(frame(*cell) if used and i in rows else "")
    for i, row in enumerate(weights):
        if not np.isnan(row).any():
            verdict = "✓" if abs(row.sum() - 1) < 1e-6 else "✗ not 1"
            below = y + 2 * side + 22 + 20 * i
            parts.append(
                label(x, below, f"row q{i + 1} sums to {row.sum():.2f} {verdict}", size=13)
            )
    return "".join(parts)
