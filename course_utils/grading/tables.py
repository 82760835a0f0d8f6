"""Grades as tables: grades.csv, grades.json, and what a teacher adds by hand."""

import csv
import io
import json
import math
import re

from course_utils.grading import GradingError

FORMULA = re.compile(r"(^|;\s*)([=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")  # where one begins
FIXED = ("student", "status", "score", "max_score")


class BadTable(GradingError):
    """A CSV that does not fit; the message is for the teacher."""


def grades_of(row, master, by_hand=None):
    """{grade_id: points} of a row: None where nobody has given any yet."""
    found = {outcome["grade_id"]: outcome["points"] for outcome in row["outcomes"]}
    grades = {
        question.grade_id: found.get(question.grade_id, None if question.by_hand else 0.0)
        for question in master.questions
    }
    if row["status"] == "missing":
        grades = dict.fromkeys(grades)
    return {**grades, **(by_hand or {})}


def score_of(grades):
    """The sum of the points that were given; None where there are none at all."""
    given = [points for points in grades.values() if points is not None]
    return sum(given) if given else None


def grades_csv(rows, master, marks):
    """The text of grades.csv."""
    names = [question.grade_id for question in master.questions]
    lines = [(*FIXED, *names)]
    for row in rows:
        grades = grades_of(row, master, marks.get(row["student"]))
        points = (score_of(grades), master.max_score, *(grades[name] for name in names))
        lines.append((row["student"], row["status"], *map(number, points)))
    return csv_text(lines)


def grades_json(rows, master, marks, warning=""):
    """The text of grades.json: the same with notes, and with the reasons that students wrote."""
    by_hand = [question.grade_id for question in master.questions if question.by_hand]
    told = []
    for row in rows:
        grades = grades_of(row, master, marks.get(row["student"]))
        about = {name: row[name] for name in ("student", "status", "file", "seconds", "notes")}
        about |= {"score": score_of(grades), "max_score": master.max_score, "grades": grades}
        about["mistakes"] = {o["grade_id"]: o["mistake"] for o in row["outcomes"] if o["mistake"]}
        about["written"] = {name: row.get("code", {}).get(name, "") for name in by_hand}
        told.append(about)
    text = {"sheet": master.name, "warning": warning, "submissions": told}
    return json.dumps(text, ensure_ascii=False, indent=1) + "\n"


def read_marks(path, master):
    """{student: {grade_id: points}} from a CSV with the columns `student` and grade_ids."""
    known = {question.grade_id for question in master.questions}
    marks = {}
    for line, record in enumerate(read_csv(path, ("student",)), start=2):
        given = {}
        for name in known & record.keys():
            if record[name].strip():
                given[name] = _points(record[name], path, line)
        marks[record["student"]] = given
    return marks


def read_csv(path, needed):
    """The records of a CSV, with text in every column. Raises BadTable where one is missing."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTable(f"{path} cannot be read as text in UTF-8: {error}") from error
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise BadTable(f"{path} needs a column {missing[0]!r}, it has {reader.fieldnames}")
    return [{name: record[name] or "" for name in reader.fieldnames} for record in reader]


def csv_text(lines):
    """Lines as CSV. No text begins with what a spreadsheet would run as a formula."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([list(map(harmless, line)) for line in lines])
    return out.getvalue()


def harmless(text):
    """A cell of a table that stays a text, whatever a student called a file.

    A program set to another country begins a new cell at each semicolon.
    """
    return text if _is_number(text) else FORMULA.sub(r"\1'\2", text)


def number(points):
    """Points as short text, nothing for None."""
    return "" if points is None else f"{points:.6g}"


def _is_number(text):
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _points(text, path, line):
    if not _is_number(text.strip().replace(",", ".")):
        raise BadTable(f"{path}, line {line}: expected points, got {text!r}")
    return float(text.strip().replace(",", "."))
