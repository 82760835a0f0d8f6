"""Exercises whose answer is a number, or an array of numbers."""

from dataclasses import dataclass

import numpy as np

from course_utils.checks.answers import MOST_KEPT, as_numbers, holds_text, shown
from course_utils.checks.exercises import Exercise, Property
from course_utils.checks.outcomes import Verdict
from course_utils.checks.typed import numbers_asked_for


@dataclass(kw_only=True, eq=False)
class ValueExercise(Exercise):
    """The answer is a number, or an array of numbers, within a tolerance.

    what : the answer in words, "three weights".  tolerance : how far each number may be off.
    properties : tested before the numbers are compared.
    mistake_tolerance : the same for the known mistakes; smaller, so that none is suspected wrongly.
    """

    what: str
    tolerance: float = 0.0
    mistake_tolerance: float | None = None
    properties: tuple[Property, ...] = ()

    def what_is_missing(self):
        return f"In place of the three dots, put {self.what}"

    def judged(self, answer, effort):
        numbers = self.numbers(answer)
        if numbers is None:
            quoted = " Write numbers like 0.5 or [0.5, 0.25]." if holds_text(answer) else ""
            return Verdict("wrong", f"Expected {self.what}, got {shown(answer)}.{quoted}")
        if numbers.squeeze().shape == np.shape(self.right_answer):
            numbers = numbers.squeeze()  # [5] for 5, [[1, 2]] for [1, 2]
        if self.equal(numbers, self.right_answer, self.tolerance):
            return Verdict("right", self.praise)
        near = self.tolerance / 5 if self.mistake_tolerance is None else self.mistake_tolerance
        for same in (self.equal, self.makes):  # a mistake by itself, or among others
            for mistake in self.mistakes:
                if same(numbers, mistake.wrong, near):
                    return Verdict("wrong", mistake.hint, mistake.name, self.evidence(numbers))
        return Verdict("wrong", self.complaint(numbers), evidence=self.evidence(numbers))

    def numbers(self, answer):
        """Return an answer as an array, typed numbers too; None where it holds none."""
        if isinstance(answer, str):
            return self._typed(answer)
        if isinstance(answer, list | tuple) and any(isinstance(part, str) for part in answer):
            together = self._typed("; ".join(map(str, answer)))
            if together is not None and together.shape == np.shape(self.right_answer):
                return together
            parts = [self.numbers(part) if isinstance(part, str) else part for part in answer]
            return as_numbers(parts)
        return as_numbers(answer)

    def _typed(self, text):
        """Return a typed text as an array, in the shape asked for if it holds as many numbers."""
        right, in_percent = np.asarray(self.right_answer), "percent" in f"{self.what} {self.asks}"
        found = numbers_asked_for(text, right.size, self.what, in_percent)
        if found is None:
            return None
        if len(found) == right.size:
            return np.reshape(found, right.shape)
        return np.array(found if len(found) > 1 else found[0])

    def makes(self, numbers, wrong, tolerance):
        """Tell whether an answer has a mistake's numbers at the places that it makes wrong."""
        right, wrong = (np.asarray(n, dtype=float) for n in (self.right_answer, wrong))
        if not numbers.shape == right.shape == wrong.shape:
            return False
        made = ~np.isclose(wrong, right, rtol=1e-9, atol=tolerance)
        return self.equal(numbers[made], wrong[made], tolerance)

    def equal(self, numbers, other, tolerance):
        other = np.asarray(other, dtype=float)
        # a hair more than the tolerance, so that 0.665 and 0.66 count as 0.005 apart
        return numbers.shape == other.shape and bool(
            np.allclose(numbers, other, rtol=1e-9, atol=tolerance)
        )

    def complaint(self, numbers):
        shape = np.shape(self.right_answer)
        if numbers.shape != shape:
            comma = " In Python a decimal has a point: 0.5, not 0,5."
            meant_one = comma if (shape, numbers.shape) == ((), (2,)) else ""
            came = f"an array of shape {numbers.shape}" if numbers.shape else "a single number"
            return f"Expected {self.what}; yours is {came}.{meant_one}"
        for statement, broken in self.properties:
            if evidence := broken(numbers):
                return f"{statement}; yours: {evidence}."
        if self.equal(numbers, self.right_answer, 4 * self.tolerance):
            return f"Nearly: {self.what}, each within {self.tolerance:g}. Round less."
        which = "these numbers" if shape else "this number"
        return f"Not {which} yet. Asked for: {self.what}."

    def evidence(self, numbers):
        return (("yours", shown(numbers)),)

    def record(self, answer):
        numbers = self.numbers(answer)
        few = numbers is not None and numbers.size <= MOST_KEPT
        return {"answer": numbers.tolist() if few else shown(answer)}
