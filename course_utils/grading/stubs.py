"""What stands in the tests for a student's functions and objects: names for things elsewhere.

A stub is a handle whose class is named like the object's. What that class does not have, the stub
has not either.
"""

import builtins
import dataclasses
import functools
import inspect
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_utils.checks.calls import FarAway, Stop
from course_utils.grading.exchange import Fault
from course_utils.grading.handles import CallableHandle, ClassHandle, Handle, WaitingHandle, Worker
from course_utils.grading.special import methods_of
from course_utils.grading.status import Status

ASKED_OVER_THERE = ("getsource", "getsourcelines", "isgeneratorfunction", "iscoroutinefunction")
ASKED_OVER_THERE += ("isasyncgenfunction", "isclass", "isabstract", "isgenerator", "isawaitable")
PLAIN = (np.ndarray, np.generic, int, float, str, type(None))  # what goes over in one message
MOST_AHEAD = 4_000_000  # bytes of arrays in it
ASKED_OF_DATA = ("fields", "is_dataclass", "asdict", "astuple", "replace")


def stub(session: Worker, number: int, kind: str, name: str, about: tuple[Any, Any]) -> Any:
    """Make what stands for an object of that kind and of that class's name.

    about : (its special methods, the names of its class and of those that it inherits from).
    """
    special, kinds = about
    kinds = kinds or (name, "object")
    if kind == "class" and "BaseException" in kinds:
        return session.kind_of(kinds)
    made = _type(kind, name, tuple(special))
    return made(session, number, tuple(kinds))


@functools.lru_cache(maxsize=1_000)
def _type(kind: str, name: str, special: tuple[str, ...]) -> type[Handle]:
    """Return the class of a stub: named like the object's, with the special methods it has."""
    base: type[Handle] = CallableHandle if kind == "function" or "__call__" in special else Handle
    base = WaitingHandle if "__await__" in special else base
    base = ClassHandle if kind == "class" else base
    return type(name, (base,), {"__module__": "__main__", "__slots__": (), **methods_of(special)})


def for_checks(answer: Any) -> Any:
    """Return an answer as the checks want it.

    They hand over copies and look afterwards whether those have changed: so what the worker has
    changed is written into the copies.
    """
    return _Checked(answer) if isinstance(answer, CallableHandle) else answer


class _Checked(FarAway):
    """An answer as the checks call it: without lines of its own, which no page takes for theirs."""

    def __init__(self, answer: CallableHandle) -> None:
        self._answer = answer
        self._ahead = deque[tuple[tuple[Any, ...], Any]]()  # (arguments, what gives the result)

    def ahead(self, calls: Sequence[tuple[Any, ...]]) -> None:
        """Let the worker make all these calls for one message, where they take plain data."""
        self._ahead.clear()
        size = sum(getattr(one, "nbytes", 0) for call in calls for one in call)
        if size < MOST_AHEAD and all(isinstance(one, PLAIN) for call in calls for one in call):
            results = self._in_time(lambda: self._answer._session.check_all(self._answer, calls))
            self._ahead.extend(zip(calls, results, strict=False))

    def __call__(self, *arguments: Any) -> Any:
        ask = self._asked_ahead(arguments)
        answer = self._answer
        value, changed = self._in_time(
            ask or (lambda: answer._session.call_and_look(answer, arguments))
        )
        for place, now in changed:
            _write_back(arguments[place], now)
        return value

    def _asked_ahead(self, arguments: Sequence[Any]) -> Callable[[], Any] | None:
        """Return what gives this call's result, where it is the next of those asked for."""
        if not self._ahead:
            return None
        expected, result = self._ahead.popleft()
        if len(expected) == len(arguments) and all(map(_alike, expected, arguments)):
            return result
        self._ahead.clear()
        return None

    @staticmethod
    def _in_time(ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except Fault as fault:
            raise (Stop() if fault.status is Status.TIMEOUT else fault) from None


_Checked.__name__ = "function"  # as a page calls what a student wrote


def _alike(one: Any, other: Any) -> bool:
    """Say whether two arguments are the same to the byte."""
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return type(one) is type(other) and bool(one == other)
    about = one.shape, one.dtype, one.flags.c_contiguous
    same = about == (other.shape, other.dtype, other.flags.c_contiguous)
    return same and one.tobytes() == other.tobytes()


def _write_back(argument: Any, now: Any) -> None:
    """Write an array's new numbers into it, where they have its shape and its kind."""
    arrays = isinstance(argument, np.ndarray) and isinstance(now, np.ndarray)
    if arrays and argument.shape == now.shape and argument.dtype == now.dtype:
        argument[...] = now


def ask_over_there() -> None:
    """Let questions about a student's object be asked where the object is."""
    vars(builtins)["issubclass"] = _issubclass_with_stubs(issubclass)
    for module, names in ((inspect, ASKED_OVER_THERE), (dataclasses, ASKED_OF_DATA)):
        for name in names:
            path = f"{module.__name__}.{name}"
            setattr(module, name, _passed_on(getattr(module, name), path))


def _issubclass_with_stubs(plain: Callable[..., bool]) -> Callable[..., bool]:
    """Return an `issubclass` that knows stubs: an abstract class asks for a real one."""

    @functools.wraps(plain)
    def issubclass(kind: Any, of: Any) -> bool:
        try:
            return plain(kind, of)
        except TypeError:
            if not isinstance(type(kind), type) or not plain(type(kind), ClassHandle):
                raise
            return plain(kind.__bases__[0], of)

    return issubclass


def _passed_on(plain: Callable[..., Any], path: str) -> Callable[..., Any]:
    @functools.wraps(plain)
    def ask(thing: Any, *more: Any, **named: Any) -> Any:
        if not isinstance(thing, Handle):
            return plain(thing, *more, **named)
        return thing._session.do_named(path, (thing, *more), named)

    return ask
