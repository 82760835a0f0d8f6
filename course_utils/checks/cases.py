"""Inputs for a learner's function, and what it does with them."""

from functools import partial
from typing import NamedTuple

import numpy as np

from course_utils.checks.answers import as_numbers
from course_utils.checks.calls import Stop

# Wide enough for an answer that was float32 on its way, far below what any mistake changes.
TOLERANCE = {"float64": 1e-6, "float32": 2e-4}


class Case(NamedTuple):
    """One set of arguments: what it is called, the arguments, and how arrays lie in memory.

    held : whether the properties must hold here, each of which calls the function again.
    """

    name: str
    arguments: tuple
    strided: bool = False
    held: bool = True

    @property
    def size(self):
        """Return how large the arguments are: all numbers of arrays, and the whole numbers."""
        arrays = sum(argument.size for argument in self.arguments if hasattr(argument, "size"))
        return arrays + sum(abs(number) for number in self.arguments if isinstance(number, int))

    @property
    def single(self):
        """Tell whether an array among the arguments is float32."""
        return tolerance(*self.arguments) == TOLERANCE["float32"]

    def fresh(self):
        """Return the arguments as new arrays, which a function may spoil."""
        return tuple(_copy(argument, self.strided) for argument in self.arguments)

    def exact(self):
        """Return the arguments with all arrays in float64, for the right answer."""
        return tuple(
            argument.astype(np.float64) if _is_float(argument) else _copy(argument)
            for argument in self.arguments
        )


def tolerance(*arrays):
    """Return how far numbers may be off that were computed from, or as, these arrays."""
    singles = [array for array in arrays if _is_float(array) and array.dtype.itemsize <= 4]
    return TOLERANCE["float32" if singles else "float64"]


def attempt(function, arguments):
    """Return (value, None), or (None, error) where the function raised one, even SystemExit."""
    try:
        with np.errstate(all="ignore"):  # and whatever it sets with np.seterr ends with the call
            return function(*arguments), None
    except Stop:
        raise
    except BaseException as error:
        return None, error


def behaviour(function, probe):
    """Return what a function makes of a probe: its arrays, or None for an error.

    Behaviours are compared with `alike`. The last array says whether the inputs were changed.
    """
    arguments = probe.fresh()
    value, error = attempt(function, arguments)
    if error is not None or value is None:
        return None
    parts = value if isinstance(value, tuple) else (value,)
    return [*map(as_numbers, parts), np.array(_was_changed(probe.fresh(), arguments))]


def _was_changed(given, now):
    """Tell whether an array among the arguments holds other numbers than before."""
    return any(
        isinstance(before, np.ndarray) and not same(before, after)
        for before, after in zip(given, now, strict=True)
    )


def alike(one, other, single=False):
    """Tell whether two behaviours are the same.

    single : whether they were computed from float32. Then 2 / np.sqrt(d) and 2 / d**0.5, which
    NumPy computes in two dtypes, count as the same.
    """
    if one is None or other is None:
        return one is other
    room = TOLERANCE["float32"] if single else None
    return len(one) == len(other) and all(map(partial(same, room=room), one, other))


def same(one, other, room=None):
    """Tell whether two arrays hold the same numbers, NaN included; None equals None only.

    room : how far numbers may be off, as a share of them and in itself; None for rounding alone.
    """
    if one is None or other is None:
        return one is other
    if one.shape != other.shape:
        return False
    # nearly always they are equal to the byte, and to see that takes a hundredth of the time
    if one.dtype == other.dtype and one.tobytes() == other.tobytes():
        return True
    shares, atol = (room, room) if room else (1e-7, 1e-9)
    return np.array_equal(one, other) or np.allclose(one, other, shares, atol, equal_nan=True)


def _is_float(argument):
    return isinstance(argument, np.ndarray) and argument.dtype.kind == "f"


def as_dtype(dtype, argument):
    """Return an array of floats in that dtype; anything else as it is."""
    return argument.astype(dtype) if _is_float(argument) else argument


def _copy(argument, strided=False):
    """Copy an array as it lies in memory, read-only too; or strided, in every second place."""
    if not isinstance(argument, np.ndarray):
        return argument
    apart = strided or not (argument.flags.c_contiguous or argument.flags.f_contiguous)
    copy = _spread(argument) if apart and argument.ndim else argument.copy(order="K")
    copy.flags.writeable = argument.flags.writeable
    return copy


def _spread(array):
    """Copy an array into every second place of a wider one."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]
