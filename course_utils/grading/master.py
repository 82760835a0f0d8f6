"""The master: tests, points and names, from a solution notebook with nbgrader's metadata."""

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_utils._moved import MOVES
from course_utils.checks.catalogue import find
from course_utils.grading import GradingError
from course_utils.grading.statements import Needs, Statement, needs_of, statements_of, used_by

HIDDEN = re.compile(r"^.*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS[^\n]*\n?", re.M | re.S)
ASKED = re.compile(r'^\s*(?:require|check)\("([^"]+)"', re.M)
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.M)
Given = tuple[tuple[str, tuple[str, ...]], ...]  # (module, names) that cells import
Metadata = dict[str, Any]
NOTHING = Needs((), ())


class BadSource(GradingError):
    """A SOURCE that cannot be graded with; the message is for the teacher."""


@dataclass(frozen=True)
class Question:
    """One graded cell of the master.

    by_hand : a teacher gives its points.  source : the test, with its hidden part.
    visible : the test as students see it.  answers : the grade_ids of the cells it tests.
    needs : statements and names, see `statements`.  withheld : modules not to be imported.
    """

    grade_id: str
    points: float
    title: str
    by_hand: bool
    source: str = ""
    visible: str = ""
    needs: Needs = NOTHING
    answers: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True)
class Master:
    """All that grading needs to know about one sheet.

    statements : of all cells, which `needs` count.  given : [(module, names)] that cells import
    for the students.  reused : names that more than one cell of answers defines.
    """

    name: str
    questions: tuple[Question, ...]
    statements: tuple[Statement, ...]
    given: Given
    reused: frozenset[str]
    cells: frozenset[str]  # the grade_ids of all cells
    digest: str

    @property
    def max_score(self) -> float:
        return sum(question.points for question in self.questions)

    def given_of(self, withheld: Sequence[str]) -> tuple[Given, tuple[str, ...]]:
        """Return which names of withheld modules stay importable: those that the sheet imports."""
        whole = {module for module, names in self.given if not names}
        withheld = tuple(module for module in withheld if module not in whole)
        given: dict[str, tuple[str, ...]] = {}
        for module, names in self.given:
            if names and any(f"{module}.".startswith(f"{other}.") for other in withheld):
                open_ones = [name for name in names if f"{module}:{name}" not in withheld]
                given[module] = tuple(dict.fromkeys((*given.get(module, ()), *open_ones)))
        return tuple(given.items()), withheld


def read_master(path: Path, withheld: Sequence[str] = ()) -> Master:
    """Return the Master of a solution notebook. Raises BadSource with a reason."""
    try:
        data = path.read_bytes()
        cells = json.loads(data)["cells"]
        return _Reading(cells, tuple(map(_now, withheld))).master(
            path.stem, hashlib.sha256(data).hexdigest()
        )
    except OSError as error:
        raise BadSource(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadSource(f"{path} is not a notebook of format 4: {error}") from error
    except SyntaxError as error:
        raise BadSource(f"{path} has a cell that is no Python: {error}") from error


class _Reading:
    """One pass through the cells, from the top."""

    def __init__(self, cells: list[dict[str, Any]], withheld: tuple[str, ...]) -> None:
        self.cells, self.withheld, self.title = cells, withheld, ""
        self.questions: list[Question] = []
        self.statements: list[Statement] = []
        self.given: list[tuple[str, tuple[str, ...]]] = []
        self.open_answers: list[str] = []
        self.ids: list[str] = []

    def master(self, name: str, digest: str) -> Master:
        for number, cell in enumerate(self.cells):
            source = "".join(cell["source"])
            self._cell(number, cell, source, cell["metadata"].get("nbgrader") or {})
        twice = sorted({name for name in self.ids if self.ids.count(name) > 1})
        if twice:
            raise BadSource(f"two cells of {name} have the grade_id {twice[0]!r}: rename one")
        if not self.questions:
            raise BadSource(f"{name} has no graded cell: expected nbgrader's metadata in it")
        parts = tuple(self.questions), tuple(self.statements), tuple(self.given)
        return Master(name, *parts, self._reused(), frozenset(self.ids), digest)

    def _cell(self, number: int, cell: Metadata, source: str, marks: Metadata) -> None:
        if marks.get("grade_id"):
            self.ids.append(marks["grade_id"])
        if cell["cell_type"] == "markdown":
            self.title = (HEADING.findall(source) or [self.title])[-1]
            if marks.get("task") or (marks.get("grade") and marks.get("solution")):
                self._by_hand(marks)
        elif cell["cell_type"] == "code":
            students = bool(marks.get("solution"))
            if students:
                self.open_answers.append(marks["grade_id"])
            if marks.get("grade"):
                self._by_hand(marks) if students else self._test(source, marks)
            self._add(number, source, students, bool(marks))

    def _add(self, number: int, source: str, students: bool, marked: bool) -> None:
        found = statements_of(number, source, students)
        # of a test, later tests may need what it imports or defines, never what it asserts
        self.statements += [s for s in found if s.binds or not marked]
        if not marked:
            self.given += [one for s in found for node in ast.walk(s.node) for one in _given(node)]

    def _by_hand(self, marks: Metadata) -> None:
        answers = (marks["grade_id"],)
        self.open_answers.clear()
        points = float(marks.get("points") or 0)
        self.questions.append(
            Question(marks["grade_id"], points, self.title, True, answers=answers)
        )

    def _test(self, source: str, marks: Metadata) -> None:
        nodes = [s.node for s in statements_of(0, source, False)]
        uses = frozenset().union(*map(used_by, nodes))
        self.questions.append(
            Question(
                marks["grade_id"],
                float(marks.get("points") or 0),
                self.title,
                False,
                source,
                HIDDEN.sub("", source),
                needs_of(uses, self.statements),
                tuple(self.open_answers),
                tuple(sorted({*self.withheld, *_withheld_by(source)})),
            )
        )
        self.open_answers.clear()

    def _reused(self) -> frozenset[str]:
        bound = [(name, s.cell) for s in self.statements for name in s.binds if s.students]
        names = [name for name, _ in set(bound)]
        return frozenset(name for name in names if names.count(name) > 1)


def _withheld_by(source: str) -> Iterator[str]:
    """Yield the modules that the exercises of a test withhold."""
    for exercise in ASKED.findall(source):
        try:
            yield from find(exercise).withholds
        except LookupError as error:
            raise BadSource(f"a test asks for {exercise}: {error}") from error


def _given(node: ast.AST) -> list[tuple[str, tuple[str, ...]]]:
    """Return (module, names) of an import; no names where a module is imported whole."""
    if isinstance(node, ast.Import):
        return [(_now(alias.name), ()) for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        names = tuple(alias.name for alias in node.names if alias.name != "*")
        whole = [(_now(f"{node.module}.{name}"), ()) for name in names]  # a name may be a module
        return [(_now(node.module), names), *whole]
    return []


def _now(module: str) -> str:
    """Return the name that a module of the course has now: SOURCE may be older than its move."""
    return MOVES.get(module, module)
