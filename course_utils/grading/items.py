"""Item analysis: how each question did in a class, the hardest first."""

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from course_utils.grading.master import Master, Question
from course_utils.grading.parsing import string_in
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.rubrics import Rubric, Rubrics

FEWEST = 10  # answers; with less, a correlation is chance
LOW = 0.2  # a discrimination below is worth a look, a negative one a question's fault
MISTAKES = 5  # shown of a question
LETTERS = 200


class Said(NamedTuple):
    """What several students did or were told, and how many."""

    name: str
    text: str
    students: int


class Item(NamedTuple):
    """One question. count : students with points for it.  right : the share that has all points.

    mean : of the points, as a share.  discrimination : how the points go with those of all other
    questions (corrected item-total correlation), None where they are too few or all alike.
    unanswered : students.  said : the mistakes most made, or of a test the letters.
    """

    title: str
    grade_id: str
    count: int
    right: float | None
    mean: float | None
    discrimination: float | None
    unanswered: int
    said: tuple[Said, ...]

    @property
    def to_look_at(self) -> bool:
        """Say whether strong students do no better here than weak ones."""
        return self.discrimination is not None and self.discrimination < LOW


def items(rows: Sequence[Row], master: Master, rubrics: Rubrics) -> tuple[Item, ...]:
    """Return the items of a class, the hardest first; what nobody has marked yet comes last."""
    there = [row for row in rows if row.was_run]
    found = [_item(question, there, rubrics) for question in master.questions]
    return tuple(sorted(found, key=lambda one: (one.mean is None, one.mean)))


def _item(question: Question, rows: Sequence[Row], rubrics: Rubrics) -> Item:
    name, recorded = question.grade_id, _recorded(question, rows)
    outcomes = [one for row in rows for one in row.outcomes if one.grade_id == name]
    unanswered = sum(one.kind is Kind.NOT_ANSWERED for one in outcomes)
    if recorded:
        letter = _right_letter(question, rubrics)
        points = [(float(text == letter), 0.0) for text in recorded] if letter else []
        said, most = _letters(recorded, letter), 1.0
    else:
        points = [
            (own, sum(other for key, other in row.grades.items() if key != name and other))
            for row in rows
            if (own := row.grades.get(name)) is not None
        ]
        said, most = _mistakes(outcomes), question.points
    own = [one for one, _ in points]
    full = [float(one >= most) for one in own]
    known = bool(own) and most > 0
    return Item(
        question.title or name,
        name,
        len(own),
        statistics.mean(full) if known else None,
        statistics.mean(own) / most if known else None,
        _correlation(points),
        unanswered,
        said,
    )


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's correlation; None of too few, or where one side is always the same."""
    if len(pairs) < FEWEST:
        return None
    own, others = zip(*pairs, strict=True)
    if len(set(own)) == 1 or len(set(others)) == 1:
        return None
    return statistics.correlation(own, others)


def _mistakes(outcomes: Sequence[Outcome]) -> tuple[Said, ...]:
    """Count what was wrong: by the known mistake, or else by what the student was told."""
    failed = [one for one in outcomes if one.kind in (Kind.WRONG, Kind.PARTLY)]
    made = Counter((one.mistake or "", one.message[:LETTERS]) for one in failed)
    return tuple(Said(*which, count) for which, count in made.most_common(MISTAKES))


def _recorded(question: Question, rows: Sequence[Row]) -> list[str]:
    """Return the letters of a question whose checks record and tell nothing."""
    there = (
        row
        for row in rows
        for one in row.outcomes
        if one.grade_id == question.grade_id and one.kind is Kind.RECORDED and not question.points
    )
    texts = (string_in(row.code.get(question.grade_id, "")) for row in there)
    return [text.strip(" ().").lower() for text in texts if text]


def _right_letter(question: Question, rubrics: Rubrics) -> str:
    given = (rubrics.get(name, Rubric()).reference for name in question.answers)
    return next((text for text in given if len(text) == 1), "")


def _letters(found: Sequence[str], right: str) -> tuple[Said, ...]:
    counted = sorted(Counter(found).items())
    return tuple(
        Said(letter, "right" if letter == right else "", count) for letter, count in counted
    )
