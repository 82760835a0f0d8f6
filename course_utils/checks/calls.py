"""A learner's function, called so that nothing it does can hurt: loops, prints, exceptions."""

import contextlib
import ctypes
import io
import threading
import time
import traceback
import warnings

import numpy as np

SECONDS = 10.0  # for all calls of one check together
GRACE = 1.0  # so long we go on stopping a function that catches everything
PATIENCE = 0.002  # seconds between two tries to stop it
LETTERS_KEPT = 2_000
ONE_AT_A_TIME = threading.RLock()  # the streams belong to the whole process


class FarAway:
    """An answer that is not in this process, so that each question to it takes its time.

    ahead(calls) : lets it make these calls at once, each a tuple of arguments; who then makes the
    same calls, in this order, need not wait for them.
    """

    def ahead(self, calls):
        """Do nothing: the calls are made one by one."""


class TookTooLong(Exception):
    """Work that did not end in time; `stopped` says whether its thread could be ended."""

    def __init__(self, stopped):
        super().__init__("the work did not end in time")
        self.stopped = stopped


class Stop(BaseException):
    """What ends a thread from inside; no Exception, so that few `except` lines catch it."""


class _Printed(io.TextIOBase):
    """The beginning of what a function prints: an endless loop may print forever."""

    def __init__(self):
        self.kept = ""

    def write(self, text):
        self.kept += text[: LETTERS_KEPT - len(self.kept)]
        return len(text)


def within(seconds, work):
    """Return (work(), what it printed). Raises TookTooLong, or whatever `work` raises.

    `work` runs in a thread of its own, which works on every system and, unlike a signal, leaves
    the kernel usable where the thread waits in a call that cannot be interrupted. Only a single
    step that never lets another thread run, such as sum(range(10**12)), cannot be stopped by us.
    """
    printed, answer = _Printed(), {}

    def run():
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                answer["value"] = work()
        except BaseException as error:  # SystemExit too: it must not end a kernel
            answer["error"] = error

    thread = threading.Thread(target=run, daemon=True)
    streams = contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed)
    with ONE_AT_A_TIME, streams[0], streams[1]:
        thread.start()
        try:
            thread.join(seconds)
        except KeyboardInterrupt:  # the learner's own stop button
            _end(thread)
            raise
        late = thread.is_alive() and not _end(thread)
    if late or isinstance(answer.get("error"), Stop):
        raise TookTooLong(stopped=not late)
    if "error" in answer:
        raise answer["error"]
    return answer["value"], printed.kept


def _end(thread):
    """Raise Stop in the thread until it ends; return whether it did."""
    deadline = time.monotonic() + GRACE
    while thread.is_alive() and time.monotonic() < deadline:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(Stop)
        )
        thread.join(PATIENCE)
    return not thread.is_alive()


class Pace:
    """How far a check has come: which case is under way, since when, and what lies behind it."""

    def __init__(self):
        self.case, self.done, self._largest = None, 0, 0
        self._start = self._began = time.monotonic()

    def over(self, cases):
        """Yield the cases, and note where we are."""
        for self.case in cases:
            self._began = time.monotonic()
            yield self.case
            self.done += 1
            self._largest = max(self._largest, self.case.size)

    def is_slow(self, seconds):
        """Tell whether it was no endless loop: many calls took long, or the first large one did.

        seconds : what it was given. How long it then took to stop depends on the machine.
        """
        in_many_calls = self._began - self._start > seconds / 2
        return self.done > 0 and (in_many_calls or self.case.size > 4 * self._largest)


def place_of(error, function):
    """Say in which line of the learner's own cell an error arose, or "" where that is unknown."""
    code = getattr(function, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    if not own or not own[-1].line:
        return ""
    return f"line {own[-1].lineno}: {own[-1].line}"
