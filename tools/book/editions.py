"""The two editions of the book: with solutions, and for a class without what gives answers away."""

import re
import shutil

FULL, CLASS = EDITIONS = ("full", "class")
FOLDERS = {FULL: "book", CLASS: "book-class"}
# What only teachers read stands between these lines of a page.
FOR_TEACHERS = re.compile(r"<!-- for teachers -->\n.*?<!-- end -->\n+", re.S)
MARKS = re.compile(r"<!-- (for teachers|end) -->\n+")
TO_TEACHING = re.compile(r"\[([^\]]*)\]\([^)\s]*teaching/[^)\s]*\)")


def trim(source, edition):
    """Take out of the staged pages what the edition has not.

    The guide for teachers has the right answers of polls and the numbers to expect.
    """
    for_class = edition == CLASS
    if for_class:
        shutil.rmtree(source / "docs" / "teaching")
    for path in source.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        trimmed = in_class(text) if for_class else MARKS.sub("", text)
        if trimmed != text:
            path.write_text(trimmed, encoding="utf-8")


def in_class(text):
    """A page without what is for teachers; a link to their guide is plain text."""
    return TO_TEACHING.sub(r"\1", FOR_TEACHERS.sub("", text))
