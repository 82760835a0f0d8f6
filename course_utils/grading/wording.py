"""What a student, or a teacher, reads of a test that does not hold: never a student's own words.

Two things of theirs are said: names that stand in their cells, and lines of these cells.
"""

import builtins
import difflib
from collections.abc import Iterator, Sequence

from course_utils.grading.blanks import is_blank
from course_utils.grading.counted import counted
from course_utils.grading.details import meaning
from course_utils.grading.exchange import Fault
from course_utils.grading.kinds_here import OUR_WORDS
from course_utils.grading.master import Question
from course_utils.grading.parsing import defined_in
from course_utils.grading.passes import Tested
from course_utils.grading.replies import Raised
from course_utils.grading.session import Session

LETTERS = 400
LETTERS_OF_LINE = 80
NOT_WRITTEN = ("NotImplementedError", "NotAnsweredYet")  # as answers are handed out
ALSO_NAMED = ("NotAnsweredYet", "LinAlgError")  # beside Python's own
PASSED = "Right."
NOT_ANSWERED = "Not answered yet."
HIDDEN_FAILED = (
    "It passes the tests that you can see, and not all of the hidden ones: think of other inputs, "
    "of other sizes, of the edges."
)
ALL_HIDDEN_FAILED = (
    "It does not pass all the tests of this question, and those are hidden: think of other inputs, "
    "of other sizes, of the edges."
)
TESTS_ENDED = "The tests did not come to an end with what your code gave them."
BY_HAND = "Your teacher reads this one."
NOTHING_WRITTEN = "Nothing is written here, so it has 0 points until your teacher says otherwise."
LEFT_OUT = "It was left out, so that your other cells could run."


def of_fault(fault: Fault) -> str:
    """Tell a student that their code has ended a worker."""
    return f"Your code {fault.status.of_code}"


def of_error(
    question: Question, tested: Tested, cell: int, session: Session, visible: str = ""
) -> str:
    """Tell what a test that is no check of ours says: the teacher's words, in one line or two."""
    if tested.missing:
        return _missing(tested.missing, cell, session)
    if tested.raised and getattr(tested.error, "from_answer", False):
        return f"It stops {_because(tested.raised)}.{_where(tested.raised, session, cell)}"
    said = "" if isinstance(tested.error, Fault) else " ".join(str(tested.error).split())
    return said[:LETTERS] or _line_that_fails(tested, visible)


def of_source(tested: Tested, shown: str) -> str:
    """Tell a teacher what a test says of SOURCE's own answer: the error in full, and its line."""
    kind, said = type(tested.error).__name__, " ".join(str(tested.error).split())[:LETTERS]
    line = _line(shown, tested.line)
    if tested.error is None or not line:
        return said or kind
    where = f"line {tested.line} of its tests (`{line}`)"
    if kind == "AssertionError" and not said:
        return f"{where} does not hold"
    return f"{where} stops with {kind}" + (f": {said}" if said else "")


def _line_that_fails(tested: Tested, visible: str) -> str:
    """Show the line of the visible test that does not hold."""
    lines = visible.splitlines()
    if 0 < tested.line <= len(lines):
        return f"This does not hold: `{lines[tested.line - 1].strip()[:LETTERS]}`"
    return "A test that you can see does not hold."


def partly(points: float, most: float) -> str:
    """Tell a student that a test gives part of the points."""
    return f"The tests give {points:g} of the {counted(most, 'point')}."


def carried(question: Question) -> str:
    """Tell the teacher that an answer was tested with SOURCE's own answers to earlier questions."""
    name = question.title or question.grade_id
    return f"“{name}” is right beside a right answer to the question before, and was tested so"


def notes_on_calls(question: Question, tested: Tested) -> list[str]:
    """Tell the teacher which of a question's calls ended a worker."""
    name = question.title or question.grade_id
    return [f"“{name}”: a call {fault.status.of_code}" for fault in tested.faults]


def notes_on_cells(session: Session) -> Iterator[str]:
    """Tell what happened to cells of the student's own: tests are told by their question."""
    for number, fault in sorted(session.left_out.items()):
        begins = _line(session.cells[number].strip(), 1)
        yield f"code cell {number + 1} (`{begins}`) {fault.status.of_code} {LEFT_OUT}"
    for number, raised in sorted(session.errors.items()):
        theirs = session.cells[number].strip() not in {*session.as_given, *session.as_tested}
        if not theirs or raised.kind == "Kept":  # what another question may well have
            continue
        if raised.kind in NOT_WRITTEN and is_blank(session.cells[number]):
            continue
        here, where = "", _where(raised, session, number)
        if raised.cell == number:
            here, where = (
                f", line {raised.line} (`{_line(session.cells[number], raised.line)}`),",
                "",
            )
        yield f"code cell {number + 1}{here} stops {_because(raised)}.{where}"


def _missing(names: Sequence[str], cell: int, session: Session) -> str:
    """Say why a name that the tests ask for is not there."""
    if cell in session.left_out:
        return f"Your cell {session.left_out[cell].status.of_code}"
    if cell in session.errors:
        raised = session.errors[cell]
        return f"Your cell stops {_because(raised)}.{_where(raised, session, cell)}"
    near = _near(names, session.cells[cell]) if cell >= 0 else ""
    hint = f" You have `{near}`: the tests need the name as the sheet has it." if near else ""
    wanted = " and no ".join(f"`{name}`" for name in names)
    return f"There is no {wanted} in your notebook.{hint}"


def _near(names: Sequence[str], source: str) -> str:
    """Return what a cell defines in the place of names that are missing; "" for nothing."""
    there = [name for name in defined_in(source) if name not in names]
    near = [one for name in names for one in difflib.get_close_matches(name, there, 1)]
    return near[0] if near else there[0] if len(there) == 1 else ""


def _because(raised: Raised) -> str:
    """Say why code stops, by the kind of its error; a kind of a student's own is not repeated."""
    if raised.kind in OUR_WORDS:
        return f"because {OUR_WORDS[raised.kind]}"
    known = isinstance(getattr(builtins, raised.kind, None), type)
    if not known and raised.kind not in ALSO_NAMED:
        return "with an error"
    said = meaning(raised.kind, raised.detail)
    return f"with {raised.kind}" + (f": {said}" if said else "")


def _where(raised: Raised, session: Session, cell: int) -> str:
    """Say in which line; its text too where the page does not show it beside."""
    if not 0 <= raised.cell < len(session.cells):
        return ""
    if raised.cell == cell:
        return f" See line {raised.line}."
    text = _line(session.cells[raised.cell], raised.line)
    return f" It is code cell {raised.cell + 1}, line {raised.line}: `{text}`"


def _line(source: str, number: int) -> str:
    """Return a line of a cell, short enough for a sentence."""
    lines = source.split("\n")
    text = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return text if len(text) <= LETTERS_OF_LINE else text[: LETTERS_OF_LINE - 1] + "…"
