"""Every page of a student answers "why 0?": in words, with the name, the line and what to do."""

import html
import json
import re

import pytest

from course_utils.grading.html import feedback_page
from course_utils.grading.master import read_master
from course_utils.grading.pool import failed, grade_all
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.settings import Settings
from course_utils.grading.submissions import HandedIn, Submission
from tests.grading.invented_class import RIGHT, Case, code, master_notebook, notebook, text

REASON = Sandbox().why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))
QUICK = Settings(Sandbox(Limits(cell=2, call=2, total=20)))
MEAN = "def mean(x):\n    "


def another_sheet(made):
    return {**made, "cells": [code("import numpy as np"), code("table = np.ones(3)", "answer_7_1")]}


def became_text(made):
    for cell in made["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "answer_mean":
            cell["cell_type"] = "markdown"
    return made


def blank(made):
    for cell in made["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = "..."
    return made


WITHHELD = """
from course_utils.scoring import DotScore

def attention(queries, keys, values):
    return DotScore()(queries, keys), values
"""
# Who fails, and what their page says.
KINDS = [
    (
        Case("forgot an import", {"mean": MEAN + "y = list(x)\n    return statistics.mean(y)"}),
        ["It stops with NameError: `statistics` is defined nowhere above.", "See line 3."],
    ),
    (
        Case("misspelt a name", {"mean": MEAN + "return sum(x) / lenght(x)"}),
        ["`lenght` is defined nowhere above", "See line 2."],
    ),
    (
        Case("no module", {"mean": "import numpie as np2\n" + RIGHT["mean"]}),
        ["there is no module `numpie` here", "See line 1."],
    ),
    (
        Case("no such thing to import", {"mean": "from math import avg\n" + RIGHT["mean"]}),
        ["there is no `avg` to import"],
    ),
    (
        Case("no attribute", {"mean": MEAN + "return np.array(x).average()"}),
        ["It stops with AttributeError: the object before it has no `average`."],
    ),
    (
        Case("no colon", {"mean": "def mean(x)\n    return 1"}),
        ["SyntaxError: Python cannot read it: expected ':'", "See line 1."],
    ),
    (
        Case("a bracket open", {"mean": MEAN + "return (sum(x) / len(x)"}),
        ["'(' was never closed", "See line 2."],
    ),
    (
        Case("magics above", {"mean": "%time x = 1\n!ls\nfiles = !ls\ndef mean(x)\n    return 1"}),
        ["expected ':'", "See line 4."],
    ),
    (
        Case("indented badly", {"mean": "def mean(x):\nreturn 1"}),
        ["IndentationError: Python cannot read it: expected an indented block"],
    ),
    (
        Case("return outside", {"mean": "return 3"}),
        ["'return' outside function"],
    ),
    (
        Case("another name", {"mean": "def maen(x):\n    return sum(x) / len(x)"}),
        ["There is no `mean` in your notebook.", "You have `maen`"],
    ),
    (Case("wrong number", {"mean": MEAN + "return 0"}), ["the mean of 1, 2, 3 is 2"]),
    (
        Case("wrong type", {"mean": MEAN + "return 'a' + x"}),
        ["TypeError: something gets arguments", "See line 2."],
    ),
    (
        Case("out of range", {"mean": MEAN + "return x[10]"}),
        ["IndexError: it asks for a place"],
    ),
    (
        Case("without an answer", {"mean": "def mean(x):\n    raise NotAnsweredYet"}),
        ["Not answered"],
    ),
    (
        Case("endless call", {"mean": MEAN + "while True: pass"}),
        ["did not end in time", "Restart Kernel and Run All Cells"],
    ),
    (
        Case("endless cell", first=("while True:\n    pass",)),
        ["code cell 2 (`while True:`) did not end in time", "It was left out"],
    ),
    (
        Case("leaves", {"mean": "import os\nos._exit(3)"}),
        ["ended the whole program", "Restart Kernel"],
    ),
    (
        Case(
            "a cell above",
            {"mean": MEAN + "return helper(x)"},
            first=("def helper(x):\n  pass\n1/0",),
        ),
        ["code cell 2, line 3 (`1/0`), stops with ZeroDivisionError: it divides by zero."],
    ),
    (
        Case(
            "in a helper",
            {"mean": MEAN + "return part(x)"},
            first=("def part(x):\n    return x[9]",),
        ),
        ["IndexError", "It is code cell 2, line 2: `return x[9]`"],
    ),
    (
        Case("withheld", {"attention": WITHHELD}),
        ["it imports a module that holds the answer"],
    ),
    (Case("blank copy", edit=blank), ["as they were handed out", "If you filled in another copy"]),
    (
        Case("other sheet", edit=another_sheet),
        ["belong to another sheet", "Next time: hand in mini"],
    ),
    (
        Case("became text", edit=became_text),
        ["stands in a text cell", "keep answers in code cells"],
    ),
    (
        Case("no notebook", data=b"see attachment"),
        ["it is not JSON", "open the sheet in JupyterLab"],
    ),
    (
        Case(
            "an error of their own", {"mean": "class Oh(Exception): pass\n" + MEAN + "raise Oh(x)"}
        ),
        ["It stops with an error.", "See line 3."],
    ),
    (
        Case("hidden tests", {"mean": MEAN + "return 2 if len(x) == 3 and x[0] == 1 else 0"}),
        ["not all of the hidden ones: think of other inputs"],
    ),
]

# Words of an error that would carry an input out: as a name, or as what is wrong with a text.
SECRETS = [
    MEAN + "raise NameError(f\"name '{'v' + str(x[0])[2:5]}' is not defined\")",
    MEAN + "raise ImportError(f\"No module named 'n{x[0]}'\")",
    MEAN + "raise AttributeError(f\"no attribute 'a{x[0]}'\", name=f'a{x[0]}')",
    MEAN + "raise SyntaxError(str(x[0]))",
    "class Own(NameError):\n    def __str__(self): return \"'s271828'\"\n" + MEAN + "raise Own()",
]
HOSTILE = [Case(f"eve {n}", {"mean": source}) for n, source in enumerate(SECRETS)]


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    path = tmp_path_factory.mktemp("school") / "mini.ipynb"
    path.write_text(json.dumps(master_notebook()))
    return read_master(path)


def handed_in(case):
    return Submission(case.name, "", (HandedIn("work.ipynb", 0.0, "", data=case.bytes()),))


def graded(master, cases):
    """{name: Row}, as the command grades them."""
    jobs = min(len(cases), 2)
    placed = grade_all([handed_in(case) for case in cases], master, QUICK, jobs)
    return {row.student: row for _, row in placed}


@pytest.fixture(scope="module")
def rows(master):
    return graded(master, [*(case for case, _ in KINDS), *HOSTILE])


def words_of(page):
    return " ".join(
        html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", "", page, flags=re.S)).split()
    )


@pytest.mark.parametrize(("case", "said"), KINDS, ids=[case.name for case, _ in KINDS])
def test_the_page_says_why(master, rows, case, said):
    page = feedback_page(rows[case.name], master)
    text = words_of(page)
    for words in said:
        assert words.replace("`", "") in text, text
    assert "Traceback" not in page and "course_utils/" not in page and "site-packages" not in page


def test_the_line_is_marked_in_the_students_own_cell(master, rows):
    page = feedback_page(rows["out of range"], master)
    marked = re.findall(r'<span class="here">([^<]*)', page)
    assert [line.strip() for line in marked] == ["return x[10]"]


@pytest.mark.parametrize("case", HOSTILE, ids=range(len(HOSTILE)))
def test_an_errors_own_words_never_cross(rows, case):
    row, source = rows[case.name], case.answers["mean"]
    told = json.dumps([one.message for one in row.outcomes]) + json.dumps(row.notes)
    assert not re.search(r"v\d|n\d|a\d|271828", told.replace(source, ""))


def test_a_failure_of_the_grader_is_no_fault_of_the_students(master):
    row = failed(handed_in(Case("ada")), master, "RuntimeError in dies, line 5")
    text = words_of(feedback_page(row, master))
    assert "no fault of yours" in text and "RuntimeError" not in text


def test_a_course_test_shows_what_it_recorded(tmp_path):
    """Not "right" for wrong letters: nobody is told before the second time."""
    about = {"grade": False, "solution": True, "locked": False}
    cells = [code("from course_utils.checks import check")]
    for letter in ("a", "c"):
        cells += [code(f'letter = "{letter}"', f"answer_{letter}", **about)]
        test = code(
            'check("course.1", letter)',
            f"test_{letter}",
            points=0,
            grade=True,
            solution=False,
            locked=True,
        )
        cells += [test]
    made = {**notebook({}), "cells": cells}
    (tmp_path / "test.ipynb").write_text(json.dumps(made))
    master = read_master(tmp_path / "test.ipynb")
    handed = Submission(
        "ada", "", (HandedIn("test.ipynb", 0.0, "", data=json.dumps(made).encode()),)
    )
    ((_, row),) = grade_all([handed], master, QUICK, 1)
    assert [(one.kind, one.message) for one in row.outcomes] == [
        ("recorded", "Recorded: a."),
        ("recorded", "Recorded: c."),
    ]
    page = words_of(feedback_page(row, master))
    assert "✓" not in page and "recorded" in page and text
