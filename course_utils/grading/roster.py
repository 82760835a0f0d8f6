"""A class's list from Moodle or Canvas: who is missing, and the columns that they import."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from course_utils.grading.master import Master
from course_utils.grading.rows import Row
from course_utils.grading.status import Status
from course_utils.grading.tables import BadTable, csv_text, number, read_csv
from course_utils.grading.told import STATUS, lateness

Record = dict[str, str]  # a line of the list, by column
MOODLE = ("Identifier", "Full name")
CANVAS = ("Student", "ID")
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


@dataclass(frozen=True)
class Roster:
    """The records of a list. system : "moodle", "canvas" or "plain" (a column `student`)."""

    system: str
    records: tuple[Record, ...]

    @property
    def people(self) -> list[frozenset[str]]:
        """Return all that each person on the list may be called by."""
        return [frozenset(self._keys(record)) for record in self.records]

    def match(self, rows: Sequence[Row]) -> tuple[list[Row], dict[int, Row], list[str]]:
        """Return (rows with one for everybody on the list, {place in the list: row}, strangers)."""
        keys = [self._keys(record) for record in self.records]
        found, strangers = dict[int, Row](), list[str]()
        for row in rows:
            asked = {_plain(row.student), row.number} - {""}
            places = [place for place, names in enumerate(keys) if asked & names]
            if len(places) == 1 and places[0] not in found:
                found[places[0]] = row
            else:
                strangers.append(row.student)
        absent = {place: self._missing(place) for place in range(len(keys)) if place not in found}
        return [*rows, *absent.values()], {**found, **absent}, strangers

    def told(self, rows: Sequence[Row]) -> dict[str, timedelta | None]:
        """Return by how much the platform says that work was late, by student."""
        column = next((name for name in self.records[0] if name.casefold() in STATUS), None)
        if column is None:
            return {}
        found = self.match(rows)[1]
        return {row.student: lateness(self.records[place][column]) for place, row in found.items()}

    def table(self, found: Mapping[int, Row], master: Master) -> str:
        """Return the text of the CSV that the system imports."""
        lines = [self._columns(master)]
        for place, record in enumerate(self.records):
            lines.append(self._line(record, found[place], master))
        return csv_text(lines)

    def _columns(self, master: Master) -> Sequence[str]:
        if self.system == "moodle":
            return ("Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments")
        if self.system == "canvas":
            return (*CANVAS_COLUMNS, self._assignment(master))
        return ("student", "score", "max_score")

    def _line(self, record: Record, row: Row, master: Master) -> Sequence[str]:
        score, most = number(row.score), number(master.max_score)
        if self.system == "moodle":
            comment = row.status if row.status.look else ""
            return (record["Identifier"], record["Full name"], score, most, comment)
        if self.system == "canvas":
            return (*(record.get(name, "") for name in CANVAS_COLUMNS), score)
        return (record["student"], score, most)

    def _assignment(self, master: Master) -> str:
        """Return the column of Canvas that belongs to the sheet, such as "02_score (4711)"."""
        names = [n for n in self.records[0] if n.lower().startswith(master.name.lower())]
        return names[0] if names else master.name

    def _name(self, record: Record) -> str:
        return record[{"moodle": "Full name", "canvas": "Student"}.get(self.system, "student")]

    def _keys(self, record: Record) -> set[str]:
        """Return all that a submission may be called by: the name, the id, the login."""
        fields = ("Identifier", "ID", "SIS User ID", "SIS Login ID", "Email address", "id", "login")
        ids = {re.sub(r"^Participant ", "", record.get(field, "")) for field in fields}
        names = {_plain(self._name(record)), *(_plain(name.split("@")[0]) for name in ids)}
        last, _, first = self._name(record).partition(",")
        return (names | ids | {_plain(first + last)}) - {""}

    def _missing(self, place: int) -> Row:
        name, status = self._name(self.records[place]), Status.MISSING
        return Row(name, "", status, notes=(status.to_student,))


def read_roster(path: Path) -> Roster:
    """Return the Roster in a CSV."""
    records = read_csv(path, ())
    if not records:
        raise BadTable(f"{path} has no lines: expected a list of students from Moodle or Canvas")
    for system, needed in (("moodle", MOODLE), ("canvas", CANVAS), ("plain", ("student",))):
        if all(name in records[0] for name in needed):
            people = [r for r in records if "points possible" not in r.get("Student", "").lower()]
            return Roster(system, tuple(people))
    raise BadTable(
        f"{path} is no list that is known: expected the columns Identifier and Full name (Moodle), "
        f"Student and ID (Canvas), or student; it has {list(records[0])}"
    )


def _plain(name: str) -> str:
    """Return a name without case, accents' two spellings, spaces and commas."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in text if letter.isalnum())
