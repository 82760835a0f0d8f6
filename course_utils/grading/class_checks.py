"""`check` and `require` as the master's tests meet them here: marks and messages, nothing kept."""

import contextlib
import sys
import types
import zlib
from collections.abc import Generator
from typing import NamedTuple

from course_utils import checks
from course_utils.checks.catalogue import find
from course_utils.checks.functions import ROUNDS, FunctionExercise
from course_utils.checks.outcomes import NotCorrect, Verdict
from course_utils.checks.work import WorkExercise
from course_utils.grading.imports import stand_in
from course_utils.grading.stubs import for_checks

FIRST_LOOK = 3  # random inputs before marks are given: both kinds of floats, one with gaps


class Rounds(NamedTuple):
    """With how many random inputs an answer is compared, and with how many properties tested."""

    rounds: int
    held: int


class ClassChecks:
    """What tests find where they import `course_utils.checks`.

    Properties say what is wrong, and each calls the function again. For marks the right numbers
    decide: all random inputs are compared with them, and properties tested with the first alone.

    seed : any text; the inputs of `require` are drawn from it.  seconds : for one check.
    marking : whether points are given, or feedback is written.  rounds : of `check`.
    """

    def __init__(self, seed: str, seconds: float, rounds: Rounds, marking: bool = False) -> None:
        self.seed, self.seconds = zlib.crc32(seed.encode()), seconds
        self.rounds, self.marking = rounds, marking
        self.verdicts: list[Verdict] = []
        self.required: set[str] = set()

    @contextlib.contextmanager
    def question(self) -> Generator[list[Verdict], None, None]:
        """Give out the list that takes the verdicts of one question's tests."""
        self.verdicts, self.required = [], set()
        yield self.verdicts

    def modules(self) -> dict[str, types.ModuleType]:
        """The modules that stand in for the course's own where a test imports these."""
        ours = {"check": self.check, "require": self.require, "hint": self.hint}
        bound, course = stand_in(checks, ours), sys.modules["course_utils"]
        return {checks.__name__: bound, course.__name__: stand_in(course, {"checks": bound})}

    def check(self, exercise: str, answer: object) -> None:
        """Judge with the inputs that everyone sees. It gives marks where no `require` does."""
        if self.marking and exercise in self.required:
            return
        verdict = self._judge(exercise, answer, 0, self.rounds)
        if self.marking and not verdict.passed:
            raise NotCorrect

    def require(self, exercise: str, answer: object) -> None:
        """Judge with the inputs of the class."""
        self.required.add(exercise)
        if not self._judge(exercise, answer, self.seed, FOR_MARKS).passed:
            raise NotCorrect

    def hint(self, exercise: str) -> None:
        """Nothing: hints are for learners."""

    def _judge(self, exercise: str, answer: object, seed: int, rounds: Rounds) -> Verdict:
        asked, more = find(exercise), {}
        if isinstance(asked, FunctionExercise):
            more = {"seconds": self.seconds, **rounds._asdict()}
        if isinstance(asked, WorkExercise):
            more = {"seconds": self.seconds}
        verdict: Verdict = asked.judge(for_checks(answer), seed=seed, **more)
        self.verdicts.append(verdict)
        return verdict


FIRST = Rounds(FIRST_LOOK, FIRST_LOOK)
LONGER = Rounds(ROUNDS, ROUNDS)
FOR_MARKS = Rounds(ROUNDS, FIRST_LOOK)
