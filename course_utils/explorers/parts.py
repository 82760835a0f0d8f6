"""Parts of a Transformer, one switched off at a time: kept runs of three seeds, step by step."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.lab.results import results
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import FAINT, INK, LINE, bar, label, middle, svg, tag, through

CHANGES = {
    "nothing: the whole": "whole",
    "no way around": "no residual",
    "no norm": "no norm",
    "norm after each layer": "norm after",
    "no positions": "no positions",
}
WARM = {"over 100 steps": "100", "none": "0"}
EVERY = 25  # steps between two points of a loss
MOST = 4.0  # nats: the upper end of the picture
LEFT, TOP, WIDE, HIGH = 60, 60, 380, 270  # of the losses' axes
DASHES = ("", "7 4", "2 3")
NARROW = ((8, 6, 470, 372), (478, 6, 800, 372))  # what a narrow window stacks


class Runs(NamedTuple):
    """What the explorer shows: three runs up to a step, and the whole's beside them."""

    losses: np.ndarray  # (3, points): each a mean of 25 steps
    right: np.ndarray  # (3,): the shares written right at the end
    whole: np.ndarray  # (3,): those of the whole, at the same rate and warm-up
    change: str
    rate: str
    done: bool  # whether all steps are shown


def parts_explorer():
    """Return kept runs of a small Transformer, with one part changed, a rate and a warm-up."""
    missions = (
        Mission(
            "At the end: a change after which none of three seeds writes a single number right.",
            lambda seen: seen.done and not seen.right.any(),
        ),
        Mission(
            "At the end: a norm after each layer, and at least one seed that writes nothing right.",
            lambda seen: seen.done and seen.change == "norm after" and not seen.right.min(),
        ),
        Mission(
            "At the end: the whole, at the highest rate, with more than 0.8 right from every seed.",
            lambda seen: (
                seen.done
                and seen.change == "whole"
                and seen.rate == list(_kept()["whole"])[-1]
                and seen.right.min() > 0.8
            ),
        ),
    )
    kept = _kept()
    rates = list(kept["whole"])
    last = len(kept["whole"][rates[0]]["100"]["losses"][0])
    controls = {
        "change": labelled(widgets.Dropdown, "Changed:", options=CHANGES, value="whole"),
        "rate": labelled(widgets.Dropdown, "Rate:", options=rates, value=rates[0]),
        "warm_up": labelled(widgets.Dropdown, "Warm-up:", options=WARM, value="100"),
        "step": labelled(widgets.IntSlider, "Steps / 25:", "260px", min=1, max=last, value=2),
    }
    return Explorer("Parts of a Transformer 消融", controls, parts_look, missions, narrow=NARROW)


def _kept():
    return results("attention_alone")["found"]["parts"]


def parts_look(change, rate, warm_up, step):
    """Show three runs up to a step: a `View`."""
    kept = _kept()
    run, whole = (kept[part][rate][warm_up] for part in (change, "whole"))
    losses = np.array(run["losses"])
    points = losses.shape[1]
    done = step == points
    shares = (np.array(runs["right"]) for runs in (run, whole))
    facts = Runs(losses[:, :step], *shares, change, rate, done)
    name = next(words for words, part in CHANGES.items() if part == change)
    reading = (
        f"Changed: {name}. Rate {rate}, warm-up {'100 steps' if warm_up == '100' else 'none'}, "
        f"after {EVERY * step} of {EVERY * points} steps. Losses of three seeds: "
        f"{_listed(facts.losses[:, -1])}. {_at_the_end(facts)}"
    )
    return View(parts_picture(facts, points, name, reading), reading, facts, last_step=points)


def _listed(numbers):
    return ", ".join(f"{number:.2f}" for number in numbers)


def _at_the_end(facts):
    """Say what was written right, if all steps are shown."""
    if not facts.done:
        return "What it writes is examined at the end."
    return f"Right at the end: {_listed(facts.right)}; of the whole: {_listed(facts.whole)}."


def parts_picture(facts, points, name, reading):
    """Draw three losses over the steps, and at the end the shares right beside the whole's."""
    drawn = [label(16, 22, f"Loss of three seeds, changed: {name}", size=15, font_weight="bold")]
    return svg(800, 400, name, reading, *drawn, *_losses(facts.losses, points), *_shares(facts))


def _losses(losses, points):
    """Draw the axes, and a line for each seed, which its number ends."""
    parts = []
    for nats in range(int(MOST) + 1):
        y = TOP + HIGH * (1 - nats / MOST)
        ends = {"x1": LEFT, "x2": LEFT + WIDE, "y1": y, "y2": y}
        parts.append(tag("line", **ends, stroke=LINE, stroke_width=0.6))
        parts.append(middle(LEFT - 16, y, nats, size=13, fill=FAINT))
    for point in range(2, points + 1, 2):
        place = LEFT + WIDE * point / points
        parts.append(middle(place, TOP + HIGH + 18, EVERY * point, size=13, fill=FAINT))
    parts.append(label(LEFT, TOP - 16, "nats per symbol", size=13, fill=FAINT))
    parts.append(middle(LEFT + WIDE / 2, TOP + HIGH + 36, "steps", size=13, fill=FAINT))
    for seed, line in enumerate(losses):
        xs = LEFT + WIDE * np.arange(1, len(line) + 1) / points
        look = {"stroke": INK, "stroke_width": 2, "stroke_dasharray": DASHES[seed]}
        parts.append(tag("polyline", points=through(xs, _height(line)), fill="none", **look))
    named = zip(_apart(_height(losses[:, -1])), range(len(losses)), strict=True)
    parts += [label(xs[-1] + 4, y, f"{seed}", size=12) for y, seed in named]
    return parts


def _height(losses):
    return TOP + HIGH * (1 - np.minimum(losses, MOST) / MOST)


def _apart(heights, gap=14):
    """Return heights for the names of lines: above the axis, none upon another."""
    found, below = np.zeros(len(heights)), TOP + HIGH
    for line in np.argsort(-heights):
        found[line] = min(heights[line], below)
        below = found[line] - gap
    return found


def _shares(facts):
    """Draw what was right at the end, a bar for each seed, for the change and for the whole."""
    parts = [label(486, 22, "Right at the end", size=15, font_weight="bold")]
    if not facts.done:
        return [*parts, label(486, 60, "not yet examined", fill=FAINT)]
    for row, (words, shares) in enumerate((("changed", facts.right), ("the whole", facts.whole))):
        parts.append(label(486, 60 + 150 * row, words, fill=FAINT))
        for seed, share in enumerate(shares):
            y = 86 + 150 * row + 32 * seed
            parts.append(bar(486, y, f"seed {seed}", float(share), f"{share:.2f}", INK, room=64))
    return parts
