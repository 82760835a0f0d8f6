"""Costs: what attention adds to an encoder and a decoder, by length, width and rule."""

from typing import NamedTuple

import ipywidgets as widgets

from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.lab.costs import COUNTED, attention_macs, gru_macs, overhead, weights_bytes
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import FAINT, INK, KEY, QUERY, VALUE, box, label, svg

LENGTHS = (5, 10, 20, 30, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
WIDTHS = (16, 32, 64, 128, 256, 512, 1_000)
RULES = tuple(COUNTED)
GIGABYTE = 1e9
PARTS = {  # name: (letter, colour)
    "encoder": ("E", FAINT),
    "decoder": ("D", INK),
    "projections": ("P", VALUE),
    "scores": ("S", QUERY),
    "mix": ("M", KEY),
}
NARROW = ((0, 10, 300, 44), (78, 44, 700, 320))  # what a narrow window stacks


class Cost(NamedTuple):
    """What the explorer shows: the rule, attention's share of the rest, and bytes of weights."""

    rule: str
    share: float
    memory: float


def cost_explorer():
    """Return sliders for length and width and a menu of rules; the costs follow."""
    missions = (
        Mission("Make dot attention cost more than encoder and decoder together.", _is_dear),
        Mission("Find a setting where dot attention adds less than 1 %.", _is_cheap),
        Mission("Make the weights need more than 1 GB.", lambda c: c.memory > GIGABYTE),
    )
    slider = {"kind": widgets.SelectionSlider, "width": "420px"}
    controls = {
        "length": labelled(**slider, description="Length n = m:", options=LENGTHS, value=30),
        "width": labelled(**slider, description="Width d:", options=WIDTHS, value=256),
        "rule": labelled(widgets.Dropdown, "Rule:", options=RULES, value="dot"),
    }
    return Explorer("What does attention add? 代价", controls, cost_look, missions, narrow=NARROW)


def _is_dear(cost):
    return cost.rule == "dot" and cost.share > 1


def _is_cheap(cost):
    return cost.rule == "dot" and cost.share < 0.01


def cost_look(length, width, rule):
    """Count one training example; the facts are a `Cost`."""
    rest = {"encoder": gru_macs(length, width), "decoder": gru_macs(length, width)}
    counts = rest | attention_macs(rule, length, length, width)
    share, memory = overhead(rule, length, length, width), weights_bytes(length, length)
    said = ", ".join(f"{name} {short(count).strip()}" for name, count in counts.items())
    reading = (
        f"Multiply-adds: {said}. Attention adds {percent(share)} of encoder and decoder. "
        f"Its weights take {short(memory)}B."
    )
    return View(cost_picture(counts, share, memory, reading), reading, Cost(rule, share, memory))


def short(count):
    """Write a large number in three digits, for example 1.8 M."""
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.3g} "


def percent(share):
    """Write a share in three digits, for example 1.95 % or 335,000 %: never with an exponent."""
    return f"{float(f'{100 * share:.3g}'):,g} %"


def cost_picture(counts, share, memory, reading, left=190, room=440):
    """Draw one bar for each part, and what attention adds, in words.

    counts {part: multiply-adds}, share a fraction, memory bytes, reading the description.
    """
    largest = max(counts.values())
    drawn = [label(8, 26, "Multiply-adds of one example", size=15, font_weight="bold")]
    for line, (name, count) in enumerate(counts.items()):
        y, (letter, colour) = 62 + 40 * line, PARTS[name]
        drawn.append(label(left - 12, y, f"{letter} {name}", fill=colour, text_anchor="end"))
        drawn.append(box(left, y - 11, room, 22, fill="#eeeeee"))
        drawn.append(box(left, y - 11, room * count / largest, 22, fill=colour))
        drawn.append(label(left + room + 12, y, short(count)))
    attention = f"P + S + M = {percent(share)} of E + D"
    drawn.append(label(left, 276, attention, size=17, font_weight="bold"))
    drawn.append(label(left, 304, f"weights in memory: {short(memory)}B"))
    return svg(800, 340, "What attention adds to an encoder and a decoder", reading, *drawn)
