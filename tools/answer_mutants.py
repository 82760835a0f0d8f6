"""Wrong answers made of right ones where the answer is no code: orders, choices, examples, claims.

Lines exchanged, left out, doubled or replaced; every other option; of what an example or a claim is
built of, each part left out, emptied, turned round, with another sign, or constant.
"""

from typing import NamedTuple

import numpy as np

from course_utils.checks.choices import ChoiceExercise
from course_utils.checks.exercises import Effort
from course_utils.checks.orders import OrderExercise
from course_utils.checks.outcomes import NotAnsweredYet
from course_utils.checks.work import WorkExercise

MOST = 4  # parts of a list that are changed one by one: more are data


class WrongAnswer(NamedTuple):
    """One wrong answer: of which exercise, and of which of its right answers; what was changed."""

    exercise: object
    of: str
    change: str
    answer: object

    @property
    def key(self):
        """Return what names it in the list of those that are no mistakes."""
        return f"{self.exercise.id} {self.of}, {self.change}"

    def survives(self):
        """Tell whether the check passes it. A check that stops with an error stops us too."""
        try:
            return self.exercise.judge(self.answer, Effort()).passed
        except NotAnsweredYet:
            return False


def wrong_answers_of(exercise):
    """Yield wrong answers of an exercise whose answer is no code; of another kind none."""
    if isinstance(exercise, ChoiceExercise):
        yield from _other_options(exercise)
    elif isinstance(exercise, OrderExercise):
        yield from _other_orders(exercise)
    elif isinstance(exercise, WorkExercise) and not exercise.answer_is_code:
        for code in (exercise.right, *exercise.others):
            for change, answer in changed(code()):
                yield WrongAnswer(exercise, code.__name__, change, answer)


def _other_options(exercise):
    """Yield each other option; of a question where all are fine, or that only records, none."""
    if exercise.letter is None or exercise.silent:
        return
    for letter in exercise.options:
        if letter != exercise.letter:
            yield WrongAnswer(exercise, exercise.letter, f"{exercise.letter} → {letter}", letter)


def _other_orders(exercise):
    right, seen = exercise.right_orders(), {tuple(order) for order in exercise.right_orders()}
    for order in right:
        for change, answer in _orders_near(tuple(order), exercise.lines):
            if answer not in seen:
                seen.add(answer)
                yield WrongAnswer(exercise, exercise.right.__name__, change, list(answer))


def _orders_near(order, lines):
    """Yield orders with two neighbours exchanged, or one line left out, doubled or replaced."""
    unused = [number for number in lines if number not in order]
    for i, line in enumerate(order):
        before, after = order[:i], order[i + 1 :]
        if after:
            yield f"{order}: {line} and {after[0]} exchanged", (*before, after[0], line, *after[1:])
        yield f"{order}: without {line}", (*before, *after)
        yield f"{order}: {line} twice", (*before, line, line, *after)
        for other in unused:
            yield f"{order}: {other} for {line}", (*before, other, *after)
            yield f"{order}: {other} before {line}", (*before, other, *order[i:])


def changed(answer):
    """Yield (what was changed, the changed answer) for each part of an example or a claim."""
    if not isinstance(answer, dict):
        yield from _instead_of(answer)
        return
    for name, part in answer.items():
        yield f"without {name!r}", {key: one for key, one in answer.items() if key != name}
        for change, new in _instead_of(part):
            yield f"{name!r} {change}", answer | {name: new}


def _instead_of(part):
    """Yield what may stand in place of a part, and is not equal to it."""
    yield from ((change, new) for change, new in _made_of(part) if not _equal(new, part))


def _equal(one, other):
    """Tell whether two parts are the same, numbers by their value: 0 is −0 and 0.0."""
    try:
        return bool(np.array_equal(np.asarray(one, float), np.asarray(other, float)))
    except (TypeError, ValueError):
        return one is other or repr(one) == repr(other)


def _made_of(part):
    """Yield changes of a part, by its kind."""
    if isinstance(part, np.ndarray):
        yield from _arrays(part)
    elif isinstance(part, str):
        yield from (("empty", ""), ("with one word alone", part.split()[0]))
    elif isinstance(part, bool | np.bool_):
        yield "the other", not part
    elif isinstance(part, int | float | np.number):
        yield from (("negative", -part), ("doubled", 2 * part), ("as 0", 0 * part))
    elif isinstance(part, list | tuple):
        yield from _lists(part)
    elif callable(part) and not hasattr(part, "params"):  # a model is no function
        yield from _functions(part)


def _arrays(array):
    yield from (("negative", -array), ("as 0", np.zeros_like(array)))
    if array.ndim == 2:
        yield from (("transposed", array.T), ("one row for all", array[:1].repeat(len(array), 0)))
    if len(array) > 1:
        yield from (("without its last", array[:-1]), ("upside down", array[::-1]))


def _lists(part):
    """Yield a list emptied, one for all; a short one without its last, backwards, by its parts."""
    yield from (("empty", part[:0]), ("one for all", part[:1] * len(part)))
    if len(part) <= MOST:
        yield from (("without its last", part[:-1]), ("backwards", part[::-1]))
        for place, inner in enumerate(part):
            for change, new in _instead_of(inner):
                yield f"[{place}] {change}", type(part)([*part[:place], new, *part[place + 1 :]])


def _functions(function):
    """Yield functions that always return the first answer, lose a part of it or change its sign."""
    first = []

    def constant(*arguments):
        first.append(function(*arguments))
        return first[0]

    yield "constant", constant
    yield "returning nothing", lambda *arguments: None
    yield "losing its last", lambda *arguments: function(*arguments)[:-1]
    yield "with another sign", lambda *arguments: _negative(function(*arguments))
    yield "one for all", lambda *arguments: _one_for_all(function(*arguments))


def _negative(value):
    """Return a value with all its numbers negative, its texts backwards."""
    if isinstance(value, str):
        return value[::-1]
    if isinstance(value, list | tuple):
        return type(value)(map(_negative, value))
    return -np.asarray(value)


def _one_for_all(value):
    return type(value)(value[:1] * len(value)) if isinstance(value, list | tuple) else value
