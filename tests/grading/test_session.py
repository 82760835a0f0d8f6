"""One worker and its session: what crosses, what is noticed, and what is refused."""

import json
import os
import time
from dataclasses import replace

import numpy as np
import pytest

from course_utils.grading import sandbox, syscalls, view
from course_utils.grading.assess import assess
from course_utils.grading.exchange import Exchange, Fault
from course_utils.grading.master import read_master
from course_utils.grading.notebooks import Cell
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.session import MISSING, Room, Session
from course_utils.grading.settings import Settings
from course_utils.grading.stubs import for_checks
from tests.grading.invented_class import code, notebook

REASON = Sandbox().why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))
SANDBOX = Sandbox(Limits(cell=5, call=5, total=60, memory=1000))


@pytest.fixture
def session():
    """A function from cells to a session, which ends with the test."""
    made = []

    def start(*cells, given=(), withheld=()):
        until = time.monotonic() + SANDBOX.limits.total
        made.append(Session(list(cells), SANDBOX, Room(given, withheld, {}, until)))
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_an_array_changed_there_is_noticed_and_stays_as_it_is(session):
    function = session("def f(x, y):\n    x *= 0\n    return 7").fetch("f")
    x, y = np.ones(3), np.ones(2)
    value, ((place, now),) = function._session.call_and_look(function, (x, y))
    assert (value, place, now.tolist()) == (7, 0, [0, 0, 0])
    assert function(x, y) == 7
    assert x.tolist() == [1, 1, 1]


def test_a_check_sees_the_change_in_its_copies(session):
    function = for_checks(session("def f(x):\n    x *= 0").fetch("f"))
    x = np.arange(8.0)[::2]
    function(x)
    assert x.tolist() == [0, 0, 0, 0]


def test_arrays_with_gaps_have_gaps_there(session):
    function = session("def f(x):\n    return x.flags.c_contiguous").fetch("f")
    assert function(np.arange(6.0)) is True
    assert function(np.arange(6.0)[::2]) is False


def test_objects_stay_there_and_can_be_read_and_called(session):
    source = (
        "class Box:\n    def __init__(self, n): self.n = n\n    def twice(self): return 2 * self.n"
    )
    box = session(source).fetch("Box")(4)
    assert (box.n, box.twice()) == (4, 8)
    assert type(box).__name__ == "Box" and not callable(box)
    assert box != 4 and box != box.twice
    assert not hasattr(box, "height") and not hasattr(box, "_private")
    box.n = 5
    assert (box.n, box.twice()) == (5, 10)
    with pytest.raises(TypeError):
        len(box)


def test_an_object_is_handed_back(session):
    one = session("class A: pass\na = A()\ndef same(x): return x is a")
    assert one.fetch("same")(one.fetch("a")) is True


def test_objects_of_a_worker_that_is_gone_mean_nothing(session):
    one = session("def f(): return 1")
    function = one.fetch("f")
    one.renew()
    one.fetch("f")
    with pytest.raises(TypeError, match="a worker that is gone"):
        function()


def test_a_given_function_is_called_here_with_plain_values(session):
    function = session("def f(g, x):\n    return g(g(x), k=2)").fetch("f")
    assert function(lambda x, k=1: x + k, np.ones(2)).tolist() == [4, 4]


def test_a_given_function_that_fails_fails_there(session):
    source = "def f(g):\n    try: g(1, 2)\n    except TypeError as error: return str(error)"
    assert "that you were given" in session(source).fetch("f")(lambda x: x)


def test_errors_come_as_their_kind_with_their_words(session):
    one = session("def f(n):\n    raise ValueError('n is', n)")
    with one.question() as calls, pytest.raises(ValueError) as error:
        one.fetch("f")(3)
    assert error.value.args == ("n is", 3)
    assert calls.raised == ("ValueError", 0, 2, "")


def test_a_name_that_is_not_there(session):
    assert session("x = 1").fetch("y") is MISSING


def test_a_name_after_a_cell(session):
    one = session("x = 1", "x = 2")
    assert [one.fetch("x", 0), one.fetch("x", 1), one.fetch("x")] == [1, 2, 2]


def test_a_cell_that_dies_is_left_out(session):
    one = session("x = 1", "import os; os._exit(1)", "y = 2")
    assert (one.fetch("x"), one.fetch("y")) == (1, 2)
    assert list(one.left_out) == [1] and [f.status for f in one.faults] == ["crashed"]


def test_a_worker_says_nothing_after_a_fault(session):
    one = session("import os\ndef f(): os._exit(1)")
    function = one.fetch("f")
    for _ in range(2):
        with pytest.raises(Fault):
            function()
    assert len(one.faults) == 1


@pytest.mark.parametrize(
    "call",
    [
        "os.memfd_create('x')",
        "os.unshare(0x10000000)",
        "libc.shmget(0, 4096, 0o1666)",
        "socket.socket(socket.AF_VSOCK)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)",
        "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "socket.socket(socket.AF_TIPC)",
        "socket.socketpair(socket.AF_TIPC)",
        "libc.syscall(41 if os.uname().machine == 'x86_64' else 198, (1 << 32) | 40, 1, 0)",
        "os.sched_setaffinity(0, range(os.cpu_count()))",
        "libc.io_setup(9, ctypes.byref(ctypes.c_ulong()))",
    ],
)
def test_calls_that_the_sandbox_refuses(session, call):
    if not syscalls.program():
        pytest.skip("no numbers of system calls are known for this machine")
    source = f"import ctypes, os, socket\nlibc = ctypes.CDLL(None)\ntry: x = {call}\n"
    source += "except (OSError, AttributeError): x = -1"
    assert session(source).fetch("x") == -1


def test_sockets_inside_work_as_ever(session):
    source = """
import asyncio, multiprocessing.connection as c, socket, threading
one, other = socket.socketpair()
one.send(b"hello")
said = other.recv(9).decode()
with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(
    server.getsockname()
) as client:
    client.send(b"there")
    heard = server.accept()[0].recv(9).decode()
async def wait(): await asyncio.sleep(0); return 7
done = await wait()
"""
    one = session(source)
    assert [one.fetch(name) for name in ("said", "heard")] == ["hello", "there"]
    assert one.fetch("done") == 7


def test_filters_for_both_machines_are_whole():
    programs = {name: syscalls.program(name) for name in syscalls.MACHINES}
    assert {len(made) % 8 for made in programs.values()} == {0}
    assert len(set(programs.values())) == 2 and syscalls.program("riscv64") == b""


def test_what_is_in_the_sandbox(session):
    one = session(
        "import os\nids = os.getuid(), os.geteuid()\nroot = sorted(os.listdir('/'))\n"
        "names = sorted(os.environ)\nprocesses = [p for p in os.listdir('/proc') if p.isdigit()]\n"
        "status = open('/proc/self/status').read()"
    )
    assert 0 not in one.fetch("ids")
    assert "home" not in one.fetch("root") and "etc" in one.fetch("root")
    assert not [n for n in one.fetch("names") if n.startswith(("COURSE", "PYTHON", "PYTEST"))]
    assert len(one.fetch("processes")) <= 3
    status = one.fetch("status")
    assert "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status


def test_a_second_copy_of_the_course_is_not_there_either(session, tmp_path, monkeypatch):
    """Installed, and graded from a clone."""
    folder = tmp_path / "site"
    (folder / "course_utils" / "checks").mkdir(parents=True)
    (folder / "other").mkdir()
    for path in (folder, folder / "course_utils"):
        path.chmod(0o755)
    found = [*view.packages(), str(folder)]
    monkeypatch.setattr(view, "packages", lambda: found)
    listed = f"{{n: os.listdir('{folder}/' + n) for n in os.listdir('{folder}')}}"
    one = session(f"import os\nthere = {listed}")
    assert one.fetch("there") == {"course_utils": [], "other": []}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("for n in range(10**6): open(f'/tmp/{n}', 'w')", "too many files"),
        (
            "kept, number = [], os.fork()\nwhile True:\n    try: kept += socket.socketpair()\n"
            "    except OSError: time.sleep(60)",
            "too many sockets",
        ),
    ],
)
def test_what_no_process_is_charged_for_ends_a_worker(session, source, said):
    one = session(f"import os, socket, time\n{source}", "x = 1")
    assert one.fetch("x") == 1
    assert said in one.left_out[0].message


@pytest.mark.skipif(not syscalls.program(), reason="needs the filter of system calls")
def test_a_worker_stays_on_its_core_with_all_that_it_starts(monkeypatch):
    core = max(os.sched_getaffinity(0))
    source = """
import os
try: os.sched_setaffinity(0, range(os.cpu_count()))
except OSError: pass
reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    os.write(writing, repr(os.sched_getaffinity(0)).encode())
    os._exit(0)
cores = os.read(reading, 100).decode()
"""
    here = os.sched_getaffinity(0)
    one = Session([source], replace(SANDBOX, core=core), Room((), (), {}, time.monotonic() + 60))
    try:
        assert one.fetch("cores") == repr({core})
    finally:
        one.close()
    assert os.sched_getaffinity(0) == here


def test_slots_side_by_side_have_cores_of_their_own(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {2, 5, 7})
    assert [sandbox.core_of(slot) for slot in range(4)] == [2, 5, 7, 2]


def test_a_closed_exchange_leaves_no_process():
    exchange = Exchange(SANDBOX)
    exchange.begin()
    exchange.close()
    exchange.close()
    assert exchange.process.returncode is not None


def grades(*about, **more):
    return [outcome.points for outcome in graded(*about, **more).outcomes]


def graded(tmp_path, *tests, answers=("x = 1",)):
    made = notebook({})
    flags = {"grade": True, "solution": False, "locked": True}
    for number, answer in enumerate(answers):
        about = {"grade": False, "solution": True, "locked": False}
        made["cells"].append(code(answer, f"answer_{number}", **about))
        test = code(tests[number], f"test_{number}", points=4, **flags)
        made["cells"].append(test)
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(made))
    ids = [
        (cell["source"], cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
        for cell in made["cells"]
    ]
    cells = [Cell(*pair) for pair in ids]
    return assess(read_master(path), cells, Settings(SANDBOX))


@pytest.mark.parametrize(
    ("test", "points"),
    [
        ("assert x == 1", 4),
        ("assert x == 2", 0),
        ("2.5 * x", 2.5),
        ("99", 4),
        ("import numpy as np\nx * np.float32(0)", 0),
        ("import numpy as np\nnp.array(1.5)", 1.5),
        ("x * float('nan')", 0),
        ("-(10**400)", 0),
        ("-1", 0),
        ("True", 4),
    ],
)
def test_part_of_the_points_as_nbgrader_gives_them(tmp_path, test, points):
    assert grades(tmp_path, test) == [points]


def test_one_name_for_several_answers(tmp_path):
    assert grades(tmp_path, "assert x == 1", "assert x == 2", answers=("x = 1", "x = 2")) == [4, 4]


def test_what_a_test_prints_is_not_shown(tmp_path, capsys):
    assert grades(tmp_path, "print('hidden')\nassert x == 1") == [4]
    assert capsys.readouterr().out == ""


def test_a_call_that_ends_its_worker_is_told_to_the_teacher(tmp_path):
    answer = "def f():\n    import os\n    os._exit(0)"
    result = graded(tmp_path, "assert f() == 1", answers=(answer,))
    assert result.status == "crashed"
    assert result.notes[-1].startswith("“test_0”: a call ended the whole program")


def test_a_test_that_students_see_is_not_called_hidden(tmp_path):
    test = """
from course_utils.checks import check

check("03.1", x)
assert x(np.zeros(2), 1.0).sum() == 2, "the sum is two"
"""
    answer = "import numpy as np\ndef x(scores, temperature):\n"
    answer += "    e = np.exp((scores - scores.max(-1, keepdims=True)) / temperature)\n"
    answer += "    return e / e.sum(-1, keepdims=True)"
    (outcome,) = graded(tmp_path, "import numpy as np" + test, answers=(answer,)).outcomes
    assert (outcome.points, outcome.kind, outcome.message) == (0, "wrong", "the sum is two")
