"""The plug-board counts and shapes what the layer really has."""

import numpy as np
import pytest

from course_utils.attention import AttentionLayer
from course_utils.explorers.plugboard import HIDDEN, RULES, M, N, plugboard_look

MOVES = [{"rule": "general"}, {"is_self": True}, {"width": 5}]
MISSIONS = [{"is_self": True}, {"rule": "additive (rule 2)"}, {"width": 16}]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("is_self", [True, False])
def test_the_shapes_are_those_of_the_layer(rule, is_self):
    layer = AttentionLayer(8, score=RULES[rule].for_width(8, hidden_size=HIDDEN), rng=0)
    x = np.zeros((N, 8), np.float32)
    y = x if is_self else np.zeros((M, 8), np.float32)
    output, cache = layer.forward(x, y)
    seen = plugboard_look(rule, is_self, 8)
    assert cache.attended.weights.shape[1:] == seen.facts.scores
    assert f"output {output.shape}" in seen.reading


@pytest.mark.parametrize(("rule", "count"), [("dot", 0), ("additive (rule 2)", 4 * (2 * 8 + 1))])
def test_the_parameters_of_the_rule_and_of_the_layer(rule, count):
    facts = plugboard_look(rule, False, 8).facts
    assert (facts.rule_params, facts.layer_params) == (count, 4 * 8 * 8)
