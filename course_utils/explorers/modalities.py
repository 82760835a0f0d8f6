"""Words look at the tiles of an image: across, in one joined sequence, or joined with a mask."""

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
from course_utils.plots.readings import largest_cells, row_reading

WORDS = ("red", "blue", "square", "circle")
TILES = (
    *("red square", "blue circle", "yellow square"),
    *("yellow circle", "blue square", "red circle"),
)
TOKENS = WORDS + TILES
FEATURES = ("red", "blue", "yellow", "square", "circle")
COLOURS = {"red": "#c62828", "blue": "#1565c0", "yellow": "#f9c80e"}
STRENGTH = 3  # the score of a feature that two tokens share
CROSS, JOINED, MASKED = "cross", "joined", "masked"
WAYS = {
    "cross: words ask, tiles are asked": CROSS,
    "joined: every token asks every token": JOINED,
    "joined, with a block mask": MASKED,
}
N = len(WORDS)
CONTENT = np.array([[feature in token.split() for feature in FEATURES] for token in TOKENS], float)
IS_TILE = np.arange(len(TOKENS)) >= N
NARROW = ((0, 8, 399, 422), (399, 8, 790, 402))  # what a narrow window stacks


class Looks(NamedTuple):
    """What the explorer shows: who asked, how, and every weight."""

    word: int
    way: str
    weights: np.ndarray  # (10, 10); rows or columns that take no part are 0
    takes_part: np.ndarray  # (10, 10), True where there is a score that counts


def modality_explorer():
    """Return four words and six tiles, three ways to let them look, and a tag to ask for."""
    missions = (
        Mission("Join them, and let no word give any weight to a word.", _is_as_cross),
        Mission("Join them without a mask: a word gives over 90 % to the image.", _on_image),
        Mission("Join them: a word gives more to the words than to the image.", _on_words),
    )
    words = [(word, i) for i, word in enumerate(WORDS)]
    reach = {"min": -4.0, "max": 4.0, "step": 0.5, "value": 0.0}
    controls = {
        "way": labelled(widgets.Dropdown, "Who asks whom:", options=WAYS, value=JOINED),
        "word": labelled(widgets.Dropdown, "Word that looks:", options=words, value=0),
        "asked": labelled(widgets.FloatSlider, "Score of the image tag:", "420px", **reach),
    }
    return Explorer("Words look at tiles 跨模态", controls, modality_look, missions, narrow=NARROW)


def share_on_image(seen):
    """Return how much of the chosen word's weight goes to tiles."""
    return float(seen.weights[seen.word, IS_TILE].sum())


def _is_as_cross(seen):
    return seen.way == MASKED


def _on_image(seen):
    return seen.way == JOINED and share_on_image(seen) > 0.9


def _on_words(seen):
    return seen.way == JOINED and share_on_image(seen) < 0.5


def weigh(way, asked):
    """Return (weights, which scores count), both (10, 10): words first, then tiles."""
    scores = STRENGTH * CONTENT @ CONTENT.T + asked * IS_TILE
    counts = np.ones(scores.shape, bool) if way == JOINED else np.tile(IS_TILE, (len(TOKENS), 1))
    if way == CROSS:
        counts = counts & ~IS_TILE[:, None]
    return softmax(scores, mask=counts), counts


def modality_look(way, word, asked):
    """Let a word look; the facts are `Looks`."""
    seen = Looks(word, way, *weigh(way, asked))
    rows, columns = (len(TOKENS),) * 2 if way != CROSS else (N, len(TILES))
    share = share_on_image(seen)
    hidden = f", {int((~seen.takes_part).sum())} of them hidden" if way == MASKED else ""
    head = f"{rows} × {columns} = {rows * columns} scores{hidden}"
    reading = (
        f"{head}. {WORDS[word]} looks: "
        f"{row_reading(seen.weights[word], TOKENS)}. "
        f"The image gets {share:.2f} of its weight, the words {abs(1 - share):.2f}."
    )
    return View(modality_picture(seen, head, reading), reading, seen)


def modality_picture(seen, head, reading):
    """Draw the map of weights in four blocks, and words and tiles with the chosen word's weights.

    seen `Looks`, head the map's title, reading the description in words.
    """
    row, most = seen.weights[seen.word], largest_cells(seen.weights)
    parts = [label(8, 24, head, size=15, font_weight="bold")]
    parts += [_map_row(i, seen, most[i]) for i in range(len(TOKENS))]
    parts.append(_dividers())
    title = f"What “{WORDS[seen.word]}” looks at"
    parts.append(label(410, 24, title, size=15, font_weight="bold"))
    for i, word in enumerate(WORDS):
        parts.append(_word(410 + 94 * i, 44, i, word, seen))
    for i, tile in enumerate(TILES):
        spot = (410 + 126 * (i % 3), 136 + 140 * (i // 3))
        parts.append(_tile(*spot, tile, f"i{i + 1}"))
        parts.append(_weight(*spot, 116, 88, row[N + i], most[seen.word, N + i]))
    return svg(800, 430, "Words look at tiles", reading, *parts)


def _name(i):
    return f"t{i + 1}" if i < N else f"i{i - N + 1}"


def _place(i):
    return 34 * i + (8 if i >= N else 0)


def _map_row(i, seen, most):
    chosen = i == seen.word
    look = {"fill": QUERY, "font_weight": "bold" if chosen else "normal"}
    drawn = [label(8, 82 + _place(i), f"{_name(i)}{' ▶' if chosen else ''}", **look)]
    for j in range(len(TOKENS)):
        x, y = 40 + _place(j), 66 + _place(i)
        if i == 0:
            drawn.append(middle(x + 17, 54, _name(j), fill=KEY))
        if seen.takes_part[i, j]:
            drawn.append(weight_cell(x, y, 34, 34, seen.weights[i, j]))
            drawn.append(frame(x, y, 34, 34) if most[j] and chosen else "")
        else:
            drawn.append(box(x, y, 34, 34, fill="#f2f2f2", stroke="#ffffff"))
            drawn.append(middle(x + 17, y + 17, "–", fill=FAINT))
    return "".join(drawn)


def _dividers():
    middle_of_gap = _place(N) - 4
    across = {"x1": 40, "x2": 388, "y1": 66 + middle_of_gap, "y2": 66 + middle_of_gap}
    down = {"x1": 40 + middle_of_gap, "x2": 40 + middle_of_gap, "y1": 66, "y2": 414}
    return "".join(tag("line", **line, stroke=INK, stroke_width=2.5) for line in (across, down))


def _word(x, y, i, word, seen):
    strong = {"font_weight": "bold"} if i == seen.word else {}
    drawn = box(x, y, 88, 34, fill="#ffffff", stroke=LINE)
    drawn += middle(x + 44, y + 17, f"t{i + 1} {word}", **strong)
    if not seen.takes_part[seen.word, i]:
        reason = "no key" if seen.way == CROSS else "hidden"
        return drawn + middle(x + 44, y + 50, reason, fill=FAINT)
    largest = largest_cells(seen.weights)[seen.word, i]
    return drawn + _weight(x, y, 88, 36, seen.weights[seen.word, i], largest)


def _weight(x, y, width, below, weight, largest):
    """Draw a cell with a weight, below a word or a tile."""
    cell = weight_cell(x, y + below, width, 30, weight)
    return cell + (frame(x, y + below, width, 30) if largest else "")


def _tile(x, y, tile, name):
    """Draw one tile: its shape in its colour, its name, and both in words."""
    colour, shape = tile.split()
    look = {"fill": COLOURS[colour], "stroke": INK, "stroke_width": 1.5}
    square = tag("rect", x=x + 38, y=y + 8, width=40, height=40, **look)
    circle = tag("circle", cx=x + 58, cy=y + 28, r=21, **look)
    drawn = box(x, y, 116, 84, fill="#ffffff", stroke=LINE)
    drawn += label(x + 6, y + 14, name, size=13, fill=KEY)
    return drawn + (square if shape == "square" else circle) + middle(x + 58, y + 68, tile, size=13)
