"""A class's list from Moodle or Canvas: who is missing, and the columns that they import."""

import re
import unicodedata
from dataclasses import dataclass

from course_utils.grading.tables import BadTable, csv_text, grades_of, number, read_csv, score_of

MOODLE = ("Identifier", "Full name")
CANVAS = ("Student", "ID")
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


@dataclass(frozen=True)
class Roster:
    """The records of a list. system : "moodle", "canvas" or "plain" (a column `student`)."""

    system: str
    records: tuple[dict, ...]

    def match(self, rows):
        """Return (rows with one for everybody on the list, {place in the list: row}, strangers)."""
        keys = [self._keys(record) for record in self.records]
        found, strangers = {}, []
        for row in rows:
            asked = {plain(row["student"]), row["number"]} - {""}
            places = [place for place, names in enumerate(keys) if asked & names]
            if len(places) == 1 and places[0] not in found:
                found[places[0]] = row
            else:
                strangers.append(row["student"])
        absent = {place: self._missing(place) for place in range(len(keys)) if place not in found}
        return [*rows, *absent.values()], {**found, **absent}, strangers

    def table(self, found, master, marks):
        """The text of the CSV that the system imports."""
        lines = [self._columns(master)]
        for place, record in enumerate(self.records):
            row = found[place]
            score = score_of(grades_of(row, master, marks.get(row["student"])))
            lines.append(self._line(record, number(score), row, master))
        return csv_text(lines)

    def _columns(self, master):
        if self.system == "moodle":
            return ("Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments")
        if self.system == "canvas":
            return (*CANVAS_COLUMNS, self._assignment(master))
        return ("student", "score", "max_score")

    def _line(self, record, score, row, master):
        most = number(master.max_score)
        if self.system == "moodle":
            status = "" if row["status"] in ("graded", "missing") else row["status"]
            return (record["Identifier"], record["Full name"], score, most, status)
        if self.system == "canvas":
            return (*(record.get(name, "") for name in CANVAS_COLUMNS), score)
        return (record["student"], score, most)

    def _assignment(self, master):
        """The column of Canvas that belongs to the sheet, such as "02_score (4711)"."""
        names = [n for n in self.records[0] if n.lower().startswith(master.name.lower())]
        return names[0] if names else master.name

    def _name(self, record):
        return record[{"moodle": "Full name", "canvas": "Student"}.get(self.system, "student")]

    def _keys(self, record):
        """All that a submission may be called by: the name, the id, the login."""
        fields = ("Identifier", "ID", "SIS User ID", "SIS Login ID", "Email address", "id", "login")
        ids = {re.sub(r"^Participant ", "", record.get(field, "")) for field in fields}
        names = {plain(self._name(record)), *(plain(name.split("@")[0]) for name in ids)}
        last, _, first = self._name(record).partition(",")
        return (names | ids | {plain(first + last)}) - {""}

    def _missing(self, place):
        name = self._name(self.records[place])
        about = {"student": name, "number": "", "file": "", "status": "missing", "seconds": 0.0}
        return {**about, "notes": ["Nothing was handed in."], "outcomes": []}


def read_roster(path):
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


def plain(name):
    """A name without case, accents' two spellings, spaces and commas."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in text if letter.isalnum())
