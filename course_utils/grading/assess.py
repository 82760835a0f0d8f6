"""One submission from its cells to its marks: the master's cells run here, against a student's names.

First a pass with the tests that students can see, for the feedback; then one with their hidden
parts, for the marks. In this order, because a worker that has seen no hidden input can tell none.
Each pass is a process of its own, and so is the worker's side of it: they begin alike.
"""

import contextlib
import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from course_utils.checks.desk import SEED_OF_THE_CLASS
from course_utils.checks.exercises import Effort
from course_utils.checks.outcomes import NotAnsweredYet, Verdict
from course_utils.grading import wording
from course_utils.grading.class_checks import FIRST_LOOK, FOR_MARKS, LONG_LOOK, ClassChecks
from course_utils.grading.empties import strict_comparisons
from course_utils.grading.exchange import NO_FILES, Exchange, Fault
from course_utils.grading.forks import Lost, Say, in_a_fork
from course_utils.grading.guard import guard
from course_utils.grading.habits import Habits, Watching, together
from course_utils.grading.inside.instances import GIVEN, MODULES
from course_utils.grading.kernel import Kernel
from course_utils.grading.master import Master, Question
from course_utils.grading.notebooks import Cell
from course_utils.grading.parsing import is_blank
from course_utils.grading.passes import Pass, Tested
from course_utils.grading.places import THE_END, cell_of
from course_utils.grading.replies import Raised
from course_utils.grading.rows import Kind, Outcome, score_of
from course_utils.grading.sandbox import Sandbox
from course_utils.grading.session import Room, Session
from course_utils.grading.status import Status, first_of
from course_utils.grading.stubs import ask_over_there
from course_utils.grading.texts import texts_of

TIMES_SOURCE = 10  # as long as SOURCE's own tests took, a student's may take so many times
PATIENCE_MORE = 15.0  # seconds above a submission's own limit, until a pass is ended
NOTHING_HABITUAL = Habits()
NO_PLACES: Mapping[str, int | None] = {}


@dataclass(frozen=True)
class Result:
    """A graded submission. notes : what a teacher should know of its cells.

    habits : what its answers did while the tests ran.  stopped : {grade_id of a cell that gives no
    marks: why it stopped}.
    """

    status: Status
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    seconds: float
    habits: Habits = NOTHING_HABITUAL
    stopped: Mapping[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float | None:
        """Return the total of the points that the tests gave."""
        return score_of(outcome.points for outcome in self.outcomes)


@dataclass(frozen=True)
class Settings:
    """What is the same for all submissions of a run.

    habits : SOURCE's; None while SOURCE itself is graded.
    """

    sandbox: Sandbox = field(default_factory=Sandbox)
    seed: str = "hidden"
    habits: Habits | None = NOTHING_HABITUAL

    def of(self, student: str) -> Self:
        """Return the same for one student: hidden inputs of their own, which help nobody else."""
        return replace(self, seed=f"{self.seed} {student}")

    def in_slot(self, slot: int, core: int | None = None) -> Self:
        """Return the same for one of several places side by side, each on a core of its own."""
        return replace(self, sandbox=replace(self.sandbox, slot=slot, core=core))


def assess(
    master: Master, cells: Sequence[Cell], settings: Settings, spare: Exchange | None = None
) -> Result:
    """Return the Result of a submission, given its cells. `spare` is a worker that has started."""
    patience = settings.sandbox.limits.total * 3 + PATIENCE_MORE

    def work(say: Say) -> Result:
        with contextlib.closing(Nursery(master)) as nursery:
            return nursery.assess(cells, settings, spare)

    found = in_a_fork(work, patience)
    if isinstance(found, Lost):
        raise RuntimeError("the process that graded it ended")
    return found


class Nursery:
    """The master's cells before the first answer, which have run here once for all submissions."""

    def __init__(self, master: Master) -> None:
        self.master, self.kernel = master, Kernel()
        GIVEN.update({"", *master.defined})
        MODULES.update(Path(path).stem for path in master.files if path.endswith(".py"))
        self.kernel.own_text = "\n".join(step.source for step in master.steps)
        ask_over_there()
        self.scratch = Path(tempfile.mkdtemp(prefix="grading-"))
        self.folder = self.scratch / "sheet"
        self.folder.mkdir()
        for path, data in master.files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)
        os.chdir(self.folder)
        sys.path.append(str(self.folder))  # last: no file beside a sheet stands for another module
        self.stopped = dict[str, str]()
        with contextlib.redirect_stdout(io.StringIO()), ClassChecks.in_silence():
            for step in master.steps[: master.given_before]:
                try:
                    self.kernel.run(step.source, step.grade_id)
                except Exception as error:  # as in a notebook: the next cell runs all the same
                    self.stopped[step.grade_id] = f"{type(error).__name__}: {error}"

    def go_to_a_copy(self) -> None:
        """Work beside new copies of the sheet's files: what tests write ends with their process."""
        place = Path(tempfile.mkdtemp(dir=self.scratch))
        shutil.copytree(self.folder, place, dirs_exist_ok=True)
        os.chdir(place)
        tempfile.tempdir = str(place)
        guard(place, texts_of(step.source for step in self.master.steps))

    def clear(self) -> None:
        """Remove what the passes of a submission have left: a copy of the sheet's files each."""
        for place in self.scratch.iterdir():
            if place != self.folder:
                shutil.rmtree(place, ignore_errors=True)

    def close(self) -> None:
        """Remove the copies of the sheet's files."""
        os.chdir("/")
        shutil.rmtree(self.scratch, ignore_errors=True)

    def assess(
        self,
        cells: Sequence[Cell],
        settings: Settings,
        spare: Exchange | None = None,
        modules: Mapping[str, bytes] = NO_FILES,
    ) -> Result:
        """Return the Result of a submission. Questions that withhold the same share a worker.

        modules : programs handed in beside the notebook, by file name.
        """
        start = time.monotonic()
        outcomes = {q.grade_id: _by_hand(q, cells) for q in self.master.questions if q.by_hand}
        by_tests = [question for question in self.master.questions if not question.by_hand]
        defined = sorted(self.master.defined)
        until, found = start + settings.sandbox.limits.total, list[_Graded]()
        for withheld in dict.fromkeys(question.withheld for question in by_tests):
            room = Room(
                *self.master.given_of(withheld), self._open_files(), until, defined, modules
            )
            one = _Grading(self, cells, settings, room, spare, found[-1] if found else None)
            spare = None
            found.append(one.grade([q for q in by_tests if q.withheld == withheld]))
        if spare:
            spare.close()
        outcomes |= {outcome.grade_id: outcome for one in found for outcome in one.outcomes}
        return Result(
            first_of([status for one in found for status in one.statuses]),
            tuple(outcomes[question.grade_id] for question in self.master.questions),
            tuple(dict.fromkeys(note for one in found for note in one.notes)),
            time.monotonic() - start,
            together(one.habits for one in found),
            self.stopped,
        )

    def _open_files(self) -> dict[str, bytes]:
        return {p: data for p, data in self.master.files.items() if p in self.master.open_files}


@contextlib.contextmanager
def _quiet() -> Generator[None, None, None]:
    """Show nothing of what tests print."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


class _Seen(NamedTuple):
    """What a pass says of a question.

    after : the cell after which the answer counts.  checked : whether one of our checks judged it.
    empty : whether there is no answer yet.  holds : whether nothing failed.  ended : whether a call
    ended a worker.  notes : for the teacher.
    """

    outcome: Outcome
    after: int | None
    checked: bool
    empty: bool
    holds: bool
    ended: bool
    points: float
    notes: list[str]
    seconds: float

    @property
    def right(self) -> bool:
        return self.outcome.kind in (Kind.RIGHT, Kind.RECORDED)


class _Passed(NamedTuple):
    """What a pass leaves: by grade_id what it says, and what is known of the session.

    unlike : numbers of questions whose answers change arguments, unlike SOURCE's.
    intact : whether the worker that branched is there.
    """

    seen: dict[str, _Seen]
    faults: list[Fault]
    left_out: dict[int, Fault]
    notes: list[str]
    habits: Habits
    unlike: set[int]
    intact: bool


class _Graded(NamedTuple):
    """The questions of one worker, with notes for the teacher. failed : those that are not right."""

    outcomes: list[Outcome]
    statuses: list[Status]
    notes: list[str]
    left_out: dict[int, Fault]
    habits: Habits
    failed: set[str]


class _Grading:
    """The questions that share a worker, asked twice: as students see them, and with hidden parts."""

    def __init__(
        self,
        nursery: Nursery,
        cells: Sequence[Cell],
        settings: Settings,
        room: Room,
        spare: Exchange | None,
        before: "_Graded | None",
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

    def grade(self, questions: Sequence[Question]) -> _Graded:
        """Return the outcome of each question, with its marks."""
        with contextlib.closing(_Closing(self)):
            self._run_what_is_given()
            first = self._pass(questions, FIRST_LOOK, whole=False)
            after = {name: seen.after for name, seen in first.items()}
            right = [q for q in questions if first[q.grade_id].right]
            self.failed |= {q.grade_id for q in questions if q not in right}
            marks = self._pass(right, FOR_MARKS, whole=True, after=after) if right else {}
            marks |= {q.grade_id: _no_marks(first[q.grade_id]) for q in questions if q not in right}
            first |= self._look_longer(questions, first, marks)
            marks |= self._see_changes(questions, marks, after)
            marks |= self._carry_through(questions, first, marks, after)
        says = _whole if self.settings.habits is None else _together
        outcomes = [says(q, first[q.grade_id], marks[q.grade_id]) for q in questions]
        notes = [n for seen in (*first.values(), *marks.values()) for n in seen.notes]
        known = self.session.left_out, together(self.habits), self.failed
        return _Graded(outcomes, self.statuses, [*self.notes, *notes], *known)

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
    ) -> dict[str, _Seen]:
        """Return what a pass in a process of its own says, by grade_id.

        Where a question's tests end that process, the pass is made anew without it.
        """
        branched = not whole and not ours and self.session.branch()
        while True:
            asked = [q for q in questions if q.grade_id not in self.lost]
            self.failed |= self.lost.keys()
            work = _Work(self, asked, effort, whole, after, ours, frozenset(self.failed))
            found = in_a_fork(work, max(0.0, self.room.deadline - time.monotonic()) + PATIENCE_MORE)
            if not isinstance(found, Lost):
                break
            self._start_anew(self.session.left_out)
            branched = False
            name = found.said or asked[0].grade_id
            self.lost[name] = _ended_by_tests(found)
            self.statuses.append(self.lost[name].status)
        self._take_over(found, branched and found.intact)
        for name in self.lost:
            question = next((q for q in questions if q.grade_id == name), None)
            if question:
                found.seen[name] = _lost(question, self.cells, self.lost[name])
        self.failed |= {name for name, seen in found.seen.items() if seen.ended}
        return found.seen

    def _take_over(self, found: _Passed, intact: bool) -> None:
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
        first: Mapping[str, _Seen],
        marks: Mapping[str, _Seen],
    ) -> dict[str, _Seen]:
        """Return the feedback anew where a first look said right and the hidden test did not.

        In a new worker, since the last one knows hidden inputs by now.
        """
        doubtful = [
            q
            for q in questions
            if first[q.grade_id].right and first[q.grade_id].checked and not marks[q.grade_id].holds
        ]
        if not doubtful:
            return {}
        self._start_anew(self.session.left_out)
        after = {q.grade_id: first[q.grade_id].after for q in doubtful}
        return self._pass(doubtful, LONG_LOOK, whole=False, after=after)

    def _see_changes(
        self,
        questions: Sequence[Question],
        marks: Mapping[str, _Seen],
        after: Mapping[str, int | None],
    ) -> dict[str, _Seen]:
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
        first: Mapping[str, _Seen],
        marks: Mapping[str, _Seen],
        after: Mapping[str, int | None],
    ) -> dict[str, _Seen]:
        """Return marks of questions that failed beside a wrong earlier answer, asked with a right one.

        Only where SOURCE's own answer uses the earlier one, so that one slip costs its own points
        once. The earlier questions have their marks by then.
        """
        made = dict[str, _Seen]()
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


class _Closing(NamedTuple):
    """Ends whichever worker there is in the end."""

    grading: _Grading

    def close(self) -> None:
        self.grading.session.close()


class _Work(NamedTuple):
    """A pass, as it is done in its own process."""

    grading: _Grading
    questions: Sequence[Question]
    effort: Effort
    whole: bool
    after: Mapping[str, int | None]
    ours: frozenset[str]
    failed: frozenset[str]

    def __call__(self, say: Say) -> _Passed:
        grading, seen = self.grading, dict[str, _Seen]()
        session, watching = grading.session, Watching(grading.settings.habits)
        watching.allowed = grading.allowed
        seconds = {q.grade_id: self._seconds(q) for q in self.questions}
        limit = grading.settings.sandbox.limits.call
        checks = ClassChecks(grading.settings.seed, limit, self.effort, marking=self.whole)
        kernel = grading.nursery.kernel
        grading.nursery.go_to_a_copy()
        made = Pass(
            *(grading.master, grading.cells, session, kernel, checks, watching),
            *(self.whole, self.ours, self.failed),
        )

        def asked(question: Question) -> None:
            if self._waits(question):
                return
            say(question.grade_id)
            seen[question.grade_id] = self._ask(made, question, seconds)

        os.environ[SEED_OF_THE_CLASS] = grading.settings.seed  # for a teacher's own tests
        with strict_comparisons(), _quiet():
            made.through(grading.master.given_before, seconds, asked)
            for question in self.questions:
                again = self._at_the_end(made, question, seen, say)
                if again:
                    seen[question.grade_id] = self._ask(made, question, seconds, THE_END)
        intact = session.leave()
        took = {self._number(name): one.seconds for name, one in seen.items()}
        habits = replace(watching.found(), seconds=took)
        notes = [] if self.whole or self.ours else list(wording.notes_on_cells(session))
        if not intact:
            session.close()
        return _Passed(
            seen, session.faults, session.left_out, notes, habits, watching.unlike_source, intact
        )

    def _number(self, grade_id: str) -> int:
        return [q.grade_id for q in self.grading.master.questions].index(grade_id)

    def _seconds(self, question: Question) -> float:
        """Return how long a question's tests may work here."""
        known = self.grading.settings.habits
        took = known.seconds.get(self._number(question.grade_id), 0.0) if known else 0.0
        limits = self.grading.settings.sandbox.limits
        return max(limits.call if known else limits.total, TIMES_SOURCE * took)

    def _waits(self, question: Question) -> bool:
        """Say whether it is known already that the answer counts at the end."""
        return self.after.get(question.grade_id) == THE_END and bool(self.grading.cells)

    def _at_the_end(
        self, made: Pass, question: Question, seen: Mapping[str, _Seen], say: Say
    ) -> bool:
        """Say whether an answer is looked for at the end: where it was empty in its own place.

        Never in both, which would be two guesses. So the name can be used again further down.
        """
        say(question.grade_id)
        if question.grade_id not in seen:
            return True
        if self.after or not seen[question.grade_id].empty:
            return False
        master, session = self.grading.master, self.grading.session
        place = made.places[question.grade_id]
        return not master.reused & set(question.names) and session.moved(question.names, place)

    def _ask(
        self, made: Pass, question: Question, seconds: Mapping[str, float], after: int | None = None
    ) -> _Seen:
        begin = time.process_time()
        tested = made.test(question, seconds[question.grade_id], after)
        outcome = _outcome(self.grading, made, question, tested)
        place = made.places[question.grade_id] if after is None else after
        holds = tested.error is None and not tested.faults
        return _Seen(
            outcome,
            place,
            bool(tested.verdicts),
            outcome.kind is Kind.NOT_ANSWERED or bool(tested.missing),
            holds,
            bool(tested.faults),
            _share(tested.value, question.points) if holds else 0.0,
            wording.notes_on_calls(question, tested),
            time.process_time() - begin,
        )


def _outcome(grading: _Grading, made: Pass, question: Question, tested: Tested) -> Outcome:
    """Return the outcome without marks: which of several things that were seen is said."""
    cell, verdict = cell_of(question, grading.cells), tested.verdict
    session = grading.session
    line = _line(cell, tested.raised, session)
    outcome = Outcome(question.grade_id, 0.0, Kind.WRONG, cell=cell, line=line)
    if tested.faults and not (verdict and verdict.mistake):
        return replace(outcome, message=wording.of_fault(tested.faults[0]))
    if _not_answered(made, question, tested):
        return replace(outcome, kind=Kind.NOT_ANSWERED, message=wording.NOT_ANSWERED)
    if verdict and (tested.error is None or not verdict.passed):
        return _as_judged(outcome, verdict)
    if tested.error is None:
        return replace(outcome, kind=Kind.RIGHT, message=wording.PASSED)
    step = grading.master.steps[question.step]
    shown = step.visible if not made.whole else step.source if made.watching.records else ""
    said = wording.of_error(question, tested, cell, session, shown)
    return replace(outcome, message=said)


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


def _no_marks(seen: _Seen) -> _Seen:
    """Return the marks of an answer that fails where students can see it."""
    return seen._replace(holds=False, points=0.0, notes=[])


def _ended_by_tests(lost: Lost) -> Fault:
    """Return what is said of tests that ended their process: by time or memory they were given."""
    return Fault(Status.TIMEOUT, wording.TESTS_ENDED)


def _lost(question: Question, cells: Sequence[Cell], fault: Fault) -> _Seen:
    place = cell_of(question, cells)
    said = Outcome(question.grade_id, 0.0, Kind.WRONG, wording.TESTS_ENDED, cell=place)
    note = f"“{question.title or question.grade_id}”: {fault.message}"
    return _Seen(said, None, False, False, False, True, 0.0, [note], 0.0)


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


def _together(question: Question, seen: _Seen, marks: _Seen) -> Outcome:
    """Return the outcome with its marks, and with words that fit them."""
    carried = marks.after is None and marks.holds
    points = marks.points if marks.holds and (seen.right or carried) else 0.0
    outcome = replace(seen.outcome, points=points)
    if seen.right and marks.empty:  # no test that students see asks for it
        return replace(marks.outcome, points=0.0)
    if points == question.points and (points or seen.right):
        passed = replace(outcome, message=wording.PASSED, mistake=None, rows=())
        return (
            replace(outcome, line=-1) if seen.right else replace(passed, kind=Kind.RIGHT, line=-1)
        )
    if seen.right and marks.ended:
        return replace(outcome, kind=Kind.WRONG, message=marks.outcome.message)
    if seen.right and points:
        return replace(outcome, kind=Kind.PARTLY, message=wording.partly(points, question.points))
    if seen.right:
        return replace(outcome, kind=Kind.WRONG, message=wording.HIDDEN_FAILED)
    return replace(outcome, kind=Kind.PARTLY) if points else outcome


def _right_as(seen: _Seen) -> Kind:
    """Return how a right answer is called: what a check only records stays recorded."""
    return Kind.RECORDED if seen.outcome.kind is Kind.RECORDED else Kind.RIGHT


def _whole(question: Question, seen: _Seen, marks: _Seen) -> Outcome:
    """Return the outcome of SOURCE's own answer: its teacher may read what hidden tests say."""
    outcome = _together(question, seen, marks)
    return outcome if not seen.right else replace(outcome, message=marks.outcome.message)


def _by_hand(question: Question, cells: Sequence[Cell]) -> Outcome:
    place = cell_of(question, cells)
    return Outcome(question.grade_id, None, Kind.BY_HAND, wording.BY_HAND, cell=place)
