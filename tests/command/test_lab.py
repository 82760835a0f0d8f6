"""`make lab`, from outside: what the server that it starts answers."""

import json
import os
import urllib.error
import urllib.request
from unittest.mock import Mock

import pytest
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from course_utils.command.connection import PromptConnection
from course_utils.command.lab import FIRST_PAGE
from tests.lab_server import ROOT, running_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The course as somebody opens it whose shell is full of settings for other work."""
    other = tmp_path_factory.mktemp("other")
    (other / "jupyterlab.py").write_text("raise ImportError('another jupyterlab')")
    places = os.pathsep.join([str(other), str(ROOT)])
    strange = {"PYTHONPATH": places, "PYTHONOPTIMIZE": "2", "JUPYTER_CONFIG_PATH": str(other)}
    with running_lab(tmp_path_factory.mktemp("course"), variables=strange) as lab:
        yield lab


def get(lab, path, **headers):
    request = urllib.request.Request(f"{lab.url}/{path}", headers=headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def with_token(lab, path):
    return get(lab, path, Authorization=f"token {lab.token}")


def test_opens_at_the_first_lesson(lab):
    assert lab.first_page == f"{lab.url}/lab/tree/work/{FIRST_PAGE}"


def test_the_door_is_locked_without_the_token(lab):
    with pytest.raises(urllib.error.HTTPError, match="403"):
        get(lab, "api/contents")
    assert with_token(lab, "api/status")["kernels"] == 0


def test_every_lesson_is_in_the_learners_folder_and_trusted(lab):
    lessons = [path.name for path in (lab.folder / "notebooks").glob("*.ipynb")]
    for lesson in lessons:
        notebook = with_token(lab, f"api/contents/work/notebooks/{lesson}")["content"]
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert code and all(cell["metadata"]["trusted"] for cell in code)


def test_messages_to_the_page_are_not_held_back(monkeypatch):
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: "connected")
    handler = Mock(spec=KernelWebsocketHandler)
    assert PromptConnection(websocket_handler=handler).connect() == "connected"
    handler.set_nodelay.assert_called_once_with(True)


def test_the_page_loads_what_the_course_adds(lab):
    page = urllib.request.Request(f"{lab.url}/lab", headers={"Authorization": f"token {lab.token}"})
    with urllib.request.urlopen(page) as answer:
        assert "attention-course" in answer.read().decode()
    for file in ("course.js", "course.css"):
        url = f"{lab.url}/lab/extensions/attention-course/static/{file}"
        with urllib.request.urlopen(url) as answer:
            assert answer.status == 200


def test_no_news_no_jumping_cells_saved_widgets_and_whole_names(lab):
    for plugin, setting, value in (
        ("@jupyter-widgets/jupyterlab-manager:plugin", "saveState", True),
        ("@jupyterlab/filebrowser-extension:browser", "showLastModifiedColumn", False),
        ("@jupyterlab/apputils-extension:notification", "fetchNews", "false"),
        ("@jupyterlab/notebook-extension:tracker", "windowingMode", "defer"),
    ):
        # The schema that this version of JupyterLab serves, with our overrides as its defaults.
        properties = with_token(lab, f"lab/api/settings/{plugin}")["schema"]["properties"]
        assert properties[setting]["default"] == value
        # older versions list the choices as "enum"
        choices = properties[setting].get("oneOf", [])
        known = properties[setting].get("enum") or [choice["const"] for choice in choices]
        assert value in known or isinstance(value, bool)
