"""What questions are worth that a teacher marks: a line of the marks file can say it.

A reason counts nothing in its sheet. Points that a teacher gives for it all the same belong to the
maximum too: "(out of)" in the place of a student says how many a question can have.
"""

from dataclasses import replace
from pathlib import Path

from course_utils.grading.counted import counted
from course_utils.grading.master import Master
from course_utils.grading.rows import Row
from course_utils.grading.tables import OUT_OF, BadTable, read_csv

MOST = 1_000  # points of one question


def with_worth(master: Master, path: Path) -> Master:
    """Return the master with what a file of marks says its questions are worth. Raises BadTable."""
    worth = _said_in(path)
    by_hand = {question.grade_id for question in master.questions if question.by_hand}
    others = {one.grade_id for one in master.questions} - by_hand
    wrong = sorted(others & worth.keys())
    if wrong:
        raise BadTable(
            f"{path}, line {OUT_OF}: {wrong[0]!r} is marked by its tests, which know its points; "
            "leave that cell empty"
        )
    questions = (
        replace(one, points=worth.get(one.grade_id, one.points)) for one in master.questions
    )
    return replace(master, questions=tuple(questions))


def _said_in(path: Path) -> dict[str, float]:
    """Return {grade_id: points} of the line that says it; {} where there is none."""
    found = [record for record in read_csv(path, ()) if OUT_OF in record.values()]
    if len(found) > 1:
        raise BadTable(f"{path} has {counted(len(found), 'line')} {OUT_OF}: keep one")
    cells = found[0].items() if found else ()
    return {
        name: _points(text, name, path) for name, text in cells if text.strip() not in ("", OUT_OF)
    }


def _points(text: str, name: str, path: Path) -> float:
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError:
        points = -1.0
    if not 0 <= points <= MOST:
        raise BadTable(
            f"{path}, line {OUT_OF}: expected points of {name!r}, 0 to {MOST}, got {text!r}"
        )
    return points


def still_to_mark(row: Row, master: Master) -> int:
    """Return how many answers have points to be had that a teacher has not given yet."""
    wanted = {one.grade_id for one in master.questions if one.by_hand and one.points}
    nothing = {one.grade_id for one in row.outcomes if one.points is not None}
    return len(wanted - nothing - row.by_hand.keys()) if row.was_run else 0
