"""Exercises whose answer is a function: tried on many inputs, and its mistake named.

The expected value is always computed before the learner's function is called, on copies.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from course_utils.checks.answers import apart, shown
from course_utils.checks.calls import FarAway, Pace, TookTooLong, within
from course_utils.checks.cases import Case, alike, as_dtype, attempt, behaviour, same, tolerance
from course_utils.checks.exercises import FULL, ROUNDS, Exercise, Property
from course_utils.checks.outcomes import NotAnsweredYet, Verdict
from course_utils.checks.returned import (
    Failure,
    about,
    as_outputs,
    late,
    not_as_true,
    slow,
    stopped,
)
from course_utils.checks.smallest import Refusal, repeated

RANDOM, TO_TEST = "random input", "to test: "
PROBE_SEED = 11  # inputs on which a mistake is recognised: the same in every check


class Trial(NamedTuple):
    """What a property looks at: a case, the outputs by name, and a way to call once more."""

    arguments: tuple
    outputs: dict[str, np.ndarray]
    call: Callable
    tolerance: float


@dataclass(kw_only=True, eq=False)
class FunctionExercise(Exercise):
    """The answer is a function, and so are the right answer and the known mistakes.

    name : what the learner calls it.  outputs : arguments → {name: shape} of what is returned, in
    order; where there is more than one, the function returns a tuple.
    inputs : rng → a tuple of arguments in float64 whose sizes all differ, unless `square` is True;
    then they are all equal.  edges : {name: arguments} that everyone forgets.
    properties : each tested on every input.
    crossed : gives more edges, {name: arguments}, on which only the numbers are compared: singles
    and pairs of what `sheets.attention_edges` declares.
    dtypes : of the random inputs, in turns. Float64 alone where a learner compares numbers.
    enough : so many random inputs at most, where one call takes milliseconds.
    booleans : whether True and False alone count, for what goes where 1.0 means another thing.
    """

    name: str
    outputs: Callable
    inputs: Callable
    edges: dict[str, tuple[Any, ...]]
    properties: tuple[Property, ...]
    crossed: Callable[[], dict[str, tuple[Any, ...]]] = dict
    dtypes: tuple[type, ...] = (np.float64, np.float32)
    enough: int = ROUNDS
    booleans: bool = False
    answer_is_code = True

    @functools.cached_property
    def arguments(self):
        """Return the names of the arguments, as the right answer has them."""
        return tuple(inspect.signature(self.right).parameters)

    def what_is_missing(self):
        return f"Write the function {self.name}"

    def judged(self, answer, effort):
        if not callable(answer):
            return Verdict("wrong", self._no_function(answer))
        pace = Pace()
        cases = self.cases(effort.seed, effort.rounds, effort.held)
        cases = pace.over(self._announced(answer, cases))
        try:
            refusal, printed = within(
                effort.seconds, lambda: self._examine(answer, cases, effort.compared)
            )
        except TookTooLong as error:
            return self._late(error, effort.seconds, pace)
        verdict = refusal.verdict() if refusal else Verdict("right", self.praise)
        if refusal and effort.smallest:
            verdict = repeated(self, answer, refusal, effort.smallest)
        notes = [about(printed)] if printed else []
        return replace(verdict, note=" ".join([*notes, verdict.note]).strip())

    def _late(self, error, seconds, pace):
        """Return the verdict on a function that was stopped: too slow, or an endless loop."""
        evidence = (("input", self.describe(pace.case)),)
        if pace.is_slow(seconds):
            message = slow(self.name, seconds, error.stopped, pace.done, self.describe(pace.case))
            return Verdict("wrong", message, "too slow", evidence)
        message = late(self.name, seconds, error.stopped)
        return Verdict("wrong", message, "endless loop", evidence)

    def cases(self, seed, rounds=ROUNDS, held=ROUNDS):
        """Yield random inputs in each dtype, every third strided; then the edges, and pairs.

        Between them one whose sizes are all equal: some answers ask for shapes, and take a wrong
        way where two agree.
        """
        rng = np.random.default_rng(seed)
        for number in range(min(rounds, self.enough)):
            dtype = self.dtypes[number % len(self.dtypes)]
            arguments = tuple(as_dtype(dtype, argument) for argument in self.inputs(rng))
            yield Case(f"{RANDOM} {number + 1}", arguments, number % 3 == 2, number < held)
        yield Case("all sizes alike", self.inputs(rng, square=True), held=False)
        for name, arguments in self.edges.items():
            yield Case(name, arguments)
        for name, arguments in self.crossed().items():
            yield Case(name, arguments, held=False)

    def probes(self):
        """Yield inputs on which no two mistakes agree: sizes that differ, that do not, edges."""
        rng = np.random.default_rng(PROBE_SEED)
        yield from (Case("differing", self.inputs(rng)) for _ in range(3))
        yield from (Case("square", self.inputs(rng, square=True)) for _ in range(2))
        edges = (*self.edges.items(), *self.crossed().items())
        yield from (Case(name, arguments) for name, arguments in edges)

    def recognise(self, answer):
        """Return the known mistake that behaves exactly as the answer does, or None."""
        if isinstance(answer, FarAway):
            answer.ahead([probe.fresh() for probe in self.probes()])
        seen = [behaviour(answer, probe) for probe in self.probes()]
        if self._behaves_as(self.right, seen):
            return None
        found = (mistake for mistake in self.mistakes if self._behaves_as(mistake.wrong, seen))
        return next(found, None)

    def _behaves_as(self, function, seen):
        pairs = zip(self.probes(), seen, strict=True)
        return all(alike(behaviour(function, probe), one, probe.single) for probe, one in pairs)

    def _examine(self, answer, cases, compared):
        """Return what is wrong with an answer, a Refusal; None where nothing is."""
        for case in cases:
            try:
                self.attempted(answer, case, compared)
            except Failure as failure:
                return Refusal(self, self.recognise(answer), failure, failure.case or case, case)

    def _announced(self, answer, cases):
        """Yield the cases; to an answer far away, say before which calls are coming."""
        if not isinstance(answer, FarAway):
            yield from cases
            return
        first, *others = cases
        for some in ([first], others):  # most wrong ones fail at the first
            answer.ahead([call for one in some for call in self._calls_of(one)])
            yield from some

    def _calls_of(self, case):
        """Return the arguments of each call that a right answer gets in this case, in order."""
        calls = [case.fresh()]

        def call(*arguments):
            again = Case("again", arguments)
            calls.append(again.fresh())
            return self._outputs(self.right(*again.fresh()), again)

        if case.held:
            outputs = self._outputs(self.right(*case.exact()), case)
            for _, broken in self.properties:
                broken(Trial(case.exact(), outputs, call, tolerance(*outputs.values())))
        return calls

    def attempted(self, answer, case, compared=True, held=True):
        """Raise Failure for the first thing that is wrong in this case.

        held, compared : whether properties are tested, and numbers compared with the right ones.
        """
        expected = self._outputs(self.right(*case.exact()), case)
        outputs = self._called(answer, case, expected)
        room = tolerance(*case.arguments, *outputs.values())
        for statement, broken in self.properties if case.held and held else ():
            self._hold(answer, statement, broken, Trial(case.exact(), outputs, None, room))
        for name in expected if compared else ():
            self._compare(name, outputs[name], expected[name], room)

    def _hold(self, answer, statement, broken, trial):
        """Raise Failure where a property has evidence against it."""
        made = []
        evidence = broken(trial._replace(call=self._recording(answer, statement, made)))
        if evidence:
            message = f"This should hold, and does not: {statement}."
            rows = ("yours", evidence)
            raise Failure(message, rows, statement=statement, made=tuple(made))

    def _recording(self, answer, statement, made):
        """Return what calls the answer for a property, and appends each input to `made`."""

        def call(*arguments):
            which = f" ({len(made) + 1})" if made else ""
            made.append(Case(f"{TO_TEST}{statement}{which}", arguments))
            return self._call_again(answer, made[-1])

        return call

    def _compare(self, name, output, expected, room):
        """Raise Failure where the numbers differ, with the place where they differ most."""
        if (np.abs(output - expected) <= room + room * np.abs(expected)).all():  # all are finite
            return
        if name in self.truths:
            raise not_as_true(name, output, expected)
        right, yours = apart(name, expected, output)
        what = "has the right shape, but other numbers" if output.ndim else "is another number"
        raise Failure(f"{name} {what}.", ("expected", right), ("yours", yours))

    @functools.cached_property
    def truths(self):
        """Return the names of the outputs that are True or False, in place of numbers."""
        arguments = self.inputs(np.random.default_rng(PROBE_SEED))
        value, names = self.right(*arguments), list(self.outputs(*arguments))
        parts = value if len(names) > 1 else (value,)
        pairs = zip(names, parts, strict=True)
        return {name for name, part in pairs if np.asarray(part).dtype.kind == "b"}

    def _called(self, answer, case, expected):
        """Return what comes of a call; where it fails, say what numbers were expected."""
        try:
            return self._call(answer, case)
        except Failure as failure:
            if len(failure.evidence) < 2:
                wanted = ", ".join(f"{name} = {shown(part)}" for name, part in expected.items())
                failure.evidence = (("expected", wanted), *failure.evidence)
            raise

    def _call(self, answer, case):
        """Return what the learner's function returns, {name: array} in the shapes asked for."""
        arguments = case.fresh()
        value, error = attempt(answer, arguments)
        if error is not None:
            raise self._raised(error, answer)
        self._unchanged(case.arguments, arguments)
        return self._outputs(value, case)

    def _call_again(self, answer, case):
        """Do the same on an input that a property has made, which a Failure then shows."""
        try:
            return self._call(answer, case)
        except Failure as failure:
            failure.case = case
            raise

    def _outputs(self, value, case):
        shapes = self.outputs(*case.arguments)
        return as_outputs(value, shapes, self.name, self.truths, self.booleans)

    def given(self, name):
        """Return the arguments of that name as a check hands them over; LookupError for another."""
        for case in self.cases(FULL.seed):
            for known in self._made_of(case) if name.startswith(TO_TEST) else (case,):
                if known.name == name:
                    return known.fresh()
        raise LookupError(f"{self.id} has no input {name!r}")

    def _made_of(self, case):
        """Yield the further inputs that properties make of a case, to call a function with."""
        outputs = self._outputs(self.right(*case.exact()), case)
        trial = Trial(case.exact(), outputs, None, tolerance(*case.arguments))
        for statement, broken in self.properties:
            made = []
            broken(trial._replace(call=self._recording(self.right, statement, made)))
            yield from made

    def _unchanged(self, given, now):
        """Raise Failure where a call has changed an array that it was given."""
        for name, before, after in zip(self.arguments, given, now, strict=True):
            if isinstance(before, np.ndarray) and not same(before, after):
                message = f"{self.name} changes its input {name}: compute on a new array instead."
                raise Failure(message, ("given", shown(before)), ("afterwards", shown(after)))

    def _raised(self, error, answer):
        if isinstance(error, NotAnsweredYet):
            return self.not_answered("Replace the line `raise NotAnsweredYet` by your own")
        return stopped(self.name, error, answer)

    def describe(self, case):
        """Write the sizes of a case, and its name where it is a special one."""
        pairs = zip(self.arguments, case.arguments, strict=True)
        sizes = ", ".join(
            f"{name} {argument.shape}"
            if isinstance(argument, np.ndarray)
            else (f"{name} = {argument!r}" if isinstance(argument, int | float | str) else name)
            for name, argument in pairs
        )
        return sizes if case.name.startswith(RANDOM) else f"{sizes} ({case.name})"

    def _no_function(self, answer):
        return (
            f"check needs the function itself, got {shown(answer)}: "
            f'write check("{self.id}", {self.name}), without calling it.'
        )
