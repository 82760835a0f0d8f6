"""Positions: hands of clocks and twelve places, how alike they are, a sentence to shuffle."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import attend
from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.learning.panels import button, labelled, row
from course_utils.plots.drawings import (
    FAINT,
    INK,
    LINE,
    SHADES,
    box,
    frame,
    label,
    middle,
    svg,
    tag,
)

WORDS = ("the", "dog", "bites", "a", "man")
WRITTEN = tuple(range(len(WORDS)))
ORDERS = {
    " ".join(WORDS[i] for i in order): order
    for order in (WRITTEN, (4, 3, 2, 1, 0), (3, 4, 2, 0, 1), (0, 1, 2, 4, 3), (2, 0, 1, 3, 4))
}
PLACES, SIZES = 12, (2, 4, 8, 16)
BASES = {"10": 10.0, "100": 100.0, "10,000": 10_000.0}
ADDED = {"no places": 0.0, "added to every word": 1.0}
VECTORS = np.random.default_rng(3).normal(size=(len(WORDS), max(SIZES)))
NEXT, LAST = 1, PLACES - 1  # steps from one place to the next, and to the last
NARROW = (
    (8, 6, 397, 388),
    (397, 6, 800, 388),
    (8, 392, 350, 436),
    (350, 392, 800, 436),
)  # what a narrow window stacks


class Placed(NamedTuple):
    """What the explorer shows.

    alike : (12,) how alike two places are that stand 0 to 11 steps apart, 1 = the same.
    changes : (5,) how far what each word receives is from what it receives in the written order.
    """

    alike: np.ndarray
    changes: np.ndarray
    order: tuple
    added: bool


class PositionExplorer(Explorer):
    """The controls in two rows, with a button that takes the next order of the words."""

    def _arranged(self):
        controls = self.controls
        shuffle = button("Shuffle 打乱", self._shuffle)
        first = row(controls["size"], controls["base"], controls["added"])
        return [first, row(controls["order"], shuffle, controls["place"])]

    def _shuffle(self):
        orders = list(ORDERS.values())
        place = orders.index(self.controls["order"].value)
        self.controls["order"].value = orders[(place + 1) % len(orders)]


def position_explorer():
    """Return twelve places as clock hands, a sentence, and a button to shuffle it."""
    missions = (
        Mission(
            "Make two places that are 5 steps apart or more nearly the same: above 0.95.",
            lambda seen: bool((seen.alike[5:] > 0.95).any()),
        ),
        Mission(
            "Make the next place like one's own, above 0.85, and the last one unlike the first, "
            "below 0.",
            lambda seen: seen.alike[NEXT] > 0.85 and seen.alike[LAST] < 0,
        ),
        Mission(
            "Find an order in which every word receives something else than in the written one.",
            lambda seen: bool((seen.changes > 0.005).all()),
        ),
    )
    controls = {
        "size": labelled(widgets.Dropdown, "Features:", options=SIZES, value=8),
        "base": labelled(
            widgets.Dropdown, "Base (10,000 in the paper):", options=BASES, value=10_000.0
        ),
        "added": labelled(widgets.Dropdown, "Places:", options=ADDED, value=0.0),
        "order": labelled(widgets.Dropdown, "Order:", options=ORDERS, value=WRITTEN),
        "place": labelled(widgets.IntSlider, "A place:", "260px", min=0, max=LAST, value=0),
    }
    return PositionExplorer(
        "Where am I? 位置编码", controls, position_look, missions, narrow=NARROW
    )


def hands(n, size, base):
    """Return sinusoids (n, size) whose pair i turns by base^(−2i/size) a place."""
    angles = np.arange(n)[:, None] * base ** (-np.arange(0, size, 2) / size)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(n, size)


def words_receive(order, size, base, added):
    """Return what the words of a sentence in this order receive, (5, size), sorted back."""
    x = VECTORS[list(order), :size] + added * hands(len(WORDS), size, base)
    return attend(x, x, x).context[np.argsort(order)]


def position_look(size, base, added, order, place):
    """Tell twelve places, one of them framed, and five words where they stand: a `Placed`."""
    table = hands(PLACES, size, base)
    alike = table @ table.T / (size / 2)
    now, before = (words_receive(o, size, base, added) for o in (order, WRITTEN))
    changes = np.abs(now - before).max(axis=1)
    words = [WORDS[i] for i in order]
    moved = [f"{changes[i]:.2f}" for i in order]
    pairs = ", ".join(f"{word} {gap}" for word, gap in zip(words, moved, strict=True))
    hands_told = "1 hand" if size == 2 else f"{size // 2} hands"
    slowest = place * base ** (2 / size - 1)
    reading = (
        f"{size} features, {hands_told}. At place {place} the first hand has turned by "
        f"{place} rad, the last by {slowest:.4g}. Two places are alike by {alike[0, NEXT]:.2f} one "
        f"step apart, {alike[0, 5]:.2f} five apart, {alike[0, LAST]:.2f} eleven apart. "
        f"Place {place} is like place 0 by {alike[place, 0]:.2f}, like {LAST} by "
        f"{alike[place, LAST]:.2f}. "
        f"What each word receives moves by: {pairs}."
    )
    picture = position_picture(table, alike, place, words, moved, reading)
    return View(picture, reading, Placed(alike[0], changes, order, added > 0))


def position_picture(table, alike, place, words, moved, reading):
    """Draw the hands of a place, a table of places, how alike they are, and a sentence below.

    table (12, size) and alike (12, 12) from −1 to 1, place the row that is framed, words and moved:
    5 texts each, reading the description in words.
    """
    drawn = [_map(40, table, place, "PE 位置编码: row = place, dark −1, bright 1", 340)]
    drawn += [_map(456, alike, place, "How alike two places are 相似度", 336)]
    drawn += [_clocks(40, table[place], 340), *_told(place)]
    drawn.append(
        label(16, 410, "Now, and how far what it receives has moved:", fill=FAINT, size=13)
    )
    for i, (word, gap) in enumerate(zip(words, moved, strict=True)):
        middle_of_word = 376 + 92 * i
        drawn.append(middle(middle_of_word, 402, word, font_weight="bold", fill=INK))
        drawn.append(middle(middle_of_word, 424, gap, fill=INK, size=13))
    return svg(800, 460, "Twelve places as hands of clocks", reading, *drawn)


def _told(place):
    """Say what the clocks are, on two lines."""
    lines = f"← the hands at place {place}, above their two features:", "right is sin, up is cos"
    return [label(400 + 17 * i, 51 + 18 * i, line, 13, FAINT) for i, line in enumerate(lines)]


def _clocks(x, row, width, y=60, radius=18):
    """Draw a clock above each pair of a row (size,): its tip is sin to the right, cos up."""
    parts = []
    for i, (right, up) in enumerate(row.reshape(-1, 2)):
        centre = x + width * (i + 0.5) / (len(row) / 2)
        tip = {"x2": centre + radius * right, "y2": y - radius * up}
        look = {"stroke": INK, "stroke_width": 3, "stroke_linecap": "round"}
        parts.append(tag("circle", cx=centre, cy=y, r=radius, fill="none", stroke=LINE))
        parts.append(tag("line", x1=centre, y1=y, **tip, **look))
    return "".join(parts)


def _map(x, numbers, place, title, width, y=88, height=24):
    """Draw numbers from −1, dark, to 1, bright, with the place of each row; one is framed."""
    parts = [label(x, 20, title, size=15, font_weight="bold")]
    wide = width / numbers.shape[1]
    shades = np.rint(50 * np.clip(numbers, -1, 1) + 50).astype(int)
    for i, in_row in enumerate(shades.tolist()):
        for j, shade in enumerate(in_row):
            fill, _ = SHADES[shade]
            parts.append(box(x + wide * j, y + height * i, wide, height, fill=fill))
    parts += [middle(x - 14, y + height * (i + 0.5), f"{i}", size=12) for i in range(len(numbers))]
    return "".join(parts) + frame(x, y + height * place, width, height)
