"""Lines over an axis, each named at its end: a few stand out, the others are grey beside them."""

import textwrap

import numpy as np

from course_utils.plots.drawings import INK
from course_utils.plots.figures import described, drawable, figure, labels, styled, titled
from course_utils.plots.readings import (
    FEW,
    alt_text,
    ends_reading,
    last_reading,
    line_reading,
    range_reading,
    span,
)

# No blue, orange or green: these are queries, keys and values, and a line is none of them.
SERIES = ((INK, "-", "o"), ("#7a2f9b", "--", "s"), ("#b5124b", "-.", "^"), ("#66610a", ":", "D"))
GREY = ("#6f6f6f", "-", "")
MOST_MARKED = 25  # markers on more points than this hide the line
WIDTH, HEIGHT = 7.0, 3.7
MARGIN = 1.2  # inches of the height that title and axis names take
NAME = 0.19  # inches from one name to the next


@styled
def lines(x, curves, title=None, xlabel="", ylabel="", log="", emphasise=None, band="the runs"):
    """Draw one line per name over the same x, named at its end.

    x : k numbers, or k labels at equal distances.  curves : dict of name → (k,) numbers, or
    (runs, k): the line is their median, the band reaches from the smallest to the largest.
    log : "x", "y" or "xy" for the axes with a logarithmic scale.  emphasise : the names, at most
    four, that stand out; the rest is grey, without a band. None: all. band : what it shows, for
    those who cannot see it. Axis labels say units. Raises ValueError for more, and where shapes do
    not fit.
    """
    fig, ax = figure(WIDTH, HEIGHT)
    named = any(isinstance(place, str) for place in x)
    places = np.arange(len(x)) if named else np.asarray(x)
    if named:
        ax.set_xticks(places, labels(x))
    elif np.issubdtype(places.dtype, np.integer):
        ax.xaxis.get_major_locator().set_params(integer=True)
    _set_scales(ax, log)
    xlabel, ylabel = (
        f"{label}, log scale".strip(", ") if axis in log else label
        for axis, label in (("x", xlabel), ("y", ylabel))
    )
    looks = _looks(curves, emphasise)
    kept = _draw(ax, places, curves, looks)
    _finish(fig, ax, xlabel, ylabel, title)
    return described(fig, _reading(title, x, kept, looks, xlabel, ylabel, "y" in log, band))


@styled
def learning_curves(curves, title=None, ylabel="loss, nats per symbol", window=20):
    """Draw one smoothed line per training run against the step.

    curves : dict of name → (steps,) numbers, at most four.  window : each point averages this
    many steps.
    """
    fig, ax = figure(WIDTH, HEIGHT)
    looks, ends, said = _looks(curves, None), {}, []
    for name, values in curves.items():
        width = min(window, len(values))
        smooth = np.convolve(values, np.full(width, 1 / width), mode="valid")
        steps = np.arange(len(smooth)) + width
        ends[name] = _line(ax, steps, smooth, looks[name])
        said.append(f"{drawable(name)}: {line_reading(steps, smooth)}")
    ax.set_ylim(bottom=0)
    _name_ends(ax, ends, looks)
    _finish(fig, ax, "step", ylabel, title)
    facts = f"Across: step, up: {ylabel}, each point the mean of {window} steps"
    return described(fig, alt_text("Learning curves", title, facts, said))


@styled
def accuracy_by_length(
    lengths,
    accuracies,
    title=None,
    xlabel="length of the source",
    ylabel="share right, 0 to 1",
    emphasise=None,
):
    """Draw one line with markers per model: the share of right answers at each length.

    lengths : (k,) numbers or labels.  accuracies : dict of name → (k,) numbers from 0 to 1, or
    (seeds, k): the line is their median, the band reaches from the smallest to the largest.
    emphasise : the names, at most four, that stand out; the rest is grey, without a band.
    """
    fig, ax = figure(WIDTH, HEIGHT)
    ax.set_xticks(range(len(lengths)), labels(lengths))
    ax.set_ylim(-0.03, 1.05)
    looks = _looks(accuracies, emphasise)
    kept = _draw(ax, np.arange(len(lengths)), accuracies, looks)
    _finish(fig, ax, xlabel, ylabel, title)
    return described(fig, _reading(title, lengths, kept, looks, xlabel, ylabel))


def _looks(curves, emphasise):
    """Return name → (colour, dash, marker) of each curve. Raises ValueError for too many."""
    strong = list(curves if emphasise is None else emphasise)
    unknown = [name for name in strong if name not in curves]
    if unknown:
        raise ValueError(
            f"emphasise must name curves among {list(curves)}, got {unknown}: correct the names"
        )
    if len(strong) > len(SERIES):
        raise ValueError(
            f"at most {len(SERIES)} curves can be told apart, got {len(strong)}: name those that "
            f"matter, emphasise=[…], and the rest turns grey, or leave some out"
        )
    looks = dict(zip(strong, SERIES, strict=False))
    return {name: looks.get(name, GREY) for name in curves}


def _draw(ax, places, curves, looks):
    """Draw all curves, and return name → its (runs, k) numbers, those that stand out first."""
    ends, kept = {}, {}
    for name in sorted(curves, key=lambda name: looks[name] == GREY):
        runs = np.atleast_2d(np.asarray(curves[name], dtype=float))
        if runs.shape[1:] != (len(places),):
            raise ValueError(
                f"the curve {name!r} must have one number for each of the {len(places)} places on "
                f"the axis, or one row of them for each run, got {np.shape(curves[name])}"
            )
        if len(runs) > 1 and looks[name] != GREY:
            band = {"color": looks[name][0], "alpha": 0.16, "linewidth": 0}
            ax.fill_between(places, runs.min(axis=0), runs.max(axis=0), **band)
        ends[name], kept[name] = _line(ax, places, np.median(runs, axis=0), looks[name]), runs
    _name_ends(ax, ends, looks)
    return kept


def _line(ax, places, values, look):
    """Draw one line, and return where it ends: the last point that is a number."""
    colour, dash, marker = look
    strong = {"linewidth": 2, "zorder": 3} if look != GREY else {"linewidth": 1.2, "zorder": 2}
    shown = {"marker": marker, "markersize": 5} if len(places) <= MOST_MARKED else {}
    ax.plot(places, values, color=colour, linestyle=dash, **strong, **shown)
    numbers = np.flatnonzero(np.isfinite(values))
    last = numbers[-1] if len(numbers) else -1
    return places[last], values[last]


def _name_ends(ax, ends, looks):
    """Write the name of each line beside its end, apart from each other, whatever the scales."""
    notes = []
    for name, end in ends.items():
        if np.isfinite(end[1]):
            words, colour = textwrap.fill(drawable(name), 24), looks[name][0]
            arrow = {"arrowstyle": "-", "color": colour, "linewidth": 0.7, "shrinkA": 0}
            arrow["relpos"] = (0, 0.5)  # from the name's beginning: it crosses no other name
            place = {"xytext": (1.03, 0.5), "textcoords": "axes fraction", "va": "center"}
            more = {"annotation_clip": False, "arrowprops": arrow, "fontsize": 10}
            notes.append(ax.annotate(words, end, color=colour, **place, **more))
    gap = NAME / (ax.figure.get_figheight() - MARGIN)

    def spread(ax):
        to_axes = ax.transData + ax.transAxes.inverted()
        heights = [to_axes.transform(note.xy)[1] for note in notes]
        for note, height in zip(notes, apart(heights, gap), strict=True):
            note.xyann = (1.03, height)

    ax.callbacks.connect("ylim_changed", spread)  # a lesson may set limits or scales afterwards
    ax.callbacks.connect("xlim_changed", spread)
    spread(ax)


def apart(heights, gap):
    """Move heights apart by at least `gap`, as little as possible: (n,) → (n,).

    Least squares under an order: each block of neighbours that would touch keeps its mean
    (isotonic regression, written as a largest of smallest means).
    """
    order = np.argsort(heights, kind="stable")
    shifted = np.asarray(heights, dtype=float)[order] - gap * np.arange(len(order))
    moved = np.empty(len(order))
    for j in range(len(order)):
        means = [[shifted[i : k + 1].mean() for k in range(j, len(order))] for i in range(j + 1)]
        moved[order[j]] = max(map(min, means)) + gap * j
    return moved


def _set_scales(ax, log):
    for axis in log:
        {"x": ax.set_xscale, "y": ax.set_yscale}[axis]("log")


def _reading(title, x, kept, looks, xlabel, ylabel, log=False, band="the runs"):
    """Describe lines: axes, then each by its points, or by its ends where these are too many."""
    across = ", ".join(map(str, x)) if len(x) <= FEW else span(x)
    facts = f"Across: {xlabel or 'x'}, {across}; up: {ylabel or 'y'}"
    if any(len(runs) > 1 for runs in kept.values()):
        facts += f"; in brackets {band} at the end"
    middles = {name: np.median(runs, axis=0) for name, runs in kept.items()}
    ranges = {name: range_reading(runs[:, -1]) for name, runs in kept.items()}
    said = [
        f"{drawable(name)}: {line_reading(list(x), line, log)}{ranges[name]}"
        for name, line in middles.items()
    ]
    shorter = [
        f"{drawable(name)}: {ends_reading(line, log)}{ranges[name]}"
        if looks[name] != GREY
        else f"{drawable(name)} ends at {last_reading(line, log)}"
        for name, line in middles.items()
    ]
    return alt_text("Lines", title, facts, said, shorter)


def _finish(fig, ax, xlabel, ylabel, title):
    ax.set(xlabel=xlabel, ylabel=ylabel)
    titled(fig, ax, title)
    ax.grid(axis="y", color="0.9")
    ax.set_axisbelow(True)
