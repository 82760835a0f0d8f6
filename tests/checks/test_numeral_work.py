"""The capstone's check for texts that come from a model: its characters get other names."""

import numpy as np
import pytest

from course_utils.checks.catalogue import find
from course_utils.checks.sheets.numeral_work import knowing, while_renamed
from course_utils.checks.sheets.pair_work import is_renamed
from course_utils.lab.ready_made import ready_made
from course_utils.tasks import Vocabulary, make_batch
from course_utils.tasks.numerals import CHINESE_CHARACTERS, ENGLISH_WORDS


@pytest.fixture
def model():
    return ready_made("number_translator")


def asking(model):
    """A translator that asks the model, as a learner writes it."""
    english, chinese = Vocabulary(ENGLISH_WORDS, separator=" "), Vocabulary(CHINESE_CHARACTERS)

    def translate(texts):
        batch = make_batch([(text, "") for text in texts], english, chinese)
        decoded = model.greedy(batch.source, batch.source_lengths, 20)
        return [chinese.text(row) for row in decoded.tokens]

    return translate


@pytest.mark.parametrize("name", ["number_translator", "number_translator_without"])
def test_a_trained_model_passes_with_and_without_attention(name):
    model = ready_made(name)
    assert find("20.4").judge({"translate": asking(model), "model": model}).passed


def test_rules_beside_a_model_do_not_pass(model):
    verdict = find("20.4").judge({"translate": knowing(1), "model": model})
    assert verdict.mistake == "written without the model"


def test_another_model_than_the_one_that_is_asked_does_not_pass(model):
    verdict = find("20.4").judge(
        {"translate": asking(ready_made("number_translator")), "model": model}
    )
    assert verdict.mistake == "written without the model"


@pytest.mark.parametrize("thing", [5, type, object()])
def test_what_is_no_model_is_named(thing):
    assert "Seq2Seq" in find("20.4").judge({"translate": knowing(1), "model": thing}).message


def test_a_model_has_its_own_names_again_whatever_happens(model):
    before = {name: array.copy() for name, array in model.params.items()}
    with pytest.raises(ZeroDivisionError):
        while_renamed(model, lambda: 1 / 0)
    assert all(np.array_equal(before[name], array) for name, array in model.params.items())


@pytest.mark.parametrize(
    ("text", "other", "is_so"),
    [
        ("二百二", "三千三", True),
        ("", "", True),
        ("二百二", "三千四", False),
        ("二百", "三三", False),
        ("二百", "二千", False),
        ("二百", "三千三", False),
        ("one two", "two three", True),
        ("one two one", "two three four", False),
    ],
)
def test_a_renamed_text_has_one_new_name_for_each_character(text, other, is_so):
    assert is_renamed(text, other) == is_so
