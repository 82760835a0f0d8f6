"""The master's own cells and tests, run as a kernel runs them: in order, among one set of names.

Only what a teacher wrote runs here. Where it is run, it is in a process of its own (`forks`).
"""

import __future__

import ast
import asyncio
import inspect
import linecache
import sys
import types
from typing import Any

from course_utils.grading.handles import Handle
from course_utils.grading.magics import shell_of

FUTURE = {getattr(__future__, name).compiler_flag for name in __future__.all_feature_names}
AWAITS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
# What shows things to a learner, or keeps what they did: here it does nothing.
SILENT_MODULES = ("", ".cards", ".course_test", ".overview", ".questions")


class Kernel:
    """The names of a notebook, and what its cells do to them."""

    def __init__(self) -> None:
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module  # where dataclasses, unittest and doctest look
        self.names: dict[str, Any] = vars(module)
        shell = shell_of(self.names)
        self.names.update(get_ipython=lambda: shell, display=_silent, type=_Type())
        self.flags = 0  # of the futures that its cells import
        self.loop: asyncio.AbstractEventLoop | None = None
        for name in SILENT_MODULES:
            sys.modules[f"course_utils.learning{name}"] = _SilentModule("course_utils.learning")

    def run(self, source: str, name: str) -> object:
        """Run a cell; return the value of its last line, where that is an expression.

        Tests use `assert`, so nothing is optimised away, whatever Python was started with.
        """
        file = f"<{name or 'cell'}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        tree = ast.parse(source, file)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        self._execute(tree, file, "exec")
        if isinstance(last, ast.Expr):
            return self._execute(ast.Expression(last.value), file, "eval")
        return None

    def _execute(self, tree: ast.Module | ast.Expression, file: str, mode: str) -> object:
        flags = self.flags | AWAITS
        code = compile(tree, file, mode, flags, dont_inherit=True, optimize=0)
        self.flags |= code.co_flags & sum(FUTURE)
        value = eval(code, self.names)
        return self._awaited(value) if code.co_flags & inspect.CO_COROUTINE else value

    def _awaited(self, coroutine: Any) -> object:
        """Run a cell that awaits something, in the notebook's own loop."""
        self.loop = self.loop or asyncio.new_event_loop()
        return self.loop.run_until_complete(coroutine)


class _Type:
    """What `type` is to the tests: of a student's object it is the student's class."""

    def __call__(self, thing: Any, *more: Any, **named: Any) -> Any:
        if isinstance(thing, Handle) and not more:
            return thing._session.do("builtins.type", thing)
        return type(thing, *more, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(type, name)

    def __instancecheck__(self, thing: object) -> bool:
        return isinstance(thing, type)

    def __subclasscheck__(self, kind: type) -> bool:
        return issubclass(kind, type)

    def __mro_entries__(self, bases: object) -> tuple[type, ...]:
        return (type,)

    def __eq__(self, other: object) -> bool:
        return other is self or other is type

    def __hash__(self) -> int:
        return hash(type)


class _SilentModule(types.ModuleType):
    """A module whose functions do nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _silent


def _silent(*arguments: Any, **named: Any) -> None:
    return None
