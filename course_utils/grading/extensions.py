"""Who has longer than the others: a CSV with a student, and a date or a number of days."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_utils.grading.deadline import Extension, moment
from course_utils.grading.merge import name_of
from course_utils.grading.tables import BadTable, read_csv

MOST_DAYS = 1000
Keys = frozenset[str]  # all that one person may be called by: number, login, name of `name_of`


@dataclass(frozen=True)
class Line:
    """A line of the file. student : a name, a number or a login."""

    number: int
    student: str
    extension: Extension

    @property
    def keys(self) -> Keys:
        """Return what the student may be known by."""
        return called(self.student, self.student)


def called(name: str, number: str) -> Keys:
    """Return what somebody with a name and a number may be known by."""
    return frozenset({number, name_of(name)}) - {""}


def read_extensions(path: Path) -> list[Line]:
    """Return the lines of a CSV with the columns `student` and `until`, or `days`."""
    records = read_csv(path, ("student",))
    if records and not {"until", "days"} & records[0].keys():
        raise BadTable(f"{path} needs a column 'until' or 'days' beside 'student'")
    return [
        Line(number, record["student"].strip(), _extension(record, f"{path}, line {number}"))
        for number, record in enumerate(records, start=2)
        if any(value.strip() for value in record.values())
    ]


def extensions_of(
    lines: Sequence[Line], path: Path, listed: Sequence[Keys], here: Iterable[Keys]
) -> dict[str, Extension]:
    """Return the extensions by all that their students are called.

    listed : the people of the class's list.  here : those whose work is known. Raises BadTable for
    a line whose student is unknown, could be two people, or has another line.
    """
    known = frozenset[str]().union(*here)
    count = Counter(key for keys in listed for key in keys)
    shared = {key for key in count if count[key] > 1}  # a name of two people says neither
    found, lines_of = dict[str, Extension](), dict[str, int]()
    for line in lines:
        where = f"{path}, line {line.number}"
        people = [keys for keys in listed if keys & line.keys]
        if len(people) > 1:
            raise BadTable(f"{where}: {line.student!r} could be two students: give the number")
        if not line.student or (listed and not people and not known & line.keys):
            raise BadTable(f"{where}: there is no student {line.student!r} in the class")
        keys = line.keys.union(*people) - shared
        for key in keys & lines_of.keys():
            raise BadTable(f"{where}: {line.student!r} has line {lines_of[key]} already")
        found |= dict.fromkeys(keys, line.extension)
        lines_of |= dict.fromkeys(keys, line.number)
    return found


def strangers(lines: Sequence[Line], here: Iterable[Keys]) -> list[str]:
    """Return the students of lines that fit nobody whose work is here."""
    known = frozenset[str]().union(*here)
    return [line.student for line in lines if not known & line.keys]


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
