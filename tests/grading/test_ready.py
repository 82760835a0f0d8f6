"""Workers that begin as copies: each as strictly shut in as one that starts by itself."""

import json
import time
from dataclasses import replace

import pytest

from course_utils.grading import exchange, ready
from course_utils.grading.assess import assess
from course_utils.grading.inside import copies
from course_utils.grading.master import read_master
from course_utils.grading.notebooks import Cell
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.session import Room, Session
from course_utils.grading.settings import Settings
from tests.grading.invented_class import code, notebook

REASON = Sandbox().why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))
SANDBOX = Sandbox(Limits(cell=20, call=20, total=60, memory=1000))
# What the kernel says of a process, and what a student's code finds around it.
LOOK = """
import ctypes, os, resource, socket, sys

CLONE = 56 if os.uname().machine == "x86_64" else 220

def kept(line):
    return line.startswith(("Cap", "NoNewPrivs", "Seccomp", "Uid", "Gid", "Groups", "Cpus_allowed"))

def refused(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    return getattr(libc, name)(*arguments), ctypes.get_errno()

def limit(name):
    return resource.getrlimit(getattr(resource, name))

status = [line for line in open("/proc/self/status").read().splitlines() if kept(line)]
mounts = sorted(line.split()[4:6] for line in open("/proc/self/mountinfo"))
limits = [limit(name) for name in sorted(dir(resource)) if name.startswith("RLIMIT_")]
found = repr({
    "status": status,
    "mounts": mounts,
    "limits": limits,
    "environment": sorted(os.environ.items()),
    "files": sorted(os.listdir("/proc/self/fd")),
    "there": sorted(os.listdir("/tmp")) + sorted(os.listdir("/")),
    "place": os.getcwd(),
    "host": socket.gethostname(),
    "networks": [line.split()[0] for line in open("/proc/net/dev")],
    "namespaces": [refused("unshare", kind) for kind in (0x10000000, 0x20000, 0x40000000)],
    "users": refused("syscall", CLONE, 0x10000000 | 17, 0, 0, 0, 0),
    "arguments": sys.argv,
    "loaded": sorted(name for name in sys.modules if name.startswith("course_utils")),
})
"""


@pytest.fixture
def copied():
    """The sandbox, whose workers begin as copies in this test."""
    ready.prepare(SANDBOX)
    yield SANDBOX
    ready.put_away()


def session(*cells, sandbox=SANDBOX):
    return Session(list(cells), sandbox, Room(deadline=time.monotonic() + 60))


def seen(*cells, name="found"):
    """What a name means after cells have run in a worker of their own."""
    made = session(*cells)
    try:
        found = made.fetch(name)
        assert not made.errors
        return found
    finally:
        made.close()


def test_a_copy_is_shut_in_as_what_starts_by_itself():
    by_itself = seen(LOOK)
    ready.prepare(SANDBOX)
    try:
        assert seen(LOOK) == by_itself
    finally:
        ready.put_away()
    assert "CapBnd:\\t0000000000000000" in by_itself
    assert "Seccomp:\\t2" in by_itself


def test_a_copy_sees_no_process_but_its_own(copied):
    source = "import os\nnumbers = [n for n in os.listdir('/proc') if n.isdigit()]\n"
    source += "names = {open(f'/proc/{n}/comm').read().strip() for n in numbers}"
    names = seen(source, name="names")
    assert names == {"bwrap", "cat", "python"} or names == {"bwrap", "cat", "python3"}


def test_copies_share_no_file_and_no_random_number(copied):
    source = "import os, random, numpy as np\nthere = os.listdir('.')\nopen('mine', 'w').close()\n"
    source += "found = (there, random.random(), float(np.random.random()))"
    one, other = seen(source), seen(source)
    assert one[0] == other[0]
    assert "mine" not in other[0]
    assert not {*one[1:]} & {*other[1:]}


@pytest.mark.parametrize(
    "harm",
    [
        "os.killpg(0, 9)",
        "os.kill(-1, 9)",
        "[os.kill(n, 9) for n in range(1, 300) if n != os.getpid()]",
        "os.kill(os.getppid(), 9)",
    ],
)
def test_what_a_copy_kills_is_its_own(copied, harm):
    broken = session(f"import os, contextlib\nwith contextlib.suppress(OSError):\n    {harm}")
    broken.advance()
    broken.close()
    there = ready._HERE.ready[replace(SANDBOX, core=None)]
    assert there.process.poll() is None
    assert seen("found = 2 + 3") == 5


def test_a_worker_starts_by_itself_where_there_is_nothing_to_copy(copied):
    there = ready._HERE.ready[replace(SANDBOX, core=None)]
    there.process.kill()
    there.process.wait()
    assert seen("found = 2 + 3") == 5


def test_a_copy_that_may_not_go_in_never_runs_a_cell(copied, monkeypatch):
    monkeypatch.setattr(ready.syscalls, "program", lambda: b"nonsense")
    ready.put_away()
    ready.prepare(SANDBOX)
    made = exchange.Exchange(SANDBOX)
    with pytest.raises(exchange.NoWorker):
        made.begin()


def test_a_right_that_is_left_is_noticed():
    with pytest.raises(OSError, match="a right is left"):  # this process has not given up any
        copies.look_for_rights(b"")


def test_the_next_pass_has_the_worker_of_the_one_before(tmp_path, monkeypatch):
    begun, begin = tmp_path / "begun", exchange.Exchange.begin

    def counted(*about):  # in whichever process
        with begun.open("a") as file:
            file.write("worker ")
        begin(*about)

    monkeypatch.setattr(exchange.Exchange, "begin", counted)
    flags = {"grade": True, "solution": False, "locked": True}
    made = notebook({})
    made["cells"] += [code("x = 1", "answer", grade=False, solution=True, locked=False)]
    made["cells"] += [code("assert x == 1", "test", points=4, **flags)]
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(made))
    result = assess(read_master(path), [Cell("x = 1", "answer")], Settings(SANDBOX))
    assert result.score == 4
    assert begun.read_text() == "worker "
