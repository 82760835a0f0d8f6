"""A soft library: five books in a plane, and a query that two sliders move."""

import functools

import ipywidgets as widgets
import numpy as np

from course_utils.attention import attend
from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import (
    FAINT,
    INK,
    KEY,
    LINE,
    QUERY,
    VALUE,
    arrow,
    bar,
    box,
    label,
    middle,
    svg,
    tag,
)
from course_utils.plots.readings import largest_cells
from course_utils.scoring import DotScore

BOOKS = ("sea", "stars", "birds", "bread", "trains")
BOOK_KEYS = np.array([[1.0, 0.2], [0.2, 1.0], [-0.9, 0.5], [-0.6, -0.8], [0.5, -0.9]])
PAGES = ("pictures", "tables", "stories")
BOOK_PAGES = np.array([[90.0, 10, 40], [60, 80, 10], [70, 20, 60], [30, 50, 20], [20, 90, 30]])
SHARPNESS = {"soft (scores × 1)": 1, "sharper (scores × 3)": 3, "very sharp (scores × 10)": 10}


FIFTHS = tuple(round(0.2 * i - 2, 1) for i in range(21))
IN_BOOK = {"x": FIFTHS, "y": tuple(sorted((*FIFTHS, 0.5)))}
NARROW = ((0, 14, 397, 396), (397, 14, 800, 388))  # what a narrow window stacks


def shelf_explorer():
    """Return the soft library: five books in a plane, and a query that two sliders move."""
    missions = (
        Mission(
            "Give the two largest weights to two books equally (within 0.01, both at least 0.2).",
            _is_shared,
        ),
        Mission("Give one book more than 90 % of the weight.", lambda w: w.max() > 0.9),
        Mission("Reach the average: give every book the same weight.", lambda w: np.ptp(w) < 0.01),
    )
    slider = functools.partial(labelled, widgets.FloatSlider, width="300px", min=-2, max=2)
    controls = {
        "x": slider("Query x:", value=0.8, step=0.1),
        "y": slider("Query y:", value=0.5, step=0.1),
        "sharpness": labelled(widgets.Dropdown, "Sharpness:", options=SHARPNESS, value=3),
    }
    return Explorer(
        "A soft library 软图书馆", controls, shelf_look, missions, in_book=IN_BOOK, narrow=NARROW
    )


def _is_shared(weights):
    second, first = np.sort(weights)[-2:]
    return first - second < 0.01 and second >= 0.2 and np.ptp(weights) > 0.01


def shelf_look(x, y, sharpness):
    """Ask the shelf with the query (x, y); the facts are the five weights."""
    query = np.array([[x, y]])
    found = attend(sharpness * query, BOOK_KEYS, BOOK_PAGES, score=DotScore())
    scores, weights, context = found.scores[0], found.weights[0], found.context[0]
    rows = zip(BOOKS, weights, scores, strict=True)
    shares = ", ".join(f"{b} {w:.3f} (score {_signed(s)})" for b, w, s in rows)
    pages = ", ".join(f"{p} {c:.1f}" for p, c in zip(PAGES, context, strict=True))
    reading = f"Query ({x:.1f}, {y:.1f}). Weights: {shares}. Blended pages: {pages}."
    shelf = (query[0], BOOK_KEYS, scores, weights, BOOK_PAGES, context)
    return View(shelf_picture(*shelf, BOOKS, PAGES, reading), reading, weights)


def _signed(number):
    return f"{number + 0.0:.2f}".replace("-", "−")


def shelf_picture(query, keys, scores, weights, values, context, books, parts, reading):
    """Draw a shelf: keys and query as arrows, a table of the books, and the blended content.

    query (2,), keys (m, 2), scores (m,), weights (m,), values (m, d_v), context (d_v,), books m
    names, parts d_v names, reading the description in words.
    """
    drawn = [_plane(query, keys, weights, books), _heads(parts)]
    largest = largest_cells(np.asarray(weights))
    rows = zip(books, scores, weights, values, largest, strict=True)
    drawn += [_book(86 + 28 * i, *row) for i, row in enumerate(rows)]
    drawn += [_content(values, context, parts)]
    return svg(800, 400, "A shelf with five books and one query", reading, *drawn)


def _plane(query, keys, weights, books, centre=(200, 205), unit=82):
    def place(point):
        return centre[0] + unit * point[0], centre[1] - unit * point[1]

    left, top, side = centre[0] - 2.2 * unit, centre[1] - 2.2 * unit, 4.4 * unit
    parts = [box(left, top, side, side, fill="#fafafa", stroke=LINE)]
    for tick in (-2, -1, 0, 1, 2):
        (x, y), grey = place((tick, tick)), "#cccccc" if tick else LINE
        parts.append(tag("line", x1=x, x2=x, y1=top, y2=top + side, stroke=grey))
        parts.append(tag("line", x1=left, x2=left + side, y1=y, y2=y, stroke=grey))
        parts.append(middle(x, top + side - 8, tick, size=11, fill=FAINT) if tick else "")
        parts.append(middle(left + 10, y, tick, size=11, fill=FAINT) if tick else "")
    for key, weight, book in zip(keys, weights, books, strict=True):
        tip = place(key)
        parts.append(arrow(centre, tip, KEY, stroke_dasharray="6 4"))
        # a bigger disc for a bigger weight; its area, not its width, is the weight
        parts.append(tag("circle", cx=tip[0], cy=tip[1], r=2 + 20 * weight**0.5, **_disc()))
        parts.append(_beyond(centre, tip, f"K {book}", KEY, 9 + 20 * weight**0.5))
    parts.append(arrow(centre, place(query), QUERY))
    parts.append(_beyond(centre, place(query), "Q", QUERY, 13))
    return "".join(parts)


def _disc():
    return {"fill": KEY, "fill_opacity": "0.25", "stroke": KEY}


def _beyond(start, tip, words, colour, gap):
    """Write words beyond the tip of an arrow, growing away from it, on a white halo."""
    along = np.subtract(tip, start)
    along = along / (np.hypot(*along) or 1.0)
    x, y = np.add(tip, gap * along)
    anchor = "middle" if abs(along[0]) < 0.5 else "start" if along[0] > 0 else "end"
    halo = {"paint_order": "stroke", "stroke": "#ffffff", "stroke_width": 4}
    look = {"fill": colour, "size": 15, "font_weight": "bold", "text_anchor": anchor}
    return label(x, y, words, **look, **halo)


# The table of the books: where each of its columns begins or ends, in pixels
NAME_END, SCORE_END, BAR, PART_CENTRES = 460, 520, 530, (688, 736, 778)


def _heads(parts, y=46):
    bold = {"size": 14, "font_weight": "bold"}
    drawn = [
        label(SCORE_END, y, "① Score", text_anchor="end", **bold),
        label(BAR, y, "② Weight", **bold),
    ]
    drawn += [middle(733, y - 18, "pages (V)", fill=VALUE, **bold)]
    heads = zip(PART_CENTRES, parts, strict=True)
    return "".join(drawn) + "".join(middle(x, y, p, size=11, fill=VALUE) for x, p in heads)


def _book(y, book, score, weight, pages, is_largest):
    """Draw one book: its score, its weight as a bar, and what stands in it."""
    bold = {"font_weight": "bold" if is_largest else "normal"}
    drawn = [label(NAME_END, y, book, text_anchor="end", fill=KEY, **bold)]
    drawn.append(label(SCORE_END, y, _signed(score), text_anchor="end"))
    shown = f"{weight:.3f}" + (" ◀" if is_largest else "")
    drawn.append(bar(BAR, y, "", weight, shown, KEY, room=0, length=64, strong=bool(is_largest)))
    drawn += [
        middle(x, y, f"{n:.0f}", fill=VALUE) for x, n in zip(PART_CENTRES, pages, strict=True)
    ]
    return "".join(drawn)


def _content(values, context, names, x=405, y=278):
    parts = [label(x, y - 32, "③ Blended pages 加权求和", size=15, font_weight="bold")]
    top = float(np.max(values))
    for i, (name, amount) in enumerate(zip(names, context, strict=True)):
        row = y + 34 * i
        low, high = (float(bound(values[:, i])) for bound in (np.min, np.max))
        parts.append(bar(x, row, name, amount / top, f"{amount:.1f}", VALUE))
        for edge in (low, high):
            place = x + 90 + 170 * edge / top
            ends = {"x1": place, "x2": place, "y1": row - 12, "y2": row + 12}
            parts.append(tag("line", **ends, stroke=INK, stroke_width=2))
    note = "| | smallest and largest among the books"
    return "".join(parts) + label(x + 90, y + 34 * len(names) - 6, note, size=12, fill=FAINT)
