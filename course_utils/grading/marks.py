"""What two passes say of an answer becomes its points, with words that fit them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from course_utils.grading import wording
from course_utils.grading.blanks import is_blank_text
from course_utils.grading.exchange import Fault
from course_utils.grading.master import Question
from course_utils.grading.notebooks import Cell
from course_utils.grading.places import cell_of
from course_utils.grading.rows import Kind, Outcome
from course_utils.grading.seen import Seen


def no_marks(seen: Seen) -> Seen:
    """Return the marks of an answer that fails where students can see it."""
    return seen._replace(holds=False, points=0.0, notes=[])


def of_lost(question: Question, cells: Sequence[Cell], fault: Fault) -> Seen:
    """Return what is said of a question whose tests ended the process that ran them."""
    place = cell_of(question, cells)
    said = Outcome(question.grade_id, 0.0, Kind.WRONG, wording.TESTS_ENDED, cell=place)
    note = f"“{question.title or question.grade_id}”: {fault.message}"
    return Seen(said, None, False, False, False, True, 0.0, [note], 0.0)


def share(value: object, points: float) -> float:
    """Return the points for a test's last value: a number is so many points, as in nbgrader.

    A student's numbers may be in it: of any of NumPy's kinds, and NaN.
    """
    plain = isinstance(value, int | float | np.integer | np.floating) and not isinstance(
        value, bool
    )
    array = isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "iuf"
    if not (plain or array):
        return points
    number = np.asarray(value).ravel()[0]
    return float(min(number, points)) if number > 0 else 0.0


def marked(question: Question, seen: Seen, marks: Seen) -> Outcome:
    """Return the outcome with its marks, and with words that fit them."""
    carried = marks.after is None and marks.holds
    points = marks.points if marks.holds and (seen.right or carried) else 0.0
    outcome = replace(seen.outcome, points=points)
    if seen.right and marks.empty:  # no test that students see asks for it
        return replace(marks.outcome, points=0.0)
    if points == question.points and (points or seen.right):
        passed = replace(outcome, message=wording.PASSED, mistake=None, rows=())
        found = outcome if seen.right else replace(passed, kind=Kind.RIGHT)
        return replace(found, line=-1)
    if seen.right and marks.ended:
        return replace(outcome, kind=Kind.WRONG, message=marks.outcome.message)
    if seen.right and points:
        return replace(outcome, kind=Kind.PARTLY, message=wording.partly(points, question.points))
    if seen.right and marks.holds:  # its last line gives nothing
        return replace(outcome, kind=Kind.WRONG, message=wording.partly(0, question.points))
    if seen.right:
        said = wording.HIDDEN_FAILED if question.open else wording.ALL_HIDDEN_FAILED
        return replace(outcome, kind=Kind.WRONG, message=said)
    return replace(outcome, kind=Kind.PARTLY) if points else outcome


def marked_for_source(question: Question, seen: Seen, marks: Seen) -> Outcome:
    """Return the outcome of SOURCE's own answer: its teacher may read what hidden tests say."""
    outcome = marked(question, seen, marks)
    return outcome if not seen.right else replace(outcome, message=marks.outcome.message)


def by_hand(question: Question, cells: Sequence[Cell], texts: Sequence[Cell] = ()) -> Outcome:
    """Return the outcome of a question that a teacher reads.

    Where nothing was written it is 0, as in nbgrader, until the teacher says otherwise. texts : the
    cells of text.
    """
    place = cell_of(question, cells)
    names = question.answers
    there = [cell for cell in (*cells, *texts) if cell.grade_id in names]
    if question.points and there and all(map(_is_unwritten, there)):
        said = wording.NOTHING_WRITTEN
        return Outcome(question.grade_id, 0.0, Kind.NOT_ANSWERED, said, cell=place)
    return Outcome(question.grade_id, None, Kind.BY_HAND, wording.BY_HAND, cell=place)


def _is_unwritten(cell: Cell) -> bool:
    return cell.unchanged or is_blank_text(cell.source)
