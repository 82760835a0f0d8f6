"""Weights by hand: what is moved stays a distribution, and the margin is its mix of supports."""

import numpy as np
import pytest

from course_utils.explorers.by_hand import KINDS, PLACES, TEXTS, WORDS, by_hand_look
from course_utils.lab.results import results
from course_utils.lab.twins import NOISE, SIGNALS

MOVES = [
    {"kind": "GRU"},
    {"text": TEXTS[1]},
    {"percent": 50},
    {"to": 7},
]
MISSIONS = [
    {"to": 2, "percent": 80},
    {"kind": "GRU", "to": 12, "percent": 100},
    {"text": TEXTS[1], "to": 1, "percent": 100},
]


@pytest.mark.parametrize("kind", KINDS.values())
@pytest.mark.parametrize("text", TEXTS)
def test_moved_weights_sum_to_1_and_mix_to_the_margin(kind, text):
    kept = results("weights_as_reasons")["found"]["texts"][kind][text]
    for to in range(1, PLACES + 1):
        facts = by_hand_look(kind, text, to, 30).facts
        assert facts.weights.sum() == pytest.approx(1) and facts.weights.min() >= 0
        assert facts.now == pytest.approx(facts.weights @ np.array(kept["supports"]))
        assert facts.now == pytest.approx(0.7 * facts.learned + 0.3 * kept["supports"][to - 1])
        assert facts.to_signal == (kept["ids"][to - 1] < SIGNALS)


@pytest.mark.parametrize("kind", KINDS.values())
def test_nothing_moved_is_the_learned_answer(kind):
    facts = by_hand_look(kind, TEXTS[0], 4, 0).facts
    assert facts.now == facts.learned > 0 and facts.stays


def test_every_word_of_the_twins_has_a_name():
    assert len(set(WORDS)) == SIGNALS + NOISE


def test_the_reading_says_when_the_answer_turns():
    assert "answers “bad”, wrong" in by_hand_look("words", TEXTS[0], 2, 100).reading
    assert "answers “good”, as before" in by_hand_look("words", TEXTS[0], 2, 0).reading
