"""The clinic: every card has a front and a back, and a back is never seen unasked."""

import re

import pytest

from course_utils.explorers.clinic import (
    CASES,
    ENOUGH,
    MORE,
    OPEN,
    OTHER,
    case_explorer,
    case_look,
)
from course_utils.learning.references import BIBLIOGRAPHY

MOVES = [{"case": "Voice search"}, {"answer": ENOUGH}, {"answer": MORE}]
MISSIONS = [
    {"case": "Speech → phonemes", "answer": MORE},
    {"case": "Chinese → words", "answer": OTHER},
    {"case": "News → summary", "answer": MORE},
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def test_all_three_kinds_are_there():
    kinds = [case.kind for case in CASES]
    assert {kind: kinds.count(kind) for kind in kinds} == {ENOUGH: 2, MORE: 4, OTHER: 2}


@each_case
def test_the_back_shows_only_once_the_task_is_sorted(case):
    front, back = case_look(case.name, OPEN), case_look(case.name, case.kind)
    assert case.source not in front.picture + front.reading
    assert case.took not in front.picture + front.reading
    assert case.source in back.reading and case.took in back.reading
    for name, number in case.numbers:
        assert f"{name} {number:,g}" in back.reading


@each_case
def test_one_sorting_is_right_and_the_others_are_told_so(case):
    for answer in (ENOUGH, MORE, OTHER):
        view = case_look(case.name, answer)
        assert view.facts.is_right is (answer == case.kind)
        assert ("✓" in view.reading) is view.facts.is_right
        assert ("≠" in view.reading) is not view.facts.is_right


@each_case
def test_numbers_have_a_source_and_fit_their_bars(case):
    work = re.match(r"\w+ 20\d\d", case.source)
    assert case.source.startswith(("measured: ", "counted: ")) or work[0] in BIBLIOGRAPHY
    assert all(0 < number <= case.top for _, number in case.numbers)
    assert case.kind != MORE or case.took.startswith("X = ")


@each_case
def test_words_fit_their_cards(case):
    assert all(len(line) <= 44 for line in case.front)
    assert len(case.took) <= 52 and len(case.measure) <= 56
    assert len(case.numbers) <= 4 and all(len(name) <= 16 for name, _ in case.numbers)


def test_another_task_takes_the_sorting_away():
    explorer = case_explorer()
    explorer.controls["answer"].value = MORE
    assert explorer.view.facts.is_sorted
    explorer.controls["case"].value = "News → summary"
    assert explorer.controls["answer"].value == OPEN and not explorer.view.facts.is_sorted
    assert explorer.reached == [False, False, False]


def test_where_attention_stayed_behind_an_older_way_was_ahead():
    summary, search = (
        next(c for c in CASES if c.name == n) for n in ("News → summary", "Voice search")
    )
    assert summary.behind and dict(summary.numbers)["lead-3"] == max(dict(summary.numbers).values())
    assert search.behind and dict(search.numbers)["hybrid"] == min(dict(search.numbers).values())
    assert sum(case.behind for case in CASES) == 2
