"""Feedback on its way back: an archive in, and each page at its own student's again.

In as the platforms write archives (`platforms`), out as they take them back (`importers`).
"""

import io
import json
import zipfile

import nbformat
import pytest

from course_utils.grading import __main__ as command
from course_utils.grading import pool
from course_utils.grading.give_back import addressed, feedback_archives
from course_utils.grading.master import read_master
from course_utils.grading.roster import read_roster
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.status import Status
from course_utils.grading.submissions import find_submissions
from tests.grading.importers import (
    LANGUAGES,
    canvas_comments,
    canvas_gradebook,
    moodle_feedback,
    moodle_worksheet,
)
from tests.grading.invented_class import POINTS, Case, master_notebook
from tests.grading.platforms import Entry, canvas_prefix, canvas_zip, moodle_zip
from tests.grading.test_roster import as_csv, back, worksheet

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
NAMES = {
    501: "Ada Lee",
    502: "Ada Lee",
    503: "Seán O'Neil",
    504: "Jan de Vries, jr.",
    505: "Bo_7_Bo Ng",
    506: "小龙 李",
    507: "R2 D2",
    508: "Ана Петрова",
}


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    path = tmp_path_factory.mktemp("master") / "mini.ipynb"
    path.write_text(json.dumps(master_notebook()))
    return read_master(path)


def handed_in(number):
    """Return what a student hands in: a file whose name is another student's, now and then."""
    name = f"x_{number + 1}_assignsubmission_file_mini.ipynb" if number % 4 == 3 else "mini.ipynb"
    return {name: NOTEBOOK + b" " * (number % 100)}


def entries(**more):
    return [Entry(name, number, handed_in(number), **more) for number, name in NAMES.items()]


def graded(submissions):
    """Return rows as a run leaves them: everybody's points are the end of their number."""
    rows = []
    for one in submissions:
        outcome = Outcome("test_mean", float(one.number or 0) % 10, Kind.RIGHT)
        rows.append(Row(one.student, one.number, Status.GRADED, outcomes=(outcome,)))
    return [addressed(row, one) for row, one in zip(rows, submissions, strict=True)]


def pages(rows):
    return {row.student: f"<p>A page for number {row.number}</p>" for row in rows}


def submissions_in(tmp_path, data, unpacked=False):
    path = tmp_path / "in.zip"
    path.write_bytes(data)
    if not unpacked:
        return find_submissions(path)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "in")
    return find_submissions(tmp_path / "in")


@pytest.mark.parametrize("unpacked", [False, True])
@pytest.mark.parametrize(
    "form", [{}, {"ending": "_"}, {"folders": False}, {"blind": True}], ids=str
)
def test_moodle_gives_each_page_to_its_student(tmp_path, form, unpacked):
    submissions = submissions_in(tmp_path, moodle_zip(entries(), **form), unpacked)
    rows = graded(submissions)
    made = feedback_archives(rows, pages(rows))
    assert list(made) == ["feedback_moodle.zip"]
    found = moodle_feedback(made["feedback_moodle.zip"], {*NAMES})
    assert found == {
        number: {"feedback.html": f"<p>A page for number {number}</p>".encode()} for number in NAMES
    }


@pytest.mark.parametrize("late", [False, True])
def test_canvas_gives_each_page_to_its_student(tmp_path, late):
    submissions = submissions_in(tmp_path, canvas_zip(entries(late=late)))
    rows = graded(submissions)
    made = feedback_archives(rows, pages(rows))
    assert list(made) == ["feedback_canvas.zip"]
    attachments = {
        number: {str(9001 + place): next(iter(handed_in(number)))}
        for place, number in enumerate(NAMES)
    }
    found = canvas_comments(made["feedback_canvas.zip"], attachments)
    assert {n: list(files) for n, files in found.items()} == {n: [*handed_in(n)] for n in NAMES}
    for number, files in found.items():
        notebook = nbformat.reads(next(iter(files.values())), as_version=4)
        nbformat.validate(notebook)
        assert f"number {number}<" in notebook.cells[0].outputs[0].data["text/html"]


def test_what_canvas_calls_zip_is_one(tmp_path):
    rows = [
        Row("ada", "501", Status.GRADED, platform="canvas", entry="leeada_501_9001_work.zip"),
        Row("bo", "502", Status.GRADED, platform="canvas", entry="ngbo_502_9002_mini.py"),
    ]
    made = feedback_archives(rows, pages(rows))["feedback_canvas.zip"]
    attachments = {501: {"9001": "work.zip"}, 502: {"9002": "mini.py"}}
    found = canvas_comments(made, attachments)
    with zipfile.ZipFile(io.BytesIO(found[501]["work.zip"])) as inner:
        assert inner.read("feedback.html") == b"<p>A page for number 501</p>"
    assert found[502]["mini.py"] == b"<p>A page for number 502</p>"


def test_the_notebook_that_counted_carries_the_page_back(tmp_path):
    files = {"notes.ipynb": NOTEBOOK, "mini.ipynb": NOTEBOOK + b" ", "zzz.ipynb": NOTEBOOK}
    (one,) = submissions_in(tmp_path, canvas_zip([Entry("Ada Lee", 501, files)]))
    for place, name in enumerate(files):
        row = addressed(Row("Ada Lee", "501", Status.GRADED, file=name), one)
        assert row.entry == f"leeada_501_{9001 + place}_{name}"


def test_who_has_no_name_of_a_platform_is_in_no_archive(tmp_path):
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / "mini.ipynb").write_bytes(NOTEBOOK)
    rows = graded(find_submissions(tmp_path / "in"))
    assert feedback_archives(rows, pages(rows)) == {}


def test_the_same_pages_make_the_same_archive(tmp_path):
    rows = graded(submissions_in(tmp_path, moodle_zip(entries())))
    once, again = (feedback_archives(order, pages(rows)) for order in (rows, rows[::-1]))
    assert once == again


# The whole way: an archive and a list in, the list with the grades out


def test_moodles_archive_and_worksheet_meet(tmp_path, master):
    rows = graded(submissions_in(tmp_path, moodle_zip(entries())))
    words = LANGUAGES["fr"]
    path = tmp_path / "Notes-CS101-Sheet 2-4711.csv"
    path.write_text(worksheet(words, {**NAMES, 509: "Seán O'Neil"}))
    data, said, _ = back(read_roster(path, master), rows, master)
    taken = moodle_worksheet(data, words, dict.fromkeys([*NAMES, 509]), 10)
    assert {n: one.grade for n, one in taken.items()} == {**{n: n % 10 for n in NAMES}, 509: None}
    assert said == []


def test_canvass_archive_and_gradebook_meet(tmp_path, master):
    rows = graded(submissions_in(tmp_path, canvas_zip(entries())))
    lines = [["Student", "ID", "SIS Login ID", "Section", "Homework (4711)"]]
    lines += [["    Points Possible", "", "", "", "10"]]
    for number, name in {**NAMES, 509: "Seán O'Neil"}.items():
        first, _, last = name.rpartition(" ")
        lines.append([f"{last}, {first}", str(number), f"u{number}", "A", ""])
    path = tmp_path / "grades.csv"
    path.write_text(as_csv(lines))
    data, said, _ = back(read_roster(path, master), rows, master)
    students = {number: ("", f"u{number}") for number in [*NAMES, 509]}
    taken, new = canvas_gradebook(data, students, {4711: "Homework"})
    assert {n: grades[4711] for n, grades in taken.items()} == {
        **{n: str(n % 10) for n in NAMES},
        509: "",
    }
    assert (new, said) == ([], [])


def test_a_list_without_numbers_knows_canvass_names(tmp_path, master):
    names = {n: name for n, name in NAMES.items() if n != 502}
    parts = [Entry(name, n, handed_in(n)) for n, name in names.items()]
    rows = graded(submissions_in(tmp_path, canvas_zip(parts)))
    assert canvas_prefix(parts[1]).startswith("oneilseán")
    path = tmp_path / "list.csv"
    path.write_text(as_csv([["student"], *([name] for name in names.values())]))
    data, said, everybody = back(read_roster(path, master), rows, master)
    assert said == [] and len(everybody) == len(names)
    assert data.decode().splitlines()[2] == "Seán O'Neil,3,10"


def all_points(submissions, master, settings, jobs):
    for place, one in enumerate(submissions):
        outcomes = tuple(Outcome(name, points, Kind.RIGHT) for name, points in POINTS.items())
        yield place, Row(one.student, one.number, Status.GRADED, outcomes=outcomes)


@pytest.mark.parametrize("system", ["moodle", "canvas"])
def test_the_command_leaves_what_goes_back(tmp_path, capsys, monkeypatch, system):
    """An archive and the platform's list in; in the report, all that is to be uploaded."""
    names, files = {501: "Ada Lee", 502: "Ada Lee", 503: "Bo Ng"}, {"mini.ipynb": Case("").bytes()}
    parts = [Entry(name, number, files) for number, name in names.items()][:2]
    (tmp_path / "in.zip").write_bytes(
        moodle_zip(parts) if system == "moodle" else canvas_zip(parts)
    )
    (tmp_path / "mini.ipynb").write_text(json.dumps(master_notebook()))
    lines = [["Student", "ID", "SIS Login ID", "Section", "mini (4711)"]]
    lines += [["    Points Possible", "", "", "", "10"]]
    lines += [[name, str(number), f"u{number}", "A", ""] for number, name in names.items()]
    words = LANGUAGES["de"]
    text = worksheet(words, names) if system == "moodle" else as_csv(lines)
    (tmp_path / "list.csv").write_text(text)
    (tmp_path / "marks.csv").write_text("student;test_mean\n502;0,5\n")
    monkeypatch.setattr(pool, "grade_all", all_points)
    monkeypatch.chdir(tmp_path)
    arguments = ["mini.ipynb", "in.zip", "--out", "out", "--unsafe-no-sandbox"]
    arguments += ["--roster", "list.csv", "--marks", "marks.csv"]
    assert command.main(arguments) == 0, capsys.readouterr().err
    table = (tmp_path / "out" / f"grades_{system}.csv").read_bytes()
    archive = (tmp_path / "out" / f"feedback_{system}.zip").read_bytes()
    if system == "moodle":
        taken = moodle_worksheet(table, words, dict.fromkeys(names), 10)
        grades = {n: one.grade for n, one in taken.items()}
        found = moodle_feedback(archive, {*names})
    else:
        taken, _ = canvas_gradebook(table, {n: ("", f"u{n}") for n in names}, {4711: "mini"})
        grades = {n: float(one[4711]) if one[4711] else None for n, one in taken.items()}
        attachments = {501: {"9001": "mini.ipynb"}, 502: {"9002": "mini.ipynb"}}
        found = canvas_comments(archive, attachments)
    assert grades == {501: 10, 502: 8.5, 503: None}
    assert {n: [b"8.5" in page for page in files.values()] for n, files in found.items()} == {
        501: [False],
        502: [True],
    }


def test_marks_reach_namesakes_of_two_runs(tmp_path, capsys, monkeypatch):
    """The first is called by her name alone until the second one hands in."""
    files = {"mini.ipynb": Case("").bytes()}
    (tmp_path / "mini.ipynb").write_text(json.dumps(master_notebook()))
    (tmp_path / "marks.csv").write_text("student,test_mean\n501,0\n502,1\n")
    monkeypatch.setattr(pool, "grade_all", all_points)
    monkeypatch.chdir(tmp_path)
    arguments = ["mini.ipynb", "in.zip", "--out", "out", "--unsafe-no-sandbox", "--yes"]
    (tmp_path / "in.zip").write_bytes(moodle_zip([Entry("Ada Lee", 501, files)]))
    assert command.main(arguments) == 0, capsys.readouterr().err
    (tmp_path / "in.zip").write_bytes(moodle_zip([Entry("Ada Lee", 502, files)]))
    assert command.main([*arguments, "--marks", "marks.csv"]) == 0, capsys.readouterr().err
    scores = [line.split(",")[:3] for line in (tmp_path / "out/grades.csv").open()]
    assert scores[1:] == [["Ada Lee_501", "graded", "8"], ["Ada Lee_502", "graded", "9"]]
    with zipfile.ZipFile(tmp_path / "out" / "feedback_moodle.zip") as archive:
        assert len(archive.namelist()) == 2, "pages of both runs go back"


def test_a_list_that_does_not_fit_stops_before_anything_is_graded(tmp_path, capsys, monkeypatch):
    (tmp_path / "mini.ipynb").write_text(json.dumps(master_notebook()))
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / "mini.ipynb").write_bytes(Case("").bytes())
    (tmp_path / "list.csv").write_text(worksheet(LANGUAGES["en"], most=9))
    (tmp_path / "marks.csv").write_text("student,test_mean\nada,99\n")
    monkeypatch.setattr(pool, "grade_all", lambda *_: pytest.fail("graded"))
    monkeypatch.chdir(tmp_path)
    arguments = ["mini.ipynb", "in", "--out", "out", "--unsafe-no-sandbox"]
    assert command.main([*arguments, "--roster", "list.csv"]) == 2
    assert "--scale" in capsys.readouterr().err
    assert command.main([*arguments, "--marks", "marks.csv"]) == 2
    assert "marks.csv, line 2: 99 points" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
