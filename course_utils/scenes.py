"""The pictures of the explorers: arrays in, one SVG string out, always of the same size."""

import numpy as np

from course_utils.drawings import (
    FAINT,
    INK,
    KEY,
    LINE,
    QUERY,
    VALUE,
    arrow,
    bar,
    box,
    frame,
    label,
    middle,
    number_cell,
    svg,
    tag,
    weight_cell,
)
from course_utils.readings import largest_cells

HEADS = {"score": "① Score 打分", "normalise": "② Normalise 归一化", "mix": "③ Mix 加权求和"}


def shelf_scene(query, keys, weights, values, context, books, parts, reading):
    """Draw a shelf: keys and query as arrows, weights as bars, and the blended content.

    query (2,), keys (m, 2), weights (m,), values (m, d_v), context (d_v,), books m names,
    parts d_v names, reading the description in words.
    """
    drawn = [_plane(query, keys, weights, books), _weight_bars(weights, books)]
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
        parts.append(tag("circle", cx=tip[0], cy=tip[1], r=5 + 17 * weight**0.5, **_disc()))
        parts.append(_beyond(centre, tip, f"K {book}", KEY, 12 + 17 * weight**0.5))
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


def _weight_bars(weights, books, x=405, y=60):
    parts = [label(x, y - 28, "② Weights 权重 (sum 1)", size=15, font_weight="bold")]
    largest = largest_cells(np.asarray(weights))
    for i, (book, weight) in enumerate(zip(books, weights, strict=True)):
        shown = f"{weight:.3f}" + (" ◀" if largest[i] else "")
        parts.append(bar(x, y + 28 * i, book, weight, shown, KEY, strong=bool(largest[i])))
    return "".join(parts)


def _content(values, context, names, x=405, y=260):
    parts = [label(x, y - 30, "③ Blended content 加权求和", size=15, font_weight="bold")]
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


def stage_scene(queries, keys, values, scores, weights, context, stage, reading):
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


def translation_scene(weights, words, symbols, step, reading):
    """Draw the weights of a translation written as far as `step`, and the current row as bars.

    weights (n, m), words m source words, symbols n target symbols, step from 1 to n (0: nothing
    was written).  The size is the same for every number, so that nothing jumps.
    """
    cell = min(60.0, 520 / len(words)), min(46.0, 400 / max(len(symbols), 1))
    parts = [_column_heads(words, cell[0])]
    for i, symbol in enumerate(symbols):
        parts.append(_written_row(weights[i], symbol, i, cell, i + 1 == step, i < step))
    if step:
        parts.append(_row_bars(weights[step - 1], words, symbols[step - 1]))
    return svg(860, 540, "Where each Chinese character looks", reading, *parts)


MAP = (60, 118)  # upper left corner of the map


def _column_heads(words, width):
    heads = []
    for j, word in enumerate(words):
        x, y = MAP[0] + width * (j + 0.5), MAP[1] - 10
        turn = f"rotate(-50 {x:.1f} {y:.1f})"
        heads.append(label(x, y, word, fill=KEY, transform=turn))
    return "".join(heads)


def _written_row(weights, symbol, i, cell, is_current, is_written):
    width, height = cell
    x, y, whole = MAP[0], MAP[1] + height * i, width * len(weights)
    if not is_written:
        return box(x, y, whole, height, stroke="#d0d0d0")
    cells = "".join(weight_cell(x + width * j, y, *cell, w) for j, w in enumerate(weights))
    top = frame(x + width * int(np.argmax(weights)), y, *cell)
    ring = box(x, y, whole, height, stroke=QUERY, stroke_width=3) if is_current else ""
    weight = "bold" if is_current else "normal"
    name = middle(x - 22, y + height / 2, symbol, size=17, fill=QUERY, font_weight=weight)
    marker = label(x - 52, y + height / 2, "▶", fill=QUERY) if is_current else ""
    return cells + ring + top + name + marker


def _row_bars(weights, words, symbol, x=600, y=140):
    heading = label(x, y - 30, f"{symbol} looks at", size=16, font_weight="bold", fill=QUERY)
    step, top = min(24.0, 385 / len(words)), int(np.argmax(weights))
    lines = [
        bar(x, y + step * j, word, w, f"{100 * w:.0f} %", KEY, 80, 110, strong=j == top)
        for j, (word, w) in enumerate(zip(words, weights, strict=True))
    ]
    return heading + "".join(lines)
