"""The course test: nothing is told before the course, nothing is lost, both times are compared."""

import pytest

from course_utils.checks import check, progress_store
from course_utils.checks.catalogue import exercises
from course_utils.learning.course_test import hand_in

ITEMS = tuple(exercises("course").values())
RIGHT = [item.letter for item in ITEMS]
ALL_A = ["a"] * len(ITEMS)


def entry(key):
    return progress_store.store().get(key)


def told(report):
    """All that a report says, as text and as HTML."""
    return repr(report) + report._repr_html_()


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_a_check_tells_no_right_letter_from_a_wrong_one(item):
    said = {letter: check(item.id, letter) for letter in item.options}
    assert {(result.passed, result.mistake) for result in said.values()} == {(True, None)}
    assert {repr(result).replace(f": {letter}.", "") for letter, result in said.items()} == {
        repr(said["a"]).replace(": a.", "")
    }


def test_a_letter_that_is_no_option_is_still_refused():
    assert check("course.1", "e").passed is False
    assert check("course.1", " （C） ").message == "Recorded: c."


def test_before_the_course_right_and_wrong_answers_get_the_same_report():
    right = told(hand_in("before", RIGHT))
    progress_store.store().reset()
    assert told(hand_in("before", ALL_A)) == right
    assert "12 of 12" not in right and "✓" not in right and ITEMS[0].options["c"].reply not in right


def test_after_the_course_both_times_stand_side_by_side_with_reasons():
    hand_in("before", ALL_A)
    report = hand_in("after", [*RIGHT[:11], "d"])
    assert report.message == "Right: 3 of 12 before, 11 of 12 after."
    assert report.rows[0] == ("1. what a key is for", "✗ a", "✓ c", ITEMS[0].options["c"].reply)
    assert report.rows[11] == (
        "12. what a large weight says",
        "✗ a",
        "✗ d",
        ITEMS[11].options["d"].reply,
    )
    assert "3 of 12 on average" in report.notes[0]
    for line in report.rows[4]:
        assert line in repr(report) and line in report._repr_html_()


def test_without_a_before_the_after_stands_alone():
    report = hand_in("after", RIGHT)
    assert report.message == "Right: 12 of 12 after. There are no answers from before."
    assert {row[1] for row in report.rows} == {"–"}


def test_a_second_before_counts_not_and_is_kept_beside_the_first():
    hand_in("before", ALL_A)
    again = hand_in("before", RIGHT)
    assert "The answers that count are those of 20" in told(again)
    assert entry("course.before")["answer"] == "a" * 12
    assert entry("course.before.2")["answer"] == "".join(RIGHT)
    assert hand_in("after", RIGHT).message.startswith("Right: 3 of 12 before")


def test_running_the_cell_again_keeps_nothing_twice():
    first = told(hand_in("before", ALL_A))
    assert told(hand_in("before", ALL_A)) == first
    assert list(progress_store.store().entries()) == ["course.before"]


def test_the_first_after_counts_too_for_later_ones_know_the_reasons():
    hand_in("after", ALL_A)
    report = hand_in("after", RIGHT)
    assert report.message.startswith("Right: 3 of 12 after")
    assert "these are kept beside" in told(report)
    assert entry("course.after.2")["answer"] == "".join(RIGHT)


def test_answers_that_still_stand_there_from_before_are_not_taken_for_new_ones():
    hand_in("before", ALL_A)
    report = hand_in("after", ALL_A)
    assert "letter for letter" in report.message and not report.rows
    assert not entry("course.after")
    assert hand_in("after", ALL_A, sure=True).message == "Right: 3 of 12 before, 3 of 12 after."


def test_open_questions_are_named_and_nothing_is_handed_in():
    report = hand_in("before", [..., *ALL_A[:9], "", "x"])
    assert "3 of 12 have no letter (1, 11, 12)" in report.message
    assert progress_store.store().entries() == {}


@pytest.mark.parametrize(
    ("attempt", "answers", "message"),
    [
        ("After", ALL_A, 'attempt must be "before" or "after", got \'After\''),
        ("before", ALL_A[:11], "needs 12 answers, one a question, got 11"),
    ],
)
def test_a_slip_is_named(attempt, answers, message):
    with pytest.raises(ValueError, match=message):
        hand_in(attempt, answers)


def test_answers_outlive_the_kernel_or_the_report_says_that_they_do_not(monkeypatch):
    hand_in("before", ALL_A)
    progress_store.store.cache_clear()
    assert hand_in("after", RIGHT).message.startswith("Right: 3 of 12 before")
    monkeypatch.setenv("COURSE_PROGRESS", "memory")
    progress_store.store.cache_clear()
    assert "until the kernel stops" in told(hand_in("before", ALL_A))
