"""A submission at work: its cells run in a worker, as far as they are asked for.

A cell that hangs or dies is left out in the next worker, so that it costs its own points only.
"""

import builtins
import contextlib
import functools
import os
import random
import sys
import time
import warnings
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, NamedTuple, NoReturn

import numpy as np

from course_utils.grading.details import name_in, wrong_in
from course_utils.grading.exchange import NO_FILES, Exchange, Fault
from course_utils.grading.habits import Habits, Watching
from course_utils.grading.handles import Handle
from course_utils.grading.inside.folder import Folder
from course_utils.grading.kinds_here import Kinds, as_error
from course_utils.grading.master import Given, Master
from course_utils.grading.places import THE_END
from course_utils.grading.sandbox import Sandbox
from course_utils.grading.script import Kind, words_of
from course_utils.grading.sharing import Sharing, written_into
from course_utils.grading.status import Status
from course_utils.grading.stubs import stub
from course_utils.grading.written import are_shared, gone_beside, harmless

MISSING = object()
LONGEST_PATH, MOST_PRINTED = 500, 50_000
HOLD_SOMETHING = (np.ndarray, list, tuple, dict, set, frozenset)
PLAIN = ("list", "tuple", "dict", "set", "frozenset", "str", "int", "float", "bytes")
PLAIN_INPUT, PLAIN_STDIN = builtins.input, sys.stdin


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
        self.cells, self.sandbox, self.room, self.spare = cells, sandbox, room, spare
        self.exchange: Exchange | None = None
        self.faults: list[Fault] = []
        self.left_out = dict(left_out or {})
        self.errors: dict[int, Raised] = {}
        self.carried: dict[int, dict[str, Any]] = {}
        self.calls = Calls()
        self.refused: Nothing | None = None  # an answer that the question's tests must not take
        self.at = self.wanted = -1  # the last cell that has been run, and that is to be
        self.workers = 0  # how many there were
        self.branched = False
        self.watching = Watching(Habits())
        self.sharing: Sharing | None = None
        self.kinds = Kinds({})
        self.folder: Folder | None = None
        self.of_the_sheet = frozenset[str]()
        self.as_given = set[str]()  # the texts of cells that the sheet gives
        self.as_tested = dict[str, str]()  # of its tests, and what they define

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """Return the names that stand in the cells: of these alone a page speaks."""
        return words_of(self.cells)

    def meet(
        self,
        names: dict[str, Any],
        master: Master,
        watching: Watching,
        folder: Folder | None = None,
    ) -> None:
        """Let the master's tests ask, among these names, beside these files."""
        self.folder, self.of_the_sheet = folder, frozenset(master.files)
        self.watching, self.kinds = watching, Kinds(names)
        words = words_of(self.cells) & master.shared
        self.sharing = Sharing(names, words, master.answered, watching)
        self.as_given = {s.source.strip() for s in master.steps if s.kind is Kind.GIVEN}
        tests = [step for step in master.steps if step.kind is Kind.TEST]
        self.as_tested = {t.strip(): s.definitions for s in tests for t in (s.visible, s.source)}

    @contextlib.contextmanager
    def question(self) -> Generator[Calls, None, None]:
        """Give out what takes note of the calls of one question's tests."""
        before, self.calls, self.refused = len(self.faults), Calls(), None
        calls = self.calls
        yield calls
        of_cells = list(self.left_out.values())
        calls.faults += [fault for fault in self.faults[before:] if fault not in of_cells]

    def advance(self, to: int = THE_END) -> None:
        """Run the cells up to that one, in a worker that has run all before it."""
        last = len(self.cells) - 1
        self.wanted = max(self.wanted, last if to == THE_END else min(to, last))
        while not self.exchange or self.exchange.fault or self.at < self.wanted:
            self._check_time()
            if not self.exchange or self.exchange.fault:
                self._start()
            self._run_cells()

    def branch(self) -> bool:
        """Let a copy of the worker answer from now on; say whether there is one."""
        if self.exchange and not self.exchange.fault:
            with contextlib.suppress(Fault):
                self._request("branch", seconds=self.sandbox.limits.call)
                self.branched = True
        return self.branched

    def leave(self) -> bool:
        """Go back to where the worker branched; say whether that worker is there."""
        if not self.branched or not self.exchange or self.exchange.fault:
            return False
        with contextlib.suppress(Fault):
            return self._request("leave", seconds=self.sandbox.limits.call)[0] == "ended"
        return False

    def fetch_all(self, names: Sequence[str], after: int = THE_END) -> dict[str, Any]:
        """Return what names mean to a student, after a cell or at the end, as far as they do."""
        self.advance(after)
        if self.sharing:
            self._tell(self.sharing)
        place = -1 if after == THE_END or after >= self.at else after
        reply = self._request("fetch", tuple(names), place, seconds=self.sandbox.limits.call)
        found = self._value(reply)[0]
        if not isinstance(found, dict) or not found.keys() <= set(names):
            self._malformed()
        return found

    def fetch(self, name: str, after: int = THE_END) -> Any:
        """Return what a name means to a student, after a cell or at the end; or else MISSING."""
        return self.fetch_all((name,), after).get(name, MISSING)

    def moved(self, names: Sequence[str], after: int) -> bool:
        """Say whether one of these names means something else at the end than after that cell."""
        try:
            self.advance()
            reply = self._request("moved", tuple(names), after, seconds=self.sandbox.limits.call)
        except Fault:
            return False
        return bool(reply[:2] == ("value", True))

    def call(self, function: Handle, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Return what a call gives. Its arguments change where SOURCE's answer changes them."""
        look = self.watching.looks_at_arguments()
        try:
            result, same, changed = self._called(function, arguments, named, look)
        except Stopped as stopped:
            raise self._ended(stopped) from None
        for place, now in changed:
            written_into(arguments[place], now)
        if look and same is not None:
            result = arguments[same]
        if isinstance(
            result, Handle
        ):  # such as an iterator, of which nobody knows how much it gives
            self.watching.empty.add(self.watching.question)
        elif isinstance(result, HOLD_SOMETHING) and not len_of(result):
            self._empty()
        return result

    def _ended(self, stopped: "Stopped") -> Exception:
        """Return what a StopIteration of a student's is for a test."""
        return stopped.meant if self.watching.may_judge("StopIteration") else stopped

    def call_and_look(
        self, function: Handle, arguments: Sequence[Any]
    ) -> tuple[Any, Sequence[tuple[int, Any]]]:
        """Return (result, changes): changes are (place of an argument, what it holds now)."""
        result, _, changed = self._called(function, arguments, {}, True, "check")
        return result, changed

    def read(self, thing: Handle, attribute: str) -> Any:
        """Return an attribute of an object that stays in the worker."""
        return self._asked("read", thing, attribute)

    def do(self, path: str, *arguments: Any) -> Any:
        """Do something of Python's own with objects that stay there."""
        try:
            return self._asked("do", path, arguments)
        except Stopped as stopped:  # the next item of one that has no more
            if path in ("builtins.next", "builtins.anext"):
                raise stopped.meant from None
            raise self._ended(stopped) from None

    def plain(self, thing: Handle, kinds: Sequence[str], special: str) -> Any:
        """Return the list, dict, … that an object holds, if it compares as such; or None."""
        return self._asked("plain", thing, special) if set(PLAIN) & set(kinds) else None

    def do_named(self, path: str, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Do the same with arguments by name."""
        return self._asked("do", path, tuple(arguments), dict(named))

    def run_example(self, text: str) -> None:
        """Run an example of a student's own documentation over there; what it shows is shown here."""
        self._asked("example", text)

    def evaluate(self, text: str) -> Any:
        """Return what a text of a student's means over there: it is not run here."""
        return self._asked("evaluate", text)

    def wait(self, thing: Handle) -> Any:
        """Await something there."""
        try:
            return self._asked("wait", thing)
        except Stopped as stopped:
            raise stopped.meant from None

    def signature(self, thing: Handle) -> Any:
        """Return ([(name, kind, (default,), (annotation,))], (annotation,)), () for none."""
        return self._asked("signature", thing)

    def may_judge(self, special: str) -> bool:
        """Say whether an object may be asked about a value of the test's."""
        return self.watching.may_judge(special)

    def kind_of(self, names: Sequence[str]) -> type:
        """Return what stands here for a class of those names."""
        return self.kinds.of(names)

    def replace(self, values: Mapping[str, Any]) -> None:
        """Let names mean something else over there."""
        self._request("replace", dict(values), seconds=self.sandbox.limits.call)

    def tell(self) -> None:
        """Let the worker know what a test leaves the shared names to mean."""
        if self.sharing and self.exchange and not self.exchange.fault:
            self._tell(self.sharing)

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

    def _start(self) -> None:
        self.exchange, self.spare = self.spare or Exchange(self.sandbox), None
        exchange = self.exchange
        bound: Any = _Bound(self, exchange)
        known = dict[int, Any]()

        def handle(number: int, kind: str, name: str, about: Any = ((), ())) -> Any:
            if number not in known:
                known[number] = stub(bound, number, kind, name, about)
            return known[number]

        exchange.handle = handle
        exchange.lent.append(_typed)  # number 0, which the worker calls for `input`
        exchange.begin(
            self.room.given, self.room.withheld, self.room.files, self.room.names, self.room.modules
        )
        self.at, self.errors, self.branched = -1, {}, False
        self.workers += 1
        if self.sharing:
            self.sharing.forget()

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
            if self.sharing:
                self._tell(self.sharing)
            reply = self._request("cell", number, cell, seconds=self.sandbox.limits.cell)
            self._note(number, reply)
            self._agree(cell)
        except Fault as fault:
            if self._seconds_left() > 0:
                self.left_out[number] = fault
            return False
        except Exception:  # an answer that no honest worker gives, whatever it makes us say
            with contextlib.suppress(Fault):
                self._malformed()
            self.left_out[number] = self.faults[-1]
            return False
        return True

    def _note(self, number: int, reply: tuple[Any, ...]) -> None:
        """Keep what a cell raised. One that has used up its worker is left out from now on."""
        if len(reply) != 2 or reply[0] != "done":
            self._malformed()
        if reply[1] is not None:
            self.errors[number] = self._in_text(number, self._raised(reply[1]))
            if self.exchange and self.exchange.strained():
                self.refresh()
                raise Fault(Status.CRASHED, "it has used up memory or processes")

    def _agree(self, cell: str) -> None:
        """Let the shared names mean the same after a cell: what is given, and what it answers."""
        if not self.sharing:
            return
        if cell.strip() in self.as_given:
            self.sharing.doubt(words_of([cell]))
        else:
            self._hear(self.sharing, of_a_cell=True)

    def _called(
        self,
        function: Handle,
        arguments: Sequence[Any],
        named: Mapping[str, Any],
        look: bool,
        how: str = "call",
    ) -> tuple[Any, int | None, list[tuple[int, Any]]]:
        """Call, with the shared names alike before and after.

        Return (result, which argument it is, [(place of an argument, what it holds now)]).
        how : "check" calls as our checks do at home, where no warning and no overflow stops it.
        """
        message = how, function, tuple(map(_over_there, arguments)), dict(named), look
        found, changes = self._shared(message, function)
        if type(changes) is bool:
            if changes:
                self.watching.unlike_source.add(self.watching.question)
            changes = ()
        objects, changed = (changes if look else None) or ((), [])
        if objects or changed:
            self.watching.arguments.add(self.watching.question)
        if not _is_call(found, changed, len(arguments)):
            self._malformed()
        return found[0], (found[1] if len(found) > 1 else None), changed

    def _asked(self, *message: Any) -> Any:
        things = [part for part in (*message, *_parts(message)) if isinstance(part, Handle)]
        return self._shared(message, things[0] if things else None)[0]

    def _shared(self, message: tuple[Any, ...], of: Handle | None) -> tuple[Any, Any]:
        """Ask for something that may run a student's code; return (result, changes)."""
        seconds = self.sandbox.limits.call
        if not self.sharing:
            return self._value(self._request(*message, seconds=seconds, of=of))
        self._tell(self.sharing)
        try:
            return self._value(self._request(*message, seconds=seconds, of=of))
        finally:
            self._hear(self.sharing)

    def _tell(self, sharing: Sharing) -> None:
        """Tell the worker what the shared names mean by now."""
        values, gone = sharing.changes()
        if values or gone:
            self._request("share", values, gone, seconds=self.sandbox.limits.call)
        if self.folder and are_shared(sharing.words, self.watching):
            self._tell_files(self.folder)
        if self._draws():
            self._request("seed", _drawn(), seconds=self.sandbox.limits.call)

    def _hear(self, sharing: Sharing, of_a_cell: bool = False) -> None:
        """Take over what a student's code did to the shared names."""
        if not self.exchange or self.exchange.fault:
            return
        names = sharing.worth_asking()
        if names:
            found = self._kept("shared", names) or {}  # too large, or unreadable: it stays as it is
            if not isinstance(found, dict) or not found.keys() <= set(names):
                self._malformed()
            sharing.returned(found, sharing.answers if of_a_cell else frozenset())
        if self.folder and are_shared(sharing.words, self.watching):
            self._take_over_files(self.folder)
        if self._draws():
            self._take_over_seeds()

    def _tell_files(self, folder: Folder) -> None:
        files, gone = folder.changes()
        if files or gone:
            self.watching.files = True
            self._request("files", files, gone, seconds=self.sandbox.limits.call)

    def _take_over_files(self, folder: Folder) -> None:
        found = self._kept("written") or ({}, [])
        if not isinstance(found, tuple) or len(found) != 2:
            self._malformed()
        files, gone = harmless(found[0]), gone_beside(found[1], folder)
        known = self.watching.known
        if (
            known
        ):  # the sheet's own files are the sheet's, but for those that SOURCE's answer writes
            kept = self.of_the_sheet - known.written
            files = {path: data for path, data in files.items() if path not in kept}
            gone = [path for path in gone if path not in kept]
        if files or gone:
            self.watching.files = True
            self.watching.written |= {*files, *gone}
            folder.take(files, gone)

    def _kept(self, *message: Any) -> Any:
        """Return what the worker has kept for the tests; None where it cannot be sent."""
        reply = self._request(*message, seconds=self.sandbox.limits.call)
        return reply[1] if reply[0] == "value" and len(reply) == 4 else None

    def _draws(self) -> bool:
        """Say whether answers draw from the generators that everybody shares."""
        known = self.watching.known
        return known.random if known else bool(self.sharing and "random" in self.sharing.words)

    def _take_over_seeds(self) -> None:
        state, before = self._kept("seeds"), repr(_drawn())
        with contextlib.suppress(TypeError, ValueError, LookupError, OverflowError):
            random.setstate(state[0])
            np.random.set_state(state[1])
        self.watching.random = self.watching.random or repr(_drawn()) != before

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

    def _value(self, reply: tuple[Any, ...]) -> tuple[Any, Any]:
        """Return (result, changes) of an answer; raise what the student's code raised."""
        word, *rest = reply
        if word == "raised" and len(rest) == 6:
            self._raise(*rest)
        if word != "value" or len(rest) != 3 or not _is_told(rest[2]):
            self._malformed()
        if rest[2]:
            _tell_here(rest[2])
        return rest[0], rest[1]

    def _raise(self, names: Any, cell: Any, line: Any, words: Any, text: Any, itself: Any) -> None:
        if not _names((names, [])) or not isinstance(words, list) or not isinstance(text, str):
            self._malformed()
        self.calls.raised = self._raised((names, cell, line, text))
        if names[:1] in (["StopIteration"], ["StopAsyncIteration"]):
            raise Stopped(names[0], words)
        exchange = self.exchange
        known = exchange and exchange.handle and type(itself) is int and itself >= 0
        there = functools.partial(exchange.handle, itself, "object", names[0]) if known else None
        raise as_error(self.kinds, names, words, text, there)

    def _raised(self, error: object) -> Raised:
        """Return what is known of an error, checked: of its words a name of the student's own."""
        if not isinstance(error, tuple) or list(map(type, error)) != [list, int, int, str]:
            self._malformed()
        names, cell, line, words = error
        if not _names((names, [])) or not names:
            self._malformed()
        there = 0 <= cell < len(self.cells) and 0 < line <= self.cells[cell].count("\n") + 1
        place = (cell, line) if there else (-1, -1)
        return Raised(names[0], *place, name_in(names[0], words, self.known))

    def _in_text(self, number: int, raised: Raised) -> Raised:
        """Return the error of a cell with what is wrong in its text, where that is the reason."""
        wrong = wrong_in(raised.kind, self.cells[number])
        return Raised(raised.kind, number, wrong.line, wrong.words) if wrong else raised

    def _empty(self) -> None:
        """Refuse an answer without anything in it where SOURCE's has something."""
        if not self.watching.may_be_empty():
            self.refused = Nothing("it gives nothing where something is expected")
            raise self.refused

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
        return self.room.deadline - time.monotonic()


def _is_call(found: Any, changed: Any, arguments: int) -> bool:
    """Say whether it is (result, perhaps a place) and a list of (place, value)."""
    if not isinstance(found, tuple) or len(found) not in (1, 2) or not isinstance(changed, list):
        return False
    pairs = all(isinstance(pair, tuple) and len(pair) == 2 for pair in changed)
    places = [*found[1:], *(pair[0] for pair in changed)] if pairs else [None]
    return all(type(place) is int and 0 <= place < arguments for place in places)


def _over_there(argument: Any) -> Any:
    """Return an argument; where it is the whole path of a file beside the tests, as it is there."""
    if not isinstance(argument, str | PurePath) or not str(argument)[:LONGEST_PATH].startswith("/"):
        return argument
    beside = PurePath(argument).is_relative_to(os.getcwd())
    path = PurePath(argument).relative_to(os.getcwd()) if beside else argument
    return type(argument)(path)


def _is_told(told: Any) -> bool:
    """Say whether it is what was printed, or (what was printed, [(category, warning)])."""
    if isinstance(told, str):
        return len(told) <= MOST_PRINTED
    pair = isinstance(told, tuple) and len(told) == 2 and isinstance(told[0], str)
    pair = pair and len(told[0]) <= MOST_PRINTED
    return (
        pair
        and isinstance(told[1], list)
        and len(told[1]) <= 50
        and all(isinstance(one, tuple) and list(map(type, one)) == [str, str] for one in told[1])
    )


def _tell_here(told: Any) -> None:
    """Print, and warn, as if the student's code ran here: a test may listen."""
    text, found = (told, []) if isinstance(told, str) else told
    sys.stdout.write(text)
    for name, message in found:
        kind = vars(builtins).get(name)
        known = isinstance(kind, type) and issubclass(kind, Warning)
        warnings.warn(message, kind if known else UserWarning, stacklevel=3)


def _typed(prompt: object = "") -> str:
    """Return what is typed, where a test says so: nobody sits before a class that is graded."""
    if builtins.input is PLAIN_INPUT and sys.stdin is PLAIN_STDIN:
        raise EOFError("there is nobody who types")
    return builtins.input(prompt)


class Stopped(Exception):
    """A student's StopIteration: it ends a loop only where the next item was asked for.

    Elsewhere, as from a call inside `all(map(…))`, it would end the test's own loop and pass it.
    """

    def __init__(self, name: str, arguments: Sequence[Any]) -> None:
        super().__init__(name)
        kind = StopAsyncIteration if name == "StopAsyncIteration" else StopIteration
        self.meant = kind(*arguments)


class Nothing(BaseException):
    """An empty answer: no test of a teacher's may take it for one, since all of nothing is true."""


def len_of(value: Any) -> int:
    """Return how many things stand in an array or a list."""
    return value.size if isinstance(value, np.ndarray) else len(value)


def _names(about: object) -> bool:
    """Say whether it is a pair of lists of names."""
    pair = isinstance(about, tuple) and len(about) == 2
    return pair and all(
        isinstance(names, list) and len(names) < 500 and all(isinstance(n, str) for n in names)
        for names in about
    )


def _parts(message: Sequence[Any]) -> list[Any]:
    return [part for one in message if isinstance(one, tuple) for part in one]


def _drawn() -> tuple[Any, Any]:
    """Return the state of the generators that everybody shares."""
    return random.getstate(), np.random.get_state()


class _Bound:
    """A session as one worker's objects know it: with another worker they mean nothing."""

    def __init__(self, session: Session, exchange: Exchange) -> None:
        self.session, self.exchange = session, exchange

    def __getattr__(self, name: str) -> Any:
        return getattr(self.session, name)
