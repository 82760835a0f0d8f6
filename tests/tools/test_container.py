"""The container recipe: its files agree, and its one script makes a bare Debian ready."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "tools/container.sh"
COURSE = "/course/.venv/bin/attention-course"
SOLUTION = ROOT / "solutions" / "02_score_normalise_mix.ipynb"
NEEDED = [program for program in ("debootstrap", "bwrap", "setpriv") if not shutil.which(program)]
MISSING = f"not installed: {', '.join(NEEDED)}" if NEEDED else ""
NOT_HERE = MISSING or ("" if os.geteuid() == 0 else "only root can make a Debian root")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# What a container engine does to a process, in bubblewrap's words.
OPEN = ["--bind", "/proc", "/proc"]  # the engine has both options of docs/teaching/container.md
COVERED = ["--proc", "/proc"]  # parts of /proc are covered: systempaths=unconfined is missing
CLOSED = [*OPEN, "--unshare-user", "--disable-userns"]  # nobody inside may make a namespace
# It waits until JupyterLab answers, and says with what.
OPENS = """
import re, subprocess, time, urllib.request
command = ["{course}", "lab", "mine", "--no-browser", "--ServerApp.port=8899"]
lab = subprocess.Popen(command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True)
pages = (re.search("http://127.0.0.1:8899[^ ]*token=[0-9a-f]+", line) for line in lab.stdout)
page = next(filter(None, pages))
for _ in range(100):
    try:
        print(urllib.request.urlopen(page[0]).status)
        break
    except OSError:
        time.sleep(0.2)
lab.terminate()
lab.wait()
"""


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def copied():
    """What the Containerfile copies: all that .dockerignore lets through."""
    return re.findall(r"^!(.+)$", text_of(".dockerignore"), flags=re.M)


def test_the_image_has_what_set_up_reads_and_what_is_handed_out():
    needed = {"requirements.lock", "requirements-test.lock", "pyproject.toml", "README.md"}
    needed |= {
        "LICENSE",
        "setup.py",
        "course_utils",
        "tools",
        "notebooks",
        "exercises",
        "solutions",
    }
    assert set(copied()) == needed
    assert all((ROOT / name).exists() for name in needed)
    assert "COPY . /course" in text_of("Containerfile")


def test_every_recipe_runs_the_one_script():
    recipe, container = (
        text_of("Containerfile"),
        json.loads(text_of(".devcontainer/devcontainer.json")),
    )
    assert f"sh /course/{SCRIPT} system" in recipe and f"sh /course/{SCRIPT} course" in recipe
    assert f" AS {container['build']['target']}\n" in recipe
    assert container["postCreateCommand"] == f"sh {SCRIPT} course"
    assert not re.findall(r"FROM \S*\.\S*/", recipe)  # an engine's own registry, whichever that is


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("script", [SCRIPT, "postBuild"])
def test_the_scripts_are_posix_shell(script):
    subprocess.run(["sh", "-n", ROOT / script], check=True)
    assert text_of(script).startswith("#!/bin/sh\n")


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_an_unknown_part_is_one_sentence():
    done = subprocess.run(["sh", ROOT / SCRIPT, "all"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "no part 'all': expected system, course" in done.stderr


class Debian:
    """A root of its own. `network`: what is run there is root and has one, as while an image is
    built; otherwise it is user 1000, has no network and no right, as in a container."""

    def __init__(self, root, files):
        self.root, self.files = root, files

    def run(self, *command, network=False, how=OPEN):
        view = ["bwrap", "--bind", self.root, "/", "--dev", "/dev", "--tmpfs", "/tmp", *how]
        view += ["--bind", self.files, "/class", "--chdir", "/class", "--clearenv"]
        variables = {"PATH": PATH, "HOME": "/tmp"}
        if network:
            view += ["--cap-add", "ALL", *self._names()]
            variables |= {"HOME": "/root", **self._of_pip()}
        else:
            view += ["--unshare-net", "--unshare-ipc"]
            down = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "--no-new-privs"]
            inside = "--unshare-user" in how
            command = [*([] if inside else [*down, "--bounding-set=-all"]), *command]
            view += ["--uid", "1000", "--gid", "1000"] if inside else []
        for name, value in variables.items():
            view += ["--setenv", name, value]
        return subprocess.run([*view, *command], capture_output=True, text=True)

    def _names(self):
        return ["--ro-bind", "/etc/resolv.conf", "/etc/resolv.conf"]

    def _of_pip(self):
        """What pip is told here of where packages are; certificates come as a file."""
        told = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        if certificates := told.get("PIP_CERT"):
            shutil.copy(certificates, self.root / "certificates.pem")
            told["PIP_CERT"] = "/certificates.pem"
        if Path("/etc/pip.conf").exists():
            shutil.copy("/etc/pip.conf", self.root / "etc")
        return told


@pytest.fixture(scope="module")
def debian(tmp_path_factory):
    """A bare Debian, made ready by the script; some ten minutes, most of it the network's."""
    folder = tmp_path_factory.mktemp("debian")
    folder.chmod(0o755)
    root, files = folder / "root", folder / "class"
    bare = ["debootstrap", "--variant=minbase", "bookworm", root]
    if subprocess.run(bare, capture_output=True).returncode:
        pytest.skip("debootstrap found no Debian to fetch")
    for name in copied():
        place = root / "course" / name
        place.parent.mkdir(exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, place)
    files.mkdir()
    made = Debian(root, files)
    done = made.run("sh", f"/course/{SCRIPT}", network=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (files / "in").mkdir()
    shutil.copy(SOLUTION, files / "in" / "ada.ipynb")
    for path in (files, *files.rglob("*")):
        os.chown(path, 1000, 1000)
    return made


@pytest.mark.nightly
@pytest.mark.skipif(bool(NOT_HERE), reason=NOT_HERE)
def test_a_class_is_graded_there_by_anybody_without_a_network(debian):
    done = debian.run(COURSE, "grade", "02", "in", "--out", "report", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    marks = (debian.files / "report" / "grades.csv").read_text().splitlines()
    assert marks[1].startswith("ada,graded,10,10,")


@pytest.mark.nightly
@pytest.mark.skipif(bool(NOT_HERE), reason=NOT_HERE)
@pytest.mark.parametrize(
    ("how", "said"),
    [
        (COVERED, "mount proc on .* start the container with .* systempaths=unconfined"),
        (CLOSED, "exceeded .*as root, sysctl -w user.max_user_namespaces=10000"),
    ],
)
def test_without_namespaces_nothing_is_run_and_the_option_is_named(debian, how, said):
    done = debian.run(COURSE, "grade", "02", "in", "--out", "none", "--yes", how=how)
    assert done.returncode == 2
    assert re.search(said, done.stderr)
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (debian.files / "none").exists()


@pytest.mark.nightly
@pytest.mark.skipif(bool(NOT_HERE), reason=NOT_HERE)
def test_the_lab_opens_there_without_a_network(debian):
    done = debian.run("/course/.venv/bin/python", "-c", OPENS.format(course=COURSE))
    assert done.stdout == "200\n", done.stderr
    assert (debian.files / "mine" / "notebooks" / "00_start_here.ipynb").exists()
