"""What a worker replies, checked: the value it gives, or the error that a student's code raised."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from course_utils.grading.connection import Connection
from course_utils.grading.console import is_told, tell_here
from course_utils.grading.details import name_in, wrong_in
from course_utils.grading.exchange import Fault
from course_utils.grading.inside.items import IN_A_GIVEN_ONE
from course_utils.grading.kinds_here import Kinds, as_error, bare
from course_utils.grading.script import words_of


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


class Stopped(Exception):
    """A student's StopIteration: it ends a loop only where the next item was asked for.

    Elsewhere, as from a call inside `all(map(…))`, it would end the test's own loop and pass it.
    """

    def __init__(self, name: str, arguments: Sequence[Any]) -> None:
        super().__init__(name)
        kind = StopAsyncIteration if name == "StopAsyncIteration" else StopIteration
        self.meant = kind(*arguments)


class Replies:
    """The replies of the workers that have these cells.

    kinds : the classes that stand here for a student's.  calls : where the errors are noted.
    """

    def __init__(self, connection: Connection, cells: Sequence[str]) -> None:
        self.connection, self.cells = connection, cells
        self.kinds, self.calls = Kinds({}), Calls()

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """Return the names that stand in the cells: of these alone a page speaks."""
        return words_of(self.cells)

    def of_cell(self, number: int, reply: tuple[Any, ...]) -> Raised | None:
        """Return what a cell raised, with what is wrong in its text where that is the reason."""
        if len(reply) != 2 or reply[0] != "done":
            self.connection.malformed()
        if reply[1] is None:
            return None
        raised = self._raised(reply[1])
        wrong = wrong_in(raised.kind, self.cells[number])
        return Raised(raised.kind, number, wrong.line, wrong.words) if wrong else raised

    def value(self, reply: tuple[Any, ...]) -> tuple[Any, Any]:
        """Return (result, changes) of an answer; raise what the student's code raised."""
        word, *rest = reply
        if word == "raised" and len(rest) == 6:
            self._raise(*rest)
        if word != "value" or len(rest) != 3 or not is_told(rest[2]):
            self.connection.malformed()
        if rest[2]:
            tell_here(rest[2])
        return rest[0], rest[1]

    def _raise(self, names: Any, cell: Any, line: Any, words: Any, text: Any, itself: Any) -> None:
        if not _are_names((names, [])) or not isinstance(words, list) or not isinstance(text, str):
            self.connection.malformed()
        self.calls.raised = self._raised((names, cell, line, text))
        own = bare(names[0]) if names else ""
        if own in ("StopIteration", "StopAsyncIteration"):
            raise Stopped(own, words)
        exchange = self.connection.exchange
        ours = exchange.failed if exchange and words == [IN_A_GIVEN_ONE] else None
        if ours and own in [kind.__name__ for kind in type(ours).__mro__]:
            ours.__dict__.update(from_answer=True)  # no page repeats what a test had to say
            raise ours
        known = exchange and exchange.handle and type(itself) is int and itself >= 0
        there = functools.partial(exchange.handle, itself, "object", own) if known else None
        raise as_error(self.kinds, names, words, text, there)

    def _raised(self, error: object) -> Raised:
        """Return what is known of an error, checked: of its words a name of the student's own."""
        if not isinstance(error, tuple) or list(map(type, error)) != [list, int, int, str]:
            self.connection.malformed()
        names, cell, line, words = error
        if not _are_names((names, [])) or not names:
            self.connection.malformed()
        there = 0 <= cell < len(self.cells) and 0 < line <= self.cells[cell].count("\n") + 1
        place = (cell, line) if there else (-1, -1)
        kind = bare(names[0])
        return Raised(kind, *place, name_in(kind, words, self.known))


def _are_names(about: object) -> bool:
    """Say whether it is a pair of lists of names."""
    pair = isinstance(about, tuple) and len(about) == 2
    return pair and all(
        isinstance(names, list) and len(names) < 500 and all(isinstance(n, str) for n in names)
        for names in about
    )
