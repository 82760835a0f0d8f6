"""Self-attention in a sentence: from literal Q = K = V to projections, in any order of words."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import attend
from course_utils.drawings import KEY, QUERY, VALUE, bar, frame, label, middle, svg, weight_cell
from course_utils.missions import Explorer, Mission, View
from course_utils.panels import labelled
from course_utils.readings import largest_cells, weights_reading

WORDS = ("the", "cat", "sees", "a", "bird")
WIDTH = 6
LENGTH = 3.0  # of every word's vector: then each fits itself best, before any projection
DIRECTIONS = np.random.default_rng(5).normal(size=(len(WORDS), WIDTH))
VECTORS = LENGTH * DIRECTIONS / np.linalg.norm(DIRECTIONS, axis=-1, keepdims=True)
W_QUERY, W_KEY = np.random.default_rng(8).normal(0, 0.7, size=(2, WIDTH, WIDTH))
PLACES = np.random.default_rng(12).normal(size=(len(WORDS), WIDTH))  # one vector for each place
ORDERS = {
    "the cat sees a bird": (0, 1, 2, 3, 4),
    "a bird sees the cat": (3, 4, 2, 0, 1),
    "bird a sees cat the": (4, 3, 2, 1, 0),
}


class Looked(NamedTuple):
    """What the explorer shows, word by word in the original order of WORDS.

    weights : (5, 5).  outputs : (5, 6), what each word receives.  moved : whether they differ from
    those of the original order.
    """

    weights: np.ndarray
    outputs: np.ndarray
    moved: bool


def word_explorer():
    """Return a sentence whose words look at each other; projections and order can be changed."""
    missions = (
        Mission("Make every word look most at itself.", _all_at_themselves),
        Mission(
            "Find two words of which one gives the other more than 0.5 and gets less than 0.1.",
            _one_sided,
        ),
        Mission("Change the order so that what the words receive changes.", lambda s: s.moved),
    )
    part = {"min": 0.0, "max": 1.0, "step": 0.1, "value": 0.4}
    places = {"without places": 0.0, "with places": 1.0}
    controls = {
        "order": labelled(widgets.Dropdown, "Order:", options=list(ORDERS)),
        "places": labelled(widgets.Dropdown, "Vectors:", options=places, value=0.0),
        "share": labelled(widgets.FloatSlider, "From Q = K = V (0) to projections (1):", **part),
    }
    controls["share"].layout.width = "460px"
    return Explorer("Who looks at whom? 自注意力", controls, word_look, missions)


def _all_at_themselves(seen):
    return np.array_equal(seen.weights.argmax(axis=-1), np.arange(len(WORDS)))


def _one_sided(seen):
    return bool(((seen.weights > 0.5) & (seen.weights.T < 0.1)).any())


def look_around(order, places, share):
    """Self-attention of the words in an order; weights and outputs as they stand in it."""
    x = VECTORS[list(order)] + places * PLACES
    identity = np.eye(WIDTH)
    queries, keys = (x @ ((1 - share) * identity + share * w) for w in (W_QUERY, W_KEY))
    return attend(queries, keys, x)


def word_look(order, places, share):
    """Let the words look at each other; the facts are a `Looked`."""
    shuffled, first = ORDERS[order], ORDERS["the cat sees a bird"]
    found = look_around(shuffled, places, share)
    back = np.argsort(shuffled)  # from the order on the screen to the original one
    before = look_around(first, places, share).context
    moved = not np.allclose(found.context[back], before, rtol=0, atol=1e-9)
    names = [WORDS[i] for i in shuffled]
    changed = "Each word receives something else" if moved else "Each word receives the same"
    symmetric = np.allclose(found.scores, found.scores.T, rtol=0, atol=1e-9)
    reading = (
        f"{weights_reading(found.weights, names, names)} "
        f"Scores {'equal' if symmetric else 'differ'} both ways. "
        f"{changed} as in “the cat sees a bird”."
    )
    picture = word_picture(found.weights, found.context, names, reading)
    return View(picture, reading, Looked(found.weights[back][:, back], found.context[back], moved))


def word_picture(weights, outputs, names, reading):
    """Draw the map of weights, and the first feature of what each word receives.

    weights (5, 5), outputs (5, d_v), names 5 words, reading the description in words.
    """
    drawn = [label(90, 26, "Weights: row looks at column", size=15, font_weight="bold")]
    drawn += [label(470, 26, "What each word receives, feature 1", size=15, font_weight="bold")]
    largest = largest_cells(weights)
    for i, name in enumerate(names):
        drawn.append(middle(90 + 62 * i + 31, 54, f"K {name}", fill=KEY, size=13))
        drawn.append(label(80, 92 + 52 * i, f"Q {name}", fill=QUERY, text_anchor="end"))
        for j in range(len(names)):
            drawn.append(weight_cell(90 + 62 * j, 68 + 52 * i, 62, 52, weights[i, j]))
            drawn.append(frame(90 + 62 * j, 68 + 52 * i, 62, 52) if largest[i, j] else "")
        first = outputs[i, 0]
        share = min(max((first + 3) / 6, 0), 1)  # from −3 to 3
        drawn.append(bar(470, 94 + 52 * i, name, share, f"{first:.3f}", VALUE, room=60, length=180))
    return svg(800, 370, "Words of a sentence look at each other", reading, *drawn)
