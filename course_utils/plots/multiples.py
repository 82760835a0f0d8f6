"""Small multiples: one panel for each name, all on the same axes: lines with ranges, or maps."""

import numpy as np
from matplotlib.figure import Figure

from course_utils.plots import grids
from course_utils.plots.drawings import INK
from course_utils.plots.figures import WIDEST, described, drawable, labels, styled
from course_utils.plots.readings import (
    alt_text,
    check_grid,
    ends_reading,
    grid_reading,
    last_reading,
    looks,
    number,
    range_reading,
    span,
)

COLUMNS = 4
ENOUGH = 0.24  # inches of a cell: fewer lines of maps are better than larger cells


@styled
def panels(x, runs, live, title=None, xlabel="", ylabel="", top=1.05):
    """Draw a panel for each name: a band over several runs, and one run as a line with dots.

    x : (k,) numbers or labels, shared by all panels.  runs : dict of name → (runs, k) numbers, of
    which the smallest and the largest are the band's edges.  live : dict of name → (k,) numbers,
    with the same names.  top : the upper end of the vertical axes, which begin at 0.
    """
    lines = -(-len(runs) // COLUMNS)
    fig = Figure(figsize=(WIDEST, 0.8 + 1.8 * lines), dpi=100, layout="constrained")
    axes = fig.subplots(lines, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    named = any(isinstance(place, str) for place in x)
    places = np.arange(len(x)) if named else np.asarray(x)
    for ax, (name, numbers) in zip(axes, runs.items(), strict=False):
        low, high = np.min(numbers, axis=0), np.max(numbers, axis=0)
        ax.fill_between(places, low, high, color=INK, alpha=0.25, linewidth=0)
        ax.plot(places, live[name], "-o", color=INK, linewidth=1.2, markersize=3, clip_on=False)
        ax.set_title(drawable(name), fontsize=11)
        ax.grid(axis="y", color="0.9")
        ax.set_axisbelow(True)
        ax.set_ylim(0, top)
        if named:
            ax.set_xticks(places, labels(x), fontsize=9)  # four names a panel
    for ax in axes[len(runs) :]:
        ax.set_axis_off()
    fig.suptitle(drawable(title or ""), x=0.01, ha="left", fontsize=12)
    fig.supxlabel(xlabel, fontsize=11)
    fig.supylabel(ylabel, fontsize=11)
    facts = f"Across: {xlabel or 'x'}, {span(x)}; up: {ylabel or 'y'}, 0 to {number(top)}; "
    facts += "each line's ends, in brackets its band at the last"
    bands = {name: range_reading(np.asarray(rows)[:, -1]) for name, rows in runs.items()}
    said = [f"{drawable(n)}: {ends_reading(live[n])}{band}" for n, band in bands.items()]
    last = [f"{drawable(n)} {last_reading(live[n])}{band}" for n, band in bands.items()]
    return described(fig, alt_text("Small panels", title, facts, said, shorter=last))


@styled
def maps(
    shares,
    rows,
    columns,
    title=None,
    xlabel="",
    ylabel="",
    limits=(0, 1),
    label="share",
    largest=False,
    mask=None,
):
    """Draw one map for each name side by side, all on one colour scale: bright is large.

    shares : dict of name → (rows, columns) numbers.  rows, columns : labels, or dicts of name →
    labels where maps differ.  limits : the ends of the colour scale; None: from 0, or the smallest
    number if negative, to the largest of all maps, for weights that are all small.  label : what a
    number is, beside the scale.  largest : outline the largest of each row.  mask : None or
    booleans for all maps, False = hatched.  Raises ValueError where shapes do not fit.
    """
    names = {name: (_of(rows, name), _of(columns, name)) for name in shares}
    shares = {name: check_grid(grid, *names[name], mask) for name, grid in shares.items()}
    limits = grids.checked_limits(limits, *shares.values())
    shared = not isinstance(rows, dict), not isinstance(columns, dict)
    fig, axes, side = _room_for(names, *shared)
    for ax, (name, numbers) in zip(axes, shares.items(), strict=True):
        image = grids.grid(ax, numbers, *names[name], limits, side)
        ax.set_title(drawable(name), fontsize=11)
        if largest:
            grids.outline_largest(ax, numbers, side)
        grids.hatch(ax, mask)
        place = ax.get_subplotspec()
        ax.tick_params(labelleft=not shared[0] or place.is_first_col())
        ax.tick_params(labeltop=not shared[1] or place.is_first_row())
    grids.scale_bar(fig, image, axes, label)
    fig.suptitle(drawable(title or ""), x=0.01, ha="left", fontsize=12)
    fig.supxlabel(xlabel, fontsize=11, color=grids.colour_of(xlabel))
    fig.supylabel(ylabel, fontsize=11, color=grids.colour_of(ylabel))
    return described(fig, _maps_reading(title, shares, names, xlabel, ylabel, limits, largest))


def _of(labels_, name):
    return labels_[name] if isinstance(labels_, dict) else labels_


def _room_for(names, same_rows, same_columns):
    """Return a figure, an axes for each map and the side of a cell, on as few lines as fit."""
    beside, above = (max(sizes) for sizes in zip(*map(_margins, names.values()), strict=True))
    tallest, widest = (max(len(pair[i]) for pair in names.values()) for i in (0, 1))
    plans = []
    for lines in range(1, len(names) + 1):
        across = -(-len(names) // lines)
        wide = 1.5 + (beside if same_rows else across * beside) + 0.2 * across
        tall = 0.6 + (above if same_columns else lines * above) + 0.35 * lines
        size = lines * tallest, across * widest
        plans.append((grids.side_of(*size, wide, tall), size, (wide, tall), (lines, across)))
    side, size, room, shape = next((p for p in plans if p[0] >= ENOUGH), max(plans))
    inches = room[0] + side * size[1], room[1] + side * size[0]
    fig = Figure(figsize=inches, dpi=100, layout="compressed")
    axes = fig.subplots(*shape, squeeze=False).ravel()
    for ax in axes[len(names) :]:
        ax.set_axis_off()
    return fig, axes[: len(names)], side


def _margins(names):
    beside, above = grids.margins(*names)
    return beside - 0.4, above - 0.65  # axis names and title stand once for all


def _maps_reading(title, shares, names, xlabel, ylabel, limits, largest):
    rows, columns = next(iter(names.values()))
    facts = (
        f"Rows: {ylabel or 'rows'}, {span(rows)}; columns: {xlabel or 'columns'}, {span(columns)}; "
        f"dark {number(limits[0])}, bright {number(limits[1])}"
    )
    said, shorter = [], []
    for name, grid in shares.items():
        read = looks(grid, *names[name]) if largest else [grid_reading(grid, *names[name])]
        said.append(f"{drawable(name)}: {', '.join(read)}")
        tops = ends_reading(np.sort(grid.max(axis=1)))
        shorter.append(f"{drawable(name)}: the largest of a row are {tops}")
    kind = f"{len(shares)} maps side by side" if len(shares) > 1 else "Map"
    return alt_text(kind, title, facts, said, shorter if largest else None)
