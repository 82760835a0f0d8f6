"""What a teacher is asked before anything is graded, where a class would lose marks in silence."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from course_utils.grading import GradingError
from course_utils.grading.counted import counted
from course_utils.grading.deadline import Deadline
from course_utils.grading.master import Master
from course_utils.grading.notebooks import Rejected
from course_utils.grading.roster import Roster
from course_utils.grading.rows import Row
from course_utils.grading.status import Status
from course_utils.grading.submissions import Submission, fits

MARKS = re.compile(r"^\s*#+ ?BEGIN (SOLUTION|HIDDEN TESTS)", re.M)
STUB = re.compile(
    r"raise (NotImplementedError|NotAnsweredYet)|YOUR (CODE|ANSWER) HERE|= \.\.\.\s*(#.*)?$", re.M
)
FEW = 0.2  # of the notebooks: a SOURCE that fits fewer is asked about
ENOUGH = 3  # files, to say that they were copied
TOGETHER = 600.0  # seconds in which no class hands in, and any program copies


def doubts(
    source: Path,
    master: Master,
    submissions: Sequence[Submission],
    deadline: Deadline,
    before: Sequence[Row] = (),
    roster: Roster | None = None,
) -> Iterator[str]:
    """Yield what to ask, a sentence each. before : what was graded with this sheet already."""
    if _is_for_students(source):
        right = source.resolve().parent.parent / "solutions" / source.name
        hint = f" (is it {right.parent.name}/{right.name}?)" if right.exists() else ""
        yield f"{source} is a sheet for students, without solutions and hidden tests{hint}."
    if not any(_is_notebook(one, master) for one in submissions):
        yield (
            f"Nothing of what was handed in ({len(submissions)}) is a notebook that can be read: "
            "is SUBMISSIONS the download of this class?"
        )
    if not before:
        yield from _of_another_sheet(source, master, submissions)
    if roster and not _has_anybody(roster, [*submissions, *before]):
        yield (
            f"Nobody who handed in is on {roster.given.path}: is it the list of another class? "
            "No line of it would be filled in, and it would be remembered with the report."
        )
    if deadline.due is not None and _copied(submissions, deadline.due):
        yield (
            "All files carry times after the deadline and close together, as if they had been "
            "copied or packed then (Canvas does that): everybody would be late. Without --due, the "
            "platform's own marks count."
        )


def settle(questions: Iterable[str], yes: bool) -> None:
    """Ask a teacher, and go on where the answer is yes. Raises GradingError where it is not."""
    for question in questions:
        if yes:
            print(f"{question} Going on (--yes).", file=sys.stderr)
        elif not sys.stdin.isatty():
            raise GradingError(f"{question} To grade all the same, add --yes.")
        elif not _agreed(question):
            raise GradingError(question)


def _agreed(question: str) -> bool:
    try:
        return input(f"{question} Grade all the same? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _of_another_sheet(
    source: Path, master: Master, submissions: Sequence[Submission]
) -> Iterator[str]:
    """Yield a question where hardly any notebook fits. What is no notebook says nothing of it."""
    fitting = fits(submissions, master)
    if fitting >= FEW * len(submissions):
        return
    notebooks = sum(_is_notebook(one, master) for one in submissions)
    if fitting < FEW * notebooks:
        yield (
            f"Only {fitting} of {counted(notebooks, 'notebook')} can be of this sheet, no other "
            f"has cells of {source}: is it the SOURCE of another sheet?"
        )


def _has_anybody(roster: Roster, handed_in: Iterable[Submission | Row]) -> bool:
    """Say whether a list has a line that could be that of somebody who handed in."""
    rows = [Row(one.student, one.number, Status.GRADED) for one in handed_in]
    *_, strangers = roster.match(rows)
    return not rows or len(strangers) < len(rows)


def _is_notebook(submission: Submission, master: Master) -> bool:
    try:
        submission.choose(master)
    except Rejected:
        return False
    return True


def _is_for_students(source: Path) -> bool:
    cells = json.loads(source.read_bytes())["cells"]
    if any(MARKS.search("".join(cell["source"])) for cell in cells):
        return False
    answers = [cell for cell in cells if (cell["metadata"].get("nbgrader") or {}).get("solution")]
    return any(STUB.search("".join(cell["source"])) for cell in answers)


def _copied(submissions: Sequence[Submission], due: float) -> bool:
    times = [one.handed_in for one in submissions if one.handed_in is not None]
    return len(times) >= ENOUGH and min(times) > due and max(times) - min(times) < TOGETHER
