"""The second capstone's checks: models that were trained, and what only looks like one."""

import numpy as np
import pytest

from course_utils.attention import Attention, LastState
from course_utils.checks.catalogue import find
from course_utils.checks.sheets.sheet_20b import MOST_WRONG, split
from course_utils.checks.sheets.word_work import (
    all_listed,
    by_letters,
    counted,
    distance,
    exam_words,
    knowing,
    letters_of,
    listed_of,
    rate,
    while_emptied,
)
from course_utils.lab.edits import edit_distance, edits, error_rates
from course_utils.lab.ready_made import ready_made
from course_utils.scoring import AdditiveScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import batches_by_length, make_batch
from course_utils.tasks.pronunciations import SOUNDS, SPELLING
from course_utils.tasks.ten_thousand import ten_thousand_words
from course_utils.training import train


def asking(model):
    """A pronouncer that asks the model, as a learner writes it."""

    def say(words):
        batch = make_batch([(word, []) for word in words], SPELLING, SOUNDS)
        tokens = model.greedy(batch.source, batch.source_lengths, 30).tokens
        return [SOUNDS.text(row) for row in tokens]

    return say


def taught(entries, width, steps, context):
    model = Seq2Seq(len(SPELLING), len(SOUNDS), width, context, bidirectional=True, rng=0)
    pairs = [(word, text.split()) for word, text in entries]
    stream = batches_by_length(make_batch(pairs, SPELLING, SOUNDS), 64, rng=0)
    train(model, stream, steps, 0.01, progress=False)
    return {"say": asking(model), "model": model}


@pytest.mark.slow
def test_a_model_that_was_trained_for_some_seconds_passes():
    entries, _ = split(ten_thousand_words(), 1000, 0)
    claim = taught(entries, 64, 1200, Attention(AdditiveScore.for_width(64, rng=0)))
    verdict = find("20b.4").judge(claim)
    assert verdict.passed, (verdict.message, verdict.evidence)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "steps", "context"),
    [(12, 400, Attention(AdditiveScore.for_width(12, rng=0))), (48, 600, LastState())],
    ids=["tiny", "without attention"],
)
def test_a_tiny_model_and_one_without_attention_do_not_pass(width, steps, context):
    entries, _ = split(ten_thousand_words(), 1000, 0)
    verdict = find("20b.4").judge(taught(entries, width, steps, context))
    assert not verdict.passed and dict(verdict.evidence)["wrong"] > f"{MOST_WRONG:.3f}"


def test_the_ready_made_model_was_taught_words_of_the_exam():
    model = ready_made("pronouncer")
    verdict = find("20b.4").judge({"say": asking(model), "model": model})
    assert verdict.mistake == "taught other words"


def test_a_model_beside_a_table_that_knows_the_answers_does_not_pass():
    verdict = find("20b.4").judge({"say": knowing(0.14), "model": ready_made("pronouncer")})
    assert verdict.mistake == "written without the model"


@pytest.mark.parametrize("thing", [5, "model", [], [3]])
def test_what_is_no_model_is_named(thing):
    assert '"model" must be' in find("20b.4").judge({"say": knowing(0.1), "model": thing}).message


def test_a_model_has_its_parameters_again_whatever_happens():
    model = ready_made("pronouncer")
    before = {name: array.copy() for name, array in model.params.items()}
    with pytest.raises(ZeroDivisionError):
        while_emptied([model], lambda: 1 / 0)
    assert all(np.array_equal(before[name], array) for name, array in model.params.items())


def test_rates_are_those_of_the_course():
    words = exam_words(np.random.default_rng(1), 50)
    listed = [all_listed()[word] for word in words]
    written = knowing(0.3)(words)
    found = edits([text.split() for text in written], listed)
    assert np.array_equal(counted(written, listed), found)
    assert rate(written, listed) == error_rates(found).per
    for text, ways in zip(written, listed, strict=True):
        assert distance(text.split(), ways[0]) == edit_distance(text.split(), ways[0])


def test_exam_words_were_given_to_nobody():
    words = exam_words(np.random.default_rng(0), 2000)
    assert len(set(words)) == 2000 and not set(words) & set(listed_of(ten_thousand_words()))
    assert words[:10] != exam_words(np.random.default_rng(1), 10)


def test_a_table_of_letters_counts_where_letters_and_sounds_are_equally_many():
    entries = [("cat", "K AE T"), ("cap", "K AE P"), ("cut", "K AH T"), ("cent", "S EH N T T")]
    table = letters_of([*entries, ("at", "AH T")])
    assert table == {"c": "K", "a": "AE", "t": "T", "p": "P", "u": "AH"}
    assert letters_of([("ab", "T S"), ("ab", "S S")])["a"] == "S"
    assert by_letters(table, ["tact", "xa"]) == ["T AE K T", "AE"]
