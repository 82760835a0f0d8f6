"""Processes that grade side by side, each with a worker that is started ahead."""

import ctypes
import gc
import multiprocessing
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

from course_utils.grading import ready
from course_utils.grading.assess import assess_here, sandbox_for
from course_utils.grading.exchange import Exchange, NoWorker
from course_utils.grading.forks import Lost, Say, in_a_fork
from course_utils.grading.library import course_code
from course_utils.grading.master import Master, Question
from course_utils.grading.notebooks import Cell, Rejected
from course_utils.grading.nursery import Nursery
from course_utils.grading.places import cell_of
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.sandbox import MEGABYTE, core_of
from course_utils.grading.settings import Settings
from course_utils.grading.status import Status
from course_utils.grading.submissions import Submission

TIMES_THE_LIMIT = 3  # what is lost on the way begins anew, until the limit is over
SECONDS_MORE = 60.0  # above a submission's own limit: then the process that grades is ended
SET_PARENT_DEATH_SIGNAL = 1
LETTERS_OF_CODE = 6_000
Placed = tuple[int, Row]  # the place of a submission, and its row
Task = tuple[int, int]  # the place of a submission, and which try it is
TRIES = 2  # where it is the grader that fails


def row_of(
    submission: Submission, nursery: Nursery, settings: Settings, spare: Exchange | None = None
) -> Row:
    """Return the row of a submission: everything that a report says of it."""
    master = nursery.master
    try:
        chosen = submission.choose(master)
    except Rejected as reason:
        if spare:
            spare.close()
        return _not_run(submission, master, Status.REJECTED, str(reason))
    own = settings.of(submission.number or submission.student)
    result = assess_here(nursery, chosen.cells, own, spare, chosen.modules, chosen.texts)
    nursery.clear()
    return Row(
        submission.student,
        submission.number,
        result.status,
        chosen.name,
        result.outcomes,
        (*chosen.notes, *result.notes),
        result.seconds,
        code={
            question.grade_id: _code(question, chosen.cells) or _code(question, chosen.texts)
            for question in master.questions
        },
    )


def graded_alone(submission: Submission, master: Master, settings: Settings) -> Row:
    """Return the row of a submission, made in a process of its own."""

    def work(say: Say) -> Row:
        nursery = Nursery(master)
        try:
            return row_of(submission, nursery, settings)
        finally:
            nursery.close()

    found = in_a_fork(work, TIMES_THE_LIMIT * settings.sandbox.limits.total + SECONDS_MORE)
    return failed(submission, master, "its process ended") if isinstance(found, Lost) else found


def _code(question: Question, cells: Sequence[Cell]) -> str:
    place = cell_of(question, cells)
    return cells[place].source[:LETTERS_OF_CODE] if place >= 0 else ""


def failed(submission: Submission, master: Master, why: str) -> Row:
    """Return a row for a submission that the grader itself failed at: the next run tries again."""
    note = f"The grader failed, grade by hand: {why}"
    return _not_run(submission, master, Status.CRASHED, note, again=True)


def _not_run(
    submission: Submission, master: Master, status: Status, note: str, again: bool = False
) -> Row:
    """Return a row without points, with None for questions that a teacher reads."""
    outcomes = tuple(
        Outcome(question.grade_id, None if question.by_hand else 0.0, Kind.NOT_RUN)
        for question in master.questions
    )
    student, number = submission.student, submission.number
    return Row(student, number, status, outcomes=outcomes, notes=(note,), again=again)


def grade_all(
    submissions: Iterable[Submission], master: Master, settings: Settings, jobs: int
) -> Iterator[Placed]:
    """Yield (place of a submission, its row) as they are done."""
    course_code()  # made here, it is there in every process
    gc.freeze()
    pool = _Pool(list(submissions), master, settings, jobs)
    try:
        yield from pool.rows()
    finally:
        pool.close()


class _Pool:
    def __init__(
        self, submissions: Sequence[Submission], master: Master, settings: Settings, jobs: int
    ) -> None:
        self.submissions, self.master, self.settings = submissions, master, settings
        self.waiting = [(place, 1) for place in reversed(range(len(submissions)))]
        self.slots = [_Slot(number) for number in range(min(jobs, len(submissions)))]
        for slot in self.slots:
            ready.prepare(settings.in_slot(slot.number).sandbox)
        self.scratch = tempfile.mkdtemp(prefix="grading-")  # of processes that are killed, too

    def rows(self) -> Iterator[Placed]:
        while self.waiting or any(slot.task for slot in self.slots):
            for slot in self.slots:
                if not slot.task and self.waiting:
                    slot.give(self.waiting.pop(), self)
            wait([slot.pipe for slot in self.slots if slot.task and slot.pipe], timeout=1.0)
            for slot in self.slots:
                if slot.task:
                    yield from self._done(slot, slot.task, slot.take())

    def _done(self, slot: "_Slot", task: Task, found: Row | str | None) -> Iterator[Placed]:
        if found is None:
            return
        (place, tries), slot.task = task, None
        if isinstance(found, Row):
            yield place, found
        elif tries < TRIES:
            self.waiting.append((place, tries + 1))
        else:
            yield place, failed(self.submissions[place], self.master, found)

    def close(self) -> None:
        for slot in self.slots:
            slot.end()
        ready.put_away()
        shutil.rmtree(self.scratch, ignore_errors=True)


class _Slot:
    """A process that grades one submission after another."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: ForkProcess | None = None
        self.pipe: Connection | None = None
        self.task: Task | None = None

    def give(self, task: Task, pool: _Pool) -> None:
        pipe = self.pipe or self._start(pool)
        self.task = task
        self.late = time.monotonic() + pool.settings.sandbox.limits.total + SECONDS_MORE
        pipe.send(pool.submissions[task[0]])

    def _start(self, pool: _Pool) -> Connection:
        self.pipe, other = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        core = core_of(self.number) if len(pool.slots) > 1 else None
        settings = pool.settings.in_slot(self.number, core)
        needed = (other, self.pipe, pool.master, settings, pool.scratch)
        self.process = context.Process(target=_run, args=needed)
        self.process.start()
        other.close()
        return self.pipe

    def take(self) -> Row | str | None:
        """Return the row that is done, why there is none, or None while the process works."""
        if self.pipe and self.pipe.poll():
            try:
                return self.pipe.recv()
            except (EOFError, ConnectionError):
                self.end()
                return "the process that graded it ended"
        if time.monotonic() > self.late:
            self.end()
            return "it took far too long"
        return None

    def end(self) -> None:
        if self.process and self.pipe:
            self.pipe.close()
            self.process.kill()
            self.process.join()
        self.process = self.pipe = None


def _run(
    pipe: Connection, parents_end: Connection, master: Master, settings: Settings, scratch: str
) -> None:
    """Grade what the pipe brings; the process ends with its parent, and keeps a worker ready."""
    parents_end.close()
    tempfile.tempdir = scratch
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    most = 2 * settings.sandbox.limits.memory * MEGABYTE + (4 << 30)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    nursery, sandbox = Nursery(master), sandbox_for(master, settings.sandbox)
    spare = Exchange(sandbox)
    gc.collect()
    gc.freeze()  # what is here now stays, and need not be looked through again
    while True:
        try:
            submission = pipe.recv()
        except EOFError:
            break
        worker, spare = spare, Exchange(sandbox)
        pipe.send(_try(submission, nursery, settings, worker))
        gc.collect()  # little is left to look through, and much hangs on what refers to itself
    spare.close()
    nursery.close()


def _try(
    submission: Submission, nursery: Nursery, settings: Settings, worker: Exchange
) -> Row | str:
    """Return the row, or why there is none."""
    try:
        return row_of(submission, nursery, settings, worker)
    except (Exception, NoWorker) as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = f": {error}" if isinstance(error, NoWorker) else ""
        return f"{type(error).__name__} in {place.name}, line {place.lineno}{said}"
