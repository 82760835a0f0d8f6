"""Which of the master's statements a test needs, and which names it needs from the student.

A test cell uses names. Each comes from the nearest statement above that binds it: from a solution
cell, then it is the student's; or from another cell, then that statement runs here, with all that
it needs in its turn. Nothing else of the master runs: a training cell that no test uses is skipped.
"""

import ast
from typing import NamedTuple

from course_utils.grading.magics import python_of

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
EVERYTHING = "*"  # what `from module import *` binds


class Statement(NamedTuple):
    """One statement at the top of a cell. students : whether it stands for what students write."""

    cell: int
    node: ast.stmt
    binds: frozenset
    uses: frozenset
    students: bool


class Needs(NamedTuple):
    """What a test needs: statements of the master in order, and names of the student."""

    statements: tuple[int, ...]
    names: tuple[str, ...]


def parse_cell(source):
    """Parse a cell's code, also where it has lines that only IPython understands."""
    return ast.parse(python_of(source)).body


def statements_of(cell, source, students):
    """Return every statement of a cell. An import is the master's own, wherever it stands."""
    return [
        Statement(cell, node, _bound_by(node), used_by(node), students and not _imports(node))
        for node in parse_cell(source)
    ]


def needs_of(uses, above):
    """Return the Needs of a test that uses these names and stands below these statements."""
    wanted, chosen, names = set(uses), [], set()
    students = frozenset().union(*(statement.binds for statement in above if statement.students))
    for number in reversed(range(len(above))):
        statement = above[number]
        if statement.students:
            found = statement.binds & wanted
            names |= found
            wanted -= found
        elif {EVERYTHING, *wanted} & (statement.binds | _changed_by(statement, students)):
            chosen.append(number)
            wanted = (wanted - statement.binds) | statement.uses
    return Needs(tuple(reversed(chosen)), tuple(sorted(names)))


def _bound_by(node):
    """Return the names that a statement binds at the top level."""
    if isinstance(node, SCOPES):
        return frozenset({node.name})
    if _imports(node):
        return frozenset(alias.asname or alias.name.split(".")[0] for alias in node.names)
    return frozenset(
        name
        for inner in _same_scope(node)
        for name in (_bound_by(inner) if _binds_a_name(inner) else _stored(inner))
    )


def used_by(node):
    """Return the names that a statement reads, inside its functions too."""
    loads = (n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    changed = (n.target for n in ast.walk(node) if isinstance(n, ast.AugAssign))
    return frozenset(n.id for n in (*loads, *changed) if isinstance(n, ast.Name))


def _changed_by(statement, students):
    """Return names whose object may change: `data.sort()`, `data[0] = 1`, `np.random.seed(0)`.

    No names where it uses a student's: `plt.plot(answer)` changes `plt`, and no test needs that.
    """
    node = statement.node
    if statement.uses & students:
        return set()
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return _root(node.value.func)
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    inner = (ast.Attribute, ast.Subscript)
    return set().union(*(_root(target) for target in targets if isinstance(target, inner)))


def _root(node):
    """Return the name at the start of `name.attribute[item]`; nothing for a plain name."""
    plain = isinstance(node, ast.Name)
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) and not plain else set()


def _same_scope(node):
    """Yield the node's inner nodes, without the bodies of functions and classes."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, (*SCOPES, ast.comprehension)):
            yield from _same_scope(child)


def _binds_a_name(node):
    return _imports(node) or (isinstance(node, SCOPES) and not isinstance(node, ast.Lambda))


def _stored(node):
    stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    return {node.id} if stored else set()


def _imports(node):
    return isinstance(node, ast.Import | ast.ImportFrom)
