"""What `nbgrader autograde` says of a class: the judge over the kernel that judges grading."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook


def points_by_nbgrader(sheet, folder):
    """Return {student: {test: points}} after nbgrader has handed out, collected and graded."""
    source = folder / "source" / sheet.name
    source.mkdir(parents=True)
    sheet.put_files(source)
    nbformat.write(sheet.master(), source / f"{sheet.name}.ipynb")
    _nbgrader(folder, "generate_assignment", sheet.name)
    for student in sheet.students:
        place = folder / "submitted" / student.name / sheet.name
        place.mkdir(parents=True)
        nbformat.write(sheet.handed_in(student), place / f"{sheet.name}.ipynb")
    _nbgrader(folder, "autograde", sheet.name)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        found = {
            student.name: book.find_submission_notebook(sheet.name, sheet.name, student.name)
            for student in sheet.students
        }
        return {
            name: {g.name: g.auto_score for g in one.grades if g.name in sheet.points}
            for name, one in found.items()
        }


def _nbgrader(folder, *arguments):
    tools = Path(sys.executable).parent
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"  # it calls alembic by name
    subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, "HOME": str(folder)},
        check=True,
        capture_output=True,
    )
