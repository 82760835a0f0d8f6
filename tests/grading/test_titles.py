"""How questions are called where headings are few, or none."""

import pytest

from course_utils.grading.titles import heading_in, told_apart

A_PART = "A. `retry(times, on=OSError)`"


@pytest.mark.parametrize(
    "text, heading",
    [
        ("# Week 3\nwords\n## Sorting  \nmore", "Sorting"),
        ("no heading", ""),
        ("## Why?\n### BEGIN SOLUTION\n# Because\nof it\n### END SOLUTION", "Why?"),
        ("### BEGIN SOLUTION\nit is so\n### END SOLUTION", ""),
        ("Do it.\n### BEGIN MARK SCHEME\n2 points\n### END MARK SCHEME", ""),
        ("# Loops\n```python\n# a comment\nx = 1\n```", "Loops"),
        ("## BEGIN with the end", "BEGIN with the end"),
        ("## Sort in **one** line", "Sort in one line"),
        ("## `__init__` and __repr__", "`__init__` and __repr__"),
        (f"## A. `retry(times, on=OSError)` — a decorator{' with words' * 9}.", A_PART),
        (f"## Read{' words' * 20}", "Read" + " words" * 10 + "…"),
        (f"## Say {'e' * 40} of `one two{' three' * 9}`", f"Say {'e' * 40} of…"),
    ],
)
def test_the_heading_of_a_text(text, heading):
    assert heading_in(text) == heading


@pytest.mark.parametrize(
    "headings, titles",
    [
        (["A", "B", "C"], ["A", "B", "C"]),
        (["Week 3", "Week 3", "Week 3"], ["a", "b", "c"]),
        (["Sort", "Sort", "Why"], ["Sort · a", "Sort · b", "Why"]),
        (["", "", "Why"], ["", "", "Why"]),
    ],
)
def test_questions_are_told_apart(headings, titles):
    assert told_apart(headings, ["a", "b", "c"]) == titles


def test_the_only_question_has_the_only_heading():
    assert told_apart(["Mean"], ["a"]) == ["Mean"]
