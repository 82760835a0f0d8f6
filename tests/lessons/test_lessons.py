"""What single lessons ask of a learner can be done, and the lesson says so."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_utils.attention import attend
from course_utils.scoring import DotScore

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def cell_with(lesson, words):
    """The one cell of code in which the words stand."""
    cells = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4).cells
    (found,) = [c.source for c in cells if c.cell_type == "code" and words in c.source]
    return found


@pytest.mark.parametrize(
    ("wish", "verdicts"),
    [
        ([1, 1, 0, 0], ["not yet", "not yet"]),
        ([0, 0, 5, 0], ["reached", "not yet"]),
        ([1, -1, 3, 0], ["not yet", "reached"]),
        ([1, 1, 1, 0], ["not yet", "not yet"]),  # the two are the same, but Turing has more
    ],
)
def test_lesson_01_says_which_goals_a_wish_reaches(wish, verdicts, capsys):
    names = {"np": np, "attend": attend, "DotScore": DotScore}
    exec(cell_with("01_a_soft_library", "books = ["), names)
    task = cell_with("01_a_soft_library", "my_wish =")
    exec(task.replace("[1.0, 1.0, 0.0, 0.0]", str(wish)), names)
    assert re.findall("reached|not yet", capsys.readouterr().out) == verdicts
