"""Answers that the checks' authors had not seen: right ones pass, wrong ones are refused.

They were written from the questions' texts alone, by somebody who had not read the known mistakes.
Where one slips through, the check is mended for its kind; the answer stays here.
"""

import time
from collections import defaultdict

import numpy as np
import pytest

from course_utils.checks import check
from course_utils.checks.catalogue import exercises, find, sheets
from course_utils.checks.choices import ChoiceExercise
from course_utils.checks.reasons import ReasonExercise
from tests.checks.unseen import typed_forms as typed
from tests.checks.unseen.fresh import RIGHT_FRESH, WRONG_FRESH
from tests.checks.unseen.right_functions import RIGHT
from tests.checks.unseen.work import RIGHT_WORK, WRONG_WORK
from tests.checks.unseen.wrong_functions import WRONG

SLOW = 3.0  # seconds of a processor for one check, in a full suite
DECLARED = [exercise for sheet in sheets() for exercise in exercises(sheet).values()]
REASON_EXERCISES = [one for one in DECLARED if isinstance(one, ReasonExercise)]
IN_ALL = [one for one in DECLARED if isinstance(one, ChoiceExercise) and one.letter]


def of_each(pairs):
    """Pairs (id, answer) as {id: answers}."""
    found = defaultdict(list)
    for id, answer in pairs:
        found[id].append(answer)
    return found


RIGHT_ONES = of_each(RIGHT + RIGHT_WORK + RIGHT_FRESH)
WRONG_ONES = of_each(WRONG + WRONG_WORK + WRONG_FRESH)


@pytest.mark.parametrize("id", RIGHT_ONES)
def test_right_answers_in_other_styles_pass(id):
    for number, answer in enumerate(RIGHT_ONES[id]):
        begun = time.process_time()
        verdict = find(id).judge(answer)
        assert verdict.passed, (id, number, verdict.message, verdict.evidence)
        assert time.process_time() - begun < SLOW


@pytest.mark.parametrize("id", WRONG_ONES)
def test_classic_slips_are_refused(id):
    for answer in WRONG_ONES[id]:
        verdict = find(id).judge(answer)
        assert not verdict.passed, (id, getattr(answer, "__name__", answer))


# Named though they round otherwise than the course's own, in float32 too.
NAMED = {
    "scaled_by_root_d": "scaled",
    "root_of_the_whole_width": "scaled by d_k",
    "joined_by_reshape_alone": "joined by a reshape alone",
    "cut_by_reshape_alone": "cut by a reshape alone",
    "layer_unscaled": "not scaled",
    "cosine": "cosine",
    "sigmoid_for_tanh": "sigmoid",
    "cross_by_d": "divided by d_k",
    "gradient_largest_over_hidden": "largest of hidden too",
    "one_more_than_room": "one more than there is room",
    "end_left_out": "end left out",
    "readout_of_the_old_state": "read out from the state before",
}


@pytest.mark.parametrize(("id", "answer"), [one for one in WRONG if one[1].__name__ in NAMED])
def test_a_known_slip_is_named_however_it_was_written(id, answer):
    assert find(id).judge(answer).mistake == NAMED[answer.__name__]


@pytest.mark.parametrize(("id", "answer"), WRONG[::23])
def test_what_a_learner_can_paste_runs_their_function(id, answer):
    """It fails as the check says: with an error only where the check tells of one."""
    found = check(id, answer)
    room = {"np": np, find(id).name: answer}
    stopped = " stops with " in found.message
    assert found.verdict.repeat, id
    try:
        with np.errstate(all="ignore"):
            exec(found.verdict.repeat, room)
    except Exception:
        assert stopped, (id, answer.__name__, found.verdict.repeat)


@pytest.mark.parametrize(("id", "answer"), typed.VALUES + typed.ORDERS)
def test_right_answers_are_read_as_people_type_them(id, answer):
    assert find(id).judge(answer).passed


@pytest.mark.parametrize(("id", "answer"), typed.WRONG_VALUES + typed.WRONG_ORDERS + typed.UNCLEAR)
def test_wrong_and_unclear_typed_answers_are_refused(id, answer):
    assert not find(id).judge(answer).passed


@pytest.mark.parametrize("form", typed.LETTERS)
def test_a_letter_is_read_as_people_type_it(form):
    for exercise in IN_ALL:
        for letter in exercise.options:
            answer = form.format(letter, letter.upper(), chr(ord(letter) + 0xFEE0))
            assert exercise.read(answer) == letter, answer


@pytest.mark.parametrize("form", typed.UNCLEAR_LETTERS)
def test_what_could_be_another_letter_is_not_read(form):
    for exercise in IN_ALL:
        read = exercise.read(form.format("b"))
        assert read not in exercise.options, read


@pytest.mark.parametrize("text", typed.REASONS)
def test_a_reason_counts_in_any_language(text):
    for exercise in REASON_EXERCISES:
        enough = " ".join([text] * (-(-exercise.least_words // 15)))
        assert exercise.judge(enough).kind == "recorded", exercise.id


@pytest.mark.parametrize("text", typed.SHORT_REASONS)
def test_a_reason_that_says_nothing_is_asked_for_again(text):
    assert not find("01.6").judge(text).passed
