"""`check` and `require` in a class: bound where the tests look, and their verdicts handed back."""

import numpy as np
import pytest

from course_utils import checks
from course_utils.checks.outcomes import NotAnsweredYet, NotCorrect
from course_utils.grading.class_checks import FIRST_LOOK, FOR_MARKS, ClassChecks
from course_utils.grading.imports import builtins_with, stand_in


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
    "from course_utils import checks": "checks.check",
    "import course_utils": "course_utils.checks.check",
    "import course_utils.checks": "course_utils.checks.check",
    "import course_utils.checks as asked": "asked.check",
    "def later():\n    from course_utils.checks import check\n    return check\nit = later()": "it",
}


@pytest.mark.parametrize("statement", IMPORTS)
def test_a_test_finds_ours_however_it_imports_it(statement):
    ours = class_checks()
    names = {"__builtins__": builtins_with(ours.modules())}
    real = checks.check
    exec(statement, names)
    assert eval(IMPORTS[statement], names) == ours.check
    assert checks.check is real, "the course's own module is not changed"


def test_what_else_a_test_imports_is_what_it_is():
    names = {"__builtins__": builtins_with(class_checks().modules())}
    exec("import course_utils.lab.costs, numpy.linalg, os.path as p", names)
    exec("from course_utils.checks import NotAnsweredYet as N, progress_store as store", names)
    assert names["N"] is NotAnsweredYet and names["store"].store
    assert eval("course_utils.lab.costs.__name__", names) == "course_utils.lab.costs"
    assert names["numpy"] is np and eval("len([1]) + p.sep.count('/')", names) == 2


def test_a_stand_in_has_what_its_module_gets_later(monkeypatch):
    made = stand_in(checks, {"check": 7})
    monkeypatch.setattr(checks, "later", 8, raising=False)
    assert (made.check, made.later, made.__name__) == (7, 8, checks.__name__)
    with pytest.raises(AttributeError):
        made.never  # noqa: B018


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
