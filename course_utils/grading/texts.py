"""Texts that a student's code gives and a test runs: a repr, the examples of a docstring.

They run where the student's code runs, among the notebook's names. What stands in the master's
cells as a text is the teacher's, and runs here; but for a name alone, which may be the student's
text too, and mean the test's own expected value.
"""

import ast
import builtins
import doctest
import functools
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from course_utils.grading.asking import Asking

BUILTINS = "__builtins__"
THERE = "__import__('sys').modules['__main__'].__dict__"


class Text(NamedTuple):
    """What `doctest` has compiled: it stays a text."""

    source: str
    mode: str


def texts_of(sources: Iterable[str]) -> frozenset[str]:
    """Return these cells and every text that stands in them."""
    return _texts_of(tuple(sources))


@functools.lru_cache(maxsize=2)  # every pass asks for those of the same sheet
def _texts_of(sources: tuple[str, ...]) -> frozenset[str]:
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    texts = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return frozenset(text.strip() for text in {*texts, *sources})


class Texts:
    """What `eval` and `exec` are to the tests."""

    def __init__(self, asking: Asking, names: dict[str, Any], own: frozenset[str]) -> None:
        self.asking, self.names, self.own = asking, names, own
        names.update(eval=self.eval, exec=self.exec)
        vars(doctest).update(compile=_as_text, exec=self._run_example)

    def eval(self, text: Any, *spaces: Any) -> Any:
        """Return what a text means."""
        return self._done("eval", text, spaces)

    def exec(self, text: Any, *spaces: Any) -> None:
        """Run a text."""
        self._done("exec", text, spaces)

    def _done(self, how: str, text: Any, spaces: tuple[Any, ...]) -> Any:
        if not isinstance(text, str) or self._is_own(text.strip()):
            caller = sys._getframe(2)
            spaces = spaces or (caller.f_globals, caller.f_locals)
            return getattr(builtins, how)(text, *spaces)
        given = [space for space in spaces if space is not self.names]
        if given:
            return self._among(how, text, given)
        return self._there(f"{how}({text!r}, {THERE})")

    def _is_own(self, text: str) -> bool:
        return text in self.own and not text.isidentifier()

    def _among(self, how: str, text: str, spaces: list[dict[str, Any]]) -> Any:
        """Run a text among names that a test gives; those that it binds are there afterwards."""
        names = {n: value for space in spaces for n, value in space.items() if n != BUILTINS}
        run = f"({how}(text, names), names.pop({BUILTINS!r}), names)"
        value, _, names = self.asking.do("builtins.eval", run, {"text": text, "names": names})
        spaces[-1].update(names)
        return value

    def _run_example(self, text: Text, space: dict[str, Any]) -> None:
        self._there(f"exec(compile({text.source!r}, '<example>', {text.mode!r}), {THERE})")

    def _there(self, text: str) -> Any:
        return self.asking.do("builtins.eval", text)


def _as_text(source: str, file: str, mode: str, *more: Any) -> Text:
    return Text(source, mode)
