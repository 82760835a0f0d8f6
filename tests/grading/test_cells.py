"""A cell means in class what it means in a kernel."""

import contextlib
import time

import pytest

from course_utils.grading.inside import magics
from course_utils.grading.magics import python_of, shell_of
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.session import Room, Session
from tests.grading.kernel_corpus import CORPUS

pytestmark = pytest.mark.skipif(Sandbox().why_not() is not None, reason=str(Sandbox().why_not()))
LIMITS = Limits(cell=20, call=20, total=60, memory=1000)


@contextlib.contextmanager
def in_class(*cells, safe=True):
    """A worker that has run these cells."""
    session = Session(cells, Sandbox(LIMITS, safe), Room(deadline=time.monotonic() + 60))
    with contextlib.closing(session):
        session.fetch("nothing")
        yield session


@pytest.mark.parametrize("module", ["values", "cells", "worker", "student", "inside"])
def test_a_module_of_ones_own_is_no_part_of_the_worker(module):
    writes = f"with open('{module}.py', 'w') as file:\n    file.write('x = 7')"
    with in_class(writes, f"import {module}\nx = {module}.x") as session:
        assert session.fetch("x") == 7 and session.errors == {}


@pytest.mark.parametrize("leave", ["exit()", "quit()", "exit", "quit(1)"])
def test_to_leave_a_notebook_does_not_end_it(leave):
    with in_class(f"x = 1\n{leave}\ny = 2", "z = 3") as session:
        assert [session.fetch(name) for name in "xyz"] == [1, 2, 3]


def test_the_walls_let_cells_wait_and_write():
    """The event loop's socket, a module beside the notebook, and IPython's own import."""
    titles = "await", "files", "shell of IPython", "capture"
    with in_class(*(cell for title in titles for cell in CORPUS[title])) as session:
        assert session.fetch("both") == [2, 3] and session.fetch("held") is True
        assert session.fetch("text") == "hello\n" and session.fetch("x") == 1
        assert session.fetch("said") == "1\n"


def test_a_cell_of_plain_python_does_without_ipython():
    with in_class("x = 1", "import sys\nhave = 'IPython' in sys.modules") as session:
        assert session.fetch("have") is False


def test_a_magic_takes_no_half_second():
    """Of IPython one module is loaded, and a student's own import finds it as it is."""
    cells = "%matplotlib inline\nx = 1", "import sys\nhave = 'IPython' in sys.modules"
    with in_class(*cells, "import IPython\nversion = IPython.__version__") as session:
        assert session.fetch("have") is False
        assert session.fetch("x") == 1 and session.fetch("version")[0].isdigit()


def test_without_ipython_the_text_is_the_rule(monkeypatch):
    monkeypatch.setattr(magics, "_rules", lambda: None)
    assert magics.as_python("%time x = 1\ny = 2") == "pass\ny = 2"


def test_an_error_below_a_magic_has_its_line():
    with in_class("\n%%time\nx = 1\n1 / 0", "%matplotlib inline\n\n1 / 0") as session:
        session.fetch("x")
        found = {number: raised[:3] for number, raised in session.errors.items()}
        assert found == {0: ("ZeroDivisionError", 0, 4), 1: ("ZeroDivisionError", 1, 3)}


def test_code_of_a_master_with_magics():
    """On the trusted side a master's own cells mean the same."""
    names = {}
    names["get_ipython"] = lambda: shell_of(names)
    for cell in ("%matplotlib inline\nx = 1", "y = %time x + 1", "%%time\nz = y + 1"):
        exec(python_of(cell), names)
    assert (names["x"], names["y"], names["z"]) == (1, 2, 3)
    assert python_of("x = 5 % 2") == "x = 5 % 2"
