"""What processes hold together, looked at while they start and end threads and children."""

import os
import subprocess
import sys
import time

import pytest

from course_utils.grading.usage import MEGABYTE, too_much, tree, use_of

FLICKER = """
import os, sys, threading, time
kept = bytearray(60 << 20)
kept[::4096] = b"x" * len(kept[::4096])
if os.fork() == 0:
    kept[::4096] = b"y" * len(kept[::4096])
    time.sleep(60)
print("ready", flush=True)
while True:
    short = [threading.Thread(target=time.sleep, args=(0.0003,)) for _ in range(4)]
    for thread in short: thread.start()
    for thread in short: thread.join()
"""
pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="needs Linux")


@pytest.fixture
def flickering():
    """A process and its child, 60 MB each, whose threads end while one looks."""
    command = [sys.executable, "-c", FLICKER]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.1)
        yield process.pid
        os.killpg(process.pid, 9)


def test_threads_that_end_hide_no_memory(flickering):
    looks = [use_of(flickering).memory for _ in range(300)]
    assert min(looks) > 100 * MEGABYTE, f"{min(looks) / MEGABYTE:.0f} MB seen of 120"
    assert {too_much(flickering, 100, 9) for _ in range(50)} == {"it used too much memory"}


def test_children_count_and_what_has_ended_holds_nothing(flickering):
    assert len(list(tree(flickering))) == 2 and use_of(flickering).threads >= 2
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert use_of(ended.pid) == (0, 0) and too_much(ended.pid, 1, 1) == ""
