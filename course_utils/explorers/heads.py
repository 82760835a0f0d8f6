"""Heads: one or two of them look at six towns, by hand, and tell two temperatures."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import attend
from course_utils.explorers.missions import Explorer, Mission, Ties, View
from course_utils.learning.panels import labelled, row
from course_utils.plots.drawings import FAINT, INK, label, middle, svg, weight_cell

TOWNS = ("Ayr", "Bath", "Cork", "Deal", "Ely", "Fowey")
DEGREES = np.array([4.0, 19, 9, 19, 14, 6])
USUAL = 12.0  # what is told where a head says nothing
WISHES = {
    f"{TOWNS[first]}, then {TOWNS[second]}": (first, second)
    for first, second in ((0, 1), (1, 0), (2, 4), (1, 3), (5, 2), (4, 5))
}
BALANCES = {"only the first town": 1.0, "more the first": 0.75, "both alike": 0.5}
BALANCES |= {"more the second": 0.25, "only the second town": 0.0}
NOBODY = -1
LOUD = {"not at all": 0.0, "softly": 2.0, "loudly": 4.0, "very loudly": 8.0}
GONE = {"nobody": NOBODY, "head 0": 0, "head 1": 1}
FEATURES, BYTES = 6, 2  # of a key, and of a value; of a number
NARROW = ((8, 6, 570, 160), (8, 174, 440, 268))  # what a narrow window stacks
LEFT, STEP = 206, 64  # of the first town in the picture, and to the next
RIGHT, WRONG = 0.5, 3.0  # degrees: told right, and clearly wrong


class Told(NamedTuple):
    """What the explorer shows: weights (heads, 6), errors in degrees, and what is kept."""

    weights: np.ndarray
    off: np.ndarray  # (2,): how far each told temperature is from the town's
    heads: int
    kept: int  # bytes of keys and values
    gone: int  # the head that is taken away, or NOBODY


class HeadExplorer(Explorer):
    """The controls in two rows: what is asked, and who asks."""

    def _arranged(self):
        controls = self.controls
        first = row(controls["wish"], controls["balance"], controls["loud"])
        return [first, row(controls["heads"], controls["shared"], controls["gone"])]


def head_explorer():
    """Return six towns, one head or two that look at them, and what they tell."""
    missions = (
        Mission(
            "With one head, tell both towns right, within half a degree.",
            lambda seen: seen.heads == 1 and bool((seen.off < RIGHT).all()),
        ),
        Mission(
            "With two heads, tell both right, and keep no more than one head would: 144 bytes.",
            lambda seen: seen.heads == 2 and bool((seen.off < RIGHT).all()) and seen.kept == 144,
        ),
        Mission(
            "Take a head away so that the first town stays right and the second is off by more "
            "than 3 degrees.",
            lambda seen: seen.gone != NOBODY and seen.off[0] < RIGHT and seen.off[1] > WRONG,
        ),
    )
    balance = {"options": list(BALANCES.items()), "value": 0.5}
    controls = {
        "wish": labelled(widgets.Dropdown, "Wish:", options=WISHES, value=(0, 1)),
        "balance": labelled(widgets.SelectionSlider, "Head 0 asks for:", "400px", **balance),
        "loud": labelled(widgets.Dropdown, "Asking:", options=LOUD, value=4.0),
        "heads": labelled(widgets.Dropdown, "Heads:", options=(1, 2), value=1),
        "shared": labelled(
            widgets.Dropdown,
            "Keys and values:",
            options={"a set for each head": False, "one set for all": True},
            value=False,
        ),
        "gone": labelled(widgets.Dropdown, "Taken away:", options=GONE, value=NOBODY),
    }
    alone = {name: lambda heads, **_: heads == 1 for name in ("shared", "gone")}
    name = "Heads at the board 多头"
    ties = Ties(idle=alone)
    return HeadExplorer(name, controls, head_look, missions, ties, narrow=NARROW)


def head_weights(wish, balance, loud, heads):
    """Return whom each head looks at, (heads, 6): head 1 asks for what head 0 leaves.

    The towns' keys are rows of the identity, one for all heads: sharing them changes no weight.
    """
    asks = np.zeros((heads, 1, len(TOWNS)))
    for head, share in zip(range(heads), (balance, 1 - balance), strict=False):
        asks[head, 0, list(wish)] = loud * share, loud * (1 - share)
    keys = np.broadcast_to(np.eye(len(TOWNS)), (heads, len(TOWNS), len(TOWNS)))
    scaled = asks * np.sqrt(len(TOWNS))  # attend divides by it
    return attend(scaled, keys, keys).weights[:, 0]


def head_look(wish, balance, loud, heads, shared, gone):
    """Let heads look at the towns of a wish, and tell two temperatures: a `View`."""
    gone = gone if heads == 2 else NOBODY
    weights = head_weights(wish, balance, loud, heads)
    says = weights @ (DEGREES - USUAL)  # (heads,)
    if gone != NOBODY:
        says[gone] = 0
    told = USUAL + (np.repeat(says, 2) if heads == 1 else says)  # head 0: first, head 1: second
    off = np.abs(told - DEGREES[list(wish)])
    sets = 1 if shared else heads
    kept = sets * len(TOWNS) * 2 * FEATURES * BYTES
    reading = _reading(wish, weights, told, off, kept, gone)
    picture = head_picture(weights, wish, told, kept, gone, reading)
    return View(picture, reading, Told(weights, off, heads, kept, gone))


def _reading(wish, weights, told, off, kept, gone):
    names = [TOWNS[i] for i in wish]
    heads = "; ".join(
        f"head {head} is taken away"
        if head == gone
        else f"head {head} looks at {names[0]} with {row[wish[0]]:.2f}, at {names[1]} with "
        f"{row[wish[1]]:.2f}"
        for head, row in enumerate(weights)
    )
    answers = ", ".join(
        f"{name} {t:.1f} degrees, off by {gap:.1f}"
        for name, t, gap in zip(names, told, off, strict=True)
    )
    return f"{heads[0].upper()}{heads[1:]}. Told: {answers}. Keys and values: {kept} bytes."


def head_picture(weights, wish, told, kept, gone, reading):
    """Draw the board, a row of weights for each head, and what is told beside what is so.

    weights (heads, 6), wish two numbers of towns, told (2,) degrees, kept bytes, gone the head
    that is taken away, or NOBODY, reading the description in words.
    """
    parts = [label(16, 22, "The board 气温", size=15, font_weight="bold")]
    parts.append(label(16, 46, "°C; ① and ② are asked", fill=FAINT, size=13))
    for j, (town, degrees) in enumerate(zip(TOWNS, DEGREES, strict=True)):
        bold = {"font_weight": "bold"} if j in wish else {}
        mark = f" {'①②'[wish.index(j)]}" if j in wish else ""
        parts.append(middle(LEFT + STEP * j, 22, town + mark, fill=INK, **bold))
        parts.append(middle(LEFT + STEP * j, 46, f"{degrees:.0f}", fill=INK, **bold))
    for head, looks in enumerate(weights):
        parts.append(_head_row(head, looks, 66 + 50 * head, head == gone))
    if len(weights) == 1:
        parts.append(label(16, 136, "No second head", fill=FAINT))
    parts.append(label(16, 190, "Told 报出", size=15, font_weight="bold"))
    for i, (town, degrees) in enumerate(zip(wish, told, strict=True)):
        who = 0 if len(weights) == 1 else i
        words = f"{'①②'[i]} {TOWNS[town]}: {degrees:.1f}, by head {who}; it is {DEGREES[town]:.0f}"
        parts.append(label(160, 190 + 28 * i, words, fill=INK))
    parts.append(label(16, 250, f"Keys and values kept: {kept} bytes", fill=FAINT, size=13))
    return svg(580, 272, "Heads at a board of six towns", reading, *parts)


def _head_row(head, weights, y, away):
    if away:
        return label(16, y + 20, f"Head {head}: taken away, says nothing", fill=FAINT)
    cells = [
        weight_cell(LEFT - 30 + STEP * j, y, 60, 40, w) for j, w in enumerate(weights.tolist())
    ]
    return "".join([label(16, y + 20, f"Head {head} 头", fill=INK), *cells])
