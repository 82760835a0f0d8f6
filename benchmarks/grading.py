"""How long does it take to grade a class, against `nbgrader autograde`? And what does it hold?

python -m benchmarks.grading
"""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from course_utils.grading.assess import Settings, assess
from course_utils.grading.master import read_master
from course_utils.grading.notebooks import parse
from tools import nbgrader_course
from tools.demo_class import SHEET, demo_class
from tools.exercises import SOLUTIONS
from tools.notebooks import ROOT

SMALL, LARGE = 30, 300
OURS = [sys.executable, "-m", "course_utils.grading"]
STEM = SHEET.stem
TROUBLE = 2  # of the demo class: one hangs, and a file that is none aborts nbgrader
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
}


def main():
    with tempfile.TemporaryDirectory(prefix="course-bench-") as name:
        folder = Path(name)
        small, large = (_class(folder / str(n), n) for n in (SMALL, LARGE))
        seconds, memory = zip(*(_measured(*_ours(path)) for path in (small, large)), strict=True)
        theirs = _nbgrader(folder / "nbgrader", small)
    print(f"{SMALL} submissions of {STEM}")
    print(f"  ours                {seconds[0]:7.1f} s   {memory[0] / 1e6:6.0f} MB at most")
    print(f"  nbgrader autograde  {theirs:7.1f} s   {theirs / seconds[0]:6.1f} times as long")
    print(f"{LARGE} submissions")
    print(f"  ours                {seconds[1]:7.1f} s   {memory[1] / 1e6:6.0f} MB at most")
    print(f"  {seconds[1] / seconds[0]:.1f} times the time, {memory[1] / memory[0]:.2f} the memory")
    print(f"above a student's own code and the tests: {_overhead():.2f} s a submission")


def _class(folder, students):
    files = demo_class(students + TROUBLE)
    for name, data in list(files.items())[TROUBLE:]:
        path = folder / name / SHEET.name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    return folder


def _ours(submissions):
    report = submissions.with_name(f"{submissions.name}-report")
    command = [*OURS, SOLUTIONS / SHEET.name, submissions, "--out", report, "--jobs", "2"]
    return list(map(str, command)), ROOT


def _measured(command, folder):
    """(seconds, most bytes of the grader and its processes; without the workers' sandboxes)."""
    begin, most = time.perf_counter(), 0
    process = subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None:
        most = max(most, _held(process.pid))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return time.perf_counter() - begin, most


def _held(pid):
    """Memory that is a process's own, together with its children of the same program."""
    total = 0
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in [process, *process.children()]:
            with contextlib.suppress(psutil.Error):
                total += one.memory_full_info().uss
    return total


def _nbgrader(course, submissions):
    with contextlib.redirect_stdout(io.StringIO()):
        nbgrader_course.main([str(course)])
    for path in submissions.glob("*/*.ipynb"):
        target = course / "submitted" / path.parent.name.replace(" ", "") / STEM / path.name
        target.parent.mkdir(parents=True)
        target.write_bytes(path.read_bytes())
    for step in (["db", "upgrade"], ["generate_assignment", STEM]):
        _measured(["nbgrader", *step], course)
    return _measured(["nbgrader", "autograde", STEM], course)[0]


def _overhead():
    """Seconds that a solution takes to be graded, without what its cells and its tests take."""
    path = SOLUTIONS / SHEET.name
    master, data = read_master(path), path.read_bytes()
    space, own = {}, time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in parse(data):
            exec(cell.source, space)
    own = time.perf_counter() - own
    taken = []
    for _ in range(5):
        begin = time.perf_counter()
        assess(master, parse(data), Settings())
        taken.append(time.perf_counter() - begin)
    return sorted(taken)[2] - own


if __name__ == "__main__":
    main()
