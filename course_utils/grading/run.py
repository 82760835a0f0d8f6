"""A whole run: every submission once, and the report."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from course_utils.grading import changes
from course_utils.grading.counted import counted
from course_utils.grading.deadline import Deadline
from course_utils.grading.give_back import addressed, feedback_archives
from course_utils.grading.html import MARK_BY_HAND, feedback_page, file_name, summary_page
from course_utils.grading.identity import persons
from course_utils.grading.journal import Journal
from course_utils.grading.late import LATE_UNKNOWN
from course_utils.grading.marking_page import marking_page
from course_utils.grading.master import Master
from course_utils.grading.merge import apart
from course_utils.grading.pool import Placed, grade_all
from course_utils.grading.roster import Roster
from course_utils.grading.rows import Row
from course_utils.grading.rubrics import Rubrics
from course_utils.grading.settings import Settings
from course_utils.grading.submissions import Submission
from course_utils.grading.summary import as_text, summarise
from course_utils.grading.tables import Marks, grades_csv, grades_json

UNSAFE = "Graded without a sandbox (--unsafe-no-sandbox): these marks can be forged."

# (submissions, master, settings, jobs) → (place of a submission, its row), as they are done
Graders = Callable[[Sequence[Submission], Master, Settings, int], Iterable[Placed]]


@dataclass(frozen=True)
class Report:
    """What a run leaves in a folder.

    marks : what a teacher gave by hand.  rubrics : what stands beside answers that a teacher marks.
    """

    folder: Path
    master: Master
    marks: Marks
    roster: Roster | None = None
    warning: str = ""
    deadline: Deadline = field(default_factory=Deadline)
    rubrics: Rubrics = field(default_factory=dict)

    def marked(self, rows: Iterable[Row]) -> list[Row]:
        """Return the rows with the points that the teacher gave, and what late work costs."""
        marked = [row.marked(self.marks.get(row.student)) for row in rows]
        told = self.roster.told(marked) if self.roster else {}
        return self.deadline.applied(marked, self.master.max_score, told)

    def write(self, rows: Sequence[Row]) -> str:
        """Write every file; return what to say in a terminal."""
        found, strangers = dict[int, Row](), list[str]()
        if self.roster:
            rows, found, strangers = self.roster.match(rows)
        names = self.roster.called(found) if self.roster else dict[str, str]()
        rows = sorted(_called(self.marked(rows), names), key=lambda row: row.student.casefold())
        changed = self._changes(rows)
        self._put("grades.csv", grades_csv(rows, self.master))
        self._put("grades.json", grades_json(rows, self.master, self.warning))
        links = self._feedback(rows)
        summary = summarise(rows, self.master, self.rubrics)
        page = summary_page(summary, rows, self.master, links, self.warning)
        self._put("summary.html", page)
        if any(question.by_hand for question in self.master.questions):
            key = hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:16]
            self._put(MARK_BY_HAND, marking_page(rows, self.master, self.rubrics, key))
        if self.roster:
            listed = dict(zip(found, self.marked(found.values()), strict=True))
            table = self.roster.table(listed, self.master)
            self._put(f"grades_{self.roster.system}.csv", self.roster.given.encoded(table))
        said = [as_text(summary, rows, self.master), *_of_lateness(rows), changed, self.warning]
        said.append(_of_names(rows))
        said += [f"  not on the list, or twice: {name}" for name in strangers]
        said += self.roster.graded.remarks(self.master, listed.values()) if self.roster else []
        return "\n".join(line for line in said if line)

    def _changes(self, rows: Sequence[Row]) -> str:
        """Write down what changed since the report that is there; return it in words."""
        before = changes.reported(self.folder / "grades.json")
        found = changes.changes(before, rows, self.master)
        if found:
            path = self.folder / "changes.csv"
            there = path.read_bytes() if path.exists() else b""
            now = datetime.now().astimezone().isoformat(" ", "seconds")
            self._put(path.name, changes.grown(there, found, now))
        return changes.said(found, rows)

    def _feedback(self, rows: Sequence[Row]) -> dict[str, str]:
        """Write the students' pages; return their names by student."""
        links, pages, taken = dict[str, str](), dict[str, str](), set[str]()
        for row in rows:
            if row.status.handed_in:
                links[row.student] = name = file_name(row.student, taken)
                page = feedback_page(row, self.master, self.warning)
                self._put(f"feedback/{name}", page)
                if row.entry:  # it goes back in bulk, too
                    pages[row.student] = page
        for name, archive in feedback_archives(rows, pages).items():
            self._put(name, archive)
        return links

    def _put(self, name: str, content: str | bytes) -> None:
        put(self.folder / name, content)


def put(path: Path, content: str | bytes) -> None:
    """Write a file in one step: who opens it sees the old one or the new one.

    One that says the same already is left alone.
    """
    data = content.encode(errors="replace") if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(data)
    os.replace(new, path)


def _called(rows: Iterable[Row], names: Mapping[str, str]) -> list[Row]:
    """Return the rows with the names of a list, as far as it knows them."""
    return apart([replace(row, student=names.get(row.student, row.student)) for row in rows])


def _of_names(rows: Iterable[Row]) -> str:
    """Tell what to do about names that Canvas has run together."""
    found = [row.student for row in rows if row.platform == "canvas" and row.student.isalnum()]
    if not found:
        return ""
    return (
        f"Canvas runs names together in what it hands out ({found[0]}): with --roster and its "
        "gradebook (Grades, Export) pages and tables have the names of people"
    )


def _of_lateness(rows: Iterable[Row]) -> Iterator[str]:
    """Tell how many came late, and whose lateness costs nothing because nobody knows it."""
    late = [row for row in rows if row.late]
    if late:
        lost = sum(row.lost > 0 for row in late)
        yield f"{len(late)} handed in late, {counted(lost, 'loses', 'lose')} points for it"
    for row in late:
        if row.late == LATE_UNKNOWN and not row.penalty:
            yield f"  late, by how much nobody says, nothing is taken: {row.student}"


def grade(
    submissions: Sequence[Submission],
    master: Master,
    settings: Settings,
    folder: Path,
    jobs: int = 1,
    force: bool = False,
    graders: Graders = grade_all,
    show: bool = True,
) -> list[Row]:
    """Return the row of every submission, in their order. Rows that are there are not made anew.

    force : they are, and so in the next run where this one is killed.  graders : how they are
    graded, see `pool.grade_all`.
    """
    journal = Journal(folder, force)
    try:
        fingerprint = _fingerprint(master, settings)
        who = persons(submissions, journal.rows.values())
        pieces = [
            _Piece(one, one.key(), person) for one, person in zip(submissions, who, strict=True)
        ]
        keys = [hashlib.sha256(f"{p.work} {fingerprint}".encode()).hexdigest() for p in pieces]
        open_ones = [place for place, key in enumerate(keys) if key not in journal.kept.done]
        tqdm.monitor_interval = 0  # a thread of its own, and processes that fork may not have any
        with tqdm(total=len(keys), initial=len(keys) - len(open_ones), disable=not show) as bar:
            todo = [submissions[place] for place in open_ones]
            for number, row in graders(todo, master, settings, jobs):
                place = open_ones[number]
                journal.add(keys[place], pieces[place].stamped(row, master))
                bar.update()
        pairs = zip(keys, pieces, strict=True)
        return [piece.stamped(journal.rows[key], master) for key, piece in pairs]
    finally:
        journal.close()


class _Piece(NamedTuple):
    """A submission with a digest of it, and who it is of."""

    submission: Submission
    work: str
    person: str

    def stamped(self, row: Row, master: Master) -> Row:
        """Return its row with what later runs ask."""
        return replace(
            addressed(row, self.submission),
            work=self.work,
            person=self.person,
            source=master.digest,
            handed_in=self.submission.handed_in,
            marked_late=self.submission.marked_late,
        )


def _fingerprint(master: Master, settings: Settings) -> str:
    """Return a text that changes where a row would: with the tests, the seed, the limits."""
    withheld = [question.withheld for question in master.questions]
    seed = hashlib.sha256(settings.seed.encode()).hexdigest()  # no secret in a file
    limits, safe = astuple(settings.sandbox.limits), settings.sandbox.safe
    return repr((master.digest, withheld, seed, limits, safe))
