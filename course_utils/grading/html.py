"""Pages for people: one for each student, and one for the class."""

import hashlib
import re

from jinja2 import Environment, PackageLoader, StrictUndefined

from course_utils.grading.tables import grades_of, number, score_of

MOST_BYTES = 160  # of a page's name; systems take 255 with all that is added
LOOKS = {
    "right": ("✓", "right"),
    "partly": ("◐", "other"),
    "wrong": ("✗", "wrong"),
    "not answered": ("○", "other"),
    "by hand": ("✎", "other"),
}
FOR_STUDENTS = {
    "timeout": "Some of your code did not end in time.",
    "crashed": "Some of your code ended the program that ran it.",
    "protocol": "Some of your code sent answers that cannot be read.",
    "missing": "Nothing was handed in.",
}


def _page(name, **about):
    environment = Environment(
        loader=PackageLoader("course_utils.grading", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template(name).render(**about)


def file_name(student, taken):
    """A name for a student's page that every system accepts, and that is not taken yet."""
    name = re.sub(r"[^\w.@ -]", "_", student).strip(". ")
    name = name.encode()[:MOST_BYTES].decode(errors="ignore") or "student"
    while name.casefold() in taken:
        name += "-" + hashlib.sha256(student.encode()).hexdigest()[:8]
    taken.add(name.casefold())
    return f"{name}.html"


def feedback_page(row, master, by_hand=None, warning=""):
    """The page of one student: what passed, the hint of a mistake, their own code beside it."""
    grades = grades_of(row, master, by_hand)
    outcomes = {outcome["grade_id"]: outcome for outcome in row["outcomes"]}
    questions = [_question(q, outcomes.get(q.grade_id), row, grades) for q in master.questions]
    notes = [FOR_STUDENTS[row["status"]]] if row["status"] in FOR_STUDENTS else []
    return _page(
        "feedback.html",
        student=row["student"],
        sheet=master.name,
        score=number(score_of(grades) or 0),
        most=number(master.max_score),
        open=sum(points is None for points in grades.values()) if outcomes else 0,
        notes=row["notes"] if row["status"] == "rejected" else notes,
        questions=questions if outcomes else [],
        warning=warning,
    )


def _question(question, outcome, row, grades):
    outcome = outcome or {"kind": "by hand", "message": "", "rows": (), "line": -1}
    mark, look = LOOKS[outcome["kind"]]
    points = grades[question.grade_id]
    return {
        "title": question.title or question.grade_id,
        "kind": outcome["kind"],
        "mark": mark,
        "look": look,
        "points": "" if points is None else f"{number(points)} of {number(question.points)}",
        "message": outcome["message"],
        "rows": outcome["rows"],
        "line": outcome["line"] if outcome["line"] > 0 else "",
        "code": row.get("code", {}).get(question.grade_id, ""),
    }


def summary_page(summary, rows, master, marks, links, warning=""):
    """The page of the class. `links` are the names of the students' pages."""
    everybody = [
        (
            row["student"],
            row["status"],
            number(score_of(grades_of(row, master, marks.get(row["student"])))),
            links.get(row["student"]),
        )
        for row in rows
    ]
    return _page(
        "summary.html",
        sheet=master.name,
        summary=summary,
        most=number(master.max_score),
        count=len(rows),
        tallest=max(count for _, count in summary.bars) or 1,
        everybody=everybody,
        warning=warning,
    )
