"""What came of calling a learner's function: arrays by name, or what is wrong with it."""

import numpy as np

from course_utils.checks.answers import as_numbers, shorten, shown
from course_utils.checks.calls import place_of


class Failure(Exception):
    """The first thing that is wrong with an answer: a message, and rows of evidence.

    case : the input for which it failed, once that is known.  statement : the property that does
    not hold, or None.  made : the further inputs that this property has made.
    """

    def __init__(self, message, *evidence, statement=None, made=()):
        super().__init__(message)
        self.message, self.evidence, self.case = message, evidence, None
        self.statement, self.made = statement, made


class NotFinite(Failure):
    """An answer of the right shape with NaN or infinity in it."""


def as_outputs(value, shapes, function, truths=(), booleans=False):
    """Return {name: array} of what `function` returned. Raises Failure where it does not fit.

    shapes : {name: shape} of what must come back, in this order; more than one is a tuple.
    truths : the names of those that are True or False.  booleans : 1.0 and 0.0 are none of these.
    """
    wanted = ("expected", ", ".join(f"{name} {shape}" for name, shape in shapes.items()))
    try:
        parts = _parts(value, shapes, function)
        named = zip(shapes.items(), parts, strict=True)
        found = {name: _array(part, name, shape, name in truths) for (name, shape), part in named}
        for name, part in zip(shapes, parts if booleans else (), strict=False):
            _must_be_boolean(part, name)
        return found
    except NotFinite:
        raise
    except Failure as failure:
        failure.evidence = (wanted, *failure.evidence)
        raise


def _parts(value, shapes, function):
    if value is None:
        message = f"{function} returns None: is there a return at its end?"
        raise Failure(message, ("yours", "None"))
    if len(shapes) == 1:
        return (value,)
    if _length(value) != len(shapes):
        message = f"{function} must return {len(shapes)} things, {' and '.join(shapes)}."
        raise Failure(message, ("yours", kind_of(value)))
    return value


def _array(part, name, shape, truth):
    array = as_numbers(part)
    if array is None:
        message = f"{name} must be {_wanted(shape, truth)}, got {kind_of(part)}."
        raise Failure(message, ("yours", kind_of(part)))
    if array.shape != shape:
        one = "True or False" if truth else "a single number"
        wanted = f"have the shape {shape} here" if shape else f"be {one}"
        message = f"{name} must {wanted}, got {array.shape}."
        raise Failure(message, ("yours", f"{name} {array.shape}"))
    if truth and not np.isin(array, (0, 1)).all():
        message = f"{name} must be {_wanted(shape, truth)}; yours holds other numbers."
        raise Failure(message, ("yours", shown(part)))
    if not np.isfinite(array).all():
        message = f"{name} holds NaN or infinity: did exp overflow, or something divide by 0?"
        raise NotFinite(message, ("yours", shown(array)))
    return array


def _must_be_boolean(part, name):
    if np.asarray(part).dtype.kind != "b":
        message = f"{name} must be boolean: yours holds numbers, and 1.0 is not True there."
        raise Failure(message, ("yours", shown(part)))


def _wanted(shape, truth):
    """Say what an output must be, in words."""
    if truth:
        return "boolean here, True or False at each place" if shape else "True or False"
    return "an array of numbers"


def not_as_true(name, output, expected):
    """Return the Failure of truth values that are not the right ones."""
    right, yours = (f"{name}: {shown(part.astype(bool))}" for part in (expected, output))
    if not expected.ndim:
        return Failure(
            f"{name} must be {bool(expected)} here, got {bool(output)}.",
            ("expected", right),
            ("yours", yours),
        )
    places = np.argwhere(output != expected)
    first = tuple(map(int, places[0]))
    if expected.size > 12:
        right, yours = (
            f"{name}[{', '.join(map(str, first))}] is {bool(part[first])}"
            for part in (expected, output)
        )
    message = (
        f"{name} has the right shape; {len(places)} of its {expected.size} truth values are wrong."
    )
    return Failure(message, ("expected", right), ("yours", yours))


def _length(value):
    """Count the things that were returned together; 1 where it is a single thing."""
    several = isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim == 1)
    return len(value) if several else 1


def kind_of(value):
    """Say what something is, in words for a learner."""
    if isinstance(value, np.ndarray):
        return f"an array {value.shape} of {value.dtype}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def stopped(name, error, function):
    """Return the Failure of a function that raised an error: its kind, its words, its line."""
    what = shorten(f"{type(error).__name__}{_words_of(error)}", 200)
    place = place_of(error, function)
    return Failure(f"{name} stops with {what}", *([("stopped", place)] if place else []))


def late(name, seconds, stopped):
    """Write what is said to a function that does not end."""
    return (
        f"{name} did not end within {seconds:g} seconds: look for a loop that never ends."
        f"{_still_running(stopped)}"
    )


def slow(name, seconds, stopped, done, size):
    """Write what is said to a function that would end, and takes too long."""
    inputs = "one input was" if done == 1 else f"{done} inputs were"
    return (
        f"{name} did not end within {seconds:g} seconds. It may be too slow: {inputs} done, then "
        f"came {size}.{_still_running(stopped)}"
    )


def _still_running(stopped):
    return "" if stopped else " It cannot be stopped: restart the kernel to be rid of it."


def about(printed):
    """Write what is said to a function that prints."""
    first = printed.strip().splitlines()[0] if printed.strip() else "an empty line"
    return f"It also prints while it works, first: {shown(first)}. A function returns instead."


def _words_of(error):
    """Return the first line of what an exception says; nothing where it cannot even be asked."""
    try:
        said = str(error).splitlines()
    except Exception:
        said = []
    return f": {said[0]}" if said else ""
