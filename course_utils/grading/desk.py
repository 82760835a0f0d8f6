"""`check` and `require` as the master's tests meet them here: marks and messages, nothing kept."""

import contextlib
import zlib
from unittest import mock

from course_utils import checks
from course_utils.checks.catalogue import find
from course_utils.checks.exercises import ROUNDS, Effort
from course_utils.checks.outcomes import NotCorrect
from course_utils.grading.empties import strict_comparisons
from course_utils.grading.stubs import for_checks

FIRST_LOOK = 3  # random inputs before marks are given: both kinds of floats, one with gaps


class Desk:
    """In place of `course_utils.checks` while tests run.

    Properties say what is wrong, and each calls the function again. For marks the right numbers
    decide: all random inputs are compared with them, and properties tested with the first alone.

    seed : any text; the inputs of `require` are drawn from it.  seconds : for one check.
    marking : whether points are given, or feedback is written, then with `rounds` random inputs.
    verdicts : of this question.
    """

    def __init__(self, seed, seconds):
        self.seed, self.seconds = zlib.crc32(seed.encode()), seconds
        self.marking, self.rounds, self.verdicts, self.required = False, FIRST_LOOK, [], set()

    def new_question(self):
        """Forget the verdicts of the question before."""
        self.verdicts, self.required = [], set()

    def check(self, exercise, answer):
        """Judge with the inputs that everyone sees. It gives marks where no `require` does."""
        if self.marking and exercise in self.required:
            return
        rounds = (ROUNDS, FIRST_LOOK) if self.marking else (self.rounds, self.rounds)
        verdict = self._judge(exercise, answer, 0, *rounds)
        if self.marking and not verdict.passed:
            raise NotCorrect

    def require(self, exercise, answer):
        """Judge with the inputs of the class."""
        self.required.add(exercise)
        if not self._judge(exercise, answer, self.seed, ROUNDS, FIRST_LOOK).passed:
            raise NotCorrect

    def hint(self, exercise):
        """Nothing: hints are for learners."""

    def _judge(self, exercise, answer, seed, rounds, held):
        effort = Effort(seed, rounds, held, self.seconds)
        verdict = find(exercise).judge(for_checks(answer), effort)
        self.verdicts.append(verdict)
        return verdict

    @contextlib.contextmanager
    def open(self):
        """Stand where the sheets' imports look, until the block ends."""
        ours = {name: getattr(self, name) for name in ("check", "require", "hint")}
        with mock.patch.multiple(checks, **ours), strict_comparisons():
            yield self
