"""Sheets in other teachers' habits: class grading says what a real kernel says.

Each is graded with its solution, blank, right in three other ways, and wrong. The points that a
sheet's text expects are measured by a kernel, and those by nbgrader; most of that is nightly.
"""

import csv
import json

import nbformat
import pytest

from course_utils.grading import __main__ as command
from course_utils.grading.sandbox import Sandbox
from tests.grading.foreign.autograde import points_by_nbgrader
from tests.grading.foreign.kernel import points_in_a_kernel
from tests.grading.foreign.notation import all_sheets

SHEETS = all_sheets()
PAIRS = [(sheet, student) for sheet in SHEETS for student in sheet.students]
REASON = Sandbox().why_not()
needs_sandbox = pytest.mark.skipif(REASON is not None, reason=str(REASON))


def each(pairs):
    names = [f"{sheet.name}-{student.name}" for sheet, student in pairs]
    return pytest.mark.parametrize(("sheet", "student"), pairs, ids=names)


def nightly_but_one(pairs):
    """Each sheet's own student by day, so that every kind is run: the others by night."""
    chosen = {(s.name, s.students[i % len(s.students)].name) for i, s in enumerate(SHEETS)}
    return [
        pytest.param(
            sheet,
            student,
            id=f"{sheet.name}-{student.name}",
            marks=() if (sheet.name, student.name) in chosen else pytest.mark.nightly,
        )
        for sheet, student in pairs
    ]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A function: the class of a sheet, graded by the command, once."""
    done = {}

    def grade(sheet):
        if sheet.name not in done:
            done[sheet.name] = _report(sheet, tmp_path_factory.mktemp(sheet.name))
        return done[sheet.name]

    return grade


def _report(sheet, folder):
    """What the command reports of each student, with a row of points and what it says."""
    source, out = folder / "source" / f"{sheet.name}.ipynb", folder / "out"
    source.parent.mkdir()
    sheet.put_files(source.parent)
    nbformat.write(sheet.master(), source)
    for student in sheet.students:
        place = folder / "in" / student.name
        place.mkdir(parents=True)
        nbformat.write(sheet.handed_in(student), place / source.name)
    paths = str(source), str(folder / "in"), "--out", str(out)
    assert command.main([*paths, "--jobs", "2"]) == 0, "the command stopped"
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {line["student"]: line for line in csv.DictReader(file)}
    told = json.loads((out / "grades.json").read_text(encoding="utf-8"))["submissions"]
    return rows, {one["student"]: one for one in told}


@needs_sandbox
@pytest.mark.slow
@each(PAIRS)
def test_the_class_gets_its_points(sheet, student, graded):
    rows, told = graded(sheet)
    row = rows[student.name]
    points = {name: float(row[name]) for name in sheet.points}
    assert points == sheet.in_class(student), told[student.name]
    assert row["status"] == "graded"
    assert [row[name] for name in sheet.by_hand] == [""] * len(sheet.by_hand)


@pytest.mark.slow
@pytest.mark.parametrize(("sheet", "student"), nightly_but_one(PAIRS))
def test_a_kernel_gives_the_same(sheet, student, tmp_path):
    found = points_in_a_kernel(sheet, sheet.handed_in(student), tmp_path)
    assert found == sheet.in_a_kernel(student)


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("sheet", SHEETS[::6], ids=lambda sheet: sheet.name)
def test_nbgrader_gives_the_same(sheet, tmp_path):
    found = points_by_nbgrader(sheet, tmp_path)
    assert found == {student.name: sheet.in_a_kernel(student) for student in sheet.students}


def test_every_sheet_has_its_students():
    assert len(SHEETS) >= 12
    for sheet in SHEETS:
        right = [student for student in sheet.others if not student.left]
        assert len(right) >= 3 and len(sheet.others) - len(right) >= 2, sheet.name
        for student in sheet.others:
            assert student.left.keys() <= sheet.points.keys(), (sheet.name, student.name)
