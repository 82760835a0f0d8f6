"""Links that JupyterLab understands, as links inside the book.

JupyterLab opens `lesson.ipynb#cell-id=416b4672` at that cell. The book has a label at each cell
that some page links to: `(cell-416b4672)=`.
"""

import re

TO_CELL = re.compile(r"\]\([^)\s#]*#cell-id=([^)\s]+)\)")


def in_book(text):
    """Markdown whose links to cells lead to the book's labels."""
    return TO_CELL.sub(r"](#cell-\1)", text)


def label(cell_id):
    """The line that gives the cell below it a label."""
    return f"(cell-{cell_id})="


def linked_cells(root):
    """The ids of all cells that a document links to."""
    texts = (path.read_text(encoding="utf-8") for path in (root / "docs").rglob("*.md"))
    return {cell for text in texts for cell in TO_CELL.findall(text)}


def slug(heading):
    """The anchor that JupyterLab gives a heading."""
    return heading.replace(" ", "-")
