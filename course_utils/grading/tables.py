"""Grades as tables: grades.csv, grades.json, and what a teacher adds by hand."""

import csv
import difflib
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from course_utils.grading.columns import FIRST, LAST, LOGIN, NAME, OTHER_NUMBER, to_number
from course_utils.grading.counted import counted
from course_utils.grading.lists import BadTable, Record, Table, read_table
from course_utils.grading.master import Master, Question
from course_utils.grading.people import People, Person
from course_utils.grading.rows import Row
from course_utils.grading.spelling import plain

FORMULA = re.compile(r"(^|;\s*)([=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")  # where one begins
Marks = dict[str, dict[str, float]]  # that a teacher gave: by student, by grade_id
OUT_OF = "(out of)"  # in the place of a student: what questions are worth, see `worth`
FIXED = ("student", "status", "score", "max_score")
ALSO = ("raw_score", "late")  # behind the questions: the score before a rule for late work
KNOWN = (*FIXED, *ALSO, "total", "sum")  # of our own tables, and of teachers'
PEOPLE = {*NAME, *LAST, *FIRST, *LOGIN, *OTHER_NUMBER}


def grades_csv(rows: Iterable[Row], master: Master) -> str:
    """Return the text of grades.csv."""
    names = [question.grade_id for question in master.questions]
    lines: list[Sequence[str]] = [(*FIXED, *names, *ALSO)]
    for row in rows:
        points = (row.score, master.max_score, *(row.grades.get(name) for name in names))
        lines.append(
            (row.student, row.status, *map(number, points), number(row.raw_score), row.late)
        )
    return csv_text(lines)


def grades_json(rows: Iterable[Row], master: Master, warning: str = "") -> str:
    """Return the text of grades.json: the same with notes and the reasons that students wrote."""
    by_hand = [question.grade_id for question in master.questions if question.by_hand]
    submissions = [
        {
            "student": row.student,
            "number": row.number,
            "person": row.person,
            "status": row.status,
            "file": row.file,
            "seconds": row.seconds,
            "notes": row.notes,
            "score": row.score,
            "max_score": master.max_score,
            "raw_score": row.raw_score,
            "late": row.late,
            "lost": row.lost,
            "work": row.work,
            "source": row.source,
            "grades": {q.grade_id: row.grades.get(q.grade_id) for q in master.questions},
            "by_hand": row.by_hand,
            "mistakes": {one.grade_id: one.mistake for one in row.outcomes if one.mistake},
            "written": {name: row.code.get(name, "") for name in by_hand},
        }
        for row in rows
    ]
    text = {"sheet": master.name, "warning": warning, "submissions": submissions}
    return json.dumps(text, ensure_ascii=False, indent=1) + "\n"


def read_marks(path: Path, master: Master, people: Sequence[Person] = ()) -> Marks:
    """Read {student: {grade_id: points}} from a CSV with the columns `student` and grade_ids.

    people : whom a line may mean, by name, number or login; with none, it means what it says.
    Raises BadTable, with the line, where a student or a question is unknown or stands twice, or
    where the points are none that the question has.
    """
    table = read_table(path)
    who, known = _who(table), People(people)
    questions = _questions(table, master, who)
    marks, lines = Marks(), dict[str, int]()
    for record in table.records:
        if OUT_OF in record.cells:
            continue
        where = f"{path}, line {record.line}"
        given = _given(record, len(table.names), questions, where)
        student = _meant(record.cell(who), known, people, where)
        if student in lines:
            raise BadTable(
                f"{where}: {student!r} has line {lines[student]} already; keep one of the two"
            )
        marks[student], lines[student] = given, record.line
    return marks


def _given(
    record: Record, columns: int, questions: Mapping[int, Question], where: str
) -> dict[str, float]:
    """Return the points in a line, by grade_id. Raises BadTable where they are none."""
    if any(cell.strip() for cell in record.cells[columns:]):
        raise BadTable(f'{where} has more cells than the first line: write points as 1.5, or "1,5"')
    cells = {question: record.cell(place) for place, question in questions.items()}
    return {one.grade_id: _points(text, one, where) for one, text in cells.items() if text}


def _who(table: Table) -> int:
    """Return the column that says who is meant."""
    names = [plain(name) for name in table.names]
    for known in (("student",), NAME, LOGIN, OTHER_NUMBER):
        for place, name in enumerate(names):
            if name in known:
                return place
    raise BadTable(f"{table.path} needs a column 'student', it has {table.names}")


def _questions(table: Table, master: Master, who: int) -> dict[int, Question]:
    """Return the questions by column. Raises BadTable for a column of points of none."""
    known = {question.grade_id: question for question in master.questions}
    found = {place: known[name] for place, name in enumerate(table.names) if name in known}
    where = f"{table.path}, line {table.header.line}"
    twice = [name for name, count in Counter(table.names).items() if count > 1 and name in known]
    if twice:
        raise BadTable(f"{where}: {twice[0]!r} stands there twice")
    for place, name in enumerate(table.names):
        if place in found or place == who or name in KNOWN or plain(name) in PEOPLE:
            continue
        near = difflib.get_close_matches(name, known, 1, 0.8)
        if near or any(to_number(cell) is not None for cell in table.column(place)):
            hint = f"is it {near[0]!r}?" if near else f"the sheet has {', '.join(known)}"
            raise BadTable(f"{where}: there is no question {name!r}; {hint}")
    return found


def _meant(text: str, known: People, people: Sequence[Person], where: str) -> str:
    """Return the student of a line, as a row calls them."""
    if not text:
        raise BadTable(f"{where}: there is no student; expected a name, a number or a login")
    if not people:
        return text
    exact = {one.name for one in people if text in (one.name, harmless(one.name))}
    places = known.called(text)[1]
    names = exact or {people[place].name for place in places}
    if not names:
        raise BadTable(
            f"{where}: there is no student {text!r}; expected a name, a number or a login of "
            f"somebody who handed something in or is on the list"
        )
    if len(names) > 1 or (not exact and len(places) > 1):
        raise BadTable(
            f"{where}: {text!r} could be {' or '.join(sorted(names))}; give the number instead"
        )
    return names.pop()


def read_csv(path: Path, needed: Iterable[str]) -> list[dict[str, str]]:
    """Read the records of a CSV, text in every column. Raises BadTable where one is missing."""
    table = read_table(path)
    missing = [name for name in needed if name not in table.names]
    if missing:
        raise BadTable(f"{path} needs a column {missing[0]!r}, it has {table.names}")
    pairs = list(enumerate(table.names))
    return [{name: record.cell(place) for place, name in pairs} for record in table.records]


def csv_text(lines: Iterable[Iterable[str]]) -> str:
    """Write lines as CSV; no text begins with what a spreadsheet would run as a formula."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([list(map(harmless, line)) for line in lines])
    return out.getvalue()


def harmless(text: str) -> str:
    """Return a cell of a table that stays a text, whatever a student called a file.

    A program set to another country begins a new cell at each semicolon.
    """
    return text if _is_number(text) else FORMULA.sub(r"\1'\2", text)


def number(points: float | None) -> str:
    """Write points as short text, nothing for None."""
    return "" if points is None else f"{points:.6g}"


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _points(text: str, question: Question, where: str) -> float:
    points = to_number(text)
    if points is None:
        raise BadTable(f"{where}: expected points, got {text!r}; write a number such as 1.5")
    if not 0 <= points <= question.points + 1e-9:
        more = f", or a line {OUT_OF} that says what it can have" if question.by_hand else ""
        raise BadTable(
            f"{where}: {counted(text, 'point')} for {question.grade_id!r}; it has "
            f"{question.points:g}, so expected 0 to {question.points:g}{more}"
        )
    return points
