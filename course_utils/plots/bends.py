"""A curve that bends numbers, and how far apart it leaves two keys for each query."""

import numpy as np

from course_utils.plots.drawings import KEY
from course_utils.plots.figures import described, figure, styled, titled
from course_utils.plots.readings import alt_text, number


@styled
def keys_on_curve(bend, query_parts, key_parts=(0, 1), title=None):
    """Draw where two keys stand on a curve, for each query that moves both along it.

    bend : function of an array, the curve.  query_parts : one number for each query.
    key_parts : the numbers of the two keys.
    """
    fig, ax = figure(6.4, 3.2)
    x = np.linspace(min(query_parts) - 2.5, max(query_parts) + 2.5, 200)
    ax.plot(x, bend(x), "k-")
    said = []
    for part, marker in zip(query_parts, "osD^v", strict=False):
        places = part + np.asarray(key_parts)
        ends = bend(places)
        ax.plot(places, ends, marker, color=KEY, markersize=9, label=f"query part {part:g}")
        ax.vlines(places[1], *ends, color=KEY, linestyle="dashed")  # how far apart they are
        gap = f"{number(abs(ends[1] - ends[0]))} apart"
        ax.text(places[1] + 0.15, min(ends) - 0.06, gap, va="top", color=KEY)
        said.append(f"query part {part:g}: the keys are {gap}")
    ax.set(xlabel="query part + key part", ylabel="hidden feature")
    ax.legend(loc="lower right")
    titled(fig, ax, title)
    facts = "Across: query part + key part; up: the hidden feature; dashed: the gap of two keys"
    return described(fig, alt_text("Two keys on a curve", title, facts, said))
