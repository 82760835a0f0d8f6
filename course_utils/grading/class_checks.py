"""`check` and `require` as the master's tests meet them here: marks and messages, nothing kept."""

import contextlib
import zlib
from collections.abc import Generator

from course_utils.checks.catalogue import find
from course_utils.checks.desk import IN_CLASS
from course_utils.checks.exercises import Effort
from course_utils.checks.outcomes import NotCorrect, Verdict
from course_utils.grading.stubs import for_checks

FIRST_ROUNDS = 3  # both kinds of floats, one with gaps
FIRST_LOOK = Effort(rounds=FIRST_ROUNDS, held=FIRST_ROUNDS)  # before marks are given
FOR_MARKS = Effort(held=FIRST_ROUNDS)
LONG_LOOK = Effort()


class ClassChecks:
    """What answers while a question's tests run, in the place of `check`, `require` and `hint`.

    Properties say what is wrong, and each calls the function again. For marks the right numbers
    decide: all random inputs are compared with them, and properties tested with the first alone.

    seed : any text; the inputs of `require` are drawn from it.  seconds : for one check.
    effort : of `check`.  marking : whether points are given, or feedback is written.
    """

    def __init__(self, seed: str, seconds: float, effort: Effort, marking: bool = False) -> None:
        self.effort, self.marking = effort._replace(seconds=seconds), marking
        self.of_the_class = FOR_MARKS._replace(seed=zlib.crc32(seed.encode()), seconds=seconds)
        self.verdicts: list[Verdict] = []
        self.required: set[str] = set()
        self.stopped: dict[str, str] = {}  # cells without marks that stopped, and why

    @contextlib.contextmanager
    def question(self) -> Generator[list[Verdict], None, None]:
        """Answer until the block ends; give out the list that takes the question's verdicts."""
        self.verdicts, self.required = [], set()
        before = IN_CLASS.set(self)
        try:
            yield self.verdicts
        finally:
            IN_CLASS.reset(before)

    @staticmethod
    @contextlib.contextmanager
    def in_silence() -> Generator[None, None, None]:
        """Let checks do nothing until the block ends: a cell that gives no marks asks them."""
        before = IN_CLASS.set(_Silent())
        try:
            yield
        finally:
            IN_CLASS.reset(before)

    def check(self, exercise: str, answer: object) -> None:
        """Judge with the inputs that everyone sees. It gives marks where no `require` does."""
        if self.marking and exercise in self.required:
            return
        verdict = self._judge(exercise, answer, self.effort)
        if self.marking and not verdict.passed:
            raise NotCorrect

    def require(self, exercise: str, answer: object) -> None:
        """Judge with the inputs of the class."""
        self.required.add(exercise)
        if not self._judge(exercise, answer, self.of_the_class).passed:
            raise NotCorrect

    def hint(self, exercise: str) -> None:
        """Do nothing: hints are for learners."""

    def _judge(self, exercise: str, answer: object, effort: Effort) -> Verdict:
        verdict: Verdict = find(exercise).judge(for_checks(answer), effort)
        self.verdicts.append(verdict)
        return verdict


class _Silent:
    """Answers no question."""

    def check(self, exercise: str, answer: object) -> None:
        """Do nothing."""

    require = check

    def hint(self, exercise: str) -> None:
        """Do nothing."""
