"""How a question is called: by the heading above it, and apart from others below the same one."""

import re
from collections import Counter
from collections.abc import Sequence

HEADING = re.compile(r"^#+ +(.+?)\s*$", re.M)
BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
LONGEST, SHORTEST = 70, 4  # letters of a title, and of the first part that may stand for it
PART = re.compile(rf"^((?:`[^`]*`|[^`]){{{SHORTEST},{LONGEST}}}?)(?: [–—-] |[:;.] )")
# What looks like a heading and is none: a block of code, and what nbgrader takes out of a cell.
NO_TEXT = re.compile(
    r"^ *(```|~~~).*?^ *\1|^[^\n]*BEGIN (SOLUTION|MARK SCHEME).*?END \2[^\n]*", re.M | re.S
)


def heading_in(text: str) -> str:
    """Return the last heading of a cell of text, short and plain; "" where there is none."""
    found = (HEADING.findall(NO_TEXT.sub("", text)) or [""])[-1]
    return _short(BOLD.sub(r"\1", found))


def _short(title: str) -> str:
    """Return the beginning of a long title: up to where its first part ends, or a word."""
    if len(title) <= LONGEST:
        return title
    begins = PART.match(title)
    if begins and len(begins[1]) <= LONGEST:
        return begins[1]
    words = title[:LONGEST].rpartition(" ")[0] or title[:LONGEST]
    if words.count("`") % 2:
        words = words.rpartition("`")[0]
    return words.rstrip(" ,;:.(") + "…"


def told_apart(headings: Sequence[str], grade_ids: Sequence[str]) -> list[str]:
    """Return a title for each question: a heading that several have does not say which is meant.

    One that all of them have is the sheet's, and says nothing of any.
    """
    counts = Counter(headings)
    if len(counts) == 1 < len(headings):
        return list(grade_ids)
    pairs = zip(headings, grade_ids, strict=True)
    return [f"{one} · {name}" if one and counts[one] > 1 else one for one, name in pairs]
