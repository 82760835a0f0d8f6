"""What the tests ask a student's functions and objects: each question goes to the worker."""

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np

from course_utils.grading import figures
from course_utils.grading.alike import Alike
from course_utils.grading.connection import Connection
from course_utils.grading.exchange import Exchange
from course_utils.grading.habits import Habits, Watching
from course_utils.grading.handles import Handle
from course_utils.grading.lasting import Lasting
from course_utils.grading.replies import Replies, Stopped
from course_utils.grading.sharing import written_into

LONGEST_PATH = 500
HOLD_SOMETHING = (np.ndarray, list, tuple, dict, set, frozenset)
PLAIN = ("list", "tuple", "dict", "set", "frozenset", "str", "int", "float", "bytes")


class Nothing(BaseException):
    """An empty answer: no test of a teacher's may take it for one, since all of nothing is true."""


class Asking:
    """The questions about objects of one submission, see `handles.Worker`.

    refused : an answer that the question's tests must not take.
    """

    def __init__(self, connection: Connection, replies: Replies) -> None:
        self.connection, self.replies = connection, replies
        self.watching = Watching(Habits())
        self.alike: Alike | None = None
        self.refused: Nothing | None = None
        self.lasting = Lasting(connection, self.watching)

    def call(self, function: Handle, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Return what a call gives. Its arguments change where SOURCE's answer changes them."""
        look = self.watching.looks_at_arguments()
        try:
            result, same, changed = self._called(function, arguments, named, look)
        except Stopped as stopped:
            raise self._ended(stopped) from None
        for place, now in changed:
            written_into(arguments[place], now)
        if changed:
            self.lasting.told()
        if look and same is not None:
            result = arguments[same]
        if isinstance(result, Handle):  # an iterator, say: nobody knows how much it gives
            self.watching.empty.add(self.watching.question)
        elif isinstance(result, HOLD_SOMETHING) and not _length(result):
            self._empty()
        return result

    def _ended(self, stopped: Stopped) -> Exception:
        """Return what a StopIteration of a student's is for a test."""
        return stopped.meant if self.watching.may_judge("StopIteration") else stopped

    def call_and_look(
        self, function: Handle, arguments: Sequence[Any]
    ) -> tuple[Any, Sequence[tuple[int, Any]]]:
        """Return (result, changes): changes are (place of an argument, what it holds now)."""
        result, _, changed = self._called(function, arguments, {}, True, "check")
        return result, changed

    def check_all(
        self, function: Handle, calls: Sequence[Sequence[Any]]
    ) -> list[Callable[[], tuple[Any, list[tuple[int, Any]]]]]:
        """Call something with one set of arguments after the other, all in one message.

        Return what gives each one's (result, changes), or raises what it raised; less of them
        where they are too much for one answer.
        """
        whole = [tuple(map(self._over_there, arguments)) for arguments in calls]
        word, *found = self.connection.request("checks", function, whole, of=function)
        if word != "several":
            return []
        if len(found) != 1 or not isinstance(found[0], list) or len(found[0]) > len(calls):
            self.connection.malformed()
        if not all(isinstance(reply, tuple) and reply for reply in found[0]):
            self.connection.malformed()
        pairs = zip(found[0], calls, strict=False)
        return [functools.partial(self._checked, reply, len(call)) for reply, call in pairs]

    def _checked(self, reply: tuple[Any, ...], arguments: int) -> tuple[Any, list[tuple[int, Any]]]:
        """Return (result, changes) of one of those calls."""
        found, changes = self.replies.value(reply)
        _, changed = changes or ((), [])
        if changed:
            self.watching.arguments.add(self.watching.question)
        if not _is_call(found, changed, arguments):
            self.connection.malformed()
        return found[0], changed

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
        return self.replies.kinds.of(names)

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
        if figures.loaded():
            arguments = [figures.over_there(one, self.do_named) for one in arguments]
            named = {name: figures.over_there(one, self.do_named) for name, one in named.items()}
        later = how == "call" and self.watching.looks_at_arguments_later()
        message = how, function, tuple(map(self._over_there, arguments)), dict(named), later, look
        found, changes = self._shared(message, function)
        if type(changes) is bool:
            if changes:
                self.watching.unlike_source.add(self.watching.question)
            changes = ()
        objects, changed = (changes if look else None) or ((), [])
        if objects or changed:
            self.watching.arguments.add(self.watching.question)
        if not _is_call(found, changed, len(arguments)):
            self.connection.malformed()
        return found[0], (found[1] if len(found) > 1 else None), changed

    def _over_there(self, argument: Any) -> Any:
        """Return an argument; where it is the whole path of a file beside the tests, as there."""
        text = str(argument) if isinstance(argument, str | PurePath) else ""
        if not text.startswith("/") or len(text) > LONGEST_PATH:
            return argument
        folder = self.alike.folder if self.alike else None
        home = folder.place if folder else os.getcwd()
        if not PurePath(text).is_relative_to(home):
            return argument
        return type(argument)(os.path.relpath(text, os.getcwd()))

    def _asked(self, *message: Any) -> Any:
        things = [part for part in (*message, *_parts(message)) if isinstance(part, Handle)]
        return self._shared(message, things[0] if things else None)[0]

    def _shared(self, message: tuple[Any, ...], of: Handle | None) -> tuple[Any, Any]:
        """Ask for something that may run a student's code; return (result, changes)."""
        if not self.alike or message[0] == "check":  # our checks look at what a call gives, alone
            return self.replies.value(self.connection.request(*message, of=of))
        self.alike.tell()
        self.lasting.tell()
        try:
            reply = self.connection.request(*message, of=of)
            if message[0] == "call" and message[4]:
                self.lasting.given_to(message[2])
            return self.replies.value(reply)
        finally:
            self.alike.hear()
            self.lasting.hear()

    def _empty(self) -> None:
        """Refuse an answer without anything in it where SOURCE's has something."""
        if not self.watching.may_be_empty():
            self.refused = Nothing("it gives nothing where something is expected")
            raise self.refused


class Bound:
    """The questions as one worker's objects ask them: with another worker they mean nothing."""

    def __init__(self, asking: Asking, exchange: Exchange) -> None:
        self.asking, self.exchange = asking, exchange

    def __getattr__(self, name: str) -> Any:
        return getattr(self.asking, name)


def _is_call(found: Any, changed: Any, arguments: int) -> bool:
    """Say whether it is (result, perhaps a place) and a list of (place, value)."""
    if not isinstance(found, tuple) or len(found) not in (1, 2) or not isinstance(changed, list):
        return False
    pairs = all(isinstance(pair, tuple) and len(pair) == 2 for pair in changed)
    places = [*found[1:], *(pair[0] for pair in changed)] if pairs else [None]
    return all(type(place) is int and 0 <= place < arguments for place in places)


def _length(value: Any) -> int:
    """Return how many things stand in an array or a list."""
    return value.size if isinstance(value, np.ndarray) else len(value)


def _parts(message: Sequence[Any]) -> list[Any]:
    return [part for one in message if isinstance(one, tuple) for part in one]
