"""The names that tests and answers share, as in one notebook: kept the same on both sides.

A sheet gives a table, and a student's function reads it; a test adds a row to it, or puts another
function in the place of a helper, and calls again. So before a student's code runs, the worker is
told what has changed here; after it has run, what SOURCE's own answers change is fetched back.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from course_utils.grading.habits import Habits, Watching
from course_utils.grading.handles import Handle
from course_utils.grading.inside.instances import CONTAINERS, fill, name_of, state_of
from course_utils.grading.protocol import encode

MOST_BYTES = 10_000_000  # of a value: both sides have the sheet's own larger ones alike
ABSENT, UNKNOWN = object(), object()
NOTHING = Habits()
UNCHANGING = (str, int, float, complex, bytes, bool, type(None), ModuleType, type, FunctionType)


class Sharing:
    """What the worker has of the names that both sides know.

    names : those of the tests.  words : what the student's cells mention.  common : what SOURCE's
    given cells and answers use.  answers : what answers may bind, at once or in a function by
    `global`.
    """

    def __init__(
        self,
        names: dict[str, Any],
        words: frozenset[str],
        common: frozenset[str],
        answers: frozenset[str],
        watching: Watching,
    ) -> None:
        self.names, self.words, self.answers, self.watching = names, words, answers, watching
        self.common = words & common
        self.sent = dict[str, tuple[Any, bytes]]()
        self.in_test = False  # what a test puts in a function's place counts over there too

    def forget(self) -> None:
        """Begin anew: another worker knows nothing yet."""
        self.sent.clear()

    def doubt(self, words: frozenset[str]) -> None:
        """Tell these names again: a cell over there may have given them another value."""
        for name in words & self.sent.keys() - self.answers:
            del self.sent[name]

    def fetched(self, name: str, value: Any) -> None:
        """Take note of what a name means over there."""
        self.sent[name] = value, self._content(name, value)

    def changes(self) -> tuple[dict[str, Any], list[str]]:
        """Return ({name: value}, names that are gone) that the worker does not know yet."""
        values, gone = dict[str, Any](), list[str]()
        known = self.watching.known or NOTHING
        names = self.common & (self.names.keys() | self.sent.keys())
        if self.watching.records or known.attributes:
            names |= {*self._attributes()}
        for name in names:
            now, (before, content) = self._get(name), self.sent.get(name, (UNKNOWN, b""))
            if now is before and not self._may_have_changed(name, now, content):
                continue
            if now is ABSENT:
                gone += [name] if self.in_test else []
                self.sent[name] = ABSENT, b""
                continue
            if self._crosses(now, before):
                values[name] = now
            self.sent[name] = now, self._content(name, now)
        return values, gone

    def _get(self, name: str) -> Any:
        """Return what a name means; "Shape.made" is an attribute of a class."""
        owner, _, attribute = name.partition(".")
        if not attribute:
            return self.names.get(name, ABSENT)
        kind = self.names.get(owner)
        return vars(kind).get(attribute, ABSENT) if isinstance(kind, type) else ABSENT

    def _set(self, name: str, value: Any) -> None:
        owner, _, attribute = name.partition(".")
        if attribute:
            setattr(self.names[owner], attribute, value)
        else:
            self.names[name] = value

    def _attributes(self) -> Iterator[str]:
        """Yield "Shape.made" for what the sheet's own classes hold."""
        for name in self.common & self.names.keys():
            kind = self.names[name]
            if type(kind) is type and kind.__module__ == "__main__":
                held = vars(kind).items()
                yield from (f"{name}.{n}" for n, value in held if _is_held(n, value))

    def _may_have_changed(self, name: str, now: Any, content: bytes) -> bool:
        """Say whether an object has changed in place; only those of SOURCE's habits can have."""
        watched = self.watching.records or name in (self.watching.known or NOTHING).changed
        changed = watched and content != self._content(name, now)
        if changed:
            self.watching.changed.add(name)
        return changed

    def _content(self, name: str, value: Any) -> bytes:
        """Return what a value holds, where that can change and is looked at."""
        watched = self.watching.records or name in (self.watching.known or NOTHING).changed
        if not watched or isinstance(value, UNCHANGING):
            return b""
        return _encoded(value) or b""

    def _crosses(self, now: Any, before: Any) -> bool:
        """Say whether a value is sent: data always, a function where a test has put it there."""
        if isinstance(now, ModuleType | type):
            return False
        if isinstance(now, Handle | FunctionType) or (callable(now) and not name_of(now)):
            return self.in_test and before is not UNKNOWN
        return _encoded(now) is not None

    def worth_asking(self) -> list[str]:
        """Return the names whose objects an answer may have changed."""
        names = self.sent.keys() | (self.answers - self.names.keys())
        if self.watching.records:
            return sorted(name for name in names if _is_data(self._get(name)))
        return sorted(names & (self.watching.known or NOTHING).returned)

    def returned(self, values: Mapping[str, Any], but: frozenset[str] = frozenset()) -> None:
        """Take over what an answer did to objects that the tests have too, `but` for some names."""
        for name, value in values.items():
            if name in but:
                continue
            self.watching.returned.add(name)
            now = written_into(self._get(name), value)
            self._set(name, now)
            self.sent[name] = now, self._content(name, now)


def written_into(old: Any, new: Any) -> Any:
    """Return the old object with the new content, or the new one where it cannot take it."""
    if type(old) is not type(new):
        return new
    if name_of(new) and type(new) not in CONTAINERS:
        fill(old, state_of(new))
        return old
    if isinstance(old, list) and len(old) == len(new):
        old[:] = [written_into(*pair) for pair in zip(old, new, strict=True)]
    elif isinstance(old, list | bytearray):
        old[:] = new
    elif isinstance(old, dict):
        kept = {key: written_into(old[key], new[key]) if key in old else new[key] for key in new}
        old.clear()
        old.update(kept)
    elif isinstance(old, set | deque):
        old.clear()
        _fill(old, new)
    elif isinstance(old, np.ndarray) and old.shape == new.shape and old.dtype == new.dtype:
        old[...] = new
    else:
        return new
    return old


def _is_held(name: str, value: Any) -> bool:
    return not name.startswith("__") and isinstance(value, int | float | str | list | dict | set)


def _is_data(value: Any) -> bool:
    if isinstance(value, ModuleType | Handle):
        return False
    return not callable(value) or name_of(value) is not None  # a database can be called


def _fill(old: set[Any] | deque[Any], new: Iterable[Any]) -> None:
    old.update(new) if isinstance(old, set) else old.extend(new)


def _encoded(value: Any) -> bytes | None:
    """Return a value as it would be sent; None for what cannot be, or is too large."""
    if isinstance(value, np.ndarray) and value.nbytes > MOST_BYTES:
        return None
    try:
        frame = encode(value)
    except (TypeError, ValueError, RecursionError):
        return None
    return frame if len(frame) <= MOST_BYTES else None
