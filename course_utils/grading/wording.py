"""What a student, or a teacher, reads of a test that does not hold: never a student's own words.

Two things of theirs are said: names that stand in their cells, and lines of these cells.
"""

import difflib
from collections.abc import Container, Iterator

from course_utils.grading.details import meaning
from course_utils.grading.exchange import Fault
from course_utils.grading.looks import Tested
from course_utils.grading.master import Question
from course_utils.grading.parsing import defined_in
from course_utils.grading.session import Raised, Session
from course_utils.grading.stubs import KNOWN, OUR_WORDS

LETTERS = 400
LETTERS_OF_LINE = 80
ALSO_NAMED = ("NotAnsweredYet", "SystemExit", "LinAlgError", "IndentationError", "TabError")
PASSED = "Right."
NOT_ANSWERED = "Not answered yet."
HIDDEN_FAILED = (
    "It passes the tests that you can see, and not all of the hidden ones: think of other inputs, "
    "of other sizes, of the edges."
)
BY_HAND = "Your teacher reads this one."
LEFT_OUT = "It was left out, so that your other cells could run."


def of_fault(fault: Fault) -> str:
    """Tell a student that their code has ended a worker."""
    return f"Your code {fault.status.of_code}"


def of_error(question: Question, tested: Tested, cell: int, session: Session) -> str:
    """Tell what a test that is no check of ours says: the teacher's words, in one line or two."""
    if is_missing(question, tested):
        return _missing(getattr(tested.error, "name", ""), cell, session)
    if tested.raised:
        return f"It stops {_because(tested.raised)}.{_where(tested.raised, session, cell)}"
    said = "" if isinstance(tested.error, Fault) else " ".join(str(tested.error).split())
    return said[:LETTERS] or "A test that you can see does not hold."


def is_missing(question: Question, tested: Tested) -> bool:
    """Say whether the tests look for a name that the student has not; no call has raised this."""
    error = tested.error
    return isinstance(error, NameError) and error.name in question.needs.names


def notes_on_calls(question: Question, tested: Tested) -> list[str]:
    """Tell the teacher which of a question's calls ended a worker."""
    name = question.title or question.grade_id
    return [f"“{name}”: a call {fault.status.of_code}" for fault in tested.faults]


def notes_on_cells(session: Session, tests: Container[int]) -> Iterator[str]:
    """Tell what happened to cells, but for those with tests: these are told by their question."""
    for number, fault in sorted(session.left_out.items()):
        begins = _line(session.cells[number].strip(), 1)
        yield f"code cell {number + 1} (`{begins}`) {fault.status.of_code} {LEFT_OUT}"
    for number, raised in sorted(session.errors.items()):
        if number in tests or raised.kind == "Kept":  # what another question may well have
            continue
        here, where = "", _where(raised, session, number)
        if raised.cell == number:
            here, where = (
                f", line {raised.line} (`{_line(session.cells[number], raised.line)}`),",
                "",
            )
        yield f"code cell {number + 1}{here} stops {_because(raised)}.{where}"


def _missing(name: str, cell: int, session: Session) -> str:
    """Say why a name that the tests ask for is not there."""
    if cell in session.left_out:
        return f"Your cell {session.left_out[cell].status.of_code}"
    if cell in session.errors:
        raised = session.errors[cell]
        return f"Your cell stops {_because(raised)}.{_where(raised, session, cell)}"
    near = _near(name, session.cells[cell]) if cell >= 0 else ""
    hint = f" You have `{near}`: the tests need the name as the sheet has it." if near else ""
    return f"There is no `{name}` in your notebook.{hint}"


def _near(name: str, source: str) -> str:
    """Return what a cell defines in the place of a name that is missing; "" for nothing."""
    there = defined_in(source)
    near = difflib.get_close_matches(name, there, 1)
    return near[0] if near else there[0] if len(there) == 1 else ""


def _because(raised: Raised) -> str:
    """Say why code stops, by the kind of its error; a kind of a student's own is not repeated."""
    if raised.kind in OUR_WORDS:
        return f"because {OUR_WORDS[raised.kind]}"
    if raised.kind not in {*KNOWN, *ALSO_NAMED}:
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
