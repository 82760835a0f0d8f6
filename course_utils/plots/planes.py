"""Pictures in the plane: keys and a query as arrows, values as points with their blend inside."""

import numpy as np

from course_utils.plots.drawings import KEY, QUERY, VALUE
from course_utils.plots.figures import described, figure, labels, styled, titled
from course_utils.plots.readings import alt_text, number


@styled
def shelf(query, keys, names, title=None, xlabel="first number", ylabel="second number"):
    """Draw book labels and a question as arrows in the plane.

    query : (2,).  keys : (m, 2).  names : m labels.  xlabel, ylabel : what the numbers measure.
    """
    fig, ax = _plane(np.vstack([keys, [query]]), title)
    for key, name in zip(keys, labels(names), strict=True):
        _arrow(ax, key, KEY, "--", name)
    _arrow(ax, query, QUERY, "-", "query")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    said = [f"query {_point(query)}", *_points(names, keys)]
    facts = f"Across: {xlabel}, up: {ylabel}; all arrows begin at (0, 0)"
    return described(fig, alt_text("Arrows in the plane", title, facts, said))


@styled
def values_hull(values, blended, names, title=None, xlabel="first number", ylabel="second number"):
    """Draw the contents of books as points, and a blend of them inside their convex hull.

    values : (m, 2).  blended : (2,), one weighted average of them.  names : m labels.
    xlabel, ylabel : what the two numbers measure, with their unit.
    The axes begin at 0, or at the smallest value where it is negative.
    """
    fig, ax = figure(6.4, 4.6)
    low, high = np.minimum(np.min(values, axis=0), 0), np.max(values, axis=0)
    high = high + 0.16 * np.where(high > low, high - low, 1.0)  # room for the names
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel=xlabel, ylabel=ylabel)
    titled(fig, ax, title)
    ax.grid(color="0.92")
    outline = convex_hull(values)
    ax.fill(*outline.T, facecolor=VALUE, alpha=0.12)
    ax.plot(*np.vstack([outline, outline[:1]]).T, "--", color=VALUE)
    ax.plot(*np.transpose(values), "o", color=VALUE, markersize=6, clip_on=False)
    ax.plot(*blended, "*", color=QUERY, markersize=11)
    for point, name in zip(values, labels(names), strict=True):
        _name(ax, name, point, (np.asarray(point) - low) / (high - low))
    _name_blend(ax, blended, np.mean(values, axis=0))
    said = [f"blend {_point(blended)}", *_points(names, values)]
    facts = f"Across: {xlabel}, up: {ylabel}; dashed: the hull of the points"
    return described(fig, alt_text("Points in the plane", title, facts, said))


def _point(place):
    return f"({number(place[0])}, {number(place[1])})"


def _points(names, places):
    return [f"{name} {_point(place)}" for name, place in zip(names, places, strict=True)]


def convex_hull(points):
    """Return the corners of the convex hull of points in the plane, anticlockwise.

    points : (m, 2) → (h, 2).  Walks the sorted points twice, once along the bottom and once
    along the top, and drops every corner that turns right (Andrew's monotone chain, 1979).
    """
    ordered = np.unique(np.asarray(points, dtype=float), axis=0)
    if len(ordered) < 3:
        return ordered
    return np.array(_chain(ordered)[:-1] + _chain(ordered[::-1])[:-1])


def _chain(ordered):
    chain = []
    for point in ordered:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(start, middle, end):
    (a, b), (c, d) = middle - start, end - middle
    return a * d - b * c


def _plane(points, title):
    fig, ax = figure(4.6, 4.6)
    low, high = (float(bound) for bound in (np.min(points), np.max(points)))
    room = 0.25 * (high - low or 1.0)
    low, high = min(low, 0), max(high, 0)
    ax.set(xlim=(low - room, high + room), ylim=(low - room, high + room), aspect="equal")
    ax.grid(color="0.92")
    titled(fig, ax, title)
    return fig, ax


def _name(ax, name, point, place):
    """Write a name beside a point, towards the middle; place : (2,), 0 to 1 across the axes."""
    to_the_left, below = place[0] > 0.75, 0.07 < place[1] < 0.5
    ax.annotate(
        name,
        point,
        xytext=(-5 if to_the_left else 5, -7 if below else 7),
        textcoords="offset points",
        ha="right" if to_the_left else "left",
        va="top" if below else "bottom",
    )


def _name_blend(ax, blended, centre):
    """Write "blend" beside the star, towards the centre: away from the nearest outline."""
    to_the_left = blended[0] > centre[0]
    ax.annotate(
        "blend",
        blended,
        xytext=(-8 if to_the_left else 8, 0),
        textcoords="offset points",
        ha="right" if to_the_left else "left",
        va="center",
    )


def _arrow(ax, tip, colour, style, name):
    look = {"arrowstyle": "-|>", "color": colour, "linestyle": style, "linewidth": 2}
    ax.annotate("", tip, xytext=(0, 0), arrowprops={**look, "shrinkA": 0, "shrinkB": 0})
    away = 11 * np.asarray(tip) / (np.hypot(*tip) or 1.0)
    side = "left" if tip[0] > 0 else "right"
    ax.annotate(
        name, tip, xytext=away, textcoords="offset points", color=colour, ha=side, va="center"
    )
