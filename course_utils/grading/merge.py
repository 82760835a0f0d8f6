"""A report of several runs: whoever was graded before stays, and the newest hand-in counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from course_utils.grading.counted import counted
from course_utils.grading.identity import person_of, persons
from course_utils.grading.master import Master
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.spelling import plain
from course_utils.grading.status import Status
from course_utils.grading.submissions import Submission


@dataclass(frozen=True)
class Merged:
    """The rows of everybody.

    kept : how many of them are of people who are not in this run.  older : how many of all were
    graded with an older SOURCE.  overtaken : who handed in something newer, graded before.
    taken_for : names that were taken for another one.
    """

    rows: list[Row]
    kept: int = 0
    older: int = 0
    overtaken: list[str] = field(default_factory=list)
    taken_for: list[tuple[str, str]] = field(default_factory=list)

    def said(self) -> Iterator[str]:
        """Tell a teacher of the rows that this run did not make."""
        if self.kept:
            yield f"{self.kept} graded before, not in these submissions, kept as they were"
        if self.older:
            yield (
                f"{counted(self.older, 'row is', 'rows are')} of an older SOURCE, and what was "
                "handed in for them is not in these submissions: grade all files together where "
                "the tests have changed"
            )
        for name in self.overtaken:
            yield f"  a newer hand-in, graded before, counts: {name}"
        for name, other in self.taken_for:
            yield f"  {name} is taken for {other}, who was graded before"


def merge(here: Sequence[Row], before: Iterable[Row], master: Master) -> Merged:
    """Return the rows of this run with those of people whom earlier ones graded.

    before : in the order in which their work came, these rows may be among them.
    """
    earlier = defaultdict[str, list[Row]](list)
    for row in before:
        earlier[person_of(row)].append(row)
    rows, overtaken, taken_for = list[Row](), list[str](), list[tuple[str, str]]()
    for row in here:
        theirs = earlier.pop(person_of(row), [])
        rows.append(_newest(_in_place(row, theirs), master))
        if rows[-1].work != row.work:
            overtaken.append(row.student)
        others = [one.student for one in theirs if not _same_name(one, row)]
        taken_for += [(row.student, name) for name in dict.fromkeys(others)]
    kept = [_newest(theirs, master) for theirs in earlier.values()]
    everybody = apart([*rows, *kept])
    older = [row for row in everybody if row.source != master.digest]
    return Merged(everybody, len(kept), len(older), overtaken, taken_for)


def everybody_of(
    submissions: Sequence[Submission], before: Sequence[Row], master: Master
) -> list[Row]:
    """Return a row of everybody whom the report will have, before anything is graded."""
    who = persons(submissions, before)
    here = [
        Row(
            one.student,
            one.number,
            Status.GRADED,
            work=one.key() if before else "",
            handed_in=one.handed_in,
            person=person,
        )
        for one, person in zip(submissions, who, strict=True)
    ]
    return merge(here, before, master).rows


def _in_place(row: Row, others: Sequence[Row]) -> list[Row]:
    """Return the rows of one person as they came: work that was seen before is not new now."""
    if row.work in {other.work for other in others} - {""}:
        return [row if other.work == row.work else other for other in others]
    return [*others, row]


def _newest(rows: Sequence[Row], master: Master) -> Row:
    """Return the row of one person that counts: the last handed in, or else the last that came.

    What a platform wrote to an earlier one stays known.
    """
    best = rows[0]
    for row in rows[1:]:
        best = best if _is_later(best, row) else row
    number = next((row.number for row in (best, *rows) if row.number), "")
    named = next((row for row in (best, *reversed(rows)) if row.entry), best)
    known = replace(best, number=number, platform=named.platform, entry=named.entry)
    return _in_order(known, master) if known.outcomes else known


def _is_later(one: Row, other: Row) -> bool:
    """Say whether it was handed in later than the other, as far as anybody knows."""
    if one.handed_in is None or other.handed_in is None:
        return False
    return one.handed_in > other.handed_in


def _same_name(one: Row, other: Row) -> bool:
    return bool(one.number and one.number == other.number) or plain(one.student) == plain(
        other.student
    )


def _in_order(row: Row, master: Master) -> Row:
    """Return the row with an outcome for every question, in the master's order."""
    outcomes = {outcome.grade_id: outcome for outcome in row.outcomes}
    names = [question.grade_id for question in master.questions]
    none = Outcome("", None, Kind.NOT_RUN)
    return replace(
        row, outcomes=tuple(outcomes.get(name) or replace(none, grade_id=name) for name in names)
    )


def apart(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with namesakes told apart by their numbers."""
    count = Counter(row.student for row in rows)
    return [
        replace(row, student=f"{row.student}_{row.number}")
        if count[row.student] > 1 and row.number
        else row
        for row in rows
    ]
