"""Answers as they were handed out: nothing in them is a student's own."""

import ast
import re
from collections.abc import Sequence

PROMPT = re.compile(r"^\s*(YOUR ANSWER HERE)?\s*$", re.I)
DEFINES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def is_blank(source: str) -> bool:
    """Say whether a cell of code holds no answer: comments, `...`, and functions that raise."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return _nothing_in(tree.body)


def is_blank_text(source: str) -> bool:
    """Say whether a cell of text holds no answer."""
    return bool(PROMPT.match(source))


def _nothing_in(body: Sequence[ast.stmt]) -> bool:
    """Say whether statements say nothing, or stop before they give anything back."""
    said = False
    for statement in body:
        if _stops(statement):
            return True
        if not _is_nothing(statement):
            if any(_gives(node) for node in ast.walk(statement)):
                return False
            said = True
    return not said


def _stops(statement: ast.stmt) -> bool:
    """Say whether it is a sheet's own `raise NotImplementedError()`, or `raise NotAnsweredYet`."""
    raised = statement.exc if isinstance(statement, ast.Raise) else None
    name = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(name, ast.Name) and name.id.startswith("Not")


def _gives(node: ast.AST) -> bool:
    return isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and _says(node.value)


def _is_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, DEFINES):
        return _nothing_in(statement.body)
    if isinstance(statement, ast.Expr):
        return not _says(statement.value) or _is_text(statement)
    if isinstance(statement, ast.Return | ast.Assign | ast.AnnAssign):
        return not _says(statement.value)
    return isinstance(statement, ast.Pass)


def _says(value: ast.expr | None) -> bool:
    """Say whether a value is more than nothing: not `...`, not None."""
    return not (value is None or (isinstance(value, ast.Constant) and value.value in (..., None)))


def _is_text(statement: ast.Expr) -> bool:
    return isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
