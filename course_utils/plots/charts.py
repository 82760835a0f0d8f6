"""Charts for the lessons: each function takes plain arrays and returns a Figure.

Row = query, column = key, everywhere. `show(fig, alt=...)` displays a figure with a description.
"""

from html import escape

import numpy as np
from matplotlib.patches import Rectangle

from course_utils.plots.drawings import KEY, QUERY, VALUE
from course_utils.plots.figures import chinese_font, drawable, figure, labels, show, styled
from course_utils.plots.readings import check_grid, largest_cells, weights_reading, weights_table

__all__ = [
    "accuracy_by_length",
    "bars",
    "chinese_font",
    "learning_curves",
    "lines",
    "ranges",
    "scores_map",
    "show",
    "show_weights",
    "three_stages",
    "weights_map",
]

MOST_PRINTED = 144  # beyond this many cells the numbers are too small to read
PALE = "#9fc3e6"  # a black cross on it can be seen
SERIES = ((QUERY, "-", "o"), (KEY, "--", "s"), (VALUE, "-.", "^"), ("#6a3d9a", ":", "D"))


def show_weights(weights, queries, keys, title=None, mask=None):
    """Display weights three ways: a picture with alt text, a table, and a sentence.

    weights : (n, m), each row from 0 to 1.  queries, keys : n and m labels.
    mask : None or (n, m) booleans, True = may look.
    """
    from IPython.display import display

    reading, name = weights_reading(weights, queries, keys), title or "Weights"
    alt = f"Heatmap, {name}: row = query, column = key, colour from 0 to 1. {reading}"
    show(weights_map(weights, queries, keys, title=title, mask=mask), alt=alt)
    is_open = " open" if np.size(weights) <= 36 else ""  # a long table stays folded
    table = weights_table(weights, queries, keys, caption=f"{name}: row = query, column = key")
    html = f"<p>{escape(reading)}</p><details{is_open}><summary>The numbers</summary>{table}"
    display({"text/html": html + "</details>", "text/plain": reading}, raw=True)


@styled
def weights_map(weights, queries, keys, title=None, mask=None, query_label="query", split=None):
    """Draw weights as a heatmap from 0 to 1, the largest weight of each row outlined.

    weights : (n, m).  queries, keys : n and m labels.  mask : None or (n, m) booleans,
    True = may look; hidden cells are hatched.  query_label : what a row is, where the rows are
    not different queries.  split : how many of the first tokens are one part of a joined sequence;
    lines are drawn behind them.  Raises ValueError where shapes do not fit.
    """
    weights = check_grid(weights, queries, keys, mask)
    fig, ax = figure(*_grid_size(queries, keys))
    image = _weights_grid(ax, weights, queries, keys)
    ax.set_ylabel(query_label, color=QUERY)
    hidden = np.zeros(weights.shape, bool) if mask is None else ~np.asarray(mask)
    for row, column in np.argwhere(hidden):
        ax.add_patch(
            _cell(row, column, facecolor="white", edgecolor="0.45", hatch="////", zorder=3)
        )
    for line in (ax.axhline, ax.axvline) if split else ():
        line(split - 0.5, color="white", linewidth=5, zorder=0.8)  # shows on every colour …
        line(split - 0.5, color="black", linewidth=2, zorder=0.9)  # … and under the outlines
    fig.colorbar(image, ax=ax, label="weight", shrink=0.8)
    ax.set_title(drawable(title or ""))
    return fig


@styled
def scores_map(scores, queries, keys, title=None):
    """Draw signed scores as a heatmap centred on 0: orange below, purple above.

    scores : (n, m).  queries, keys : n and m labels.  Raises ValueError where shapes do not fit.
    """
    scores = check_grid(scores, queries, keys)
    reach = float(np.abs(scores).max(initial=0)) or 1.0
    fig, ax = figure(*_grid_size(queries, keys))
    image = _grid(ax, scores, queries, keys, "PuOr", (-reach, reach))
    fig.colorbar(image, ax=ax, label="score", shrink=0.8)
    ax.set_title(drawable(title or ""))
    return fig


@styled
def three_stages(scores, weights, context, queries, keys):
    """Draw ① Score, ② Normalise and ③ Mix side by side.

    scores, weights : (n, m).  context : (n, d_v).  queries, keys : n and m labels.
    """
    scores, weights = (check_grid(grid, queries, keys) for grid in (scores, weights))
    context = np.asarray(context)
    parts = [str(column) for column in range(context.shape[1])]
    reach, span = (float(np.abs(grid).max()) or 1.0 for grid in (scores, context))
    fig, axes = figure(10, 1.7 + 0.62 * len(queries), columns=3)
    # as wide as their columns: every cell has the same size, and the three titles one height
    axes[0].get_gridspec().set_width_ratios([len(keys), len(keys), len(parts)])
    _grid(axes[0], scores, queries, keys, "PuOr", (-reach, reach))
    _weights_grid(axes[1], weights, queries, keys)
    _grid(axes[2], context, queries, parts, "PiYG", (-span, span), digits=3)
    axes[2].set_xlabel("column of the values", color=VALUE)
    for ax, title in zip(
        axes, ("① Score 打分", "② Normalise 归一化", "③ Mix 加权求和"), strict=True
    ):
        ax.set_title(drawable(title))
    return fig


@styled
def bars(values, names, title=None, ylabel="weight", digits=3):
    """Draw one bar per name, its number on top; weights are drawn on a scale from 0 to 1.

    values : (m,) numbers.  names : m labels.  digits : of the numbers, after the point.
    """
    fig, ax = figure(1.5 + 0.9 * len(names), 3)
    drawn = ax.bar(range(len(names)), values, color=KEY, width=0.62)
    ax.bar_label(drawn, fmt=f"%.{digits}f", padding=3)
    ax.set_xticks(range(len(names)), labels(names))
    ax.margins(y=0.15)
    if ylabel == "weight":
        ax.set_ylim(0, 1.08)
    ax.set_ylabel(ylabel)
    ax.set_title(drawable(title or ""))
    return fig


@styled
def lines(x, curves, title=None, xlabel="", ylabel=""):
    """Draw one line per name over the same numbers x.

    x : (k,) numbers.  curves : dict of name → (k,) numbers, at most four.
    """
    fig, ax = figure(6.4, 3.6)
    for (name, values), (colour, style, _) in _in_series(curves):
        ax.plot(x, values, style, color=colour, linewidth=2, label=drawable(name))
    return _finish(fig, ax, xlabel, ylabel, title)


@styled
def learning_curves(curves, title=None, ylabel="loss", window=20):
    """Draw one smoothed line per training run against the step.

    curves : dict of name → (steps,) numbers, at most four.  window : each point averages this
    many steps.
    """
    fig, ax = figure(6.4, 3.6)
    for (name, values), (colour, style, _) in _in_series(curves):
        width = min(window, len(values))
        smooth = np.convolve(values, np.full(width, 1 / width), mode="valid")
        steps = np.arange(len(smooth)) + width
        ax.plot(steps, smooth, style, color=colour, linewidth=2, label=drawable(name))
    ax.set_ylim(bottom=0)
    return _finish(fig, ax, "step", ylabel, title)


@styled
def accuracy_by_length(lengths, accuracies, title=None, xlabel="length of the source"):
    """Draw one line with markers per model: the share of right answers at each length.

    lengths : (k,) numbers or labels.  accuracies : dict of name → (k,) numbers from 0
    to 1, at most four.
    """
    fig, ax = figure(6.4, 3.6)
    for (name, values), (colour, style, marker) in _in_series(accuracies):
        look = {"linestyle": style, "marker": marker, "color": colour, "linewidth": 2}
        ax.plot(range(len(lengths)), values, **look, label=drawable(name))
    ax.set_xticks(range(len(lengths)), labels(lengths))
    ax.set_ylim(-0.03, 1.05)
    return _finish(fig, ax, xlabel, "share right", title)


@styled
def ranges(bars, crosses, title=None, xlabel=""):
    """Draw, for each name, a bar from its lowest to its highest number, and crosses.

    bars, crosses : dicts of name → a few numbers from 0 to 1, with the same names.
    """
    fig, ax = figure(7, 0.9 + 0.34 * len(bars))
    for line, name in enumerate(bars):
        ends = [min(bars[name]), max(bars[name])]  # squares at both: a bar of no length is seen too
        ax.plot(ends, [line] * 2, "-s", color=PALE, linewidth=11, markersize=11)
        ax.plot(crosses[name], [line] * len(crosses[name]), "x", color="black", markersize=8)
    ax.set_yticks(range(len(bars)), [drawable(name) for name in bars])
    ax.set(xlim=(-0.03, 1.03), xlabel=xlabel)
    ax.set_title(drawable(title or ""))
    ax.grid(axis="x", color="0.9")
    ax.invert_yaxis()
    return fig


def _in_series(curves):
    """Return ((name, values), look) of each curve. Raises ValueError for too many."""
    if len(curves) > len(SERIES):
        raise ValueError(
            f"at most {len(SERIES)} curves can be told apart, got {len(curves)}: "
            f"leave some out, or use multiples.panels"
        )
    return zip(curves.items(), SERIES, strict=False)


def _finish(fig, ax, xlabel, ylabel, title):
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.set_title(drawable(title or ""))
    ax.grid(axis="y", color="0.9")
    ax.legend()
    return fig


def _grid_size(queries, keys):
    side = 0.58 if len(queries) * len(keys) <= MOST_PRINTED else 0.3
    longest = [max(len(name) for name in labels(names)) for names in (queries, keys)]
    return 2.3 + side * len(keys) + 0.08 * longest[0], 1.5 + side * len(queries) + 0.06 * longest[1]


def _weights_grid(ax, weights, queries, keys):
    image = _grid(ax, weights, queries, keys, "cividis", (0, 1))
    for row, column in np.argwhere(largest_cells(weights)):
        for colour, width in (("white", 4.5), ("black", 2.0)):  # shows on every colour
            ax.add_patch(_cell(row, column, 0.04, fill=False, edgecolor=colour, linewidth=width))
    return image


def _grid(ax, values, queries, keys, colours, limits, digits=2):
    """Draw one grid: keys along the top, queries down the side, numbers where they fit."""
    image = ax.imshow(values, cmap=colours, vmin=limits[0], vmax=limits[1])
    names = labels(keys)
    slant = {"rotation": 45, "ha": "left"} if max(map(len, names)) > 4 else {}
    ax.set_xticks(range(len(keys)), names, **slant)
    ax.set_yticks(range(len(queries)), labels(queries))
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    ax.set_ylabel("query", color=QUERY)
    ax.set_xlabel("key", color=KEY)
    if values.size <= MOST_PRINTED:
        _print_numbers(ax, image, values, digits)
    return image


def _print_numbers(ax, image, values, digits):
    for (row, column), value in np.ndenumerate(values):
        red, green, blue, _ = image.cmap(image.norm(value))
        ink = "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "black"
        ax.text(
            column,
            row,
            f"{value:.{digits}f}",
            ha="center",
            va="center",
            color=ink,
            fontsize=10,
            zorder=2,
        )


def _cell(row, column, inset=0.0, **look):
    side = 1 - 2 * inset
    return Rectangle((column - 0.5 + inset, row - 0.5 + inset), side, side, **look)
