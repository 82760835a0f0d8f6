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
    return ZMQInteractiveShell(names, _run)


def _run(source: str, names: dict[str, Any]) -> object:
    """Run code among names; return the value of its last line."""
    nodes = ast.parse(python_of(source)).body
    last = nodes.pop() if nodes and isinstance(nodes[-1], ast.Expr) else None
    exec(compile(ast.Module(nodes, []), "<cell>", "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
