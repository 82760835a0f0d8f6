"""Exercises whose answer is a function: tried on many inputs, and its mistake named.

The expected value is always computed before the learner's function is called, on copies.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from course_utils.checks.calls import SECONDS, TookTooLong, place_of, within
from course_utils.checks.cases import Case, alike, as_dtype, attempt, behaviour, same, tolerance
from course_utils.checks.exercises import Exercise, Mistake, Property, as_numbers, shown
from course_utils.checks.outcomes import NotAnsweredYet, Verdict

ROUNDS = 20
PROBE_SEED = 11  # inputs on which a mistake is recognised: the same in every check


class Trial(NamedTuple):
    """What a property looks at: a case, the outputs by name, and a way to call once more."""

    arguments: tuple
    outputs: dict[str, np.ndarray]
    call: Callable
    tolerance: float


class Failure(Exception):
    """The first thing that is wrong with a learner's function: a message, and rows of evidence."""

    def __init__(self, message, *evidence):
        super().__init__(message)
        self.message, self.evidence = message, evidence


@dataclass(frozen=True, kw_only=True)
class FunctionExercise(Exercise):
    """The answer is a function.

    name : what the learner calls it.  arguments : their names.
    reference : a right answer.  outputs : arguments → {name: shape} of what is returned, in order;
    where there is more than one, the function returns a tuple.
    inputs : rng → a tuple of arguments in float64 whose sizes all differ, unless `square` is True;
    then they are all equal.  edges : {name: arguments} that everyone forgets.
    properties : each tested on every input.  mistakes : known wrong functions.
    variants : other right answers, written as learners write them, for the course's own tests.
    """

    name: str
    arguments: tuple[str, ...]
    reference: Callable
    outputs: Callable
    inputs: Callable
    edges: dict[str, tuple[Any, ...]]
    properties: tuple[Property, ...]
    mistakes: tuple[Mistake, ...]
    variants: tuple[Callable, ...]

    def judge(self, answer, seed=0, use_reference=True, seconds=SECONDS):
        """Return the verdict. `use_reference=False` leaves the properties alone to decide."""
        if answer is ... or answer is None:
            raise self.not_answered(f"Write the function {self.name}")
        if not callable(answer):
            return Verdict("wrong", self._no_function(answer))
        try:
            work = lambda: self._examine(answer, seed, use_reference)  # noqa: E731
            verdict, printed = within(seconds, work)
        except TookTooLong as late:
            return Verdict("wrong", self._late(seconds, late.stopped), "endless loop")
        if not printed:
            return verdict
        first = printed.strip().splitlines()[0] if printed.strip() else "an empty line"
        note = f"It also prints while it works, first: {shown(first)}. A function returns instead."
        return Verdict(verdict.kind, verdict.message, verdict.mistake, verdict.evidence, note)

    def cases(self, seed):
        """Random inputs, half of them in float32, every third strided; then the edges."""
        rng = np.random.default_rng(seed)
        for number in range(ROUNDS):
            dtype = np.float32 if number % 2 else np.float64
            arguments = tuple(as_dtype(dtype, argument) for argument in self.inputs(rng))
            yield Case(f"random input {number + 1}", arguments, strided=number % 3 == 2)
        for name, arguments in self.edges.items():
            yield Case(name, arguments)

    def probes(self):
        """Inputs on which no two mistakes agree: sizes that differ, sizes that do not, edges."""
        rng = np.random.default_rng(PROBE_SEED)
        yield from (Case("differing", self.inputs(rng)) for _ in range(3))
        yield from (Case("square", self.inputs(rng, square=True)) for _ in range(2))
        yield from (Case(name, arguments) for name, arguments in self.edges.items())

    def recognise(self, answer):
        """Return the known mistake that behaves exactly as the answer does, or None."""
        seen = [behaviour(answer, probe) for probe in self.probes()]
        for mistake in self.mistakes:
            probes = zip(self.probes(), seen, strict=True)
            if all(alike(behaviour(mistake.wrong, probe), one) for probe, one in probes):
                return mistake
        return None

    def _examine(self, answer, seed, use_reference):
        try:
            for case in self.cases(seed):
                self._try(answer, case, use_reference)
        except Failure as failure:
            mistake = self.recognise(answer)
            message = mistake.hint if mistake else failure.message
            return Verdict("wrong", message, mistake and mistake.name, failure.evidence)
        return Verdict("right", self.praise)

    def _try(self, answer, case, use_reference):
        """Raise Failure for the first thing that is wrong in this case."""
        expected = self._named(self.reference(*case.exact()), case)
        outputs = self._call(answer, case)
        room = tolerance(*case.arguments, *outputs.values())
        trial = Trial(case.exact(), outputs, self._caller(answer), room)
        for statement, broken in self.properties:
            if evidence := broken(trial):
                raise Failure(
                    f"{statement[0].upper()}{statement[1:]}: here that fails.",
                    ("input", self._sizes(case)),
                    ("expected", statement),
                    ("yours", evidence),
                )
        for name in expected if use_reference else ():
            if not np.allclose(outputs[name], expected[name], room, room):
                raise self._difference(name, outputs[name], expected[name], case)

    def _call(self, answer, case):
        """The outputs of the learner's function by name, in the shapes that they must have."""
        arguments = case.fresh()
        value, error = attempt(answer, arguments)
        if error is not None:
            raise self._raised(error, answer, case)
        for name, given, now in zip(self.arguments, case.fresh(), arguments, strict=True):
            if isinstance(given, np.ndarray) and not same(given, now):
                raise Failure(
                    f"{self.name} changes its input {name}: compute on a new array instead.",
                    ("input", self._sizes(case)),
                    ("given", shown(given)),
                    ("afterwards", shown(now)),
                )
        return self._named(value, case)

    def _named(self, value, case):
        """What a function returned, as arrays by name. Raises Failure where it does not fit."""
        shapes = self.outputs(*case.fresh())
        sizes = ("input", self._sizes(case))
        wanted = ("expected", ", ".join(f"{name} {shape}" for name, shape in shapes.items()))
        if value is None:
            message = f"{self.name} returns None: is there a return at its end?"
            raise Failure(message, sizes, wanted, ("yours", "None"))
        parts = (value,) if len(shapes) == 1 else value
        if len(shapes) > 1 and _length(value) != len(shapes):
            message = f"{self.name} must return {len(shapes)} things, {' and '.join(shapes)}."
            raise Failure(message, sizes, wanted, ("yours", _kind(value)))
        named = {}
        for (name, shape), part in zip(shapes.items(), parts, strict=True):
            array = as_numbers(part)
            if array is None:
                message = f"{name} must be an array of numbers, got {_kind(part)}."
                raise Failure(message, sizes, wanted, ("yours", _kind(part)))
            if array.shape != shape:
                message = f"{name} must have the shape {shape} here, got {array.shape}."
                raise Failure(message, sizes, wanted, ("yours", f"{name} {array.shape}"))
            if not np.isfinite(array).all():
                message = (
                    f"{name} holds NaN or infinity: did exp overflow, or something divide by 0?"
                )
                raise Failure(
                    message,
                    ("input", f"{self._sizes(case)} ({case.name})"),
                    wanted,
                    ("yours", shown(array)),
                )
            named[name] = array
        return named

    def _caller(self, answer):
        """A function for properties that have to call once more: arguments → outputs by name."""
        return lambda *arguments: self._call(answer, Case("changed input", arguments))

    def _raised(self, error, answer, case):
        if isinstance(error, NotAnsweredYet):
            return self.not_answered("Replace the line `raise NotAnsweredYet` by your own")
        said = str(error).splitlines()
        what = type(error).__name__ + (f": {said[0]}" if said else "")
        rows = [("input", self._sizes(case)), ("stopped", place_of(error, answer))]
        return Failure(f"{self.name} stops with {what}", *(row for row in rows if row[1]))

    def _difference(self, name, output, expected, case):
        where = np.unravel_index(np.abs(output - expected).argmax(), output.shape)
        place = f"{name}[{', '.join(map(str, where))}]" if where else name
        return Failure(
            f"{name} has the right shape, but other numbers.",
            ("input", self._sizes(case)),
            ("expected", f"{place} = {expected[where]:.4g}"),
            ("yours", f"{place} = {output[where]:.4g}"),
        )

    def _sizes(self, case):
        pairs = zip(self.arguments, case.arguments, strict=True)
        return ", ".join(
            f"{name} {argument.shape}" if isinstance(argument, np.ndarray) else name
            for name, argument in pairs
        )

    def _no_function(self, answer):
        return (
            f"check needs the function itself, got {shown(answer)}: "
            f'write check("{self.id}", {self.name}), without calling it.'
        )

    def _late(self, seconds, stopped):
        rest = "" if stopped else " It cannot be stopped: restart the kernel to be rid of it."
        return (
            f"{self.name} did not end within {seconds:g} seconds: "
            f"look for a loop that never ends.{rest}"
        )


def _length(value):
    """How many things were returned together; 1 where it is a single thing."""
    several = isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim)
    return len(value) if several else 1


def _kind(value):
    """What something is, in words for a learner."""
    if isinstance(value, np.ndarray):
        return f"an array {value.shape}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"
