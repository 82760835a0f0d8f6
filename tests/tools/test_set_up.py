"""The script that makes the environment, with its commands replaced by a record of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils.grading.environment import SET
from tools import set_up

ROOT = Path(__file__).resolve().parents[2]
FILES = ("pyproject.toml", "requirements.lock", "requirements-test.lock")


class Commands:
    """Stands in for the commands that set-up calls, and remembers them."""

    def __init__(self, folder, monkeypatch, uv):
        self.calls, self.folder, self.fail = [], folder, ""
        self.missing = ()  # parts of Python that the machine lacks
        for name in FILES:
            shutil.copy(ROOT / name, folder)
        monkeypatch.setattr(set_up, "ROOT", folder)
        monkeypatch.setattr(set_up, "run", self.run)
        monkeypatch.setattr(set_up, "succeeds", self.succeeds)
        monkeypatch.setattr(set_up.shutil, "which", lambda name: uv)

    def run(self, command, tell=None):
        self.calls.append(" ".join(map(str, command)).replace(str(self.folder), ""))
        if self.fail and self.fail in self.calls[-1]:
            raise subprocess.CalledProcessError(1, command)
        if "venv" in command:
            self.make_python(command[-1])

    def succeeds(self, command):
        self.calls.append(" ".join(map(str, command)).replace(str(self.folder), ""))
        if any(part in " ".join(map(str, command[1:])) for part in self.missing):
            return False
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


def test_pip_stands_in_where_venv_is_not_whole(tmp_path, monkeypatch):
    commands = Commands(tmp_path, monkeypatch, uv=None)
    commands.missing = ("venv",)
    set_up.main()
    assert commands.named("venv", "--without-pip") and commands.named("pip install")


def test_without_venv_and_pip_the_remedy_is_named(tmp_path, monkeypatch):
    commands = Commands(tmp_path, monkeypatch, uv=None)
    commands.missing = ("venv", "pip")
    with pytest.raises(SystemExit, match="sudo apt install python3-venv"):
        set_up.main()


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


def test_without_a_lab_that_starts_nothing_counts_as_done(tmp_path, monkeypatch):
    commands = Commands(tmp_path, monkeypatch, "uv")
    commands.missing = ("jupyterlab",)
    with pytest.raises(SystemExit, match=r"cannot be imported. Delete the folder \.venv"):
        set_up.main()
    assert not (tmp_path / ".venv/.installed-lab").exists()
    commands.missing = ()
    set_up.main()
    assert (tmp_path / ".venv/.installed-lab").exists()


def test_set_up_lets_nothing_in_that_turns_pip_or_python(monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ, PIP_TARGET="/x", PYTHONPATH="/y"))
    set_up.clean_environment()
    assert os.environ["PIP_USER"] == "0" and not {"PIP_TARGET", "PYTHONPATH"} & set(os.environ)


def test_make_lets_nothing_in_either(tmp_path):
    makefile = (ROOT / "Makefile").read_text() + "\nshow:\n\t@env\n"
    (tmp_path / "Makefile").write_text(makefile)
    unwanted = dict.fromkeys(("PYTHONHOME", "PYTHONOPTIMIZE", "VIRTUAL_ENV", "MPLBACKEND"), "no")
    command = ["make", "-s", "-f", str(tmp_path / "Makefile"), f"PYTHON={sys.executable}", "show"]
    shown = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **unwanted},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "PATH=" in shown and "=no\n" not in shown
    assert {f"{name}={text}" for name, text in SET.items()} <= set(shown.splitlines())


def test_without_pytorch_the_measurements_are_set_up_all_the_same(tmp_path, monkeypatch, capsys):
    commands = Commands(tmp_path, monkeypatch, "uv")
    commands.fail = "torch"
    set_up.main("bench")
    assert "torch==2.13.0 cannot be installed here" in capsys.readouterr().out
    assert commands.named("pip install", "torch==") and not commands.named("uv pip")
    assert (tmp_path / ".venv-bench/.installed-bench").exists()


def test_experiments_get_the_dictionary_beside_what_learners_get(tmp_path, monkeypatch):
    commands = Commands(tmp_path, monkeypatch, uv=None)
    set_up.main("speech")
    assert commands.named("-r requirements.lock") and commands.named("pocketsphinx>=")
    # pip refuses a call with hashes for some of its packages
    assert not commands.named("-r requirements.lock", "pocketsphinx>=")


def test_set_up_says_what_it_does(tmp_path, monkeypatch, capsys):
    Commands(tmp_path, monkeypatch, uv=None)
    set_up.main()
    said = capsys.readouterr().out
    assert [f"{step} of 3" in said for step in (1, 2, 3)] == [True] * 3


def test_pip_shows_a_dot_for_each_package_and_its_errors(capfd):
    lines = (
        "Collecting numpy==2.4.6",
        "  Using cached",
        "Installing collected packages",
    )
    show = f"import sys; print({chr(10).join(lines)!r}); sys.exit('no space left')"
    with pytest.raises(subprocess.CalledProcessError):
        set_up.run([sys.executable, "-c", show], tell=set_up.dots)
    assert capfd.readouterr() == (
        ". all found: installing them, which takes longest\n",
        "no space left\n",
    )


def test_an_old_python_is_told_so():
    code = (
        "import sys, runpy; sys.version_info = (3, 10, 4); sys.version = '3.10.4 (main)'; "
        "runpy.run_path('tools/set_up.py', run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert "Python 3.11 or newer is needed, this is 3.10.4." in result.stderr
    assert result.returncode == 1 and "Traceback" not in result.stderr
