"""Grades as tables: grades.csv, grades.json, and what a teacher adds by hand."""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from course_utils.grading import GradingError
from course_utils.grading.master import Master
from course_utils.grading.rows import Row

FORMULA = re.compile(r"(^|;\s*)([=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")  # where one begins
Marks = dict[str, dict[str, float]]  # that a teacher gave: by student, by grade_id
OUT_OF = "(out of)"  # in the place of a student: what questions are worth, see `worth`
FIXED = ("student", "status", "score", "max_score")
ALSO = ("raw_score", "late")  # behind the questions: the score before a rule for late work


class BadTable(GradingError):
    """A CSV that does not fit; the message is for the teacher."""


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


def read_marks(path: Path, master: Master) -> Marks:
    """Read {student: {grade_id: points}} from a CSV with the columns `student` and grade_ids."""
    known = {question.grade_id for question in master.questions}
    marks = {}
    for line, record in enumerate(read_csv(path, ("student",)), start=2):
        if OUT_OF in record.values():
            continue
        given = {}
        for name in known & record.keys():
            if record[name].strip():
                given[name] = _points(record[name], path, line)
        marks[record["student"]] = given
    return marks


def read_csv(path: Path, needed: Iterable[str]) -> list[dict[str, str]]:
    """Read the records of a CSV, text in every column. Raises BadTable where one is missing."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTable(f"{path} cannot be read as text in UTF-8: {error}") from error
    reader = csv.DictReader(io.StringIO(text))
    names = reader.fieldnames or ()
    missing = [name for name in needed if name not in names]
    if missing:
        raise BadTable(f"{path} needs a column {missing[0]!r}, it has {reader.fieldnames}")
    return [{name: record[name] or "" for name in names} for record in reader]


def csv_text(lines: Iterable[Iterable[str]]) -> str:
    """Write lines as CSV; no text begins with what a spreadsheet would run as a formula."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([list(map(_harmless, line)) for line in lines])
    return out.getvalue()


def _harmless(text: str) -> str:
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


def _points(text: str, path: Path, line: int) -> float:
    if not _is_number(text.strip().replace(",", ".")):
        raise BadTable(f"{path}, line {line}: expected points, got {text!r}")
    return float(text.strip().replace(",", "."))
