"""The caller's environment: what it may change, and that no mark depends on it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from course_utils.grading import environment
from course_utils.grading.sandbox import Sandbox
from tests.grading.invented_class import code, notebook

ROOT = Path(__file__).resolve().parents[2]
REASON = Sandbox().why_not()
NOBODY = 54_322  # a user id without a name


def sheet(answer):
    """A sheet whose test is an `assert`, and nothing else."""
    made = notebook({})
    about = {"grade": False, "solution": True, "locked": False}
    flags = {"grade": True, "solution": False, "locked": True, "points": 4}
    made["cells"] += [code(answer, "answer", **about), code("assert f(2) == 4", "test", **flags)]
    return json.dumps(made)


@pytest.fixture
def of_a_class(tmp_path):
    """SOURCE, SUBMISSIONS and OUT in a folder that everybody may use."""
    (tmp_path / "in").mkdir()
    (tmp_path / "s.ipynb").write_text(
        sheet("### BEGIN SOLUTION\ndef f(x): return x * x\n### END SOLUTION")
    )
    (tmp_path / "in" / "right.ipynb").write_text(sheet("def f(x): return x ** 2"))
    (tmp_path / "in" / "wrong.ipynb").write_text(sheet("def f(x): return 5"))
    above = (path for path in tmp_path.parents if path.is_relative_to(tempfile.gettempdir()))
    for path in (*list(above)[:-1], tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o777)
    return tmp_path


def graded(folder, variables, *first, options=()):
    """{student: points}, graded in an environment of these variables alone."""
    command = [*first, sys.executable, *options, "-m", "course_utils.grading"]
    command += ["s.ipynb", "in", "--out", "out"]
    places = [str(folder / name) for name in command[-4:-2]]
    command[-4:] = [*places, "--out", str(folder / "out")]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    told = json.loads((folder / "out" / "grades.json").read_text())["submissions"]
    return {row["student"]: row["score"] for row in told}


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_no_variable_gives_or_takes_a_mark(of_a_class):
    other = of_a_class / "other"
    (other / "numpy").mkdir(parents=True)
    (other / "numpy" / "__init__.py").write_text("raise ImportError('another numpy')")
    (other / "json.py").write_text("raise ImportError('another json')")
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONOPTIMIZE": "2",
        "PYTHONPATH": str(other),
        "PYTHONWARNINGS": "error",
        "PYTHONSTARTUP": str(other / "json.py"),
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "no-such",
        "LC_ALL": "C",
        "TZ": "No/Where",
        "TMPDIR": "/no such/folder",
        "HOME": "/proc/nowhere",
    }
    assert graded(of_a_class, variables) == {"right": 4, "wrong": 0}


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_no_option_of_python_gives_a_mark(of_a_class):
    path = {"PATH": os.environ["PATH"], "HOME": str(of_a_class)}
    assert graded(of_a_class, path, options=["-OO"]) == {"right": 4, "wrong": 0}


@pytest.mark.skipif(REASON is not None or os.geteuid() != 0, reason="only root can be anybody")
def test_a_user_without_a_name_and_a_home_can_grade(of_a_class):
    from tests.grading.test_user import USER, as_user

    command = [part.replace(str(USER), str(NOBODY)) for part in as_user([])]
    found = graded(of_a_class, {"PATH": os.environ["PATH"]}, *command)
    assert found == {"right": 4, "wrong": 0}


def test_what_is_let_in(monkeypatch, tmp_path):
    there = {"PYTHONPATH": "x", "PIP_INDEX_URL": "kept", "PIP_USER": "1", "PYTHONFUTURE": "new"}
    there |= {"TMPDIR": str(tmp_path / "not there"), "HOME": str(tmp_path), "USER": "anna"}
    wanted = {"PIP_INDEX_URL": "kept", "HOME": str(tmp_path), "USER": "anna", **environment.SET}
    assert environment.cleaned(there) == wanted
    monkeypatch.setattr(environment, "_has_a_name", lambda: False)
    nobody = environment.cleaned({"HOME": str(tmp_path / "not there")})
    assert os.path.isdir(nobody["HOME"]) and nobody["USER"]


def test_the_list_is_printed_for_make():
    file = environment.__file__
    told = subprocess.run([sys.executable, "-I", file], capture_output=True, text=True).stdout
    assert told.split() == list(environment.CLEARED) and shutil.which("make")
