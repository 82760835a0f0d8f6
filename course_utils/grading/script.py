"""The master's code cells in their order: what is given, what students answer, what tests them."""

import ast
import enum
import re
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from course_utils.grading.magics import python_of

BEGIN_HIDDEN, END_HIDDEN = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"  # nbgrader's, in any line
SOLUTIONS = "BEGIN SOLUTION", "END SOLUTION"
WORD = re.compile(r"[^\W\d]\w*")
LOOKS_UP = {"globals", "locals", "vars", "eval", "exec", "get_ipython"}  # names in texts
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Kind(enum.Enum):
    """What a cell of the master is for."""

    GIVEN = enum.auto()
    ANSWER = enum.auto()
    TEST = enum.auto()


@dataclass(frozen=True)
class Step:
    """One code cell of the master.

    source : Python, with what is hidden.  visible : as students see it.  names : what it binds.
    imports : those alone: of an answer's, tests may use them too.  definitions : what students see
    of a test's imports, functions and classes.  words : names that it mentions.  meant : those of
    them that are the notebook's, and no function's own; inside : where functions use them.
    concealed : names that its hidden lines alone bind.
    """

    kind: Kind
    grade_id: str
    source: str
    visible: str
    names: tuple[str, ...]
    imports: str
    definitions: str
    words: frozenset[str]
    meant: frozenset[str]
    inside: frozenset[str]
    concealed: frozenset[str]


class BadCell(ValueError):
    """A cell of the master that cannot be graded with; the message is for the teacher."""


def step_of(kind: Kind, grade_id: str, source: str) -> Step:
    """Return the Step of a cell. Raises BadCell, and SyntaxError for what is no Python."""
    python = python_of(source)
    nodes = ast.parse(python).body
    visible = _if_python(visible_of(source, grade_id))
    return Step(
        kind,
        grade_id,
        python,
        visible,
        tuple(sorted(names_bound(nodes))),
        _text([node for node in nodes if _imports(node)]),
        _text([n for n in ast.parse(visible).body if _imports(n) or isinstance(n, SCOPES)]),
        words_of([python]),
        names_meant(python),
        names_meant(python, inside=True),
        names_bound(nodes) - names_bound(ast.parse(visible).body),
    )


def _text(nodes: Sequence[ast.stmt]) -> str:
    return "\n".join(map(ast.unparse, nodes))


def visible_of(source: str, grade_id: str) -> str:
    """Return a cell without its hidden tests, as nbgrader takes them out: line by line."""
    kept, hidden = list[str](), False
    for line in source.splitlines():
        begins, ends = BEGIN_HIDDEN in line, END_HIDDEN in line
        if begins and hidden:
            raise BadCell(f"the cell {grade_id!r} begins hidden tests inside hidden tests")
        if not (begins or ends or hidden):
            kept.append(line)
        hidden = begins or (hidden and not ends)
    if hidden:
        raise BadCell(f"the cell {grade_id!r} has '{BEGIN_HIDDEN}' without '{END_HIDDEN}'")
    return "\n".join(kept)


def answer_of(source: str) -> str:
    """Return an answer as a student has it: a mark in a text, such as a query, is none of it."""
    lines = source.splitlines()
    return "\n".join(line for line in lines if not any(mark in line for mark in SOLUTIONS))


def _if_python(visible: str) -> str:
    """Return what students see of a test, or nothing where that alone is no Python."""
    python = python_of(visible)
    try:
        ast.parse(python)
    except SyntaxError:
        return ""
    return python


def words_of(sources: Iterable[str]) -> frozenset[str]:
    """Return every name that these texts mention, in code, comments and strings alike."""
    return frozenset(word for source in sources for word in WORD.findall(source))


def names_meant(python: str, inside: bool = False) -> frozenset[str]:
    """Return the names of the notebook that a cell uses: none in comments, or a function's own.

    inside : those that its functions use.  Where it looks names up by their texts, every word.
    """
    words = words_of([python])
    try:
        table = symtable.symtable(python, "<cell>", "exec")
    except SyntaxError:  # such as what waits outside of functions
        return words
    within, names = frozenset(_global_in(table.get_children())), frozenset(table.get_identifiers())
    if (names | within) & LOOKS_UP:
        return words
    return within if inside else names | within


def _global_in(tables: Iterable[symtable.SymbolTable]) -> Iterator[str]:
    for table in tables:
        yield from (one.get_name() for one in table.get_symbols() if one.is_global())
        yield from _global_in(table.get_children())


def names_bound(nodes: Sequence[ast.stmt]) -> frozenset[str]:
    """Return the names that statements bind, at the top level or in a function by `global`.

    Imports are the master's own.
    """
    at_once = {name for node in nodes if not _imports(node) for name in _bound_by(node)}
    inside = (inner for node in nodes for inner in ast.walk(node))
    return frozenset(at_once.union(*(n.names for n in inside if isinstance(n, ast.Global))))


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, SCOPES):
        yield node.name
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for field in ("name", "rest"):  # of `except … as`, and of patterns
        if isinstance(getattr(node, field, None), str):
            yield getattr(node, field)
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Lambda | ast.comprehension):
            yield from _bound_by(child)


def _imports(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)
