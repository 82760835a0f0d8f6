"""How long does a stranger wait from nothing to the first lesson, with uv and with pip?

Nothing: a Python, and the package as it was built. Packages are fetched anew each time, so the net
counts. The first lesson: JupyterLab has told its address, and gives lesson 00 to who asks for it.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.measure import table, verdict
from course_utils.grading.environment import cleaned
from tools.release import DIST

BARS = {"uv": 20, "pip": 45}  # seconds
LESSON = "api/contents/notebooks/00_start_here.ipynb?content=0"
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)\S*\?token=(\w+)")
PATIENCE = 300


def main(repeats=3):
    """Print the medians; an argument is the number of repeats."""
    wheels = sorted(DIST.glob("attention_course-*.whl"))
    if not wheels:
        print("Nothing to begin with: `make release ARGS='--once --only packages'` builds it.")
        return
    rows = []
    for tool, bar in BARS.items():
        if tool == "uv" and not shutil.which("uv"):
            rows.append([tool, "not here", "", "", ""])
            continue
        runs = [one(tool, wheels[-1]) for _ in range(repeats)]
        installed, opened, busy = (statistics.median(row) for row in zip(*runs, strict=True))
        both = statistics.median(run[0] + run[1] for run in runs)
        rows.append([tool, f"{installed:.1f}", f"{opened:.1f}", verdict(both, bar), f"{busy:.1f}"])
    columns = ["with", "install", "open", "both", "of a processor"]
    table("From nothing to the first lesson, seconds", columns, rows)


def one(tool, wheel):
    """Install into a new folder, open the lab; return the seconds of both, and of a processor."""
    variables = cleaned(os.environ)
    variables.pop("PYTHONDONTWRITEBYTECODE", None)  # an author's, not a stranger's
    with tempfile.TemporaryDirectory() as folder:
        begin, busy = time.monotonic(), processor()
        for command in installing(tool, Path(folder), wheel):
            subprocess.run(command, check=True, env=variables, capture_output=True)
        installed = time.monotonic()
        open_lesson(Path(folder), variables)
        return installed - begin, time.monotonic() - installed, processor() - busy


def processor():
    """Return the seconds of a processor that ended programs took: a busy machine adds none."""
    return os.times().children_user + os.times().children_system


def installing(tool, folder, wheel):
    """Return the commands that a stranger types, each as a list."""
    python = getattr(sys, "_base_executable", sys.executable)
    inside = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    if tool == "uv":
        new = ["uv", "venv", "--python", python, folder / "env"]
        return [new, ["uv", "pip", "install", "--no-cache", "--python", inside, wheel]]
    install = [inside, "-m", "pip", "install", "--no-cache-dir", wheel]
    return [[python, "-m", "venv", folder / "env"], install]


def open_lesson(folder, variables):
    """Start the lab, wait until it gives the first lesson, and stop it."""
    begun = Path(folder, "env", "bin", "attention-course")
    command = [begun, "lab", folder / "mine", "--no-browser", "--ServerApp.port=0"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=variables, stdout=log, stderr=subprocess.STDOUT)
    try:
        url, token = wait_for(folder / "log", server)
        headers = {"Authorization": f"token {token}"}
        asked = urllib.request.Request(f"{url}/{LESSON}", headers=headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert b"00_start_here.ipynb" in answer.read()
    finally:
        server.terminate()
        server.wait()


def wait_for(log, server):
    """Return the address and the token that the server tells."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        if found := ADDRESS.search(log.read_text(encoding="utf-8")):
            return found[1], found[2]
        time.sleep(0.05)
    raise RuntimeError(f"the lab did not start:\n{log.read_text(encoding='utf-8')}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
