"""A test's own class whose methods an answer would not have: refused, with what to do."""

import json

import pytest

from course_utils.grading import __main__ as command
from course_utils.grading.sandbox import Sandbox
from tests.grading.test_absent import sheet

REASON = Sandbox().why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))
COUNTS = """
import collections
import numpy as np
class Counting({}):
    reads = 0
    def __getitem__(self, key):
        self.reads += 1
        return super().__getitem__(key)
"""
ALONE = """
class Counting:
    def __init__(self, items):
        self.items, self.reads = items, 0
    def __len__(self):
        return len(self.items)
    def __getitem__(self, key):
        self.reads += 1
        return self.items[key]
"""
FIRST = "### BEGIN SOLUTION\ndef first(items):\n    return items[0]\n### END SOLUTION"
USES = "\nx = Counting([7, 8])\nassert first(x) == 7\nassert x.reads <= 1"
ARRAY = "\nx = np.array([7, 8]).view(Counting)\nassert first(x) == 7\nassert x.reads <= 1"


def graded(tmp_path, monkeypatch, **cells):
    source = sheet(tmp_path / "s", answer=FIRST, **cells)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada.ipynb").write_bytes(source.read_bytes())
    monkeypatch.chdir(tmp_path)
    return command.main(["s/s.ipynb", "in", "--out", "out", "--yes"])


@pytest.mark.parametrize(
    ("cells", "lost"),
    [
        ({"test": COUNTS.format("list") + USES}, "goes over as a plain list"),
        ({"load": COUNTS.format("list"), "test": USES}, "goes over as a plain list"),
        ({"test": COUNTS.format("np.ndarray") + ARRAY}, "goes over as a plain ndarray"),
        ({"test": COUNTS.format("collections.UserList") + USES}, "can read its attributes, and no"),
        ({"test": ALONE + USES}, "can read its attributes, and nothing else"),
    ],
    ids=["list", "given list", "array", "UserList", "of its own"],
)
def test_it_is_refused_with_what_to_do(tmp_path, monkeypatch, capsys, cells, lost):
    assert graded(tmp_path, monkeypatch, **cells) == 2
    said = capsys.readouterr().err
    assert "has a class 'Counting': " in said and lost in said
    assert "define it in a given cell above the first answer" in said


@pytest.mark.parametrize("counts", [ALONE, COUNTS.format("collections.UserList")])
def test_what_is_advised_counts(tmp_path, monkeypatch, counts):
    cells = {"load": counts, "test": USES.replace("<=", "==")}
    assert graded(tmp_path, monkeypatch, **cells) == 0
    told = json.loads((tmp_path / "out" / "grades.json").read_text())["submissions"]
    assert [row["score"] for row in told] == [4]


def test_a_list_with_other_methods_goes_as_a_list(tmp_path, monkeypatch):
    more = "class Row(list):\n    def total(self):\n        return sum(self)\n"
    test = more + "x = Row([7, 8])\nassert first(x) == 7 and x.total() == 15"
    assert graded(tmp_path, monkeypatch, test=test) == 0
