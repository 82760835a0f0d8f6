"""An exercise sheet as a page: each question as it is handed out, one solution folded below it."""

import re

from tools.book import cells

OPEN = """\
:::{{admonition}} Run it yourself
:class: note

To write your answers and have them checked, run `make lab` and open `exercises/{name}` in
JupyterLab.{solved}
:::"""
SOLVED = " One solution is folded below each question: try first."
# JupyterLab opens the solution's notebook; here it stands on the same page.
ELSEWHERE = re.compile(r"\[([^\]]*)\]\(\.\./solutions/[^)]*\)")
SOLUTION = re.compile(r"^### (BEGIN|END) SOLUTION\n?|^ +### (BEGIN|END) SOLUTION\n?", re.M)


def sheet_page(sheet, solution, name):
    """The sheet as the book shows it, with the answers of its solution folded in."""
    answers = {cell.id: cell for cell in solution.cells if is_answer(cell)}
    if not answers:  # the course test is on cards, and their questions are kept as an output
        sheet = solution
    title, *rest = sheet.cells
    page = [title, cells.markdown(OPEN.format(name=name, solved=SOLVED if answers else ""))]
    for cell in rest:
        cell.metadata.pop("nbgrader", None)
        page.append(cell)
        if cell.cell_type == "markdown":
            cell.source = ELSEWHERE.sub(r"\1", cell.source)
        elif cell.id in answers:
            page.append(folded(answers[cell.id]))
    sheet.cells = page
    return sheet


def is_answer(cell):
    return "### BEGIN SOLUTION" in cell.source


def folded(cell):
    """A solution's cell, behind a line to open it."""
    cell.source = SOLUTION.sub("", cell.source).rstrip()
    cell.id = f"{cell.id}-solved"
    cell.metadata.clear()
    cells.fold(cell, "One solution", "Fold the solution")
    return cell
