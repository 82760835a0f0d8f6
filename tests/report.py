"""What a run of the tests says of itself: what it ran, what it left out, where the time went.

A failure begins with the file that a newcomer should look at. With several processes each worker
measures its own part, and the first process adds them up.
"""

import contextlib
from collections import Counter
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent
# The first that fits; what fits none is a unit test.
PARTS = {
    "notebooks/": "lessons, compared (nbval)",
    "solutions/": "solutions, compared (nbval)",
    "tests/browser/test_book": "the book in a browser",
    "tests/browser/": "JupyterLab in a browser",
    "tests/grading/": "grading a class",
    "tests/checks/": "exercises and sheets",
    "tests/tools/": "tools, set-up, style",
}
UNITS = "units"
SLOWEST = 5


class Report:
    """A plugin of pytest: notes the tests and prints the tables at the end."""

    def __init__(self, config):
        self.config = config
        self.wall, self.cpu, self.counts = Counter(), Counter(), Counter()
        self.reasons, self.files, self.nightly = Counter(), Counter(), 0
        self._part, self._used = None, 0.0

    # In each process that runs tests

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        """Leave the nightly tests out, unless they are asked for."""
        if config.option.nightly:
            return
        kept = [item for item in items if not item.get_closest_marker("nightly")]
        self.nightly = len(items) - len(kept)
        if self.nightly:
            config.hook.pytest_deselected(items=[i for i in items if i not in set(kept)])
            items[:] = kept

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        if self._part is None:
            self._used = used()
        self._part = part_of(item.nodeid)
        try:
            return (yield)
        finally:
            if is_last_of_file(item, nextitem):
                self._note()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item, nextitem):
        if is_last_of_file(item, nextitem):
            self._note()  # while servers and browsers are still there to be asked

    def _note(self):
        now = used()
        self.cpu[self._part] += max(0.0, now - self._used)
        self._used = now

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if report.failed:
            put_first(report, where_to_look(item))
        return report

    def pytest_sessionfinish(self):
        if self._part:
            self._note()  # what the last fixtures needed to end
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["course"] = dict(self.cpu), self.nightly

    # In the process that reports

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        cpu, self.nightly = getattr(node, "workeroutput", {}).get("course", ({}, self.nightly))
        self.cpu.update(cpu)

    def pytest_runtest_logreport(self, report):
        part = part_of(report.nodeid)
        self.wall[part] += report.duration
        self.files[report.nodeid.split("::")[0]] += report.duration
        if report.skipped:
            self.reasons[reason_of(report)] += 1
        elif report.when == "call":
            self.counts[part] += 1

    def pytest_terminal_summary(self, terminalreporter):
        if not self.counts or hasattr(self.config, "workerinput"):
            return
        line = terminalreporter.write_line
        terminalreporter.section("where the time went")
        line(f"{'part':32}{'tests':>7}{'seconds of a worker':>21}{'of a processor':>16}")
        for part, seconds in self.wall.most_common():
            line(f"{part:32}{self.counts[part]:7}{seconds:21.0f}{self.cpu[part]:16.0f}")
        total = self.counts.total(), self.wall.total(), self.cpu.total()
        line("{:32}{:7}{:21.0f}{:16.0f}".format("together", *total))
        longest = [f"{name} {seconds:.0f}" for name, seconds in self.files.most_common(SLOWEST)]
        line(f"the longest files: {', '.join(longest)}")
        line(f"Run: {total[0]} tests. {left_out(self.reasons, self.nightly)}")


def part_of(nodeid):
    """The part of the course that a test belongs to."""
    found = (name for start, name in PARTS.items() if nodeid.startswith(start))
    return next(found, UNITS)


def is_last_of_file(item, nextitem):
    """To look at all processes takes a while: it is done once a file, not once a test."""
    return nextitem is None or nextitem.path != item.path


def used():
    """Seconds of a processor that this process and all below it have needed so far."""
    here = psutil.Process()
    seconds = 0.0
    for process in (here, *here.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            seconds += sum(process.cpu_times()[:4])  # with what its ended children needed
    return seconds


def reason_of(report):
    """Why a test was skipped, as one phrase."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ").strip() or "no reason given"


def left_out(reasons, nightly):
    """Everything that was not run, and why, as one sentence."""
    parts = [f"{count} ({reason})" for reason, count in reasons.most_common()]
    if nightly:
        parts.insert(0, f"{nightly} nightly (make test-all)")
    return f"Left out: {', '.join(parts)}." if parts else "Nothing was left out."


def where_to_look(item):
    """One line for somebody who sees this test fail for the first time."""
    path = item.path.relative_to(ROOT) if item.path.is_relative_to(ROOT) else item.path
    if path.suffix == ".ipynb":
        cell = item.name.removeprefix("Cell ")
        return (
            f"Look at {path}, code cell {cell} (counted from 0): it fails, or shows something else "
            f"(below: test) than what is stored there (reference). If what it shows now is right: "
            f"make notebooks NAMES={path.stem}"
        )
    if "lesson" in getattr(getattr(item, "callspec", None), "params", {}):
        name = item.callspec.params["lesson"]
        return f"Look at notebooks/{name}.ipynb in JupyterLab (make lab), and at {path}"
    tested = module_of(path)
    return f"Look at {tested}, which {path} tests" if tested else f"Look at {path}"


def module_of(path):
    """The module that a file of tests mirrors: course_utils/lab/costs.py, of lab/test_costs.py."""
    if path.is_absolute():  # not of this course
        return None
    room = path.parent.relative_to("tests")
    for folder in ("course_utils", "."):
        module = Path(folder) / room / path.name.removeprefix("test_")
        if (ROOT / module).is_file():
            return module
    return None


def put_first(report, text):
    """Make a line the first one of what a failure shows."""
    shown = report.longrepr
    if isinstance(shown, str):
        report.longrepr = f"{text}\n{shown}"
        return
    chain = getattr(shown, "chain", None)
    traceback = chain[0][0] if chain else getattr(shown, "reprtraceback", None)
    if traceback and hasattr(traceback.reprentries[0], "lines"):
        traceback.reprentries[0].lines.insert(0, text)
