"""A class on a JupyterHub: what each student's server is given, and the whole way to marks."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest

from course_utils.command import hub, lab
from course_utils.command.collect import collect
from course_utils.grading.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "teaching" / "jupyterhub_config.py"
STUDENTS = ("ada", "bo", "cy")
SHEET = "attention-course/exercises/02_score_normalise_mix.ipynb"
TOKEN = "only-for-this-test-0123456789abcdef"
PROXY = shutil.which("configurable-http-proxy")
MISSING = (
    "" if find_spec("jupyterhub") and PROXY else "pip install jupyterhub, and its proxy by npm"
)
# The example as it stands, with what a test must choose: no accounts, homes of its own, free ports.
CONFIG = """
load_subconfig({example!r})
from jupyterhub.spawner import SimpleLocalProcessSpawner
class InItsOwnHome(SimpleLocalProcessSpawner):
    home_dir_template = {homes!r} + "/{{username}}"
c.JupyterHub.spawner_class = InItsOwnHome
c.Spawner.cmd = [{python!r}, *c.Spawner.cmd[1:]]
c.Spawner.environment = {variables!r}
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "a password of this test"
c.JupyterHub.bind_url = "http://127.0.0.1:{port}/a/class"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.JupyterHub.services = [{{"name": "teacher", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [{{
    "name": "teacher", "services": ["teacher"],
    "scopes": ["admin:users", "admin:servers", "access:servers"],
}}]
"""


def test_an_option_of_the_users_takes_the_place_of_the_courses():
    """JupyterLab refuses an option that is given twice."""
    own = ["--allow-root", "--ServerApp.log_level=WARN", "--LabApp.default_url=/lab"]
    given = ["--ServerApp.log_level=INFO", "--no-browser"]
    assert lab.joined(own, given) == ["--allow-root", "--LabApp.default_url=/lab", *given]


def test_the_hub_may_name_another_first_page(monkeypatch, tmp_path):
    monkeypatch.delenv(hub.PAGE, raising=False)
    ours = "--ServerApp.default_url=/lab/tree/attention-course/notebooks/00_start_here.ipynb"
    assert ours in hub.options(tmp_path)
    monkeypatch.setenv(hub.PAGE, "/lab")
    assert not any("ServerApp.default_url" in option for option in hub.options(tmp_path))


def test_a_folder_that_cannot_be_written_is_said_and_the_server_starts(tmp_path, capsys):
    (tmp_path / "attention-course").write_text("a file in the way")
    hub.hand_out_or_say(tmp_path / "attention-course")
    assert "Your copies cannot be written" in capsys.readouterr().err


@pytest.mark.skipif(bool(find_spec("jupyterhub")), reason="jupyterhub is installed here")
def test_without_jupyterhub_it_says_where_it_belongs():
    with pytest.raises(SystemExit, match="jupyterhub is not installed in"):
        hub.serve([])


class Hub:
    """A running JupyterHub, asked as its administrator."""

    def __init__(self, url):
        self.url = url

    def ask(self, path, method="GET", data=None):
        """Return what it answers, as data where it is JSON."""
        body = None if data is None else json.dumps(data).encode()
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
            return json.loads(text) if "json" in answer.headers["Content-Type"] else text

    def start(self, student):
        """Start a student's server, as their first login would."""
        self.ask(f"hub/api/users/{student}/server", "POST")
        until(lambda: self.ask(f"hub/api/users/{student}")["servers"][""]["ready"])


def until(what, seconds=180):
    """Wait until it is so; a server that is not there yet answers with an error."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if what():
                return
        except (OSError, urllib.error.URLError, KeyError):
            pass
        time.sleep(0.2)
    raise TimeoutError(f"nothing after {seconds} seconds")


def free_ports(number):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """A hub with three students, whose homes are side by side; (hub, homes)."""
    folder = tmp_path_factory.mktemp("hub")
    homes = folder / "homes"
    homes.mkdir()
    port, hub_port, api_port = free_ports(3)
    # -I keeps an installed course from a caller's PYTHONPATH; this one is tried where it stands
    start = folder / "python"
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    start.write_text(f'#!/bin/sh\nshift\nPYTHONPATH="{path}" exec "{sys.executable}" "$@"\n')
    start.chmod(0o755)
    names = {"example": str(EXAMPLE), "homes": str(homes), "python": str(start), "token": TOKEN}
    ports = {"port": port, "hub_port": hub_port, "api_port": api_port}
    (folder / "config.py").write_text(
        CONFIG.format(**names, **ports, variables={"PYTHONPATH": path})
    )
    environment = {**os.environ, "PYTHONPATH": path}
    environment.pop("COURSE_PROGRESS", None)  # the tests' own: here answers go to files
    command = [sys.executable, "-m", "jupyterhub", "-f", "config.py"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        running = Hub(f"http://127.0.0.1:{port}/a/class")
        until(lambda: running.ask("hub/api"))
        for student in STUDENTS:
            running.start(student)
        yield running, homes
    finally:
        process.terminate()  # it stops its proxy and the students' servers
        process.wait(60)


def answer(hub, student, number):
    """Hand in a sheet with the first answers right, as the page saves it."""
    notebook = hub.ask(f"user/{student}/api/contents/{SHEET}")["content"]
    solution = nbformat.read(ROOT / "solutions" / Path(SHEET).name, 4)
    right = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in solution.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    wanted = list(right)[:number]
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in wanted:
            cell["source"] = right[name]
    saved = {"type": "notebook", "content": notebook}
    hub.ask(f"user/{student}/api/contents/{SHEET}", "PUT", saved)


def run(hub, student, code):
    """Run code in a kernel of a lesson, over the websocket, as JupyterLab does."""
    from websocket import create_connection

    lesson = "attention-course/notebooks/01_a_soft_library.ipynb"
    asked = {"path": lesson, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
    kernel = hub.ask(f"user/{student}/api/sessions", "POST", asked)["kernel"]["id"]
    address = f"{hub.url}/user/{student}/api/kernels/{kernel}/channels".replace("http", "ws", 1)
    header = {"msg_id": "1", "msg_type": "execute_request", "session": "s", "username": student}
    content = {"code": code, "silent": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    line = create_connection(address, header=[f"Authorization: token {TOKEN}"], timeout=120)
    line.send(json.dumps({**message, "channel": "shell"}))
    while True:
        said = json.loads(line.recv())
        if said["msg_type"] == "execute_reply":
            line.close()
            return said["content"]["status"]


@pytest.mark.nightly
@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_each_student_gets_the_course_its_settings_and_a_progress_file(school):
    hub, homes = school
    for student in STUDENTS:
        assert "attention-course" in hub.ask(f"user/{student}/lab/tree/{SHEET}")  # its extension
        settings = hub.ask(f"user/{student}/lab/api/settings")["settings"]
        widgets = "@jupyter-widgets/jupyterlab-manager:plugin"
        manager = next(each for each in settings if each["id"] == widgets)
        assert manager["schema"]["properties"]["saveState"]["default"] is True
        wrote = f"from course_utils.learning.panels import record; record('{student}', 'quiz')"
        assert run(hub, student, wrote) == "ok"
    for student in STUDENTS:
        file = homes / student / "attention-course" / "progress.json"
        assert list(json.loads(file.read_text())["entries"]) == [student]


@pytest.mark.nightly
@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.skipif(bool(Sandbox().why_not()), reason=str(Sandbox().why_not()))
def test_what_they_hand_in_is_collected_and_marked(school, tmp_path):
    hub, homes = school
    for student, number in zip(STUDENTS, (5, 2, 0), strict=True):
        answer(hub, student, number)
    assert [each.why_not for each in collect("02", homes, tmp_path / "in")] == ["", "", ""]
    command = [sys.executable, "-m", "course_utils.command", "grade", "02"]
    command += [str(tmp_path / "in"), "--out", str(tmp_path / "report"), "--yes"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    marks = (tmp_path / "report" / "grades.csv").read_text().splitlines()[1:]
    assert [line.split(",")[:3] for line in marks] == [
        ["ada", "graded", "10"],
        ["bo", "graded", "3"],
        ["cy", "graded", "0"],
    ]
