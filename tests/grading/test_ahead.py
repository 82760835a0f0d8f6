"""A check's calls go over together: in few messages, and with the verdict of single calls."""

import inspect
import textwrap
import time

import numpy as np
import pytest

from course_utils.checks.catalogue import find
from course_utils.grading.class_checks import FIRST_LOOK, FOR_MARKS
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.session import Room, Session
from course_utils.grading.stubs import _Checked, for_checks

REASON = Sandbox().why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))
SANDBOX = Sandbox(Limits(cell=5, call=5, total=60, memory=1000))
FUNCTIONS = [find(name) for name in ("02.3", "02.4", "02.5")]
MORE = {
    "spoils its input": "def f(*arguments):\n    arguments[0][...] = 0\n    return arguments[0]",
    "raises": "def f(*arguments):\n    raise ValueError('no')",
    "prints": "def f(*arguments):\n    print('here')\n    return arguments[-1]",
    "gives much": "def f(*arguments):\n    return [[0] * 100] * 100",
    "counts": "n = 0\ndef f(*arguments):\n    global n\n    n += 1\n    return n",
}


@pytest.fixture
def answer():
    """A function from an answer's text and its name to its stub, as the checks have it."""
    made = []

    def start(text, name):
        cells = ["import numpy as np", "from course_utils.softmax import softmax", text]
        made.append(Session(cells, SANDBOX, Room((), (), {}, time.monotonic() + 60)))
        return for_checks(made[-1].fetch(name)), made[-1]

    yield start
    for one in made:
        one.close()


def _told(verdict):
    return verdict.passed, verdict.mistake, verdict.message, verdict.evidence, verdict.note


def _text(function):
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("def "))
    return "\n".join(lines[first:])


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda one: one.id)
@pytest.mark.parametrize("effort", [FIRST_LOOK, FOR_MARKS], ids=["first look", "marks"])
def test_a_right_answer_takes_two_messages(exercise, effort, answer):
    code = exercise.right
    asked, session = answer(_text(code), code.__name__)
    before = session.exchange.number
    assert exercise.judge(asked, effort).passed
    assert session.exchange.number - before == 2


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda one: one.id)
@pytest.mark.parametrize("text", MORE.values(), ids=MORE)
def test_the_verdict_is_that_of_single_calls(exercise, text, answer, monkeypatch):
    together = exercise.judge(answer(text, "f")[0], FOR_MARKS)
    monkeypatch.setattr(_Checked, "ahead", lambda self, calls: None)
    assert _told(together) == _told(exercise.judge(answer(text, "f")[0], FOR_MARKS))
    assert not together.passed


def test_other_calls_than_those_asked_ahead_are_made_one_by_one(answer):
    asked, session = answer("def f(x):\n    return x + 1", "f")
    asked.ahead([(np.zeros(2),), (np.ones(2),)])
    before = session.exchange.number
    assert asked(np.zeros(2)).tolist() == [1, 1]
    assert session.exchange.number == before
    assert asked(np.full(2, 7.0)).tolist() == [8, 8]
    assert asked(np.ones(2)).tolist() == [2, 2]
    assert session.exchange.number == before + 2
