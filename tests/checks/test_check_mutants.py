"""Wrong programs made mechanically of right answers are refused, or it is argued why not.

All of them take minutes: `python -m benchmarks.check_mutants`. Here every 25th is tried, by day of
one exercise in three: a new exercise is tried by that command, and by night.
"""

import ast

import pytest

from course_utils.checks.catalogue import blanks, exercises, find, lessons, sheets
from course_utils.checks.choices import ChoiceExercise
from course_utils.checks.orders import OrderExercise
from tests.by_day import one_in
from tools.answer_mutants import changed
from tools.check_mutants import TRIED, argued, mutants_of

EVERY = 25
DECLARED = [e for sheet in sheets() for e in exercises(sheet).values()]
DECLARED += [blank for lesson in lessons() for blank in blanks(lesson).values()]
CHANGED = [e for e in DECLARED if isinstance(e, TRIED)]


@pytest.mark.parametrize("exercise", one_in(3, CHANGED, name=lambda exercise: exercise.id))
def test_a_sample_of_wrong_programs_is_refused(exercise):
    sample = list(mutants_of(exercise))[::EVERY]
    passed = {mutant.key for mutant in sample if mutant.survives()}
    told = "make the check meet it, or say in tools/check_mutants_argued.toml why it is no mistake"
    assert passed <= argued().keys(), told


@pytest.mark.parametrize(
    "change",
    [
        "np.where(mask, scores, -np.inf) → np.where(-np.inf, scores, mask)",
        "np.inf → 1000",
        "scores → 1",
        "mask → ~mask",
        "axis",
        "keepdims",
        "nothing",
    ],
)
def test_the_kinds_of_wrong_programs_are_made(change):
    made = [mutant.change for mutant in mutants_of(find("12.2"))]
    assert any(change in one for one in made)


@pytest.mark.parametrize(
    ("id", "change"),
    [
        ("07.1", " → b"),
        ("02.2", "exchanged"),
        ("02.2", "without 4"),
        ("02.2", "4 twice"),
        ("06.5", "[0] [1] negative"),
        ("20.5", "without 'share'"),
        ("20.5", "'share' as 0"),
        ("20.6", "'look' constant"),
        ("20.2", "test_size → 1"),
    ],
)
def test_wrong_answers_are_made_of_every_kind(id, change):
    made = [mutant.change for mutant in mutants_of(find(id))]
    assert any(change in one for one in made), made


@pytest.mark.parametrize("kind", [ChoiceExercise, OrderExercise])
def test_no_other_option_and_no_order_nearby_passes(kind):
    answers = [m for e in DECLARED if isinstance(e, kind) for m in mutants_of(e)]
    assert len(answers) > 80 and not [m.key for m in answers if m.survives()]


def test_what_is_equal_is_no_change():
    assert not [change for change, new in changed([0, 0]) if new == [0, 0]]
    assert "negative" in [change for change, _ in changed(2)]


def test_a_function_that_is_constant_keeps_its_first_answer():
    made = dict(changed({"look": str}))
    constant = made["'look' constant"]["look"]
    assert constant(1) == constant(2) == "1"


def test_a_mutant_differs_from_the_right_answer_and_from_the_others():
    mutants = list(mutants_of(find("02.3")))
    programs = {ast.unparse(mutant.program) for mutant in mutants}
    assert len(mutants) == len(programs) > 50


def test_the_argued_ones_say_why():
    assert all(len(why) > 10 for why in argued().values())
