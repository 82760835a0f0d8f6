"""Set-up: the lists of packages agree, and the commands do what the README says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from course_utils.grading.environment import ONE_THREAD
from tools import exercises, set_up

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def canonical(name):
    return name.lower().replace("_", "-")


def ranges(requirements):
    """{"numpy": ">=2.0", ...}"""
    return {canonical(r.name): str(r.specifier) for r in map(Requirement, requirements)}


def locked(name):
    """Every version in a lock file: {"numpy": {"2.4.6", "2.5.5"}, ...}; it may depend on Python."""
    found = {}
    for package, version in re.findall(r"^([\w.-]+)==([\w.]+)", text_of(name), flags=re.M):
        found.setdefault(canonical(package), set()).add(version)
    return found


def wanted(lock):
    extras = ("test", "site") if "test" in lock else ()
    return sum(map(set_up.extra, extras), set_up.project()["dependencies"])


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_dependency_in_its_range(lock):
    versions = locked(lock)
    for requirement in map(Requirement, wanted(lock)):
        assert all(version in requirement.specifier for version in versions[requirement.name])


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_hashed_and_names_no_host(lock):
    text = text_of(lock)
    entries = re.split(r"\n(?=\w)", text)
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text and "index" not in text


def test_learners_and_tests_get_the_same_versions():
    learners, tests = (locked(lock) for lock in LOCKS)
    assert learners.items() <= tests.items()


def test_conda_gets_the_same_ranges():
    environment = yaml.safe_load(text_of("environment.yml"))
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = (entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    conda += [entry for entry in pip if not entry.startswith("-e")]
    conda = ranges(entry.replace("matplotlib-base", "matplotlib") for entry in conda)
    project = set_up.project()
    python = {"python": project["requires-python"], "pip": ""}
    assert conda == {**ranges(project["dependencies"]), **python}
    assert environment["channels"][0] == "conda-forge"
    assert environment["variables"]["OPENBLAS_NUM_THREADS"] == "1"


def test_ranges_admit_every_newer_release():
    for requirement in wanted("test"):
        assert re.fullmatch(r"[\w-]+>=[\d.]+", requirement), requirement


def test_the_oldest_are_the_lower_bounds():
    oldest = ranges(set_up.oldest_versions())
    assert oldest == {
        name: bound.replace(">=", "==")
        for name, bound in ranges(wanted("test")).items()
        if name not in ranges(set_up.extra("site"))  # the book needs no older Sphinx
    }


def make(*arguments):
    """What make prints, also where the tests themselves were started by make."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--no-print-directory", f"PYTHON={sys.executable}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=outside).stdout


def targets():
    """{target: whether `make help` explains it}"""
    found = re.findall(r"^([a-z][a-z-]*):(.*)$", text_of("Makefile"), flags=re.M)
    return {name: "## " in rest for name, rest in found}


def test_every_command_is_explained_and_every_explained_command_exists():
    assert all(targets().values())
    for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        commands = set(re.findall(r"(?:`|^)make ([a-z-]+)", text_of(document), flags=re.M))
        assert commands <= set(targets()), document
    said = make("help")
    assert all(f"make {name} " in said for name in targets())


@pytest.mark.parametrize("target", ["lab", "test", "quick", "notebooks", "book", "serve"])
def test_a_command_sets_up_first_and_passes_options_on(target):
    commands = make("--dry-run", target, "ARGS=--an-option", "NAMES=--an-option")
    first, *_, last = commands.splitlines()
    assert "tools/set_up.py" in first and last.startswith(".venv/bin/python")
    assert last.endswith("--an-option")


def test_one_blas_thread_everywhere():
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"} == set(ONE_THREAD)
    written = [
        path
        for folder in ("tools", "course_utils")
        for path in (ROOT / folder).rglob("*.py")
        if '"OMP_NUM_THREADS"' in path.read_text(encoding="utf-8")
    ]
    assert [path.name for path in written] == ["environment.py"], "one list for every door"


def test_make_exercises_writes_what_is_stale_and_nothing_else(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(exercises, "SHEETS", tmp_path / "exercises")
    exercises.main()
    written = sorted(path.name for path in (tmp_path / "exercises").iterdir())
    assert written == sorted(path.name for path in (ROOT / "solutions").glob("*.ipynb"))
    assert f"{len(written)} of {len(written)} sheets written anew" in capsys.readouterr().out
    exercises.main()
    assert f"0 of {len(written)} sheets written anew" in capsys.readouterr().out


def test_continuous_integration_runs_what_everyone_runs():
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert text_of(".ci/run").rstrip().endswith("make test")
    subprocess.run(["bash", "-n", ROOT / ".ci/run"], check=True)


def test_documents_link_to_files_that_exist():
    for document in ROOT.glob("*.md"):
        links = re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"", text_of(document.name))
        local = [a or b for a, b in links if "://" not in (a or b)]
        assert not [target for target in local if not (ROOT / target).exists()]


@pytest.mark.style
@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_the_code_has_one_style(command):
    result = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], capture_output=True, text=True, cwd=ROOT
    )
    assert result.returncode == 0, f"run: make format\n{result.stdout}"


@pytest.mark.style
def test_the_types_of_grading_are_right():
    command = [sys.executable, "-m", "ty", "check", "--output-format", "concise"]
    found = subprocess.run(
        [*command, "--python", sys.prefix], capture_output=True, text=True, cwd=ROOT
    )
    said = f"{found.stdout}{found.stderr}"
    assert "No module named ty" not in said, "the type checker is missing: run make setup"
    assert found.returncode == 0, f"see [tool.ty] in pyproject.toml\n{said}"
