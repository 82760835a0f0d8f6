"""Whole runs of the command: reports, resuming, being killed, and what it says when it cannot."""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook

from course_utils.grading import __main__ as command
from course_utils.grading import pool, proving, ready, sandbox
from course_utils.grading.assess import assess
from course_utils.grading.journal import NAME, Busy, Journal
from course_utils.grading.master import read_master
from course_utils.grading.notebooks import Cell
from course_utils.grading.run import grade
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.settings import Settings
from course_utils.grading.submissions import find_submissions
from tests.grading.invented_class import RIGHT, Case, master_notebook

ROOT = Path(__file__).resolve().parents[2]
REASON = Sandbox().why_not()
needs_sandbox = pytest.mark.skipif(REASON is not None, reason=str(REASON))
MODULE = [sys.executable, "-m", "course_utils.grading"]


@pytest.fixture
def school(tmp_path):
    """A folder with a master and four submissions."""
    return school_in(tmp_path)


def school_in(folder):
    (folder / "mini.ipynb").write_text(json.dumps(master_notebook()))
    for case in (
        Case("ada"),
        Case("lin", {"mean": "def mean(x):\n    return 0"}),
        Case(
            "omar", {"attention": "def attention(q, k, v):\n    return v, softmax(q @ k.T, axis=0)"}
        ),
        Case("sam", data=b"no"),
    ):
        hand_in(folder, case)
    return folder


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory):
    """A school that the command has graded, the code that it gave, and what it said."""
    folder, said = school_in(tmp_path_factory.mktemp("graded")), io.StringIO()
    with contextlib.redirect_stdout(said):
        code = run(folder)
    return folder, code, said.getvalue()


@pytest.fixture
def graded(graded_once, tmp_path):
    """A copy of the graded school: what a test does to it meets no other test."""
    return Path(shutil.copytree(graded_once[0], tmp_path / "school"))


def hand_in(folder, case):
    place = folder / "in" / case.name
    place.mkdir(parents=True, exist_ok=True)
    (place / "mini.ipynb").write_bytes(case.bytes())


def run(school, *more):
    """The exit code, in this process."""
    paths = [str(school / "mini.ipynb"), str(school / "in"), "--out", str(school / "out")]
    return command.main([*paths, "--jobs", "2", *more])


def lines(school, name="grades.csv"):
    with (school / "out" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@needs_sandbox
def test_nbgraders_gradebook(school):
    """The marks arrive, and arrive once; points given by hand count."""
    url = f"sqlite:///{school / 'gradebook.db'}"
    (school / "marks.csv").write_text("student,test_mean\nlin,1.5\n")
    for _ in range(2):
        assert run(school, "--gradebook", url, "--marks", str(school / "marks.csv")) == 0
    with Gradebook(url) as book:
        found = {s.id: book.find_submission("mini", s.id) for s in book.students}
        scores = {name: (handed.score, handed.max_score) for name, handed in found.items()}
    assert scores == {"ada": (10, 10), "lin": (9.5, 10), "omar": (7, 10), "sam": (0, 10)}
    totals = {line["student"]: float(line["score"]) for line in lines(school)}
    assert totals == {name: score for name, (score, _) in scores.items()}, "Row.score is the total"


@needs_sandbox
@pytest.mark.parametrize(
    "url",
    ["no url", "oracle://teacher:secret@here/book", "sqlite:////no/such/folder/gradebook.db"],
)
def test_a_gradebook_that_cannot_be_opened_is_told_before_anything_is_graded(school, url, capsys):
    assert run(school, "--gradebook", url) == 2
    said = capsys.readouterr().err
    assert said.startswith("Not graded: the gradebook ") and said.count("\n") == 1
    assert "secret" not in said and not (school / "out").exists()


@needs_sandbox
def test_a_report(graded_once):
    school, code, said = graded_once
    assert code == 0
    found = [(line["student"], line["status"], line["score"]) for line in lines(school)]
    assert found[0] == ("ada", "graded", "10")
    assert found[1] == ("lin", "graded", "8")
    assert found[2][:2] == ("omar", "graded") and found[2][2] == "7"
    assert found[3] == ("sam", "rejected", "0")
    assert list(lines(school)[0])[:5] == ["student", "status", "score", "max_score", "test_mean"]
    told = json.loads((school / "out" / "grades.json").read_text())
    assert told["submissions"][3]["notes"] == ["The file is not a notebook: it is not JSON."]
    assert told["submissions"][0]["max_score"] == 10
    assert "4 submissions: 3 graded, 1 rejected" in said and "needs a look: sam (rejected)" in said


@needs_sandbox
@pytest.mark.parametrize("packed", [False, True])
def test_paths_hold_wherever_the_command_is_given(school, monkeypatch, packed):
    """The processes that grade stand in folders of their own."""
    monkeypatch.chdir(school)
    if packed:
        shutil.make_archive("in", "zip", "in")
    code = command.main(["mini.ipynb", "in.zip" if packed else "in", "--out", "out", "--jobs", "2"])
    assert code == 0
    assert [line["score"] for line in lines(school)] == ["10", "8", "7", "0"]


@needs_sandbox
def test_pages(graded_once):
    school = graded_once[0]
    page = (school / "out" / "feedback" / "lin.html").read_text()
    assert "8 of 10 points" in page and "the mean of 1, 2, 3 is 2" in page
    code = re.sub(r"<[^>]*>", "", page)
    assert "def mean(x):\n    return 0\n" in code and 'name="viewport"' in page
    summary = (school / "out" / "summary.html").read_text()
    assert "median" in summary and "sam" in summary and 'href="feedback/lin.html"' in summary
    for text in (page, summary):
        assert not re.search(r"https?://|src=|<script", text)
        assert str(school) not in text and str(ROOT) not in text


@needs_sandbox
def test_a_second_run_grades_only_what_is_new(graded):
    school = graded
    before = (school / "out" / NAME).read_text()
    table = (school / "out" / "grades.csv").read_text()
    run(school)
    assert (school / "out" / NAME).read_text() == before
    hand_in(school, Case("new"))
    run(school)
    assert (school / "out" / NAME).read_text().startswith(before)
    assert len(lines(school)) == 5
    (school / "in" / "new" / "mini.ipynb").unlink()
    (school / "in" / "new").rmdir()
    run(school, "--fresh")
    assert (school / "out" / "grades.csv").read_text() == table
    (aside,) = (school / "out").glob("before-*")
    assert (aside / NAME).read_text().startswith(before), "nothing is lost"


@needs_sandbox
def test_another_seed_grades_again(graded):
    school = graded
    run(school, "--seed", "another")
    rows = (school / "out" / NAME).read_text().splitlines()
    assert len(rows) == 8 and "another" not in (school / "out" / NAME).read_text()


@needs_sandbox
def test_a_list_and_marks(school, capsys):
    (school / "list.csv").write_text("student\nada\nlin\nomar\nabsent\n")
    (school / "marks.csv").write_text("student,test_mean\nlin,1.5\n")
    assert (
        run(school, "--roster", str(school / "list.csv"), "--marks", str(school / "marks.csv")) == 0
    )
    found = {line["student"]: line for line in lines(school)}
    assert found["absent"]["status"] == "missing" and found["absent"]["score"] == ""
    assert found["lin"]["score"] == "9.5"
    assert "not on the list, or twice: sam" in capsys.readouterr().out
    assert {line["student"] for line in lines(school, "grades_plain.csv")} >= {"absent", "ada"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no.ipynb", "in", "--out", "out"], "cannot be read"),
        (["mini.ipynb", "nowhere", "--out", "out"], "there is no nowhere"),
        (["mini.ipynb", "in", "--out", "out", "--roster", "no.csv"], "cannot be read"),
    ],
)
@needs_sandbox
def test_what_cannot_be_graded_is_said(school, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(school)
    assert command.main(arguments) == 2
    assert words in capsys.readouterr().err and not (school / "out").exists()


def test_without_bubblewrap_it_says_so_and_stops(school, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(school))
    assert run(school) == 2
    said = capsys.readouterr().err
    assert "bubblewrap is missing" in said and "apt install bubblewrap" in said


def test_elsewhere_than_on_linux_it_says_so(school, capsys, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert run(school) == 2
    assert "needs Linux" in capsys.readouterr().err


@needs_sandbox
@pytest.mark.parametrize("options", [(), ("--unsafe-no-sandbox",)])
def test_no_copy_of_a_sheets_files_is_left(school, tmp_path_factory, monkeypatch, options):
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    assert run(school, *options) == 0
    assert [path.name for path in scratch.iterdir()] == []


def test_without_a_sandbox_every_report_says_so(school, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(school))
    assert run(school, "--unsafe-no-sandbox") == 0
    assert "can be forged" in capsys.readouterr().out
    for name in ("grades.json", "summary.html", "feedback/ada.html"):
        assert "Graded without a sandbox" in (school / "out" / name).read_text()
    assert [line["score"] for line in lines(school)] == ["10", "8", "7", "0"]


@pytest.mark.slow
@needs_sandbox
def test_killed_in_the_middle_it_goes_on(school):
    names = [f"student {number:02}" for number in range(14)]
    for name in names:
        hand_in(school, Case(name))
    arguments = [school / "mini.ipynb", school / "in", "--out", school / "out", "--jobs", "2"]
    kills = 0
    for wanted in (2, 6, 10):
        process = subprocess.Popen(
            [*MODULE, *map(str, arguments)], cwd=ROOT, stderr=subprocess.PIPE
        )
        while process.poll() is None and _rows(school) < wanted:
            time.sleep(0.01)
        below = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        kills += process.wait() == -signal.SIGKILL
        process.stderr.close()
        assert _end_of(below) == []
    assert kills >= 2
    half = (school / "out" / NAME).read_bytes() + b'["half a li'
    (school / "out" / NAME).write_bytes(half)
    assert (
        subprocess.run([*MODULE, *map(str, arguments)], cwd=ROOT, capture_output=True).returncode
        == 0
    )
    found = Counter(line["student"] for line in lines(school))
    assert found == dict.fromkeys([*names, "ada", "lin", "omar", "sam"], 1)
    kept = [json.loads(line)[1]["student"] for line in (school / "out" / NAME).open()]
    assert Counter(kept) == found


def _rows(school):
    path = school / "out" / NAME
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _end_of(processes):
    """Wait until none is left; a zombie has ended, though nobody has asked for it yet."""
    _, left = psutil.wait_procs(processes, timeout=5)
    return [process for process in left if process.status() != psutil.STATUS_ZOMBIE]


@needs_sandbox
def test_a_process_that_dies_is_tried_again(school, monkeypatch):
    """What fails is the grader: it tries a second time, and then gives a row all the same."""
    tries = school / "tries"

    def dies(submission, master, settings, worker):
        with tries.open("a") as file:
            file.write(submission.student + "\n")
        if submission.student == "lin":
            os.kill(os.getpid(), signal.SIGKILL)
        worker.close()
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(pool, "row_of", dies)
    master = read_master(school / "mini.ipynb")
    rows = grade(find_submissions(school / "in"), master, Settings(), school / "out", 2, show=False)
    assert [row.student for row in rows] == ["ada", "lin", "omar", "sam"]
    assert {row.status for row in rows} == {"crashed"}
    assert "the process that graded it ended" in rows[1].notes[0]
    assert "RuntimeError in dies" in rows[0].notes[0]
    assert Counter(tries.read_text().split()) == dict.fromkeys(["ada", "lin", "omar", "sam"], 2)


def test_two_runs_do_not_write_one_report(tmp_path):
    first = Journal(tmp_path)
    with pytest.raises(Busy, match="another run writes"):
        Journal(tmp_path)
    first.close()
    Journal(tmp_path).close()


@needs_sandbox
def test_the_time_of_all_cells_together_is_capped(school):
    master = read_master(school / "mini.ipynb")
    cells = [Cell("import time; time.sleep(0.4)", "")] * 20 + [Cell(s, "") for s in RIGHT.values()]
    settings = Settings(Sandbox(Limits(cell=1, call=1, total=2)))
    begin = time.monotonic()
    result = assess(master, cells, settings)
    assert time.monotonic() - begin < 3.5
    assert (result.status, result.score) == ("timeout", 0)


@needs_sandbox
def test_a_sandbox_that_does_not_start_gives_nobody_marks(school, monkeypatch, capsys):
    """A worker that cannot begin is the grader's failure, never a student's zero."""
    command_line = [sys.executable, "-c", "import no_such_module"]
    monkeypatch.setattr(ready, "_HERE", ready._Here())  # which gives up copying, for this test
    for made_by in ("command", "around"):  # of workers that start, and of those that are copied
        monkeypatch.setattr(sandbox.Sandbox, made_by, lambda *_: command_line)
    assert run(school) == 2
    said = capsys.readouterr().err
    assert said.startswith("Not graded: the sandbox does not start") and "no_such_module" in said
    assert not (school / "out").exists()
    monkeypatch.setattr(proving, "proved", lambda master, settings: settings)
    assert run(school) == 0
    rows = {line["student"]: line for line in lines(school)}
    assert {line["status"] for line in rows.values()} == {"crashed", "rejected"}
    told = json.loads((school / "out" / "grades.json").read_text())["submissions"]
    assert "The grader failed, grade by hand: NoWorker" in told[0]["notes"][0]
    assert "no_such_module" in told[0]["notes"][0]
    monkeypatch.undo()
    assert run(school) == 0  # the next run tries those again, and those only
    assert [line["score"] for line in lines(school)] == ["10", "8", "7", "0"]
    assert _rows(school) == 4 + 3
