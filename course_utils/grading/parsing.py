"""A student's code as a tree, or what is wrong with it: parsed within caps, and never run."""

import ast
import re
import warnings
from typing import NamedTuple

MOST_LETTERS = 20_000
DEEPEST = 60  # brackets within brackets
LONGEST = 200  # letters of what Python says
OPEN = "([{"


class Wrong(NamedTuple):
    """What Python says of a text that is no code, and the line."""

    words: str
    line: int


def tree_of(source: str) -> ast.Module | None:
    """Return the tree of a text; None where it has none, or is too much to look at."""
    if too_much(source):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def what_is_wrong(source: str) -> Wrong | None:
    """Return what Python says of a text that is no code; None where it is, or is too much.

    It is compiled here and not in the sandbox, where a student's code could put in other words.
    """
    if too_much(source):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            compile(source, "<cell>", "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        words = " ".join((error.msg or "").split())[:LONGEST]
        return Wrong(words.rstrip("?."), error.lineno or -1)  # a sentence goes on behind them
    except (ValueError, RecursionError, MemoryError):
        pass
    return None


def too_much(source: str) -> bool:
    """Say whether a text is too long or too deep to be parsed beside the tests."""
    if len(source) > MOST_LETTERS:
        return True
    depth = deepest = 0
    for letter in re.findall(r"[(){}\[\]]", source):
        depth = depth + 1 if letter in OPEN else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest > DEEPEST


def is_blank(source: str) -> bool:
    """Say whether a text holds no answer: nothing, comments, or the sheet's three dots."""
    lines = (line.split("#")[0].strip() for line in source.splitlines())
    return all(line in ("", "...", "pass") for line in lines)


def defined_in(source: str) -> list[str]:
    """Return the names that a cell gives a value at its outermost level."""
    tree = tree_of(source)
    names = list[str]()
    for node in tree.body if tree else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return names


def string_in(source: str) -> str | None:
    """Return the text that a cell gives a name last; None where it does something else."""
    tree = tree_of(source)
    values = [one.value for one in tree.body if isinstance(one, ast.Assign)] if tree else []
    if not tree or not values or len(values) < len(tree.body):
        return None
    *before, last = [one.value if isinstance(one, ast.Constant) else None for one in values]
    fine = isinstance(last, str) and all(one is ... for one in before)
    return last if fine else None
