"""A whole class, honest and hostile, graded in one run: marks, and what must not have happened."""

import contextlib
import csv
import json
import os
import socket
import threading
import time
from pathlib import Path

import psutil
import pytest

from course_utils.grading.html import file_name
from course_utils.grading.master import read_master
from course_utils.grading.notebooks import MOST_BYTES
from course_utils.grading.proving import proved
from course_utils.grading.run import Report, grade
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.settings import Settings
from course_utils.grading.submissions import find_submissions
from tests.grading.honest import HONEST
from tests.grading.hostile import HOSTILE
from tests.grading.hostile_doors import DOORS
from tests.grading.invented_class import HIDDEN_NUMBER, SECRET, Case, master_notebook

LIMITS = Limits(cell=4, call=4, total=20, memory=700, disk=32, processes=24)
CONTROLS = [Case(f"control {number}") for number in range(4)]
CASES = [*HONEST[:10], *HOSTILE, *DOORS, *HONEST[10:], *CONTROLS]
REASON = Sandbox().why_not()
pytestmark = [
    pytest.mark.skipif(REASON is not None, reason=str(REASON)),
    pytest.mark.slow,
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


class Watch(threading.Thread):
    """Notes the memory in use, all processes that there were, and what a listener hears."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.heard, self.seen, self.over = 0, [], set(), False
        self.listeners = [socket.socket(), socket.socket(socket.AF_UNIX)]
        self.listeners[0].bind(("127.0.0.1", 0))
        self.listeners[1].bind(f"\0course-canary-{os.getpid()}")
        for listener in self.listeners:
            listener.listen()
            listener.setblocking(False)
        self.port = self.listeners[0].getsockname()[1]
        self.before = psutil.virtual_memory().used
        self.neighbours = set(psutil.Process().children())  # a browser that other tests have open

    def processes(self):
        """All processes below this one that the class has started."""
        ours = set(psutil.Process().children()) - self.neighbours
        for process in tuple(ours):
            with contextlib.suppress(psutil.NoSuchProcess):
                ours |= set(process.children(recursive=True))
        return ours

    def run(self):
        while not self.over:
            self.seen |= self.processes()
            self.most = max(self.most, psutil.virtual_memory().used - self.before)
            for listener in self.listeners:
                with contextlib.suppress(BlockingIOError):
                    self.heard.append(listener.accept())
            time.sleep(0.05)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class, handed in and graded."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "canary").mkdir(mode=0o777)
    (folder / "canary").chmod(0o777)
    (folder / "secret.txt").write_text("the mean")
    solution = folder / "mini.ipynb"
    solution.write_text(json.dumps(master_notebook()))
    watch = Watch()
    for case in CASES:
        hand_in(case, folder / "submitted" / case.name, folder, watch.port)
    master = read_master(solution)
    submissions = find_submissions(folder / "submitted")
    watch.start()
    settings = proved(master, Settings(Sandbox(LIMITS), "secret-seed"))
    begin = time.monotonic()
    rows = grade(submissions, master, settings, folder / "report", jobs=2, show=False)
    seconds = time.monotonic() - begin
    watch.over = True
    Report(folder / "report", master, {}).write(rows)
    yield {
        "folder": folder,
        "rows": {row.student: row for row in rows},
        "csv": {line["student"]: line for line in _csv(folder / "report" / "grades.csv")},
        "watch": watch,
        "seconds": seconds,
    }


def hand_in(case, place, folder, port):
    place.mkdir(parents=True)
    path = place / "mini.ipynb"
    if case.place == "link":
        path.symlink_to(folder / "mini.ipynb")
    elif case.place == "pipe":
        os.mkfifo(path)
    elif case.place == "folder":
        path.mkdir()
    elif case.place == "huge":
        with path.open("wb") as file:
            file.truncate(MOST_BYTES + 1)
    elif case.place != "nothing":
        words = (b"CANARY", folder / "canary"), (b"PORT", port), (b"HOME", folder)
        data = case.bytes()
        for word, meaning in words:
            data = data.replace(word, str(meaning).encode())
        path.write_bytes(data)


def _csv(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@each_case
def test_marks_and_status(case, graded):
    line = graded["csv"][case.name]
    row = graded["rows"][case.name]
    about = row.status, row.notes, [(one.grade_id, one.message) for one in row.outcomes]
    given = {name: float(line[name]) for name in case.grades}
    assert given == case.grades, about
    assert case.status in (None, line["status"]), about
    assert float(line["score"]) == sum(case.grades.values())


@each_case
def test_a_students_page_tells_nothing(case, graded):
    page = (graded["folder"] / "report" / "feedback" / file_name(case.name, set())).read_text()
    row = graded["rows"][case.name]
    own = " ".join(row.code.values())
    secrets = [SECRET, str(HIDDEN_NUMBER), "3.5", str(Path.cwd()), "Traceback", "site-packages"]
    assert not [text for text in secrets if text in page and text not in own]
    assert "<script" not in page and "<img" not in page
    messages = " ".join(f"{one.message} {one.rows}" for one in row.outcomes)
    assert "SMUGGLED" not in messages


@each_case
def test_the_time_keeps_its_cap(case, graded):
    assert graded["rows"][case.name].seconds <= LIMITS.total + 2


def test_the_canary_is_unharmed_and_nobody_was_heard(graded):
    assert list((graded["folder"] / "canary").iterdir()) == []
    assert graded["watch"].heard == []


def test_no_process_is_left(graded):
    _, left = psutil.wait_procs(graded["watch"].seen, timeout=5)
    assert len(graded["watch"].seen) > len(CASES)
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []


def test_nothing_that_was_handed_in_has_changed(graded):
    for case in CASES:
        if case.place is None:
            path = graded["folder"] / "submitted" / case.name / "mini.ipynb"
            assert [p.name for p in path.parent.iterdir()] == ["mini.ipynb"]
            assert (
                b"CANARY" in case.bytes()
                or b"PORT" in case.bytes()
                or (
                    path.read_bytes()
                    == case.bytes().replace(b"HOME", str(graded["folder"]).encode())
                )
            )


def test_memory_is_bounded(graded):
    """Two at a time; each may hold twice the limit of one process, and a little between looks."""
    megabytes = graded["watch"].most / 1e6
    print(f"at most {megabytes:.0f} MB more in use, {graded['seconds']:.0f} s for {len(CASES)}")
    assert megabytes < 2 * (2 * LIMITS.memory + 800)


def test_there_are_enough_cases():
    assert len(HOSTILE) >= 40 and len(HONEST) >= 15
