"""Marks on their way to nbgrader's own gradebook. The one module here that needs nbgrader."""

import contextlib
import os
import sys
import warnings
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Grade, Gradebook, MissingEntry
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from course_utils.grading import GradingError
from course_utils.grading.master import Master
from course_utils.grading.rows import Row


@contextlib.contextmanager
def opened(url: str) -> Generator[Gradebook, None, None]:
    """Open the gradebook at a database's URL, made where there is none.

    Raises GradingError where the URL is none, its driver is missing, or nobody answers.
    """
    # nbgrader runs the program alembic, which stands beside this Python
    beside = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    os.environ["PATH"] = os.pathsep.join(beside)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own way with its tables
            with Gradebook(url) as book:
                yield book
    except (SQLAlchemyError, ImportError) as error:
        said = str(error).strip().splitlines()[0]
        raise GradingError(f"the gradebook {_without_password(url)} fails: {said}") from error


def _without_password(url: str) -> str:
    """Return what of a database's URL can be shown."""
    return url.split("@")[-1]


def write_gradebook(url: str, rows: Sequence[Row], master: Master) -> int:
    """Write every row into the gradebook at a database's URL; return how many students there were.

    The assignment has the master's name. Cells and students that are not there yet are added.
    """
    with opened(url) as book:
        _add_cells(book, master)
        present = [row for row in rows if row.status.handed_in]
        for row in present:
            _add_student(book, row, master)
        book.db.commit()
    return len(present)


def _add_cells(book: Gradebook, master: Master) -> None:
    name = master.name
    book.update_or_create_assignment(name)
    book.update_or_create_notebook(name, name)
    for question in master.questions:
        cell = {"max_score": question.points, "cell_type": "code"}
        book.update_or_create_grade_cell(question.grade_id, name, name, **cell)


def _add_student(book: Gradebook, row: Row, master: Master) -> None:
    """Add a student's points; nbgrader sums what counts, and comes to the row's own total.

    What late work costs is a number of its own there, which nbgrader takes from its sum.
    """
    name = master.name
    book.update_or_create_student(row.student)
    book.update_or_create_submission(name, row.student)
    notebook: Any = book.find_submission_notebook(name, name, row.student)
    notebook.late_submission_penalty = row.lost
    for grade_id, points in row.points.items():
        grade = _grade(book, grade_id, name, row.student)
        grade.auto_score, grade.manual_score = points, row.by_hand.get(grade_id)
        grade.needs_manual_grade = row.grades[grade_id] is None


def _grade(book: Gradebook, grade_id: str, name: str, student: str) -> Any:
    """Return a student's grade, added where the cell is newer than what was handed in."""
    try:
        return book.find_grade(grade_id, name, name, student)
    except MissingEntry:
        notebook = book.find_submission_notebook(name, name, student)
        return _new_grade(book, notebook, book.find_grade_cell(grade_id, name, name))


def _new_grade(book: Gradebook, notebook: Any, cell: Any) -> Any:
    grade = Grade(cell_id=cell.id, notebook_id=notebook.id)
    book.db.add(grade)
    book.db.commit()
    return grade
