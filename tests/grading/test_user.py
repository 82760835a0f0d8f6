"""Graded by somebody who is not root: the same marks, the same walls."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from course_utils.grading.sandbox import Sandbox
from tests.grading.honest import HONEST
from tests.grading.hostile import HOSTILE
from tests.grading.invented_class import master_notebook
from tests.grading.test_class import hand_in

USER = 54_321
ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    "loop in a call",
    "os._exit in a cell",
    "kills parents and all others",
    "memory in many processes",
    "disk",
    "processes",
    "reads solutions",
    "reads the environment",
    "reads other processes",
    "opens sockets",
    "raises its limits, unshares, mounts",
    "survivors",
    "equals everything",
    "malformed frames",
    "imports the answer another way",
    "a symbolic link to the solution",
}
CASES = [*HONEST[:3], *(case for case in HOSTILE if case.name in NAMES)]
REASON = Sandbox().why_not() or ("" if os.geteuid() == 0 else "the whole suite runs unprivileged")


def as_user(command):
    """A command run by an unprivileged user who can read Python, wherever root has put it."""
    private = [path for path in Path(sys.base_prefix).parents if not path.stat().st_mode & 0o005]
    view = ["--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--bind", "/proc", "/proc"]
    for folder in private[-1:]:
        below = [p for p in reversed(Path(sys.base_prefix).parents) if folder in p.parents]
        view += ["--perms", "0755", "--tmpfs", str(folder)]
        view += [part for p in below for part in ("--perms", "0755", "--dir", str(p))]
        view += ["--ro-bind", sys.base_prefix, sys.base_prefix]
    down = ["--reuid", str(USER), "--regid", str(USER), "--clear-groups", "--bounding-set=-all"]
    return ["bwrap", *view, "setpriv", *down, "--inh-caps=-all", *command]


@pytest.mark.slow
@pytest.mark.skipif(bool(REASON), reason=REASON)
def test_an_unprivileged_user_gives_the_same_marks():
    folder = Path(tempfile.mkdtemp(prefix="course-user-"))
    try:
        folder.chmod(0o777)
        (folder / "canary").mkdir()
        (folder / "canary").chmod(0o777)
        (folder / "mini.ipynb").write_text(json.dumps(master_notebook()))
        for case in CASES:
            hand_in(case, folder / "in" / case.name, folder, 1)
        limits = {"cell-seconds": 4, "call-seconds": 4, "total-seconds": 16, "memory": 700}
        limits = [f"--{name}={value}" for name, value in limits.items()]
        paths = [str(folder / name) for name in ("mini.ipynb", "in", "out")]
        command = [sys.executable, "-m", "course_utils.grading", *paths[:2], "--out", paths[2]]
        done = subprocess.run(
            as_user([*command, "--jobs", "2", *limits]),
            cwd=ROOT,
            env={**os.environ, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        told = json.loads((folder / "out" / "grades.json").read_text())["submissions"]
        assert (folder / "out").stat().st_uid == USER
        found = {row["student"]: row["grades"] for row in told}
        assert found == {case.name: case.grades for case in CASES}
        assert list((folder / "canary").iterdir()) == []
    finally:
        shutil.rmtree(folder)
