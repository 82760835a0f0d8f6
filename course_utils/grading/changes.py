"""What changed since the report before: which score, which question, and why.

`changes.csv` grows with every run, so that a complaint can be answered.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from course_utils.grading.counted import counted
from course_utils.grading.master import Master
from course_utils.grading.rows import Row
from course_utils.grading.spelling import plain
from course_utils.grading.tables import csv_text, number

COLUMNS = ("when", "student", "question", "before", "after", "why")
SCORE, LATE = "score", "late"  # in the place of a question
MOST_SAID = 5
Before = Mapping[str, Any]  # a student in grades.json


class Change(NamedTuple):
    """A number of one student. question : a grade_id, or "late" for what that costs, or "score"."""

    student: str
    question: str
    before: str
    after: str
    why: str


def reported(path: Path) -> list[Before]:
    """Return the students in a grades.json, none where there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["submissions"]
        return [one for one in found if isinstance(one["grades"], dict) and one["student"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []


def changes(before: Sequence[Before], rows: Iterable[Row], master: Master) -> list[Change]:
    """Return what changed between a report and these rows; nothing where there was no report."""
    persons = {one["person"]: one for one in before if one.get("person")}
    names = {plain(one["student"]): one for one in before if not one.get("person")}
    found = list[Change]()
    for row in rows if before else ():
        old = persons.get(row.person) or names.get(plain(row.student))
        found += _of_student(old, row, master)
    return found


def _of_student(old: Before | None, row: Row, master: Master) -> Iterator[Change]:
    """Yield the questions that changed, what being late costs, and the score last."""
    if old is None:
        if row.status.handed_in:
            yield Change(row.student, SCORE, "", number(row.score), "new hand-in")
        return
    parts = [*_of_questions(old, row, master), *_of_lateness(old, row)]
    yield from parts
    scores = _text(old.get("score")), number(row.score)
    if scores[0] != scores[1]:
        whys = dict.fromkeys(part.why for part in parts) or [_why(old, row)]
        yield Change(row.student, SCORE, *scores, "; ".join(whys))


def _of_questions(old: Before, row: Row, master: Master) -> Iterator[Change]:
    by_hand = old.get("by_hand", {})
    for question in master.questions:
        name = question.grade_id
        points = _text(old["grades"].get(name)), number(row.grades.get(name))
        if points[0] != points[1]:
            given = by_hand.get(name) != row.by_hand.get(name)
            yield Change(row.student, name, *points, "by hand" if given else _why(old, row))


def _of_lateness(old: Before, row: Row) -> Iterator[Change]:
    costs = _text(old.get("lost", 0.0)), number(row.lost)
    if costs[0] != costs[1]:
        why = _why(old, row) if old.get("work", row.work) != row.work else "late rule"
        yield Change(row.student, LATE, *costs, why)


def _text(points: object) -> str:
    """Write points that stood in a file."""
    return number(points) if isinstance(points, int | float) else ""


def _why(old: Before, row: Row) -> str:
    if old.get("work", "") != row.work:
        return "new hand-in" if "work" in old else "graded again"
    return "new SOURCE" if old["source"] != row.source else "graded again"


def grown(there: bytes, found: Iterable[Change], when: str) -> bytes:
    """Return changes.csv with those of this run below what is there, however it is encoded."""
    lines = [] if there else [COLUMNS]
    text = csv_text([*lines, *((when, *change) for change in found)])
    return there.removesuffix(b"\n") + b"\n" * bool(there) + text.encode()


def said(found: Sequence[Change], rows: Sequence[Row]) -> str:
    """Return what to say in a terminal, nothing where no score changed."""
    scores = [change for change in found if change.question == SCORE]
    new = sum(not change.before for change in scores)
    if not scores:
        return ""
    named = [
        f"{one.student} {one.before or '–'} → {one.after or '–'} ({one.why})"
        for one in scores[:MOST_SAID]
    ]
    more = ", …" if len(scores) > MOST_SAID else ""
    also = f", {counted(new, 'is', 'are')} new" if new else ""
    changed = f"{len(scores) - new} of {counted(len(rows), 'score')} changed{also} (changes.csv)"
    return f"{changed}: {', '.join(named)}{more}"
