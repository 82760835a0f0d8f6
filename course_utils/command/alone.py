"""One line in each notebook's first cell, for who has that file alone: how to get the package."""

import re

WHEEL = "attention_course-….whl"
LINE = f"**Opened alone?** `%pip install {WHEEL}` in a new cell: that file is the course."
SAID = re.compile(r"\n+\*\*Opened alone\?\*\*[^\n]*")
LICENCE = "Text: CC BY 4.0. Code: BSD-3-Clause."


def with_line(source):
    """Return the text of a notebook's first cell with the line, once: by the licence, or last."""
    source = without_line(source).rstrip("\n")
    if LICENCE in source:
        return source.replace(LICENCE, f"{LICENCE}\n{LINE}", 1)
    return f"{source}\n\n{LINE}"


def without_line(source):
    """Return a first cell's text as who has the whole course would want it."""
    return SAID.sub("", source)
