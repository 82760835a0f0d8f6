"""Exercise sheets made from their solutions, with nbgrader's own preprocessors as a library.

A solution notebook marks what a learner has to write with `### BEGIN SOLUTION` and
`### END SOLUTION`, and tests each answer with `check("02.3", …)` in the cell after it. From that,
`mark_cells` derives nbgrader's metadata, and `make_sheet` the sheet; the questions themselves are
written from their declarations. nbgrader is needed only here.
"""

import copy
import re

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)

from course_utils.checks.catalogue import find
from course_utils.checks.questions import question

CHECKED = re.compile(r'^check\("([^"]+)"', flags=re.M)
ASKED = re.compile(r"^## (\w+\.\d+) ")
CONTINUE = "raises-exception"  # "Run All" goes on after a question that is not answered yet


class SheetStubs(ClearSolutions):
    """A solution's place: `raise NotAnsweredYet` in a function, nothing below `answer = ...`."""

    def preprocess_cell(self, cell, resources, cell_index):
        in_function = re.search(r"^ +### BEGIN SOLUTION", cell.source, flags=re.M)
        self.code_stub = {"python": "raise NotAnsweredYet" if in_function else ""}
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        cell.source = cell.source.rstrip()
        return cell, resources


STEPS = (
    LockCells,
    SheetStubs,
    ClearOutput,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
)


def make_sheet(solution):
    """Return the exercise sheet of a solution notebook, a new notebook."""
    sheet, resources = copy.deepcopy(solution), ResourcesDict()
    for step in STEPS:
        sheet, resources = step().preprocess(sheet, resources)
    return sheet


def write_questions(solution):
    """Write each question, a cell under "## 02.3 …", from its declaration, in place; return it."""
    for cell in solution.cells:
        if cell.cell_type == "markdown" and (asked := ASKED.match(cell.source)):
            cell.source = question(find(asked[1]))
    return solution


def mark_cells(solution):
    """Write nbgrader's metadata (schema 3) into a solution notebook, in place, and return it.

    A cell with a solution belongs to the exercise that the next `check` names; a cell with a
    `check` is its test and carries its points. Raises ValueError where the two do not alternate.
    """
    answer = None
    for cell in solution.cells:
        cell.metadata.pop("nbgrader", None)
        if cell.cell_type != "code":
            continue
        checked = CHECKED.search(cell.source)
        if "### BEGIN SOLUTION" in cell.source:
            if answer is not None:
                raise ValueError(f"no check stands between two solutions: {cell.source[:60]!r}")
            answer = cell
        elif checked:
            _mark_pair(answer, cell, find(checked[1]))
            answer = None
    if answer is not None:
        raise ValueError(f"no check follows the solution {answer.source[:60]!r}")
    return solution


def _mark_pair(answer, test, exercise):
    """Write the metadata of an answer and its test; a reason is graded by hand, where it stands."""
    if answer is None:
        raise ValueError(f"no solution stands before the check of {exercise.id}")
    name, by_hand = exercise.id.replace(".", "_"), exercise.by_hand
    points = {"points": exercise.points}
    answer.metadata["nbgrader"] = _metadata(
        f"answer_{name}", solution=True, grade=by_hand, **(points if by_hand else {})
    )
    test.metadata["nbgrader"] = _metadata(
        f"test_{name}", locked=True, grade=not by_hand, **({} if by_hand else points)
    )
    test.metadata["tags"] = sorted({*test.metadata.get("tags", []), CONTINUE})


def _metadata(grade_id, **more):
    flags = {"grade": False, "solution": False, "locked": False, "task": False}
    return nbformat.from_dict({"schema_version": 3, "grade_id": grade_id, **flags, **more})
