"""One look at a sheet's questions: the names that its tests see, and what comes of running them."""

import ast
from typing import Any, NamedTuple

from course_utils.checks.outcomes import Verdict
from course_utils.grading.class_checks import ClassChecks
from course_utils.grading.exchange import Fault
from course_utils.grading.master import Master, Question
from course_utils.grading.session import MISSING, Raised, Session
from course_utils.grading.statements import parse_cell


class Tested(NamedTuple):
    """What came of running one question's tests.

    value : of their last line.  error : what they raised.  faults : workers that their calls ended.
    raised : what the student's code raised last.  verdicts : of `check` and `require`, in order.
    """

    value: object
    error: BaseException | None
    faults: list[Fault]
    raised: Raised | None
    verdicts: list[Verdict]

    @property
    def verdict(self) -> Verdict | None:
        """Return the first verdict that is not passed; where all are, the first."""
        failed = [verdict for verdict in self.verdicts if not verdict.passed]
        return next(iter([*failed, *self.verdicts]), None)


class Look:
    """What runs tests: the master's own statements, each run once, and the student's names."""

    def __init__(self, master: Master, session: Session, checks: ClassChecks) -> None:
        self.master, self.session, self.checks = master, session, checks
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.done: set[int] = set()

    def run(self, question: Question, source: str, after: int) -> Tested:
        """Run a test, with the student's names as they were after that cell."""
        value, error = None, None
        with self.session.question() as calls, self.checks.question() as verdicts:
            try:
                self._prepare(question, after)
                value = _execute(source, self.names)
            except (Exception, SystemExit) as raised:
                error = raised
        self.session.refresh()
        return Tested(value, error, calls.faults, calls.raised, verdicts)

    def _prepare(self, question: Question, after: int) -> None:
        for name in question.needs.names:
            value = self.session.fetch(name, after)
            if (value is MISSING or value is ...) and name not in self.master.reused:
                value = self.session.fetch(name)
            self.names.pop(name, None)
            if value is not MISSING:
                self.names[name] = value
        for number in question.needs.statements:
            if number not in self.done:
                self.done.add(number)
                _run([self.master.statements[number].node], self.names)


def _execute(source: str, names: dict[str, Any]) -> object:
    """Run a test; return the value of its last line, where that is an expression."""
    nodes: list[ast.stmt] = parse_cell(source)
    last = nodes[-1] if nodes else None
    if not isinstance(last, ast.Expr):
        _run(nodes, names)
        return None
    _run(nodes[:-1], names)
    return eval(compile(ast.Expression(last.value), "<test>", "eval"), names)


def _run(nodes: list[ast.stmt], names: dict[str, Any]) -> None:
    exec(compile(ast.Module(nodes, []), "<test>", "exec"), names)
