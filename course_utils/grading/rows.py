"""A row of marks: what a report says of one submission, and the points of each question."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from types import UnionType
from typing import Any, Self, get_origin

from course_utils.grading.status import Status

NOT_KEPT = ("by_hand", "late", "penalty")  # in the journal: they follow from what a teacher says
Grades = dict[str, float | None]  # by grade_id; None where nobody has given any points yet


class Kind(enum.StrEnum):
    """What came of one question."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    NOT_ANSWERED = "not answered"
    BY_HAND = "by hand"
    RECORDED = "recorded"  # it is kept, and nobody is told yet whether it is right
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
        """Return the Outcome that `asdict` made plain data of, in this edition or another."""
        rows = tuple((str(label), str(text)) for label, text in data.get("rows", ()))
        return cls(**_known(cls, {**data, "kind": Kind(data["kind"]), "rows": rows}))


@dataclass(frozen=True)
class Row:
    """One submission.

    number : the LMS's id of the student, "" where it is unknown.  file : the notebook that counted.
    outcomes : of every question, none where nothing was handed in.  notes : what a teacher should
    know.  code : {grade_id: the student's cell}.  again : the grader failed, or another edition
    made the row, so the next run tries once more.  by_hand : points that a teacher gave; they count
    instead of ours.  work : a digest of what was handed in.  source : the digest of the SOURCE that
    it was graded with.  handed_in : seconds since 1970, None where nobody knows.  marked_late : the
    platform says so.  person : who it is from run to run, see `identity`.  platform, entry :
    "moodle" or "canvas", and the name that it gave to what was handed in.  late : by how much, in
    words, "" where it came in time.  penalty : the points that late work costs, see `late`.
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
    work: str = ""
    source: str = ""
    handed_in: float | None = None
    marked_late: bool = False
    person: str = ""
    late: str = ""
    penalty: float = 0.0
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
    def raw_score(self) -> float | None:
        """Return the total, as if it had come in time; None where nobody has given any points."""
        return score_of(self.grades.values())

    @property
    def score(self) -> float | None:
        """Return the total that counts: late work has less, and never less than nothing."""
        raw = self.raw_score
        return raw if raw is None or not self.penalty else max(raw - self.penalty, 0.0)

    @property
    def lost(self) -> float:
        """Return the points that the row has not for being late."""
        raw, score = self.raw_score, self.score
        return 0.0 if raw is None or score is None else raw - score

    @property
    def was_run(self) -> bool:
        """Say whether its questions have been asked."""
        return any(outcome.kind is not Kind.NOT_RUN for outcome in self.outcomes)

    def marked(self, by_hand: Mapping[str, float] | None) -> Self:
        """Return the same row with the points that a teacher gave."""
        return replace(self, by_hand=by_hand or {})

    def as_json(self) -> dict[str, Any]:
        """Return plain data for the journal, without what a teacher may change tomorrow."""
        data = asdict(self)
        return {name: data[name] for name in _kept(type(self))}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the Row that `as_json` wrote.

        Of one that another edition wrote, what is known here; it is graded again where its file is.
        Raises ValueError where it does not say how somebody fared.
        """
        values = {
            "number": "",
            **{name: value for name, value in data.items() if name not in NOT_KEPT},
            "status": Status(data["status"]),
            "outcomes": tuple(map(Outcome.from_json, data["outcomes"])),
            "notes": tuple(map(str, data.get("notes", ()))),
        }
        ours = data.keys() == set(_kept(cls))
        return cls(**_known(cls, values if ours else {**values, "again": True}))


def _kept(of: type[Row]) -> list[str]:
    return [one.name for one in fields(of) if one.name not in NOT_KEPT]


def _known(of: type[Row] | type[Outcome], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields in plain data. Raises TypeError where one is of another kind."""
    kinds = {one.name: one.type for one in fields(of) if one.name in data}
    for name, kind in kinds.items():
        if not _is(data[name], kind):
            raise TypeError(f"{name} is {data[name]!r}")
    return {name: data[name] for name in kinds}


def _is(value: Any, kind: Any) -> bool:
    if isinstance(value, int) and kind in (float, float | None):
        return True
    return isinstance(value, kind if isinstance(kind, UnionType) else get_origin(kind) or kind)


def score_of(points: Iterable[float | None]) -> float | None:
    """Return the sum of the points that were given; None where there are none at all."""
    given = [one for one in points if one is not None]
    return sum(given) if given else None
