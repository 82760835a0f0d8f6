"""A class's list with the grades in it: which column they go into, and how they are written."""

import html
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from course_utils.grading.columns import (
    IN_BRACKETS,
    NO_ASSIGNMENT,
    NONE,
    OF_CANVAS,
    Columns,
    to_number,
)
from course_utils.grading.counted import counted
from course_utils.grading.lists import BadTable, Record, Table
from course_utils.grading.master import Master
from course_utils.grading.rows import Row
from course_utils.grading.spelling import plain
from course_utils.grading.status import Status
from course_utils.grading.worth import still_to_mark

NOT_GRADED = ("EX", "N/A")  # of Canvas: excused, and not assigned to this student
OURS = re.compile(r"[0-9.,]+ of [0-9.,]+ points?[:;,] |Your file was not marked: ")
PLACES = 5  # behind the point, as Moodle keeps them
PAGE = "your feedback page says what passed and what did not."


@dataclass(frozen=True)
class Target:
    """The column that gets the grade. name : of a column that is to be added, else "".

    most : the points that the list takes at most, None where it says nothing.
    """

    column: int
    name: str = ""
    most: float | None = None


@dataclass(frozen=True)
class GradedList:
    """A list that is to be filled in. people : the lines of students.

    wanted : the name of the column for the grades.  scaled : to the list's maximum.
    """

    given: Table
    columns: Columns
    people: Sequence[Record]
    wanted: str = ""
    scaled: bool = False

    @property
    def system(self) -> str:
        """Return whose list it is: "moodle", "canvas", or "plain"."""
        return self.columns.system

    def text(self, rows: Mapping[int, Row], master: Master) -> str:
        """Return the list as it came, with the grades and comments of the rows, by line."""
        target = self.target(master)
        new = self._new_column(target, master) if target.name else dict[int, dict[int, str]]()
        for record in self.people:
            if record.line in rows:
                cells = self._cells(record, rows[record.line], target, master)
                new.setdefault(record.line, {}).update(cells)
        return self.given.filled(new)

    def _new_column(self, target: Target, master: Master) -> dict[int, dict[int, str]]:
        """Return the cells of a column that is to be added; in a school's list, of two."""
        column, most = target.column, self._text(master.max_score)
        if self.system != "plain":
            new = {record.line: {column: ""} for record in self.given.records}
            new |= {r.line: {column: most} for r in self.given.records if is_points_possible(r)}
            return {**new, self.given.header.line: {column: target.name}}
        new = {record.line: {column: "", column + 1: most} for record in self.people}
        return {**new, self.given.header.line: {column: target.name, column + 1: "max_score"}}

    def remarks(self, master: Master, rows: Iterable[Row] = ()) -> list[str]:
        """Return what a teacher should know of the list before it is uploaded."""
        target = self.target(master)
        said = [self._of_the_maximum(target, master), self._of_the_column(target, master)]
        return [one for one in (*said, self._of_too_many(target, rows)) if one]

    def _of_the_maximum(self, target: Target, master: Master) -> str:
        """Tell of a maximum that differs: points are then counted out of another number."""
        most, have = self._text(target.most or 0), self._text(master.max_score)
        if not target.most or not master.max_score or self.scaled or most == have:
            return ""
        limit = "" if self.system == "canvas" else " at most"  # there, more is taken too
        return (
            f"{self.given.path.name} takes {counted(most, 'point')}{limit} and the sheet has "
            f"{have}, so full marks are {have} of {most} there: {self._advice(master)}"
        )

    def _of_too_many(self, target: Target, rows: Iterable[Row]) -> str:
        """Name whose points Moodle would leave out: an older SOURCE may have given more."""
        most = round(target.most or math.inf, PLACES)
        over = [row.student for row in rows if round(row.score or 0.0, PLACES) > most]
        if self.system != "moodle" or self.scaled or not over:
            return ""
        return (
            f"Moodle leaves out what is more than {counted(self._text(most), 'point')}, of "
            f"{', '.join(over)}: grade their files again with this SOURCE"
        )

    def _advice(self, master: Master) -> str:
        if self.system == "moodle" and master.max_score % 1:  # `modgrade`: an integer
            return "Moodle's maximum is a whole number, so run again with --scale"
        have, where = self._text(master.max_score), "on the platform"
        again = "change it" if self.system == "canvas" else "change it, fetch the list again"
        return f"{again} ({have} {where}), or run again with --scale"

    def _of_the_column(self, target: Target, master: Master) -> str:
        name, names = self.given.path.name, self.given.names
        if self.system == "moodle" and self.columns.number != NONE:
            if self.columns.grade != NONE and any(map(IN_BRACKETS.search, names)):
                return ""
            return (
                f"{name} is no whole worksheet, Moodle will not take it back: fetch it with "
                f"'Download grading worksheet', with the column 'Last modified (grade)'"
            )
        if self.system == "plain" or target.name:
            return ""
        title = names[target.column]
        fits = _titled([title], [0], self.wanted or master.name)
        return "" if fits else f"the grades go into the column {title!r} of {name}"

    def target(self, master: Master) -> Target:
        """Return the column for the grades. Raises BadTable where it is not to be told."""
        column = self._grade_column(master)
        if column == NONE:
            width = max(len(line.cells) for line in self.given.lines)
            return Target(width, "score" if self.system == "plain" else master.name)
        most = self._most(column)
        if self.system == "moodle" and most and not self.scaled:
            self._refuse_what_is_left_out(most, column, master)
        return Target(column, most=most)

    def _refuse_what_is_left_out(self, most: float, column: int, master: Master) -> None:
        """Raise BadTable where full marks are more than Moodle takes: it would say nothing."""
        if round(most, PLACES) < round(master.max_score, PLACES):
            raise BadTable(
                f"Moodle takes {counted(self._text(most), 'point')} at most in "
                f"{self.given.names[column]!r} of {self.given.path} and would leave out what is "
                f"more, and the sheet has {self._text(master.max_score)}: {self._advice(master)}"
            )

    def _grade_column(self, master: Master) -> int:
        names, path = self.given.names, self.given.path
        if self.wanted:
            fitting = _titled(names, range(len(names)), self.wanted)
            if len(fitting) != 1:
                raise BadTable(
                    f"{path} has no column {self.wanted!r}: --column takes one of {names}"
                )
            return fitting[0]
        if (self.columns.number != NONE and self.system == "moodle") or self.system == "plain":
            self._refuse_a_scale()
            return self.columns.grade
        sheets = [n for n, name in enumerate(names) if self._is_assignment(n, name)]
        fitting = _titled(names, sheets, master.name)
        if len(fitting or sheets) > 1:
            raise BadTable(
                f"{path} has several columns for grades, and none alone is called {master.name!r}: "
                f"name one with --column, of {[names[n] for n in fitting or sheets]}"
            )
        return (fitting or sheets or [NONE])[0]

    def _refuse_a_scale(self) -> None:
        column, given = self.columns.grade, self.given
        if column != NONE and any("\n" in text for text in given.column(column + 1)):
            raise BadTable(
                f"{given.path} wants words of a scale in {given.names[column]!r}: give the "
                f"assignment points on the platform, and fetch the list again"
            )

    def _is_assignment(self, column: int, name: str) -> bool:
        """Say whether a column of a gradebook holds the grades of one assignment."""
        if NO_ASSIGNMENT.search(name):
            return False
        if self.system == "canvas":
            return bool(OF_CANVAS.search(name)) and "read only" not in self._possible(column)
        return ":" in name and bool(IN_BRACKETS.search(name))

    def _possible(self, column: int) -> str:
        """Return what Canvas's line "Points Possible" says of a column."""
        lines = filter(is_points_possible, self.given.records)
        return next((record.cell(column) for record in lines), "")

    def _most(self, column: int) -> float | None:
        if self.system == "canvas":
            return to_number(self._possible(column))
        if column != self.columns.grade or self.columns.most == NONE:
            return None
        numbers = {to_number(record.cell(self.columns.most)) for record in self.people}
        return numbers.pop() if len(numbers) == 1 else None

    def _cells(self, record: Record, row: Row, target: Target, master: Master) -> dict[int, str]:
        """Return what is new in the line of a student."""
        cells, comment = dict[int, str](), self.columns.comment
        scaled = self.scaled and target.most and master.max_score
        share = (target.most or 1) / master.max_score if scaled else 1
        if row.score is not None and record.cell(target.column).upper() not in NOT_GRADED:
            cells[target.column] = self._text(row.score * share)
        written = re.sub(r"<[^>]*>", "", record.cell(comment)).strip()
        said = comment_on(row, master) if row.status.handed_in else ""
        if comment != NONE and said and (not written or OURS.match(written)):
            cells[comment] = said
        return cells

    def _text(self, points: float) -> str:
        """Write points as the list does, with a comma where it has decimal commas."""
        text = f"{round(points, PLACES):.10g}"
        return text.replace(".", ",") if self._commas else text

    @cached_property
    def _commas(self) -> bool:
        cells = [cell for record in self.given.records for cell in record.cells]
        counts = Counter(
            cell.strip().strip("0123456789") for cell in cells if to_number(cell) is not None
        )
        return counts[","] > counts["."]


def comment_on(row: Row, master: Master) -> str:
    """Return one sentence for a student, as Moodle shows it: in HTML."""
    if row.status is Status.REJECTED and row.notes:
        return html.escape(f"Your file was not marked: {row.notes[0]}", quote=False)
    if row.score is None:
        return ""
    late = f", {row.lost:.6g} less for being late" if row.lost else ""
    left = still_to_mark(row, master)
    read = f", {left} of the answers still to be read" if left else ""
    points = f"{row.score:.6g} of {counted(master.max_score, 'point')}{late}{read}"
    why = row.status.to_student
    return f"{points}; {why[0].lower()}{why[1:]}" if why else f"{points}: {PAGE}"


def is_points_possible(record: Record) -> bool:
    """Say whether it is the line in which Canvas says how many points a column has."""
    return "points possible" in record.cell(0).lower()


def _titled(names: Sequence[str], places: Sequence[int] | range, title: str) -> list[int]:
    """Return the columns that go by a title: exactly, else by what stands before brackets."""
    exact = [n for n in places if names[n] == title.strip()]
    if exact:
        return exact
    wanted = plain(title)
    titles = {n: plain(IN_BRACKETS.sub("", names[n])) for n in places}
    whole = [n for n, known in titles.items() if known == wanted]
    behind = [n for n in places if plain(IN_BRACKETS.sub("", names[n].partition(":")[2])) == wanted]
    return whole or behind or [n for n, known in titles.items() if known.startswith(wanted)]
