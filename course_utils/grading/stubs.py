"""What stands in the tests for a student's functions and objects: names for things elsewhere.

A stub holds a number. To call it, or to read an attribute, asks the worker; what comes back is
plain data or another stub. A stub equals only itself, is no sequence and no number, so no test can
be answered by an object that is clever about being compared.
"""

import builtins
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from course_utils.checks.calls import Stop
from course_utils.checks.outcomes import NotAnsweredYet
from course_utils.grading.exchange import Exchange, Fault
from course_utils.grading.status import Status

# What a test may expect a function to raise. Any other error is one of the student's own making.
KNOWN = {
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "FloatingPointError",
    "ImportError",
    "IndexError",
    "KeyError",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "RecursionError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "TypeError",
    "ValueError",
    "UnboundLocalError",
    "ZeroDivisionError",
    "FileNotFoundError",
    "EOFError",
    "TimeoutError",
}
OUR_WORDS = {
    "Withheld": "it imports a module that holds the answer: write it yourself",
    "Kept": "it calls what it is to compute: write it yourself",
    "Unsendable": "what it gives back is too large or too deep to be handed over",
}


class Worker(Protocol):
    """Where an object stays: what can be asked of it there, see `Session`."""

    @property
    def exchange(self) -> Exchange | None:
        """Return the worker."""

    def call(
        self,
        function: "Handle",
        arguments: Sequence[Any],
        named: Mapping[str, Any],
        how: str = "call",
    ) -> tuple[Any, Sequence[tuple[int, Any]]]:
        """Return (result, the arguments that the call has changed)."""

    def read(self, thing: "Handle", attribute: str) -> Any:
        """Return an attribute."""


class Handle:
    """An object that stays in the worker."""

    _session: Worker
    handle_number: int

    def __init__(self, session: Worker, number: int) -> None:
        self.__dict__.update(_session=session, handle_number=number)

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_"):  # what libraries look for by themselves
            raise AttributeError(attribute)
        return self._session.read(self, attribute)

    def __setattr__(self, attribute: str, value: object) -> None:
        raise TypeError("an object of a student's can be called and read, not changed")


class CallableHandle(Handle):
    """A function or a class that stays in the worker."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._session.call(self, arguments, named)[0]


def stub(session: Worker, number: int, kind: str, name: str) -> Any:
    """Make a stub whose type is named like the object's type, so that messages can say it."""
    base = CallableHandle if kind in ("function", "class") else Handle
    return type(name, (base,), {"__module__": __name__})(session, number)


def for_checks(answer: Any) -> Any:
    """Return an answer as the checks want it.

    They hand over copies and look afterwards whether those have changed: so what the worker has
    changed is written into the copies. Tests of others never see their arrays change.
    """
    if not isinstance(answer, CallableHandle):
        return answer

    def call(*arguments: Any) -> Any:
        try:
            value, changed = answer._session.call(answer, arguments, {}, "check")
        except Fault as fault:
            raise (Stop() if fault.status is Status.TIMEOUT else fault) from None
        for place, now in changed:
            _write_back(arguments[place], now)
        return value

    return call


def _write_back(argument: Any, now: Any) -> None:
    """Write an array's new numbers into it, where they have its shape and its kind."""
    arrays = isinstance(argument, np.ndarray) and isinstance(now, np.ndarray)
    if arrays and argument.shape == now.shape and argument.dtype == now.dtype:
        argument[...] = now


def as_error(kind: str) -> Exception:
    """Turn a student's error into one of ours: its kind, never its words."""
    if kind == "NotAnsweredYet":
        return NotAnsweredYet("not answered yet")
    if kind == "LinAlgError":
        return np.linalg.LinAlgError()
    if kind in KNOWN:
        known: Exception = getattr(builtins, kind)()
        return known
    name = kind if kind in (*OUR_WORDS, "SystemExit") else "OwnError"
    own: type[Exception] = type(name, (Exception,), {})
    return own(OUR_WORDS[kind]) if kind in OUR_WORDS else own()
