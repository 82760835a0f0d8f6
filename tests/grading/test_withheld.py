"""What an exercise withholds has the name that a student's import would have."""

import json
import sys
import time
from pathlib import Path

import pytest

from course_utils.checks.catalogue import exercises, sheets
from course_utils.grading.master import read_master
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.session import Room, Session
from tests.grading.invented_class import code

PACKAGE = Path(__file__).resolve().parents[2] / "course_utils"


@pytest.mark.parametrize("sheet", sheets())
def test_a_withheld_module_is_there_under_this_name(sheet):
    """A module that moved is withheld no longer, and nobody would notice."""
    for exercise in exercises(sheet).values():
        modules = (name.partition(":")[0] for name in exercise.withholds)
        ours = [name.split(".")[1:] for name in modules if name.startswith("course_utils.")]
        for parts in ours:
            place = PACKAGE.joinpath(*parts)
            assert place.with_suffix(".py").exists() or place.is_dir(), (
                f"{exercise.id} withholds course_utils.{'.'.join(parts)}, which is not there: "
                f"name the module's new place where the exercise, or HOLD_ANSWERS, names it"
            )


def begun_with(setup, folder, withheld=()):
    """A master whose sheet begins with these imports, and asks one question."""
    cells = [
        code(setup),
        code("def f(x):\n    return x", "answer", solution=True),
        code("assert f(1) == 1", "test", grade=True, locked=True, points=1),
    ]
    path = folder / "source.ipynb"
    about = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}
    path.write_text(json.dumps({**about, "cells": cells}))
    return read_master(path, withheld)


def test_an_old_name_withholds_the_module_at_its_new_place(tmp_path):
    master = begun_with("import numpy", tmp_path, ["course_utils.ready_made"])
    assert master.questions[0].withheld == ("course_utils.lab.ready_made",)


SETUPS = {
    "as it is now": "from course_utils.tasks import Batch\n"
    "from course_utils.tasks.alignment import digit_alignment",
    "before the move": "from course_utils.alignment import digit_alignment\n"
    "from course_utils.tasks import Batch",
    "one module of the room": "from course_utils.tasks.alignment import digit_alignment",
}


TRIED = """
import course_utils.tasks.marks
try:
    course_utils.tasks.marks.anything()
except ImportError as error:
    said = repr(error)
"""


@pytest.mark.skipif(Sandbox().why_not() is not None, reason=str(Sandbox().why_not()))
@pytest.mark.parametrize("setup", SETUPS.values(), ids=list(SETUPS))
def test_what_a_sheet_imports_of_a_withheld_room_works_in_any_order(setup, tmp_path):
    master = begun_with(setup, tmp_path)
    given, withheld = master.given_of(["course_utils.tasks", "course_utils.tasks.alignment"])
    limits = Limits(cell=20, call=20, total=60, memory=1000)
    session = Session(
        [setup, TRIED], Sandbox(limits), Room(given, withheld, {}, time.monotonic() + 60)
    )
    try:
        assert session.fetch("digit_alignment") is not None and session.errors == {}
        assert session.fetch("said").startswith("Withheld(")
    finally:
        session.close()


LINES = {
    "a name beside others": "from course_utils.attention import softmax, attend, nothing_known",
    "the module": "import course_utils.attention as a; attend = a.attend; softmax = a.softmax",
    "a module of it": "import course_utils.attention.deeper as d; attend = d.attend\n"
    "from course_utils.attention import softmax",
    "everything": "from course_utils.attention import *\n"
    "from course_utils.attention import attend, softmax",
}
USES = [
    "attend(1, 2)",
    "attend.rule",
    "attend + 1",
    "np.ones(2) * attend",
    "attend[0]",
    "[*attend]",
]
USES += ["class Own(attend):\n    pass", "isinstance(1, attend)", "if attend:\n    pass"]
USES += ["np.asarray(attend)", "attend == 1", "float(attend)", "len(attend)", "attend @ np.ones(2)"]


@pytest.mark.skipif(Sandbox().why_not() is not None, reason=str(Sandbox().why_not()))
@pytest.mark.parametrize("line", LINES.values(), ids=list(LINES))
def test_a_withheld_name_in_an_import_stops_nothing_until_it_is_used(line):
    cells = [f"import numpy as np\n{line}\nx = softmax(np.zeros(2))", *USES, "y = 1"]
    given = (("course_utils.attention", ("softmax",)),)
    limits = Limits(cell=20, call=20, total=60, memory=1000)
    until = time.monotonic() + 60
    session = Session(cells, Sandbox(limits), Room(given, ("course_utils.attention",), {}, until))
    try:
        assert session.fetch("x").tolist() == [0.5, 0.5] and session.fetch("y") == 1
        assert {kind for kind, *_ in session.errors.values()} == {"Withheld"}
        assert [*session.errors] == [*range(1, len(USES) + 1)]
        with pytest.raises(Exception, match="write it yourself"):
            session.fetch("attend")(1)
    finally:
        session.close()


@pytest.mark.skipif(Sandbox().why_not() is not None, reason=str(Sandbox().why_not()))
def test_a_module_of_a_students_own_is_not_there_while_the_shelf_is_stocked():
    """It would see what is withheld: sheet 04 imports a module that needs `secrets`."""
    master = read_master(PACKAGE.parent / "solutions" / "04_concat_linear_scoring.ipynb")
    given, withheld = master.given_of(master.questions[0].withheld)
    names = [name for name in sys.stdlib_module_names if not name.startswith("_")]
    own = {f"{name}.py": b"raise SystemExit" for name in names} | {"mine.py": b"y = 2"}
    limits = Limits(cell=20, call=20, total=60, memory=1000)
    room = Room(given, withheld, {}, time.monotonic() + 60, modules=own)
    session = Session(["from mine import y"], Sandbox(limits), room)
    try:
        assert session.fetch("y") == 2
    finally:
        session.close()
