"""Loggers in the tests: what a test sets counts where a student's code logs."""

import logging
from typing import Any

from course_utils.grading.connection import Connection

State = dict[str, tuple[int, bool]]


class Loggers:
    """The loggers of both sides: their levels, and whether they are silent.

    on : whether the notebook logs at all.
    """

    def __init__(self, connection: Connection, on: bool) -> None:
        self.connection, self.on = connection, on
        self.first = _state() if on else {}
        self.sent = State()

    def forget(self) -> None:
        """Begin anew: another worker knows nothing yet."""
        self.sent.clear()

    def tell(self) -> None:
        """Tell the worker which loggers the tests have set since the beginning."""
        if not self.on:
            return
        now = {n: s for n, s in _state().items() if self.first.get(n, (0, False)) != s}
        changed = {n: self.first.get(n, (0, False)) for n in self.sent.keys() - now.keys()}
        changed |= {name: state for name, state in now.items() if self.sent.get(name) != state}
        if changed:
            levels = [(name, *state) for name, state in changed.items()]
            self.connection.request("levels", levels)
            self.sent = now


def _state() -> State:
    """Return {logger: (level, whether it is silent)}; the root's name is empty."""
    found: dict[str, Any] = {"": logging.root, **logging.root.manager.loggerDict}
    real = {name: one for name, one in found.items() if isinstance(one, logging.Logger)}
    return {name: (one.level, one.disabled) for name, one in real.items()}
