"""The course's one bibliography: lessons cite by key and list what they cite."""

from html import escape
from typing import NamedTuple

from course_utils.learning.bibliography import WORKS


class Reference(NamedTuple):
    """One work of the bibliography."""

    authors: str
    year: int
    title: str
    where: str


BIBLIOGRAPHY = {key: Reference(*work) for key, work in WORKS.items()}


class References:
    """A list of works that shows as HTML in a notebook and as text elsewhere."""

    def __init__(self, keys):
        self.works = {key: find(key) for key in keys}

    def __repr__(self):
        return "\n".join(
            f"[{key}] {work.authors} ({work.year}). {work.title}. {work.where}."
            for key, work in self.works.items()
        )

    def _repr_html_(self):
        items = "".join(
            f"<li><b>[{escape(key)}]</b> {escape(work.authors)} ({work.year}). "
            f"<i>{escape(work.title)}</i>. {escape(work.where)}.</li>"
            for key, work in self.works.items()
        )
        return f"<ul>{items}</ul>"


def references(*keys):
    """Return the works behind the keys, for a lesson's end. Raises KeyError for unknown keys."""
    return References(keys)


def find(key):
    """Return the work behind a key such as "Bahdanau 2015". Raises KeyError for another."""
    if key not in BIBLIOGRAPHY:
        raise KeyError(f"the bibliography has no {key!r}; it has {', '.join(BIBLIOGRAPHY)}")
    return BIBLIOGRAPHY[key]
