"""What people name on make's command line reaches the command as it is, whatever is in it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = [
    "CS101-Sheet 2-4711.zip",
    "from moodle (1).zip",
    "Übung 2 – Müller & Söhne.zip",
    'it\'s "quoted".zip',
    "`touch BAD` ; touch BAD | #1 * ? \\ ~ !.zip",
    "cost $5 ${HOME} $HOME $(5.zip",
    "$(shell touch BAD).zip",
    "100%.zip",
    "-odd.zip",
]
ECHO = '#!/bin/sh\nfor word in "$@"; do printf \'%s\\n\' "$word"; done\n'


@pytest.fixture
def course(tmp_path):
    """The Makefile in a folder whose Python says what it is called with."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("tools/set_up.py", "experiments/a.py", "benchmarks/a.py", ".venv/bin/python"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(ECHO if name.startswith(".venv") else "")
    (tmp_path / ".venv/bin/python").chmod(0o755)
    return tmp_path


def words(course, *arguments):
    command = ["make", "--no-print-directory", f"PYTHON={sys.executable}", *arguments]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=True)
    assert not (course / "BAD").exists()
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_grade(course, name):
    found = words(course, "grade", f"SOURCE={name}", f"SUBMISSIONS={name}", f"OUT={name}")
    assert found == ["-m", "course_utils.grading", f"--out={name}", "--", name, name]


def test_grade_without_a_place_for_the_report(course):
    options = 'ARGS=--late "10% per day, 3 days grace" --marks "my marks.csv"'
    found = words(course, "grade", "SOURCE=a.ipynb", "SUBMISSIONS=b.zip", options)
    assert found[2:] == [
        *("--late", "10% per day, 3 days grace", "--marks", "my marks.csv"),
        *("--", "a.ipynb", "b.zip"),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_other_commands(course, name):
    assert words(course, "nbgrader-course", f"DIR={name}")[-1] == name
    assert words(course, "export-questions", f"DIR={name}")[-1] == name
    assert words(course, "mark-reasons", f"OUT={name}")[-1] == name
    assert words(course, "new-lesson", f"NAME={name}", f"TITLE={name}")[-2:] == [name, name]
    assert words(course, "new-exercise", f"ID={name}", f"FUNCTION={name}")[-2:] == [name, name]
