"""The dial follows every control, its missions can be reached, and its picture keeps its size."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_utils.checks.progress_store import store
from course_utils.explorers.dial import dial_explorer, dial_look, entropy

SVG = "{http://www.w3.org/2000/svg}"
START = {"k1": 2, "k2": 1, "k3": 0, "k4": -1, "temperature": 1.0, "shift": 0}
MOVES = [{"k1": 3}, {"k2": -4}, {"k3": 1}, {"k4": 4}, {"temperature": 0.5}, {"shift": 3}]
MISSIONS = [{"temperature": 0.7}, {"temperature": 0.1}, {"temperature": 1.65}]
EXTREMES = [
    START,
    {**START, "temperature": 0.05},
    {**START, "temperature": 5.0, "shift": 5},
    {"k1": 4, "k2": 4, "k3": 4, "k4": 4, "temperature": 0.05, "shift": 5},
    {"k1": -4, "k2": -4, "k3": 4, "k4": -4, "temperature": 0.05, "shift": -5},
]


def moved(values):
    explorer = dial_explorer()
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer


def test_it_starts_with_the_lesson_s_scores():
    controls = dial_explorer().controls
    assert {name: control.value for name, control in controls.items()} == START


def test_a_mission_is_reached_alone():
    for number, values in enumerate(MISSIONS):
        store().reset()  # what was reached before stays so
        assert moved(values).reached == [number == mission for mission in range(3)]


def test_two_equal_scores_reach_the_first_mission_at_a_low_temperature_too():
    assert moved({"k2": 2, "temperature": 0.1}).reached == [True, False, False]


def test_the_third_mission_asks_for_the_lesson_s_scores():
    assert not moved({"k1": 1, "k2": 1, "k3": -4, "k4": -4}).reached[2]


@pytest.mark.parametrize("values", EXTREMES, ids=str)
def test_the_picture_keeps_its_size_and_stays_inside(values):
    root = ET.fromstring(dial_look(**values).picture)
    width, height = float(root.get("width")), float(root.get("height"))
    assert (width, height) == (800, 440)
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(name, 0)) for name in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and w >= 0 and x + w <= width and y + h <= height
        assert x == 0 or x >= 400 or x + w <= 400, "scores stay left, weights right"
    (circle,) = root.iter(f"{SVG}circle")
    assert 64 <= float(circle.get("cx")) <= 378 and 252 <= float(circle.get("cy")) <= 390


@pytest.mark.parametrize(
    ("temperature", "nats", "keys"),
    [(0.1, "0.00", "1.00"), (0.5, "0.46", "1.58"), (1, "0.95", "2.58"), (2, "1.25", "3.47")],
)
def test_the_words_have_the_lesson_s_numbers(temperature, nats, keys):
    reading = dial_look(**{**START, "temperature": temperature}).reading
    assert f"Entropy {nats} of at most 1.39 nats" in reading
    assert f"perplexity {keys} of 4 keys" in reading


def test_a_shift_moves_scores_but_no_weight():
    before, after = dial_look(**START), dial_look(**{**START, "shift": 4})
    np.testing.assert_allclose(after.facts.weights, before.facts.weights, rtol=1e-12)
    assert "Scores 6, 5, 4, 3" in after.reading


def test_entropy_of_nothing_undecided_is_zero_and_of_equal_weights_the_log():
    weights = np.array([[1.0, 0, 0, 0], [0.25] * 4])
    np.testing.assert_allclose(entropy(weights), [0, np.log(4)])
    assert not np.signbit(entropy(weights)).any()
