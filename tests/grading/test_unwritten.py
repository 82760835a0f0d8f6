"""Answers that nobody wrote, metadata of older nbgraders, and guesses that stay one."""

import json

import nbformat
import pytest
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader.preprocessors import ClearSolutions, ComputeChecksums

from course_utils.grading import __main__ as command
from course_utils.grading.guesses import guessable, one_of_few
from course_utils.grading.marks import by_hand
from course_utils.grading.master import BadSource, Question, read_master
from course_utils.grading.notebooks import read_notebook
from course_utils.grading.sandbox import Sandbox
from tests.grading.invented_class import code, notebook

REASON = Sandbox().why_not()
needs_sandbox = pytest.mark.skipif(REASON is not None, reason=str(REASON))
HAND = {"grade": True, "solution": True, "locked": False, "points": 3}
MINE = {"grade": False, "solution": True, "locked": False}
TEST = {"grade": True, "solution": False, "locked": True, "points": 2}


def text(source, name, **about):
    """A cell of text that a student writes."""
    made = code(source, name, **about)
    for field in ("outputs", "execution_count"):
        made.pop(field, None)
    return {**made, "cell_type": "markdown"}


def sheet(*cells):
    return {**notebook({}), "cells": [*cells]}


def graded(tmp_path, monkeypatch, source, students):
    """The rows of a class, {student: its line of the report}."""
    (tmp_path / "in").mkdir()
    (tmp_path / "s.ipynb").write_text(json.dumps(source))
    for name, one in students.items():
        (tmp_path / "in" / f"{name}.ipynb").write_text(json.dumps(one))
    monkeypatch.chdir(tmp_path)
    assert command.main(["s.ipynb", "in", "--out", "out", "--yes"]) == 0
    told = json.loads((tmp_path / "out" / "grades.json").read_text())["submissions"]
    return {row["student"]: row for row in told}


def essays():
    """SOURCE with an essay and a function to read, and the sheet as nbgrader hands it out."""
    source = sheet(
        text("Because of the *bias*.", "why", **HAND),
        code("### BEGIN SOLUTION\ndef plan():\n    return 1\n### END SOLUTION", "plan", **HAND),
        code("x = 1", "x", **MINE),
        code("assert x == 1", "test", **TEST),
    )
    book = nbformat.from_dict(source)
    for step in (ClearSolutions, ComputeChecksums):
        book, _ = step().preprocess(book, ResourcesDict())
    return source, json.loads(nbformat.writes(book))


@needs_sandbox
def test_nothing_written_is_nothing_until_the_teacher_says_otherwise(tmp_path, monkeypatch):
    source, blank = essays()
    wrote = json.loads(json.dumps(blank))
    wrote["cells"][0]["source"] = "Since it is."
    rows = graded(tmp_path, monkeypatch, source, {"ada": blank, "bo": wrote})
    assert rows["ada"]["grades"] == {"why": 0, "plan": 0, "test": 0}
    assert rows["bo"]["grades"] == {"why": None, "plan": 0, "test": 0}
    assert "Nothing is written here" in (tmp_path / "out/feedback/ada.html").read_text()
    (tmp_path / "marks.csv").write_text("student,why\nada,2\nbo,3\n")
    marked = ["s.ipynb", "in", "--out", "out", "--yes", "--marks", "marks.csv"]
    assert command.main(marked) == 0
    told = json.loads((tmp_path / "out" / "grades.json").read_text())["submissions"]
    assert {row["student"]: row["score"] for row in told} == {"ada": 2, "bo": 3}


def test_a_description_that_nobody_changes_is_no_answer():
    about = {"grade": False, "solution": False, "locked": True, "task": True, "points": 2}
    book = nbformat.from_dict(sheet(text("Draw a map.", "map", **about)))
    book, _ = ComputeChecksums().preprocess(book, ResourcesDict())
    read = read_notebook(nbformat.writes(book).encode())
    question = Question("map", 2.0, "Map", True, answers=("map",))
    assert by_hand(question, *read).points is None


def with_schema(version, **about):
    made = sheet(code("x = 1", "x", **MINE), code("assert x == 1", "test", **{**TEST, **about}))
    for cell in made["cells"]:
        marks = cell["metadata"]["nbgrader"]
        marks.pop("schema_version", None)
        if version is not None:
            marks["schema_version"] = version
    return made


@pytest.mark.parametrize("version", [None, 0, 1, 2, 3])
@pytest.mark.parametrize(("points", "worth"), [(2, 2), (1.5, 1.5)])
def test_all_schemas_of_nbgrader_are_read(version, points, worth, tmp_path):
    path = tmp_path / "s.ipynb"
    path.write_text(json.dumps(with_schema(version, points=points)))
    (question,) = read_master(path).questions
    assert (question.points, question.by_hand) == (worth, False)


@pytest.mark.parametrize(("points", "worth"), [("", 0), (-3, 0), ("2", 2)])
def test_before_the_first_schema_points_could_be_anything(points, worth, tmp_path):
    path = tmp_path / "s.ipynb"
    path.write_text(json.dumps(with_schema(None, points=points)))
    assert read_master(path).questions[0].points == worth


@pytest.mark.parametrize("version", [4, "3", 3.5])
def test_a_schema_that_nobody_knows_is_said(version, tmp_path):
    path = tmp_path / "s.ipynb"
    path.write_text(json.dumps(with_schema(version)))
    with pytest.raises(BadSource, match=r"schema .* those up to 3"):
        read_master(path)


GUESSED = (True, None, "yes", 7, 3.0, 2**0.5 > 1, [1, 2], {"a": True}, float("nan"))
HARD = (2**0.5, 4711, [1, 2, 3, 4], {"a": 0.25}, print)


@pytest.mark.parametrize("value", GUESSED, ids=repr)
def test_one_of_few(value):
    assert guessable(value)


@pytest.mark.parametrize("value", HARD, ids=repr)
def test_one_of_many(value):
    assert not guessable(value) and not one_of_few(value)


def carried(more="", asked="assert is_even is True"):
    """A sheet whose second answer, a yes or no, uses the first."""
    return sheet(
        code("def double(n):\n    return 2 * n", "double", **MINE),
        code("assert double(3) == 6\nassert double(5) == 10", "first", **TEST),
        code(f"is_even = double(3) % 2 == 0\n{more}", "second", **MINE),
        code(asked, "asked", **TEST),
    )


@needs_sandbox
@pytest.mark.parametrize(
    ("more", "asked", "points"),
    [
        ("", "assert is_even is True", 0),
        ("share = double(3) / 7", "assert abs(share - 6 / 7) < 1e-9", 2),
    ],
    ids=["a yes", "a number"],
)
def test_a_yes_or_no_is_asked_once(more, asked, points, tmp_path, monkeypatch):
    """A cell could say yes beside SOURCE's answer and no beside its own, or the other way round."""
    student = carried(more, asked)
    student["cells"][0]["source"] = "def double(n):\n    return 2 * n + 1"
    rows = graded(tmp_path, monkeypatch, carried(more, asked), {"ada": student})
    assert rows["ada"]["grades"] == {"first": 0, "asked": points}
