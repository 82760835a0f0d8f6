"""Wrong programs made mechanically of right answers are refused, or it is argued why not.

All of them take minutes: `python -m benchmarks.check_mutants`. Here every 25th is tried.
"""

import ast

import pytest

from course_utils.checks.catalogue import blanks, exercises, find, lessons, sheets
from tools.check_mutants import TRIED, argued, mutants_of

EVERY = 25
DECLARED = [e for sheet in sheets() for e in exercises(sheet).values()]
DECLARED += [blank for lesson in lessons() for blank in blanks(lesson).values()]
WITH_CODE = [e for e in DECLARED if isinstance(e, TRIED)]


@pytest.mark.parametrize("exercise", WITH_CODE, ids=lambda exercise: exercise.id)
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


def test_a_mutant_differs_from_the_right_answer_and_from_the_others():
    mutants = list(mutants_of(find("02.3")))
    programs = {ast.unparse(mutant.program) for mutant in mutants}
    assert len(mutants) == len(programs) > 50


def test_the_argued_ones_say_why():
    assert all(len(why) > 10 for why in argued().values())
