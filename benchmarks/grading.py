"""How long does it take to grade a class, against `nbgrader autograde`? And what does it hold?

Every command runs as often as the others, in turns; medians are compared.

python -m benchmarks.grading
"""

import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.measure import interleaved, table, verdict
from course_utils.grading.assess import assess
from course_utils.grading.master import read_master
from course_utils.grading.notebooks import parse
from course_utils.grading.sandbox import Sandbox
from course_utils.grading.settings import Settings
from tools import nbgrader_course
from tools.demo_class import SHEET, demo_class
from tools.exercises import SOLUTIONS
from tools.notebooks import ROOT

SMALL, LARGE, ROUNDS = 30, 300, 3
SECONDS = 240  # a round that would end later is not begun, so that a busy machine waits, too
OURS = [sys.executable, "-m", "course_utils.grading"]
STEM = SHEET.stem
TROUBLE = 2  # of the demo class: one hangs, and a file that is none aborts nbgrader
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
}


def main():
    reason = Sandbox().why_not()
    if reason:
        print(f"\nGrading is not measured: {reason}.")
        return
    with tempfile.TemporaryDirectory(prefix="course-bench-") as name:
        folder = Path(name)
        classes = [_class(folder / str(n), n) for n in (SMALL, LARGE)]
        rounds = _rounds(folder, *classes)
    small, theirs = (statistics.median(one[n][0] for one in rounds) for n in (0, 2))
    held = statistics.median(one[0][1] for one in rounds)
    large, held_by_large = rounds[0][1]
    rows = [
        [f"{SMALL} submissions, nbgrader autograde: s", f"{theirs:.1f}", ""],
        [f"{SMALL} submissions, ours: s", f"{small:.1f}", verdict(small / theirs, 1 / 12)],
        [
            f"{LARGE} submissions, ours: s, times {SMALL}'s",
            f"{large:.1f}",
            verdict(large / small, 11),
        ],
        ["most memory: MB, times it", f"{held / 1e6:.0f}", verdict(held_by_large / held, 1.2)],
        ["a submission above its own code: s", "", verdict(_overhead(), 0.3)],
    ]
    about = f"Grading {STEM}, medians of {len(rounds)} rounds, in turns; {LARGE} once"
    table(about, ["what", "measured", "ratio or figure"], rows)


def _rounds(folder, small, large):
    """[[(seconds, bytes) of ours with both classes, and of nbgrader with the small one]]."""
    rounds, begin = [], time.perf_counter()
    for number in range(ROUNDS):
        started = time.perf_counter()
        rounds.append(_round(folder / f"round {number}", small, large if not number else None))
        now = time.perf_counter()
        print(f"round {number + 1}: {_told(rounds[-1])}", flush=True)
        if now - begin + (now - started) > SECONDS:
            break
    return rounds


def _told(measured):
    small, large, theirs = measured
    most = f", {LARGE} in {large[0]:.1f} s" if large else ""
    return f"{SMALL} in {small[0]:.1f} s{most}, nbgrader {theirs[0]:.1f} s"


def _round(folder, small, large):
    """[(seconds, bytes)] of ours with the small class, with the large one, and of nbgrader."""
    folder.mkdir()
    ours = _measured(*_ours(small, folder / small.name))
    most = _measured(*_ours(large, folder / large.name)) if large else None
    return [ours, most, _nbgrader(folder / "nbgrader", small)]


def _class(folder, students):
    files = demo_class(students + TROUBLE)
    for name, data in list(files.items())[TROUBLE:]:
        path = folder / name / SHEET.name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    return folder


def _ours(submissions, report):
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
    return _measured(["nbgrader", "autograde", STEM], course)


def _overhead():
    """Seconds that a solution takes to be graded, above those of its cells and tests as they are.

    Marks take fewer tests than a learner's own check does, so this can be less than nothing.
    """
    path = SOLUTIONS / SHEET.name
    master, cells = read_master(path), parse(path.read_bytes())
    contestants = {
        "graded": lambda: assess(master, cells, Settings()),
        "plain": lambda: _run_plainly(cells),
    }
    seconds = interleaved(contestants, repeats=7)
    return seconds["graded"] - seconds["plain"]


def _run_plainly(cells):
    space = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells:
            exec(cell.source, space)


if __name__ == "__main__":
    main()
