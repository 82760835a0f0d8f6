"""One submission from its cells to its marks: the master's tests run here, against stubs.

First all tests that students can see, for the feedback; then all tests with their hidden parts,
for the marks. In this order, because a worker that has seen no hidden input can tell none.
"""

import ast
import contextlib
import io
import time
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from course_utils.checks.exercises import ROUNDS
from course_utils.checks.outcomes import NotAnsweredYet
from course_utils.grading.desk import Desk
from course_utils.grading.exchange import Fault
from course_utils.grading.sandbox import Sandbox
from course_utils.grading.session import MISSING, Session
from course_utils.grading.statements import parse_cell
from course_utils.grading.stubs import KNOWN, OUR_WORDS

STATUSES = ("rejected", "protocol", "crashed", "timeout", "graded")  # the first that applies
WHY = {
    "timeout": "did not end in time: look for a loop that never ends.",
    "crashed": "ended the whole program, for example with sys.exit() or with too much memory.",
    "protocol": "sent an answer that cannot be read.",
}
LETTERS = 400


@dataclass(frozen=True)
class Outcome:
    """One question of one student.

    points : None where a teacher gives them.  kind : "right", "partly", "wrong", "not answered"
    or "by hand".  message, mistake, rows : what the visible test says.  cell, line : the number of
    the student's cell and the line where it stopped, −1 where it did not.
    """

    grade_id: str
    points: float | None
    kind: str
    message: str = ""
    mistake: str | None = None
    rows: tuple = ()
    cell: int = -1
    line: int = -1


@dataclass(frozen=True)
class Result:
    """A graded submission. notes : what a teacher should know of its cells."""

    status: str
    outcomes: tuple[Outcome, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def score(self):
        return sum(outcome.points or 0 for outcome in self.outcomes)

    def as_dict(self):
        return asdict(self)


@dataclass(frozen=True)
class Settings:
    """What is the same for all submissions of a run."""

    sandbox: Sandbox = field(default_factory=Sandbox)
    seed: str = "hidden"

    def in_slot(self, slot):
        """The same for one of several places side by side."""
        return replace(self, sandbox=replace(self.sandbox, slot=slot))


def assess(master, cells, settings, spare=None):
    """Return the Result of a submission, given its cells. `spare` is a worker that has started."""
    start = time.monotonic()
    deadline = start + settings.sandbox.limits.total
    found, faults, notes, left_out = {}, [], [], {}
    for withheld in dict.fromkeys(q.withheld for q in master.questions if not q.by_hand):
        given, held = master.given_of(withheld)
        sources = [cell.source for cell in cells]
        about = sources, settings.sandbox, given, held, deadline
        session = Session(*about, spare, left_out)
        spare, left_out = None, session.left_out
        grading = _Grading(master, cells, session, settings)
        try:
            found.update({one.grade_id: one for one in grading.outcomes(withheld)})
        finally:
            session.close()
        faults += session.faults
        notes += [*_notes(session), *grading.notes]
    if spare:
        spare.close()
    outcomes = tuple(found.get(q.grade_id) or _by_hand(q, cells) for q in master.questions)
    status = min([fault.status for fault in faults] or ["graded"], key=STATUSES.index)
    return Result(status, outcomes, tuple(dict.fromkeys(notes)), time.monotonic() - start)


class _Grading:
    """The questions of one session, twice: as seen, and with hidden parts.

    notes : where a test's calls ended a worker, in sentences.
    """

    def __init__(self, master, cells, session, settings):
        self.master, self.cells, self.session = master, cells, session
        self.desk = Desk(settings.seed, settings.sandbox.limits.call)
        self.at_the_end, self.checked = set(), set()  # grade_ids
        self.notes = []

    def outcomes(self, withheld):
        questions = [q for q in self.master.questions if q.withheld == withheld and not q.by_hand]
        with self.desk.open(), contextlib.redirect_stdout(io.StringIO()):
            names = _Names(self.master, self.session)
            told = [self._told(question, names) for question in questions]
            self.desk.marking, names = True, _Names(self.master, self.session)
            marks = [self._marks(*pair, names) for pair in zip(questions, told, strict=True)]
            pairs = zip(told, marks, strict=True)
            late = [n for n, (one, mark) in enumerate(pairs) if one.kind == "right" and not mark]
            self._look_longer(questions, told, late)
        return [_together(*three) for three in zip(questions, told, marks, strict=True)]

    def _look_longer(self, questions, told, late):
        """Put in what a longer look says where a first one was right and the hidden test was not.

        In a new worker, since this one knows hidden inputs by now.
        """
        late = [number for number in late if questions[number].grade_id in self.checked]
        if late:
            self.session.renew()
            self.desk.marking, self.desk.rounds = False, ROUNDS
        for number in late:
            told[number] = self._told(questions[number], _Names(self.master, self.session))

    def _told(self, question, names):
        """What the visible test says of an answer: in its place, or if that is empty, at the end.

        Never of both, which would be two guesses. So the name can be used again further down.
        """
        told = self._told_once(question, names)
        place, reused = self._position(question), self.master.reused & set(question.needs.names)
        if told.kind != "not answered" or reused:
            return told
        if self.session.moved(question.needs.names, place):
            self.at_the_end.add(question.grade_id)
            return self._told_once(question, names)
        return told

    def _told_once(self, question, names):
        self.session.last_error = None
        error, faults, _ = self._run(question, question.visible, names)
        self.checked |= {question.grade_id} if self.desk.verdicts else set()
        outcome = Outcome(question.grade_id, 0, "wrong", **self._place(question))
        verdict = next((v for v in self.desk.verdicts if not v.passed), None)
        verdict = verdict or next(iter(self.desk.verdicts), None)
        if faults and not (verdict and verdict.mistake):
            return replace(outcome, message=f"Your code {WHY[faults[0].status]}")
        if isinstance(error, NotAnsweredYet | NotImplementedError):
            return replace(outcome, kind="not answered", message="Not answered yet.")
        if verdict and (error is None or not verdict.passed):
            rows = tuple((label, text) for label, text in verdict.evidence)
            said = {"message": verdict.message, "mistake": verdict.mistake, "rows": rows}
            return replace(outcome, kind="right" if verdict.passed else "wrong", **said)
        if error is None:
            return replace(outcome, kind="right", message="Right.")
        return replace(outcome, message=self._words(error, question))

    def _marks(self, question, told, names):
        """The points that the whole test gives: none where its visible part already failed."""
        if told.kind != "right":
            return 0.0
        error, faults, value = self._run(question, question.source, names)
        if error is not None or faults:
            return 0.0
        return _share(value, question.points)

    def _run(self, question, source, names):
        """(error, faults, value of the last line) of a test."""
        self.desk.new_question()
        before, value, error = len(self.session.of_calls), None, None
        try:
            names.prepare(question, self._position(question))
            value = _execute(source, names.space)
        except (Exception, SystemExit) as raised:
            error = raised
        self.session.refresh()
        faults = self.session.of_calls[before:]
        name = question.title or question.grade_id
        self.notes += [f"“{name}”: a call {WHY[fault.status]}" for fault in faults]
        return error, faults, value

    def _position(self, question):
        """The student's cell after which an answer counts; −1 is the end."""
        if question.grade_id in self.at_the_end:
            return -1
        ids = [cell.grade_id for cell in self.cells]
        tests = [number - 1 for number, name in enumerate(ids) if name == question.grade_id]
        answers = [number for number, name in enumerate(ids) if name in question.answers]
        return max(tests[:1] + answers[-1:], default=-1)

    def _place(self, question):
        """The number of the student's cell, and the line where it stopped."""
        cell = cell_of(question, self.cells)
        _, there, line = self.session.last_error or ("", -1, -1)
        own = line if there == cell else self.session.errors.get(cell, ("", -1))[1]
        return {"cell": cell, "line": own}

    def _words(self, error, question):
        """What a test says that is no check of ours: the teacher's words, in one line or two."""
        if isinstance(error, NameError) and question.needs.names:
            cell = cell_of(question, self.cells)
            return self._missing(question, cell)
        if self.session.last_error:
            kind = self.session.last_error[0]
            return f"It stops {_because(kind)}."
        said = "" if isinstance(error, Fault) else " ".join(str(error).split())
        return said[:LETTERS] or "A test that you can see does not hold."

    def _missing(self, question, cell):
        wanted = " and ".join(question.needs.names)
        if cell in self.session.left_out:
            return f"Your cell {WHY[self.session.left_out[cell].status]}"
        if cell in self.session.errors:
            return f"Your cell stops {_because(self.session.errors[cell][0])}."
        return f"There is no {wanted} in your notebook."


class _Names:
    """The names that tests see: the master's own statements, each run once, and the student's."""

    def __init__(self, master, session):
        self.master, self.session = master, session
        self.space, self.done = {"__name__": "__main__"}, set()

    def prepare(self, question, position):
        for name in question.needs.names:
            value = self.session.fetch(name, position)
            if (value is MISSING or value is ...) and name not in self.master.reused:
                value = self.session.fetch(name)
            self.space.pop(name, None)
            if value is not MISSING:
                self.space[name] = value
        for number in question.needs.statements:
            if number not in self.done:
                self.done.add(number)
                _run_nodes([self.master.statements[number].node], self.space)


def _share(value, points):
    """The points for what the last line of a test gives: for a number so many, as in nbgrader.

    A student's numbers may be in it: of any of NumPy's kinds, and NaN.
    """
    plain = isinstance(value, int | float | np.integer | np.floating) and not isinstance(
        value, bool
    )
    array = isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "iuf"
    if not (plain or array):
        return points
    number = np.ravel(value)[0]
    return float(min(number, points)) if number > 0 else 0.0


def _execute(source, space):
    """Run a test; return the value of its last line, where that is an expression."""
    *nodes, last = parse_cell(source) or [ast.Pass()]
    if not isinstance(last, ast.Expr):
        return _run_nodes([*nodes, last], space)
    _run_nodes(nodes, space)
    return eval(compile(ast.Expression(last.value), "<test>", "eval"), space)


def _run_nodes(nodes, space):
    exec(compile(ast.Module(nodes, []), "<test>", "exec"), space)


def _together(question, told, marks):
    """The Outcome with its marks, and with words that fit them."""
    if marks == question.points and (marks or told.kind == "right"):
        words = {} if told.kind == "right" else {"message": "Right.", "mistake": None, "rows": ()}
        return replace(told, points=marks, kind="right", line=-1, **words)
    if told.kind == "right":
        message = "It passes the tests that you can see, and not all of the hidden ones."
        told = replace(told, kind="partly" if marks else "wrong", message=message)
    return replace(told, points=marks)


def _by_hand(question, cells):
    message = "Your teacher reads this one."
    place = cell_of(question, cells)
    return Outcome(question.grade_id, None, "by hand", message, cell=place)


def cell_of(question, cells):
    """The number of the cell with a student's answer: by its grade_id, or by what it defines."""
    for number, cell in enumerate(cells):
        if cell.grade_id and cell.grade_id in question.answers:
            return number
    starts = tuple(s for name in question.needs.names for s in (f"def {name}(", f"{name} ="))
    found = [n for n, c in enumerate(cells) if any(s in c.source for s in starts)]
    return found[-1] if found else -1


def _because(kind):
    """Why code stops, from the kind of its error; a name of a student's own is not repeated."""
    if kind in OUR_WORDS:
        return f"because {OUR_WORDS[kind]}"
    known = kind in KNOWN or kind in ("NotAnsweredYet", "SystemExit", "LinAlgError")
    return f"with {kind}" if known else "with an error"


def _notes(session):
    """What happened to cells, in sentences without a student's words."""
    for number, fault in sorted(session.left_out.items()):
        yield f"code cell {number + 1} {WHY[fault.status]}"
    for number, (kind, line) in sorted(session.errors.items()):
        if kind == "Kept":  # a cell that another question may well have
            continue
        yield f"code cell {number + 1}, line {line}, stops {_because(kind)}"
