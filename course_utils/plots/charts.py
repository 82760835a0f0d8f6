"""Charts for the lessons: each function takes plain arrays and returns a Figure that says them.

Row = query, column = key, everywhere. `show(fig)` displays a figure with its description.
"""

from html import escape

import numpy as np

from course_utils.plots import grids
from course_utils.plots.drawings import KEY, VALUE
from course_utils.plots.figures import described, drawable, figure, labels, show, styled, titled
from course_utils.plots.multiples import maps
from course_utils.plots.readings import (
    alt_text,
    check_grid,
    grid_reading,
    looks,
    number,
    span,
    weights_reading,
    weights_table,
)

PALE = "#b9b9c9"  # a black cross on it can be seen
PLAIN = "#5a5a72"  # bars that are no weights


def show_weights(weights, queries, keys, title=None, mask=None, limits=(0, 1)):
    """Display weights three ways: a picture with alt text, a table, and a sentence.

    weights : (n, m), each row from 0 to 1, or a dict of name → (n, m): maps side by side on one
    scale.  queries, keys : n and m labels.  mask : None or (n, m) booleans, True = may look.
    limits : the ends of the colour scale, None for those of the data.
    """
    from IPython.display import display

    show(weights_map(weights, queries, keys, title=title, mask=mask, limits=limits))
    several = isinstance(weights, dict)
    texts, tables = [], []
    for name, grid in (weights if several else {title or "Weights": weights}).items():
        reading = weights_reading(grid, queries, keys)
        texts.append(f"{name}: {reading}" if several else reading)
        caption = f"{name}: row = query, column = key"
        tables.append(weights_table(grid, queries, keys, caption=caption))
    html = "".join(f"<p>{escape(text)}</p>" for text in texts)
    # folded: a small map prints its numbers itself
    html += f"<details><summary>The numbers</summary>{''.join(tables)}</details>"
    display({"text/html": html, "text/plain": "\n".join(texts)}, raw=True)


@styled
def weights_map(
    weights,
    queries,
    keys,
    title=None,
    mask=None,
    query_label="query",
    split=None,
    limits=(0, 1),
    key_label="key",
):
    """Draw weights as a heatmap from 0 to 1, the largest weight of each row outlined.

    weights : (n, m), or a dict of name → (n, m): maps side by side on one scale.  queries, keys :
    n and m labels.  mask : None or (n, m) booleans, True = may look; hidden cells are hatched.
    query_label, key_label : what a row and a column are, where not queries and keys.  split : how
    many of the first tokens are one part of a joined sequence; lines are drawn behind them.
    limits : the ends of the colour scale, None: 0 and the largest weight.  Raises ValueError where
    shapes do not fit.
    """
    if isinstance(weights, dict):
        names = {"xlabel": key_label, "ylabel": query_label, "label": "weight"}
        look = {"limits": limits, "mask": mask, "largest": True}
        return maps(weights, queries, keys, title, **names, **look)
    weights = check_grid(weights, queries, keys, mask)
    limits = grids.checked_limits(limits, weights)
    fig, ax, image = _one_grid(weights, queries, keys, limits, query_label, key_label)
    grids.outline_largest(ax, weights)
    grids.hatch(ax, mask)
    if split:
        grids.split_at(ax, split)
    grids.scale_bar(fig, image, ax, "weight")
    titled(fig, ax, title)
    facts = _facts(query_label, key_label, queries, keys, limits) + _hidden(mask)
    facts += f"{_blocks(weights, split)}. Largest weight per {query_label}"
    return described(fig, alt_text("Heatmap", title, facts, looks(weights, queries, keys)))


@styled
def scores_map(
    scores,
    queries,
    keys,
    title=None,
    limits=None,
    query_label="query",
    key_label="key",
    label="score",
):
    """Draw scores of any sign as a heatmap: bright is large.

    scores : (n, m), or a dict of name → (n, m): maps side by side on one scale.  queries, keys :
    n and m labels.  limits : the ends of the colour scale, None: the smallest and the largest
    score.  query_label, key_label, label : what a row, a column and a number are.  Raises
    ValueError where shapes do not fit.
    """
    several = scores if isinstance(scores, dict) else {"": scores}
    limits = limits or grids.extent(np.concatenate([np.ravel(s) for s in several.values()]))
    if isinstance(scores, dict):
        names = {"xlabel": key_label, "ylabel": query_label, "label": label}
        return maps(scores, queries, keys, title, **names, limits=limits)
    scores, limits = check_grid(scores, queries, keys), grids.checked_limits(limits)
    fig, ax, image = _one_grid(scores, queries, keys, limits, query_label, key_label)
    grids.scale_bar(fig, image, ax, label)
    titled(fig, ax, title)
    facts = _facts(query_label, key_label, queries, keys, limits)
    said = [grid_reading(scores, labels(queries), labels(keys))]
    return described(fig, alt_text(f"Grid of {label}s", title, facts, said))


@styled
def three_stages(scores, weights, context, queries, keys):
    """Draw ① Score, ② Normalise and ③ Mix side by side; in each, bright is large.

    scores, weights : (n, m).  context : (n, d_v).  queries, keys : n and m labels.
    """
    scores, weights = (check_grid(values, queries, keys) for values in (scores, weights))
    context = np.asarray(context)
    parts = [str(column) for column in range(context.shape[1])]
    columns, beside = (keys, keys, parts), grids.margins(queries, keys)[0]
    across = sum(map(len, columns))
    wide, tall = 3 * beside + 0.7, 1.8
    side = grids.side_of(len(queries), across, wide, tall, largest=0.6)
    fig, axes = figure(wide + side * across, tall + side * len(queries), columns=3)
    # as wide as their columns: every cell has the same size, and the three titles one height
    axes[0].get_gridspec().set_width_ratios([len(names) for names in columns])
    drawn = (scores, grids.extent(scores)), (weights, (0, 1)), (context, grids.extent(context))
    for ax, (values, limits), names in zip(axes, drawn, columns, strict=True):
        grids.grid(ax, values, queries, names, limits, side, digits=3 if names is parts else 2)
        column = "column of V" if names is parts else "key"
        grids.name_axes(ax, column="\n".join([column, *_scale(limits).split(", ")]))
    axes[2].xaxis.label.set_color(VALUE)
    grids.outline_largest(axes[1], weights)
    said = []
    for ax, name, (values, _), names in zip(axes, STAGES, drawn, columns, strict=True):
        ax.set_title(drawable(name))
        said.append(f"{name}: {grid_reading(values, queries, names)}")
    facts = f"Rows: queries, {span(queries)}; columns: keys, {span(keys)}; bright is large"
    return described(fig, alt_text("Three grids", "", facts, said))


STAGES = ("① Score 打分", "② Normalise 归一化", "③ Mix 加权求和")


@styled
def bars(values, names, title=None, ylabel="weight", digits=3):
    """Draw one bar per name, its number on top; weights are drawn on a scale from 0 to 1.

    values : (m,) numbers.  names : m labels.  digits : of the numbers, after the point.
    """
    fig, ax = figure(1.5 + 0.9 * len(names), 3)
    of_weights = ylabel == "weight"
    drawn = ax.bar(range(len(names)), values, color=KEY if of_weights else PLAIN, width=0.62)
    ax.bar_label(drawn, fmt=f"%.{digits}f", padding=3)
    ax.set_xticks(range(len(names)), labels(names))
    longest = max(len(line) for name in labels(names) for line in name.split("\n"))
    if 0.1 * longest > (fig.get_figwidth() - 0.8) / len(names):  # they would touch
        for text in ax.get_xticklabels():
            text.set(rotation=30, ha="right", rotation_mode="anchor")
    ax.margins(y=0.15)
    if of_weights:
        ax.set_ylim(0, 1.08)
    ax.set_ylabel(ylabel)
    titled(fig, ax, title)
    said = (f"{name} {value:.{digits}f}" for name, value in zip(names, values, strict=True))
    return described(
        fig, alt_text("Bars", title, f"Height: {ylabel}", [" ".join(s.split()) for s in said])
    )


@styled
def ranges(bars, crosses, title=None, xlabel=""):
    """Draw, for each name, a bar from its lowest to its highest number, and crosses.

    bars, crosses : dicts of name → a few numbers from 0 to 1, with the same names.
    """
    fig, ax = figure(7, 0.9 + 0.34 * len(bars))
    said = []
    for line, name in enumerate(bars):
        ends = [min(bars[name]), max(bars[name])]  # squares at both: a bar of no length is seen too
        ax.plot(ends, [line] * 2, "-s", color=PALE, linewidth=11, markersize=11)
        ax.plot(crosses[name], [line] * len(crosses[name]), "x", color="black", markersize=8)
        said.append(f"{name}: {_range(bars[name])}")
        if sorted(crosses[name]) != sorted(bars[name]):
            said[-1] += f", crosses {_range(crosses[name])}"
    ax.set_yticks(range(len(bars)), [drawable(name) for name in bars])
    ax.set(xlim=(-0.03, 1.03), xlabel=xlabel)
    titled(fig, ax, title)
    ax.grid(axis="x", color="0.9")
    ax.invert_yaxis()
    facts = f"Across: {xlabel or 'share'}, 0 to 1; one bar for each name"
    return described(fig, alt_text("Ranges with crosses", title, facts, said))


def _one_grid(values, queries, keys, limits, query_label, key_label):
    """Draw a figure of one grid, as large as its cells; return it, its axes and its image."""
    wide, tall = grids.margins(queries, keys)
    wide += 1.0  # the scale bar
    side = grids.side_of(*values.shape, wide, tall)
    fig, ax = figure(wide + side * values.shape[1], tall + side * values.shape[0])
    image = grids.grid(ax, values, queries, keys, limits, side)
    grids.name_axes(ax, query_label, key_label)
    return fig, ax, image


def _facts(query_label, key_label, queries, keys, limits):
    rows, columns = f"{query_label}, {span(queries)}", f"{key_label}, {span(keys)}"
    return f"Rows: {rows}; columns: {columns}; {_scale(limits)}"


def _scale(limits):
    return f"dark {number(limits[0], 4)}, bright {number(limits[1], 4)}"


def _hidden(mask):
    if mask is None:
        return ""
    return f"; {np.count_nonzero(~np.asarray(mask))} of {np.size(mask)} cells are hidden"


def _blocks(weights, split):
    """Say how much of both parts' weight falls on the first part of a joined sequence."""
    if not split:
        return ""
    first, second = (part[:, :split].sum(axis=1).mean() for part in np.split(weights, [split]))
    return (
        f"; lines cut off the first {split}: of their weight {first:.0%} is on themselves, "
        f"of the others' {second:.0%} on them"
    )


def _range(numbers):
    low, high = number(min(numbers)), number(max(numbers))
    return low if low == high else f"{low} to {high}"
