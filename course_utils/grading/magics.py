"""A master's cells as Python. A student's are never looked at here, but in the worker."""

import ast
from typing import Any

from course_utils.grading.inside.magics import as_python
from course_utils.grading.inside.shell import ZMQInteractiveShell


def python_of(source: str) -> str:
    """Return a cell's text as Python: itself, unless it has lines that only IPython understands."""
    try:
        ast.parse(source)
    except SyntaxError:
        text: str = as_python(source)
        return text
    return source


def shell_of(names: dict[str, Any]) -> ZMQInteractiveShell:
    """Return what `get_ipython()` gives to a master's cells, which have these names."""
    return _Strict(names, _run)


class _Strict(ZMQInteractiveShell):
    """A shell whose `%%capture` lets an error through, as a kernel tells of it: a test fails."""

    def run_cell(self, code: str, *arguments: Any, **named: Any) -> None:
        """Run code as a cell of its own."""
        self._run(code, self.user_ns)


def _run(source: str, names: dict[str, Any], own: dict[str, Any] | None = None) -> object:
    """Run code among names; return the value of its last line."""
    nodes = ast.parse(python_of(source)).body
    last = nodes.pop() if nodes and isinstance(nodes[-1], ast.Expr) else None
    exec(compile(ast.Module(nodes, []), "<cell>", "exec"), names, own)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names, own)
