"""`check` and `require` as the master's tests meet them here: marks and messages, nothing kept."""

import contextlib
import functools
import zlib
from unittest import mock

import numpy as np

from course_utils import checks
from course_utils.checks.catalogue import find
from course_utils.checks.functions import ROUNDS, FunctionExercise
from course_utils.checks.outcomes import NotCorrect
from course_utils.checks.work import WorkExercise
from course_utils.grading.stubs import for_checks

FIRST_LOOK = 3  # random inputs before marks are given: both kinds of floats, one with gaps
COMPARING = {
    np: ("allclose", "isclose"),
    np.testing: (
        *("assert_allclose", "assert_almost_equal", "assert_array_almost_equal"),
        *("assert_array_equal", "assert_array_less", "assert_equal"),
    ),
}


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
        asked, more = find(exercise), {}
        if isinstance(asked, FunctionExercise):
            more = {"seconds": self.seconds, "rounds": rounds, "held": held}
        if isinstance(asked, WorkExercise):
            more = {"seconds": self.seconds}
        verdict = asked.judge(for_checks(answer), seed=seed, **more)
        self.verdicts.append(verdict)
        return verdict

    @contextlib.contextmanager
    def open(self):
        """Stand where the sheets' imports look, until the block ends."""
        with contextlib.ExitStack() as stack:
            for name in ("check", "require", "hint"):
                stack.enter_context(mock.patch.object(checks, name, getattr(self, name)))
            for module, names in COMPARING.items():
                for name in names:
                    ours = not_with_nothing(getattr(module, name))
                    stack.enter_context(mock.patch.object(module, name, ours))
            yield self


def not_with_nothing(compare):
    """The same comparison, which fails where one side alone holds no numbers, such as [].

    NumPy stretches nothing to fit anything, and then all of nothing is close.
    """

    @functools.wraps(compare)
    def strict(*arguments, **named):
        sizes = {np.size(one) for one in (*arguments, *named.values())[:2]}
        if 0 in sizes and len(sizes) > 1:
            raise AssertionError("nothing is compared with numbers")
        return compare(*arguments, **named)

    return strict
