"""Processes that grade side by side, each with a worker that is started ahead."""

import ctypes
import gc
import multiprocessing
import resource
import signal
import time
import traceback
from multiprocessing.connection import wait

from course_utils.grading.assess import assess, cell_of
from course_utils.grading.exchange import Exchange, NoWorker
from course_utils.grading.library import stock
from course_utils.grading.notebooks import Rejected
from course_utils.grading.sandbox import MEGABYTE

SECONDS_MORE = 60.0  # above a submission's own limit: then the process that grades is ended
SET_PARENT_DEATH_SIGNAL = 1
LETTERS_OF_CODE = 6_000
TRIES = 2  # where it is the grader that fails


def row_of(submission, master, settings, spare=None):
    """Everything that a report says of one submission, as plain data."""
    row = {"student": submission.student, "number": submission.number, "file": ""}
    try:
        row["file"], cells = submission.choose(master)
    except Rejected as reason:
        if spare:
            spare.close()
        return {**row, "status": "rejected", "notes": [str(reason)], "outcomes": [], "seconds": 0.0}
    result = assess(master, cells, settings, spare)
    code = {question.grade_id: _code(question, cells) for question in master.questions}
    return {**row, **result.as_dict(), "code": code}


def _code(question, cells):
    place = cell_of(question, cells)
    return cells[place].source[:LETTERS_OF_CODE] if place >= 0 else ""


def failed(submission, why):
    """The row of a submission where the grader itself did not come through: the next run tries."""
    row = {"student": submission.student, "number": submission.number, "file": ""}
    note = f"The grader failed, grade by hand: {why}"
    row |= {"status": "crashed", "notes": [note], "outcomes": [], "seconds": 0.0}
    return {**row, "again": True}


def grade_all(submissions, master, settings, jobs):
    """Yield (place of a submission, its row) as they are done."""
    stock()  # made here, it is there in every process
    gc.freeze()
    pool = _Pool(list(submissions), master, settings, jobs)
    try:
        yield from pool.rows()
    finally:
        pool.close()


class _Pool:
    def __init__(self, submissions, master, settings, jobs):
        self.submissions, self.master, self.settings = submissions, master, settings
        self.waiting = [(place, 1) for place in reversed(range(len(submissions)))]
        self.slots = [_Slot(number) for number in range(min(jobs, len(submissions)))]

    def rows(self):
        while self.waiting or any(slot.task for slot in self.slots):
            for slot in self.slots:
                if not slot.task and self.waiting:
                    slot.give(self.waiting.pop(), self)
            wait([slot.pipe for slot in self.slots if slot.task], timeout=1.0)
            for slot in self.slots:
                row = slot.take()
                if row is not None:
                    yield from self._done(slot, row)

    def _done(self, slot, row):
        (place, tries), slot.task = slot.task, None
        if "row" in row:
            yield place, row["row"]
        elif tries < TRIES:
            self.waiting.append((place, tries + 1))
        else:
            yield place, failed(self.submissions[place], row["why"])

    def close(self):
        for slot in self.slots:
            slot.end()


class _Slot:
    """A process that grades one submission after another."""

    def __init__(self, number):
        self.number, self.process, self.pipe, self.task = number, None, None, None

    def give(self, task, pool):
        if not self.process:
            self.pipe, other = multiprocessing.Pipe()
            context = multiprocessing.get_context("fork")
            about = (other, self.pipe, pool.master, pool.settings, self.number)
            self.process = context.Process(target=_run, args=about)
            self.process.start()
            other.close()
        self.task = task
        self.late = time.monotonic() + pool.settings.sandbox.limits.total + SECONDS_MORE
        self.pipe.send(pool.submissions[task[0]])

    def take(self):
        """What the process has to say: {"row": …}, {"why": …}, or None while it works."""
        if not self.task:
            return None
        if self.pipe.poll():
            try:
                return self.pipe.recv()
            except (EOFError, ConnectionError):
                self.end()
                return {"why": "the process that graded it ended"}
        if time.monotonic() > self.late:
            self.end()
            return {"why": "it took far too long"}
        return None

    def end(self):
        if self.process:
            self.pipe.close()
            self.process.kill()
            self.process.join()
        self.process = self.pipe = None


def _run(pipe, parents_end, master, settings, slot):
    """What the process does: it ends with its parent, and keeps a worker ready."""
    parents_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    most = 2 * settings.sandbox.limits.memory * MEGABYTE + (4 << 30)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    settings = settings.in_slot(slot)
    spare = Exchange(settings.sandbox)
    while True:
        try:
            submission = pipe.recv()
        except EOFError:
            break
        worker, spare = spare, Exchange(settings.sandbox)
        pipe.send(_try(submission, master, settings, worker))
    spare.close()


def _try(submission, master, settings, worker):
    try:
        return {"row": row_of(submission, master, settings, worker)}
    except (Exception, NoWorker) as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = f": {error}" if isinstance(error, NoWorker) else ""
        return {"why": f"{type(error).__name__} in {place.name}, line {place.lineno}{said}"}
