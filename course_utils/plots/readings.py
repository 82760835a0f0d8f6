"""Weights as words: the sentence and the table that stand beside every picture of weights.

A heatmap says nothing to a reader who cannot see it, and little to one who reads it in a hurry.
These functions return plain strings, for still figures and for explorers alike.
"""

from html import escape

import numpy as np

SAME = 0.005  # weights closer than this print as the same percentage


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
    rows = (f"{q}: {row_reading(row, keys)}" for q, row in zip(queries, weights, strict=True))
    return "Largest weight per query. " + "; ".join(rows) + "."


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
