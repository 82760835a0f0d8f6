"""A student's array with masked numbers. NumPy leaves those out of every comparison.

So an array with one right number and a mask over the rest would be close to every expected value.
Here it is compared with arrays of the same mask alone.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.grading.empties import COMPARING, ORDERING

OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "sub", "rsub")
# What gives NumPy's constant `masked` where nothing is left, which passes for any number.
GIVING = ("__getitem__", "__add__", "__radd__", "__mul__", "__rmul__", "__neg__", "__abs__")
GIVING += ("__truediv__", "__rtruediv__", "__pow__", "__rpow__", "__floordiv__", "__mod__")
GIVING += ("sum", "mean", "min", "max", "prod", "std", "var", "ptp", "item", "dot")


class Masked(np.ma.MaskedArray):
    """An array with a mask, which is compared with others that have the same."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **named: Any) -> Any:
        if ufunc in COMPARING:
            _check(inputs, ufunc in ORDERING)
        if "out" in named:
            named["out"] = tuple(map(_plain, named["out"]))
        made = getattr(ufunc, method)(*map(_plain, inputs), **named)
        return _kept(made.view(Masked) if isinstance(made, np.ma.MaskedArray) else made)


def _plain(value: Any) -> Any:
    return value.view(np.ma.MaskedArray) if isinstance(value, Masked) else value


def _check(sides: tuple[Any, ...], in_order: bool = False) -> None:
    """Raise ValueError where the masks differ; a plain float is how far numbers may be off."""
    if in_order and any(type(side) is float for side in sides):
        return
    masks = [np.ma.getmaskarray(np.ma.asanyarray(side)) for side in sides]
    if any(mask.any() for mask in masks) and not np.array_equal(masks[0], masks[1]):
        raise ValueError("masked numbers are compared with others")


def _strict(operator: str) -> Callable[[Any, Any], Any]:
    plain = getattr(np.ma.MaskedArray, f"__{operator}__")

    def compare(self: Any, other: Any) -> Any:
        _check((self, other), operator in ("lt", "le", "gt", "ge"))
        return plain(self, other)

    return compare


def _kept(value: Any) -> Any:
    """Return a number that is masked as an array, which is compared as such."""
    return np.ma.MaskedArray(0.0, True).view(Masked) if value is np.ma.masked else value


def _giving(name: str) -> Callable[..., Any]:
    plain = getattr(np.ma.MaskedArray, name)

    def give(self: Any, *arguments: Any, **named: Any) -> Any:
        return _kept(plain(self, *arguments, **named))

    return give


for _name in GIVING:
    setattr(Masked, _name, _giving(_name))
for _operator in OPERATORS:  # of these, masked arrays have their own
    setattr(Masked, f"__{_operator}__", _strict(_operator))
