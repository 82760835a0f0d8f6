"""The master: tests, points and names, from a solution notebook with nbgrader's metadata."""

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from course_utils._moved import MOVES
from course_utils.checks.catalogue import find
from course_utils.grading import GradingError
from course_utils.grading.beside import files_beside
from course_utils.grading.notebooks import Cell
from course_utils.grading.schemas import newest
from course_utils.grading.script import BadCell, Kind, Step, answer_of, step_of
from course_utils.grading.titles import heading_in, told_apart

WRITES = re.compile(r"run_cell_magic\(.(?:write)?file., .(\w+)\.py\b")
ASKED = re.compile(r'^\s*(?:require|check)\("([^"]+)"', re.M)
Given = tuple[tuple[str, tuple[str, ...]], ...]  # (module, names) that cells import
Metadata = dict[str, Any]


class BadSource(GradingError):
    """A SOURCE that cannot be graded with; the message is for the teacher."""


@dataclass(frozen=True)
class Question:
    """One graded cell of the master.

    step : its place among the master's steps, −1 where a teacher gives its points (by_hand).
    names : the students' names that its test mentions.  answers : the grade_ids of the cells that
    it tests, its own first.  withheld : modules not to be imported.
    drawn : whether nothing is tested but by inputs that `require` draws for each student.
    open : whether there is something in its test that students see.
    """

    grade_id: str
    points: float
    title: str
    by_hand: bool
    step: int = -1
    names: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    drawn: bool = False
    open: bool = True


@dataclass(frozen=True)
class Master:
    """All that grading needs to know about one sheet.

    steps : its code cells in order.  given : [(module, names)] that cells import for the students.
    reused : names that more than one cell of answers defines.  cells : the grade_ids of all cells.
    files : {path: bytes} of what stands beside the notebook and is mentioned in it; the students'
    code has those of `open_files`.  folder : where they were looked for.  code : its code cells as
    a notebook has them.  texts : its cells of text.
    """

    name: str
    questions: tuple[Question, ...]
    steps: tuple[Step, ...]
    given: Given
    reused: frozenset[str]
    cells: frozenset[str]
    digest: str
    code: tuple[Cell, ...] = ()
    texts: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    open_files: frozenset[str] = frozenset()
    folder: Path = Path()

    @property
    def given_before(self) -> int:
        """Return how many cells are given before the first one that students answer."""
        kinds = [step.kind is Kind.GIVEN for step in self.steps]
        return kinds.index(False) if False in kinds else len(kinds)

    @property
    def answered(self) -> frozenset[str]:
        """Return the names that answers bind."""
        return frozenset(n for s in self.steps if s.kind is Kind.ANSWER for n in s.names)

    @property
    def shared(self) -> frozenset[str]:
        """Return the words of answers and given cells."""
        return frozenset().union(*(step.words for step in self._open_steps))

    @property
    def written(self) -> frozenset[str]:
        """Return the modules that answers write, by `%%writefile`, and no given cell."""
        ours = [
            name for s in self.steps if s.kind is Kind.GIVEN for name in WRITES.findall(s.source)
        ]
        answers = (s.source for s in self.steps if s.kind is Kind.ANSWER)
        return frozenset(n for source in answers for n in WRITES.findall(source)) - {*ours}

    @property
    def common(self) -> frozenset[str]:
        """Return the names that answers and given cells use: what tests alone use stays here.

        Not a word of a comment, nor a name that a demonstration and a hidden test bind, each for
        itself: a hidden test's `expected` would go over to the students' code.
        """
        used = (s.meant if s.kind is Kind.ANSWER else s.inside for s in self._open_steps)
        given = (s.meant for s in self._open_steps)
        concealed = (s.concealed for s in self.steps if s.kind is Kind.TEST)
        return frozenset().union(*used) | (
            frozenset().union(*given) - frozenset().union(*concealed)
        )

    @property
    def _open_steps(self) -> list[Step]:
        return [step for step in self.steps if step.kind is not Kind.TEST]

    @property
    def defined(self) -> frozenset[str]:
        """Return the names that given cells bind."""
        given = (n for s in self.steps if s.kind is Kind.GIVEN for n in s.names)
        return frozenset(given) - self.answered

    @property
    def max_score(self) -> float:
        return sum(question.points for question in self.questions)

    def used_by(self, question: Question, others: Sequence[Question]) -> frozenset[str]:
        """Return the answers to other questions, above this one's, that SOURCE's own answer uses.

        Only functions and plain values can be handed over, so not where one is a class.
        """
        words = [s.words for s in self.steps if s.grade_id in question.answers[:1]]
        earlier = {a for q in others if q.step < question.step for a in q.answers[:1]}
        steps = [s for s in self.steps if s.grade_id in earlier - {*question.answers[:1]}]
        used = [s for s in steps if set(s.names) & frozenset().union(*words)]
        return frozenset(s.grade_id for s in used)

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
        book = json.loads(data)
        cells = book["cells"]
        _refuse_other_language(path, book)
        master = _Reading(cells, tuple(map(_now, withheld))).master(path.stem, _digest(data))
        return _with_files(master, path.parent)
    except OSError as error:
        raise BadSource(f"{path} cannot be read: {error.strerror}") from error
    except BadCell as error:
        raise BadSource(f"{path.name}: {error}") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadSource(
            f"{path} is not a notebook: SOURCE is a solution notebook (.ipynb) and comes first, "
            "SUBMISSIONS second"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSource(f"{path} is not a notebook of format 4: {error}") from error
    except SyntaxError as error:
        raise BadSource(f"{path} has a cell that is no Python: {error}") from error


def _refuse_other_language(path: Path, book: Metadata) -> None:
    """Raise BadSource for a notebook of another language than Python, where it says so."""
    about = book.get("metadata") or {}
    language = (about.get("language_info") or {}).get("name") or (
        about.get("kernelspec") or {}
    ).get("language")
    if language and str(language).lower() not in ("python", "ipython", "python3"):
        raise BadSource(f"{path} is a notebook of {language}: only Python can be graded")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _with_files(master: Master, folder: Path) -> Master:
    """Return the same master with the data and modules beside its notebook that it mentions."""
    whole = "\n".join(step.source for step in master.steps)
    shown = "\n".join([*(step.visible for step in master.steps), *master.texts])
    files, seen = files_beside(folder, whole), frozenset(files_beside(folder, shown))
    digest = _digest(repr((master.digest, sorted(files.items()))).encode())
    return replace(master, files=files, open_files=seen, digest=digest, folder=folder.absolute())


class _Reading:
    """One pass through the cells, from the top."""

    def __init__(self, cells: list[dict[str, Any]], withheld: tuple[str, ...]) -> None:
        self.cells, self.withheld, self.title = cells, withheld, ""
        self.questions: list[Question] = []
        self.steps: list[Step] = []
        self.given: list[tuple[str, tuple[str, ...]]] = []
        self.code: list[Cell] = []
        self.texts: list[str] = []
        self.open_answers: list[str] = []
        self.ids: list[str] = []

    def master(self, name: str, digest: str) -> Master:
        for cell in self.cells:
            source = "".join(cell["source"])
            self._cell(cell, source, newest(cell["metadata"].get("nbgrader") or {}))
        twice = sorted({name for name in self.ids if self.ids.count(name) > 1})
        if twice:
            raise BadSource(f"two cells of {name} have the grade_id {twice[0]!r}: rename one")
        if not self.questions:
            raise BadSource(f"{name} has no graded cell: expected nbgrader's metadata in it")
        parts = self._titled(), tuple(self.steps), tuple(self.given)
        known = self._reused(), frozenset(self.ids), digest
        return Master(name, *parts, *known, tuple(self.code), tuple(self.texts))

    def _titled(self) -> tuple[Question, ...]:
        headings, names = zip(*((one.title, one.grade_id) for one in self.questions), strict=True)
        titles = told_apart(headings, names)
        return tuple(replace(q, title=t) for q, t in zip(self.questions, titles, strict=True))

    def _cell(self, cell: Metadata, source: str, marks: Metadata) -> None:
        if marks.get("grade_id"):
            self.ids.append(marks["grade_id"])
        if cell["cell_type"] == "markdown":
            self.texts.append(source)
            self.title = heading_in(source) or self.title
            if marks.get("task") or (marks.get("grade") and marks.get("solution")):
                self._by_hand(marks)
        elif cell["cell_type"] == "code":
            self._code(source, marks)

    def _code(self, source: str, marks: Metadata) -> None:
        students, graded = bool(marks.get("solution")), bool(marks.get("grade"))
        kind = Kind.ANSWER if students else Kind.TEST if graded else Kind.GIVEN
        source = answer_of(source) if students else source
        step = step_of(kind, marks.get("grade_id") or "", source)
        if kind is Kind.TEST:
            self._test(step, marks)
        if students:
            self.open_answers.append(step.grade_id)
            if graded:
                self._by_hand(marks)
        if kind is Kind.GIVEN:
            self.given += [one for node in ast.walk(ast.parse(step.source)) for one in _given(node)]
        self.steps.append(step)
        self.code.append(Cell(source, step.grade_id))

    def _by_hand(self, marks: Metadata) -> None:
        answers = (marks["grade_id"],)
        self.open_answers.clear()
        points = float(marks.get("points") or 0)
        self.questions.append(
            Question(marks["grade_id"], points, self.title, True, answers=answers)
        )

    def _test(self, step: Step, marks: Metadata) -> None:
        latest = {n: s.grade_id for s in self.steps if s.kind is Kind.ANSWER for n in s.names}
        names = tuple(sorted(step.words & latest.keys()))
        others = [latest[name] for name in names if latest[name] not in self.open_answers]
        answers = tuple(dict.fromkeys([*self.open_answers, *others]))
        own = [s.names for s in self.steps if s.grade_id in self.open_answers]
        withheld = tuple(sorted({*self.withheld, *_withheld_by(step.source)}))
        self.questions.append(
            Question(
                step.grade_id,
                float(marks.get("points") or 0),
                self.title,
                False,
                len(self.steps),
                names or tuple(sorted({name for some in own for name in some})),
                answers,
                withheld,
                _is_drawn(step.source),
                _does_something(step.visible),
            )
        )
        self.open_answers.clear()

    def _reused(self) -> frozenset[str]:
        answers = [step for step in self.steps if step.kind is Kind.ANSWER]
        names = [name for step in answers for name in step.names]
        return frozenset(name for name in names if names.count(name) > 1)


def _is_drawn(source: str) -> bool:
    """Say whether a test is nothing but imports, `check` and `require`."""
    nodes = [n for n in ast.parse(source).body if not isinstance(n, ast.Import | ast.ImportFrom)]
    calls = [n.value for n in nodes if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
    names = [call.func.id for call in calls if isinstance(call.func, ast.Name)]
    return len(names) == len(nodes) and {"require"} <= set(names) <= {"require", "check"}


def _does_something(source: str) -> bool:
    """Say whether a text does more than to import and to define."""
    defines = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return not all(isinstance(node, defines) for node in ast.parse(source).body)


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
