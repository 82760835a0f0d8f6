"""What a worker and all that it has started hold together, at a moment.

A limit of the kernel holds for each process. So the sums are looked at from outside, some times a
second, and so is what no process is charged for: files in /tmp, and what waits in sockets.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MEGABYTE = 1 << 20
MOST_FILES = 10_000  # in /tmp; each holds a kilobyte of the kernel's memory, an empty one too


class Use(NamedTuple):
    """What processes hold together: bytes of memory, and threads."""

    memory: int
    threads: int


def use_of(process: int) -> Use:
    """Return what a process and all below it hold at this moment."""
    return _use_of(tree(process))


def too_much(process: int, memory: int, sockets: int) -> str:
    """Say what a worker, with all below it, holds too much of; "" where that is nothing.

    memory : megabytes, and sockets : what all processes may hold together.
    """
    numbers = list(tree(process))
    if _use_of(numbers).memory > memory * MEGABYTE:
        return "it used too much memory"
    first = next(filter(_is_first_inside, numbers), None)
    if first is not None and _files(first) > MOST_FILES:
        return "it made too many files"
    if first is not None and _sockets(first) > sockets:
        return "it opened too many sockets"
    return ""


def tree(process: int) -> Iterator[int]:
    """Yield a process and all below it; the processes of an end that is under way are left out."""
    yield process
    for task in _tasks(process):
        for child in _read(f"{task}/children").split():
            yield from tree(int(child))


def _use_of(processes: Iterable[int]) -> Use:
    """Sum up. Any thread of a process tells its memory: the first one may have ended."""
    memory = threads = 0
    for process in processes:
        tasks = _tasks(process)
        memory += next(filter(None, map(_memory, tasks)), 0)
        threads += len(tasks)
    return Use(memory, threads)


def _memory(task: str) -> int:
    status = _read(f"{task}/status")
    return sum(int((_field(status, name) or ["0"])[0]) << 10 for name in ("VmRSS:", "VmSwap:"))


def _tasks(process: int) -> list[str]:
    with contextlib.suppress(OSError):
        return [f"/proc/{process}/task/{name}" for name in os.listdir(f"/proc/{process}/task")]
    return []


def _is_first_inside(process: int) -> bool:
    """Say whether it is the sandbox's first: it lasts as long, and no student's code is in it."""
    levels = _field(_read(f"/proc/{process}/status"), "NSpid:")
    return len(levels) > 1 and levels[-1] == "1"


def _files(process: int) -> int:
    """Count the files in a sandbox's /tmp; none while it still has ours, as at its very start."""
    with contextlib.suppress(OSError):
        path = f"/proc/{process}/root/tmp"
        if os.stat(path).st_dev != os.stat("/tmp").st_dev:
            found = os.statvfs(path)
            return found.f_files - found.f_ffree
    return 0


def _sockets(process: int) -> int:
    words = _field(_read(f"/proc/{process}/net/sockstat"), "sockets:")
    return int(words[1]) if len(words) > 1 else 0


def _field(text: str, name: str) -> list[str]:
    """Return the words behind a name that begins a line."""
    start = f"\n{text}".find(f"\n{name}")
    return text[start + len(name) : text.find("\n", start)].split() if start >= 0 else []


def _read(path: str) -> str:
    """Return what a file of /proc says; nothing where its process has just ended."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        return file.read().decode(errors="replace")
    return ""
