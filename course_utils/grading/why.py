"""What a student is told of a whole notebook: what happened to it, and what to do next time."""

from course_utils.grading.master import Master
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.status import Status

RESTART = (
    "Next time: before you hand in, choose Kernel → Restart Kernel and Run All Cells. "
    "What hangs or stops there will hang or stop here."
)
NEXT_TIME = {
    Status.REJECTED: (
        "Next time: open the sheet in JupyterLab, save it, and hand in that file, its name ends in "
        ".ipynb. Ask your teacher whether you may hand in again."
    ),
    Status.PROTOCOL: (
        "Next time: give back plain numbers, texts, lists and arrays. Ask your teacher to look."
    ),
    Status.CRASHED: RESTART,
    Status.TIMEOUT: RESTART,
}
OURS = (
    "The grader failed at your notebook, which is no fault of yours: your teacher grades it again."
)
OTHER_SHEET = "Next time: hand in {sheet}, the notebook that the questions stand in."
BLANK = (
    "If you filled in another copy, that one was not handed in. Next time: save the notebook, open "
    "the file once more, and see that your answers are in it."
)
AS_TEXT = (
    "Next time: keep answers in code cells. The list above the notebook says Code or Markdown for "
    "the cell that you are in."
)
UNANSWERED = (Kind.NOT_ANSWERED, Kind.BY_HAND)


def to_student(row: Row, master: Master) -> list[str]:
    """Return what happened to a student's notebook, in sentences; nothing where all is well."""
    if row.again and not row.was_run:
        return [OURS]
    said = [row.status.to_student, *row.notes, _nothing_in_it(row, master)]
    by_tests = {question.grade_id for question in master.questions if not question.by_hand}
    asked = [one for one in row.outcomes if one.grade_id in by_tests]
    said += [AS_TEXT] if any(_is_text(one, row) for one in asked) else []
    said += [NEXT_TIME.get(row.status, "")]
    if row.was_run and row.status is Status.GRADED and _cells_stopped(row):
        said.append(RESTART)
    return [sentence for sentence in dict.fromkeys(said) if sentence]


def _nothing_in_it(row: Row, master: Master) -> str:
    """Say what to do where no answer was found; the notes say what was."""
    if not row.was_run or row.score or _written(row):
        return ""
    if all(one.cell < 0 for one in row.outcomes):
        return OTHER_SHEET.format(sheet=master.name)
    return BLANK if all(one.kind in UNANSWERED for one in row.outcomes) else ""


def _is_text(outcome: Outcome, row: Row) -> bool:
    """Say whether code stands in a cell of text, where nobody runs it."""
    there = row.code.get(outcome.grade_id, "").strip()
    return bool(there) and outcome.cell < 0


def _written(row: Row) -> bool:
    """Say whether there is any text for a teacher to read."""
    by_hand = [one.grade_id for one in row.outcomes if one.kind is Kind.BY_HAND]
    return any(row.code.get(name, "").strip() for name in by_hand)


def _cells_stopped(row: Row) -> bool:
    return any("code cell" in note for note in row.notes)
