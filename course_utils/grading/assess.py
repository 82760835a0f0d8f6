"""One submission from its cells to its marks: the master's tests run here, against stubs.

First all tests that students can see, for the feedback; then all tests with their hidden parts,
for the marks. In this order, because a worker that has seen no hidden input can tell none.
"""

import contextlib
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

import numpy as np

from course_utils.checks.exercises import Effort
from course_utils.checks.outcomes import NotAnsweredYet, Verdict
from course_utils.grading import wording
from course_utils.grading.class_checks import FIRST_LOOK, FOR_MARKS, LONG_LOOK, ClassChecks
from course_utils.grading.empties import strict_comparisons
from course_utils.grading.exchange import Exchange, Fault
from course_utils.grading.looks import Look, Tested
from course_utils.grading.master import Master, Question
from course_utils.grading.notebooks import Cell
from course_utils.grading.places import THE_END, cell_of, counts_after
from course_utils.grading.rows import Kind, Outcome, score_of
from course_utils.grading.sandbox import Sandbox
from course_utils.grading.session import Raised, Session
from course_utils.grading.status import Status, first_of


@dataclass(frozen=True)
class Result:
    """A graded submission. notes : what a teacher should know of its cells."""

    status: Status
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    seconds: float

    @property
    def score(self) -> float | None:
        """Return the total of the points that the tests gave."""
        return score_of(outcome.points for outcome in self.outcomes)


@dataclass(frozen=True)
class Settings:
    """What is the same for all submissions of a run."""

    sandbox: Sandbox = field(default_factory=Sandbox)
    seed: str = "hidden"

    def in_slot(self, slot: int, core: int | None = None) -> Self:
        """Return the same for one of several places side by side, each on a core of its own."""
        return replace(self, sandbox=replace(self.sandbox, slot=slot, core=core))


def assess(
    master: Master, cells: Sequence[Cell], settings: Settings, spare: Exchange | None = None
) -> Result:
    """Return the Result of a submission, given its cells. `spare` is a worker that has started.

    Questions that withhold the same modules share a session.
    """
    start = time.monotonic()
    outcomes = {q.grade_id: _by_hand(q, cells) for q in master.questions if q.by_hand}
    faults, notes, left_out = list[Fault](), list[str](), dict[int, Fault]()
    by_tests = [question for question in master.questions if not question.by_hand]
    for withheld in dict.fromkeys(question.withheld for question in by_tests):
        given, kept_back = master.given_of(withheld)
        sources, until = [cell.source for cell in cells], start + settings.sandbox.limits.total
        session = Session(sources, settings.sandbox, given, kept_back, until, spare, left_out)
        spare, grading = None, _Grading(master, cells, session, settings)
        with contextlib.closing(session):
            found = grading.grade([q for q in by_tests if q.withheld == withheld])
        outcomes |= {outcome.grade_id: outcome for outcome in found.outcomes}
        faults, left_out = faults + session.faults, session.left_out
        notes += [*wording.notes_on_cells(session), *found.notes]
    if spare:
        spare.close()
    return Result(
        first_of([fault.status for fault in faults]),
        tuple(outcomes[question.grade_id] for question in master.questions),
        tuple(dict.fromkeys(notes)),
        time.monotonic() - start,
    )


class _Feedback(NamedTuple):
    """What the visible test says of an answer.

    after : the cell after which the answer counts.  checked : whether one of our checks judged it.
    notes : where a call ended a worker.
    """

    outcome: Outcome
    after: int
    checked: bool
    notes: list[str]

    @property
    def right(self) -> bool:
        return self.outcome.kind is Kind.RIGHT


class _Marks(NamedTuple):
    """The points that the whole test gives, and where a call ended a worker."""

    points: float
    notes: list[str]


class _Graded(NamedTuple):
    """The questions of one session, with notes for the teacher."""

    outcomes: list[Outcome]
    notes: list[str]


class _Grading:
    """The questions of one session, asked twice: as students see them, and with hidden parts."""

    def __init__(
        self, master: Master, cells: Sequence[Cell], session: Session, settings: Settings
    ) -> None:
        self.master, self.cells = master, cells
        self.session, self.settings = session, settings

    def grade(self, questions: Sequence[Question]) -> _Graded:
        """Return the outcome of each question, with its marks."""
        with strict_comparisons(), contextlib.redirect_stdout(io.StringIO()):
            look = self._look(FIRST_LOOK)
            first = [self._feedback(question, look) for question in questions]
            look = self._look(FOR_MARKS, marking=True)
            marks = [self._marks(*pair, look) for pair in zip(questions, first, strict=True)]
            seen = self._look_longer(questions, first, marks)
        outcomes = [_together(*three) for three in zip(questions, seen, marks, strict=True)]
        return _Graded(outcomes, [note for one in (*first, *marks, *seen) for note in one.notes])

    def _look(self, effort: Effort, marking: bool = False) -> Look:
        limits = self.settings.sandbox.limits
        checks = ClassChecks(self.settings.seed, limits.call, effort, marking)
        return Look(self.master, self.session, checks)

    def _look_longer(
        self, questions: Sequence[Question], first: Sequence[_Feedback], marks: Sequence[_Marks]
    ) -> list[_Feedback]:
        """Return the feedback, anew where a first look said right and the hidden test did not.

        In a new worker, since this one knows hidden inputs by now.
        """
        doubtful = [
            one.right and one.checked and not given.points
            for one, given in zip(first, marks, strict=True)
        ]
        if any(doubtful):
            self.session.renew()
        return [
            self._feedback_after(question, self._look(LONG_LOOK), one.after) if again else one
            for question, one, again in zip(questions, first, doubtful, strict=True)
        ]

    def _feedback(self, question: Question, look: Look) -> _Feedback:
        """Run the visible test on an answer: in its place, or if that is empty, at the end.

        Never of both, which would be two guesses. So the name can be used again further down.
        """
        names, place = question.needs.names, counts_after(question, self.cells)
        in_place = self._feedback_after(question, look, place)
        empty = in_place.outcome.kind is Kind.NOT_ANSWERED
        if not empty or self.master.reused & set(names) or not self.session.moved(names, place):
            return in_place
        at_the_end = self._feedback_after(question, look, THE_END)
        return at_the_end._replace(notes=in_place.notes + at_the_end.notes)

    def _feedback_after(self, question: Question, look: Look, after: int) -> _Feedback:
        tested = look.run(question, question.visible, after)
        notes = wording.notes_on_calls(question, tested)
        return _Feedback(self._outcome(question, tested), after, bool(tested.verdicts), notes)

    def _outcome(self, question: Question, tested: Tested) -> Outcome:
        """Return the outcome without marks: which of several things that were seen is said."""
        cell, verdict = cell_of(question, self.cells), tested.verdict
        line = self._line(cell, tested.raised)
        made = Outcome(question.grade_id, 0.0, Kind.WRONG, cell=cell, line=line)
        if tested.faults and not (verdict and verdict.mistake):
            return replace(made, message=wording.of_fault(tested.faults[0]))
        if isinstance(tested.error, NotAnsweredYet | NotImplementedError):
            return replace(made, kind=Kind.NOT_ANSWERED, message=wording.NOT_ANSWERED)
        if verdict and (tested.error is None or not verdict.passed):
            return _as_judged(made, verdict)
        if tested.error is None:
            return replace(made, kind=Kind.RIGHT, message=wording.PASSED)
        return replace(made, message=wording.of_error(question, tested, cell, self.session))

    def _line(self, cell: int, raised: Raised | None) -> int:
        """Return the line where a call stopped in that cell, or the cell itself; −1 for neither."""
        in_cell = raised if raised and raised.cell == cell else self.session.errors.get(cell)
        return in_cell.line if in_cell else -1

    def _marks(self, question: Question, feedback: _Feedback, look: Look) -> _Marks:
        """Give the marks: none where the visible part of the test already failed."""
        if not feedback.right:
            return _Marks(0.0, [])
        tested = look.run(question, question.source, feedback.after)
        holds = tested.error is None and not tested.faults
        points = _share(tested.value, question.points) if holds else 0.0
        return _Marks(points, wording.notes_on_calls(question, tested))


def _as_judged(made: Outcome, verdict: Verdict) -> Outcome:
    """Return the outcome as one of our checks sees it."""
    kind = Kind.RIGHT if verdict.passed else Kind.WRONG
    rows = tuple((label, text) for label, text in verdict.evidence)
    return replace(made, kind=kind, message=verdict.message, mistake=verdict.mistake, rows=rows)


def _share(value: object, points: float) -> float:
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


def _together(question: Question, seen: _Feedback, marks: _Marks) -> Outcome:
    """Return the outcome with its marks, and with words that fit them."""
    points, outcome = marks.points, replace(seen.outcome, points=marks.points)
    if points == question.points and (points or seen.right):
        passed = replace(outcome, message=wording.PASSED, mistake=None, rows=())
        return replace(outcome if seen.right else passed, kind=Kind.RIGHT, line=-1)
    if seen.right:
        kind = Kind.PARTLY if points else Kind.WRONG
        return replace(outcome, kind=kind, message=wording.HIDDEN_FAILED)
    return outcome


def _by_hand(question: Question, cells: Sequence[Cell]) -> Outcome:
    place = cell_of(question, cells)
    return Outcome(question.grade_id, None, Kind.BY_HAND, wording.BY_HAND, cell=place)
