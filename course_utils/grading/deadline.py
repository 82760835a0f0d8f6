"""When a sheet was due, for everybody and for some later, and how late a row is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from course_utils.grading import GradingError
from course_utils.grading.counted import counted
from course_utils.grading.late import UNKNOWN, Rule, in_words
from course_utils.grading.rows import Row
from course_utils.grading.told import Told

MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[ T]+(?P<time>\d\d?:\d\d)(?P<seconds>:\d\d)?)?"
    r"\s*(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
EXAMPLE = "2026-03-01 23:59, or with an offset 2026-03-01 23:59+01:00"
NOT_LATE = timedelta(0)
# How an extension, {}, was applied: a note on the row.
OF_THE_FILE = "The extension {} counts: the time of the file is compared with it."
OF_MOODLE = "Moodle says {} late, from its own deadline: the extension {{}} is taken off."
EXTENDED = (
    "Moodle has granted an extension of its own and counts from its end: the extension {} in "
    "--extensions changes nothing."
)
UNKNOWN_TIME = "Nobody says by how much it is late, so with the extension {} nothing is taken."


class BadDate(GradingError):
    """A date that cannot be read; the message is for the teacher."""


@dataclass(frozen=True)
class Extension:
    """until : seconds since 1970, None where it is `days` after the others' deadline."""

    until: float | None = None
    days: float = 0.0

    def __str__(self) -> str:
        """Return it in words that follow "the extension"."""
        if self.until is None:
            return f"of {counted(self.days, 'day')}"
        return f"until {datetime.fromtimestamp(self.until):%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class Deadline:
    """due : seconds since 1970, None where only the platform knows.  rule : what late work costs.

    extensions : by student, as rows have it.
    """

    due: float | None = None
    rule: Rule | None = None
    extensions: Mapping[str, Extension] = field(default_factory=dict)

    def applied(
        self, rows: Iterable[Row], maximum: float, told: Mapping[str, Told] | None = None
    ) -> list[Row]:
        """Return the rows with how late they are, what that costs, and what an extension did."""
        said = told or {}
        return [self._applied(row, maximum, said.get(row.student, Told(None))) for row in rows]

    def _applied(self, row: Row, maximum: float, told: Told) -> Row:
        longer = self.extensions.get(row.student)
        handed_in = row.status.handed_in
        late, how = self._lateness(row, told, longer) if handed_in else (NOT_LATE, "")
        if longer and how and (late or self._lateness(row, told, None)[0]):
            row = replace(row, notes=(*row.notes, how.format(longer)))
        if late == NOT_LATE:
            return replace(row, late="", penalty=0.0)
        perhaps_not = late == UNKNOWN and longer
        penalty = self.rule.penalty(late, maximum) if self.rule and not perhaps_not else 0.0
        return replace(row, late=in_words(late), penalty=penalty)

    def _lateness(self, row: Row, told: Told, longer: Extension | None) -> tuple[timedelta, str]:
        """Return (how late a row is, a sentence about its extension).

        UNKNOWN where nobody says by how much. The time of a file goes before what a platform says.
        """
        due = self._due(longer)
        if due is not None and row.handed_in is not None:
            return _least(timedelta(seconds=row.handed_in - due)), OF_THE_FILE
        if told.late is None:
            return UNKNOWN if row.marked_late else NOT_LATE, UNKNOWN_TIME
        if longer is None or told.late == NOT_LATE:
            return told.late, ""
        if told.extended:
            return told.late, EXTENDED
        how = OF_MOODLE.format(in_words(told.late))
        if longer.until is None:
            return _least(told.late - timedelta(days=longer.days)), how
        if self.due is None:
            return UNKNOWN, UNKNOWN_TIME
        return _least(told.late - timedelta(seconds=longer.until - self.due)), how

    def _due(self, longer: Extension | None) -> float | None:
        if longer is None:
            return self.due
        if longer.until is not None or self.due is None:
            return longer.until
        return self.due + timedelta(days=longer.days).total_seconds()


def _least(late: timedelta) -> timedelta:
    return max(late, NOT_LATE)


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
