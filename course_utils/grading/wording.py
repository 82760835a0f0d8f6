"""What a student, or a teacher, reads of a test that does not hold: never a student's own words."""

import builtins
from collections.abc import Iterator, Sequence

from course_utils.grading.exchange import Fault
from course_utils.grading.passes import Tested
from course_utils.grading.master import Question
from course_utils.grading.session import Session
from course_utils.grading.stubs import OUR_WORDS

LETTERS = 400
ALSO_NAMED = ("NotAnsweredYet", "LinAlgError")  # beside Python's own
PASSED = "Right."
NOT_ANSWERED = "Not answered yet."
HIDDEN_FAILED = "It passes the tests that you can see, and not all of the hidden ones."
TESTS_ENDED = "The tests did not come to an end with what your code gave them."
BY_HAND = "Your teacher reads this one."


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
        return f"It stops {_because(tested.raised.kind)}."
    said = "" if isinstance(tested.error, Fault) else " ".join(str(tested.error).split())
    return said[:LETTERS] or _line_that_fails(tested, visible)


def _line_that_fails(tested: Tested, visible: str) -> str:
    """Show the line of the visible test that does not hold."""
    lines = visible.splitlines()
    if 0 < tested.line <= len(lines):
        return f"This does not hold: {lines[tested.line - 1].strip()}"[:LETTERS]
    return "A test that you can see does not hold."


def carried(question: Question) -> str:
    """Tell the teacher that an answer was tested with SOURCE's own answers to earlier questions."""
    name = question.title or question.grade_id
    return f"“{name}” is right beside a right answer to the question before, and was tested so"


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


def _missing(names: Sequence[str], cell: int, session: Session) -> str:
    if cell in session.left_out:
        return f"Your cell {session.left_out[cell].status.of_code}"
    if cell in session.errors:
        return f"Your cell stops {_because(session.errors[cell].kind)}."
    return f"There is no {' and '.join(names)} in your notebook."


def _because(kind: str) -> str:
    """Say why code stops, by the kind of its error; a name of a student's own is not repeated."""
    if kind in OUR_WORDS:
        return f"because {OUR_WORDS[kind]}"
    known = isinstance(getattr(builtins, kind, None), type)
    return f"with {kind}" if known or kind in ALSO_NAMED else "with an error"
