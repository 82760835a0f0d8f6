"""Grids of coloured cells: how large a cell is, which colour a number has, what is outlined.

In every grid bright means large, and the colours are those of cividis, which print well in grey.
"""

import numpy as np
from matplotlib.patches import Rectangle

from course_utils.plots.drawings import KEY, QUERY, ink_on
from course_utils.plots.figures import TALLEST, WIDEST, labels
from course_utils.plots.readings import as_drawn, largest_cells, number

MOST_PRINTED = 144  # beyond this many cells numbers are a thicket
SIDE = 0.5  # inches of a cell, where there is room
LEAST_FONT = 7.5  # smaller numbers are not printed
LABEL, SLANTED = 0.14, 0.17  # inches that the label of a row or a column needs across


def side_of(rows, columns, wide, tall, largest=SIDE):
    """Return the side of a cell in inches, so that the grid and its margins fit on a screen.

    wide, tall : inches for all that is not cells.
    """
    return min(largest, (WIDEST - wide) / columns, (TALLEST - tall) / rows)


def margins(rows, columns):
    """Return the inches that labels, axis names and a title need: (beside, above)."""
    longest = [max(len(name) for name in labels(names)) for names in (rows, columns)]
    slanted = 0.06 * longest[1] if longest[1] > 4 else 0.0
    return 0.5 + 0.09 * longest[0], 1.0 + slanted


def checked_limits(limits, *grids):
    """Return the ends of a colour scale, (low, high).

    limits : the two ends, or None: from 0, or the smallest number if negative, to the largest.
    Raises ValueError unless low < high.
    """
    if limits is None:
        numbers = np.concatenate([np.ravel(grid) for grid in grids])
        limits = min(0.0, float(np.nanmin(numbers))), float(np.nanmax(numbers))
        return limits if limits[0] < limits[1] else (limits[0], limits[0] + 1)
    low, high = limits
    if not low < high:
        raise ValueError(
            f"limits must be the two ends of the colour scale, the smaller one first, "
            f"got {low} and {high}: for weights (0, 1), or None for those of the data"
        )
    return low, high


def extent(grid):
    """Return the ends of a colour scale from a grid's smallest number to its largest."""
    low, high = float(np.nanmin(grid)), float(np.nanmax(grid))
    return (low, high) if low < high else (low - 0.5, low + 0.5)


def grid(ax, values, rows, columns, limits, side, digits=2):
    """Draw one grid: columns named along the top, rows down the side, numbers where they fit."""
    values = np.asarray(values, dtype=float)
    image = ax.imshow(values, cmap="cividis", vmin=limits[0], vmax=limits[1])
    names = labels(columns)
    slanted = max(map(len, names)) > 4
    every, each = (max(1, int(np.ceil(need / side))) for need in (LABEL, SLANTED))
    each = each if slanted else every
    look = {"rotation": 45, "ha": "left", "rotation_mode": "anchor"} if slanted else {}
    ax.set_xticks(range(0, len(columns), each), names[::each], **look)
    ax.set_yticks(range(0, len(rows), every), labels(rows)[::every])
    ax.tick_params(length=0, labeltop=True, labelbottom=False, labelsize=11 if side > 0.3 else 8.5)
    ax.spines[:].set_visible(False)
    _print_numbers(ax, image, values, digits, side)
    return image


def name_axes(ax, row="query", column="key"):
    """Name the axes in the colours that queries and keys have everywhere."""
    ax.set_ylabel(row, color=QUERY)
    ax.set_xlabel(column, color=KEY)


def colour_of(name):
    """Return the colour of an axis name: that of queries or keys, or black."""
    return {"query": QUERY, "key": KEY}.get(name, "black")


def scale_bar(fig, image, axes, label):
    """Draw the colour scale beside axes: its ends in numbers, and 0 or the middle between them."""
    low, high = image.get_clim()
    bar = fig.colorbar(image, ax=axes, label=label, shrink=0.8, aspect=14)
    between = 0.0 if low < 0 < high else (low + high) / 2
    if min(between - low, high - between) < 0.15 * (high - low):  # too near an end to be read
        between = (low + high) / 2
    ticks = [low, between, high]
    bar.set_ticks(ticks, labels=[number(tick) for tick in as_drawn(ticks)])


def outline_largest(ax, weights, side=SIDE):
    """Outline the largest weight of each row, so that it shows on every colour.

    side : inches of a cell; a small cell has a finer outline, which leaves its number free.
    """
    fine = min(1.0, side / 0.4)
    for row, column in np.argwhere(largest_cells(np.asarray(weights))):
        for colour, width in (("white", 4.5 * fine), ("black", 2.0 * fine)):
            ax.add_patch(_cell(row, column, 0.04, fill=False, edgecolor=colour, linewidth=width))


def hatch(ax, mask):
    """Hatch the cells that a mask hides.  mask : (n, m) booleans, True = may look, or None."""
    for row, column in np.argwhere(~np.asarray(mask)) if mask is not None else ():
        look = {"facecolor": "white", "edgecolor": "0.45", "hatch": "////", "zorder": 3}
        ax.add_patch(_cell(row, column, **look))


def split_at(ax, place):
    """Draw lines behind the first `place` rows and columns."""
    for line in (ax.axhline, ax.axvline):
        line(place - 0.5, color="white", linewidth=5, zorder=0.8)  # shows on every colour …
        line(place - 0.5, color="black", linewidth=2, zorder=0.9)  # … and under the outlines


def _print_numbers(ax, image, values, digits, side):
    texts = [f"{value:.{digits}f}" for value in values.flat]
    texts = [text if float(text) else text.lstrip("-") for text in texts]  # no −0.00
    texts = [text.replace("-", "−") for text in texts]  # as beside the scale
    font = min(10, 0.95 * 72 * side / (0.64 * max(map(len, texts))))
    if values.size > MOST_PRINTED or font < LEAST_FONT:
        return
    for (row, column), text in zip(np.ndindex(values.shape), texts, strict=True):
        look = {"color": _ink(image, values[row, column]), "fontsize": font, "zorder": 2}
        ax.text(column, row, text, ha="center", va="center", **look)


def _ink(image, value):
    red, green, blue, _ = (round(255 * part) for part in image.cmap(image.norm(value)))
    return ink_on(f"#{red:02x}{green:02x}{blue:02x}")


def _cell(row, column, inset=0.0, **look):
    side = 1 - 2 * inset
    return Rectangle((column - 0.5 + inset, row - 0.5 + inset), side, side, **look)
