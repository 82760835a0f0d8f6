"""What an answer gives to a test runs nothing here, opens nothing, and gets no points."""

import json

import pytest

from course_utils.grading import wording
from course_utils.grading.assess import assess
from course_utils.grading.master import read_master
from course_utils.grading.notebooks import Cell
from course_utils.grading.proving import proved
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.settings import Settings
from tests.grading import hostile_lent, hostile_objects, hostile_sheets
from tests.grading.invented_class import code

LIMITS = Limits(cell=4, call=4, total=20, memory=700, disk=32, processes=24)
REASON = Sandbox().why_not()
pytestmark = [pytest.mark.skipif(REASON is not None, reason=str(REASON)), pytest.mark.slow]
SHEETS = [*hostile_objects.SHEETS, *hostile_sheets.SHEETS, *hostile_lent.SHEETS]
CASES = [(sheet, attack) for sheet in SHEETS for attack in sheet.attacks]
NEVER_SAID = (
    "SECRET",
    "root:",
    wording.TESTS_ENDED,
)  # another's file, the machine's, a lost process


def master_of(sheet, folder):
    """The master of a sheet, with its files beside it."""
    for path, data in sheet.files.items():
        (folder / path).write_bytes(data)
    cells = [
        code(sheet.given),
        code(sheet.right, "answer", grade=False, solution=True, locked=False),
        code(sheet.test, "test", grade=True, solution=False, locked=True, points=1),
    ]
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    path = folder / "sheet.ipynb"
    path.write_text(json.dumps(notebook))
    return read_master(path, sheet.withheld)


@pytest.fixture(scope="module")
def proved_once(tmp_path_factory):
    """A function: the master of a sheet and its settings, proved once for all attacks on it."""
    done = {}

    def prove(sheet):
        if sheet.name not in done:
            folder = tmp_path_factory.mktemp("sheet")
            master = master_of(sheet, folder)
            done[sheet.name] = master, proved(master, Settings(Sandbox(LIMITS), "seed")), folder
        return done[sheet.name]

    return prove


@pytest.mark.parametrize(
    ("sheet", "attack"), CASES, ids=lambda one: one if isinstance(one, str) else one.name
)
def test_nothing_is_gained_and_nothing_is_harmed(sheet, attack, tmp_path, proved_once):
    canary = tmp_path / "canary.txt"
    canary.write_text("SECRET of somebody else's")
    master, settings, folder = proved_once(sheet)
    answer = sheet.attacks[attack].replace("CANARY", str(canary))
    cells = [Cell(answer if c.grade_id == "answer" else c.source, c.grade_id) for c in master.code]
    result = assess(master, cells, settings)
    assert result.score == 0, result.outcomes
    assert canary.read_text() == "SECRET of somebody else's"
    assert [path.name for path in tmp_path.iterdir()] == ["canary.txt"]
    assert {path.name for path in folder.iterdir()} == {"sheet.ipynb", *sheet.files}
    assert all((folder / name).read_bytes() == data for name, data in sheet.files.items())
    assert not [one for one in result.outcomes for text in NEVER_SAID if text in one.message]
    assert result.status == sheet.status or not sheet.status
