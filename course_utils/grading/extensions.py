"""Who has longer than the others: a CSV with a student, and a date or a number of days."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from course_utils.grading.deadline import Extension, moment
from course_utils.grading.people import People, Person
from course_utils.grading.tables import BadTable, read_csv

MOST_DAYS = 1000


class Extensions(NamedTuple):
    """by_student : by what rows call them.  strangers : of whom there is no work yet."""

    by_student: dict[str, Extension]
    strangers: list[str]


def read_extensions(path: Path, people: Sequence[Person], whole: bool) -> Extensions:
    """Return what a CSV says: `student` (name, number or login), and `until` or `days`.

    whole : whether these people are the whole class. Raises BadTable, with the line, for a student
    who is not among them, who could be two, or who has another line.
    """
    records = read_csv(path, ("student",))
    if records and not {"until", "days"} & records[0].keys():
        raise BadTable(f"{path} needs a column 'until' or 'days' beside 'student'")
    known, found, lines = People(people), Extensions({}, []), dict[str, int]()
    for line, record in enumerate(records, start=2):
        where, text = f"{path}, line {line}", record["student"].strip()
        if not any(cell.strip() for cell in record.values()):
            continue
        extension, student = _extension(record, where), _meant(text, known, people, where, whole)
        if student is None:
            found.strangers.append(text)
        elif student in lines:
            raise BadTable(f"{where}: {text!r} has line {lines[student]} already")
        else:
            found.by_student[student], lines[student] = extension, line
    return found


def _meant(
    text: str, known: People, people: Sequence[Person], where: str, whole: bool
) -> str | None:
    """Return how the student's row is called, None where there may be one some day."""
    places = known.called(text)[1] if text else set[int]()
    if len(places) > 1:
        raise BadTable(f"{where}: {text!r} could be two students: give the number")
    if not places and (whole or not text):
        raise BadTable(f"{where}: there is no student {text!r} in the class")
    return people[min(places)].name if places else None


def _extension(record: dict[str, str], where: str) -> Extension:
    until, days = (record.get(name, "").strip() for name in ("until", "days"))
    if bool(until) == bool(days):
        raise BadTable(f"{where}: expected a date in 'until', or a number in 'days', and one only")
    if until:
        return Extension(until=moment(until, where))
    try:
        number = float(days.replace(",", "."))
    except ValueError:
        number = math.nan
    if not 0 <= number <= MOST_DAYS:
        raise BadTable(f"{where}: {days!r} is no number of days, such as 3")
    return Extension(days=number)
