"""Pictures as words: what the alt text of a figure says, and the table beside a map of weights.

A picture says nothing to a reader who cannot see it, and little to one who reads it in a hurry.
These functions return plain strings, for still figures and for explorers alike.
"""

from html import escape

import numpy as np

SAME = 0.005  # weights closer than this print as the same percentage
ROOM = 400  # letters of an alt text: what a listener follows without a pause
FEW = 5  # a line of so few points is read out whole
SMALL = 12  # and so is a grid of so few cells


def check_grid(values, queries, keys, mask=None):
    """Return `values` as an array, or raise if it is not one row per query, one column per key.

    values : (n, m) numbers.  queries : n labels.  keys : m labels.  mask : None or (n, m) booleans.
    Raises ValueError naming the expected and the given shape.
    """
    values, expected = np.asarray(values), (len(queries), len(keys))
    for name, grid in (("the grid", values), ("mask", mask)):
        if grid is not None and np.shape(grid) != expected:
            raise ValueError(
                f"{name} must have one row per query and one column per key = {expected}, "
                f"got {np.shape(grid)}: check the labels, or transpose the array"
            )
    return values


def largest_cells(weights):
    """Mark the largest weight of each row; equal ones are all marked, a row of zeros has none.

    weights : (n, m) → (n, m) booleans.
    """
    largest = weights.max(axis=-1, keepdims=True)
    return (weights > largest - SAME) & (largest > 0)


def _and(names):
    names = [str(name) for name in names]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def row_reading(weights, keys):
    """Say in a few words where one row of weights looks, for example "93 % on thirty".

    weights : (m,) numbers from 0 to 1.  keys : m labels.
    """
    weights = np.asarray(weights, dtype=float)
    top = [key for key, is_top in zip(keys, largest_cells(weights), strict=True) if is_top]
    if not top:
        return "looks at nothing"
    each = "" if len(top) == 1 else " each"
    where = "every key" if 1 < len(top) == len(weights) else _and(top)
    return f"{100 * weights.max():.0f} %{each} on {where}"


def weights_reading(weights, queries, keys):
    """Read a map of weights aloud: one clause per query, naming its largest weight.

    weights : (n, m) numbers from 0 to 1.  queries, keys : n and m labels.  Returns one sentence.
    """
    weights = check_grid(weights, queries, keys)
    return "Largest weight per query. " + "; ".join(looks(weights, queries, keys)) + "."


def weights_table(weights, queries, keys, caption="Weights: row = query, column = key"):
    """Write a map of weights as an HTML table with row and column headers.

    weights : (n, m) numbers.  queries, keys : n and m labels.  Returns HTML.
    """
    weights = check_grid(weights, queries, keys)
    head = "".join(f'<th scope="col">{escape(str(key))}</th>' for key in keys)
    rows = "".join(
        f'<tr><th scope="row">{escape(str(query))}</th>'
        + "".join(f"<td>{weight:.2f}</td>" for weight in row)
        + "</tr>"
        for query, row in zip(queries, weights, strict=True)
    )
    style = "white-space: nowrap; text-align: left"
    return (
        f'<table><caption style="{style}">{escape(caption)}</caption><thead><tr>'
        f'<th scope="col">query</th>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )


def number(value, figures=3):
    """Write a number as a reader would say it: a few figures, thousands with commas."""
    if not np.isfinite(value):
        return "no number"
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.{figures}g}"
    return text.replace("-", "−", 1) if value < 0 else text


def as_drawn(values):
    """Round numbers to what an eye can tell apart beside the largest of them: 0.0042 of 1 is 0."""
    values = np.asarray(values, dtype=float)
    largest = np.abs(values[np.isfinite(values)]).max(initial=0)
    if not largest:
        return values
    return np.round(values, (3 if largest > 1 else 2) - int(np.ceil(np.log10(largest)))) + 0.0


def span(places):
    """Say what an axis holds by its first and last place, for example "2 to 20"."""
    ends = [_place(places[0])] + [_place(places[-1])] * (len(places) > 1)
    return " to ".join(ends)


def alt_text(kind, title, facts, readings, shorter=None):
    """Join what a picture is with what it shows, in at most about `ROOM` letters.

    kind : what kind of picture.  facts : axes and scales.  readings : one clause for each series
    or row.  shorter : others to take where these find no room; clauses that still find none are
    counted instead.
    """
    about = f", {' '.join(str(title).split())}" if title else ""
    head = f"{kind}{about}"
    head += f"{'' if head[-1] in '.?!' else '.'} {facts}. "
    kept = list(readings)
    if shorter and len(head) + len("; ".join(kept)) > ROOM:
        readings, kept = shorter, list(shorter)
    while len(kept) > 1 and len(head) + len("; ".join(kept)) > ROOM:
        kept.pop()
    left = len(readings) - len(kept)
    return head + "; ".join(kept) + (f"; and {left} more." if left else ".")


def line_reading(places, values, log=False):
    """Read one line aloud: its ends, its middle, its highest and lowest point, and its jump.

    places : k numbers or labels.  values : (k,) numbers.  log : whether they are drawn on a
    logarithmic scale.  A line of few points is read out whole.
    """
    values = np.asarray(values, dtype=float)
    said = values if log else as_drawn(values)
    if len(values) <= FEW:
        return ", ".join(map(number, said))
    there = np.flatnonzero(values > 0 if log else np.isfinite(values))
    if not len(there):
        return "no numbers"
    chosen = there[_turns(np.log10(values[there]) if log else values[there])]
    return ", ".join(f"{number(said[i])} at {_place(places[i])}" for i in chosen)


def ends_reading(values, log=False):
    """Say where a line begins and ends, for example "1 to 0.36"."""
    said = values if log else as_drawn(values)
    return f"{number(said[0])} to {number(said[-1])}"


def last_reading(values, log=False):
    """Say where a line ends, for example "0.36"."""
    return number((values if log else as_drawn(values))[-1])


def range_reading(runs):
    """Write the range of several runs in brackets; nothing where they print alike."""
    low, high = (number(end) for end in as_drawn([np.min(runs), np.max(runs)]))
    return "" if low == high else f" ({low} to {high})"


def _place(place):
    return place if isinstance(place, str) else number(place)


def _turns(values):
    """Return the places that tell a line's course, in order: (k,) finite numbers → few indices."""
    last, reach = len(values) - 1, np.ptp(values)
    chosen = {0, last}
    for place in (values.argmax(), values.argmin(), last // 2):
        near = min(chosen, key=lambda other: abs(other - place))
        if abs(values[place] - values[near]) > 0.03 * reach:  # else it says nothing new
            chosen.add(int(place))
    steps = np.abs(np.diff(values))
    if last >= 2 * FEW and steps.max() > 0.5 * reach:
        chosen |= {int(steps.argmax()), int(steps.argmax()) + 1}
    return sorted(chosen)


def grid_reading(values, rows, columns):
    """Read a grid aloud: a small one row by row, of a large one the largest and smallest cell.

    values : (n, m) numbers.  rows, columns : n and m labels.
    """
    values = as_drawn(values)
    if values.size <= SMALL:
        lines = zip(rows, values, strict=True)
        return ", ".join(f"{row}: {' '.join(map(number, line))}" for row, line in lines)
    ends = (("largest", np.nanargmax(values)), ("smallest", np.nanargmin(values)))
    return ", ".join(f"{which} {_cell(values, place, rows, columns)}" for which, place in ends)


def _cell(values, place, rows, columns):
    row, column = np.unravel_index(place, values.shape)
    return f"{number(values[row, column])} at {rows[row]}, {columns[column]}"


def looks(weights, queries, keys):
    """Read a map of weights aloud, as a list: one clause for each query."""
    return [f"{q}: {row_reading(row, keys)}" for q, row in zip(queries, weights, strict=True)]
