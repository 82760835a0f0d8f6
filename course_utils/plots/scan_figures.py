"""Figures of rows of scans: what is to be read, and where each word of an answer looks."""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.patches import Rectangle

from course_utils.plots.drawings import INK, QUERY, cividis, ink_on
from course_utils.plots.figures import (
    TALLEST,
    WIDEST,
    described,
    drawable,
    figure,
    styled,
    titled,
)
from course_utils.plots.grids import LEAST_FONT, checked_limits, scale_bar
from course_utils.plots.readings import alt_text, largest_cells, looks, number, span

FREE = 0.6  # pixels of a scan between its frame and a number
SIDE = 8  # pixels of a scan
STEP = SIDE + 2  # from one scan to the next
BAR, WORD = 1.0, 0.9  # inches of the colour scale, and of the words beside the scans


@styled
def scan_rows(rows, words, title=None):
    """Draw rows of scans, each with its word below.

    rows : a list of (m, 8, 8) arrays, ink from 0 to 1; m may differ.  words : m words for each.
    """
    longest = max(len(row) for row in rows)
    side = min(0.8, (WIDEST - 0.2) / longest, (TALLEST - 0.5) / (1.3 * len(rows)))
    fig, ax = figure(0.2 + side * longest, 0.5 + 1.3 * side * len(rows))
    for i, (row, names) in enumerate(zip(rows, words, strict=True)):
        for j, (image, name) in enumerate(zip(row, names, strict=True)):
            left, top = STEP * j, 13 * i
            _paint(ax, 1 - np.repeat(image[..., None], 3, axis=-1), left, top)
            _frame(ax, left, top, "0.6", 1)
            ax.text(left + SIDE / 2, top + SIDE + 1.6, name, ha="center", va="center")
    _finish(fig, ax, STEP * longest, 13 * len(rows), title)
    facts = f"{len(rows)} rows of coarse grey scans, each with its word below"
    said = [f"row {i}: {' '.join(map(str, names))}" for i, names in enumerate(words, 1)]
    return described(fig, alt_text("Scans", title, facts, said))


@styled
def weights_on_scans(images, words, weights, title=None, limits=(0, 1)):
    """Draw the row of scans once for each word, painted with the weights that the word gives.

    images : (m, 8, 8), ink from 0 to 1.  words : n words.  weights : (n, m), or (n, m, parts) where
    a scan is several keys, as many across as down; or a dict of name → such weights, drawn side by
    side on one scale. The scan with the most weight is framed; numbers stand where they fit.
    limits : the ends of the colour scale, None: 0 and the largest weight.
    """
    several = weights if isinstance(weights, dict) else {"": weights}
    parts = {name: _as_parts(w, len(words), len(images)) for name, w in several.items()}
    low, high = checked_limits(limits, *parts.values())
    across = round(next(iter(parts.values())).shape[-1] ** 0.5)
    height, unit = _room(len(images), len(words), len(parts), across)
    size = BAR + len(parts) * (WORD + unit * STEP * len(images)), 0.6 + unit * height * len(words)
    fig, axes = figure(*size, columns=len(parts))
    for ax, (name, grid) in zip(np.ravel(axes), parts.items(), strict=True):
        _painted(ax, images, words, grid, (low, high), height, unit)
        own = name or title
        _finish(fig, ax, STEP * len(images), height * len(words), own, left=-14)
    if any(several):
        fig.suptitle(drawable(title or ""), x=0.01, ha="left", fontsize=12)
    look = ScalarMappable(cmap="cividis")
    look.set_clim(low, high)
    scale_bar(fig, look, axes, "weight")
    return described(fig, _weights_reading(words, parts, title, (low, high)))


def _room(images, words, maps, across):
    """Return the height of a line in pixels of a scan, and such a pixel's inches: all fits."""
    for numbers in (4 if across == 1 else 7, 3):  # lines of numbers, or none
        height = SIDE + numbers
        wide = (WIDEST - BAR - WORD * maps) / (STEP * images * maps)
        unit = min(0.085, wide, (TALLEST - 0.6) / (height * words))
        if _font(unit, across) >= LEAST_FONT:
            break
    return height, unit


def _font(unit, across):
    return min(9, 72 * unit * SIDE / across / (0.64 * len("0.00")))


def _painted(ax, images, words, parts, limits, height, unit):
    """Paint one line of scans for each word."""
    most = largest_cells(parts.sum(axis=-1))
    low, high = limits
    for i, word in enumerate(words):
        ax.text(-2, height * i + SIDE / 2, word, ha="right", va="center", color=QUERY)
        for j, image in enumerate(images):
            left, top = STEP * j, height * i
            _paint(ax, tinted(image, (parts[i, j] - low) / (high - low)), left, top)
            _numbers(ax, parts[i, j], left, top, unit)
            if most[i, j]:
                _frame(ax, left, top, "black", 2.5)


def _weights_reading(words, parts, title, limits):
    count = next(iter(parts.values())).shape[1]
    scans = [f"scan {i}" for i in range(1, count + 1)]
    facts = (
        f"One line of the same {count} scans for each word, {span(words)}; "
        f"dark {number(limits[0])}, bright {number(limits[1])}"
    )
    said = []
    for name, grid in parts.items():
        read = looks(grid.sum(axis=-1), words, scans)
        said += [f"{name}: {read[0]}", *read[1:]] if name else read
    return alt_text("Scans painted with weights", title, facts, said)


def _as_parts(weights, n, m):
    """Return weights as (n, m, parts). Raises ValueError where they are another n and m."""
    weights = np.asarray(weights, dtype=float)
    if weights.shape[:2] != (n, m) or weights.ndim > 3:
        raise ValueError(
            f"weights must be one row for each of the {n} words and one column for each of the "
            f"{m} scans, with the parts of a scan behind them, got {weights.shape}: reshape them"
        )
    return weights.reshape(n, m, -1)


def tinted(image, weights):
    """Lay a scan on paper coloured by its weight: (8, 8) and (parts,) → (8, 8, 3), 0 to 1.

    The ink is black or white, whichever stands out more on its paper.
    """
    across = round(len(weights) ** 0.5)
    papers = [cividis(weight) for weight in weights]
    paper, ink = (
        np.array([_rgb(colour) for colour in colours]).reshape(across, across, 3)
        for colours in (papers, map(ink_on, papers))
    )
    paper, ink = (np.kron(c, np.ones((SIDE // across,) * 2 + (1,))) for c in (paper, ink))
    return paper + (ink - paper) * image[..., None]


def _rgb(colour):
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def _numbers(ax, weights, left, top, unit):
    """Write the weights below the scan, those of its upper parts above it, where they fit."""
    across = round(len(weights) ** 0.5)
    font = _font(unit, across)
    if font < LEAST_FONT:
        return
    for part, weight in enumerate(weights):
        row, column = divmod(part, across)
        if weight < 0.005 or across > 2:
            continue
        above = row < across - 1
        y = top - FREE if above else top + SIDE + FREE
        x = left + (column + 0.5) * SIDE / across
        side = "bottom" if above else "top"
        ax.text(x, y, f"{weight:.2f}", ha="center", va=side, fontsize=font, color=INK)


def _paint(ax, colours, left, top):
    ax.imshow(colours, extent=(left, left + SIDE, top + SIDE, top), interpolation="nearest")


def _frame(ax, left, top, colour, width):
    ax.add_patch(Rectangle((left, top), SIDE, SIDE, fill=False, edgecolor=colour, linewidth=width))


def _finish(fig, ax, right, bottom, title, left=-1):
    ax.set(xlim=(left, right), ylim=(bottom - 1, -3), aspect="equal")
    ax.set_axis_off()
    titled(fig, ax, title)
