"""One pass through the master's cells: the given ones and the tests run here, in their order.

Where a cell stands for an answer, the student's cells run in the worker up to the same place, and
what they define is here by name: as plain data, or as a stub.
"""

import contextlib
import os
import resource
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import NamedTuple

from course_utils.checks.outcomes import Verdict
from course_utils.grading.class_checks import ClassChecks
from course_utils.grading.elsewhere import Elsewhere
from course_utils.grading.exchange import Fault, NoWorker
from course_utils.grading.figures import Current
from course_utils.grading.guesses import guessable, one_of_few, without_arguments
from course_utils.grading.habits import Watching
from course_utils.grading.inside.folder import Folder
from course_utils.grading.kernel import Kernel
from course_utils.grading.master import Master, Question
from course_utils.grading.notebooks import Cell
from course_utils.grading.places import THE_END, cell_with, counts_after
from course_utils.grading.replies import Raised
from course_utils.grading.script import Kind, Step
from course_utils.grading.session import Session
from course_utils.grading.status import Status
from course_utils.grading.texts import Texts, texts_of

SECONDS_MORE = 3  # until the system ends what does not hear its clock
LATE = "its tests did not end in time with what your code gave them"


class Late(BaseException):
    """A test of ours that does not end with what a student's code gave it."""


class Tested(NamedTuple):
    """What came of running one question's tests.

    value : of their last line.  error : what they raised.  line : of the test, where it did, −1 for
    none.  faults : workers that their calls ended.  raised : what the student's code raised last.
    verdicts : of `check` and `require`, in order.  missing : the student's names that
    are not there, where that ended the tests.
    """

    value: object
    error: BaseException | None
    line: int
    faults: list[Fault]
    raised: Raised | None
    verdicts: list[Verdict]
    missing: tuple[str, ...]

    @property
    def verdict(self) -> Verdict | None:
        """Return the first verdict that is not passed; where all are, the first."""
        failed = [verdict for verdict in self.verdicts if not verdict.passed]
        return next(iter([*failed, *self.verdicts]), None)


class Pass:
    """What runs the master's cells against one session.

    whole : with hidden tests.  ours : the grade_ids of answers that SOURCE's own stand for, see
    `marking`.  failed : the questions whose tests are not run again, not even for what they define.
    apart : whether no answer sees what another one is handed.
    """

    def __init__(
        self,
        master: Master,
        cells: Sequence[Cell],
        session: Session,
        kernel: Kernel,
        checks: ClassChecks,
        watching: Watching,
        whole: bool,
        ours: frozenset[str] = frozenset(),
        failed: frozenset[str] = frozenset(),
        apart: bool = False,
    ) -> None:
        self.master, self.cells, self.session, self.kernel = master, cells, session, kernel
        self.checks, self.watching, self.whole = checks, watching, whole
        self.ours, self.failed, self.apart = ours, failed, apart
        # the students' names that are here, and from after which cell
        self.bound = dict[str, int]()
        self.workers = session.workers
        self.places = {q.grade_id: counts_after(q, cells) for q in master.questions}
        session.meet(kernel.names, master, watching, Folder(os.getcwd()))
        Elsewhere(master.written, session.asking.do_named)
        self.figures = Current(session.asking.do_named)
        Texts(session.asking, kernel.names, self._own_texts())

    def _own_texts(self) -> frozenset[str]:
        """Return the teacher's texts that tests may run: none that the page must not show.

        Tests reach them by the names of the notebook, and so does a `"{0.…}"` that they format.
        """
        if self.whole:
            return texts_of(step.source for step in self.master.steps)
        return texts_of(s.visible for s in self.master.steps if s.kind is not Kind.ANSWER)

    def through(
        self, begin: int, seconds: Mapping[str, float], asked: Callable[[Question], None]
    ) -> None:
        """Go through the steps from there; `asked` is called where a question's tests stand.

        seconds : how long the tests of each question may take; those that are not there are not
        asked, and what they define is here all the same.
        """
        by_step = {q.step: q for q in self.master.questions if q.grade_id in seconds}
        for number in range(begin, max(by_step, default=-1) + 1):
            step = self.master.steps[number]
            if step.kind is Kind.ANSWER:
                self._answer(step)
            elif number in by_step:
                asked(by_step[number])
            elif step.kind is Kind.GIVEN or self._defines(number):
                self._quietly(step.source if self.whole else step.visible, step.grade_id)
            else:
                hidden = step.imports if self.whole else ""
                self._quietly(f"{hidden}\n{step.definitions}", step.grade_id)

    def test(self, question: Question, seconds: float, after: int | None = None) -> Tested:
        """Run a question's tests, with the student's names as they were after that cell."""
        self.watching.question = self.master.questions.index(question)
        self.figures.begin()
        step = self.master.steps[question.step]
        source = step.source if self.whole else step.visible
        value, error, missing, clock = None, None, (), _clock(seconds)
        place = self.places[question.grade_id] if after is None else after
        with self.session.question() as calls, self.checks.question() as verdicts:
            try:
                missing = self._prepare(question, place)
                with self._apart(question), clock:
                    value = self._in_test(source, step.grade_id)
            except NoWorker:
                raise
            except BaseException as raised:  # a Fault, a student's error, or one of the test's own
                error = raised
        if clock.fired:  # whatever a test's own `except:` has made of it
            calls.faults.append(Fault(Status.TIMEOUT, LATE))
        error = error or self.session.refused
        self.session.refresh()
        line = _line_of(error, f"<{step.grade_id}>")
        here = isinstance(error, NameError) and not getattr(error, "from_answer", False)
        absent = missing if here else ()
        return Tested(value, error, line, calls.faults, calls.raised, verdicts, absent)

    def _apart(self, question: Question) -> contextlib.AbstractContextManager[None]:
        """Return what keeps from other answers what a question's test hands to this one's.

        Where each student has inputs of their own there is nothing to keep.
        """
        kept = self.apart and not question.drawn
        return self.session.apart() if kept else contextlib.nullcontext()

    def _in_test(self, source: str, name: str) -> object:
        sharing = self.session.sharing
        assert sharing is not None
        sharing.in_test = True
        try:
            value = self.kernel.run(source, name)
            self.session.tell()
            return value
        finally:
            sharing.in_test = False

    def _answer(self, step: Step) -> None:
        """Have the student's names of an answer, or SOURCE's own where those stand for them."""
        self._quietly(step.imports, step.grade_id)
        if step.grade_id in self.ours:
            self._quietly(step.source, step.grade_id)
            place = cell_with(step.grade_id, self.cells)
            if place >= 0:
                known = {n: self.kernel.names[n] for n in step.names if n in self.kernel.names}
                self.session.carried[place] = known
            return
        place = cell_with(step.grade_id, self.cells)
        if place >= 0:  # or else with the test, which knows where to look
            self._quietly_fetch(step.names, place)

    def _quietly_fetch(self, names: Sequence[str], place: int) -> None:
        try:
            self._fetch(names, place)
        except Exception:  # a Fault, or what cannot be sent
            return  # the test will meet it again, and say so

    def _prepare(self, question: Question, place: int) -> tuple[str, ...]:
        """Have the student's names that a test needs; return those that are not there."""
        if self.session.workers != self.workers or not self._alive():
            self._fetch_again()
        names = [name for name in question.names if self.bound.get(name) != place]
        if place == THE_END or not set(question.names) <= self.bound.keys():
            names = list(question.names)
        own = [n for n in names if self._owner(n) not in self.ours]
        self.session.advance(place)
        if own:
            self._fetch(own, place)
        return tuple(name for name in question.names if name not in self.kernel.names)

    def is_guessed(self, question: Question) -> bool:
        """Say whether one of a question's own answers is something that two guesses hit."""
        answers = [step for step in self.master.steps if step.kind is Kind.ANSWER]
        own = [n for n in question.names if self._owner(n) not in self.ours]
        values = {name: self.kernel.names[name] for name in own if name in self.kernel.names}
        if any(map(one_of_few, values.values())):
            return True
        return all(guessable(v) or without_arguments(answers, n) for n, v in values.items())

    def _owner(self, name: str) -> str:
        answers = (step for step in self.master.steps if step.kind is Kind.ANSWER)
        owners = [step.grade_id for step in answers if name in step.names]
        return owners[-1] if owners else ""

    def _fetch(self, names: Sequence[str], place: int) -> None:
        """Bind names as they are over there after a cell; take those away that are not."""
        found = self.session.fetch_all(names, place)
        self.workers = self.session.workers
        sharing = self.session.sharing
        for name in names:
            self.kernel.names.pop(name, None)
            self.bound[name] = place
            if name in found:
                self.kernel.names[name] = found[name]
                if sharing:
                    sharing.fetched(name, found[name])

    def _fetch_again(self) -> None:
        """Bind everything anew: the worker that had it is gone."""
        for place in sorted(set(self.bound.values())):
            self._quietly_fetch([n for n, at in self.bound.items() if at == place], place)

    def _alive(self) -> bool:
        return bool(self.session.exchange and not self.session.exchange.fault)

    def _defines(self, number: int) -> bool:
        """Say whether what a test defines may be needed further down."""
        if self.master.steps[number].grade_id in self.failed:
            return False
        later = (step.words for step in self.master.steps[number + 1 :])
        defined = self.master.steps[number].names
        return bool(set(defined) & frozenset().union(*later))

    def _quietly(self, source: str, name: str) -> None:
        """Run a cell that gives no marks: it may stop, as in a notebook that is run to its end."""
        if not source:
            return
        with self.checks.in_silence():
            try:
                with _clock(self.session.sandbox.limits.cell):
                    self.kernel.run(source, name)
            except NoWorker:
                raise
            except BaseException as error:
                self.checks.stopped[name] = f"{type(error).__name__}: {error}"
        self.session.refresh()


class _clock:
    """Raises Late in the block after so many seconds of this process's own work.

    What waits for the worker is not counted, for that has a clock of its own. A single step that
    does not end, such as a power of a huge number, is ended by the system, with the process.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.fired = seconds, False

    def _late(self, number: int, frame: FrameType | None) -> None:
        self.fired = True
        raise Late(LATE)

    def __enter__(self) -> None:
        signal.signal(signal.SIGPROF, self._late)
        signal.setitimer(signal.ITIMER_PROF, self.seconds, 1.0)
        self._end_at(time.process_time() + self.seconds + SECONDS_MORE)

    def __exit__(self, *error: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._end_at(resource.RLIM_INFINITY)

    def _end_at(self, seconds: float) -> None:
        _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), hardest))


def _line_of(error: BaseException | None, file: str) -> int:
    """Return the line of a file at which an error came up, −1 where it did not."""
    trace, line = error.__traceback__ if error else None, -1
    while trace:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
