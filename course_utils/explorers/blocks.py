"""Softmax in blocks: twelve scores pass by, and three sums are kept of those that were seen."""

from itertools import pairwise
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import softmax
from course_utils.explorers.missions import Explorer, Mission, Ties, View
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import FAINT, INK, box, frame, label, middle, svg

KEYS = 12
ROWS = {
    "mixed": (1, 0, 2, -1, 3, 1, 0, 4, 2, 3, 1, 0),
    "rising": (-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5),
    "the largest first": (9, 1, 0, 2, 1, 0, 2, 1, 1, 0, 2, 1),
    "the largest last": (1, 2, 0, 1, 1, 2, 0, 2, 1, 0, 1, 9),
}
SIZES = (1, 2, 3, 4, 6, 12)
NARROW = (
    (8, 6, 392, 92),
    (392, 6, 800, 92),
    (8, 98, 410, 365),
    (410, 98, 800, 365),
    (8, 368, 560, 398),
)  # what a narrow window stacks
RULES = {"rescaled": True, "left as they are (wrong)": False}
VALUES = np.arange(1.0, KEYS + 1)  # key 1 hands over 1, key 12 hands over 12


class Step(NamedTuple):
    """A ledger after one more block, and the factor by which the sums of before were multiplied."""

    largest: float
    total: float
    mixed: float
    factor: float


class Passed(NamedTuple):
    """What the explorer shows: a `Step` for each block seen, the answer so far, the right one."""

    steps: tuple
    blocks: int
    answer: float
    right: float
    rescaled: bool

    @property
    def done(self):
        """Return whether all blocks were seen."""
        return len(self.steps) == self.blocks

    @property
    def changes(self):
        """Return how many blocks brought a new largest score."""
        largest = [step.largest for step in self.steps]
        return 1 + sum(new > old for old, new in pairwise(largest))


def block_explorer():
    """Return twelve scores that pass by in blocks, and the ledger after each."""
    missions = (
        Mission(
            "Let every block bring a new largest score: at least four blocks, all of them seen.",
            lambda seen: seen.done and seen.blocks >= 4 and seen.changes == seen.blocks,
        ),
        Mission(
            "Leave old sums as they are, and get the right answer all the same, from three blocks "
            "or more.",
            lambda seen: (
                not seen.rescaled
                and seen.done
                and seen.blocks >= 3
                and abs(seen.answer - seen.right) < 0.005
            ),
        ),
        Mission(
            "Rescaled: come within 0.05 of the right answer before half of the keys were seen.",
            lambda seen: (
                seen.rescaled
                and len(seen.steps) < seen.blocks / 2
                and abs(seen.answer - seen.right) < 0.05
            ),
        ),
    )
    controls = {
        "scores": labelled(widgets.Dropdown, "Scores:", options=list(ROWS), value="mixed"),
        "block": labelled(widgets.Dropdown, "Keys in a block:", options=SIZES, value=3),
        "rescaled": labelled(widgets.Dropdown, "Old sums:", options=RULES, value=True),
        "step": labelled(widgets.IntSlider, "Blocks seen:", "260px", min=1, max=4, value=1),
    }
    ties = Ties(resets={"block": "step"})
    return Explorer(
        "Softmax in blocks 在线 softmax", controls, block_look, missions, ties, narrow=NARROW
    )


def pass_by(scores, values, block, rescaled=True):
    """Return the `Step` after each block of scores (m,) and values (m,)."""
    steps, kept = [], Step(-np.inf, 0.0, 0.0, 1.0)
    for start in range(0, len(scores), block):
        part = slice(start, start + block)
        largest = max(kept.largest, scores[part].max())
        factor = float(np.exp(kept.largest - largest)) if rescaled or not start else 1.0
        weights = np.exp(scores[part] - largest)
        total = kept.total * factor + weights.sum()
        kept = Step(largest, total, kept.mixed * factor + weights @ values[part], factor)
        steps.append(kept)
    return steps


def block_look(scores, block, rescaled, step):
    """Let so many blocks of the scores pass by: a `Passed`."""
    row = np.array(ROWS[scores], float)
    steps = pass_by(row, VALUES, block, rescaled)
    blocks, steps = len(steps), tuple(steps[:step])
    right = float(softmax(row) @ VALUES)
    facts = Passed(steps, blocks, steps[-1].mixed / steps[-1].total, right, rescaled)
    reading = (
        f"{len(steps)} of {blocks} blocks seen, {block} keys each. Largest {steps[-1].largest:g}, "
        f"total {steps[-1].total:.3f}, mix {steps[-1].mixed:.3f}: the answer so far is "
        f"{facts.answer:.3f}, over all keys {right:.3f}. {_said_of_old(steps)}"
    )
    return View(block_picture(row, block, facts, reading), reading, facts, last_step=blocks)


def _said_of_old(steps):
    """Say by what the last block multiplied the sums of those before it."""
    if len(steps) == 1:
        return "Nothing was seen before this block."
    return f"This block multiplied the sums of before by {steps[-1].factor:.3g}."


def block_picture(row, block, facts, reading):
    """Draw twelve scores, those seen in a frame, and below them the ledger after each block."""
    drawn = [label(16, 20, "Scores 分数, in blocks 分块", size=15, font_weight="bold")]
    seen = min(KEYS, block * len(facts.steps))
    for i, score in enumerate(row):
        x = 24 + 62 * i
        fill, ink = ("#00224e", "#ffffff") if i < seen else ("#ffffff", INK)
        drawn.append(box(x, 34, 58, 34, fill=fill, stroke=INK))
        drawn.append(middle(x + 29, 52, f"{score:g}", fill=ink, font_weight="bold"))
        drawn.append(middle(x + 29, 80, f"key {i + 1}", size=12, fill=FAINT))
    drawn += [
        frame(22 + 62 * start, 31, 62 * min(block, KEYS - start), 40)
        for start in range(0, KEYS, block)
        if start < seen
    ]
    return svg(800, 400, "Twelve scores pass by in blocks", reading, *drawn, *_ledger(facts, block))


COLUMNS = (60, 210, 340, 470, 600, 720)


def _ledger(facts, block):
    """Draw a line for each block seen, and the right answer below."""
    heads = ("keys up to", "old sums ×", "largest", "total", "mix", "mix / total")
    parts = [
        middle(x, 112, head, size=13, fill=FAINT) for x, head in zip(COLUMNS, heads, strict=True)
    ]
    for i, step in enumerate(facts.steps):
        cells = (
            f"{block * (i + 1)}",
            "" if not i else f"{step.factor:.3g}",
            f"{step.largest:g}",
            f"{step.total:.3f}",
            f"{step.mixed:.3f}",
            f"{step.mixed / step.total:.3f}",
        )
        last = {"font_weight": "bold"} if i == len(facts.steps) - 1 else {}
        parts += [
            middle(x, 132 + 19 * i, cell, size=14, fill=INK, **last)
            for x, cell in zip(COLUMNS, cells, strict=True)
        ]
    words = f"Over all keys at once: {facts.right:.3f}"
    return [*parts, label(16, 384, words, size=15, fill=INK, font_weight="bold")]
