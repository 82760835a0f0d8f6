"""A submission at work: its cells run in a worker, and run again in a new one where that dies.

A cell that hangs or dies is left out the next time, so that it costs its own points only.
"""

import contextlib
import functools
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

from course_utils.grading.details import name_in, wrong_in
from course_utils.grading.exchange import Exchange, Fault
from course_utils.grading.magics import without_magics
from course_utils.grading.master import Given
from course_utils.grading.parsing import names_in
from course_utils.grading.places import THE_END
from course_utils.grading.sandbox import Sandbox
from course_utils.grading.status import Status
from course_utils.grading.stubs import Handle, as_error, stub

MISSING = object()


class Raised(NamedTuple):
    """An error of a student's code: its kind, the number of the cell, the line; −1 for neither.

    detail : the name that is missing, or what is wrong with the cell's text; see `details`.
    """

    kind: str
    cell: int
    line: int
    detail: str = ""


@dataclass
class Calls:
    """What the calls of one question's tests did.

    faults : the workers' ends that no cell is to blame for, known when the question is over.
    raised : what the student's code raised last.
    """

    faults: list[Fault] = field(default_factory=list)
    raised: Raised | None = None


class Session:
    """The cells of one submission, and the worker that has run them.

    faults : everything that went wrong with workers.  left_out : {number of a cell: Fault}.
    errors : {number of a cell: what it raised}.
    """

    def __init__(
        self,
        cells: Sequence[str],
        sandbox: Sandbox,
        given: Given,
        withheld: Sequence[str],
        deadline: float,
        spare: Exchange | None = None,
        left_out: Mapping[int, Fault] | None = None,
    ) -> None:
        self.cells, self.sandbox = cells, sandbox
        self.given, self.withheld, self.deadline = given, withheld, deadline
        self.exchange: Exchange | None = None
        self.spare = spare
        self.faults: list[Fault] = []
        self.left_out = dict(left_out or {})
        self.errors: dict[int, Raised] = {}
        self.calls = Calls()

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """Return the names that stand in the cells: of these alone an error may speak."""
        return frozenset().union(*map(names_in, self.cells))

    @contextlib.contextmanager
    def question(self) -> Generator[Calls, None, None]:
        """Give out what takes note of the calls of one question's tests."""
        before, self.calls = len(self.faults), Calls()
        calls = self.calls
        yield calls
        of_cells = list(self.left_out.values())
        calls.faults += [fault for fault in self.faults[before:] if fault not in of_cells]

    def fetch(self, name: str, after: int = THE_END) -> Any:
        """Return what a name means to a student, after a cell or at the end; or else MISSING."""
        self._prepare()
        word, *rest = self._request("fetch", name, after, seconds=self.sandbox.limits.call)
        return rest[0] if word == "value" and rest else MISSING

    def moved(self, names: Sequence[str], after: int) -> bool:
        """Say whether one of these names means something else at the end than after that cell."""
        try:
            self._prepare()
            reply = self._request("moved", names, after, seconds=self.sandbox.limits.call)
        except Fault:
            return False
        return bool(reply[:2] == ("value", True))

    def call(
        self, function: Handle, arguments: Sequence[Any], named: Mapping[str, Any]
    ) -> tuple[Any, Sequence[tuple[int, Any]]]:
        """Return (result, changes): changes are (place of an argument, what it holds now)."""
        reply = self._request(
            "call", function, arguments, named, seconds=self.sandbox.limits.call, of=function
        )
        result, changed = self._value(reply)
        fine = isinstance(changed, list | tuple) and all(
            isinstance(pair, tuple) and len(pair) == 2 and type(pair[0]) is int for pair in changed
        )
        if not fine or not all(0 <= place < len(arguments) for place, _ in changed):
            self._malformed()
        return result, changed

    def read(self, thing: Handle, attribute: str) -> Any:
        """Return an attribute of an object that stays in the worker."""
        seconds = self.sandbox.limits.call
        return self._value(self._request("read", thing, attribute, seconds=seconds, of=thing))[0]

    def refresh(self) -> None:
        """Take a new worker where the last question has left little to the next ones."""
        if self.exchange and not self.exchange.fault and self.exchange.strained():
            self.renew()

    def renew(self) -> None:
        """Let the next question begin with a new worker."""
        if self.exchange:
            self.exchange.close()
        self.exchange = None

    def close(self) -> None:
        """End what still runs."""
        for exchange in (self.exchange, self.spare):
            if exchange:
                exchange.close()
        self.exchange = self.spare = None

    def _prepare(self) -> None:
        """Get a worker that has run all cells that can be run."""
        while not self.exchange or self.exchange.fault:
            self._check_time()
            self._start()
            self._run_cells()

    def _start(self) -> None:
        self.exchange, self.spare = self.spare or Exchange(self.sandbox), None
        exchange = self.exchange
        exchange.handle = lambda *identity: stub(_Bound(self, exchange), *identity)
        exchange.begin(self.given, self.withheld)

    def _run_cells(self) -> None:
        self.errors = {}
        for number, cell in enumerate(self.cells):
            if number in self.left_out:
                continue
            try:
                reply = self._request(
                    "cell", number, cell, without_magics(cell), seconds=self.sandbox.limits.cell
                )
                self._note(number, reply)
            except Fault as fault:
                if self._seconds_left() > 0:
                    self.left_out[number] = fault
                return

    def _note(self, number: int, reply: tuple[Any, ...]) -> None:
        """Keep what a cell raised. One that has used up its worker is left out from now on."""
        if len(reply) != 2 or reply[0] != "done":
            self._malformed()
        if reply[1] is not None:
            self.errors[number] = self._in_text(number, self._raised(reply[1]))
            if self.exchange and self.exchange.strained():
                self.refresh()
                raise Fault(Status.CRASHED, "it has used up memory or processes")

    def _request(self, *message: Any, seconds: float, of: Handle | None = None) -> tuple[Any, ...]:
        self._check_time()
        exchange = self.exchange
        if not exchange or (of is not None and of._session.exchange is not exchange):
            raise TypeError("an object of a worker that is gone")
        try:
            return exchange.request(*message, seconds=min(seconds, self._seconds_left()))
        finally:  # whatever ended it: a check that has lost its patience raises no Fault
            if exchange.fault and exchange.fault not in self.faults:
                self.faults.append(exchange.fault)

    def _value(self, reply: tuple[Any, ...]) -> list[Any]:
        """Return (result, changes) of an answer; raise what the student's code raised."""
        word, *rest = reply
        if word == "raised" and len(rest) == 4:
            self.calls.raised = self._raised(tuple(rest))
            raise as_error(self.calls.raised.kind)
        if word != "value" or len(rest) != 2:
            self._malformed()
        return rest

    def _raised(self, error: object) -> Raised:
        """Return (kind, cell, line, detail), checked: only a name of the student's own is kept."""
        if not isinstance(error, tuple) or list(map(type, error)) != [str, int, int, str]:
            self._malformed()
        kind, cell, line, word = error
        there = 0 <= cell < len(self.cells) and 0 < line <= self.cells[cell].count("\n") + 1
        place = (cell, line) if there else (-1, -1)
        return Raised(kind, *place, name_in(kind, word, self.known))

    def _in_text(self, number: int, raised: Raised) -> Raised:
        """Return the error of a cell with what is wrong in its text, where that is the reason."""
        wrong = wrong_in(raised.kind, without_magics(self.cells[number]))
        return Raised(raised.kind, number, wrong.line, wrong.words) if wrong else raised

    def _malformed(self) -> NoReturn:
        """Raise a Fault: the frame was well formed, but is no answer to what was asked."""
        fault = Fault(Status.PROTOCOL, "the answer does not fit the question")
        if self.exchange:
            self.exchange.end(fault)
        self.faults.append(fault)
        raise fault

    def _check_time(self) -> None:
        if self._seconds_left() <= 0:
            fault = Fault(Status.TIMEOUT, "the time for the whole notebook was used up")
            self.faults.append(fault)
            raise fault

    def _seconds_left(self) -> float:
        return self.deadline - time.monotonic()


class _Bound:
    """A session as one worker's objects know it: with another worker they mean nothing."""

    def __init__(self, session: Session, exchange: Exchange) -> None:
        self.session, self.exchange = session, exchange

    def call(
        self, function: Handle, arguments: Sequence[Any], named: Mapping[str, Any]
    ) -> tuple[Any, Sequence[tuple[int, Any]]]:
        return self.session.call(function, arguments, named)

    def read(self, thing: Handle, attribute: str) -> Any:
        return self.session.read(thing, attribute)
