"""One worker at the other end of a socket: questions, answers, time limits, and its end.

Whatever a worker does wrong becomes a `Fault` with the status that a submission gets for it.
"""

import asyncio
import builtins
import contextlib
import inspect
import os
import shutil
import signal
import socket
import struct
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from course_utils.grading import ready
from course_utils.grading.counted import counted
from course_utils.grading.inside.instances import Instances, is_of
from course_utils.grading.library import course_code
from course_utils.grading.protocol import HEADER, ProtocolError, decode, encode, sizes
from course_utils.grading.sandbox import MEGABYTE, Sandbox
from course_utils.grading.status import Status
from course_utils.grading.usage import too_much, use_of

NO_FILES: Mapping[str, bytes] = {}
SLICE = 0.1  # seconds between two looks at the clock and at the memory
SECONDS_TO_START = 30.0
PIECE = 1 << 16  # bytes
LETTERS = 2_000  # of what a sandbox says that does not start
TIMEVAL = struct.Struct("@ll")  # as the kernel takes it: seconds, microseconds


class Fault(Exception):
    """A worker that hangs, dies or sends nonsense, and the status that this brings about."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(status, message)  # both, so that it can be sent to another process
        self.status, self.message = status, message

    def __str__(self) -> str:
        return self.message


class NoWorker(BaseException):
    """The sandbox did not start: no fault of a student's, so no test may take it for an answer."""


class Exchange:
    """A worker in its sandbox. It starts at once and waits for `begin`.

    handle : makes what stands for an object that stays there, see `protocol.decode`.
    """

    def __init__(self, sandbox: Sandbox, handle: Callable[..., Any] | None = None) -> None:
        self.sandbox, self.handle = sandbox, handle
        self.number, self.looked_after, self.said = 0, 0, ""
        self.lent: list[Callable[..., Any]] = []  # functions that can be called from the worker
        self.lent_numbers = dict[int, int]()
        self.failed: Exception | None = None  # what the last of them raised that did
        self.fault: Fault | None = None
        self.socket, other = socket.socketpair()
        # a worker looks at the files beside it, and a sheet's are written there
        self.folder = "" if sandbox.safe else tempfile.mkdtemp(prefix="grading-")
        with other:
            self.process = ready.started(sandbox, other, self.folder or "/")
        for wait in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):  # half the calls of `settimeout`
            self.socket.setsockopt(socket.SOL_SOCKET, wait, TIMEVAL.pack(0, int(SLICE * 1e6)))
        self.next_look, self.buffer = 0.0, bytearray()

    def begin(
        self,
        given: Sequence[Any] = (),
        withheld: Sequence[str] = (),
        files: Mapping[str, bytes] = NO_FILES,
        names: Sequence[str] = (),
        modules: Mapping[str, bytes] = NO_FILES,
    ) -> None:
        """Set the limits, and what can be imported; from here on student's code may run.

        files : by path, what stands beside the sheet.  names : what the sheet itself defines.
        modules : the student's own, by file name.
        Raises NoWorker.
        """
        limits = self.sandbox.limits.inside()
        own = {path: data for path, data in modules.items() if path not in files}
        packed, own_packed = _as_arrays(files), _as_arrays(own)
        needed = (
            limits,
            course_code(),
            list(given),
            list(withheld),
            packed,
            list(names),
            own_packed,
        )
        try:
            self.request("begin", *needed, seconds=SECONDS_TO_START)
        except Fault as fault:
            raise NoWorker(f"{fault.message}: {self.said or 'no reason given'}") from fault

    def request(self, *message: Any, seconds: float) -> tuple[Any, ...]:
        """Return a worker's answer, (word, …). Functions in the message can be called from there.

        While one of those runs it may ask for more. Raises Fault, and the worker is then of no
        more use.
        """
        if self.fault:
            raise self.fault
        self.number += 1
        number, deadline = self.number, time.monotonic() + seconds
        given = Instances()
        changing = message[0] == "call" and message[-1] is True
        frame = encode((number, *message), self._lend, given, changing)
        try:
            self._send(frame, deadline)
            return self._answer(number, deadline, given, changing)
        except Fault as fault:
            ended = fault
        except ProtocolError as error:
            ended = Fault(Status.PROTOCOL, f"the answer was malformed: {error}")
        except OSError:
            ended = Fault(Status.CRASHED, "the program ended")
        except BaseException:  # the check has lost its patience and ends this thread
            self.end(_late(seconds))
            raise
        self.end(ended)
        raise ended

    def close(self) -> None:
        """End the worker and everything that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        stderr = self.process.stderr
        if stderr and not stderr.closed:
            self.said = stderr.read(LETTERS).decode(errors="replace").strip()
            stderr.close()
        if self.process.stdin:
            self.process.stdin.close()
        self.socket.close()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def end(self, fault: Fault) -> None:
        """End the worker for what it did wrong; each later question gets the same fault."""
        self.fault = fault
        self.close()

    def _lend(self, function: Callable[..., Any]) -> int:
        """Return the number by which a function can be called from there, as long as this lives."""
        if id(function) not in self.lent_numbers:
            self.lent_numbers[id(function)] = len(self.lent)
            self.lent.append(function)
        return self.lent_numbers[id(function)]

    def _answer(
        self, number: int, deadline: float, given: Instances, changing: bool
    ) -> tuple[Any, ...]:
        while True:
            word, *rest = self._receive(number, deadline, given, changing)
            if word != "ask":
                return word, *rest
            answer = encode((number, *self._from_lent(*rest)), self._lend)
            self._send(answer, deadline)

    def _from_lent(self, *asked: Any) -> tuple[Any, ...]:
        """Call a function of ours: what is a student's in its arguments stays over there."""
        kinds = [type(part) for part in asked]
        if kinds != [int, tuple, dict] or not 0 <= asked[0] < len(self.lent):
            raise ProtocolError("a given function was called in a way that it cannot be")
        number, arguments, named = asked
        try:
            result = _done(self.lent[number](*arguments, **named))
            encode(result, self._lend)
        except Fault:
            raise
        except Exception as error:  # wrong arguments: as they would fail in one's own notebook
            self.failed = error
            return "failed", _as_known_to_both(error)
        return "answered", result

    def _send(self, frame: bytes, deadline: float) -> None:
        left = memoryview(frame)
        while left:
            self._look(deadline)
            with contextlib.suppress(BlockingIOError):
                left = left[self.socket.send(left) :]

    def _receive(
        self, number: int, deadline: float, given: Instances, changing: bool
    ) -> tuple[Any, ...]:
        """Return the next frame's message, which must answer the question of that number."""
        announced = sizes(self._read(HEADER.size, deadline))
        text, blobs = (self._read(size, deadline) for size in announced)
        message = decode(text, blobs, self.handle, given, changing)
        fine = isinstance(message, tuple) and len(message) > 1 and isinstance(message[1], str)
        if not fine or type(message[0]) is not int or message[0] != number:
            raise ProtocolError("not the answer to this question")
        return message[1:]

    def _read(self, size: int, deadline: float) -> bytes:
        while len(self.buffer) < size:
            self._look(deadline)
            with contextlib.suppress(BlockingIOError):
                # no more than it takes: each time the system gives fresh memory for all of it
                piece = self.socket.recv(max(PIECE, min(MEGABYTE, size - len(self.buffer))))
                if not piece:
                    raise ConnectionError
                self.buffer += piece
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data

    def _look(self, deadline: float) -> None:
        """Raise Fault where the time is over, or all processes together hold too much."""
        now = time.monotonic()
        if now > deadline:
            raise Fault(Status.TIMEOUT, "it did not end in time")
        if now > self.next_look:
            self.next_look = now + SLICE
            limits = self.sandbox.limits
            excess = too_much(self.process.pid, 2 * limits.memory, limits.files)
            if excess:
                raise Fault(Status.CRASHED, excess)

    def strained(self) -> bool:
        """Say whether so much is in use that what comes next would suffer for what came before."""
        if self.number == self.looked_after:  # nothing was asked since the last look
            return False
        self.looked_after = self.number
        limits = self.sandbox.limits
        used, threads = use_of(self.process.pid)
        return used > limits.memory * MEGABYTE / 2 or threads > limits.processes / 2


def _as_arrays(files: Mapping[str, bytes]) -> dict[str, Any]:
    return {path: np.array(bytearray(data), np.uint8) for path, data in files.items()}


def _done(result: Any) -> Any:
    """Return a result; where it is to be awaited, what comes of it: a loop may be running here."""
    if not inspect.iscoroutine(result):
        return result
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, result).result()


def _as_known_to_both(error: Exception) -> type[BaseException]:
    """Return the nearest class of an error that the other side has, too."""
    kinds = (kind for kind in type(error).__mro__ if issubclass(kind, BaseException))
    own = (kind for kind in kinds if is_of(kind, f"{kind.__module__}:{kind.__qualname__}"))
    return next(own, _pythons_own(error))


def _pythons_own(error: Exception) -> type[BaseException]:
    kinds = (kind for kind in type(error).__mro__ if issubclass(kind, BaseException))
    return next(kind for kind in kinds if getattr(builtins, kind.__name__, None) is kind)


def _late(seconds: float) -> Fault:
    return Fault(Status.TIMEOUT, f"no answer within {counted(seconds, 'second')}")
