"""Documents that lessons link to are handed out beside them. Needs Python alone, as `stripped`."""

import re

LINKED = re.compile(r"\]\(\.\./(docs/[\w./-]+\.md)[)#]")
LEADS_OUT = re.compile(r"\[([^\]]+)\]\(\.\./[^)]+\)")


def linked(course):
    """Return the documents that lessons link to and that are there, relative to the course."""
    lessons = (path.read_text(encoding="utf-8") for path in (course / "notebooks").glob("*.ipynb"))
    names = {name for text in lessons for name in LINKED.findall(text)}
    return sorted(name for name in names if (course / name).is_file())  # else a test says so


def for_a_learner(content):
    """Return a document's bytes with the bare words of links to what is not handed out."""
    return LEADS_OUT.sub(r"\1", content.decode("utf-8")).encode()
