"""Other teachers' sheets as text files, and the notebooks that come of them.

A file in `sheets/` is one sheet. `=== KIND NAME POINTS` begins a cell, or a file beside the
notebook; `====== honest NAME` and `====== wrong NAME: test_a test_b=1` begin what a student does
otherwise than the solution: right, or losing these tests (all points, or all but so many).
`test_b+` is lost in a kernel only: there one slip costs later questions too, and in class its own.
`=== test NAME POINTS not carried` is a test that class grading refuses, and says so of the sheet.
"""

import copy
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader.preprocessors import ClearSolutions

from course_utils.checks.sheet_maker import STEPS, SheetStubs

FOLDER = Path(__file__).parent / "sheets"
STUDENT = re.compile(r"^====== (honest|wrong) ([^:\n]+)(?::(.*))?\n", re.M)
PART = re.compile(r"^=== (.+)\n", re.M)
# nbgrader's flags of each kind of cell that has a name
FLAGS = {
    "answer": {"solution": True},
    "fixed": {"locked": True},
    "test": {"grade": True, "locked": True},
    "manual": {"grade": True, "solution": True},
    "essay": {"grade": True, "solution": True},
    "task": {"locked": True, "task": True},
}
MARKDOWN = {"text", "essay", "task"}
BY_HAND = {"manual", "essay", "task"}
# Another teacher hands out nbgrader's own stubs, not this course's.
HAND_OUT = [ClearSolutions if step is SheetStubs else step for step in STEPS]


@dataclass(frozen=True)
class Part:
    """A cell, a file, or what a student writes: its kind, its name, its points, and the text.

    carried : whether class grading can do it, if it is a test.
    """

    kind: str
    name: str
    points: float
    carried: bool
    source: str


@dataclass(frozen=True)
class Student:
    """What one student writes.

    left : the points that a test gives in a kernel, where it does not give all.  carried : those
    tests of `left` that an earlier slip alone spoils.
    """

    name: str
    left: dict
    carried: frozenset = frozenset()
    parts: tuple = field(default=(), repr=False)


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells, the files beside it, and the students who differ from the solution."""

    name: str
    cells: tuple = field(repr=False)
    files: tuple = field(repr=False)
    others: tuple = field(repr=False)

    @property
    def points(self):
        """The points of each question that a test marks."""
        return {part.name: part.points for part in self.cells if part.kind == "test"}

    @property
    def by_hand(self):
        """The questions that a teacher marks."""
        return [part.name for part in self.cells if part.kind in BY_HAND]

    def marks_by_hand(self, student):
        """What stands in the table where a teacher marks: 0 where nothing was written."""
        nothing = {"manual", "essay"} if student.name == "blank" else set()
        parts = [part for part in self.cells if part.kind in BY_HAND]
        return {p.name: "0" if p.kind in nothing and p.points else "" for p in parts}

    @property
    def not_carried(self):
        """The tests that class grading refuses."""
        return [part.name for part in self.cells if not part.carried]

    @property
    def students(self):
        """Everybody: the solution, the sheet as handed out, and the others."""
        blank = Student("blank", dict.fromkeys(self.points, 0))
        return [Student("solution", {}), blank, *self.others]

    def in_a_kernel(self, student):
        """The points of each test where one notebook is run from its top to its end."""
        return {**self.points, **student.left}

    def in_class(self, student):
        """The points of each test where one slip costs its own points, and those once."""
        own = {test: left for test, left in student.left.items() if test not in student.carried}
        expected = {**self.points, **own}
        return {test: points for test, points in expected.items() if test not in self.not_carried}

    def master(self, whole=True):
        """The teacher's notebook; where it is not `whole`, without what class grading refuses."""
        return _notebook([_cell(part) for part in self.cells if whole or part.carried])

    def handed_out(self):
        """The notebook that students get, as nbgrader makes it."""
        sheet, resources = self.master(), ResourcesDict()
        for step in HAND_OUT:
            sheet, resources = step().preprocess(sheet, resources)
        return sheet

    def handed_in(self, student):
        """The notebook that a student hands in."""
        sheet = self.handed_out()
        if student.name == "blank":
            return sheet
        for part in self.cells:
            if part.kind in ("answer", "manual", "essay"):
                _find(sheet, part.name).source = _without_marks(part.source)
        for part in student.parts:
            _write(sheet, part)
        return sheet

    def restored(self, notebook):
        """A student's notebook with the teacher's locked cells put back, as nbgrader does it."""
        notebook, master = copy.deepcopy(notebook), self.master()
        for cell in notebook.cells:
            marks = cell.metadata.get("nbgrader", {})
            if marks.get("locked"):
                cell.source = _find(master, marks["grade_id"]).source
        return notebook

    def put_files(self, folder):
        """Write the files that stand beside the notebook."""
        for part in self.files:
            path = folder / part.name
            path.parent.mkdir(exist_ok=True)
            path.write_text(part.source + "\n", encoding="utf-8")


def read_sheet(path):
    """Return the Sheet of a text file."""
    teachers, *students = STUDENT.split(path.read_text(encoding="utf-8"))
    parts = _parts(teachers)
    others = [_student(*students[i : i + 4]) for i in range(0, len(students), 4)]
    cells = tuple(part for part in parts if part.kind != "file")
    files = tuple(part for part in parts if part.kind == "file")
    return Sheet(path.stem, cells, files, tuple(others))


def all_sheets():
    """Return every sheet of the folder."""
    return [read_sheet(path) for path in sorted(FOLDER.glob("*.txt"))]


def _parts(text):
    """The parts of a text; what stands above the first is for readers."""
    _, *found = PART.split(text)
    return tuple(_part(*found[i : i + 2]) for i in range(0, len(found), 2))


def _part(heading, source):
    kind, name, points, *rest = [*heading.split(), "", ""]
    return Part(kind, name, float(points or 0), "carried" not in rest, source.strip("\n"))


def _student(verdict, name, lost, text):
    words = (lost or "").split()
    assert bool(words) == (verdict == "wrong"), f"{name}: who is wrong loses something"
    left = [word.rstrip("+").partition("=") for word in words]
    return Student(
        name.strip(),
        {test: float(rest or 0) for test, _, rest in left},
        frozenset(word.rstrip("+") for word in words if word.endswith("+")),
        _parts(text),
    )


def _cell(part):
    new = nbformat.v4.new_markdown_cell if part.kind in MARKDOWN else nbformat.v4.new_code_cell
    cell = new(part.source)
    if part.kind in FLAGS:
        flags = {"grade": False, "solution": False, "locked": False, "task": False}
        marks = {"schema_version": 3, "grade_id": part.name, **flags, **FLAGS[part.kind]}
        if part.points:
            marks["points"] = part.points
        cell.metadata["nbgrader"] = nbformat.from_dict(marks)
    return cell


def _notebook(cells):
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=cells, metadata=about)


def _find(notebook, name):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def _write(notebook, part):
    """Do what a student does: `write` an answer, or put a cell `before` or `after` it."""
    cell = _find(notebook, part.name)
    if part.kind == "write":
        cell.source = part.source
        return
    place = notebook.cells.index(cell) + {"before": 0, "after": 1}[part.kind]
    notebook.cells.insert(place, nbformat.v4.new_code_cell(part.source))


def _without_marks(source):
    lines = source.split("\n")
    return "\n".join(line for line in lines if not re.search("(BEGIN|END) SOLUTION", line))
