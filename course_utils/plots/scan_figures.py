"""Figures of rows of scans: what is to be read, and where each word of an answer looks."""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.patches import Rectangle

from course_utils.plots.drawings import INK, QUERY, cividis, ink_on
from course_utils.plots.figures import drawable, figure, styled
from course_utils.plots.readings import largest_cells

SIDE = 8  # pixels of a scan
STEP = SIDE + 2  # from one scan to the next


@styled
def scan_rows(rows, words, title=None):
    """Draw rows of scans, each with its word below.

    rows : a list of (m, 8, 8) arrays, ink from 0 to 1; m may differ.  words : m words for each.
    """
    longest = max(len(row) for row in rows)
    fig, ax = figure(0.2 + 0.8 * longest, 0.5 + 1.05 * len(rows))
    for i, (row, names) in enumerate(zip(rows, words, strict=True)):
        for j, (image, name) in enumerate(zip(row, names, strict=True)):
            left, top = STEP * j, 13 * i
            _paint(ax, 1 - np.repeat(image[..., None], 3, axis=-1), left, top)
            _frame(ax, left, top, "0.6", 1)
            ax.text(left + SIDE / 2, top + SIDE + 1.6, name, ha="center", va="center")
    return _finish(fig, ax, STEP * longest, 13 * len(rows), title)


@styled
def weights_on_scans(images, words, weights, title=None):
    """Draw the row of scans once for each word, painted with the weights that the word gives.

    images : (m, 8, 8), ink from 0 to 1.  words : n words.  weights : (n, m), or (n, m, parts) where
    a scan is several keys, as many across as down. The scan with the most weight is framed.
    """
    parts = _as_parts(weights, len(words), len(images))
    height = SIDE + (4 if parts.shape[-1] == 1 else 7)  # room for one line of numbers, or two
    most = largest_cells(parts.sum(axis=-1))
    fig, ax = figure(2.4 + 0.95 * len(images), 0.5 + 0.085 * height * len(words))
    for i, word in enumerate(words):
        ax.text(-2, height * i + SIDE / 2, word, ha="right", va="center", color=QUERY)
        for j, image in enumerate(images):
            left, top = STEP * j, height * i
            _paint(ax, tinted(image, parts[i, j]), left, top)
            _numbers(ax, parts[i, j], left, top)
            if most[i, j]:
                _frame(ax, left, top, "black", 2.5)
    look = ScalarMappable(cmap="cividis")
    look.set_clim(0, 1)
    fig.colorbar(look, ax=ax, label="weight", shrink=min(1, 2.2 / len(words) + 0.3))
    return _finish(fig, ax, STEP * len(images), height * len(words), title, left=-14)


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


def _numbers(ax, weights, left, top):
    """Write the weights below the scan; those of its upper parts above it."""
    across = round(len(weights) ** 0.5)
    for part, weight in enumerate(weights):
        row, column = divmod(part, across)
        if weight < 0.005 or across > 2:
            continue
        y = top - 1.3 if row < across - 1 else top + SIDE + 1.1
        x = left + (column + 0.5) * SIDE / across
        ax.text(x, y, f"{weight:.2f}", ha="center", va="center", fontsize=9, color=INK)


def _paint(ax, colours, left, top):
    ax.imshow(colours, extent=(left, left + SIDE, top + SIDE, top), interpolation="nearest")


def _frame(ax, left, top, colour, width):
    ax.add_patch(Rectangle((left, top), SIDE, SIDE, fill=False, edgecolor=colour, linewidth=width))


def _finish(fig, ax, right, bottom, title, left=-1):
    ax.set(xlim=(left, right), ylim=(bottom - 1, -3), aspect="equal")
    ax.set_axis_off()
    ax.set_title(drawable(title or ""))
    return fig
