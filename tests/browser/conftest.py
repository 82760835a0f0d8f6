"""The system's Chromium for the browser tests; without one, they say so and are skipped."""

import os
from pathlib import Path

import pytest

from tests.browser.lesson_page import CHROMIUM, EXPOSE, QUIET, SIZE, LabPage
from tests.lab_server import running_lab

SHOTS = os.environ.get("COURSE_SHOTS")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """What pytest-playwright starts; never a browser that Playwright would download."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: install chromium to run the browser tests")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(scope="session")
def lab_page(browser, tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a copy of the course, in a page of the browser."""
    with running_lab(tmp_path_factory.mktemp("course"), EXPOSE) as lab:
        page = LabPage(browser.new_page(viewport=SIZE), lab)
        yield page
        page.page.close()


@pytest.fixture(scope="session")
def shots():
    """Where screenshots go: the folder that COURSE_SHOTS names. None: nobody asks for any."""
    return Path(SHOTS) if SHOTS else None
