"""JupyterLab as `make lab` starts it, in a copy of the course, so that no learner's work is met."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 90
SECONDS_TO_STOP = 90


class Lab(NamedTuple):
    """A running server: its address and token, the address it told the user, folder and log."""

    url: str
    token: str
    first_page: str
    folder: Path
    log: Path


@contextlib.contextmanager
def running_lab(folder, *options, variables=None):
    """Start the course's JupyterLab in `folder` (an empty one), yield a `Lab`, and stop it.

    variables : more of the environment that it is started in.
    """
    for part in ("tools", "notebooks", "exercises", "solutions"):
        shutil.copytree(ROOT / part, folder / part)
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    environment = {**os.environ, **{place: str(folder / place) for place in places}}
    environment["PYTHONPATH"] = str(ROOT)  # for kernels; `-m tools.lab` takes the copy's tools
    environment |= variables or {}
    # An own port for each server, so that tests can run at once.
    command = [sys.executable, "-m", "tools.lab", "--no-browser", "--ServerApp.port=0", *options]
    log = folder / "lab.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield wait(server, log, folder)
    finally:
        server.terminate()
        try:
            server.wait(timeout=SECONDS_TO_STOP)  # it stops the kernels of all lessons first
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait(server, log, folder):
    """Return the `Lab` that a starting server tells of in its log."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        found = re.search(r"(http://127\.0\.0\.1:\d+)(\S*)\?token=(\w+)", log.read_text())
        if found:
            return Lab(found[1], found[3], found[1] + found[2], folder, log)
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")
