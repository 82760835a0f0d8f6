"""The packages as they are built: what is in them, and that they are the course without a clone."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from course_utils.grading.sandbox import Sandbox
from tests.lab_server import wait
from tools import release, sealed

ROOT = Path(__file__).resolve().parents[2]
BUILT_OF = ("course_utils", "notebooks", "exercises", "solutions", "packaging", "docs")
FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE")
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.S)
SOLVED = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.S)
LONG_ENOUGH = 40  # letters: a shorter line of code may stand anywhere
NO_SANDBOX = Sandbox().why_not()


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """What a package is built of, as it lies here now, and a date for what is built."""
    tree = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    for name in BUILT_OF:
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, tree / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(sealed.VARIABLE, "1800000000")
        yield tree


@pytest.fixture(scope="module")
def wheels(tree, tmp_path_factory):
    """(the learner's wheel, the teacher's), built as a release does."""
    out = tmp_path_factory.mktemp("dist")
    release.packages(tree, out)
    return next(out.glob("attention_course-*.whl")), next(out.glob("attention_course_teacher-*"))


@pytest.fixture(scope="module")
def installed(wheels, tmp_path_factory):
    """The learner's package, unpacked where Python finds it; the clone is out of sight."""
    place = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheels[0]).extractall(place)
    return place


def environment(installed, folder, **more):
    """What a terminal has, with settings and files of Jupyter of its own."""
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    variables = {**os.environ, **{place: str(folder / place) for place in places}}
    variables.pop("COURSE_PROGRESS", None)
    return variables | {"PYTHONPATH": str(installed)} | more


def command(installed, folder, *arguments):
    """Run the command of the package in an empty folder; return the finished process."""
    done = subprocess.run(
        [sys.executable, "-m", "course_utils.command", *arguments],
        cwd=folder,
        env=environment(installed, folder),
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def names(wheel):
    return zipfile.ZipFile(wheel).namelist()


def test_everything_that_a_learner_needs_is_in_the_package(wheels):
    found = set(names(wheels[0]))
    for folder in ("notebooks", "exercises"):
        for path in (ROOT / folder).glob("*.ipynb"):
            assert f"course_utils/command/course/{folder}/{path.name}" in found
    listed = subprocess.run(
        ["git", "ls-files", "course_utils"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    missing = {name for name in set(listed) - found if "/sheets/sheet_" not in name}
    assert not missing, "say in pyproject.toml, package-data, that these belong to the package"


def test_lessons_come_without_results(wheels):
    archive = zipfile.ZipFile(wheels[0])
    for name in (name for name in archive.namelist() if name.endswith(".ipynb")):
        cells = json.loads(archive.read(name))["cells"]
        assert not any(cell.get("outputs") for cell in cells), name


def essence(text):
    """The lines of a text without their indentation and comments."""
    lines = (line.split("  #")[0].strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def of_teachers():
    """Every hidden test and every solution of a few lines, as (file, text)."""
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            yield from ((path.name, essence(text)) for text in HIDDEN.findall(source))
            solved = (essence(text) for text in SOLVED.findall(source))
            yield from ((path.name, text) for text in solved if len(text) >= LONG_ENOUGH)


def test_no_file_of_the_learners_package_has_a_solution_or_a_hidden_test(wheels):
    archive, found = zipfile.ZipFile(wheels[0]), set(names(wheels[0]))
    assert not [name for name in found if "solutions/" in name or "teacher" in name]
    texts = {name: archive.read(name).decode("utf-8", "ignore") for name in found}
    assert "course_utils/checks/sheets/sheets.zip" in found  # what `check` compares with
    for name in (name for name in found if name.endswith(".ipynb")):
        texts[name] = "\n".join("".join(c["source"]) for c in json.loads(texts[name])["cells"])
    assert not [name for name, text in texts.items() if 'require("' in text], "hidden tests ask so"
    short = {name: essence(text) for name, text in texts.items()}
    teachers = set(of_teachers())
    assert len(teachers) > 60
    for name, body in short.items():
        if "/course/notebooks/" not in name:  # a lesson shows what it teaches
            assert not [(file, text) for file, text in teachers if text in body], name


def test_the_teachers_package_has_every_solution_and_wants_the_same_course(wheels):
    found = set(names(wheels[1]))
    for path in (ROOT / "solutions").glob("*.ipynb"):
        assert f"attention_course_teacher/solutions/{path.name}" in found
    archive = zipfile.ZipFile(wheels[1])
    about = archive.read(next(name for name in found if name.endswith("METADATA"))).decode()
    version = release.version()
    assert f"\nVersion: {version}\n" in about
    assert f"\nRequires-Dist: attention-course=={version}\n" in about


def test_made_again_a_package_has_the_same_bytes(wheels, tree, tmp_path):
    release.wheel(tree / "packaging" / "teacher", tmp_path)
    (again,) = tmp_path.iterdir()
    assert again.read_bytes() == wheels[1].read_bytes()
    assert {info.date_time[0] for info in zipfile.ZipFile(again).infolist()} == {2027}


def test_the_lab_of_the_package_opens_the_first_lesson_in_the_learners_folder(installed, tmp_path):
    program = [sys.executable, "-m", "course_utils.command", "lab", "mine"]
    program += ["--no-browser", "--ServerApp.port=0"]
    variables = environment(installed, tmp_path, PYTHONWARNINGS="error", PYTHONOPTIMIZE="2")
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(program, cwd=tmp_path, env=variables, stdout=log, stderr=log)
    try:
        lab = wait(server, tmp_path / "log", tmp_path / "mine")
        assert lab.first_page == f"{lab.url}/lab/tree/notebooks/00_start_here.ipynb"
        asked = urllib.request.Request(
            f"{lab.url}/api/contents/notebooks/00_start_here.ipynb",
            headers={"Authorization": f"token {lab.token}"},
        )
        with urllib.request.urlopen(asked) as answer:
            assert json.load(answer)["content"]["cells"][0]["metadata"] is not None
    finally:
        server.terminate()
        server.wait()
    assert sorted(p.name for p in (tmp_path / "mine").iterdir()) == [
        ".editions.json",
        "docs",
        "exercises",
        "notebooks",
    ]


WORKS = """
from course_utils.checks import check
from course_utils.command.lab import handed_out, learners_folder
import numpy as np
from pathlib import Path
import os
folder = learners_folder("mine")
handed_out(folder)
os.chdir(folder / "exercises")
print(check("02.1", [0.245, 0.090, 0.665]))
"""


def test_a_check_counts_and_the_command_tells_of_it(installed, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WORKS],
        cwd=tmp_path,
        env=environment(installed, tmp_path),
        capture_output=True,
        text=True,
    )
    assert "✓" in done.stdout, done.stdout + done.stderr
    assert (tmp_path / "mine" / "progress.json").exists()
    said = command(installed, tmp_path, "progress", "mine").stdout
    assert re.search(r"02_score_normalise_mix +not begun +exercises 1 of 5", said), said
    assert "Next: " in said


@pytest.mark.skipif(NO_SANDBOX is not None, reason=str(NO_SANDBOX))
def test_a_sheet_is_graded_by_its_number_where_the_teachers_package_is(installed, wheels, tmp_path):
    done = command(installed, tmp_path, "grade", "02", "in")
    assert done.returncode == 1
    assert done.stderr == (
        "Grading sheet 02 needs its solution, which is in the package for teachers: "
        "pip install attention_course_teacher-….whl\n"
    )
    both = tmp_path / "both"
    shutil.copytree(installed, both)
    zipfile.ZipFile(wheels[1]).extractall(both)
    (tmp_path / "in").mkdir()
    shutil.copy(ROOT / "solutions" / "02_score_normalise_mix.ipynb", tmp_path / "in" / "ann.ipynb")
    done = command(both, tmp_path, "grade", "02", "in", "--yes", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "report/02_score_normalise_mix/grades.json").read_text())
    assert [row["score"] for row in told["submissions"]] == [10]
    assert "There is no sheet 'r9'" in command(both, tmp_path, "grade", "r9", "in").stderr


@pytest.mark.nightly
@pytest.mark.parametrize("tool", ["pip", "uvx"])
def test_from_nothing(tool, wheels, tmp_path):
    """What a stranger types. Needs the net, and for uvx uv."""
    variables = environment("", tmp_path)
    variables.pop("PYTHONPATH")
    if tool == "uvx":
        if not shutil.which("uvx"):
            pytest.skip("there is no uv here")
        begin = ["uvx", "--python", sys.executable, "--from", wheels[0], "attention-course"]
    else:
        python = tmp_path / "env" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True, env=variables)
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", wheels[0]],
            env=variables,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            pytest.skip(f"pip cannot fetch: {done.stderr[-200:]}")
        begin = [tmp_path / "env" / "bin" / "attention-course"]
    done = subprocess.run(
        [*begin, "doctor", "mine"], env=variables, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ JupyterLab: " in done.stdout and "→ solutions: not here" in done.stdout
