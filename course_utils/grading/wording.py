"""What a student, or a teacher, reads of a test that does not hold: never a student's own words."""

from collections.abc import Iterator

from course_utils.grading.exchange import Fault
from course_utils.grading.looks import Tested
from course_utils.grading.master import Question
from course_utils.grading.session import Session
from course_utils.grading.stubs import KNOWN, OUR_WORDS

LETTERS = 400
ALSO_NAMED = ("NotAnsweredYet", "SystemExit", "LinAlgError")  # beside KNOWN
PASSED = "Right."
NOT_ANSWERED = "Not answered yet."
HIDDEN_FAILED = "It passes the tests that you can see, and not all of the hidden ones."
BY_HAND = "Your teacher reads this one."


def of_fault(fault: Fault) -> str:
    """Tell a student that their code has ended a worker."""
    return f"Your code {fault.status.of_code}"


def of_error(question: Question, tested: Tested, cell: int, session: Session) -> str:
    """Tell what a test that is no check of ours says: the teacher's words, in one line or two."""
    if isinstance(tested.error, NameError) and question.needs.names:
        return _missing(question, cell, session)
    if tested.raised:
        return f"It stops {_because(tested.raised.kind)}."
    said = "" if isinstance(tested.error, Fault) else " ".join(str(tested.error).split())
    return said[:LETTERS] or "A test that you can see does not hold."


def notes_on_calls(question: Question, tested: Tested) -> list[str]:
    """Tell the teacher which of a question's calls ended a worker."""
    name = question.title or question.grade_id
    return [f"“{name}”: a call {fault.status.of_code}" for fault in tested.faults]


def notes_on_cells(session: Session) -> Iterator[str]:
    """Tell the teacher what happened to cells."""
    for number, fault in sorted(session.left_out.items()):
        yield f"code cell {number + 1} {fault.status.of_code}"
    for number, raised in sorted(session.errors.items()):
        if raised.kind == "Kept":  # a cell that another question may well have
            continue
        yield f"code cell {number + 1}, line {raised.line}, stops {_because(raised.kind)}"


def _missing(question: Question, cell: int, session: Session) -> str:
    if cell in session.left_out:
        return f"Your cell {session.left_out[cell].status.of_code}"
    if cell in session.errors:
        return f"Your cell stops {_because(session.errors[cell].kind)}."
    wanted = " and ".join(question.needs.names)
    return f"There is no {wanted} in your notebook."


def _because(kind: str) -> str:
    """Say why code stops, by the kind of its error; a name of a student's own is not repeated."""
    if kind in OUR_WORDS:
        return f"because {OUR_WORDS[kind]}"
    return f"with {kind}" if kind in {*KNOWN, *ALSO_NAMED} else "with an error"
