"""A decoder step by step: the steps are those of greedy decoding, whatever the weights are."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_utils.attention import Attention, LastState
from course_utils.explorers import decoding
from course_utils.explorers.decoding import decode, decoding_explorer, decoding_look
from course_utils.lab.interventions import INTERVENTIONS, intervene
from course_utils.lab.ready_made import ready_made
from course_utils.scoring import DotScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import batches, make_batch
from course_utils.tasks.numerals import chinese_numeral, english_words
from course_utils.tasks.own_pairs import vocabularies
from course_utils.training import train

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
    batch = make_batch([(words, ())], *decoding.BOOKS)
    whole = changed.greedy(batch.source, batch.source_lengths, decoding.ROOM)
    seen = decoding_look(MODEL, number, way, 1).facts
    assert seen.text == decoding.BOOKS.target.text(whole.tokens[0])
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


OWN = [("one two", "1 2"), ("two three three", "2 3 3"), ("three", "3")]


@pytest.fixture(scope="module")
def theirs():
    """A learner's own model and books: words to digits with spaces between them."""
    books = vocabularies(OWN)
    sizes = map(len, books)
    model = Seq2Seq(*sizes, 8, Attention(DotScore()), bidirectional=True, rng=0)
    train(model, batches(make_batch(OWN, *books), 3, 0), 200, 0.02, progress=False)
    return model, books


def test_a_learner_s_own_model_is_stepped_through(theirs):
    model, books = theirs
    explorer = decoding_explorer(model=model, books=books, pairs=OWN)
    explorer.controls["source"].value = "two three three"
    assert explorer.view.facts.text == "2 3 3" and "✓ right" in explorer.view.reading
    assert [step.written for step in explorer.view.facts.steps] == ["2", "3", "3", "end"]
    assert explorer.reached == [False, False, False]
    explorer.controls["step"].value = 3
    assert "“three”" in explorer.view.reading


def test_a_long_text_stays_in_the_picture(theirs):
    model, books = theirs
    long = "1 " * 24
    picture = decoding.own_look(model, books, ("one", long.strip()), "learned", 1).picture
    for shape in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}rect"):
        assert float(shape.get("x", 0)) + float(shape.get("width", 0)) <= 920


def test_what_cannot_be_stepped_through_is_said(theirs):
    model, books = theirs
    with pytest.raises(ValueError, match="books and pairs together"):
        decoding_explorer(model=model)
    blind = Seq2Seq(*map(len, books), 8, LastState(), rng=0)
    with pytest.raises(ValueError, match="must have attention"):
        decoding_explorer(model=blind, books=books, pairs=OWN)
