"""What a learner builds within a lesson: open, wrong, right, and handed on."""

import numpy as np
import pytest

from course_utils.checks import NotAnsweredYet, catalogue, check, yours
from course_utils.checks.answers import is_missing
from course_utils.checks.declare import Lesson
from course_utils.checks.progress_store import store

lesson = Lesson("99")


@lesson.function(
    "99.a",
    "the mix",
    outputs=lambda weights, values: {"contexts": (len(weights), values.shape[1])},
    inputs=lambda rng, square=False: (rng.random((2, 3)), rng.random((3, 3 if square else 5))),
    edges={},
    properties=(),
    hints=("Which product?", "weights @ ____"),
)
def mix(weights, values):
    """Right: each row is a mix."""
    return weights @ values


@mix.mistake
def first_value(weights, values):
    """You return the first value."""
    return np.repeat(values[:1], len(weights), axis=0)


def not_begun(weights, values):
    raise NotAnsweredYet


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """A lesson with one blank, and a learner's answers in memory."""
    monkeypatch.setenv("COURSE_PROGRESS", "memory")
    store.cache_clear()
    monkeypatch.setattr(catalogue, "blanks", lambda place: {"99.a": mix} if place == "99" else {})
    yield
    store.cache_clear()


def test_an_open_blank_raises_nothing_and_is_no_try():
    shown = check("99.a", not_begun)
    assert not shown.passed and repr(shown).startswith("○ 99.a is not answered yet.")
    assert "99.a is not answered yet" in shown._repr_html_()
    assert store().get("99.a") == {}


def test_a_wrong_one_is_told_its_mistake_and_a_right_one_goes_on():
    assert check("99.a", first_value).message == "You return the first value."
    right = check("99.a", mix.right)
    assert right.passed and "The lesson goes on with it." in right.advice
    assert store().get("99.a")["passed"] is True


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (not_begun, "is open"),
        (..., "is open"),
        (first_value, "is not right yet"),
        (3, "is not right yet"),
    ],
)
def test_until_it_is_right_the_course_s_own_is_used(answer, state, capsys):
    assert yours("99.a", answer, np.matmul) is np.matmul
    assert f"99.a {state}: from here on the lesson uses the course's own" in capsys.readouterr().out


def test_what_was_built_is_used_from_then_on(capsys):
    assert yours("99.a", mix.right, np.matmul) is mix.right
    assert "uses what you built (99.a)" in capsys.readouterr().out


def test_a_blank_that_nobody_declared_is_named():
    with pytest.raises(LookupError, match=r"no exercise '99\.b'; lesson 99 has 99\.a"):
        check("99.b", mix.right)


def test_a_blank_has_no_points():
    assert mix.points == 0


@pytest.mark.parametrize("answer", [[..., 1], [[1, 2], [..., 3]], ...])
def test_a_table_with_three_dots_left_in_it_is_open(answer):
    assert is_missing(answer) and not is_missing([[1, 2], [0, 3]])
