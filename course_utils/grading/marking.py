"""The questions that share a worker, asked twice: as students see them, and with hidden parts.

First a pass with the tests that students can see, for the feedback; then one with their hidden
parts, for the marks. In this order, because a worker that has seen no hidden input can tell none.
Where hidden inputs are drawn for each student there is nothing to tell others, and the marks come
first: who is right needs no feedback.

Each pass is a process of its own, and so is the worker's side of it: they begin alike.
"""

import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from course_utils.checks.exercises import Effort
from course_utils.grading import wording
from course_utils.grading.class_checks import FIRST_LOOK, FOR_MARKS, LONG_LOOK
from course_utils.grading.exchange import Exchange, Fault
from course_utils.grading.forks import Lost, in_a_fork
from course_utils.grading.habits import Habits, Watching, together
from course_utils.grading.marks import marked, marked_for_source, no_marks, of_lost
from course_utils.grading.master import Question
from course_utils.grading.notebooks import Cell
from course_utils.grading.nursery import Nursery
from course_utils.grading.pass_process import PassProcess
from course_utils.grading.rows import Outcome
from course_utils.grading.seen import Passed, Seen
from course_utils.grading.session import Room, Session
from course_utils.grading.settings import Settings
from course_utils.grading.status import Status

PATIENCE_MORE = 15.0  # seconds above a submission's own limit, until a pass is ended
NO_PLACES: Mapping[str, int | None] = {}


class Graded(NamedTuple):
    """The questions of one worker, with notes for the teacher.

    failed : those that are not right.
    """

    outcomes: list[Outcome]
    statuses: list[Status]
    notes: list[str]
    left_out: dict[int, Fault]
    habits: Habits
    failed: set[str]


class Marking:
    """The questions that share a worker: what is known of them, pass by pass."""

    def __init__(
        self,
        nursery: Nursery,
        cells: Sequence[Cell],
        settings: Settings,
        room: Room,
        spare: Exchange | None,
        before: Graded | None,
    ) -> None:
        self.nursery, self.master, self.cells = nursery, nursery.master, cells
        self.settings, self.room = settings, room
        self.session = self._session(spare, before.left_out if before else {})
        self.statuses, self.notes = list[Status](), list[str]()
        self.habits = list[Habits]()
        # numbers of questions: whose answers change arguments, unlike SOURCE's; and are let to
        self.unlike, self.allowed = set[int](), frozenset[int]()
        self.lost = dict[str, Fault]()  # questions whose tests ended the process that ran them
        # questions whose tests are not run again for what they define: they failed, or hang
        self.failed = set(before.failed) if before else set[str]()

    def grade(self, questions: Sequence[Question]) -> Graded:
        """Return the outcome of each question, with its marks."""
        try:
            first, marks = self._passes(questions)
        finally:
            self.session.close()  # whichever there is in the end
        says = marked_for_source if self.settings.habits is None else marked
        outcomes = [says(q, first[q.grade_id], marks[q.grade_id]) for q in questions]
        notes = [n for seen in (*first.values(), *marks.values()) for n in seen.notes]
        known = self.session.left_out, together(self.habits), self.failed
        return Graded(outcomes, self.statuses, [*self.notes, *notes], *known)

    def _passes(self, questions: Sequence[Question]) -> tuple[dict[str, Seen], dict[str, Seen]]:
        """Return by grade_id what is said for the feedback, and what for the marks."""
        self._run_what_is_given()
        if self.settings.habits and all(question.drawn for question in questions):
            return self._marks_first(questions)
        first = self._pass(questions, FIRST_LOOK, whole=False)
        after = {name: seen.after for name, seen in first.items()}
        right = [q for q in questions if first[q.grade_id].right]
        self.failed |= {q.grade_id for q in questions if q not in right}
        marks = self._pass(right, FOR_MARKS, whole=True, after=after) if right else {}
        marks |= {q.grade_id: no_marks(first[q.grade_id]) for q in questions if q not in right}
        first |= self._look_longer(questions, first, marks)
        marks |= self._see_changes(questions, marks, after)
        marks |= self._carry_through(questions, first, marks, after)
        return first, marks

    def _marks_first(
        self, questions: Sequence[Question]
    ) -> tuple[dict[str, Seen], dict[str, Seen]]:
        """Return the same, where feedback is only asked for what is not right."""
        marks = self._pass(questions, FOR_MARKS, whole=True)
        wrong = [q for q in questions if not marks[q.grade_id].holds]
        self.failed |= {q.grade_id for q in wrong}
        after = {name: seen.after for name, seen in marks.items()}
        first = dict(marks)
        if wrong:
            first |= self._pass(wrong, FIRST_LOOK, whole=False, after=after)
            first |= self._look_longer(wrong, first, marks)
        marks |= self._carry_through(questions, first, marks, after)
        return first, marks

    def _session(self, spare: Exchange | None, left_out: Mapping[int, Fault]) -> Session:
        sources = [cell.source for cell in self.cells]
        return Session(sources, self.settings.sandbox, self.room, spare, left_out)

    def _run_what_is_given(self) -> None:
        """Run the cells that the sheet gives at its beginning, once for both passes."""
        given = {s.source.strip() for s in self.master.steps[: self.master.given_before]}
        sources = [cell.source.strip() for cell in self.cells]
        last = next((n for n, s in enumerate(sources) if s not in given), len(sources)) - 1
        self.session.meet(self.nursery.kernel.names, self.master, Watching(self.settings.habits))
        with contextlib.suppress(Fault):
            self.session.advance(last)

    def _pass(
        self,
        questions: Sequence[Question],
        effort: Effort,
        whole: bool,
        after: Mapping[str, int | None] = NO_PLACES,
        ours: frozenset[str] = frozenset(),
    ) -> dict[str, Seen]:
        """Return what a pass in a process of its own says, by grade_id.

        Where a question's tests end that process, the pass is made anew without it.
        """
        first = not self.habits  # the worker has seen nothing yet
        branched = self.session.branched = first and self.session.branch()
        while True:
            asked = [q for q in questions if q.grade_id not in self.lost]
            self.failed |= self.lost.keys()
            found = self._asked(asked, effort, whole, after, ours)
            if not isinstance(found, Lost):
                break
            branched = False
            self._lose(found.said or asked[0].grade_id)
        self._take_over(found, branched and found.intact)
        found.seen.update(self._seen_of_lost(questions))
        self.failed |= {name for name, seen in found.seen.items() if seen.ended}
        return found.seen

    def _asked(
        self,
        questions: Sequence[Question],
        effort: Effort,
        whole: bool,
        after: Mapping[str, int | None],
        ours: frozenset[str],
    ) -> Passed | Lost:
        """Return what a process of its own finds, or that it was lost."""
        asking = PassProcess(
            *(self.nursery, self.cells, self.settings, self.session, self.allowed),
            *(questions, effort, whole, after, ours, frozenset(self.failed)),
        )
        left = max(0.0, self.room.deadline - time.monotonic())
        return in_a_fork(asking, left + PATIENCE_MORE)

    def _lose(self, name: str) -> None:
        """Ask that question no more: its tests ended their process, by time or by memory."""
        self._start_anew(self.session.left_out)
        self.lost[name] = Fault(Status.TIMEOUT, wording.TESTS_ENDED)
        self.statuses.append(self.lost[name].status)

    def _seen_of_lost(self, questions: Sequence[Question]) -> dict[str, Seen]:
        """Return what is said of those questions that were lost, in this pass or before."""
        asked = {q.grade_id: q for q in questions}
        names = [name for name in self.lost if name in asked]
        return {name: of_lost(asked[name], self.cells, self.lost[name]) for name in names}

    def _take_over(self, found: Passed, intact: bool) -> None:
        self.statuses += [fault.status for fault in found.faults]
        self.notes += found.notes
        self.habits.append(found.habits)
        self.unlike |= found.unlike
        if intact and found.left_out == self.session.left_out:
            return
        self._start_anew(found.left_out)

    def _start_anew(self, left_out: Mapping[int, Fault]) -> None:
        """Let the next pass begin with a worker of its own."""
        self.session.close()
        self.session = self._session(None, left_out)

    def _look_longer(
        self,
        questions: Sequence[Question],
        first: Mapping[str, Seen],
        marks: Mapping[str, Seen],
    ) -> dict[str, Seen]:
        """Return the feedback anew where a first look said right and the hidden test did not.

        In a new worker, since the last one knows hidden inputs by now, unless they are drawn.
        """
        doubtful = [
            q
            for q in questions
            if first[q.grade_id].right and first[q.grade_id].checked and not marks[q.grade_id].holds
        ]
        if not doubtful:
            return {}
        if not all(question.drawn for question in doubtful):
            self._start_anew(self.session.left_out)
        after = {q.grade_id: first[q.grade_id].after for q in doubtful}
        return self._pass(doubtful, LONG_LOOK, whole=False, after=after)

    def _see_changes(
        self,
        questions: Sequence[Question],
        marks: Mapping[str, Seen],
        after: Mapping[str, int | None],
    ) -> dict[str, Seen]:
        """Return the marks anew of answers that hold, and change arguments where SOURCE's do not.

        A test that an argument stays as it is has to see that it does not; a test that takes its
        expected value from the argument afterwards must not. So the answer has to hold in both.
        """
        doubtful = [
            q for q in questions if marks[q.grade_id].holds and self._number(q) in self.unlike
        ]
        if not doubtful:
            return {}
        self.allowed = frozenset(map(self._number, doubtful))
        self._start_anew(self.session.left_out)
        again = self._pass(doubtful, FOR_MARKS, whole=True, after=after)
        return {name: seen for name, seen in again.items() if not seen.holds}

    def _number(self, question: Question) -> int:
        return self.master.questions.index(question)

    def _carry_through(
        self,
        questions: Sequence[Question],
        first: Mapping[str, Seen],
        marks: Mapping[str, Seen],
        after: Mapping[str, int | None],
    ) -> dict[str, Seen]:
        """Return marks of questions that failed, asked anew beside right earlier answers.

        Only where SOURCE's own answer uses the earlier one, so that one slip costs its own points
        once. The earlier questions have their marks by then.
        """
        made = dict[str, Seen]()
        failed = [q for q in questions if not (first[q.grade_id].right and marks[q.grade_id].holds)]
        for question in failed:
            ours = self.master.used_by(question, [q for q in failed if q is not question])
            seen = first[question.grade_id]
            if not ours or seen.ended or seen.empty:
                continue
            self._start_anew(self.session.left_out)
            found = self._pass([question], FOR_MARKS, True, after, ours)[question.grade_id]
            if found.holds:
                made[question.grade_id] = found._replace(
                    notes=[*found.notes, wording.carried(question)], after=None
                )
        return made
