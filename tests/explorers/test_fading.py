"""A string, longer and longer: what is marked wrong is wrong, and length is what makes it so."""

import pytest

from course_utils.explorers.fading import Reversed, fading_look, random_string
from course_utils.lab.ready_made import ready_made

MODELS = WITHOUT, WITH = "reverser_without", "reverser"
MOVES = [{"length": 12}, {"string": 5}]
MISSIONS = [{"length": 20}, {"length": 12, "string": 3}, {"length": 18, "string": 14}]


@pytest.mark.parametrize("name", MODELS)
def test_wrong_places_are_those_that_differ(name):
    model = ready_made(name)
    for length in (2, 9, 24):
        seen = fading_look(model, length, 3).facts
        assert seen.source[::-1] == seen.wanted and len(seen.source) == length
        for i, symbol in enumerate(seen.wanted):
            assert (i in seen.wrong) == (seen.written[i : i + 1] != symbol)


def test_a_missing_symbol_is_wrong():
    assert Reversed("abc", "cba", "c").wrong == [1, 2]


def test_attention_copes_within_training_and_the_fixed_vector_does_not():
    right = {
        name: sum(not fading_look(ready_made(name), 18, s).facts.wrong for s in range(1, 11))
        for name in MODELS
    }
    assert right[WITH] >= 9 and right[WITHOUT] <= 2


def test_a_longer_string_begins_like_the_shorter_one():
    assert random_string(9, 4).startswith(random_string(5, 4))
    assert random_string(9, 4) != random_string(9, 5)


def test_the_reading_tells_where_training_ended():
    model = ready_made(WITH)
    assert "Training ended at 20" in fading_look(model, 21, 1).reading
    assert "Training ended" not in fading_look(model, 20, 1).reading
