"""A class that is handed in on a platform, as classes are, comes back without an edit by hand.

In the archive are two namesakes, a late hand-in, a .zip, a .py and a blank copy beside the filled
one; what comes out is judged by the platforms' own rules for an import (`importers`).
"""

import csv
import html
import io
import json
import zipfile

import pytest

from course_utils.grading import __main__ as command
from course_utils.grading.sandbox import Sandbox
from tests.grading.importers import (
    LANGUAGES,
    canvas_comments,
    canvas_gradebook,
    moodle_feedback,
    moodle_worksheet,
)
from tests.grading.invented_class import RIGHT, SET_UP, Case, master_notebook
from tests.grading.platforms import Entry, canvas_zip, moodle_zip
from tests.grading.test_roster import as_csv, worksheet

REASON = Sandbox().why_not()
needs_sandbox = pytest.mark.skipif(REASON is not None, reason=str(REASON))
NAMES = {
    501: "Ada Lee",
    502: "Ada Lee",
    503: "Seán O'Neil",
    504: "Bo de Vries, jr.",
    505: "小龙 李",
    506: "Zoë Müßig",
}
SCORES = {501: 10, 502: 8, 503: 10, 504: 10, 505: 10, 506: None}
LATE = 505


def zipped(name, data):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, data)
    return made.getvalue()


def handed_in():
    right, wrong = Case("").bytes(), Case("", {"mean": "def mean(x):\n    return 0"}).bytes()
    program = "\n\n".join([SET_UP, *RIGHT.values()]).encode()
    blank = Case("", dict.fromkeys(RIGHT, "# YOUR CODE HERE\nraise NotImplementedError")).bytes()
    files = {
        501: {"mini.ipynb": right},
        502: {"work.zip": zipped("mini/mini.ipynb", wrong)},
        503: {"mini.py": program},
        504: {"mini.ipynb": blank, "mini-1.ipynb": right},
        505: {"x_501_assignsubmission_file_mini.ipynb": right},
    }
    return [Entry(NAMES[n], n, some, late=n == LATE) for n, some in files.items()]


def run(*more):
    arguments = ["mini.ipynb", "in.zip", "--out", "out", "--yes", "--jobs", "2"]
    return command.main([*arguments, "--late", "10% once", "--roster", "list.csv", *more])


@pytest.fixture
def school(tmp_path, monkeypatch):
    (tmp_path / "mini.ipynb").write_text(json.dumps(master_notebook()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@needs_sandbox
def test_moodle(school, capsys):
    words = LANGUAGES["en"]
    (school / "in.zip").write_bytes(moodle_zip(handed_in()))
    lines = list(csv.reader(io.StringIO(worksheet(words, NAMES))))
    place = words.columns.index("Status")
    for line in lines:
        if line[0] == f"{words.participant}{LATE}":
            line[place] += " - 1 day late"
    (school / "list.csv").write_text(as_csv(lines))
    assert run() == 0, capsys.readouterr().err
    data = (school / "out" / "grades_moodle.csv").read_bytes()
    taken = moodle_worksheet(data, words, dict.fromkeys(NAMES), 10)
    assert {n: one.grade for n, one in taken.items()} == {**SCORES, LATE: 9}
    assert "1 less for being late" in taken[LATE].comment
    found = moodle_feedback((school / "out" / "feedback_moodle.zip").read_bytes(), {*NAMES})
    assert {n: [*files] for n, files in found.items()} == {
        n: ["feedback.html"] for n in NAMES if n != 506
    }
    assert b"Lee_502" in found[502]["feedback.html"]
    assert "not on the list, or twice" not in capsys.readouterr().out


@needs_sandbox
def test_canvas(school, capsys):
    (school / "in.zip").write_bytes(canvas_zip(handed_in()))
    lines = [["Student", "ID", "SIS Login ID", "Section", "mini (4711)"]]
    lines += [["    Points Possible", "", "", "", "10"]]
    for number, name in NAMES.items():
        first, _, last = name.rpartition(" ")
        lines.append([f"{last}, {first}", str(number), f"u{number}", "A", ""])
    lines.append(["Student, Test", "599", "9a3b", "A", ""])
    (school / "list.csv").write_text(as_csv(lines))
    assert run() == 0, capsys.readouterr().err
    students = {n: ("", f"u{n}") for n in NAMES} | {599: ("", "9a3b")}
    data = (school / "out" / "grades_canvas.csv").read_bytes()
    taken, new = canvas_gradebook(data, students, {4711: "mini"})
    grades = {n: float(one[4711]) if one[4711] else None for n, one in taken.items()}
    assert (grades, new) == ({**SCORES, LATE: 9, 599: None}, [])
    attachments, number = {}, 9001
    for entry in handed_in():
        attachments[entry.id] = {str(number + n): name for n, name in enumerate(entry.files)}
        number += len(entry.files)
    found = canvas_comments((school / "out" / "feedback_canvas.zip").read_bytes(), attachments)
    assert {n: [*files] for n, files in found.items()} == {
        501: ["mini.ipynb"],
        502: ["work.zip"],
        503: ["mini.py"],
        504: ["mini-1.ipynb"],
        505: ["x_501_assignsubmission_file_mini.ipynb"],
    }
    said = capsys.readouterr().out
    assert "not on the list, or twice" not in said and "runs names together" not in said
    with (school / "out" / "grades.csv").open(encoding="utf-8", newline="") as table:
        people = {line["student"] for line in csv.DictReader(table)}
    assert people == {
        f"{last}, {first}" + f"_{number}" * ([*NAMES.values()].count(name) > 1)
        for number, name in NAMES.items()
        for first, _, last in [name.rpartition(" ")]
    }
    assert f"{NAMES[503].rpartition(' ')[2]}, " in html.unescape(found[503]["mini.py"].decode())


@needs_sandbox
def test_canvas_without_a_list_says_how_to_have_names(school, capsys):
    (school / "in.zip").write_bytes(canvas_zip(handed_in()))
    assert command.main(["mini.ipynb", "in.zip", "--out", "out", "--yes"]) == 0
    assert "Canvas runs names together in what it hands out (" in capsys.readouterr().out
    page = next(path for path in (school / "out" / "feedback").iterdir() if "503" not in path.name)
    assert "Its number of this one is 50" in page.read_text()
