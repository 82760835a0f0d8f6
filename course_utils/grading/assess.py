"""One submission from its cells to its marks: the master's cells run here, a student's elsewhere.

Questions that withhold the same modules share a worker (`marking`); here all of them come together.
"""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from course_utils.grading import view
from course_utils.grading.exchange import NO_FILES, Exchange
from course_utils.grading.forks import Lost, Say, in_a_fork
from course_utils.grading.habits import Habits, together
from course_utils.grading.marking import PATIENCE_MORE, Graded, Marking
from course_utils.grading.marks import by_hand
from course_utils.grading.master import Master
from course_utils.grading.notebooks import Cell
from course_utils.grading.nursery import Nursery
from course_utils.grading.rows import Outcome, score_of
from course_utils.grading.sandbox import Sandbox
from course_utils.grading.session import Room
from course_utils.grading.settings import NOTHING_HABITUAL, Settings
from course_utils.grading.status import Status, first_of


@dataclass(frozen=True)
class Result:
    """A graded submission. notes : what a teacher should know of its cells.

    habits : what its answers did while the tests ran.  stopped : {grade_id of a cell that gives no
    marks: why it stopped}.
    """

    status: Status
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    seconds: float
    habits: Habits = NOTHING_HABITUAL
    stopped: Mapping[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float | None:
        """Return the total of the points that the tests gave."""
        return score_of(outcome.points for outcome in self.outcomes)


def assess(
    master: Master, cells: Sequence[Cell], settings: Settings, spare: Exchange | None = None
) -> Result:
    """Return the Result of a submission, given its cells. `spare` is a worker that has started."""
    patience = settings.sandbox.limits.total * 3 + PATIENCE_MORE

    def work(say: Say) -> Result:
        with contextlib.closing(Nursery(master)) as nursery:
            return assess_here(nursery, cells, settings, spare)

    found = in_a_fork(work, patience)
    if isinstance(found, Lost):
        raise RuntimeError("the process that graded it ended")
    return found


def assess_here(
    nursery: Nursery,
    cells: Sequence[Cell],
    settings: Settings,
    spare: Exchange | None = None,
    modules: Mapping[str, bytes] = NO_FILES,
    texts: Sequence[Cell] = (),
) -> Result:
    """Return the Result of a submission, assessed in this process.

    modules : programs handed in beside the notebook, by file name.  texts : its cells of text.
    """
    start, found = time.monotonic(), list[Graded]()
    master, deadline = nursery.master, start + settings.sandbox.limits.total
    by_tests = [question for question in master.questions if not question.by_hand]
    for withheld in dict.fromkeys(question.withheld for question in by_tests):
        given, defined = master.given_of(withheld), sorted(master.defined)
        room = Room(*given, nursery.open_files(), deadline, defined, modules)
        here = replace(settings, sandbox=sandbox_for(master, settings.sandbox, withheld))
        marking = Marking(nursery, cells, here, room, spare, found[-1] if found else None)
        spare = None
        found.append(marking.grade([q for q in by_tests if q.withheld == withheld]))
    if spare:
        spare.close()
    return _result(nursery, (cells, texts), found, time.monotonic() - start)


def sandbox_for(master: Master, sandbox: Sandbox, withheld: Sequence[str] | None = None) -> Sandbox:
    """Return the sandbox for questions that withhold these modules; without them, the first's.

    A library's own files are hidden: a finder of imports is soon taken away.
    """
    if withheld is None:
        by_tests = (question for question in master.questions if not question.by_hand)
        withheld = next((question.withheld for question in by_tests), ())
    given, closed = master.given_of(withheld)
    kept = [module for module, _ in given]
    apart = [one for one in closed if not any(f"{name}.".startswith(f"{one}.") for name in kept)]
    return replace(sandbox, withheld=tuple(view.libraries(apart)))


def _result(
    nursery: Nursery,
    written: tuple[Sequence[Cell], Sequence[Cell]],
    found: Sequence[Graded],
    seconds: float,
) -> Result:
    """Return what the workers have given, in the order of the questions."""
    questions = nursery.master.questions
    outcomes = {q.grade_id: by_hand(q, *written) for q in questions if q.by_hand}
    outcomes |= {outcome.grade_id: outcome for one in found for outcome in one.outcomes}
    return Result(
        first_of([status for one in found for status in one.statuses]),
        tuple(outcomes[question.grade_id] for question in questions),
        tuple(dict.fromkeys(note for one in found for note in one.notes)),
        seconds,
        together(one.habits for one in found),
        nursery.stopped,
    )
