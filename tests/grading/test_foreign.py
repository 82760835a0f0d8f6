"""Sheets in other teachers' habits: class grading says what a real kernel says.

Each is graded with its solution, blank, right in three other ways, and wrong. The points that a
sheet's text expects are measured by a kernel, and those by nbgrader; most of that is nightly. By
day of three sheets one is graded as a class, and another one is run by a kernel.
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


IN_CLASS = [sheet.name for sheet in SHEETS[::3]]
IN_A_KERNEL = [sheet.name for sheet in SHEETS[1::3]]


def class_by_day(sheet):
    """The solution, the blank sheet, and one other: the rest of the class comes by night."""
    return [*sheet.students[:2], sheet.others[SHEETS.index(sheet) % len(sheet.others)]]


def in_class_by_day(sheet, student):
    return sheet.name in IN_CLASS and student in class_by_day(sheet)


def in_a_kernel_by_day(sheet, student):
    """One student of a sheet, another one of the next, so that every kind is run."""
    turn = SHEETS.index(sheet) // 3
    return sheet.name in IN_A_KERNEL and student is sheet.students[turn % len(sheet.students)]


def each_pair(by_day):
    """Each sheet with each of its students; those for whom `by_day` is not true come by night."""
    return pytest.mark.parametrize(
        ("sheet", "student"),
        [
            pytest.param(
                sheet,
                student,
                id=f"{sheet.name}-{student.name}",
                marks=() if by_day(sheet, student) else pytest.mark.nightly,
            )
            for sheet, student in PAIRS
        ],
    )


@pytest.fixture(scope="module")
def graded(tmp_path_factory, request):
    """A function: the class of a sheet, graded by the command, once."""
    done, whole = {}, request.config.getoption("--nightly")

    def grade(sheet):
        if sheet.name not in done:
            students = sheet.students if whole else class_by_day(sheet)
            done[sheet.name] = _report(sheet, students, tmp_path_factory.mktemp(sheet.name))
        return done[sheet.name]

    return grade


def _report(sheet, students, folder):
    """What the command reports of each student, with a row of points and what it says."""
    source, out = folder / "source" / f"{sheet.name}.ipynb", folder / "out"
    source.parent.mkdir()
    sheet.put_files(source.parent)
    nbformat.write(sheet.master(whole=False), source)
    for student in students:
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
@each_pair(in_class_by_day)
def test_the_class_gets_its_points(sheet, student, graded):
    rows, told = graded(sheet)
    row = rows[student.name]
    points = {name: float(row[name]) for name in sheet.in_class(student)}
    assert points == sheet.in_class(student), told[student.name]
    assert row["status"] == "graded"
    assert {name: row[name] for name in sheet.by_hand} == sheet.marks_by_hand(student)


@needs_sandbox
@pytest.mark.parametrize("sheet", [s for s in SHEETS if s.not_carried], ids=lambda s: s.name)
def test_what_cannot_be_carried_is_said_of_the_sheet(sheet, tmp_path, capsys):
    """Once, before anybody is graded: the question by its name."""
    source = tmp_path / f"{sheet.name}.ipynb"
    sheet.put_files(tmp_path)
    nbformat.write(sheet.master(), source)
    assert command.main([str(source), str(source), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert [name for name in sheet.points if name in said] == sheet.not_carried


@pytest.mark.slow
@each_pair(in_a_kernel_by_day)
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
