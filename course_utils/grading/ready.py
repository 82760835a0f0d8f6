"""Workers that begin as copies of one that has loaded everything, and has run no student's code.

For each a sandbox is made as for a worker that starts by itself, with a program in it that only
waits; the copy goes in. `inside/copies` has the other side.
"""

import contextlib
import os
import socket
import subprocess
from dataclasses import replace

from course_utils.grading import syscalls
from course_utils.grading.sandbox import ENVIRONMENT, Sandbox, on_core

WAITS = "/usr/bin/cat"  # says that it is there by giving back what it gets, then waits for more
TOLD, REFUSED = "the file that is told of the first process", "the file with the filter"


class Ready:
    """A worker to be copied, for sandboxes that differ in the core and in what they withhold."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.orders, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.refused = syscalls.program()
        self.commands = dict[Sandbox, list[str]]()
        with other:
            self.process = subprocess.Popen(
                sandbox.copied(),
                stdin=other.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )

    def start(self, sandbox: Sandbox, connection: socket.socket) -> subprocess.Popen[bytes]:
        """Start a worker on that socket; return the process that its sandbox ends with.

        Raises OSError where there is nothing left to copy.
        """
        files = told, tells, ready, says = *os.pipe(), *os.pipe()
        number = -1 if sandbox.core is None else sandbox.core
        order = number.to_bytes(4, "little", signed=True) + self.refused
        try:
            socket.send_fds(self.orders, [order], [connection.fileno(), told, ready])
            with on_core(sandbox.core):
                return self._waiting(self._command(sandbox), tells, says)
        finally:
            for file in files:
                os.close(file)

    def _command(self, sandbox: Sandbox) -> list[str]:
        """Return what makes that sandbox: to look at all paths takes longer than to start it."""
        if sandbox not in self.commands:
            refused = REFUSED if self.refused else ""
            self.commands[sandbox] = sandbox.around([WAITS], refused, TOLD)
        return self.commands[sandbox]

    def _waiting(self, command: list[str], tells: int, says: int) -> subprocess.Popen[bytes]:
        """Start the sandbox with a program in it that waits."""
        refused = syscalls.as_file()
        names = {TOLD: tells, REFUSED: refused}
        try:
            process = subprocess.Popen(
                [str(names.get(part, part)) for part in command],
                stdin=subprocess.PIPE,
                stdout=says,
                stderr=subprocess.PIPE,
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
                pass_fds=[file for file in names.values() if file is not None],
            )
        finally:
            if refused is not None:
                os.close(refused)
        assert process.stdin
        with contextlib.suppress(BrokenPipeError):  # it has ended, and said why
            process.stdin.write(b"\n")
            process.stdin.flush()
        return process

    def close(self) -> None:
        """End it; its copies go on."""
        self.orders.close()
        self.process.kill()
        self.process.wait()


class _Here:
    """The workers that are ready in this process, by their sandboxes, wherever those run."""

    def __init__(self) -> None:
        self.ready = dict[Sandbox, Ready]()
        self.works = True


_HERE = _Here()


def prepare(sandbox: Sandbox) -> None:
    """Let workers of that sandbox begin as copies from now on; it is ready a moment later."""
    anywhere = _anywhere(sandbox)
    if sandbox.safe and _HERE.works and anywhere not in _HERE.ready:
        _HERE.ready[anywhere] = Ready(anywhere)


def started(sandbox: Sandbox, connection: socket.socket, folder: str) -> subprocess.Popen[bytes]:
    """Start a worker as `Sandbox.start` does: a copy where one is ready to be copied."""
    there = _HERE.ready.get(_anywhere(sandbox))
    if there:
        with contextlib.suppress(OSError):
            return there.start(sandbox, connection)
    return sandbox.start(connection, folder)


def _anywhere(sandbox: Sandbox) -> Sandbox:
    """Return what is to be copied for that one: it has loaded nothing that may be withheld."""
    return replace(sandbox, core=None, withheld=())


def put_away() -> None:
    """End those that are ready."""
    for there in _HERE.ready.values():
        there.close()
    _HERE.ready.clear()


def give_up() -> bool:
    """Let every worker start by itself from now on; say whether any began as copies."""
    were_any = bool(_HERE.ready)
    _HERE.works = False
    put_away()
    return were_any
