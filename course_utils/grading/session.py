"""A submission at work: its cells run in a worker, as far as they are asked for.

A cell that hangs or dies is left out in the next worker, so that it costs its own points only.
"""

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, NamedTuple

from course_utils.grading.alike import Alike
from course_utils.grading.asking import Asking, Bound, Nothing
from course_utils.grading.connection import Connection
from course_utils.grading.console import typed
from course_utils.grading.exchange import NO_FILES, Exchange, Fault
from course_utils.grading.habits import Watching
from course_utils.grading.inside.folder import Folder
from course_utils.grading.kinds_here import Kinds
from course_utils.grading.master import Given, Master
from course_utils.grading.places import THE_END
from course_utils.grading.replies import Calls, Raised, Replies
from course_utils.grading.sandbox import Sandbox
from course_utils.grading.script import Kind, words_of
from course_utils.grading.sharing import Sharing
from course_utils.grading.status import Status
from course_utils.grading.stubs import stub

MISSING = object()


class Room(NamedTuple):
    """What a sheet lets a student's code have, see `Master`, and until when it may run.

    modules : the student's own, beside the notebook.
    """

    given: Given = ()
    withheld: Sequence[str] = ()
    files: Mapping[str, bytes] = NO_FILES
    deadline: float = float("inf")
    names: Sequence[str] = ()
    modules: Mapping[str, bytes] = NO_FILES


class Mark(NamedTuple):
    """Where a copy of a worker begins.

    processes : how many it was made of.  stubs : the numbers of its objects that are known here.
    sent : what was known of the shared names.  lasting : how many containers it had been given.
    place : the folder that it was in.
    """

    exchange: Exchange | None
    processes: int
    stubs: frozenset[int]
    sent: dict[str, tuple[Any, bytes]]
    lasting: int
    place: str


class Session:
    """The cells of one submission, and the worker that has run them, as far as `advance` said.

    faults : everything that went wrong with workers.  left_out : {number of a cell: Fault}.
    errors : {number of a cell: what it raised}.  carried : {number of a cell: what names mean after
    it instead}, see `assess`.
    """

    def __init__(
        self,
        cells: Sequence[str],
        sandbox: Sandbox,
        room: Room,
        spare: Exchange | None = None,
        left_out: Mapping[int, Fault] | None = None,
    ) -> None:
        self.cells, self.sandbox, self.room = cells, sandbox, room
        self.connection = Connection(sandbox, room.deadline, spare)
        self.replies = Replies(self.connection, cells)
        self.asking = Asking(self.connection, self.replies)
        self.alike: Alike | None = None
        self.faults = self.connection.faults
        self.left_out = dict(left_out or {})
        self.errors: dict[int, Raised] = {}
        self.carried: dict[int, dict[str, Any]] = {}
        self.at = self.wanted = -1  # the last cell that has been run, and that is to be
        self.workers = 0  # how many there were
        self.branched, self.processes = False, 0
        self.stubs = dict[int, Any]()  # of the worker's objects, by their numbers
        self.as_given = set[str]()  # the texts of cells that the sheet gives
        self.as_tested = dict[str, str]()  # of its tests, and what they define

    @property
    def exchange(self) -> Exchange | None:
        """Return the worker of the moment."""
        return self.connection.exchange

    @property
    def sharing(self) -> Sharing | None:
        """Return what is known of the shared names, once the tests are there."""
        return self.alike.sharing if self.alike else None

    @property
    def refused(self) -> Nothing | None:
        """Return the answer that the question's tests must not take, if there was one."""
        return self.asking.refused

    def meet(
        self,
        names: dict[str, Any],
        master: Master,
        watching: Watching,
        folder: Folder | None = None,
    ) -> None:
        """Let the master's tests ask, among these names, beside these files."""
        self.asking.watching, self.replies.kinds = watching, Kinds(names)
        self.asking.lasting.watching = watching
        words = words_of(self.cells) & master.shared
        sharing = Sharing(names, words, master.common, master.answered, watching)
        files = frozenset(master.files)
        self.alike = Alike(self.connection, sharing, watching, folder, files)
        self.asking.alike = self.alike
        self.as_given = {s.source.strip() for s in master.steps if s.kind is Kind.GIVEN}
        tests = [step for step in master.steps if step.kind is Kind.TEST]
        self.as_tested = {t.strip(): s.definitions for s in tests for t in (s.visible, s.source)}

    @contextlib.contextmanager
    def question(self) -> Generator[Calls, None, None]:
        """Give out what takes note of the calls of one question's tests."""
        before, self.asking.refused = len(self.faults), None
        self.asking.lasting.begin()
        calls = self.replies.calls = Calls()
        yield calls
        of_cells = list(self.left_out.values())
        calls.faults += [fault for fault in self.faults[before:] if fault not in of_cells]

    def advance(self, to: int = THE_END) -> None:
        """Run the cells up to that one, in a worker that has run all before it."""
        last = len(self.cells) - 1
        self.wanted = max(self.wanted, last if to == THE_END else min(to, last))
        while not self.connection.alive() or self.at < self.wanted:
            self.connection.check_time()
            if not self.connection.alive():
                self._start()
            self._run_cells()

    def branch(self) -> bool:
        """Let a copy of the worker answer from now on; say whether there is one."""
        if self.connection.alive():
            with contextlib.suppress(Fault):
                self.processes = self.connection.processes()
                self.branched = self.connection.request("branch")[0] == "value"
        return self.branched

    def leave(self) -> bool:
        """Go back to where the worker branched; say whether that worker is there, alone.

        A process that the copy has left behind could tell of what it has seen.
        """
        if not self.branched or not self.connection.alive():
            return False
        with contextlib.suppress(Fault):
            ended = self.connection.request("leave")[0] == "ended"
            # who answers this has waited for the copy's end, so it is no longer counted
            back = self.connection.request("back")[0] == "value"
            return ended and back and self.connection.processes() <= self.processes
        return False

    @contextlib.contextmanager
    def apart(self) -> Generator[None, None, None]:
        """Let a copy of the worker answer for a while: what it is handed ends with it.

        So no other answer can give it back later.
        """
        mark = self._depart()
        try:
            yield
        finally:
            if mark and self.connection.alive() and self.connection.exchange is mark.exchange:
                self._come_back(mark)

    def _depart(self) -> "Mark | None":
        """Begin a copy; return where this was, None where there is no worker to copy."""
        if not self.connection.alive():
            return None
        sent = dict(self.sharing.sent) if self.sharing else {}
        given = len(self.asking.lasting.given)
        place = self.alike.place if self.alike else "."
        known = frozenset(self.stubs), sent, given, place
        mark = Mark(self.exchange, self.connection.processes(), *known)
        with contextlib.suppress(Fault):
            self.connection.request("branch")
            return mark
        return None

    def _come_back(self, mark: "Mark") -> None:
        """End the copy. Where it stays, or has left a process behind, a new worker takes over."""
        with contextlib.suppress(Fault):
            self.connection.request("leave")
            self.connection.request("moved", (), THE_END)  # whoever answers: the other has ended
            if self.connection.processes() > mark.processes:
                self.renew()
            self.asking.lasting.forget(mark.lasting)
            for number in self.stubs.keys() - mark.stubs:  # another object will have it
                del self.stubs[number]
            if self.alike:
                self.alike.sharing.sent = mark.sent
                self.alike.go_back(mark.place)

    def fetch_all(self, names: Sequence[str], after: int = THE_END) -> dict[str, Any]:
        """Return what names mean to a student, after a cell or at the end, as far as they do."""
        self.advance(after)
        if self.alike:
            self.alike.tell()
        place = -1 if after == THE_END or after >= self.at else after
        reply = self.connection.request("fetch", tuple(names), place)
        found = self.replies.value(reply)[0]
        if not isinstance(found, dict) or not found.keys() <= set(names):
            self.connection.malformed()
        return found

    def fetch(self, name: str, after: int = THE_END) -> Any:
        """Return what a name means to a student, after a cell or at the end; or else MISSING."""
        return self.fetch_all((name,), after).get(name, MISSING)

    def moved(self, names: Sequence[str], after: int) -> bool:
        """Say whether one of these names means something else at the end than after that cell."""
        try:
            self.advance()
            reply = self.connection.request("moved", tuple(names), after)
        except Fault:
            return False
        return bool(reply[:2] == ("value", True))

    def replace(self, values: Mapping[str, Any]) -> None:
        """Let names mean something else over there."""
        self.connection.request("replace", dict(values))

    def tell(self) -> None:
        """Let the worker know what a test leaves the shared names to mean."""
        if self.alike and self.connection.alive():
            self.alike.tell()

    def refresh(self) -> None:
        """Take a new worker where the last question has left little to the next ones."""
        if self.connection.strained():
            self.renew()

    def renew(self) -> None:
        """Let the next question begin with a new worker."""
        self.connection.drop()

    def close(self) -> None:
        """End what still runs."""
        self.connection.close()

    def _start(self) -> None:
        exchange, room = self.connection.start(), self.room
        exchange.handle = self._stubs_of(exchange)
        exchange.lent.append(typed)  # number 0, which the worker calls for `input`
        exchange.begin(room.given, room.withheld, room.files, room.names, room.modules)
        self.at, self.errors, self.branched = -1, {}, False
        self.workers += 1
        self.asking.lasting.forget()
        if self.alike:
            self.alike.forget()

    def _stubs_of(self, exchange: Exchange) -> Callable[..., Any]:
        """Return what makes the stubs of one worker's objects: one for each."""
        bound: Any = Bound(self.asking, exchange)
        known = self.stubs = {}

        def handle(number: int, kind: str, name: str, about: Any = ((), ())) -> Any:
            if number not in known:
                known[number] = stub(bound, number, kind, name, about)
            return known[number]

        return handle

    def _run_cells(self) -> None:
        while self.at < self.wanted:
            number = self.at + 1
            if number not in self.left_out and not self._run_cell(number):
                return
            self.at = number
            if number in self.carried:
                self.replace(self.carried[number])

    def _run_cell(self, number: int) -> bool:
        """Run a cell; say whether the worker has survived it."""
        cell = self.cells[number]
        cell = self.as_tested.get(cell.strip(), cell)  # tests run where the others are
        try:
            if self.alike:
                self.alike.tell()
            reply = self.connection.request("cell", number, cell, seconds=self.sandbox.limits.cell)
            self._note(number, reply)
            self._agree(cell)
        except Fault as fault:
            if self.connection.seconds_left() > 0:
                self.left_out[number] = fault
            return False
        except Exception:  # an answer that no honest worker gives, whatever it makes us say
            with contextlib.suppress(Fault):
                self.connection.malformed()
            self.left_out[number] = self.faults[-1]
            return False
        return True

    def _note(self, number: int, reply: tuple[Any, ...]) -> None:
        """Keep what a cell raised. One that has used up its worker is left out from now on."""
        raised = self.replies.of_cell(number, reply)
        if raised:
            self.errors[number] = raised
            if self.exchange and self.exchange.strained():
                self.refresh()
                raise Fault(Status.CRASHED, "it has used up memory or processes")

    def _agree(self, cell: str) -> None:
        """Let the shared names mean the same after a cell: what is given, and what it answers."""
        if not self.alike:
            return
        if cell.strip() in self.as_given:
            self.alike.sharing.doubt(words_of([cell]))
        else:
            self.alike.hear(of_a_cell=True)
