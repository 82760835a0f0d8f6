"""Work in a process of its own, with a clock: a copy of this one, so it begins where this one is.

A teacher's tests meet what students send: a number to loop over, an array to show. They run in such
a process. What it does to modules, files' places and memory ends with it.
"""

import os
import pickle
import select
import signal
import struct
import time
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

DUMP, LOAD = pickle.dumps, pickle.loads  # tests may be forbidden to use them
SIZE = struct.Struct(">Q")
T = TypeVar("T")
Say = Callable[[Any], None]


class Lost(NamedTuple):
    """Work that gave no result. said : the last thing that it said.  late : or else it died."""

    said: Any
    late: bool


def in_a_fork(work: Callable[[Say], T], patience: float) -> T | Lost:
    """Return what `work(say)` returns, done in a copy of this process; raise what it raises.

    patience : seconds between two things that it says; then it is ended.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _do(work, writing)
    os.close(writing)
    try:
        return _heard(reading, patience)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _do(work: Callable[[Say], Any], writing: int) -> None:
    """Work, say what came of it, and end: nothing of the parent's runs twice."""
    try:
        _write(writing, ("done", work(lambda said: _write(writing, ("said", said)))))
    except BaseException as error:
        _write(writing, ("raised", _portable(error)))
    finally:
        os._exit(0)


def _portable(error: BaseException) -> BaseException:
    try:
        LOAD(DUMP(error))
    except Exception:
        return RuntimeError("".join(traceback.format_exception(error)))
    return error


def _write(writing: int, message: Any) -> None:
    data = DUMP(message)  # between processes of ours
    left = memoryview(SIZE.pack(len(data)) + data)
    while left:
        left = left[os.write(writing, left) :]


def _heard(reading: int, patience: float) -> Any:
    said, deadline = None, time.monotonic() + patience
    while True:
        header = _read(reading, SIZE.size, deadline)
        body = header and _read(reading, SIZE.unpack(header)[0], deadline)
        if not body:
            return Lost(said, late=time.monotonic() >= deadline)
        word, value = LOAD(body)
        if word == "done":
            return value
        if word == "raised":
            raise value
        said, deadline = value, time.monotonic() + patience


def _read(reading: int, size: int, deadline: float) -> bytes:
    """Return so many bytes; none where the other end died or is late."""
    data = b""
    while len(data) < size:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        piece = os.read(reading, min(1 << 20, size - len(data))) if ready else b""
        if not piece:
            return b""
        data += piece
    return data
