"""The form of an answer: its tree as a row of nodes, without what a student may choose freely."""

import ast
import math
import re
from collections.abc import Iterator

from course_utils.grading.parsing import MOST_LETTERS, string_in, tree_of

Form = tuple[str, ...]
MOST_NODES = 3_000
LEFT_OUT = ("annotation", "returns", "type_comment", "type_params", "ctx", "kind", "type_ignores")
CHOSEN = (ast.Name, ast.arg, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LONG = 40  # letters of a text in code


def form_of(source: str) -> Form:
    """Return the form of an answer: of code its tree, of a text its words."""
    words = string_in(source)
    if words is not None:
        return _words(words)
    tree = tree_of(source)
    return _nodes(tree) if tree else _words(re.sub(r"#.*", "", source[:MOST_LETTERS]))


def _words(text: str) -> Form:
    """Return the words of a text; in Chinese, which puts no spaces, the characters."""
    return tuple(re.findall(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+|[^\w\s]", text.casefold()))[
        :MOST_NODES
    ]


def _nodes(tree: ast.Module) -> Form:
    """Return the nodes from the top down, each with what it says; names of its own by number."""
    own, numbers, form = _own_names(tree), dict[str, str](), list[str]()
    left: list[ast.AST] = [tree]
    while left and len(form) < MOST_NODES:
        node = left.pop()
        name = _name(node)
        if isinstance(node, CHOSEN) and name in own:
            name = numbers.setdefault(name, f"name {len(numbers)}")
        form.append(f"{type(node).__name__} {name}{_value(node)}".strip())
        left += reversed(list(_parts(node)))
    return tuple(form)


def _own_names(tree: ast.Module) -> set[str]:
    """Return the names that the code itself gives a meaning."""
    own = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.alias) and node.asname:
            own.add(node.asname)
    return own


def _name(node: ast.AST) -> str:
    for field in ("id", "name", "arg", "attr"):
        value = getattr(node, field, None)
        if isinstance(value, str):
            return value
    return ""


def _value(node: ast.AST) -> str:
    """Return a constant, as it means and not as it is spelt: 0.5 and .5 are one."""
    if not isinstance(node, ast.Constant):
        return ""
    value = node.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            return "large"
        return f"{number:.12g}" if math.isfinite(number) else str(number)
    return repr(value)[:LONG]


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands below a node, without docstrings and annotations."""
    for field, value in ast.iter_fields(node):
        if field in LEFT_OUT:
            continue
        parts = value if isinstance(value, list) else [value]
        for place, part in enumerate(parts):
            docstring = field == "body" and place == 0 and _is_text(part)
            if isinstance(part, ast.AST) and not docstring:
                yield part


def _is_text(node: object) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
