"""A sheet with questions that a teacher marks, and what a class wrote; some of it is no text."""

import json
from dataclasses import replace

from course_utils.grading.master import read_master
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.rubrics import read_rubrics
from course_utils.grading.status import Status
from tests.grading.invented_class import code, notebook, text

HOSTILE = (
    "</script><script>document.title = 'TAKEN'</script><img src=x onerror=alert(1)> & \u2028 end"
)
EVIDENCE = ("expected", "[[0.245 0.090 0.665] [0.333 0.333 0.333]]"), ("yours", "1" * 90)
MESSAGE = "Your columns sum to 1, your rows do not: you normalised over queries."
WRONG = Outcome("test_x", 0.0, Kind.WRONG, MESSAGE, "softmax over queries", EVIDENCE, 4, 1)
NOTE = "code cell 2, line 3 (`1/0`), stops with ZeroDivisionError: it divides by zero."
NAMES = ["Ada, Countess", 'Bo "B" Li', "=1+1", "Łukasz", "__proto__", "Zoë"]
HAND = {"grade": True, "solution": True, "locked": False}
SCHEME = "### BEGIN MARK SCHEME\nOne point for the shape.\n### END MARK SCHEME"


def written(source, grade_id, **flags):
    about = {"schema_version": 3, "grade_id": grade_id, "task": False, **flags}
    return {**text(source), "metadata": {"nbgrader": about}}


def sheet():
    cells = [
        text("## Why softmax?\n\nSay it in words."),
        code(
            '### BEGIN SOLUTION\nreason = "it sums to 1"\n### END SOLUTION', "why", points=0, **HAND
        ),
        text("## A derivation"),
        written(f"The Jacobian is …\n\n{SCHEME}", "jacobian", points=3, **HAND),
        text("## Draw it"),
        code("# your plot\n### BEGIN SOLUTION\nplot()\n### END SOLUTION", "plot", points=2, **HAND),
        text("## Tested"),
        code("x = 1", "answer_x", grade=False, solution=True, locked=False),
        code("assert x == 1", "test_x", points=1, grade=True, solution=False, locked=True),
    ]
    return {**notebook({}), "cells": cells}


def master_in(folder):
    """(master, rubrics, path of the notebook)."""
    path = folder / "sheet.ipynb"
    path.write_text(json.dumps(sheet()))
    return read_master(path), read_rubrics(path), path


def rows():
    """What six students wrote; the last one nothing."""
    texts = [HOSTILE, "because it sums to 1", "weil es 1 ergibt", "因为和为一", "a + b"]
    made = [
        _row(name, {"why": f"reason = {words!r}", "jacobian": words, "plot": f"plot({words!r})"})
        for name, words in zip(NAMES, texts, strict=False)
    ]
    made[1] = replace(made[1], outcomes=(*made[1].outcomes[:3], WRONG), notes=(NOTE,))
    return [*made, _row(NAMES[-1], {"why": "reason = ...", "jacobian": "", "plot": "# your plot"})]


def _row(name, code):
    by_hand = [Outcome(one, None, Kind.BY_HAND, cell=1) for one in ("why", "jacobian", "plot")]
    outcomes = (*by_hand, Outcome("test_x", 1.0, Kind.RIGHT, cell=4))
    return Row(name, "", Status.GRADED, "sheet.ipynb", outcomes, code=code)
