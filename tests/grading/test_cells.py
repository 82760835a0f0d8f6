"""A cell means in class what it means in a kernel."""

import contextlib
import time

import pytest

from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.session import Room, Session

pytestmark = pytest.mark.skipif(Sandbox().why_not() is not None, reason=str(Sandbox().why_not()))
LIMITS = Limits(cell=20, call=20, total=60, memory=1000)


@contextlib.contextmanager
def in_class(*cells, safe=True):
    """A worker that has run these cells."""
    session = Session(cells, Sandbox(LIMITS, safe), Room(deadline=time.monotonic() + 60))
    with contextlib.closing(session):
        session.fetch("nothing")
        yield session


@pytest.mark.parametrize("module", ["values", "cells", "worker", "inside"])
def test_a_module_of_ones_own_is_no_part_of_the_worker(module):
    writes = f"with open('{module}.py', 'w') as file:\n    file.write('x = 7')"
    with in_class(writes, f"import {module}\nx = {module}.x") as session:
        assert session.fetch("x") == 7 and session.errors == {}
