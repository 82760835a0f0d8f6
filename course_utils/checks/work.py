"""The kind whose answer is a piece of work: a function of texts, a trained model, a claim.

The work is tried once, on inputs that nobody has seen; the mistakes show in what came of it. A
claim is a dict with numbers, and with the function that they were measured on: it is measured
again. Or it is an example of which any right one passes: a matrix, two sentences.
"""

import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from course_utils.checks.answers import MOST_KEPT, as_numbers, shorten, shown
from course_utils.checks.calls import TookTooLong, within
from course_utils.checks.cases import Case, attempt
from course_utils.checks.exercises import Exercise
from course_utils.checks.outcomes import NotAnsweredYet, Verdict
from course_utils.checks.returned import Failure, about, kind_of, late, stopped
from course_utils.checks.smallest import Refusal, repeated


class Shown(Failure):
    """A known mistake that shows in what was seen."""

    def __init__(self, mistake, rows):
        super().__init__(mistake.hint, *rows)
        self.mistake = mistake


@dataclass(kw_only=True, eq=False)
class WorkExercise(Exercise):
    """The answer is a function, a dict of numbers and a function, or an example of something.

    what : the answer in words, "the function to_chinese".
    inputs : rng → the arguments of the learner's function, which can be made smaller and pasted.
    Without it they are drawn while it is tried, and nothing is shown to paste.
    tried : (answer, *arguments) → what was seen, without `inputs` (answer, rng). It raises Failure
    where that cannot be had.
    described : arguments → how a check calls them in words.
    A mistake shows in what was seen: None, or the learner's own case as rows (label, text). The
    first that shows is said, so that the coarse ones come first.
    answer_is_code : whether the answer is the function itself.
    """

    what: str
    tried: Callable
    inputs: Callable | None = None
    described: Callable | None = None
    fitting: Callable | None = None
    answer_is_code: bool = True
    mistakes_show = True

    @property
    def name(self):
        """Return what the learner calls the function."""
        return self.right.__name__

    @functools.cached_property
    def arguments(self):
        """Return the names of the arguments, as the right answer has them."""
        return tuple(inspect.signature(self.right).parameters)

    def what_is_missing(self):
        return f"Hand in {self.what}"

    def judged(self, answer, effort):
        case = self._case(np.random.default_rng(effort.seed))
        try:
            refusal, printed = within(effort.seconds, lambda: self._examine(answer, case))
        except TookTooLong as error:
            message = late(self.what, effort.seconds, error.stopped)
            return Verdict("wrong", message, "endless loop")
        except NotAnsweredYet:
            raise self.not_answered(f"Write {self.what}") from None
        verdict = refusal.verdict() if refusal else Verdict("right", self.praise)
        if refusal and effort.smallest and self.inputs:
            verdict = repeated(self, answer, refusal, effort.smallest)
        notes = [about(printed)] if printed else []
        return replace(verdict, note=" ".join([*notes, verdict.note]).strip())

    def describe(self, case):
        """Write an input in words; "" where there is nothing to say."""
        return self.described(*case.arguments) if self.described else ""

    def attempted(self, answer, case, compared=True, held=True):
        """Raise Failure for the first thing that is wrong with an answer."""
        seen = self.tried(answer, *case.fresh())
        for mistake in self.mistakes:
            rows = mistake.shows(seen)
            if rows is not None:
                raise Shown(mistake, rows)

    def _case(self, rng):
        return Case("drawn", self.inputs(rng) if self.inputs else (rng,))

    def _examine(self, answer, case):
        """Return what is wrong with an answer, a Refusal; None where nothing is."""
        try:
            self.attempted(answer, case)
        except Failure as failure:
            return Refusal(self, getattr(failure, "mistake", None), failure, case, case)

    def record(self, answer):
        """Keep what a claim says in numbers and words; its functions and lists are not kept."""
        plain = _plain_parts(answer) if isinstance(answer, dict) else {}
        return {"answer": plain} if plain else {}


def _plain_parts(claim):
    words = {k: shorten(v, MOST_KEPT) for k, v in claim.items() if isinstance(v, str)}
    numbers = {k: float(v) for k, v in claim.items() if isinstance(v, int | float)}
    return {k: v for k, v in {**words, **numbers}.items() if isinstance(k, str)}


def called(name, function, *arguments):
    """Return what a learner's function returns. Raises Failure where it stops or is no function."""
    if not callable(function):
        raise Failure(
            f"{name} must be a function, got {kind_of(function)}: give its name, without calling it"
        )
    value, error = attempt(function, arguments)
    if isinstance(error, NotAnsweredYet):
        raise error
    if error is not None:
        raise stopped(name, error, function)
    return value


def texts_from(name, function, given):
    """Return one text for each of the given ones, from a function of the whole list."""
    value = called(name, function, list(given))
    if value is None:
        raise Failure(f"{name} returns None: is there a return at its end?")
    if not isinstance(value, list | tuple | np.ndarray) or len(value) != len(given):
        got = f"{len(value)} of them" if hasattr(value, "__len__") else kind_of(value)
        raise Failure(
            f"{name} must return a list with one text for each of the {len(given)} texts "
            f"that it gets; got {got}"
        )
    return [checked_text(name, text) for text in value]


def checked_text(name, value):
    """Return the value if it is a text. Raises Failure otherwise."""
    if value is None:
        raise Failure(f"{name} must be text here, got None: is there a return, or a value missing?")
    if not isinstance(value, str):
        raise Failure(f"{name} must return text here, got {kind_of(value)}: join the symbols")
    return str(value)


def parts_of(claim, *names):
    """Return the parts of a claim under these names. Raises Failure for what is no such dict."""
    if not isinstance(claim, dict) or not set(names) <= set(claim):
        wanted = ", ".join(f'"{name}"' for name in names)
        got = f"a dict with {', '.join(map(repr, claim))}" if isinstance(claim, dict) else ""
        raise Failure(f"The answer is a dict with {wanted}; got {got or kind_of(claim)}.")
    parts = [claim[name] for name in names]
    if any(part is ... or part is None for part in parts):
        raise NotAnsweredYet
    return parts


def claimed_number(name, value):
    """Return a claimed number as a float. Raises Failure for all else, NaN and infinity too."""
    try:
        if math.isfinite(number := float(value)):
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise Failure(f'"{name}" must be a number, got {kind_of(value)}')


def claimed_matrix(name, value, shape):
    """Return a claimed matrix as floats. Raises Failure for all else, NaN and infinity too."""
    numbers = as_numbers(value)
    if numbers is None or numbers.shape != shape or not np.isfinite(numbers).all():
        rows, columns = shape
        raise Failure(f"{name} must be {rows} rows of {columns} numbers, got {shown(value)}.")
    return numbers


def far_apart(share, count, other, other_count):
    """Tell whether two shares differ by more than chance: 3.5 standard errors and 0.01.

    NaN is far from every share.
    """
    pooled = (share * count + other * other_count) / (count + other_count)
    pooled = min(max(pooled, 0.0), 1.0)
    error = (pooled * (1 - pooled) * (1 / count + 1 / other_count)) ** 0.5
    return not abs(share - other) <= 3.5 * error + 0.01
