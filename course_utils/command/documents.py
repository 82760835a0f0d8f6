"""Documents that lessons link to are handed out beside them. Needs Python alone, as `stripped`."""

import re

LINKED = re.compile(r"\]\(\.\./(docs/[\w./-]+\.md)[)#]")
PICTURE = re.compile(r"!\[[^\]]*\]\(([\w./-]+)\)")
LEADS_OUT = re.compile(r"\[([^\]]+)\]\(\.\./(?!notebooks/)[^)]+\)")


def linked(course):
    """Return the documents that lessons link to, and their pictures, relative to the course.

    Only what is there: a test says what is not.
    """
    lessons = (path.read_text(encoding="utf-8") for path in (course / "notebooks").glob("*.ipynb"))
    names = {name for text in lessons for name in LINKED.findall(text)}
    there = sorted(name for name in names if (course / name).is_file())
    return [*there, *(picture for name in there for picture in _pictures(course, name))]


def _pictures(course, name):
    folder = (course / name).parent
    shown = PICTURE.findall((course / name).read_text(encoding="utf-8"))
    return [(folder / one).relative_to(course).as_posix() for one in shown]


def for_a_learner(name, content):
    """Return a file's bytes; of a document with bare words for links to what is not handed out."""
    if not name.endswith(".md"):
        return content
    return LEADS_OUT.sub(r"\1", content.decode("utf-8")).encode()
