"""What the system refuses is one sentence at the door of every command."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils.grading.environment import SET
from tools import door
from tools.book import __main__ as book

ROOT = Path(__file__).resolve().parents[2]
# set_up runs before there is anything to import; the others only name such a file
OUTSIDE = ("set_up.py", "api.py")


@pytest.mark.parametrize(
    "path", [p for p in (ROOT / "tools").rglob("*.py") if "__main__" in p.read_text()], ids=str
)
def test_every_command_has_the_door(path):
    text = path.read_text(encoding="utf-8")
    if path.name not in OUTSIDE:
        assert "\n    door.run(main" in text, f"{path}: end with door.run(main)"


@pytest.mark.parametrize("module", ["tools.demo_class", "tools.nbgrader_course"])
def test_a_file_where_a_folder_is_wanted(tmp_path, module):
    (tmp_path / "taken").write_text("mine")
    command = [sys.executable, "-m", module, str(tmp_path / "taken" / "folder")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Stopped: ") and "Not a directory" in done.stderr
    assert done.stderr.count("\n") == 1 and (tmp_path / "taken").read_text() == "mine"


def test_set_up_says_what_the_system_refuses(tmp_path):
    for name in ("tools/set_up.py", "course_utils/grading/environment.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    command = [sys.executable, tmp_path / "tools" / "set_up.py"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("Set-up stopped: ")
    assert "requirements.lock: No such file" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (OSError(28, "No space left on device"), "Stopped: No space left on device"),
        (PermissionError(13, "Permission denied", "/a"), "Stopped: /a: Permission denied"),
        (OSError(18, "Cross-device link", "/a", None, "/b"), "Stopped: /a → /b: Cross-device link"),
        (KeyboardInterrupt(), "\nStopped."),
    ],
)
def test_what_is_said(raised, said):
    def main():
        raise raised

    with pytest.raises(SystemExit) as told:
        door.run(main)
    assert told.value.code == said


TELLS = """
import json, os, sys
from tools import door

def main():
    print(json.dumps([sys.flags.optimize, dict(os.environ), __file__, sys.argv[1:]]))

if __name__ == "__main__":
    door.run(main)
"""


def test_no_door_lets_in_what_changes_python(tmp_path):
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "tools" / "tells.py").write_text(TELLS)
    wanted = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    strange = {"PIP_USER": "1", "PYTHONWARNINGS": "error", "JUPYTER_PATH": "/no such"}
    strange["PYTHONPATH"] = os.pathsep.join(["/no such", str(ROOT)])
    command = [sys.executable, "-OO", "-m", "tools.tells", "a b"]
    done = subprocess.run(command, cwd=tmp_path, env=wanted | strange, capture_output=True)
    assert done.returncode == 0, done.stderr
    optimize, environment, file, arguments = json.loads(done.stdout)
    assert optimize == 0 and arguments == ["a b"]
    assert file == str(tmp_path / "tools" / "tells.py"), "the same copy of the course goes on"
    expected = wanted | SET
    assert {name: environment.get(name) for name in expected} == expected
    assert not environment.keys() & {"PYTHONWARNINGS", "JUPYTER_PATH"}


def test_a_taken_port_is_told_before_the_book_is_built(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "build", lambda folder: pytest.fail("it is built first"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=rf"Port {port} cannot be used .*in use.*--port"):
            book.main(["--serve", "--port", str(port), "--folder", str(tmp_path)])
    with pytest.raises(SystemExit, match="Port 99999 cannot be used"):
        book.main(["--serve", "--port", "99999", "--folder", str(tmp_path)])
