"""An exercise sheet as a page: each question as handed out, hints and one solution folded below it.

The edition for a class has no solutions, nor the key of the course test.
"""

import re

from course_utils.checks.catalogue import exercises, find
from tools.book import answers, cards, cells, wording

OPEN = """\
:::{{admonition}} Run it yourself
:class: note

To write your answers and have them checked, run `make lab` and open `exercises/{name}` in
JupyterLab.{folded}
:::"""
ON_CARDS = """\
:::{admonition} Answer here, or in JupyterLab
:class: note

The cards answer on this page, and keep your answers in this browser.
:::"""
HINTS = " Two hints are folded below each question."
SOLVED = " Two hints and one solution are folded below each question: try first."
# JupyterLab opens the solution's notebook; here it stands on the same page.
ELSEWHERE = re.compile(r"\[([^\]]*)\]\(\.\./solutions/[^)]*\)")
SOLUTION = re.compile(r"^### (BEGIN|END) SOLUTION\n?|^ +### (BEGIN|END) SOLUTION\n?", re.M)


# What a sheet says of its own cells, which cannot be run here.
TO_RUN = re.compile(r"Write where you see `.*?in a new cell\.\n*", re.S)
COMPARE = re.compile(r"<details><summary>Compare with a solution.*?</details>\n*", re.S)
HINT = "<details><summary>{}</summary>\n\n{}\n\n</details>"
# A hint is plain text: two of its blanks, `____`, are no bold print, and its stars multiply.
MARKUP = re.compile(r"[\\`*_<>\[\]$#{}|~]")


def sheet_page(sheet, solution, name, solved=True):
    """The sheet as the book shows it, with hints, and where `solved` with one solution."""
    by_id = {cell.id: cell for cell in solution.cells if is_answer(cell)}
    told = answers.outcomes(solution) if solved else {}  # what a prediction meets in the solution
    folded_in = (SOLVED if solved else HINTS) if by_id else ""
    sheet = wording.for_readers(sheet)
    title, *rest = sheet.cells
    title.source = TO_RUN.sub("", title.source)
    opening = OPEN.format(name=name, folded=folded_in) if by_id else ON_CARDS
    page = [title, cells.markdown(opening)]
    for place, cell in enumerate(rest):
        cell.metadata.pop("nbgrader", None)
        if answers.only_judges(cell):
            continue
        page.append(cell)
        if cell.cell_type == "markdown":
            cell.source = ELSEWHERE.sub(r"\1", COMPARE.sub("", cell.source))
        elif cards.calls(cell, "course_test"):
            test_live(cell, solved)
        elif cell.id in by_id:
            page += hints(rest[place:])
            page += [folded(by_id[cell.id])] if solved else []
        else:
            answers.live(cell, told)
            cells.fold_hidden(cell)
    sheet.cells = answers.with_doors(page)
    return sheet


def test_live(cell, with_key):
    """Put the course test on cards in the place of its cell."""
    test = cards.course_test(exercises("course").values(), with_key)
    cells.tag(cell, "remove-input")
    cell.outputs = [cards.html(cards.test_card(test))]


def hints(following):
    """The two hints of a question, folded; none where the next cell with a check is another's."""
    checks = (call for cell in following for call in cards.calls(cell, "check"))
    call = next(checks, None)
    if call is None:
        return []
    first, second = (MARKUP.sub(r"\\\g<0>", hint) for hint in find(cards.key_of(call)).hints)
    text = "\n\n".join((HINT.format("First hint", first), HINT.format("Second hint", second)))
    return [cells.markdown(text)]


def is_answer(cell):
    return "### BEGIN SOLUTION" in cell.source


def folded(cell):
    """A solution's cell, behind a line to open it."""
    cell.source = SOLUTION.sub("", cell.source).rstrip()
    answers.live(cell, {})
    cell.id = f"{cell.id}-solved"
    cell.metadata.clear()
    cells.fold(cell, "One solution", "Fold the solution")
    return cell
