"""What the line above a page says of it: minutes, the way to its sheet and back, the notebook."""

import json
import re

from tools import minutes

# What one does in a book: the rest waits for JupyterLab.
READ = ("prose", "code", "picture", "printed")
MINUTES = re.compile(r"(\d+) min")
TO_LESSON = "The lesson"
TO_SHEET = "Its exercise sheet"


def write(source, lessons, sheets):
    """Write about.json, which `tools.book.page` reads, into the folder of the book's source.

    lessons, sheets : {stem: notebook}.
    """
    pages = {
        f"notebooks/{stem}": lesson(stem, notebook, sheets) for stem, notebook in lessons.items()
    }
    pages |= {
        f"exercises/{stem}": sheet(stem, notebook, lessons) for stem, notebook in sheets.items()
    }
    (source / "about.json").write_text(json.dumps(pages), encoding="utf-8")


def lesson(stem, notebook, sheets):
    """The line of a lesson."""
    counted = minutes.minutes(minutes.required(notebook.cells)[0])
    links = [[f"exercises/{stem}", TO_SHEET]] if stem in sheets else []
    return {
        "reading": round(sum(counted[part] for part in READ)),
        "doing": stated(notebook),
        "notebook": f"notebooks/{stem}.ipynb",
        "links": links,
    }


def sheet(stem, notebook, lessons):
    """The line of a sheet."""
    links = [[f"notebooks/{stem}", TO_LESSON]] if stem in lessons else []
    return {"doing": stated(notebook), "notebook": f"exercises/{stem}.ipynb", "links": links}


def stated(notebook):
    """The minutes that the first cell states, or None."""
    found = MINUTES.search(notebook.cells[0].source)
    return int(found[1]) if found else None
