"""A pass, as a process of its own does it: each question is asked in its place, or at the end.

What it finds goes back as `Passed`; all else that the tests have changed ends with the process.
"""

import contextlib
import io
import os
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from course_utils.checks.desk import SEED_OF_THE_CLASS
from course_utils.checks.exercises import Effort
from course_utils.grading import wording
from course_utils.grading.class_checks import ClassChecks
from course_utils.grading.empties import strict_comparisons
from course_utils.grading.forks import Say
from course_utils.grading.habits import Watching
from course_utils.grading.judging import judge
from course_utils.grading.marks import share
from course_utils.grading.master import Question
from course_utils.grading.notebooks import Cell
from course_utils.grading.nursery import Nursery
from course_utils.grading.passes import Pass
from course_utils.grading.places import THE_END
from course_utils.grading.rows import Kind
from course_utils.grading.seen import Passed, Seen
from course_utils.grading.session import Session
from course_utils.grading.settings import Settings

TIMES_SOURCE = 10  # as long as SOURCE's own tests took, a student's may take so many times


class PassProcess(NamedTuple):
    """The questions of one pass, put to one session.

    allowed : numbers of questions whose answers are let to change arguments, unlike SOURCE's.
    whole : with hidden tests.  after : by grade_id the cell after which an answer counts, where a
    pass before has found it.  ours, failed : as in `Pass`.
    """

    nursery: Nursery
    cells: Sequence[Cell]
    settings: Settings
    session: Session
    allowed: frozenset[int]
    questions: Sequence[Question]
    effort: Effort
    whole: bool
    after: Mapping[str, int | None]
    ours: frozenset[str]
    failed: frozenset[str]

    def __call__(self, say: Say) -> Passed:
        """Ask the questions here; tell of each one before its tests run."""
        seen, watching = dict[str, Seen](), Watching(self.settings.habits)
        watching.allowed = self.allowed
        seconds = {q.grade_id: self._seconds(q) for q in self.questions}
        made = self._made(watching)

        def asked(question: Question) -> None:
            if self._waits(question):
                return
            say(question.grade_id)
            seen[question.grade_id] = self._ask(made, question, seconds)

        os.environ[SEED_OF_THE_CLASS] = self.settings.seed  # for a teacher's own tests
        with strict_comparisons(), _quiet():
            made.through(self.nursery.master.given_before, seconds, asked)
            for question in self.questions:
                say(question.grade_id)
                if self._at_the_end(made, question, seen):
                    seen[question.grade_id] = self._ask(made, question, seconds, THE_END)
        return self._passed(seen, watching)

    def _made(self, watching: Watching) -> Pass:
        """Return the pass, beside a copy of the sheet's files."""
        limit = self.settings.sandbox.limits.call
        checks = ClassChecks(self.settings.seed, limit, self.effort, marking=self.whole)
        self.nursery.go_to_a_copy(self.whole, self.settings.sandbox.hidden)
        return Pass(
            *(self.nursery.master, self.cells, self.session, self.nursery.kernel),
            *(checks, watching, self.whole, self.ours, self.failed),
            self.whole and self.settings.apart and len(self.questions) > 1,
        )

    def _passed(self, seen: dict[str, Seen], watching: Watching) -> Passed:
        """Leave the session; return what was seen, and what is known of it now."""
        session, intact = self.session, self.session.leave()
        took = {self._number(name): one.seconds for name, one in seen.items()}
        habits = replace(watching.found(), seconds=took)
        notes = [] if self.ours else list(wording.notes_on_cells(session))
        if not intact:
            session.close()
        return Passed(
            seen, session.faults, session.left_out, notes, habits, watching.unlike_source, intact
        )

    def _number(self, grade_id: str) -> int:
        return [q.grade_id for q in self.nursery.master.questions].index(grade_id)

    def _seconds(self, question: Question) -> float:
        """Return how long a question's tests may work here."""
        known = self.settings.habits
        took = known.seconds.get(self._number(question.grade_id), 0.0) if known else 0.0
        limits = self.settings.sandbox.limits
        return max(limits.call if known else limits.total, TIMES_SOURCE * took)

    def _waits(self, question: Question) -> bool:
        """Say whether it is known already that the answer counts at the end."""
        return self.after.get(question.grade_id) == THE_END and bool(self.cells)

    def _at_the_end(self, made: Pass, question: Question, seen: Mapping[str, Seen]) -> bool:
        """Say whether an answer is looked for at the end: where it was empty in its own place.

        Never in both, which would be two guesses. So the name can be used again further down.
        """
        if question.grade_id not in seen:
            return True
        if self.after or not seen[question.grade_id].empty:
            return False
        reused, place = self.nursery.master.reused, made.places[question.grade_id]
        return not reused & set(question.names) and self.session.moved(question.names, place)

    def _ask(
        self, made: Pass, question: Question, seconds: Mapping[str, float], after: int | None = None
    ) -> Seen:
        """Run a question's tests; return what they say, and where the answer counts."""
        begin = time.process_time()
        tested = made.test(question, seconds[question.grade_id], after)
        outcome = judge(made, question, tested)
        holds = tested.error is None and not tested.faults
        holds = holds and not (self.ours and made.is_guessed(question))
        return Seen(
            outcome,
            after=made.places[question.grade_id] if after is None else after,
            checked=bool(tested.verdicts),
            empty=outcome.kind is Kind.NOT_ANSWERED or bool(tested.missing),
            holds=holds,
            ended=bool(tested.faults),
            points=share(tested.value, question.points) if holds else 0.0,
            notes=wording.notes_on_calls(question, tested),
            seconds=time.process_time() - begin,
        )


@contextlib.contextmanager
def _quiet() -> Generator[None, None, None]:
    """Show nothing of what tests print."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
