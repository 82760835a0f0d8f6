"""The command `attention-course`: every part of it, and a sentence for what cannot be."""

import json
import os
import subprocess
import sys
import threading
import urllib.request
import zipfile
from pathlib import Path

import pytest

from course_utils import __version__
from course_utils.checks.progress_store import RECORD, progress_path
from course_utils.command import __main__ as command
from course_utils.command import book, doctor, grade, lab, places, serving
from course_utils.learning import standing
from course_utils.learning.machine import Check, Machine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one lesson, and a terminal in the folder beside it."""
    lesson = tmp_path / "course" / "notebooks" / "00_start_here.ipynb"
    lesson.parent.mkdir(parents=True)
    lesson.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "course"


def test_the_command_lists_what_it_can_and_its_version(capsys):
    assert command.command([]) == command.command(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"\n{name} " in said for name in command.COMMANDS)
    command.command(["--version"])
    assert capsys.readouterr().out == f"attention-course {__version__}\n"
    with pytest.raises(SystemExit, match=r"no command 'labs': expected one of lab, progress, book"):
        command.command(["labs"])


def test_a_script_without_a_module_is_started_anew_without_what_changes_python(tmp_path):
    """An installed command is such a script: Python says nothing of where it came from."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    program = "import sys; from course_utils.command.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-O", "-c", program, "--version"],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == (f"attention-course {__version__}\n", "")


def test_a_folder_comes_first_and_the_rest_is_jupyterlabs():
    assert lab.with_folder(["mine", "--no-browser"]) == ("mine", ["--no-browser"])
    assert lab.with_folder(["--no-browser", "x"]) == (None, ["--no-browser", "x"])


def test_the_learners_folder_is_named_after_the_course_and_in_a_clone_it_is_work(course):
    assert lab.learners_folder() == Path.cwd() / "attention-course"
    assert lab.learners_folder("~/a") == Path.home() / "a"
    assert lab.learners_folder(ROOT) == ROOT / "work"


def test_a_folder_that_cannot_be_written_is_one_sentence(course):
    Path("taken").write_text("mine")
    with pytest.raises(
        SystemExit, match=r"cannot be written \(.*taken.*\): make .* or name a fold"
    ):
        lab.handed_out(Path("taken"), course)
    assert Path("taken").read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_read_only_folder_too(course):
    Path("fixed").mkdir(mode=0o500)
    with pytest.raises(SystemExit, match=r"cannot be written .*Permission denied"):
        lab.handed_out(Path("fixed"), course)


def test_the_folder_may_be_a_link_and_progress_is_kept_where_it_leads(course, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    Path("disk").mkdir()
    Path("work").symlink_to("disk")
    lab.handed_out(Path("work"), course)
    assert Path("disk/notebooks/00_start_here.ipynb").exists()
    assert progress_path("work/notebooks") == Path("disk/progress.json").resolve()
    Path("lost").symlink_to("nowhere")
    with pytest.raises(SystemExit, match="lost is a link to nowhere, which is not there"):
        lab.handed_out(Path("lost"), course)


def test_what_was_handed_out_marks_the_folder_whatever_its_name(course, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    lab.handed_out(Path("anything"), course)
    assert Path("anything", RECORD).exists()
    assert progress_path("anything/exercises") == Path("anything/progress.json").resolve()


@pytest.mark.parametrize(("place", "path"), [(".", "notebooks/a"), ("work", "work/notebooks/a")])
def test_links_lead_where_the_lab_says_that_the_folder_is(place, path, course, monkeypatch):
    monkeypatch.setenv(standing.IN_LAB, place)
    assert f"{{&quot;path&quot;: &quot;{path}&quot;}}" in standing.link(".", "notebooks/a", "a")


def test_the_lab_tells_jupyterlab_where_it_is(course, monkeypatch):
    told = []

    class App:
        launch_instance = staticmethod(told.extend)

    monkeypatch.setattr(lab, "_jupyterlab", lambda: App)
    for name in (standing.IN_LAB, *lab.SET):
        monkeypatch.setenv(name, "before")
    folder = Path.cwd() / "mine"
    lab.open_lab(folder, ["--no-browser"], course)
    assert f"--ServerApp.root_dir={folder}" in told and told[-1] == "--no-browser"
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in told
    assert os.environ[standing.IN_LAB] == "." and os.environ["OMP_NUM_THREADS"] == "1"


def test_half_an_environment_is_one_sentence(monkeypatch):
    monkeypatch.setattr(lab, "SET", {})  # of the tests' own environment
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    with pytest.raises(
        SystemExit, match=r"JupyterLab cannot be imported .*install the course's package anew"
    ):
        lab.open_lab(Path("x"))


def test_progress_without_lessons_is_one_sentence(course):
    with pytest.raises(SystemExit, match=r"no lessons in .*begin with `attention-course lab`"):
        command.command(["progress", "elsewhere"])


def test_the_book_is_shown_from_one_file(tmp_path, monkeypatch):
    packed = tmp_path / "book.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.html", "the book")
    monkeypatch.setattr(places, "book", lambda: packed)
    read = []

    def one_reader(server):
        threading.Thread(target=server.handle_request, daemon=True).start()
        address = f"http://{serving.ADDRESS}:{server.server_port}/"
        with urllib.request.urlopen(address) as answer:
            read.append(answer.read())

    monkeypatch.setattr(serving, "serve", one_reader)
    book.show(port=0, in_browser=False)
    assert read == [b"the book"]


def test_a_package_without_the_book_says_so(monkeypatch):
    monkeypatch.setattr(places, "book", lambda: None)
    with pytest.raises(SystemExit, match="built without the book"):
        command.command(["book"])


def test_a_taken_port_is_told(tmp_path):
    with (
        serving.server_of(tmp_path, 0, "") as first,
        pytest.raises(SystemExit, match=r"cannot be used \(.*in use.*attention-course book"),
    ):
        serving.server_of(tmp_path, first.server_port, "attention-course book --port 8001")


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_grading_says_where_it_cannot_be(system, monkeypatch):
    monkeypatch.setattr(grade.sys, "platform", system)
    with pytest.raises(SystemExit, match="only Linux has: use a Linux machine, WSL or a container"):
        command.command(["grade", "02", "in"])


def test_a_sheet_is_named_by_its_number():
    assert places.solution_of("02").name == "02_score_normalise_mix.ipynb"
    assert places.solution_of("R1").name == "r1_review.ipynb"
    with pytest.raises(SystemExit, match=r"no sheet '99': expected a file, or one of 00, 01"):
        places.solution_of("99")


def test_the_doctor_looks_at_everything_on_one_page(course):
    machine = doctor.examine(Path.cwd() / "mine")
    found = {check.what for check in machine.checks}
    assert set(doctor.NEEDED) <= found
    assert {"browser", "book", "solutions", "matrix products", "Chinese font"} <= found
    assert len(repr(machine).splitlines()) <= 24
    assert not Path("mine").exists(), "it only looks"


def test_the_doctor_tells_what_is_needed_from_what_would_be_better(monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    broken = doctor.examine(Path.cwd())
    assert not doctor.works(broken) and "→ JupyterLab: cannot be imported" in repr(broken)
    assert doctor.works(Machine([Check("book", "none", "get it"), Check("Python", "3.11", "")]))


def test_the_doctor_names_a_folder_that_cannot_be_written(course):
    Path("taken").write_text("mine")
    machine = doctor.examine(Path("taken").resolve() / "mine")
    (check,) = (check for check in machine.checks if check.what == "your folder")
    assert "Name a folder of yours" in check.remedy and not doctor.works(machine)


BEGUN = r"""
import sys
from course_utils.command import lab
lab._jupyterlab()
assert "lark" not in sys.modules, "what builds grammars"
import nbformat
from nbformat.v4 import new_notebook
nbformat.validate(new_notebook())
try:
    nbformat.validate({"nbformat": 4, "nbformat_minor": 5, "cells": [{}], "metadata": {}})
except nbformat.ValidationError:
    print("a wrong notebook is found")
import pathlib, re, jupyter_server, jupyterlab, jupyter_events
for package in (nbformat, jupyter_server, jupyterlab, jupyter_events):
    folder = pathlib.Path(package.__file__).parent
    for schema in (p for s in ("json", "yaml") for p in folder.rglob(f"*.{s}")):
        text = schema.read_text(encoding="utf-8", errors="ignore")
        assert not re.search(r"format\W{1,4}iri", text), schema
"""


def test_jupyterlab_begins_without_a_grammar_of_addresses_that_it_never_asks_for():
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-c", BEGUN]
    done = subprocess.run(program, env=variables, capture_output=True, text=True)
    assert done.stdout == "a wrong notebook is found\n", done.stderr


NOT_ON_WINDOWS = """
import importlib.abc, os, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, *_):
        if name in ("fcntl", "resource", "pwd", "grp", "termios", "readline"):
            raise ModuleNotFoundError(name)

for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Missing())
for name in ("geteuid", "getuid", "fork", "sched_setaffinity"):
    vars(os).pop(name, None)
import course_utils.command.lab, course_utils.command.progress, course_utils.command.book
import course_utils.command.doctor, course_utils.learning, course_utils.checks
import course_utils.explorers, course_utils.plots, course_utils.grading.environment
from course_utils.command.lab import own_options
own_options("x", "y")
from course_utils.checks.catalogue import exercises, sheets
print(sum(len(exercises(sheet)) for sheet in sheets()))
"""


def test_a_learners_doors_need_no_module_that_windows_has_not():
    done = subprocess.run(
        [sys.executable, "-c", NOT_ON_WINDOWS], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 90
