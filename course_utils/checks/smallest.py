"""The smallest failing input: found by trying smaller ones, as long as the answer still fails.

An input is one that the exercise asks about where all right answers that it declares agree on it,
and have its properties. So nothing has to be declared for this.
"""

import contextlib
import functools
import re
import time
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from course_utils.checks.calls import TookTooLong, within
from course_utils.checks.cases import Case, alike, behaviour
from course_utils.checks.outcomes import Verdict
from course_utils.checks.repeat import lines_of
from course_utils.checks.returned import Failure
from course_utils.checks.smaller import (
    Axes,
    at_once,
    cost,
    edits,
    folded,
    mended,
    shorter,
    still_like,
)

SEARCH = 0.6  # of the seconds, in processor time: a busy machine finds as much
OTHERWISE = (
    "Asked twice with the same input, it answers differently: does it draw random numbers, or keep "
    "something from call to call?"
)
FORGET = re.compile(r"\(.*?\)|\[.*?\]|'.*?'|-?\d[\d.e+-]*")


class Refusal(NamedTuple):
    """Why an answer is wrong: the mistake that was recognised or None, what failed, and where.

    case : the input that failed.  origin : the one that it was made of by a property, or itself.
    """

    exercise: Any
    mistake: Any
    failure: Failure
    case: Case
    origin: Case

    def verdict(self):
        """Return what is said of the input that failed."""
        said = self.exercise.describe(self.case)
        evidence = (*([("input", said)] if said else []), *self.failure.evidence)
        mistake = self.mistake
        message = mistake.hint if mistake else self.failure.message
        return Verdict("wrong", message, mistake and mistake.name, evidence)


def repeated(exercise, answer, refusal, seconds):
    """Return the verdict of a refusal with the smallest failing input, as lines to paste.

    Takes no longer than `seconds`, but for a call that swallows what ends it.
    """
    search = Search(exercise, answer, refusal, SEARCH * seconds)
    with contextlib.suppress(TookTooLong):  # it hangs on a smaller input: the one before counts
        within(seconds, search.run)
    return search.verdict()


class Search:
    """Smaller inputs are tried until none fails, or the time is over.

    case : the smallest so far, None where none fails by itself.  failure : how that one fails.
    broken : the failure of the property that is kept, or any other that came first.
    """

    def __init__(self, exercise, answer, refusal, seconds):
        self.exercise, self.answer, self.seconds = exercise, answer, seconds
        self.refusal, self.steady = refusal, True
        self.case, self.failure = None, None
        self.broken, self.statement = refusal.failure, refusal.failure.statement

    def run(self):
        """Find the smallest case, then ask it again."""
        self._begin()
        if self.case:
            self._rounded(at_once)  # first, so that numbers can be read even if the time is over
        while self.case and (self._shortened() or self._rounded() or self._folded()):
            pass
        self.steady = self._is_steady()

    def _is_steady(self):
        """Tell whether the answer does the same when it is asked again."""
        if self.case:
            first, again = (behaviour(self.answer, self.case) for _ in range(2))
            return alike(first, again)
        try:
            self.exercise.attempted(self.answer, self.refusal.origin)
        except Failure:
            return True
        return False

    def _begin(self):
        """Begin with the first input that fails by itself, or that a property made."""
        for case in (self.refusal.case, *self.refusal.failure.made):
            failure = self._failure(case)
            if failure is None:
                continue
            if case is not self.refusal.case:
                self.statement = None  # a property is kept where it fails at this very input
            self.case, self.failure, self.begun = case, failure, (case, failure)
            if any(isinstance(argument, np.ndarray) for argument in case.arguments):
                self._take(Case(case.name, tuple(map(_plain, case.arguments))))
                self._take(Case(case.name, case.exact()))
            return

    def _shortened(self):
        """Take inputs with fewer entries while they fail; return whether there was one."""
        before = self.case
        while self._first(shorter(self.case.arguments, self._groups())):
            pass
        return self.case is not before

    def _folded(self):
        """Take an input with two entries in one, if it fails; return whether there was one."""
        return self._first(folded(self.case.arguments, self._groups()))

    def _groups(self):
        return _axes_of(self.exercise).groups(self.case.arguments)

    def _first(self, inputs):
        return any(self._takes(arguments) for arguments in inputs if not self._is_over())

    def _rounded(self, of=None):
        """Take rounder numbers where it fails with them; return whether there were any."""
        before = self.case
        for edit in edits(self.case.arguments, of):
            if not self._is_over():
                self._takes(edit(self.case.arguments))
        return self.case is not before

    def _is_over(self):
        return time.thread_time() > self.seconds  # the thread is ours alone

    def _takes(self, arguments):
        """Take an input if it costs less, and the answer fails there as before."""
        arguments = mended(arguments, self.case.arguments)
        arguments = self.exercise.fitting(*arguments) if self.exercise.fitting else arguments
        less = cost(arguments) < cost(self.case.arguments)
        fits = less and still_like(arguments, self.refusal.case.arguments)
        return fits and self._take(self.case._replace(arguments=arguments))

    def _take(self, case):
        """Take a case for the smallest one if the answer fails there as before."""
        failure = self._failure(case)
        fails = failure is not None and _kind(failure) == _kind(self.failure)
        broken = fails and self._is_asked_about(case) and self._property_broken(case)
        if not broken:
            return False
        self.case, self.failure, self.broken = case, failure, broken
        return True

    def _failure(self, case):
        """Return how the answer fails on an input, without further calls; None where it holds."""
        try:
            self.exercise.attempted(self.answer, case, held=False)
        except Failure as failure:
            return failure
        except Exception:  # the right answer does not take such an input
            return None

    def _is_asked_about(self, case):
        """Tell whether the right answer has its properties on an input, and all others agree."""
        exercise = self.exercise
        try:
            exercise.attempted(exercise.right, case)
            for other in exercise.other_answers:
                exercise.attempted(other, case, held=False)
        except Exception:
            return False
        return True

    def _property_broken(self, case):
        """Return how the property fails that failed at first; None where it holds."""
        if self.statement is None:
            return self.broken
        try:
            self.exercise.attempted(self.answer, case)
        except Failure as failure:
            return failure if failure.statement == self.statement else None
        return None

    def verdict(self):
        """Return the verdict with what was found."""
        verdict = self.refusal.verdict()
        if not self.steady:
            return replace(verdict, note=OTHERWISE)
        if self.case is None:
            case = [*self.refusal.failure.made, self.refusal.case][0]
            named = (self.refusal.origin, case)
            return replace(verdict, repeat=self._lines(case, named))
        named = (self.refusal.origin, self.begun[0])
        lines = self._lines(self.case, named)
        if not lines:  # too long: the first one has a name
            self.case, self.failure = self.begun
            lines = self._lines(self.case, named)
        said = self.refusal._replace(failure=self.failure, case=self.case).verdict()
        if self.refusal.failure.statement:
            said = replace(said, message=verdict.message)
        if self.statement:
            seen = [("seen", text) for _, text in self.broken.evidence]
            said = replace(said, evidence=(*seen, *self.failure.evidence))
        return replace(said, repeat=lines)

    def _lines(self, case, named):
        """Write a case as code, with what the mistake is best seen by as its last line."""
        mistake = self.refusal.mistake
        return lines_of(self.exercise, case, named, mistake.seen_by if mistake else "")


def _plain(argument):
    """Return an array as most lie in memory; anything else as it is."""
    return np.array(argument, order="C") if isinstance(argument, np.ndarray) else argument


@functools.cache
def _axes_of(exercise):
    return Axes(exercise.inputs)


def _kind(failure):
    """Return what a failure says without its numbers."""
    return FORGET.sub("", failure.message)
