"""What a test has shown of an answer: which of several things that were seen is said.

The outcome has no marks yet: they come of two passes, see `marks`.
"""

from dataclasses import replace

from course_utils.checks.outcomes import NotAnsweredYet, Verdict
from course_utils.grading import wording
from course_utils.grading.blanks import is_blank
from course_utils.grading.master import Question
from course_utils.grading.passes import Pass, Tested
from course_utils.grading.places import cell_of
from course_utils.grading.replies import Raised
from course_utils.grading.rows import Kind, Outcome
from course_utils.grading.session import Session


def judge(made: Pass, question: Question, tested: Tested) -> Outcome:
    """Return the outcome without marks: which of several things that were seen is said."""
    cell, verdict = cell_of(question, made.cells), tested.verdict
    line = _line(cell, tested.raised, made.session)
    outcome = Outcome(question.grade_id, 0.0, Kind.WRONG, cell=cell, line=line)
    if tested.faults and not (verdict and verdict.mistake):
        return replace(outcome, message=wording.of_fault(tested.faults[0]))
    if _not_answered(made, question, tested):
        return replace(outcome, kind=Kind.NOT_ANSWERED, message=wording.NOT_ANSWERED)
    if verdict and (tested.error is None or not verdict.passed):
        return _as_judged(outcome, verdict)
    if tested.error is None:
        return replace(outcome, kind=Kind.RIGHT, message=wording.PASSED)
    return replace(outcome, message=_said(made, question, tested, cell))


def _said(made: Pass, question: Question, tested: Tested, cell: int) -> str:
    """Say what does not hold: hidden lines and an error's own words are for SOURCE's teacher."""
    step = made.master.steps[question.step]
    if made.watching.records and not tested.missing:
        return wording.of_source(tested, step.source if made.whole else step.visible)
    visible = "" if made.whole else step.visible
    return wording.of_error(question, tested, cell, made.session, visible)


def _not_answered(made: Pass, question: Question, tested: Tested) -> bool:
    """Say whether the answer is still as it was handed out."""
    if isinstance(tested.error, NotAnsweredYet | NotImplementedError):
        return True
    if any(made.kernel.names.get(name) is ... for name in question.names):
        return True
    cell = cell_of(question, made.cells)
    return bool(tested.missing) and cell >= 0 and is_blank(made.cells[cell].source)


def _line(cell: int, raised: Raised | None, session: Session) -> int:
    """Return the line where a call stopped in that cell, or the cell itself; −1 for neither."""
    in_cell = raised if raised and raised.cell == cell else session.errors.get(cell)
    return in_cell.line if in_cell else -1


def _as_judged(made: Outcome, verdict: Verdict) -> Outcome:
    """Return the outcome as one of our checks sees it."""
    kind = {"right": Kind.RIGHT, "recorded": Kind.RECORDED}.get(verdict.kind, Kind.WRONG)
    rows = tuple((label, text) for label, text in verdict.evidence)
    return replace(made, kind=kind, message=verdict.message, mistake=verdict.mistake, rows=rows)
