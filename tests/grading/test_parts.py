"""Part marks where an exercise has parts: a test cell for each, or one that ends in a number."""

import json

import pytest

from course_utils.grading import __main__ as command
from course_utils.grading.sandbox import Sandbox
from tests.grading.invented_class import code, notebook

REASON = Sandbox().why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))
ANSWERS = {
    "right": "def spread(x):\n    return sum(x) / len(x), max(x) - min(x)",
    "one part": "def spread(x):\n    return sum(x) / len(x), max(x)",
    "the other": "def spread(x):\n    return 0, max(x) - min(x)",
    "none": "def spread(x):\n    return 0, 0",
    "stops": "def spread(x):\n    return x.mean(), x.max() - x.min()",
    "blank": "def spread(x):\n    raise NotImplementedError",
}
MEAN, RANGE = "spread([2, 4, 9])[0] == 5", "spread([2, 4, 9])[1] == 7"
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
A_CELL_EACH = {
    "mean": (2, f"assert {MEAN}"),
    "range": (3, "assert len(spread([1])) == 2\n" + HIDDEN.format(f"assert {RANGE}")),
}
ONE_CELL = {"both": (5, f"float(2 * ({MEAN}) + 3 * ({RANGE}))")}
HIDDEN_NUMBER = {"both": (5, "assert spread\n" + HIDDEN.format(ONE_CELL["both"][1]))}
SCORES = {"right": 5, "one part": 2, "the other": 3, "none": 0, "stops": 0, "blank": 0}


def sheet(answer, tests):
    made = notebook({})
    about = {"grade": False, "solution": True, "locked": False}
    made["cells"] = [code(answer, "answer", **about)]
    for name, (points, text) in tests.items():
        flags = {"grade": True, "solution": False, "locked": True, "points": points}
        made["cells"].append(code(text, name, **flags))
    return json.dumps(made)


@pytest.mark.parametrize(
    "tests", [A_CELL_EACH, ONE_CELL, HIDDEN_NUMBER], ids=["cells", "number", "hidden"]
)
def test_parts_give_their_points(tmp_path, monkeypatch, tests):
    (tmp_path / "in").mkdir()
    solution = f"### BEGIN SOLUTION\n{ANSWERS['right']}\n### END SOLUTION"
    (tmp_path / "s.ipynb").write_text(sheet(solution, tests))
    for name, answer in ANSWERS.items():
        (tmp_path / "in" / f"{name}.ipynb").write_text(sheet(answer, tests))
    monkeypatch.chdir(tmp_path)
    assert command.main(["s.ipynb", "in", "--out", "out", "--yes"]) == 0
    told = json.loads((tmp_path / "out" / "grades.json").read_text())["submissions"]
    assert {row["student"]: row["score"] for row in told} == SCORES
    if len(tests) > 1:
        assert {tuple(row["grades"].values()) for row in told} == {(2, 3), (2, 0), (0, 3), (0, 0)}
    else:
        page = (tmp_path / "out" / "feedback" / "one part.html").read_text()
        assert "The tests give 2 of the 5 points." in page and "◐ partly" in page
