"""A row of marks: what a report says of one submission, and the points of each question."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from course_utils.grading.status import Status

Grades = dict[str, float | None]  # by grade_id; None where nobody has given any points yet


class Kind(enum.StrEnum):
    """What came of one question."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    NOT_ANSWERED = "not answered"
    BY_HAND = "by hand"
    NOT_RUN = "not run"  # of a submission that is rejected, or that the grader failed at


@dataclass(frozen=True)
class Outcome:
    """One question of one student.

    points : None where a teacher gives them.  message, mistake, rows : what the visible test says.
    cell, line : the number of the student's cell and the line where it stopped, −1 where it did
    not.
    """

    grade_id: str
    points: float | None
    kind: Kind
    message: str = ""
    mistake: str | None = None
    rows: tuple[tuple[str, str], ...] = ()
    cell: int = -1
    line: int = -1

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the Outcome that `asdict` made plain data of."""
        rows = tuple((label, text) for label, text in data["rows"])
        values: dict[str, Any] = {**data, "kind": Kind(data["kind"]), "rows": rows}
        return cls(**values)


@dataclass(frozen=True)
class Row:
    """One submission.

    number : the LMS's id of the student, "" where it is unknown.  file : the notebook that counted.
    outcomes : of every question, none where nothing was handed in.  notes : what a teacher should
    know.  code : {grade_id: the student's cell}.  again : the grader failed, so the next run tries
    once more.  by_hand : points that a teacher gave; they count instead of ours.  platform,
    entry : "moodle" or "canvas", and the name that it gave to what was handed in.
    """

    student: str
    number: str
    status: Status
    file: str = ""
    outcomes: tuple[Outcome, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    code: Mapping[str, str] = field(default_factory=dict)
    again: bool = False
    by_hand: Mapping[str, float] = field(default_factory=dict)
    platform: str = ""
    entry: str = ""

    @property
    def points(self) -> Grades:
        """Return what the tests gave."""
        return {outcome.grade_id: outcome.points for outcome in self.outcomes}

    @property
    def grades(self) -> Grades:
        """Return what counts: the tests' points, and a teacher's in their place."""
        return {**self.points, **self.by_hand}

    @property
    def score(self) -> float | None:
        """Return the total; None where nobody has given any points."""
        return score_of(self.grades.values())

    @property
    def was_run(self) -> bool:
        """Say whether its questions have been asked."""
        return any(outcome.kind is not Kind.NOT_RUN for outcome in self.outcomes)

    def marked(self, by_hand: Mapping[str, float] | None) -> Self:
        """Return the same row with the points that a teacher gave."""
        return replace(self, by_hand=by_hand or {})

    def as_json(self) -> dict[str, Any]:
        """Return plain data for the journal, without the points that a teacher gave."""
        data = asdict(self)
        del data["by_hand"]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the Row that `as_json` wrote. Raises ValueError for one of another edition."""
        if data.keys() != {one.name for one in fields(cls)} - {"by_hand"}:
            raise ValueError("a row of another edition")
        values: dict[str, Any] = {
            **data,
            "status": Status(data["status"]),
            "outcomes": tuple(map(Outcome.from_json, data["outcomes"])),
            "notes": tuple(data["notes"]),
        }
        return cls(**values)


def score_of(points: Iterable[float | None]) -> float | None:
    """Return the sum of the points that were given; None where there are none at all."""
    given = [one for one in points if one is not None]
    return sum(given) if given else None
