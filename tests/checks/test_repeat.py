"""What a failed check shows can be pasted, and fails again: the smallest input that was found."""

import textwrap
import time

import numpy as np
import pytest

from course_utils import progress_store
from course_utils.checks import check, given
from course_utils.checks.cases import Case
from course_utils.checks.catalogue import find
from course_utils.checks.exercises import Effort
from course_utils.checks.outcomes import CheckResult
from course_utils.checks.repeat import written_as
from course_utils.checks.returned import Failure
from tests.checks.test_exercises import FUNCTIONS, WORKS

AT_HOME = Effort(smallest=2.0)  # longer than at home: tests share a busy machine
LINES = 4  # three where the search has its time: two or three are what a learner sees
MADE = [(exercise, mistake) for exercise in FUNCTIONS for mistake in exercise.mistakes]
AT_WORK = [
    (exercise, mistake) for exercise in WORKS if exercise.inputs for mistake in exercise.mistakes
]
SOME = [(exercise, mistake) for exercise in FUNCTIONS for mistake in exercise.mistakes[:2]]


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    """Give each test its own progress file."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    progress_store.store.cache_clear()
    yield
    progress_store.store.cache_clear()


def pasted(exercise, code):
    """The arguments with which pasted code calls the learner's function."""
    calls = []

    exec(textwrap.dedent(code), {"np": np, exercise.name: lambda *given: calls.append(given)})
    (arguments,) = calls
    return arguments


def failure_of(exercise, function, arguments, held):
    """How a function fails on these arguments."""
    with np.errstate(all="ignore"), pytest.raises(Failure) as caught:
        exercise.attempted(function, Case("pasted", arguments), held=held)
    return caught.value


def assert_it_fails_again(exercise, mistake):
    """Paste what a check of the mistake shows, and compare what comes with what it said."""
    verdict = exercise.judge(mistake.wrong, AT_HOME)
    assert verdict.message == mistake.hint
    assert verdict.repeat and len(verdict.repeat.splitlines()) <= LINES, verdict
    arguments = pasted(exercise, verdict.repeat)
    compared = "expected" in dict(verdict.evidence)  # or a property alone sees it, such as a tiny 0
    failure = failure_of(exercise, mistake.wrong, arguments, held=not compared)
    said = [row for row in verdict.evidence if row[0] in ("expected", "yours", "afterwards")]
    assert set(said) <= set(failure.evidence), (verdict, failure.evidence)
    if seen := [text for label, text in verdict.evidence if label == "seen"]:
        broken = failure_of(exercise, mistake.wrong, arguments, held=True)
        assert broken.statement and seen == [text for _, text in broken.evidence]


def ids(pairs):
    return [f"{exercise.id} {mistake.name}" for exercise, mistake in pairs]


@pytest.mark.parametrize(("exercise", "mistake"), SOME, ids=ids(SOME))
def test_pasted_lines_fail_as_it_was_said(exercise, mistake):
    assert_it_fails_again(exercise, mistake)


@pytest.mark.nightly
@pytest.mark.parametrize(("exercise", "mistake"), MADE, ids=ids(MADE))
def test_pasted_lines_of_every_mistake_fail_as_it_was_said(exercise, mistake):
    assert_it_fails_again(exercise, mistake)


@pytest.mark.parametrize(("exercise", "mistake"), AT_WORK, ids=ids(AT_WORK))
def test_pasted_lines_show_what_is_wrong_with_a_work(exercise, mistake):
    by_chance = "every time" in mistake.name  # two draws of a few pairs may be the same
    for left in reversed(range(20 if by_chance else 1)):
        try:
            return assert_it_is_shown(exercise, mistake, by_chance)
        except (AssertionError, pytest.fail.Exception):
            if not left:
                raise


def assert_it_is_shown(exercise, mistake, by_chance):
    """The last line says another thing of the mistake than of the right answer."""
    verdict = exercise.judge(mistake.wrong, AT_HOME)
    assert verdict.message == mistake.hint
    *first, last = verdict.repeat.splitlines()
    assert 1 <= len(first) <= 2
    room = {"np": np}
    exec("\n".join(first), room)
    right, wrong = (
        eval(last, room | {exercise.name: answer}) for answer in (exercise.right, mistake.wrong)
    )
    assert repr(right) != repr(wrong)
    arguments = tuple(room[name] for name in exercise.arguments)
    exercise.attempted(exercise.right, Case("pasted", arguments))
    failure = failure_of(exercise, mistake.wrong, arguments, held=True)
    assert failure.message == mistake.hint
    assert by_chance or failure.evidence == verdict.evidence[1:]


def test_there_is_work_whose_lines_are_pasted():
    assert {exercise.id for exercise, _ in AT_WORK} == {
        *("20.1", "20.2", "20.3"),
        *("20b.1", "20b.2", "20b.3"),
    }


def test_a_work_that_stops_shows_where():
    code = find("20.2").judge(lambda pairs, test_size, seed: pairs[999], AT_HOME).repeat
    assert code.endswith("split(pairs, test_size, seed)") and len(code.splitlines()) <= 3


def lines(id, function):
    return find(id).judge(function, AT_HOME).repeat


def test_given_takes_other_arguments_by_their_names():
    x = np.array([[1.0]])
    function, now = given("12.5", "random input 1", x=x)
    assert now is x and callable(function)


def test_two_entries_become_one_where_that_fails_as_well():
    """The query looks along the second feature, the key along the first: one is enough."""
    wrong = {m.name: m.wrong for m in find("08.a").mistakes}["not scaled"]
    arguments = pasted(find("08.a"), lines("08.a", wrong))
    assert arguments[0].shape == (1, 1)


def test_gates_side_by_side_lose_an_entry_together():
    wrong = {m.name: m.wrong for m in find("09.a").mistakes}["no reset"]
    _, h, W, _, b = pasted(find("09.a"), lines("09.a", wrong))
    assert 3 * len(h) == W.shape[1] == len(b) and len(h) <= 2


def test_an_input_is_small_and_round():
    soft = dict((m.name, m.wrong) for m in find("01.1").mistakes)["soft"]
    code = lines("01.1", soft)
    assert len(code.splitlines()) <= 3 and code.endswith("\nhard_lookup(query, keys, values)")
    query, keys, values = pasted(find("01.1"), code)
    assert query.shape == (1,) and keys.shape == values.shape == (2, 1)
    assert set(np.concatenate([query, *keys, *values])) <= {-1, 0, 1}


def test_check_shows_the_lines_as_text_and_as_html():
    result = check("01.1", lambda query, keys, values: (keys @ query).max())
    assert isinstance(result, CheckResult)
    assert "  Repeat it in a new cell:\n    query, keys, values = np.array(" in repr(result)
    assert "<pre" in result._repr_html_() and "hard_lookup(query, keys, values)" in repr(result)


def test_without_being_asked_for_no_input_is_shown():
    """A hidden test, and a class: inputs of the class stay there."""
    assert find("01.1").judge(lambda *_: 1.0, Effort(seed=5)).repeat == ""


@pytest.mark.parametrize(
    ("array", "code"),
    [
        (np.array([1.0, -0.5, np.inf]), "np.array([1., -0.5, np.inf])"),
        (np.array([[True, False]]), "np.array([[True, False]])"),
        (np.array([3, 2]), "np.array([3, 2])"),
        (np.array([0.1], np.float32), "np.array([0.1], np.float32)"),
        (np.zeros((0, 4)), "np.zeros((0, 4))"),
        (np.zeros((3, 4)), "np.zeros((3, 4))"),
        (np.array([1.0, -2.0, 0.0]), "np.array([1, -2, 0], float)"),
        (np.arange(6.0).reshape(2, 3).T, "np.array([[0, 1, 2], [3, 4, 5]], float).T"),
        (np.arange(4.0)[::2], "np.repeat(np.array([0., 2.]), 2, axis=-1)[..., ::2]"),
    ],
)
def test_an_array_is_written_with_its_dtype_and_its_place_in_memory(array, code):
    assert written_as(array) == code
    again = eval(code, {"np": np})
    assert np.array_equal(again, array, equal_nan=True) and again.dtype == array.dtype
    assert again.flags.c_contiguous == array.flags.c_contiguous


@pytest.mark.parametrize("number", [0.1, 1 / 3, 1e-30, 1e30, -12345.678])
@pytest.mark.parametrize("kind", [float, np.float32])
def test_a_number_is_written_exactly(kind, number):
    array = np.array([number], np.float32 if kind is np.float32 else float)
    assert eval(written_as(array), {"np": np, "inf": np.inf})[0] == array[0]


def test_a_failure_in_float32_alone_is_shown_in_float32():
    def fussy(scores, temperature):
        if scores.dtype == np.float32:
            raise TypeError("float32")
        return find("03.1").right(scores, temperature)

    assert "np.float32)" in lines("03.1", fussy)


def test_a_failure_of_strided_arrays_alone_is_shown_strided():
    def fussy(scores, temperature):
        if not scores.flags.c_contiguous:
            raise TypeError("strided")
        return find("03.1").right(scores, temperature)

    code = lines("03.1", fussy)
    assert "[..., ::2]" in code
    arguments = pasted(find("03.1"), code)
    assert not arguments[0].flags.c_contiguous


def test_functions_come_by_their_name():
    code = lines("12.5", lambda function, x: True)
    assert code.startswith("from course_utils.checks import given\nfunction, x = given(")
    with pytest.raises(LookupError, match="has no input 'nothing'"):
        given("12.5", "nothing")


# Answers that do not behave


def test_an_answer_that_hangs_on_smaller_inputs_keeps_the_last_that_was_found():
    def hangs(query, keys, values):
        while keys.shape == (2, 1):
            pass
        return (keys @ query).max()

    began = time.monotonic()
    verdict = find("01.1").judge(hangs, Effort(smallest=0.4))
    assert time.monotonic() - began < 5
    assert verdict.repeat and verdict.mistake != "endless loop"


def test_large_arrays_come_by_their_name():
    """Nothing could be made smaller: an answer that stops with large arrays alone."""

    def fussy(scores, temperature):
        if scores.size > 2:
            raise ValueError("large")
        return find("03.1").right(scores, temperature)

    exercise = find("03.1")
    refusal = exercise.judge(fussy, Effort(smallest=1e-6))
    arguments = pasted(exercise, refusal.repeat)
    assert arguments[0].size > 2 and len(refusal.repeat) < 1_200


def test_an_answer_that_answers_differently_is_told_so():
    rng = np.random.default_rng(0)

    def random(query, keys, values):
        return values[rng.integers(len(values))] + rng.normal()

    verdict = find("01.1").judge(random, AT_HOME)
    assert not verdict.passed and verdict.repeat == ""
    assert verdict.note.startswith("Asked twice with the same input, it answers differently")


def test_an_answer_that_fails_once_is_told_so():
    calls = []

    def first_only(query, keys, values):
        calls.append(1)
        return find("01.1").right(query, keys, values) + (len(calls) == 1)

    verdict = find("01.1").judge(first_only, AT_HOME)
    assert not verdict.passed and verdict.repeat == ""
    assert "answers differently" in verdict.note


def test_an_answer_that_leaves_python_is_shown_like_any_other():
    def leaving(query, keys, values):
        raise SystemExit

    assert lines("01.1", leaving).endswith("hard_lookup(query, keys, values)")


# Each in its own words


def test_truth_values_are_no_numbers():
    verdict = find("12.5").judge(lambda function, x: 0.3)
    assert verdict.message.endswith("must be True or False; yours holds other numbers.")
    verdict = find("12.1").judge(lambda n: np.where(np.tri(n) > 0, 0.0, -np.inf))
    assert "must be boolean here, True or False at each place" in verdict.message


def test_a_mask_of_numbers_is_none_where_numbers_are_added_to_scores():
    ours = find("22.2")
    for kind in (float, np.float32, int):
        verdict = ours.judge(lambda *given, kind=kind: ours.right(*given).astype(kind), AT_HOME)
        assert (
            verdict.message
            == "mask must be boolean: yours holds numbers, and 1.0 is not True there."
        )
    assert ours.judge(lambda *given: ours.right(*given).tolist(), AT_HOME).passed
    assert find("12.1").judge(lambda n: np.tri(n), AT_HOME).passed  # elsewhere 1 and 0 do


def test_a_text_among_the_arguments_is_shown():
    verdict = find("22.2").judge(lambda mask, where, heads: mask, AT_HOME)
    assert "where = '" in dict(verdict.evidence)["input"]


def test_a_wrong_mask_is_counted_in_truth_values():
    verdict = find("12.1").judge(lambda n: np.tri(n, dtype=bool) | (np.arange(n) == n - 1), AT_HOME)
    assert dict(verdict.evidence)["expected"] == "mask: [[True False] [True True]]"
    assert dict(verdict.evidence)["yours"] == "mask: [[True True] [True True]]"
