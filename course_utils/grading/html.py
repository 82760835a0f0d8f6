"""Pages for people: one for each student, and one for the class."""

import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from course_utils.grading.counted import counted
from course_utils.grading.items import FEWEST, LOW
from course_utils.grading.master import Master, Question
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.summary import Summary
from course_utils.grading.tables import number
from course_utils.grading.why import to_student

MOST_BYTES = 160  # of a page's name; systems take 255 with all that is added
MARK_BY_HAND = "mark_by_hand.html"  # beside the summary, see `marking_page`
MARKED = "Your teacher has marked this one."
LOOKS = {
    Kind.RIGHT: ("✓", "right"),
    Kind.PARTLY: ("◐", "other"),
    Kind.WRONG: ("✗", "wrong"),
    Kind.NOT_ANSWERED: ("○", "other"),
    Kind.BY_HAND: ("✎", "other"),
    Kind.RECORDED: ("✎", "other"),
    Kind.NOT_RUN: ("–", "other"),
}


@functools.cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("course_utils.grading", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    made.filters |= {"marked": _marked, "points": number, "counted": counted}
    return made


def page(name: str, **values: Any) -> str:
    """Return a page of `pages/`, filled in."""
    return _environment().get_template(name).render(**values)


def text_of(name: str) -> str:
    """Return a file of `pages/` as it is."""
    return (Path(__file__).parent / "pages" / name).read_text(encoding="utf-8")


def _marked(text: str) -> Markup:
    """Return a sentence in which what stands between backticks is shown as code."""
    parts = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def file_name(student: str, taken: set[str]) -> str:
    """Return a name for a student's page that every system accepts, and that is not taken yet."""
    name = re.sub(r"[^\w.@ -]", "_", student).strip(". ")
    name = name.encode()[:MOST_BYTES].decode(errors="ignore") or "student"
    while name.casefold() in taken:
        name += "-" + hashlib.sha256(student.encode()).hexdigest()[:8]
    taken.add(name.casefold())
    return f"{name}.html"


def feedback_page(row: Row, master: Master, warning: str = "") -> str:
    """Return a student's page: what passed, the hint of a mistake, their own code beside it."""
    pairs = zip(master.questions, row.outcomes, strict=True) if row.was_run else ()
    return page(
        "feedback.html",
        student=row.student,
        number=row.number if row.platform == "canvas" and row.student.isalnum() else "",
        sheet=master.name,
        file=row.file,
        score=number(row.score or 0),
        late=row.late,
        lost=number(row.lost) if row.lost else "",
        raw=number(row.raw_score or 0),
        most=number(master.max_score),
        open=sum(points is None for points in row.grades.values()) if row.was_run else 0,
        told=to_student(row, master),
        questions=[_question(question, outcome, row) for question, outcome in pairs],
        warning=warning,
    )


def _question(question: Question, outcome: Outcome, row: Row) -> dict[str, Any]:
    mark, look = LOOKS[outcome.kind]
    points = row.grades[question.grade_id]
    marked = question.grade_id in row.by_hand
    return {
        "title": question.title or question.grade_id,
        "kind": outcome.kind,
        "mark": mark,
        "look": look,
        "points": _points(points, question),
        "message": MARKED if marked else outcome.message,
        "rows": outcome.rows,
        "line": outcome.line,
        "code": row.code.get(question.grade_id, "").split("\n"),
    }


def _points(points: float | None, question: Question) -> str:
    """Write what a question gave, nothing where it can give nothing."""
    counts = points is not None and (points or question.points)
    return f"{number(points)} of {number(question.points)}" if counts else ""


def summary_page(
    summary: Summary,
    rows: Sequence[Row],
    master: Master,
    links: Mapping[str, str],
    warning: str = "",
) -> str:
    """Return the page of the class. `links` are the names of the students' pages."""
    return page(
        "summary.html",
        sheet=master.name,
        summary=summary,
        most=number(master.max_score),
        counts=master.max_score > 0,
        count=len(rows),
        tallest=max(count for _, count in summary.bars) or 1,
        everybody=rows,
        any_late=any(row.late for row in rows),
        links=links,
        by_hand=sum(question.by_hand for question in master.questions),
        by_hand_page=MARK_BY_HAND,
        fewest=FEWEST,
        low=LOW,
        warning=warning,
    )
