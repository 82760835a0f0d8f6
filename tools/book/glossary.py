"""The glossary with a last column: the cell of a lesson in which each term is first used."""

import re

HEAD = ("term", "中文")
# The map of lesson 00 only names what comes later.
NOT_A_USE = "## Map of the course"


def with_first_uses(text, lessons):
    """The page with its last column, and the ids of the cells that it links to.

    text : docs/glossary.md.  lessons : {stem: notebook} in their order. A term that no lesson uses
    yet is left out.
    """
    lines, linked = [], set()
    for line in text.splitlines():
        parts = [part.strip() for part in line.strip("|").split("|")]
        if not line.startswith("|"):
            lines.append(line)
        elif tuple(parts[:2]) == HEAD:
            lines.append(f"{line} first in |")
        elif set(parts[0]) == {"-"}:
            lines.append(f"{line}---|")
        elif use := first_use(parts[1], parts[0], lessons):
            stem, cell = use
            linked.add(cell)
            lines.append(f"{line} [{stem.split('_')[0]}](#cell-{cell}) |")
    return "\n".join(lines) + "\n", linked


def first_use(chinese, english, lessons):
    """(stem, id of the cell) where the Chinese term first stands, else the English one, or None."""
    for term in (chinese, english.split(",")[0]):
        word = re.compile(re.escape(term) if term == chinese else rf"\b{re.escape(term)}\b", re.I)
        for stem, notebook in lessons.items():
            for cell in notebook.cells:
                if is_prose(cell) and word.search(cell.source):
                    return stem, cell.id
    return None


def is_prose(cell):
    return cell.cell_type == "markdown" and NOT_A_USE not in cell.source
