"""Rule 1 and rule 2 side by side: the weights are the core's, and the cap is never passed."""

from itertools import product

import numpy as np

from course_utils.explorers import bend
from course_utils.explorers.bend import bend_explorer, bend_look
from course_utils.scoring import AdditiveScore, ConcatLinearScore
from course_utils.softmax import softmax

START = {"bent": False, "query": 0.5, "hidden": 1, "steepness": 1, "size": 1}
MOVES = [
    {"bent": True},
    {"query": -2.0},
    {"hidden": 3},
    {"steepness": 4},
    {"size": 2},
]
MISSIONS = [
    {"bent": True, "query": 2.5},
    {"bent": True, "query": -1.0, "steepness": 5},
    {"bent": True, "hidden": 2},
]


def set_controls(explorer, values):
    for name, value in values.items():
        explorer.controls[name].value = value


def test_it_starts_with_rule_1_and_no_mission_reached():
    explorer = bend_explorer()
    assert {name: control.value for name, control in explorer.controls.items()} == START
    assert explorer.reached == [False, False, False]


def test_rule_1_reaches_no_mission_and_its_rows_are_always_equal():
    for query, hidden, steepness in product((-3, 0.5, 3), (1, 2, 3, 4), (1, 8)):
        facts = bend_look(False, query, hidden, steepness, 1).facts
        assert np.ptp(facts.weights, axis=0).max() < 1e-12
        explorer = bend_explorer()
        set_controls(explorer, {"query": query, "hidden": hidden, "steepness": steepness})
        assert explorer.reached == [False, False, False]


def test_one_hidden_feature_never_splits_the_queries():
    for query, steepness, size in product(np.linspace(-3, 3, 13), (1, 3, 8), (1, 4)):
        assert not bend._is_split(bend_look(True, query, 1, steepness, size).facts)


def test_the_cap_holds_everywhere():
    for query, hidden, steepness, size in product((-3, -1, 0.5, 3), (1, 2, 3, 4), (1, 8), (1, 4)):
        facts = bend_look(True, query, hidden, steepness, size).facts
        assert facts.weights.max() <= facts.cap + 1e-12


def test_the_weights_are_those_of_the_core():
    queries, keys = np.array([[1.3], [bend.SECOND_QUERY]]), bend.KEYS[:, None]
    rule = AdditiveScore(1, 1, 3, dtype=np.float64)
    parts = {"W_query": 2 * bend.W_QUERY[:3], "W_key": 2 * bend.W_KEY[:3], "v": 4.0}
    for name, value in parts.items():
        rule.params[name][...] = value
    found = bend_look(True, 1.3, 3, 2, 4).facts.weights
    np.testing.assert_allclose(found, softmax(rule(queries, keys)), rtol=1e-12)
    straight = ConcatLinearScore(1, 1, dtype=np.float64)
    straight.params["w"][...] = 8 * bend.W_QUERY[:3].sum(), 8 * bend.W_KEY[:3].sum()
    found = bend_look(False, 1.3, 3, 2, 4).facts.weights
    np.testing.assert_allclose(found, softmax(straight(queries, keys)), rtol=1e-12)


def test_the_picture_has_one_size_and_says_what_it_shows():
    looks = [bend_look(*look) for look in ((False, 0.5, 1, 1, 1), (True, -3.0, 4, 8, 4))]
    assert {look.picture.split(" viewBox")[0] for look in looks} == {
        looks[0].picture.split(" viewBox")[0]
    }
    assert "The two rows are equal" in looks[0].reading and "no cap" in looks[0].picture
    assert "no weight can pass 1.000" in looks[1].reading and "cap 1.000 = e³²" in looks[1].picture


def test_the_numbers_that_the_lesson_promises():
    facts = bend_look(True, -1.0, 1, 5, 1).facts
    assert round(facts.cap, 3) == 0.711 and round(float(facts.weights[0].max()), 2) == 0.71
