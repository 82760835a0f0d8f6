"""A class's list from Moodle, Canvas or a school: who is missing, and the list with the grades."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course_utils.grading.columns import NONE, PARTICIPANT, Columns, columns_of
from course_utils.grading.graded_list import GradedList, is_points_possible
from course_utils.grading.lists import BadTable, Record, Table, read_table
from course_utils.grading.master import Master
from course_utils.grading.people import People, Person
from course_utils.grading.rows import Row
from course_utils.grading.spelling import plain
from course_utils.grading.status import Status
from course_utils.grading.told import STATUS, Told, told_by

NOBODY = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)  # all of a line of Canvas's
Claim = tuple[int, Row]  # how freely a name was read, and whose
TEST_STUDENT = "teststudent"  # whom Canvas makes for teachers to try things


@dataclass(frozen=True)
class Roster:
    """A list. wanted : the name of the column for the grades.  scaled : to the list's maximum."""

    given: Table
    columns: Columns
    wanted: str = ""
    scaled: bool = False

    @cached_property
    def graded(self) -> GradedList:
        """Return what fills the grades in."""
        return GradedList(self.given, self.columns, self.records, self.wanted, self.scaled)

    @property
    def system(self) -> str:
        """Return whose list it is: "moodle", "canvas", or "plain"."""
        return self.columns.system

    @cached_property
    def records(self) -> list[Record]:
        """Return the lines of people."""
        return [record for record in self.given.records if self._is_somebody(record)]

    @cached_property
    def persons(self) -> list[Person]:
        """Return the people in their order."""
        return [self._person(record) for record in self.records]

    @cached_property
    def _namesakes(self) -> Counter[str]:
        return Counter(person.name for person in self.persons)

    def match(self, rows: Sequence[Row]) -> tuple[list[Row], dict[int, Row], list[str]]:
        """Return (rows with one for everybody on the list, {place in the list: row}, strangers).

        A line that two rows fit, and the lines that one row fits, stay as they are; both are said.
        """
        known = People(self.persons)
        numbers = self._numbers(rows, known)
        claims, open_places, said = defaultdict[int, list[Claim]](list), set[int](), list[str]()
        for row in rows:
            freedom, places = self._places(row, known, numbers)
            if len(places) == 1:
                claims[min(places)].append((freedom, row))
            else:
                open_places |= places
                said.append(self._of_several(row, places))
        found = {place: row for place, some in claims.items() for row in _first_alone(some)}
        for place, some in claims.items():
            if len(some) > 1:
                said.append(self._of_one_line(place, [row for _, row in some], found.get(place)))
        taken = open_places | claims.keys()
        absent = {
            place: self._missing(place)
            for place in range(len(self.records))
            if place not in taken and not self._is_test(place)
        }
        return [*rows, *absent.values()], dict(sorted({**found, **absent}.items())), said

    def told(self, rows: Sequence[Row]) -> dict[str, Told]:
        """Return what the platform says of late work, by student."""
        names = [name.casefold() for name in self.given.names]
        column = next((place for place, name in enumerate(names) if name in STATUS), NONE)
        if column == NONE:
            return {}
        found = self.match(rows)[1]
        return {one.student: told_by(self.records[n].cell(column)) for n, one in found.items()}

    def called(self, found: Mapping[int, Row]) -> dict[str, str]:
        """Return {how a row is called: the name on the list} where Canvas has run a name together.

        In the names of files it writes "Lee, Ada" as leeada.
        """
        canvas = {n: one for n, one in found.items() if one.platform == "canvas"}
        return {one.student: self.persons[n].name for n, one in canvas.items()}

    def table(self, found: Mapping[int, Row], master: Master) -> str:
        """Return the list as it came, with nothing new in it but the grades and comments."""
        return self.graded.text({self.records[n].line: row for n, row in found.items()}, master)

    def _is_somebody(self, record: Record) -> bool:
        """Say whether a line is a person's: not what Canvas says of columns."""
        said = [cell for cell in record.cells if cell.strip()]
        if self.system == "canvas" and all(NOBODY.fullmatch(cell) for cell in said):
            return False
        return bool(self._name(record) or self._number(record)) and not is_points_possible(record)

    def _is_test(self, place: int) -> bool:
        """Say whether it is Canvas's student for tests, whom nobody misses."""
        name = self.persons[place].name
        return self.system == "canvas" and TEST_STUDENT in (plain(name), *map(plain, _turned(name)))

    def _name(self, record: Record) -> str:
        columns = self.columns
        name, last, first = (record.cell(n) for n in (columns.name, columns.last, columns.first))
        if first and (last or name):
            return f"{first} {last or name}" if plain(first) not in plain(name) else name
        logins = [record.cell(n) for n in (*columns.logins, *columns.emails, *columns.others)]
        return name or last or first or next(filter(None, logins), "")

    def _person(self, record: Record) -> Person:
        columns, name = self.columns, self._name(record)
        logins = [record.cell(n) for n in (*columns.emails, *columns.logins, *columns.others)]
        last, first = record.cell(columns.last), record.cell(columns.first)
        names = (record.cell(columns.name), f"{last} {first}".strip())
        shown = name or record.cell(columns.number)
        return Person(shown, self._number(record), tuple(filter(None, logins)), names)

    def _number(self, record: Record) -> str:
        """Return the platform's number: in Moodle's "Participant 123" it is the end."""
        text = record.cell(self.columns.number)
        number = PARTICIPANT.fullmatch(text) if self.system == "moodle" else None
        return number["number"] if number else text

    def _numbers(self, rows: Sequence[Row], known: People) -> dict[str, set[int]]:
        """Return the places by the number that the platform wrote to a file, {} where it is none.

        A platform's list has it. In a school's list it may be any number: there one of the columns
        counts if somebody's name says the same, and nobody's says another thing.
        """
        own = _places_of([self._number(record) for record in self.records])
        if any(row.number in own for row in rows):
            return own
        for column in self.columns.others:
            numbers = _places_of([record.cell(column) for record in self.records])
            pairs = [(numbers[r.number], _named(r, known)) for r in rows if r.number in numbers]
            if any(a & b for a, b in pairs) and all(a & b or not b for a, b in pairs):
                return numbers
        return {}

    def _places(
        self, row: Row, known: People, numbers: Mapping[str, set[int]]
    ) -> tuple[int, set[int]]:
        """Return (how freely it was read, the places that a row fits): the number decides."""
        if row.number in numbers:
            return NONE, numbers[row.number]
        if row.number and numbers and self.columns.number != NONE:
            return NONE, set()
        return known.called(_bare_name(row))

    def _of_several(self, row: Row, places: set[int]) -> str:
        who = f"{row.student} ({row.number})" if row.number else row.student
        if not places:
            return who
        return f"{who} (fits {self._lines(places)} of {self.given.path.name}: none got the grade)"

    def _of_one_line(self, place: int, rows: Sequence[Row], got: Row | None) -> str:
        who = " and ".join(row.student for row in rows)
        end = f"only {got.student} is taken" if got else "none got the grade"
        return f"{who} (all fit {self._lines({place})} of {self.given.path.name}: {end})"

    def _lines(self, places: set[int]) -> str:
        lines = [str(self.records[place].line) for place in sorted(places)]
        return f"line {lines[0]}" if len(lines) == 1 else f"lines {' and '.join(lines)}"

    def _missing(self, place: int) -> Row:
        person, status = self.persons[place], Status.MISSING
        name = person.name
        if self._namesakes[name] > 1 and person.number:
            name = f"{name}_{person.number}"
        return Row(name, person.number, status, notes=(status.to_student,))


def read_roster(
    path: Path, master: Master | None = None, column: str = "", scaled: bool = False
) -> Roster:
    """Return the Roster in a CSV. Where it does not fit the master, BadTable says so at once."""
    table = read_table(path)
    roster = Roster(table, columns_of(table), column, scaled)
    if not roster.records:
        raise BadTable(f"{path} has no students: expected a line for each below the columns' names")
    if master:
        roster.graded.target(master)
    return roster


def class_of(rows: Sequence[Row], roster: Roster | None = None) -> list[Person]:
    """Return everybody who has a row or is on the list, by all that they are called."""
    found = dict[int, Row]()
    if roster:
        rows, found, _ = roster.match(rows)
    listed = {row.student: roster.persons[place] for place, row in found.items()} if roster else {}
    people = []
    for row in rows:
        known = listed.get(row.student, Person(row.student))
        logins = row.number, known.number, *known.logins
        names = (_bare_name(row), known.name, *known.names)
        people.append(Person(row.student, row.number, tuple(filter(None, logins)), names))
    return people


def _places_of(numbers: Sequence[str]) -> dict[str, set[int]]:
    places = defaultdict[str, set[int]](set)
    for place, number in enumerate(numbers):
        places[number].add(place)
    places.pop("", None)
    return dict(places)


def _first_alone(claims: Sequence[Claim]) -> list[Row]:
    """Return the row that was read least freely, none where there are two."""
    best = min(freedom for freedom, _ in claims)
    first = [row for freedom, row in claims if freedom == best]
    return first if len(first) == 1 else []


def _bare_name(row: Row) -> str:
    """Return the name of a row without the number that tells it from its namesakes."""
    return row.student.removesuffix(f"_{row.number}") if row.number else row.student


def _named(row: Row, known: People) -> set[int]:
    return known.called(_bare_name(row))[1]


def _turned(name: str) -> tuple[str, ...]:
    last, comma, first = name.partition(",")
    return (f"{first} {last}",) if comma else ()
