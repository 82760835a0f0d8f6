"""Pictures in the plane: keys and a query as arrows, values as points with their blend inside."""

import numpy as np

from course_utils.drawings import KEY, QUERY, VALUE
from course_utils.figures import drawable, figure, labels, styled


@styled
def shelf(query, keys, names, title=None):
    """Draw book labels and a question as arrows in the plane.

    query : (2,).  keys : (m, 2).  names : m labels.
    """
    fig, ax = _plane(np.vstack([keys, [query]]), title)
    for key, name in zip(keys, labels(names), strict=True):
        _arrow(ax, key, KEY, "--", name)
    _arrow(ax, query, QUERY, "-", "query")
    return fig


@styled
def values_hull(values, blended, names, title=None):
    """Draw the contents of books as points, and a blend of them inside their convex hull.

    values : (m, 2).  blended : (2,), one weighted average of them.  names : m labels.
    """
    fig, ax = _plane(values, title, origin=False)
    outline = convex_hull(values)
    ax.fill(*outline.T, facecolor=VALUE, alpha=0.12)
    ax.plot(*np.vstack([outline, outline[:1]]).T, "--", color=VALUE)
    ax.plot(*np.transpose(values), "o", color=VALUE, markersize=8)
    ax.plot(*blended, "*", color=QUERY, markersize=17)
    for point, name in zip([*values, blended], [*labels(names), "blend"], strict=True):
        ax.annotate(name, point, xytext=(8, 6), textcoords="offset points")
    return fig


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


def _plane(points, title, origin=True):
    fig, ax = figure(4.6, 4.6)
    low, high = (float(bound) for bound in (np.min(points), np.max(points)))
    room = 0.25 * (high - low or 1.0)
    low, high = (min(low, 0), max(high, 0)) if origin else (low, high)
    ax.set(xlim=(low - room, high + room), ylim=(low - room, high + room), aspect="equal")
    ax.grid(color="0.92")
    ax.set_title(drawable(title or ""))
    return fig, ax


def _arrow(ax, tip, colour, style, name):
    look = {"arrowstyle": "-|>", "color": colour, "linestyle": style, "linewidth": 2}
    ax.annotate("", tip, xytext=(0, 0), arrowprops={**look, "shrinkA": 0, "shrinkB": 0})
    away = 11 * np.asarray(tip) / (np.hypot(*tip) or 1.0)
    side = "left" if tip[0] > 0 else "right"
    ax.annotate(
        name, tip, xytext=away, textcoords="offset points", color=colour, ha=side, va="center"
    )
