"""An explorer in the book: live, and without a script the picture and its numbers as a table."""

import re
from html import escape

from nbformat.v4 import new_output

from tools.book.live import explorer_of
from tools.book.panel import panel

# "sea 0.639", "encoder 11.8 M", "scores (3, 7)": a name and how much
PAIR = re.compile(r"([^\W\d][^\d=:]*?\d?) (-?[\d.]+(?: [kMG])? ?|\([\d, ]+\))")
# Between clauses: after a full stop, which is no decimal point, or a semicolon.
CLAUSE = re.compile(r"(?<=\.)\s+|;\s+")
COMMA = re.compile(r",\s+(?![^(]*\))")
CALL = re.compile(r"^(\w+_explorer)\(.*\)$", re.M)
NOTES = "Run this cell to use the explorer.", "Live on the web and in JupyterLab."
NOT_STARTED = "Step 0 of"


def is_explorer(output):
    return output.get("data", {}).get("text/plain", "").startswith("Explorer:")


def shown(output, source):
    """The output as the book shows it: a panel with controls, a picture and its numbers.

    Raises ValueError where the cell does not end in a call of an explorer.
    """
    picture = output.data["image/svg+xml"]
    reading = output.metadata["image/svg+xml"]["alt"]
    call = CALL.search(source)
    if not call:
        raise ValueError(f"an explorer needs a line such as shelf_explorer(), got {source!r}")
    if reading.startswith(NOT_STARTED):
        picture, reading = at_last_step(call[1])
    picture = picture.replace(*NOTES)
    html = panel(call[1], explorer_of(call[1]), picture, table(reading))
    return new_output("display_data", data={"text/html": html})


def at_last_step(name):
    """(picture, reading) of an explorer when all of its steps are done: step 0 shows nothing."""
    explorer = explorer_of.__wrapped__(name)  # a new one: that of the panel is at its beginning
    explorer.controls["step"].value = explorer.controls["step"].max
    return explorer.picture.value, explorer.view.reading


def table(reading):
    """The reading of a picture as a table: what, which, how much. A plain sentence is one cell."""
    rows = "".join(row for clause in CLAUSE.split(reading) for row in rows_of(clause))
    return (
        "<details><summary>The numbers of this picture</summary>"
        f"<table><tbody>{rows}</tbody></table></details>"
    )


def rows_of(clause):
    """Rows of HTML for a clause such as "Weights: sea 0.639, stars 0.311."."""
    what, colon, rest = clause.rstrip(".").partition(": ")
    if not colon:
        return [f'<tr><td colspan="3">{escape(clause)}</td></tr>']
    pairs = [PAIR.fullmatch(part) for part in COMMA.split(rest)]
    if not all(pairs):
        return [row(what, rest)]
    return [row(what, *pair.groups()) for pair in pairs]


def row(what, *cells):
    span = ' colspan="2"' if len(cells) == 1 else ""
    said = "".join(f"<td{span}>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(what)}</th>{said}</tr>'
