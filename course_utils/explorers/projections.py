"""One sentence looks at itself: from Q = K = X to projections, in any order of its words."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import attend
from course_utils.explorers.missions import Explorer, Mission, Ties, View
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import FAINT, KEY, QUERY, frame, label, middle, svg, weight_cell
from course_utils.plots.readings import largest_cells, weights_reading

WORDS = ("big", "dog", "bites", "small", "man")
N = len(WORDS)
NOUN, VERB, ADJECTIVE = np.eye(3)
KINDS = np.array([ADJECTIVE, NOUN, VERB, ADJECTIVE, NOUN])
WRITTEN = (0, 1, 2, 3, 4)
ORDERS = {
    " ".join(WORDS[i] for i in order): order
    for order in (WRITTEN, (0, 4, 2, 3, 1), (3, 1, 2, 0, 4), (2, 4, 1, 0, 3), (4, 3, 0, 1, 2))
}
PLACES = {"none": 0.0, "added to every word": 2.0}
WIDTH = 3 + N + N  # features of a token: its kind, itself, its place
NARROW = ((0, 8, 382, 404), (382, 8, 800, 404))  # what a narrow window stacks


def _given_projections():
    """Return W_query and W_key (WIDTH, WIDTH), made by hand.

    A noun asks for verbs, a verb and an adjective ask for nouns, every place for the next one;
    a key keeps the kind and the place of its token. Nobody asks for a word by its name.
    """
    W_query, W_key = np.zeros((2, WIDTH, WIDTH))
    W_query[:3, :3] = 3 * np.array([VERB, NOUN, NOUN])
    W_key[:3, :3] = np.eye(3)
    W_query[3 + N :, 3 + N :] = 1.5 * np.eye(N, k=1)
    W_key[3 + N :, 3 + N :] = np.eye(N)
    return W_query, W_key


W_QUERY, W_KEY = _given_projections()


class Looked(NamedTuple):
    """What the explorer shows. weights (N, N) and change are sorted back into the written order.

    places : whether they are there.  change : how far what the words receive is from what they
    receive in the written order.
    """

    share: float
    order: tuple
    places: bool
    weights: np.ndarray
    change: float


def projection_explorer():
    """Return one sentence that looks at itself: projections, places, and a button to shuffle."""
    missions = (
        Mission("Move the slider until no word looks most at itself.", _nobody_at_itself),
        Mission(
            "Slider at 1, places none: shuffle until “small” stands just before “dog”. "
            "Whom does it prefer?",
            lambda s: s.share == 1 and not s.places and _stands_before(s.order, "small", "dog"),
        ),
        Mission(
            "Now make “small” give “dog” more than twice the weight of “man”.",
            lambda s: _weight(s, "small", "dog") > 2 * _weight(s, "small", "man"),
        ),
    )
    part = {"min": 0.0, "max": 1.0, "step": 0.1, "value": 0.0}
    name = "From Q = K = X (0) to projections (1):"
    controls = {
        "share": labelled(widgets.FloatSlider, name, "440px", **part),
        "places": labelled(widgets.Dropdown, "Places:", options=PLACES, value=0.0),
        "order": labelled(widgets.Dropdown, "Order:", options=ORDERS, value=WRITTEN),
    }
    ties = Ties(onward={"order": "Shuffle 打乱"})
    return Explorer(
        "Who looks at whom? 自注意力", controls, projection_look, missions, ties, narrow=NARROW
    )


def _nobody_at_itself(seen):
    return not (seen.weights.argmax(axis=-1) == np.arange(N)).any()


def _stands_before(order, first, second):
    return order.index(WORDS.index(second)) - order.index(WORDS.index(first)) == 1


def _weight(seen, word, other):
    return seen.weights[WORDS.index(word), WORDS.index(other)]


def look_at_itself(share, places, order):
    """Return the words' self-attention in an order: `Attended`, rows and columns in that order.

    The values are the tokens, without a projection.
    """
    order = list(order)
    own = np.concatenate([2 * KINDS, 2 * np.eye(N)], axis=-1)[order]
    x = np.concatenate([own, places * np.eye(N)], axis=-1)
    queries, keys = (x @ ((1 - share) * np.eye(WIDTH) + share * W) for W in (W_QUERY, W_KEY))
    return attend(queries, keys, x)


def projection_look(share, places, order):
    """Let the sentence look at itself; the facts are a `Looked`."""
    found, before = (look_at_itself(share, places, o) for o in (order, WRITTEN))
    back = np.argsort(order)
    change = float(np.abs(found.context[back] - before.context).max())
    weights = found.weights[np.ix_(back, back)]
    mirror = np.allclose(found.scores, found.scores.T, rtol=0, atol=1e-9)
    words = [WORDS[i] for i in order]
    said = (
        f"Scores {'are' if mirror else 'are not'} symmetric",
        f"Every word receives {_amount(change)}",
    )
    reading = (
        f"{' '.join(words)}. {weights_reading(found.weights, words, words)} {'. '.join(said)}."
    )
    picture = projection_picture(found.weights, words, weights, WORDS, said, reading)
    return View(picture, reading, Looked(share, order, places > 0, weights, change))


def _amount(change):
    if change < 1e-9:
        return "the same as in the written order"
    return f"something else: up to {change:.2f} apart"


def projection_picture(weights, words, sorted_weights, written, notes, reading):
    """Draw weights as the words stand, and beside them the same, sorted back.

    weights, sorted_weights (n, n); words, written: n names; notes: two lines, one below each map;
    reading: the description in words.
    """
    left = _map(70, weights, words, "Weights, words as they stand now")
    right = _map(460, sorted_weights, written, "The same, sorted back into the written order")
    below = (
        label(x, 388, note, size=13, fill=FAINT) for x, note in zip((24, 414), notes, strict=True)
    )
    return svg(800, 420, "A sentence looks at itself", reading, left, right, *below)


def _map(x, weights, words, title, y=86, width=58, height=54):
    parts = [label(x - 46, 24, title, size=15, font_weight="bold")]
    largest = largest_cells(weights)
    for i, word in enumerate(words):
        parts.append(middle(x + width * (i + 0.5), y - 14, f"K {word}", size=13, fill=KEY))
        middle_of_row = y + height * (i + 0.5)
        look = {"text_anchor": "end", "size": 13, "fill": QUERY}
        parts.append(label(x - 6, middle_of_row, f"Q {word}", **look))
    for (i, j), weight in np.ndenumerate(weights):
        cell = (x + width * j, y + height * i, width, height)
        parts.append(weight_cell(*cell, weight) + (frame(*cell) if largest[i, j] else ""))
    return "".join(parts)
