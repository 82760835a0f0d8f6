"""The explorer of self-attention: missions, symmetry, and what a shuffle changes."""

import re

import ipywidgets as widgets
import numpy as np
import pytest

from course_utils.explorers.projections import (
    ORDERS,
    PLACES,
    WORDS,
    WRITTEN,
    look_at_itself,
    projection_explorer,
    projection_look,
)

SMALL_DOG = (0, 4, 2, 3, 1)
WITH_PLACES = PLACES["added to every word"]
MOVES = [{"share": 0.5}, {"places": WITH_PLACES}, {"order": SMALL_DOG}]
MISSIONS = [
    {"share": 1.0},
    {"share": 1.0, "order": SMALL_DOG},
    {"share": 1.0, "order": SMALL_DOG, "places": WITH_PLACES},
]


def set_controls(explorer, values):
    for name, value in values.items():
        explorer.controls[name].value = value


def test_places_alone_do_not_reach_the_third_mission():
    explorer = projection_explorer()
    set_controls(explorer, {"share": 1.0, "places": WITH_PLACES})
    assert not explorer.reached[2]  # “small” stands before “man”


def test_the_second_mission_wants_no_places():
    explorer = projection_explorer()
    set_controls(explorer, {"places": WITH_PLACES, "share": 1.0, "order": SMALL_DOG})
    assert not explorer.reached[1]


def test_at_1_nobody_asks_for_a_word_by_its_name():
    weights = projection_look(1.0, 0.0, WRITTEN).facts.weights
    dog, bites, man = (WORDS.index(word) for word in ("dog", "bites", "man"))
    assert np.allclose(weights[dog], weights[man])
    assert np.ptp(np.delete(weights[dog], bites)) < 1e-12 and weights[dog, bites] > 0.8


def test_the_button_takes_every_order_in_turn_and_comes_back():
    explorer = projection_explorer()
    shuffle = next(
        child
        for box in explorer.children
        for child in getattr(box, "children", ())
        if getattr(child, "description", "").startswith("Shuffle")
    )
    seen = []
    for _ in ORDERS:
        shuffle.click()
        seen.append(explorer.controls["order"].value)
    assert sorted(seen) == sorted(ORDERS.values()) and seen[-1] == WRITTEN


@pytest.mark.parametrize("order", ORDERS.values())
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_shuffle_changes_nothing_for_a_word_unless_there_are_places(share, order):
    assert projection_look(share, 0.0, order).facts.change < 1e-12
    moved = projection_look(share, WITH_PLACES, order)
    assert (moved.facts.change > 0.1) == (order != WRITTEN)
    assert ("the same" in moved.reading) == (order == WRITTEN)


@pytest.mark.parametrize("places", PLACES.values())
def test_at_0_it_is_literal_and_symmetric_and_every_word_likes_itself_best(places):
    view = projection_look(0.0, places, WRITTEN)
    assert "are symmetric" in view.reading
    assert (view.facts.weights.argmax(axis=-1) == np.arange(len(WORDS))).all()
    assert "are not symmetric" in projection_look(1.0, places, WRITTEN).reading


def test_at_0_a_score_is_the_product_of_two_tokens():
    scores = look_at_itself(0.0, WITH_PLACES, WRITTEN).scores * np.sqrt(13)
    assert np.allclose(np.diagonal(scores), 12)  # kind, itself and place, 2 · 2 each
    assert np.allclose(scores[WORDS.index("dog")], [0, 12, 0, 0, 4])  # man is of the same kind


def test_the_picture_prints_the_weights_of_both_maps():
    view = projection_look(1.0, 0.0, SMALL_DOG)
    printed = re.findall(r">(0\.\d\d)</text>", view.picture)
    there = view.facts.weights[view.facts.weights >= 0.005]
    assert sorted(printed) == sorted([f"{weight:.2f}" for weight in there] * 2)


def test_every_state_has_a_picture_of_one_size():
    sizes = {
        re.match(r"<svg[^>]*viewBox=\"([^\"]+)\"", projection_look(share, places, order).picture)[1]
        for share in (0.0, 0.5, 1.0)
        for places in PLACES.values()
        for order in ORDERS.values()
    }
    assert len(sizes) == 1


def test_the_button_shuffles_round_and_round():
    explorer = projection_explorer()
    (shuffle,) = (part for part in every_part(explorer) if isinstance(part, widgets.Button))
    seen = []
    for _ in ORDERS:
        seen.append(explorer.controls["order"].value)
        shuffle.click()
    assert seen == list(ORDERS.values()) and explorer.controls["order"].value == WRITTEN


def every_part(widget):
    for part in getattr(widget, "children", ()):
        yield part
        yield from every_part(part)
