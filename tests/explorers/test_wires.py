"""Rule 1 in two readings: the numbers are the core's, and each reading is blind as it should be."""

from itertools import product

import numpy as np

from course_utils.explorers import wires
from course_utils.explorers.wires import FIRST, MEMORIES, wires_explorer, wires_look
from course_utils.scoring import ConcatLinearScore, LocationScore
from course_utils.softmax import softmax

START = {"position": False, "query_part": 1, "key_part": 1, "memory": FIRST, "gave_up": False}
OTHERS = [memory for memory in MEMORIES.values() if memory != FIRST]
MOVES = [
    {"position": True},
    {"query_part": -1.0},
    {"key_part": 2.0},
    {"memory": OTHERS[0]},
    {"gave_up": True},
]
MISSIONS = [
    {"query_part": -2.0, "gave_up": True},
    {"key_part": 3.0},
    {"position": True, "memory": OTHERS[1]},
]
LOOKS = list(
    product((False, True), (-3.0, 0.0, 1.0), (-2.0, 1.0), MEMORIES.values(), (False, True))
)


def set_controls(explorer, values):
    for name, value in values.items():
        explorer.controls[name].value = value


def test_it_starts_with_pairs_and_no_mission_reached():
    explorer = wires_explorer()
    assert {name: control.value for name, control in explorer.controls.items()} == START
    assert explorer.reached == [False, False, False]


def test_giving_up_without_a_try_does_not_count():
    explorer = wires_explorer()
    set_controls(explorer, {"gave_up": True})
    assert not explorer.reached[0]


def test_the_keys_slider_is_off_where_no_wire_leads_from_the_keys():
    controls = wires_explorer().controls
    off = []
    for position in (False, True, False):
        controls["position"].value = position
        off.append(controls["key_part"].disabled)
    assert off == [False, True, False]


def test_for_each_pair_no_query_part_moves_a_weight():
    for query_part, key_part, memory in product((-3.0, 0.0, 3.0), (-2.0, 1.0), MEMORIES.values()):
        facts = wires_look(False, query_part, key_part, memory, False).facts
        same = wires_look(False, 1.0, key_part, memory, False).facts
        assert np.ptp(facts.weights, axis=0).max() < 1e-12
        assert np.abs(facts.weights - same.weights).max() < 1e-12


def test_by_position_no_memory_and_no_key_part_moves_a_weight():
    for query_part, key_part, memory in product((-3.0, 0.0, 3.0), (-2.0, 1.0), MEMORIES.values()):
        facts = wires_look(True, query_part, key_part, memory, False).facts
        first = wires_look(True, query_part, 1.0, FIRST, False).facts
        assert np.array_equal(facts.weights, first.weights)
    assert np.ptp(first.weights, axis=0).max() > 0.1


def test_the_weights_are_those_of_the_core():
    keys = np.array([wires.WORDS[word][0] for word in OTHERS[1]])
    pair = ConcatLinearScore(2, 2, dtype=np.float64)
    pair.params["w"][...] = *(-2 * wires.W_QUERY), *(3 * wires.W_KEY)
    found = wires_look(False, -2.0, 3.0, OTHERS[1], False).facts.weights
    np.testing.assert_allclose(found, softmax(pair(wires.QUERIES, keys)), rtol=1e-12)
    place = LocationScore(2, 4, dtype=np.float64)
    place.params["W"][...] = -2 * wires.W_POSITION
    found = wires_look(True, -2.0, 3.0, OTHERS[1], False).facts.weights
    np.testing.assert_allclose(found, softmax(place(wires.QUERIES, keys)), rtol=1e-12)


def test_the_picture_has_one_size_and_says_what_it_shows():
    views = [wires_look(*look) for look in LOOKS]
    assert len({view.picture.split(" viewBox")[0] for view in views}) == 1
    for (position, *_, gave_up), view in zip(LOOKS, views, strict=True):
        assert ("no wire from the keys" in view.picture) == position
        assert ("cancels in softmax" in view.picture) != position
        assert ("Why: " in view.reading) == gave_up


def test_the_same_words_in_another_order_keep_their_weights_for_each_pair_only():
    pair = wires_look(False, 1.0, 1.0, OTHERS[0], False).facts
    assert pair.by_memory[0] > 0.1 and pair.by_memory[1] < 1e-9
    position = wires_look(True, 1.0, 1.0, OTHERS[0], False).facts
    assert position.by_memory[0] == 0 and position.by_memory[1] > 0.5
