"""Where an answer stands in a student's notebook."""

from collections.abc import Sequence

from course_utils.grading.master import Question
from course_utils.grading.notebooks import Cell

THE_END = -1  # of the notebook: after its last cell


def cell_of(question: Question, cells: Sequence[Cell]) -> int:
    """Return the number of the cell with an answer: by its grade_id, or by what it defines.

    −1 where there is none.
    """
    for answer in question.answers:
        place = next((n for n, cell in enumerate(cells) if cell.grade_id == answer), -1)
        if place >= 0:
            return place
    starts = tuple(s for name in question.names for s in (f"def {name}(", f"{name} ="))
    found = [n for n, c in enumerate(cells) if any(s in c.source for s in starts)]
    return found[-1] if found else -1


def cell_with(grade_id: str, cells: Sequence[Cell]) -> int:
    """Return the number of the last cell with that id; −1 where there is none."""
    return max((n for n, cell in enumerate(cells) if cell.grade_id == grade_id), default=-1)


def counts_after(question: Question, cells: Sequence[Cell]) -> int:
    """Return the number of the cell after which an answer counts, or THE_END."""
    ids = [cell.grade_id for cell in cells]
    tests = [number - 1 for number, name in enumerate(ids) if name == question.grade_id]
    answers = [number for number, name in enumerate(ids) if name in question.answers]
    return max(tests[:1] + answers[-1:], default=THE_END)
