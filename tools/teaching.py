"""The teaching pages, read: what no plan may skip, wrong predictions with answers, polls, waits.

docs/teaching/<number>.md is written for people; the forms below are what slides, questions for
Moodle and tests take from it.
"""

import re
from pathlib import Path
from typing import NamedTuple

PAGES = Path(__file__).resolve().parent.parent / "docs" / "teaching"
KEEP = re.compile(r"^- (E\d+|\d\d\w?\.\w+|the bug hunt|the explorer): (.+(?:\n  .+)*)", re.M)
WRONG = re.compile(
    r"^\*\*“(?P<said>.+?)”\*\*(?: \(`(?P<about>[^`]+)`\))? \*Ask:\* (?P<ask>[^\n]+)\n\n"
    r"- \*Good:\* (?P<good>.+?)\n- \*Poor:\* (?P<poor>.+?)(?=\n\n|\Z)",
    re.M | re.S,
)
POLL = re.compile(
    r"^\d\. (?P<asked>.+?)\n\n"
    r"   <details><summary>Answer</summary>\n\n   (?P<answer>.+?)\n\n   </details>",
    re.M | re.S,
)
LETTER = re.compile(r"(?:^|\s)([a-d])\) ")
RIGHT = re.compile(r"\*\*([a-d])\.\*\*\s+")
WAITS = re.compile(r"^\*\*Waits\.\*\* (.+?)(?=\n\n)", re.M | re.S)


class Wrong(NamedTuple):
    """What is often said, the prediction that it is about (or None), what to ask, both answers."""

    said: str
    about: str | None
    ask: str
    good: str
    poor: str


class Poll(NamedTuple):
    """A question, its options {letter: text}, the right letter, what is said to each letter."""

    asked: str
    options: dict
    right: str
    why: dict


class Page(NamedTuple):
    """What a teaching page says: parts by heading, and what is read out of them."""

    parts: dict
    keep: dict  # {"E9": why it is never skipped}
    wrong: list
    polls: list
    waits: str


def page_of(stem):
    """Return the page of a lesson by its file's stem, or None where it has none."""
    path = PAGES / f"{stem.split('_')[0]}.md"
    return read(path.read_text(encoding="utf-8"), path.name) if path.exists() else None


def read(text, name="the page"):
    """Return what a page says. Raises ValueError where a poll or an answer cannot be read."""
    head, *rest = re.split(r"^## (.+)\n", text, flags=re.M)
    parts = {"": head} | dict(zip(rest[::2], map(str.strip, rest[1::2]), strict=True))
    asked = parts.get("Wrong predictions, and what to ask next", "")
    polls = parts.get("Three polls", "")
    waits = WAITS.search(head)
    return Page(
        parts,
        {what: one_line(why) for what, why in KEEP.findall(parts.get("If time is short", ""))},
        [_wrong(found) for found in _all(WRONG, asked, r"^\*\*“", name)],
        [_poll(found, name) for found in _all(POLL, polls, r"^\d\. ", name)],
        one_line(waits[1]) if waits else "",
    )


def one_line(text):
    """Return a text without line breaks."""
    return " ".join(text.split())


def _all(form, text, begins, name):
    """Return what matches a form; as often as something begins like it."""
    found, wanted = list(form.finditer(text)), len(re.findall(begins, text, flags=re.M))
    if len(found) != wanted:
        raise ValueError(f"{name}: {len(found)} of {wanted} parts have the form of the others")
    return found


def _wrong(found):
    return Wrong(*(value and one_line(value) for value in found.groupdict().values()))


def _poll(found, name):
    """A poll as a page writes it: what is asked, a) … b) … c) …, and the answer folded below."""
    asked, options = _lettered(one_line(found["asked"]))
    options = {letter: text.removesuffix(".") for letter, text in options.items()}
    right = RIGHT.match(one_line(found["answer"]))
    first, others = _lettered(RIGHT.sub("", one_line(found["answer"])))
    why = others | ({right[1]: first} if right else {})
    if not right or sorted(why) != sorted(options) or len(options) < 2:
        raise ValueError(
            f"{name}: the poll “{asked}” needs an answer such as **b.** why. a) why not. c) why "
            f"not. for its options {sorted(options)}, got {sorted(why)}"
        )
    return Poll(asked, options, right[1], why)


def _lettered(text):
    """Return what stands before the first letter, and {letter: what stands behind it}."""
    first, *rest = LETTER.split(text)
    return first.strip(), dict(zip(rest[::2], map(str.strip, rest[1::2]), strict=True))
