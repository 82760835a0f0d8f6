"""When a sheet was due, for everybody and for some later, and how late a row is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from course_utils.grading import GradingError
from course_utils.grading.late import UNKNOWN, Rule, in_words
from course_utils.grading.rows import Row

MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[ T]+(?P<time>\d\d?:\d\d)(?P<seconds>:\d\d)?)?"
    r"\s*(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
EXAMPLE = "2026-03-01 23:59, or with an offset 2026-03-01 23:59+01:00"
NOT_LATE = timedelta(0)
Told = Mapping[str, timedelta | None]  # by how much the platform says that a student is late


class BadDate(GradingError):
    """A date that cannot be read; the message is for the teacher."""


@dataclass(frozen=True)
class Extension:
    """until : seconds since 1970, None where it is `days` after the others' deadline."""

    until: float | None = None
    days: float = 0.0


@dataclass(frozen=True)
class Deadline:
    """due : seconds since 1970, None where only the platform knows.  rule : what late work costs.

    extensions : by student, as rows have it.
    """

    due: float | None = None
    rule: Rule | None = None
    extensions: Mapping[str, Extension] = field(default_factory=dict)

    def applied(self, rows: Iterable[Row], maximum: float, told: Told | None = None) -> list[Row]:
        """Return the rows with how late they are, and with what that costs."""
        said = told or {}
        return [self._applied(row, maximum, said.get(row.student)) for row in rows]

    def lateness(self, row: Row, told: timedelta | None = None) -> timedelta:
        """Return how late a row is: UNKNOWN where nobody says by how much, else 0 or more.

        told : what the platform's list says, None where it says nothing.
        """
        longer = self._extension(row)
        due = self._due(longer)
        if due is not None and row.handed_in is not None:
            return max(timedelta(seconds=row.handed_in - due), NOT_LATE)
        if told is not None and (longer is None or longer.until is None):
            return max(told - timedelta(days=longer.days if longer else 0), NOT_LATE)
        return UNKNOWN if row.marked_late or (told or NOT_LATE) > NOT_LATE else NOT_LATE

    def _due(self, longer: Extension | None) -> float | None:
        if longer is None:
            return self.due
        if longer.until is not None or self.due is None:
            return longer.until
        return self.due + timedelta(days=longer.days).total_seconds()

    def _applied(self, row: Row, maximum: float, told: timedelta | None) -> Row:
        late = self.lateness(row, told) if row.status.handed_in else NOT_LATE
        if late == NOT_LATE:
            return replace(row, late="", penalty=0.0)
        perhaps_not = late == UNKNOWN and self._extension(row)
        penalty = self.rule.penalty(late, maximum) if self.rule and not perhaps_not else 0.0
        return replace(row, late=in_words(late), penalty=penalty)

    def _extension(self, row: Row) -> Extension | None:
        return self.extensions.get(row.student)


def moment(text: str, where: str = "--due") -> float:
    """Return the seconds since 1970 of a date and time, the last of them that it names.

    Without an offset it is this machine's time. "23:59" lasts a minute, and a day to its end.
    """
    found = MOMENT.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError("no date and time")
        day, time, seconds, zone = found.group("day", "time", "seconds", "zone")
        time = (time or "23:59").zfill(5) + (seconds or ":59")
        return datetime.fromisoformat(f"{day} {time}{(zone or '').upper()}").timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise BadDate(f"{where}: {text!r} is no date: expected {EXAMPLE}") from error
