"""Marks on their way to nbgrader's own gradebook. The one module here that needs nbgrader."""

import contextlib
import os
import sys
import warnings
from pathlib import Path

from nbgrader.api import Grade, Gradebook, MissingEntry
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from course_utils.grading import GradingError
from course_utils.grading.tables import grades_of


@contextlib.contextmanager
def opened(url):
    """The gradebook at a database's URL, made where there is none.

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
        raise GradingError(f"the gradebook {without_password(url)} fails: {said}") from error


def without_password(url):
    """What of a database's URL can be shown."""
    return url.split("@")[-1]


def write_gradebook(url, rows, master, marks):
    """Write every row into the gradebook at a database's URL; return how many students there were.

    The assignment has the master's name. Cells and students that are not there yet are added.
    """
    with opened(url) as book:
        _add_cells(book, master)
        present = [row for row in rows if row["status"] != "missing"]
        for row in present:
            _add_student(book, row, master, marks.get(row["student"]) or {})
        book.db.commit()
    return len(present)


def _add_cells(book, master):
    name = master.name
    book.update_or_create_assignment(name)
    book.update_or_create_notebook(name, name)
    for question in master.questions:
        about = {"max_score": question.points, "cell_type": "code"}
        book.update_or_create_grade_cell(question.grade_id, name, name, **about)


def _add_student(book, row, master, by_hand):
    name = master.name
    book.update_or_create_student(row["student"])
    book.update_or_create_submission(name, row["student"])
    for grade_id, points in grades_of(row, master).items():
        grade = _grade(book, grade_id, name, row["student"])
        grade.auto_score, grade.manual_score = points, by_hand.get(grade_id)
        grade.needs_manual_grade = points is None and grade_id not in by_hand


def _grade(book, grade_id, name, student):
    """A student's grade; added where the cell is newer than what was handed in."""
    try:
        return book.find_grade(grade_id, name, name, student)
    except MissingEntry:
        notebook = book.find_submission_notebook(name, name, student)
        return _new_grade(book, notebook, book.find_grade_cell(grade_id, name, name))


def _new_grade(book, notebook, cell):
    grade = Grade(cell_id=cell.id, notebook_id=notebook.id)
    book.db.add(grade)
    book.db.commit()
    return grade
