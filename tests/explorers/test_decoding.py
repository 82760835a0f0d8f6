"""A decoder step by step: the steps are those of greedy decoding, whatever the weights are."""

import numpy as np
import pytest

from course_utils.explorers import decoding
from course_utils.explorers.decoding import decode, decoding_look
from course_utils.lab.interventions import INTERVENTIONS, intervene
from course_utils.lab.ready_made import ready_made
from course_utils.tasks import make_batch
from course_utils.tasks.numerals import chinese_numeral, english_words

MOVES = [{"number": 105}, {"step": 3}, {"way": "uniform"}]
MISSIONS = [
    {"step": 4, "number": 137_857},
    {"way": "shuffled"},
    {"way": "hard: all on the largest"},
]
MODEL = ready_made("number_translator")


@pytest.mark.parametrize("way", INTERVENTIONS)
@pytest.mark.parametrize("number", [7, 105, 137_857, 777_777])
def test_the_steps_are_those_of_greedy_decoding(number, way):
    words, changed = english_words(number), intervene(MODEL, INTERVENTIONS[way])
    steps = decode(changed, words)
    batch = make_batch([(words, ())], decoding.ENGLISH, decoding.CHINESE)
    whole = changed.greedy(batch.source, batch.source_lengths, decoding.ROOM)
    seen = decoding_look(MODEL, number, way, 1).facts
    assert seen.text == decoding.CHINESE.text(whole.tokens[0])
    for step, weights in zip(steps, whole.weights[0], strict=True):
        np.testing.assert_allclose(step.weights, weights)
        assert step.written == step.likeliest[0][0] and len(step.weights) == len(words)
    assert [step.read for step in steps[1:]] == [step.written for step in steps[:-1]]


def test_a_verdict_beside_the_whole():
    assert f"{chinese_numeral(105)} ✓ right" in decoding_look(MODEL, 105, "learned", 1).reading
    assert "✗ should be 一百零五" in decoding_look(MODEL, 105, "largest removed", 1).reading


def test_every_word_of_the_largest_number_fits():
    assert max(len(english_words(n)) for n in (777_777, 999_999)) <= 11
    assert len(decode(MODEL, english_words(777_777))) <= decoding.ROOM


def test_equal_weights_have_no_winner():
    assert "gives every word 9 %" in decoding_look(MODEL, 137_857, "uniform", 1).reading
    assert "gives “seven” 100 %" in decoding_look(MODEL, 7, "uniform", 2).reading
