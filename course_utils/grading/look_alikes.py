"""Answers that are alike, for a teacher to look at: a measure and two texts, never a verdict.

Code is parsed within caps and never run. Two answers are as alike as their trees, as rows of nodes:
twice the runs of three nodes that both have, over those of both. Names that a student chose,
docstrings, comments, annotations and the spelling of numbers count nothing; words count as words.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from course_utils.grading.forms import Form, form_of
from course_utils.grading.master import Master, Question
from course_utils.grading.parsing import is_blank
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.rubrics import Rubric, Rubrics

NEAR = 0.85  # alike from here on
FREEDOM = 30  # fewer nodes leave little to choose
RUN = 3  # nodes that are compared at a time
FEW, SHARE = 4, 0.05  # what more than so many, or than this share of a class has, is common
MOST_FORMS = 1_000  # different answers to one question; with more, only equal ones are found
MOST_SHOWN = 50
COLUMNS = 4_000  # of a table, at a time


class Alike(NamedTuple):
    """Two answers to one question and who gave them. measure : 1 where they are the same tree."""

    title: str
    measure: float
    students: tuple[tuple[str, ...], tuple[str, ...]]
    texts: tuple[str, str]
    shared: int  # questions in which two of them are alike


class SameResult(NamedTuple):
    """Who has the same wrong result, which no known mistake gives and few others have."""

    title: str
    students: tuple[str, ...]
    said: str


class LookAlikes(NamedTuple):
    """What is alike in a class, what is shared in most questions first."""

    answers: tuple[Alike, ...]
    results: tuple[SameResult, ...]


class _Answer(NamedTuple):
    """A form and all who have it, with the first one's text."""

    form: Form
    students: tuple[str, ...]
    texts: tuple[str, ...]


def look_alikes(rows: Sequence[Row], master: Master, rubrics: Rubrics) -> LookAlikes:
    """Return what is alike among the answers of a class."""
    there = [row for row in rows if row.was_run]
    found = [one for q in master.questions for one in _of_question(q, there, rubrics)]
    shared = Counter(pair for one in found for pair in set(_pairs(one)))
    counted = [one._replace(shared=max(shared[pair] for pair in _pairs(one))) for one in found]
    counted.sort(key=lambda one: (-one.shared, -one.measure, -len(one.texts[0])))
    results = [one for q in master.questions for one in _same_results(q, there)]
    return LookAlikes(tuple(counted[:MOST_SHOWN]), tuple(results[:MOST_SHOWN]))


def _pairs(one: Alike) -> Iterator[tuple[str, str]]:
    first, second = one.students
    yield from combinations(sorted({*first, *second}), 2)


def _most(rows: Sequence[Row]) -> int:
    """Return how many students may share something that is not common."""
    return max(FEW, int(SHARE * len(rows)))


def _of_question(question: Question, rows: Sequence[Row], rubrics: Rubrics) -> Iterator[Alike]:
    answers = _answers(question, rows)
    given = [rubrics.get(name, Rubric()).reference for name in question.answers]
    forms = [*(one.form for one in answers), *(form_of(text) for text in given if text)]
    measure = _measures(forms)
    alike = measure[: len(answers), : len(answers)] >= NEAR
    as_given = (measure[: len(answers), len(answers) :] >= NEAR).any(axis=1)
    counts = np.array([len(one.students) for one in answers], dtype=int)
    rare = ~as_given & (alike @ counts <= _most(rows)) if len(answers) else as_given
    title = question.title or question.grade_id
    for place in np.flatnonzero(rare):
        one = answers[place]
        if len(one.students) > 1:
            yield Alike(title, 1.0, (one.students[:1], one.students[1:]), _two(one, one), 1)
        for other in np.flatnonzero(alike[place] & rare):
            if other > place:
                pair = one, answers[other]
                students = pair[0].students, pair[1].students
                yield Alike(title, float(measure[place, other]), students, _two(*pair), 1)


def _two(one: _Answer, other: _Answer) -> tuple[str, str]:
    """Return two texts: the second student's own where both have one form."""
    return one.texts[0], other.texts[-1] if one is other else other.texts[0]


def _answers(question: Question, rows: Sequence[Row]) -> list[_Answer]:
    """Return the different answers that leave something to choose, with who gave them."""
    found = defaultdict[Form, list[tuple[str, str]]](list)
    for row in rows:
        source = row.code.get(question.grade_id, "")
        form = () if is_blank(source) else form_of(source)
        if len(form) >= FREEDOM:
            found[form].append((row.student, source))
    return [
        _Answer(form, *(tuple(part) for part in zip(*pairs, strict=True)))
        for form, pairs in found.items()
    ]


def _measures(forms: Sequence[Form]) -> np.ndarray:
    """Return how alike each two forms are, 0 to 1."""
    runs = [_runs(form) for form in forms]
    sizes = np.array([len(one) for one in runs], dtype=float)
    if len(forms) > MOST_FORMS:
        return np.eye(len(forms))
    often = Counter(run for one in runs for run in one)
    columns = {run: n for n, run in enumerate(run for run, count in often.items() if count > 1)}
    both = np.zeros((len(forms), len(forms)))
    for start in range(0, len(columns), COLUMNS):
        table = np.zeros((len(forms), COLUMNS), dtype=np.float32)
        for row, one in enumerate(runs):
            places = (columns[run] - start for run in one if run in columns)
            table[row, [place for place in places if 0 <= place < COLUMNS]] = 1
        both += table @ table.T
    measures = 2 * both / np.maximum(sizes[:, None] + sizes, 1)
    np.fill_diagonal(measures, 1.0)  # runs that only one form has are in no column
    return measures


def _runs(form: Form) -> set[tuple[object, ...]]:
    """Return the runs of nodes in a form; what comes twice is told apart by a number."""
    seen, runs = Counter[object](), set[tuple[object, ...]]()
    for place in range(max(len(form) - RUN + 1, 1)):
        run = form[place : place + RUN]
        seen[run] += 1
        runs.add((*run, seen[run]))
    return runs


def _same_results(question: Question, rows: Sequence[Row]) -> Iterator[SameResult]:
    """Yield who has the same numbers wrong, where these are no known mistake's and not common."""
    found = defaultdict[str, list[tuple[str, Outcome]]](list)
    for row in rows:
        for one in row.outcomes:
            if one.grade_id == question.grade_id and _is_odd(one):
                found[_digest((one.message, one.rows))].append((row.student, one))
    for pairs in found.values():
        if 1 < len(pairs) <= _most(rows):
            said = "; ".join(f"{label} {text}" for label, text in pairs[0][1].rows)
            students = tuple(student for student, _ in pairs)
            yield SameResult(question.title or question.grade_id, students, said)


def _is_odd(outcome: Outcome) -> bool:
    return outcome.kind is Kind.WRONG and bool(outcome.rows) and not outcome.mistake


def _digest(parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
