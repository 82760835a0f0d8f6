"""Exercises whose answer is the order of numbered lines of code."""

from dataclasses import dataclass

from course_utils.checks.answers import shown
from course_utils.checks.exercises import Exercise
from course_utils.checks.outcomes import Verdict
from course_utils.checks.typed import order_in


def stands_before(order, first, second):
    """Tell whether an order has both numbers, and the first before the second."""
    return first in order and second in order and order.index(first) < order.index(second)


def _right_from_the_top(order, right):
    """Count how many numbers of an order are those of another, from the first on."""
    good = 0
    while good < min(len(order), len(right)) and order[good] == right[good]:
        good += 1
    return good


@dataclass(kw_only=True, eq=False)
class OrderExercise(Exercise):
    """The answer is the order of numbered lines, some of which do not belong.

    lines : {number: line of code}.  A mistake shows in any order that makes it.
    """

    lines: dict[int, str]
    mistakes_show = True

    def what_is_missing(self):
        return "In place of the three dots, put the numbers of the lines"

    def judged(self, answer, effort):
        order = self.numbers(answer)
        if order is None:
            return Verdict("wrong", f"Give line numbers like [3, 1, 2]; got {shown(answer)}.")
        if not order:
            raise self.not_answered(self.what_is_missing())
        unknown = [number for number in order if number not in self.lines]
        if unknown:
            return Verdict("wrong", f"There is no line {unknown[0]}: they go to {max(self.lines)}.")
        if order in self.right_orders():
            return Verdict("right", self.praise)
        for mistake in self.mistakes:
            if mistake.shows(order):
                return Verdict("wrong", mistake.hint, mistake.name)
        return Verdict("wrong", self.first_misfit(order))

    def first_misfit(self, order):
        """Say how far the order is right: enough to go on, and no more."""
        if len(set(order)) < len(order):
            return "Each line is used once at most: one of yours stands twice."
        good = max(_right_from_the_top(order, right) for right in self.right_orders())
        if good == len(order):
            begun = "The first is" if good == 1 else f"The first {good} are"
            return f"{begun} right, and some lines are still missing."
        if good == 0:
            return f"Line {order[0]} does not come first."
        right = "1 line is" if good == 1 else f"{good} lines are"
        return f"{right} right from the top. Line {order[good]} does not come next."

    def numbers(self, answer):
        """Return the order as a tuple of whole numbers, from a list or a text like "3 1 2"."""
        if isinstance(answer, str) or (type(answer) is int and 9 < answer < 10**9):
            return order_in(str(answer), self.lines)
        if isinstance(answer, list | tuple) and len(answer) == 1 and isinstance(answer[0], list):
            answer = answer[0]
        try:
            numbers = [float(number) for number in answer]
            return tuple(map(int, numbers)) if all(map(float.is_integer, numbers)) else None
        except (TypeError, ValueError, OverflowError):
            return None

    def record(self, answer):
        return {"answer": list(self.numbers(answer) or ())}

    def right_orders(self):
        """Return all orders that are right."""
        return [self.right_answer, *self.other_answers]

    def listed(self):
        lines = "\n".join(f"{number} {line}" for number, line in self.lines.items())
        return f"```text\n{lines}\n```"
