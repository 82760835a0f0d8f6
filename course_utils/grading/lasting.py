"""Lists and dicts that an answer was given, and changes later: a callback, a generator, a timer.

Both sides number them alike, in the order of the calls. Before a student's code runs, the worker is
told what the tests have changed in them since; afterwards what the answer has changed comes here.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any

from course_utils.grading.connection import Connection
from course_utils.grading.habits import Watching
from course_utils.grading.protocol import encode
from course_utils.grading.sharing import written_into

LASTING = (list, dict, set, bytearray, deque)
MOST, LONGEST = 200, 10_000  # of one worker, and parts of one; others are not looked at


class Lasting:
    """The containers that one worker was given, with what both sides know of each."""

    def __init__(self, connection: Connection, watching: Watching) -> None:
        self.connection, self.watching = connection, watching
        self.given = list[Any]()
        self.known = list[bytes]()
        self.first = 0  # of the question's own

    def begin(self) -> None:
        """Begin with a question."""
        self.first = len(self.given)

    def given_to(self, arguments: Sequence[Any]) -> None:
        """Take note of what a call was given, as the worker does."""
        for one in arguments:
            small = isinstance(one, LASTING) and len(one) < LONGEST
            if small and len(self.given) < MOST:
                self.given.append(one)
                self.known.append(_content(one))

    def told(self) -> None:
        """Take note of what a call has changed in its own arguments: the worker knows of it."""
        self.known = [_content(one) for one in self.given]

    def forget(self, since: int = 0) -> None:
        """Forget those that a worker had from there on: it is gone."""
        del self.given[since:], self.known[since:]
        self.first = min(self.first, since)

    def tell(self) -> None:
        """Tell the worker what the tests have changed."""
        if not self._matters():
            return
        pairs = enumerate(map(_content, self.given))
        new = {n: self.given[n] for n, content in pairs if content != self.known[n]}
        if new:
            self.connection.request("renew", new)
            self.told()

    def hear(self) -> None:
        """Take over what the answer has changed."""
        if not self._matters() or not self.connection.alive():
            return
        reply = self.connection.request("later")
        if reply[0] != "value" or len(reply) != 4:  # too large to be sent: it stays as it is
            return
        found = reply[1]
        if not isinstance(found, dict) or not found.keys() <= {*range(len(self.given))}:
            self.connection.malformed()
        for number, now in found.items():
            same = type(now) is type(self.given[number])
            if same and self.watching.may_change_later(number - self.first):
                written_into(self.given[number], now)
        if found:  # what may not be changed is told anew
            self.known = [b"" if n in found else one for n, one in enumerate(self.known)]
            self.tell()

    def _matters(self) -> bool:
        return bool(self.given) and self.watching.looks_at_arguments_later()


def _content(value: Any) -> bytes:
    try:
        return encode(value, lambda function: 0)
    except TypeError:  # something in it cannot be carried, so it is not looked at
        return b""
