"""What a learner gets as a solution: right answers with reasons, and nothing of a teacher's."""

import itertools
import json
import re
from pathlib import Path

import pytest

from course_utils.checks.catalogue import find
from course_utils.command.solutions import clean_copy, is_solution, reason

SOLUTIONS = [
    path
    for path in sorted((Path(__file__).resolve().parents[2] / "solutions").glob("*.ipynb"))
    if is_solution(path.read_bytes())
]


def cells(notebook, kind):
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == kind]


@pytest.fixture(params=SOLUTIONS, ids=lambda path: path.stem)
def pair(request):
    """A solution as its file has it, and its clean copy."""
    content = request.param.read_bytes()
    return json.loads(content), json.loads(clean_copy(content, request.param.name))


def test_nothing_of_a_teachers_is_left_in_it(pair):
    _, clean = pair
    text = json.dumps(clean["cells"])
    for mark in ("### BEGIN", "### END", "nbgrader", "require(", " = ...", "../solutions/"):
        assert mark not in text
    assert cells(clean, "markdown")[0].startswith("# Solution 答案 · ")


def test_every_cell_still_is_python_and_has_an_id_of_its_own(pair):
    _, clean = pair
    for source in cells(clean, "code"):
        compile(source, "cell", "exec")
    ids = [cell["id"] for cell in clean["cells"]]
    assert len(ids) == len(set(ids))


def test_a_folded_cell_stays_folded(pair):
    folded = [
        {c["id"] for c in notebook["cells"] if c["metadata"].get("jupyter")} for notebook in pair
    ]
    assert folded[1] <= folded[0] and bool(folded[0]) == bool(folded[1])


def test_every_check_is_there_and_its_reason_stands_below_it(pair):
    full, clean = pair
    asked = re.findall(r'^check\("([^"]+)"', "\n".join(cells(full, "code")), re.M)
    sources = ["".join(cell["source"]) for cell in clean["cells"]]
    below = {
        found[1]: after
        for source, after in itertools.pairwise(sources)
        if (found := re.search(r'^check\("([^"]+)"', source, re.M))
    }
    assert list(below) == asked
    for name, text in below.items():
        assert text == reason(find(name)) and text.startswith("**Why**")


def test_all_sheets_but_the_course_test_have_one():
    there = {path.stem for path in SOLUTIONS[0].parent.glob("*.ipynb")}
    assert there - {path.stem for path in SOLUTIONS} == {"course_test"}


def test_a_choice_is_explained_option_by_option_and_a_function_by_what_is_often_wrong():
    assert "- ✓ c) " in reason(find("R1.1")) and reason(find("R1.1")).count("✗") == 3
    assert "Often written instead" in reason(find("02.3"))
