"""A report of several runs: whoever was graded before stays, and the newest hand-in counts.

A person is the platform's number; where one of two rows has none, the name, if only one has it.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from course_utils.grading.master import Master
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.status import Status
from course_utils.grading.submissions import Submission


@dataclass(frozen=True)
class Merged:
    """The rows of everybody.

    kept : how many of them are of people who are not in this run.  older : how many of all were
    graded with an older SOURCE.  overtaken : who handed in something newer, graded before.
    """

    rows: list[Row]
    kept: int = 0
    older: int = 0
    overtaken: list[str] = field(default_factory=list)

    def said(self) -> Iterator[str]:
        """Tell a teacher of the rows that this run did not make."""
        if self.kept:
            yield f"{self.kept} graded before, not in these submissions, kept as they were"
        if self.older:
            yield (
                f"{self.older} rows are of an older SOURCE, for those files are not in these "
                "submissions: grade all files together where the tests have changed"
            )
        for name in self.overtaken:
            yield f"  a newer hand-in, graded before, counts: {name}"


def merge(here: Sequence[Row], before: Iterable[Row], master: Master) -> Merged:
    """Return the rows of this run with those of people whom earlier ones graded, oldest first."""
    rows, ours, kept, overtaken = list(here), _People(here), list[Row](), list[str]()
    for row in _newest(before):
        place = ours.find(row)
        if place is None:
            kept.append(_in_order(row, master))
        elif _is_later(row, rows[place]):
            rows[place] = _in_order(row, master)
            overtaken.append(row.student)
    everybody = _apart([*rows, *kept])
    older = [row for row in everybody if row.source != master.digest]
    return Merged(everybody, len(kept), len(older), overtaken)


def everybody(
    submissions: Iterable[Submission], before: Iterable[Row], master: Master
) -> list[Row]:
    """Return a row of everybody whom the report will have, before anything is graded."""
    here = [
        Row(one.student, one.number, Status.GRADED, handed_in=one.handed_in) for one in submissions
    ]
    return merge(here, before, master).rows


def name_of(text: str) -> str:
    """Return a name as people compare it: without case, spaces and commas."""
    letters = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


class _People:
    """The places of rows, by number and by name."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.numbers, self.names = dict[str, int](), dict[str, list[int]]()
        self.without, self.count = set[int](), 0
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        self.names.setdefault(name_of(row.student) or row.student, []).append(self.count)
        self.without.add(self.count)
        self.number(self.count, row)
        self.count += 1

    def number(self, place: int, row: Row) -> None:
        """Know the number of the person at a place, where the row has one."""
        if row.number:
            self.numbers.setdefault(row.number, place)
            self.without.discard(place)

    def find(self, row: Row) -> int | None:
        """Return the place of the same person."""
        if row.number in self.numbers:
            return self.numbers[row.number]
        namesakes = self.names.get(name_of(row.student) or row.student, [])
        if row.number:  # another number is another person
            namesakes = [place for place in namesakes if place in self.without]
        return namesakes[0] if len(namesakes) == 1 else None


def _newest(before: Iterable[Row]) -> list[Row]:
    """Return one row of each person: the newest hand-in; of equally new ones the last graded."""
    rows, people = list[Row](), _People(())
    for row in before:
        place = people.find(row)
        if place is None:
            people.add(row)
            rows.append(row)
        else:
            people.number(place, row)
            rows[place] = rows[place] if _is_later(rows[place], row) else row
    return rows


def _is_later(one: Row, other: Row) -> bool:
    """Say whether it was handed in later than the other, as far as anybody knows."""
    if one.handed_in is None or other.handed_in is None:
        return False
    return one.handed_in > other.handed_in


def _in_order(row: Row, master: Master) -> Row:
    """Return the row with an outcome for every question, in the master's order."""
    outcomes = {outcome.grade_id: outcome for outcome in row.outcomes}
    names = [question.grade_id for question in master.questions]
    none = Outcome("", None, Kind.NOT_RUN)
    return replace(
        row, outcomes=tuple(outcomes.get(name) or replace(none, grade_id=name) for name in names)
    )


def _apart(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with namesakes told apart by their numbers."""
    count = Counter(row.student for row in rows)
    return [
        replace(row, student=f"{row.student}_{row.number}")
        if count[row.student] > 1 and row.number
        else row
        for row in rows
    ]
