"""`check` and `require` in a class: they answer while tests run, and hand verdicts back."""

import contextlib

import numpy as np
import pytest

from course_utils import checks
from course_utils.checks.outcomes import NotCorrect
from course_utils.grading.class_checks import FIRST_LOOK, FOR_MARKS, ClassChecks


def softmax(scores, temperature):
    exponentials = np.exp((scores - scores.max(-1, keepdims=True)) / temperature)
    return exponentials / exponentials.sum(-1, keepdims=True)


def no_softmax(scores, temperature):
    return scores * 0.0


def class_checks(effort=FIRST_LOOK, marking=False):
    return ClassChecks("seed", 10, effort, marking)


IMPORTS = {
    "from course_utils.checks import check": "check",
    "from course_utils.checks import check as test": "test",
    "from course_utils.checks import *": "check",
    "from course_utils.checks.desk import check": "check",
    "import course_utils.checks as asked": "asked.check",
    "import importlib; asked = importlib.import_module('course_utils.checks')": "asked.check",
    "def later():\n    from course_utils.checks import check\n    return check\nit = later()": "it",
}


@pytest.mark.parametrize("statement", IMPORTS)
def test_ours_answers_however_a_test_imports_it(statement):
    """A teacher's own module, which a test imports, has its `check` from before the class."""
    names = {}
    exec(statement, names)
    check = eval(IMPORTS[statement], names)
    with class_checks(FOR_MARKS, marking=True).question() as verdicts, pytest.raises(NotCorrect):
        check("03.1", no_softmax)
    assert len(verdicts) == 1


def test_outside_a_question_a_check_is_a_learner_s():
    with class_checks().question():
        assert checks.check("03.1", softmax) is None
        assert checks.hint("03.1") is None
    assert checks.check("03.1", softmax).passed and checks.hint("03.1").level == 1


def test_a_class_s_checks_end_with_their_question_whatever_happens():
    with contextlib.suppress(ZeroDivisionError), class_checks().question():
        raise ZeroDivisionError
    assert checks.check("03.1", softmax).passed


def test_the_verdicts_of_a_question_are_handed_back():
    ours = class_checks()
    with ours.question() as first:
        ours.check("03.1", softmax)
        ours.check("03.1", no_softmax)
    with ours.question() as second:
        pass
    assert [verdict.passed for verdict in first] == [True, False] and second == []


def test_a_wrong_answer_fails_a_test_for_marks_only():
    class_checks().check("03.1", no_softmax)
    with pytest.raises(NotCorrect):
        class_checks(FOR_MARKS, marking=True).check("03.1", no_softmax)
    with pytest.raises(NotCorrect):
        class_checks().require("03.1", no_softmax)


def test_for_marks_an_answer_is_judged_once():
    ours = class_checks(FOR_MARKS, marking=True)
    with ours.question() as verdicts:
        ours.require("03.1", softmax)
        ours.check("03.1", softmax)
    assert len(verdicts) == 1
