"""Exercises whose answer is a function: tried on many inputs, and its mistake named.

The expected value is always computed before the learner's function is called, on copies.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from course_utils.checks.answers import shown
from course_utils.checks.calls import FarAway, TookTooLong, within
from course_utils.checks.cases import Case, alike, as_dtype, attempt, behaviour, same, tolerance
from course_utils.checks.exercises import ROUNDS, Exercise, Property
from course_utils.checks.outcomes import NotAnsweredYet, Verdict
from course_utils.checks.returned import Failure, about, as_outputs, late, stopped

RANDOM = "random input"
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
    dtypes : of the random inputs, in turns. Float64 alone where a learner compares numbers.
    """

    name: str
    outputs: Callable
    inputs: Callable
    edges: dict[str, tuple[Any, ...]]
    properties: tuple[Property, ...]
    dtypes: tuple[type, ...] = (np.float64, np.float32)
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
        try:
            cases = [*self.cases(effort.seed, effort.rounds, effort.held)]
            verdict, printed = within(
                effort.seconds, lambda: self._examine(answer, cases, effort.compared)
            )
        except TookTooLong as error:
            return Verdict("wrong", late(self.name, effort.seconds, error.stopped), "endless loop")
        return replace(verdict, note=about(printed)) if printed else verdict

    def cases(self, seed, rounds=ROUNDS, held=ROUNDS):
        """Yield random inputs in each dtype, every third strided; then the edges."""
        rng = np.random.default_rng(seed)
        for number in range(rounds):
            dtype = self.dtypes[number % len(self.dtypes)]
            arguments = tuple(as_dtype(dtype, argument) for argument in self.inputs(rng))
            yield Case(f"{RANDOM} {number + 1}", arguments, number % 3 == 2, number < held)
        for name, arguments in self.edges.items():
            yield Case(name, arguments)

    def probes(self):
        """Yield inputs on which no two mistakes agree: sizes that differ, that do not, edges."""
        rng = np.random.default_rng(PROBE_SEED)
        yield from (Case("differing", self.inputs(rng)) for _ in range(3))
        yield from (Case("square", self.inputs(rng, square=True)) for _ in range(2))
        yield from (Case(name, arguments) for name, arguments in self.edges.items())

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
        return all(alike(behaviour(function, probe), one) for probe, one in pairs)

    def _examine(self, answer, cases, compared):
        for place, case in enumerate(cases):
            if isinstance(answer, FarAway) and place < 2:  # most wrong ones fail at the first
                some = cases[:1] if place == 0 else cases[1:]
                answer.ahead([call for one in some for call in self._calls_of(one)])
            try:
                self._try(answer, case, compared)
            except Failure as failure:
                return self._refusal(answer, failure, failure.case or case)
        return Verdict("right", self.praise)

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

    def _refusal(self, answer, failure, case):
        mistake = self.recognise(answer)
        message = mistake.hint if mistake else failure.message
        evidence = (("input", self._describe(case)), *failure.evidence)
        return Verdict("wrong", message, mistake and mistake.name, evidence)

    def _try(self, answer, case, compared):
        """Raise Failure for the first thing that is wrong in this case."""
        expected = self._outputs(self.right(*case.exact()), case)
        outputs = self._call(answer, case)
        room = tolerance(*case.arguments, *outputs.values())
        for statement, broken in self.properties if case.held else ():
            again = functools.partial(self._call_again, answer, f"to test: {statement}")
            self._hold(statement, broken(Trial(case.exact(), outputs, again, room)))
        for name in expected if compared else ():
            self._compare(name, outputs[name], expected[name], room)

    def _hold(self, statement, evidence):
        """Raise Failure where a property has evidence against it."""
        if evidence:
            message = f"{statement[0].upper()}{statement[1:]}: here that fails."
            raise Failure(message, ("expected", statement), ("yours", evidence))

    def _compare(self, name, output, expected, room):
        """Raise Failure where the numbers differ, with the place where they differ most."""
        if (np.abs(output - expected) <= room + room * np.abs(expected)).all():  # all are finite
            return
        where = np.unravel_index(np.abs(output - expected).argmax(), output.shape)
        place = f"{name}[{', '.join(map(str, where))}]" if where else name
        pair = float(expected[where]), float(output[where])
        digits = next((d for d in (4, 6, 9) if f"{pair[0]:.{d}g}" != f"{pair[1]:.{d}g}"), 12)
        raise Failure(
            f"{name} has the right shape, but other numbers.",
            ("expected", f"{place} = {pair[0]:.{digits}g}"),
            ("yours", f"{place} = {pair[1]:.{digits}g}"),
        )

    def _call(self, answer, case):
        """Return what the learner's function returns, {name: array} in the shapes asked for."""
        arguments = case.fresh()
        value, error = attempt(answer, arguments)
        if error is not None:
            raise self._raised(error, answer)
        self._unchanged(case.arguments, arguments)
        return self._outputs(value, case)

    def _call_again(self, answer, name, *arguments):
        """Do the same on an input that a property has made, which a Failure then shows."""
        case = Case(name, arguments)
        try:
            return self._call(answer, case)
        except Failure as failure:
            failure.case = case
            raise

    def _outputs(self, value, case):
        return as_outputs(value, self.outputs(*case.arguments), self.name)

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

    def _describe(self, case):
        """Write the sizes of a case, and its name where it is a special one."""
        pairs = zip(self.arguments, case.arguments, strict=True)
        sizes = ", ".join(
            f"{name} {argument.shape}" if isinstance(argument, np.ndarray) else name
            for name, argument in pairs
        )
        return sizes if case.name.startswith(RANDOM) else f"{sizes} ({case.name})"

    def _no_function(self, answer):
        return (
            f"check needs the function itself, got {shown(answer)}: "
            f'write check("{self.id}", {self.name}), without calling it.'
        )
