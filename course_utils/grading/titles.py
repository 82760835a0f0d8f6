"""How a question is called: by the heading above it, and apart from others below the same one."""

import re
from collections import Counter
from collections.abc import Sequence

HEADING = re.compile(r"^#+ +(.+?)\s*$", re.M)
# What looks like a heading and is none: a block of code, and what nbgrader takes out of a cell.
NO_TEXT = re.compile(
    r"^ *(```|~~~).*?^ *\1|^[^\n]*BEGIN (SOLUTION|MARK SCHEME).*?END \2[^\n]*", re.M | re.S
)


def heading_in(text: str) -> str:
    """Return the last heading of a cell of text; "" where there is none."""
    return (HEADING.findall(NO_TEXT.sub("", text)) or [""])[-1]


def told_apart(headings: Sequence[str], grade_ids: Sequence[str]) -> list[str]:
    """Return a title for each question: a heading that several have does not say which is meant.

    One that all of them have is the sheet's, and says nothing of any.
    """
    counts = Counter(headings)
    if len(counts) == 1 < len(headings):
        return list(grade_ids)
    pairs = zip(headings, grade_ids, strict=True)
    return [f"{one} · {name}" if one and counts[one] > 1 else one for one, name in pairs]
