"""Exercise sheets: made from their solutions, with nothing of a solution left in them."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client import KernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_utils.checks.catalogue import exercises, find, sheets
from course_utils.checks.sheet_maker import make_sheet, mark_cells
from tools import nbgrader_course
from tools.exercises import SHEETS, SOLUTIONS, stale
from tools.notebooks import ENVIRONMENT, ROOT

STEMS = sorted(path.stem for path in SOLUTIONS.glob("*.ipynb"))
each_sheet = pytest.mark.parametrize("stem", STEMS)
ON_CARDS = "course_test"  # answered on cards: it has no cell to fill in
each_filled_in = pytest.mark.parametrize("stem", [stem for stem in STEMS if stem != ON_CARDS])


def read(folder, stem):
    return nbformat.read(folder / f"{stem}.ipynb", as_version=4)


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def graded(notebook):
    """nbgrader's metadata of all cells that have any."""
    return [cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata]


def test_no_sheet_is_stale():
    names = sorted(stale())
    assert not names, f"stale: {', '.join(names)}. Run: make exercises"


def test_every_sheet_of_checks_has_its_notebook():
    assert {stem.split("_")[0] for stem in STEMS} == set(sheets())


def test_a_stale_sheet_is_found(tmp_path, monkeypatch):
    (tmp_path / f"{STEMS[0]}.ipynb").write_text("{}")
    monkeypatch.setattr("tools.exercises.SHEETS", tmp_path)
    assert set(stale()) == {f"{stem}.ipynb" for stem in STEMS}


@each_sheet
def test_nothing_of_a_solution_is_left(stem):
    text = "\n".join(sources(read(SHEETS, stem)))
    assert not re.search(r"BEGIN|END SOLUTION|HIDDEN|\brequire\b", text)
    answers = [
        c for c in read(SHEETS, stem).cells if c.metadata.get("nbgrader", {}).get("solution")
    ]
    assert all(
        cell.source.endswith("raise NotAnsweredYet") or re.search(r" = \.\.\.", cell.source)
        for cell in answers
    )


@each_filled_in
def test_the_metadata_are_nbgraders_and_follow_from_the_cells(stem):
    solution = read(SOLUTIONS, stem)
    before = graded(solution)
    assert graded(mark_cells(solution)) == before
    assert all(meta["schema_version"] == 3 for meta in before)
    names = [meta["grade_id"] for meta in before]
    assert len(set(names)) == len(names) and all(re.fullmatch(r"\w+", name) for name in names)
    for exercise in exercises(stem.split("_")[0]).values():
        kind = "answer" if exercise.by_hand else "test"
        (meta,) = (m for m in before if m["grade_id"] == f"{kind}_{exercise.id.replace('.', '_')}")
        assert meta["grade"] and meta["points"] == exercise.points


@each_sheet
def test_tests_are_locked_and_answers_cannot_be_deleted(stem):
    for cell in read(SHEETS, stem).cells:
        meta = cell.metadata.get("nbgrader")
        if meta:
            assert cell.metadata.get("deletable") is False
            assert cell.metadata.get("editable", True) is bool(meta["solution"])


@each_sheet
def test_a_sheet_says_what_it_practises_how_long_it_takes_and_where_its_lesson_is(stem):
    said = [c.source for c in read(SHEETS, stem).cells if c.cell_type == "markdown"]
    first, last = said[0], said[-1]
    assert "**You practise**" in first and re.search(r"\*\*Time\*\*: \d+ min", first)
    if (ROOT / "notebooks" / f"{stem}.ipynb").exists():
        assert f"(../notebooks/{stem}.ipynb)" in first
    if stem == ON_CARDS:
        return  # its reasons come with its cards
    assert "<details><summary>Compare with a solution" in last
    assert f"(../solutions/{stem}.ipynb)" in last


@each_sheet
def test_its_lesson_links_to_it(stem):
    lesson = ROOT / "notebooks" / f"{stem}.ipynb"
    if lesson.exists():
        text = "\n".join(sources(read(lesson.parent, stem)))
        assert f"(../exercises/{stem}.ipynb)" in text


@pytest.fixture(scope="module")
def kernel():
    """One kernel for all sheets: to start one takes longer than to run a sheet."""
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=environment, cwd=str(SHEETS))
    yield manager
    manager.shutdown_kernel(now=True)


@each_filled_in
def test_as_handed_out_each_question_shows_the_one_named_error_and_the_rest_runs(stem, kernel):
    sheet = read(SHEETS, stem)
    forget = new_code_cell("%reset -f")  # the names of the sheet before
    # cells that may raise are tagged; any other error stops the run here
    NotebookClient(new_notebook(cells=[forget, *sheet.cells]), km=kernel).execute()
    errors = [
        (output.ename, output.evalue.split()[0], output.traceback)
        for cell in sheet.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    asked = list(exercises(stem.split("_")[0]))
    assert [(name, exercise) for name, exercise, _ in errors] == [
        ("NotAnsweredYet", exercise) for exercise in asked
    ]
    assert all(traceback[0].startswith(f"○ {exercise} ") for _, exercise, traceback in errors)


FUNCTION_BODY = "    ### BEGIN SOLUTION\n    return A.sum(-1)\n    ### END SOLUTION"


def test_a_function_and_a_value_get_their_own_stubs():
    solution = mark_cells(
        new_notebook(
            cells=[
                new_code_cell(f"def row_sums(A):\n{FUNCTION_BODY}"),
                new_code_cell('check("00.3", row_sums)'),
                new_code_cell(
                    "shape = ...  # two\n### BEGIN SOLUTION\nshape = 4, 5\n### END SOLUTION"
                ),
                new_code_cell('check("00.2", shape)'),
            ]
        )
    )
    assert sources(make_sheet(solution)) == [
        "def row_sums(A):\n    raise NotAnsweredYet",
        'check("00.3", row_sums)',
        "shape = ...  # two",
        'check("00.2", shape)',
    ]
    assert "A.sum(-1)" in solution.cells[0].source, "the solution itself stays"


ANSWER = "x = ...\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([ANSWER, ANSWER], "no check stands between two solutions"),
        ([ANSWER], "no check follows the solution"),
        (['check("00.2", x)'], "no solution stands before the check of 00.2"),
    ],
)
def test_a_solution_and_its_check_go_together(cells, message):
    notebook = new_notebook(cells=[new_markdown_cell("# T"), *map(new_code_cell, cells)])
    with pytest.raises(ValueError, match=message):
        mark_cells(notebook)


# For a school that runs nbgrader


def test_a_course_for_nbgrader_keeps_what_is_there(tmp_path):
    nbgrader_course.main([str(tmp_path / "course")])
    nbgrader_course.main([str(tmp_path / "course")])
    config = tmp_path / "course" / "nbgrader_config.py"
    config.write_text(config.read_text() + "# mine\n")
    with pytest.raises(SystemExit, match=r"nbgrader_config\.py is there and differs"):
        nbgrader_course.main([str(tmp_path / "course")])
    assert config.read_text().endswith("# mine\n")
    with pytest.raises(SystemExit, match="make nbgrader-course DIR=my-course"):
        nbgrader_course.main([])


# The command "nbgrader generate_assignment" for many sheets: a process for each costs minutes.
MAKE_ALL = """
import sys
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader

app = NbGrader()
app.load_config_file()
api = NbGraderAPI(config=app.config)
for stem in sys.argv[1:]:
    made = api.generate_assignment(stem)
    assert made["success"], made
"""


def nbgrader(folder, *arguments):
    """Run a command of nbgrader in a course's folder, as a teacher would."""
    return python(folder, "-m", "nbgrader", *arguments)


def python(folder, *arguments):
    tools = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",  # it calls alembic by name
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "stems",
    [
        pytest.param(STEMS[:1], id="the first"),
        pytest.param(STEMS, id="all", marks=pytest.mark.nightly),
    ],
)
def test_nbgrader_itself_makes_the_same_sheets_and_marks_them(stems, tmp_path):
    nbgrader_course.main([str(tmp_path)])
    stem, *others = stems
    nbgrader(tmp_path, "generate_assignment", stem)
    if others:
        python(tmp_path, "-c", MAKE_ALL, *others)
    for made in stems:
        released = read(tmp_path / "release" / made, made)
        assert sources(released) == sources(read(SHEETS, made))
        assert graded(released) == graded(read(SHEETS, made))
    for student, folder in (("blank", SHEETS), ("right", SOLUTIONS)):
        handed_in = tmp_path / "submitted" / student / stem / f"{stem}.ipynb"
        handed_in.parent.mkdir(parents=True)
        handed_in.write_bytes((folder / f"{stem}.ipynb").read_bytes())
    nbgrader(tmp_path, "autograde", stem)
    nbgrader(tmp_path, "export")
    with (tmp_path / "grades.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == stem]
    scores = {row["student_id"]: float(row["raw_score"]) for row in rows}
    assert scores == {"blank": 0.0, "right": sum(find(e).points for e in exercises(stem[:2]))}
