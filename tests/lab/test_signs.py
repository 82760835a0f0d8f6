"""Signs of a translator: whose word is left out, and what is written with other weights."""

import numpy as np
import pytest

from course_utils.lab import reasons, signs
from course_utils.lab.interventions import learned, uniform
from course_utils.lab.looks import numbers_batch
from course_utils.tasks.numerals import chinese_numeral, english_words

NUMBERS = [402_190, 137_857]


@pytest.fixture(scope="module")
def model():
    return signs.translators()["second"]


def test_learned_weights_write_what_the_model_writes(model):
    assert signs.share_written(model, NUMBERS) == signs.share_written(model, NUMBERS, learned)
    assert signs.share_written(model, NUMBERS)["digits"] == 1
    assert signs.share_written(model, NUMBERS, uniform)["digits"] < 0.5


def test_a_look_has_the_words_of_its_number_and_what_each_costs(model):
    found = signs.looks(model, NUMBERS, reasons.without_each)
    assert len(found) == sum(len(chinese_numeral(number)) for number in NUMBERS)
    assert "".join(look.sign for look in found) == "".join(map(chinese_numeral, NUMBERS))
    first = found[0]  # 四 of 四十万…
    assert first.words == english_words(NUMBERS[0]) and first.carrier == 0
    assert first.weights.shape == first.falls.shape == (len(first.words),)
    assert first.falls.argmax() == 0


def test_what_a_word_costs_is_the_log_probability_without_it(model):
    look = signs.looks(model, NUMBERS[:1], reasons.without_each)[0]
    batch = numbers_batch(NUMBERS[:1])
    without = batch._replace(source=batch.source[:, 1:], source_lengths=batch.source_lengths - 1)
    logs = [signs._along(model, part)[0][0, 0, batch.target[0, 1]] for part in (batch, without)]
    assert look.falls[0] == pytest.approx(logs[0] - logs[1], rel=1e-4)


def looks(*pairs):
    words = ["four", "hundred", "and"]
    return [signs.Look("百", words, np.array(w), np.array(f), -1) for w, f in pairs]


def test_looks_are_counted():
    found = looks(([0, 0, 1], [0, 3, 1]), ([0, 1, 0], [0, 2, 1]), ([0, 0, 1], [9, 0, 0]))
    assert signs.same_word(found) == pytest.approx(1 / 3)
    assert signs.dearest(found) == 3
    assert signs.most(found, "weights") == "and" and signs.most(found, "falls") == "hundred"
    assert signs.of_kind(found, "digits") == [] and signs.of_kind(found, "百") == found


@pytest.mark.parametrize("as_other", [np.ndarray.tolist, np.float64], ids=["lists", "floats"])
def test_numbers_without_each_word_may_be_lists_or_floats(model, as_other):
    other = signs.looks(model, NUMBERS, lambda ids: as_other(reasons.without_each(ids)))
    for look, expected in zip(
        other, signs.looks(model, NUMBERS, reasons.without_each), strict=True
    ):
        np.testing.assert_array_equal(look.falls, expected.falls)
