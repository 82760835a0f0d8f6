"""Set-up: the lists of packages agree, and the commands do what the README says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tools import set_up

ROOT = Path(__file__).resolve().parent.parent
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
    project = set_up.project()
    return project["dependencies"] + (set_up.extra("test") if "test" in lock else [])


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
        name: bound.replace(">=", "==") for name, bound in ranges(wanted("test")).items()
    }


class Commands:
    """Stands in for the commands that set-up calls, and remembers them."""

    def __init__(self, folder, monkeypatch, uv):
        self.calls, self.folder, self.fail = [], folder, ""
        for name in ("pyproject.toml", *LOCKS):
            shutil.copy(ROOT / name, folder)
        monkeypatch.setattr(set_up, "ROOT", folder)
        monkeypatch.setattr(set_up, "run", self.run)
        monkeypatch.setattr(set_up, "succeeds", self.succeeds)
        monkeypatch.setattr(set_up.shutil, "which", lambda name: uv)

    def run(self, command):
        self.calls.append(" ".join(map(str, command)).replace(str(self.folder), ""))
        if self.fail and self.fail in self.calls[-1]:
            raise subprocess.CalledProcessError(1, command)
        if command[1] == "venv":
            self.make_python(command[-1])

    def succeeds(self, command):
        self.calls.append(" ".join(map(str, command)).replace(str(self.folder), ""))
        if "venv" in command:
            self.make_python(command[-1])
        return True

    def make_python(self, environment):
        python = set_up.python_of(environment)
        python.parent.mkdir(parents=True)
        python.touch()

    def named(self, *words):
        return [call for call in self.calls if all(word in call for word in words)]


@pytest.mark.parametrize("uv", ["/somewhere/uv", None])
def test_set_up_takes_uv_where_it_is_and_pip_where_not(tmp_path, monkeypatch, uv):
    commands = Commands(tmp_path, monkeypatch, uv)
    set_up.main()
    assert len(commands.named("install", "-r requirements.lock")) == 1
    assert len(commands.named("install", "--no-deps --editable .")) == 1
    assert bool(commands.named("uv pip install", "--compile-bytecode")) == bool(uv)
    assert bool(commands.named("-m pip install")) != bool(uv)


def test_a_second_set_up_does_nothing_until_a_list_changes(tmp_path, monkeypatch):
    commands = Commands(tmp_path, monkeypatch, "uv")
    set_up.main()
    commands.calls.clear()
    set_up.main()
    assert commands.calls == []
    with (tmp_path / "requirements.lock").open("a") as lock:
        lock.write("# renewed\n")
    set_up.main()
    assert commands.named("install") and not commands.named("uv venv")


def test_an_interrupted_set_up_is_done_again(tmp_path, monkeypatch):
    commands = Commands(tmp_path, monkeypatch, "uv")
    commands.fail = "--editable"
    with pytest.raises(subprocess.CalledProcessError):
        set_up.main("test")
    commands.fail = ""
    commands.calls.clear()
    set_up.main("test")
    assert commands.named("-r requirements-test.lock")


def test_without_pytorch_the_measurements_are_set_up_all_the_same(tmp_path, monkeypatch, capsys):
    commands = Commands(tmp_path, monkeypatch, "uv")
    commands.fail = "torch"
    set_up.main("bench")
    assert "PyTorch cannot be installed here" in capsys.readouterr().out
    assert commands.named("pip install", "torch==") and not commands.named("uv pip")
    assert (tmp_path / ".venv-bench/.installed-bench").exists()


def test_an_old_python_is_told_so():
    code = (
        "import sys, runpy; sys.version_info = (3, 10, 4); sys.version = '3.10.4 (main)'; "
        "runpy.run_path('tools/set_up.py', run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert "Python 3.11 or newer is needed, this is 3.10.4." in result.stderr
    assert result.returncode == 1 and "Traceback" not in result.stderr


def make(*arguments):
    """What make prints, also where the tests themselves were started by make."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--no-print-directory", *arguments]
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
    assert all(f"make {name} " in make("help") for name in targets())


@pytest.mark.parametrize("target", ["lab", "test", "quick", "notebooks"])
def test_a_command_sets_up_first_and_passes_options_on(target):
    commands = make("--dry-run", target, "ARGS=--an-option", "NAMES=--an-option")
    first, *_, last = commands.splitlines()
    assert "tools/set_up.py" in first and last.startswith(".venv/bin/python")
    assert last.endswith("--an-option")


def test_one_blas_thread_everywhere():
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        assert f"export {name} = 1" in text_of("Makefile")
        for tool in ("tools/lab.py", "tools/notebooks.py"):
            assert f'"{name}": "1"' in text_of(tool)


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
