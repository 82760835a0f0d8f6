"""The plug-board: a rule inside the layer that carries it, its shapes and its parameters."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.attention import AttentionLayer
from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.lab.costs import COMPARING
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import (
    FAINT,
    INK,
    KEY,
    LINE,
    QUERY,
    VALUE,
    arrow,
    box,
    label,
    middle,
    svg,
    weight_cell,
)

N, M = 3, 7  # target positions; source positions where they are another sequence
HIDDEN = 4  # of the additive rule
RULES = {f"{r.name} (rule {r.number})" if r.number else r.name: r for r in COMPARING}
NARROW = (
    (0, 38, 507, 312),
    (502, 110, 770, 312),
    (110, 314, 560, 348),
)  # what a narrow window stacks


class Plugged(NamedTuple):
    """What the plug-board shows: self or cross, parameters of the rule and of the layer around."""

    is_self: bool
    scores: tuple
    rule_params: int
    layer_params: int


def plugboard_explorer():
    """Return a layer whose rule, width and input can be exchanged; shapes and counts follow."""
    missions = (
        Mission("Make the map of weights square.", lambda p: p.scores[0] == p.scores[1]),
        Mission("Give the rule parameters of its own.", lambda p: p.rule_params > 0),
        Mission(
            "Reach more than 1,000 parameters with a rule that has none.",
            lambda p: p.rule_params == 0 and p.layer_params > 1000,
        ),
    )
    kinds = {"cross: layer(x, y)": False, "self: layer(x, x)": True}
    controls = {
        "rule": labelled(widgets.Dropdown, "Rule:", options=list(RULES)),
        "is_self": labelled(widgets.Dropdown, "Input:", options=kinds, value=False),
        "width": labelled(widgets.IntSlider, "Width d:", "340px", min=2, max=32, value=8),
    }
    return Explorer(
        "The plug-board 从规则到机制", controls, plugboard_look, missions, narrow=NARROW
    )


def plugboard_look(rule, is_self, width):
    """Plug a rule into a layer of this width; the facts are a `Plugged`."""
    plugged = RULES[rule].for_width(width, hidden_size=HIDDEN, max_length=M, rng=0)
    layer = AttentionLayer(width, score=plugged, rng=0)
    of_rule = sum(value.size for value in plugged.params.values())
    around = sum(value.size for value in layer.params.values()) - of_rule
    m = N if is_self else M
    source = "x" if is_self else "y"
    shapes = {"x": (N, width), source: (m, width), "Q": (N, width), "K": (m, width)}
    shapes |= {"V": (m, width), "scores": (N, m), "weights": (N, m), "context": (N, width)}
    said = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    reading = (
        f"{'Self' if is_self else 'Cross'}-attention with {rule}. Shapes: {said}, "
        f"output {(N, width)}. Parameters: rule {of_rule}, dense layers {around}, "
        f"together {of_rule + around}."
    )
    facts = Plugged(is_self, (N, m), of_rule, around)
    weights = _weights(layer, width, m, is_self)
    return View(plugboard_picture(rule, source, shapes, facts, weights, reading), reading, facts)


def _weights(layer, width, m, is_self):
    """Return the weights (N, m) that the untrained layer gives to random vectors."""
    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=(size, width)).astype(np.float32) for size in (N, m))
    return layer.forward(x, x if is_self else y)[1].attended.weights[0]


def plugboard_picture(rule, source, shapes, facts, weights, reading):
    """Draw the layer as a box with its dense layers, and in it the rule as a box of its own.

    rule its name, source "x" or "y", shapes {array: shape}, facts a `Plugged`, weights (n, m),
    reading in words.
    """
    drawn = [box(120, 44, 560, 262, stroke=LINE, stroke_width=2, rx=8)]
    drawn.append(
        label(134, 64, "attention layer 注意力层: the article's mechanism 机制", fill=FAINT)
    )
    rows = (("x", "Q", QUERY, 110), (source, "K", KEY, 180), (source, "V", VALUE, 250))
    for array, name, colour, y in rows:
        drawn.append(label(8, y, f"{array} {shapes[array]}", fill=INK))
        drawn.append(arrow((84, y), (140, y), colour))
        drawn.append(_part(140, y, f"W_{name}", colour))
        drawn.append(label(232, y - 14, f"{name} {shapes[name]}", fill=colour, size=13))
        drawn.append(arrow((220, y), (330, y), colour))
    drawn.append(box(330, 84, 170, 196, stroke=INK, stroke_width=2, fill="#fff8dc", rx=6))
    drawn.append(middle(415, 104, "attention function", size=13, fill=FAINT))
    lines = f"① {rule}", f"② softmax {shapes['weights']}", "③ mix"
    drawn += [middle(415, 140 + 44 * i, line, size=13) for i, line in enumerate(lines)]
    drawn.append(arrow((500, 180), (570, 180), INK))
    drawn.append(label(506, 160, f"{shapes['context']}", size=13))
    drawn += [_part(570, 180, "W_O", INK), arrow((650, 180), (706, 180), INK)]
    drawn += [label(712, 180, f"{shapes['context']}"), _map(weights)]
    counts = f"parameters: rule {facts.rule_params}, dense layers 4 d² = {facts.layer_params}"
    drawn.append(label(120, 332, counts, size=16, font_weight="bold"))
    return svg(800, 366, "A scoring rule inside an attention layer", reading, *drawn)


def _map(weights, x=514, y=226, side=22):
    """Draw the weights under the way out, a row a target position, a column a source position."""
    n, m = weights.shape
    cells = [
        weight_cell(x + side * j, y + side * i, side, side, weight)
        for (i, j), weight in np.ndenumerate(weights)
    ]
    return "".join(cells) + label(x, y - 12, f"② weights {n} × {m}, untrained", 12, FAINT)


def _part(x, y, name, colour):
    return box(x, y - 20, 80, 40, stroke=colour, stroke_width=2, fill="#ffffff", rx=4) + middle(
        x + 40, y, name, fill=colour, font_weight="bold"
    )
