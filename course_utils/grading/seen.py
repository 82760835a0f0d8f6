"""What a pass leaves: of each question what it says, and what is known of the session."""

from typing import NamedTuple

from course_utils.grading.exchange import Fault
from course_utils.grading.habits import Habits
from course_utils.grading.rows import Kind, Outcome


class Seen(NamedTuple):
    """What a pass says of a question.

    after : the cell after which the answer counts.  checked : whether one of our checks judged it.
    empty : whether there is no answer yet.  holds : whether nothing failed.  ended : whether a call
    ended a worker.  notes : for the teacher.
    """

    outcome: Outcome
    after: int | None
    checked: bool
    empty: bool
    holds: bool
    ended: bool
    points: float
    notes: list[str]
    seconds: float

    @property
    def right(self) -> bool:
        """Say whether students read that it is right, or that it is recorded."""
        return self.outcome.kind in (Kind.RIGHT, Kind.RECORDED)


class Passed(NamedTuple):
    """What a pass leaves: by grade_id what it says, and what is known of the session.

    unlike : numbers of questions whose answers change arguments, unlike SOURCE's.
    intact : whether the worker that branched is there.
    """

    seen: dict[str, Seen]
    faults: list[Fault]
    left_out: dict[int, Fault]
    notes: list[str]
    habits: Habits
    unlike: set[int]
    intact: bool
