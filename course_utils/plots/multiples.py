"""Small multiples: one panel for each name, all on the same axes: lines with ranges, or maps."""

import numpy as np
from matplotlib.figure import Figure

from course_utils.plots.drawings import INK, QUERY, cividis, ink_on
from course_utils.plots.figures import drawable, labels, styled

COLUMNS = 4


@styled
def panels(x, runs, live, title=None, xlabel="", ylabel="", top=1.05):
    """Draw a panel for each name: a band over several runs, and one run as a line with dots.

    x : (k,) numbers or labels, shared by all panels.  runs : dict of name → (runs, k) numbers, of
    which the smallest and the largest are the band's edges.  live : dict of name → (k,) numbers,
    with the same names.  top : the upper end of the vertical axes, which begin at 0.
    """
    lines = -(-len(runs) // COLUMNS)
    fig = Figure(figsize=(10, 0.8 + 2 * lines), dpi=100, layout="constrained")
    axes = fig.subplots(lines, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    named = any(isinstance(place, str) for place in x)
    places = np.arange(len(x)) if named else np.asarray(x)
    for ax, (name, numbers) in zip(axes, runs.items(), strict=False):
        low, high = np.min(numbers, axis=0), np.max(numbers, axis=0)
        ax.fill_between(places, low, high, color=QUERY, alpha=0.35, linewidth=0)
        ax.plot(places, live[name], "-o", color=INK, linewidth=1.2, markersize=3, clip_on=False)
        ax.set_title(drawable(name), fontsize=11)
        ax.grid(axis="y", color="0.9")
        ax.set_axisbelow(True)
        ax.set_ylim(0, top)
        if named:
            ax.set_xticks(places, labels(x), fontsize=10)
    for ax in axes[len(runs) :]:
        ax.set_axis_off()
    fig.suptitle(drawable(title or ""), x=0.01, ha="left", fontsize=12)
    fig.supxlabel(xlabel, fontsize=11)
    fig.supylabel(ylabel, fontsize=11)
    return fig


@styled
def maps(shares, rows, columns, title=None, xlabel="", ylabel=""):
    """Draw one map for each name side by side: shares from 0 to 1 as colours and numbers.

    shares : dict of name → (len(rows), len(columns)) numbers from 0 to 1.
    """
    count = len(shares)
    size = 1 + count * (0.8 + 0.56 * len(columns)), 1.5 + 0.5 * len(rows)
    fig = Figure(figsize=size, dpi=100, layout="constrained")
    axes = fig.subplots(1, count, squeeze=False)[0]
    for ax, (name, numbers) in zip(axes, shares.items(), strict=True):
        ax.imshow(numbers, cmap="cividis", vmin=0, vmax=1, aspect="auto")
        ax.set_title(drawable(name), fontsize=11)
        ax.set_xticks(range(len(columns)), labels(columns))
        ax.set_yticks(range(len(rows)), labels(rows))
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        for (row, column), share in np.ndenumerate(np.asarray(numbers)):
            ink = {"color": ink_on(cividis(share)), "ha": "center", "va": "center"}
            ax.text(column, row, f"{share:.2f}", fontsize=10, **ink)
    axes[0].set_ylabel(ylabel, fontsize=11)
    fig.suptitle(drawable(title or ""), x=0.01, ha="left", fontsize=12)
    fig.supxlabel(xlabel, fontsize=11)
    return fig
