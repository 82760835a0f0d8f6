"""Rule 1 in both readings: which wire reaches the scores, and what that does to the weights."""

import functools
from itertools import pairwise
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
    arrow,
    box,
    frame,
    label,
    middle,
    number_cell,
    svg,
    tag,
    weight_cell,
)
from course_utils.plots.readings import largest_cells, row_reading

READINGS = {"for each pair": False, "by position": True}
QUERIES = np.array([[1.0, 0.4], [-0.6, 1.2]])
W_QUERY, W_KEY = np.array([0.9, -0.7]), np.array([1.0, 0.5])
W_POSITION = np.array([[1.2, -0.4, -1.0, 0.3], [-0.5, 0.2, 0.9, -1.1]])  # a column a position
WORDS = {  # each word has a key of two features, and a value of one number
    "the": ([0.2, 0.1], 1.0),
    "cat": ([1.1, 0.6], 8.0),
    "sat": ([-0.4, 0.8], 5.0),
    "here": ([-0.9, -0.3], 2.0),
    "fish": ([0.5, -0.9], 2.0),
    "swim": ([-0.7, 0.4], 4.0),
    "far": ([0.9, 0.3], 9.0),
    "down": ([0.1, -0.2], 7.0),
}
MEMORIES = {
    "the cat sat here": ("the", "cat", "sat", "here"),
    "the same words in another order": ("here", "sat", "the", "cat"),
    "other words": ("fish", "swim", "far", "down"),
}
FIRST = MEMORIES["the cat sat here"]
VERDICTS = {"still trying": False, "I give up: why?": True}
NARROW = ((8, 10, 400, 304), (400, 10, 792, 350), (8, 354, 700, 384))  # what a narrow window stacks


class Wired(NamedTuple):
    """What the explorer shows: the controls, the weights, and how far things moved."""

    position: bool
    query_part: float
    key_part: float
    memory: tuple
    gave_up: bool
    weights: np.ndarray
    by_parts: tuple  # scores and weights, against both parts × 1
    by_memory: tuple  # weights, and the context that moved less, against the first memory


def wires_explorer():
    """Return rule 1 on two queries and four words, for each pair or by position."""
    missions = (
        Mission(
            "For each pair: change a weight with the query's part alone. Move it by 2 or more. If "
            "no weight moves, choose “I give up: why?”.",
            lambda s: (
                not s.position
                and (s.key_part, s.memory) == (1, FIRST)
                and abs(s.query_part - 1) >= 2
                and s.gave_up
            ),
        ),
        Mission(
            "For each pair: give one word more than 90 % of the weight.",
            lambda s: not s.position and s.weights.max(axis=-1).min() > 0.9,
        ),
        Mission(
            "By position: change the memory so that no weight moves and both contexts move by "
            "more than 0.5.",
            lambda s: s.position and s.by_memory[0] < 1e-9 and s.by_memory[1] > 0.5,
        ),
    )
    part = functools.partial(labelled, widgets.FloatSlider, min=-3, max=3, step=0.5, value=1)
    controls = {
        "position": labelled(widgets.Dropdown, "Rule 1:", options=READINGS, value=False),
        "query_part": part("Query's part of w ×:", "330px"),
        "key_part": part("Key's part of w ×:", "320px"),
        "memory": labelled(widgets.Dropdown, "Memory:", options=MEMORIES, value=FIRST),
        "gave_up": labelled(widgets.Dropdown, "Mission 1:", options=VERDICTS, value=False),
    }
    ties = Ties(idle={"key_part": lambda position, **_: position})  # no wire, so no effect
    return Explorer(
        "Two wirings 规则一的两种读法", controls, wires_look, missions, ties, narrow=NARROW
    )


def _attend(position, query_part, key_part, memory):
    """Return scores (2, 4), weights (2, 4) and contexts (2,) of either reading."""
    keys, values = (np.array(part) for part in zip(*(WORDS[w] for w in memory), strict=True))
    if position:
        scores = query_part * (QUERIES @ W_POSITION)
    else:
        scores = query_part * (QUERIES @ W_QUERY)[:, None] + key_part * (keys @ W_KEY)[None]
    weights = softmax(scores)
    return scores, weights, weights @ values


def wires_look(position, query_part, key_part, memory, gave_up):
    """Attend to four words with either reading of rule 1; the facts are a `Wired`."""
    now = _attend(position, query_part, key_part, memory)
    plain = _attend(position, 1.0, 1.0, memory)
    first = _attend(position, query_part, key_part, FIRST)
    by_parts = tuple(np.abs(now[i] - plain[i]).max() for i in (0, 1))
    by_memory = np.abs(now[1] - first[1]).max(), np.abs(now[2] - first[2]).min()
    facts = Wired(
        position, query_part, key_part, tuple(memory), gave_up, now[1], by_parts, by_memory
    )
    reading = _say(facts, now[2])
    return View(wires_picture(facts, *now, reading), reading, facts)


def _moved(facts):
    """Say how far things moved, in two sentences."""
    scores, weights = facts.by_parts
    memory_weights, contexts = facts.by_memory
    return (
        f"Compared with sliders at 1: scores moved by up to {scores:.2f}, "
        f"weights by up to {weights:.3f}.",
        f"Compared with the first memory: weights moved by up to {memory_weights:.3f}, "
        f"both contexts by at least {contexts:.2f}.",
    )


def _why(facts):
    if not facts.gave_up:
        return ""
    if facts.position:
        return "Why: each position has its own column of W, so here the query does move weights."
    return "Why: w_q·q is the same number for every key of a row; softmax sees only gaps."


def _say(facts, context):
    rows = zip(("q1", "q2"), facts.weights, context, strict=True)
    looks = "; ".join(f"{q}: {row_reading(row, facts.memory)}, c = {c:.2f}" for q, row, c in rows)
    name = "by position" if facts.position else "for each pair"
    said = (f"Rule 1 {name}. {looks}. {_apart(facts.weights)}.", *_moved(facts), _why(facts))
    return " ".join(part for part in said if part)


def _apart(weights):
    apart = np.ptp(weights, axis=0).max()
    return "The rows are equal" if apart < 1e-9 else f"The rows differ by up to {apart:.3f}"


def wires_picture(facts, scores, weights, context, reading):
    """Draw the wiring of a reading, its scores, weights and contexts; `reading` says what moved.

    facts : a `Wired`.  scores, weights : (2, 4).  context : (2,).
    """
    return svg(
        800,
        388,
        "Rule 1 on two queries and four words",
        reading,
        _wiring(facts.position),
        _grid(scores, facts.memory, "① Scores 打分", 72, _score_cell),
        _grid(weights, facts.memory, "② Weights 权重", 222, _weight_cells(weights)),
        _contexts(context),
        label(440, 332, _apart(weights), size=15, font_weight="bold"),
        label(20, 368, _why(facts), font_weight="bold"),
    )


# Two columns of boxes. The inputs' is left: left edge, tops, size; the stages' is right.
INPUTS, INPUT_TOPS, INPUT_SIZE = 20, (60, 124, 252), (100, 40)
STAGES, STAGE_TOPS, STAGE_SIZE = 212, (82, 168, 250), (140, 46)


def _wiring(position):
    """Draw inputs left, stages right, wires as arrows; by position none leads from the keys."""
    names = ("Q queries", QUERY), ("K keys", KEY), ("V values", VALUE)
    linear = "q → W, b" if position else "[q; k] → w, b"
    stages = ("① linear", linear), ("② softmax", "over the keys"), ("③ mix", "= c")
    drawn = [label(20, 24, "Who is wired to the scores?", size=15, font_weight="bold")]
    drawn += [_input(top, *name) for top, name in zip(INPUT_TOPS, names, strict=True)]
    drawn += [_stage(top, *stage) for top, stage in zip(STAGE_TOPS, stages, strict=True)]
    x = STAGES + STAGE_SIZE[0] // 2
    for above, below in pairwise(STAGE_TOPS):
        drawn.append(arrow((x, above + STAGE_SIZE[1]), (x, below), INK))
    from_q, from_k, from_v = (
        (INPUTS + INPUT_SIZE[0], top + INPUT_SIZE[1] // 2) for top in INPUT_TOPS
    )
    into_linear, _, into_mix = STAGE_TOPS
    drawn.append(arrow(from_q, (STAGES, into_linear + 16), QUERY))
    drawn.append(arrow(from_v, (STAGES, into_mix + 24), VALUE))
    wire = _no_wire if position else _key_wire
    return "".join(drawn) + wire(from_k, (STAGES, into_linear + 38))


def _input(top, name, colour):
    width, height = INPUT_SIZE
    outline = box(INPUTS, top, *INPUT_SIZE, fill="#fafafa", stroke=colour, stroke_width=2)
    centre = INPUTS + width // 2, top + height // 2
    return outline + middle(*centre, name, fill=colour, font_weight="bold")


def _stage(top, name, note):
    x = STAGES + STAGE_SIZE[0] // 2
    outline = box(STAGES, top, *STAGE_SIZE, fill="#fafafa", stroke=INK)
    name = middle(x, top + 13, name, font_weight="bold")
    return outline + name + middle(x, top + 32, note, size=13, fill=FAINT)


def _no_wire(start, end):
    """Draw a cut, dashed line where the keys' wire would be."""
    (x1, y1), (x2, y2) = start, end
    look = {"stroke": LINE, "stroke_width": 2, "stroke_dasharray": "5 6"}
    line = tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **look)
    cross = middle((x1 + x2) // 2, (y1 + y2) // 2 + 1, "✕", size=20, fill=KEY, font_weight="bold")
    return line + cross + label(INPUTS, 184, "no wire from the keys", size=13, fill=KEY)


def _key_wire(start, end):
    """Draw the keys' wire, and what becomes of the query's part."""
    note = label(INPUTS, 196, "the query's part", size=13, fill=QUERY)
    note += label(INPUTS, 214, "cancels in softmax ▸", size=13, fill=QUERY)
    return arrow(start, end, KEY) + note


def _grid(numbers, words, head, y, cell, x=440, side=(64, 38)):
    parts = [label(x - 34, y - 48, head, size=15, font_weight="bold")]
    for j, word in enumerate(words):
        parts.append(middle(x + side[0] * (j + 0.5), y - 16, word, fill=KEY))
    for (i, j), number in np.ndenumerate(numbers):
        parts.append(cell((x + side[0] * j, y + side[1] * i, *side), number, i, j))
    for i in range(len(numbers)):
        parts.append(label(x - 34, y + side[1] * (i + 0.5), f"q{i + 1}", fill=QUERY))
    return "".join(parts)


def _score_cell(place, number, i, j):
    return number_cell(*place, f"{number + 0.0:.2f}".replace("-", "−"), INK)


def _weight_cells(weights):
    largest = largest_cells(weights)
    return lambda place, number, i, j: (
        weight_cell(*place, number, digits=3) + (frame(*place) if largest[i, j] else "")
    )


def _contexts(context, x=712, y=222, side=(70, 38)):
    parts = [label(x, y - 48, "③ Mix", size=15, font_weight="bold")]
    for i, number in enumerate(context):
        place = (x, y + side[1] * i, *side)
        parts.append(number_cell(*place, f"{number:.2f}", VALUE))
    return "".join(parts)
