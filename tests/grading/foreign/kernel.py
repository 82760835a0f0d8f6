"""What a real kernel says of a notebook: the judge over class grading."""

from nbclient import NotebookClient
from nbgrader.utils import determine_grade, is_grade, is_solution


def points_in_a_kernel(sheet, notebook, folder):
    """Return the points of each test after a run in a kernel of its own, by nbgrader's own rule.

    But for one thing: nbgrader gives nothing where a cell writes to stderr, be it a warning.
    """
    notebook = sheet.restored(notebook)
    sheet.put_files(folder)
    about = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=60, allow_errors=True, resources=about).execute()
    return {
        cell.metadata.nbgrader.grade_id: _points(cell)
        for cell in notebook.cells
        if is_grade(cell) and not is_solution(cell)
    }


def _points(cell):
    cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return determine_grade(cell)[0]
