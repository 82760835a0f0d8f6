"""A student's array without numbers. NumPy stretches it to fit anything: all of nothing is true.

So `[]` would be close to every expected value. Here it is compared with its like alone.
"""

import contextlib
import functools
import math
from collections.abc import Callable, Generator
from typing import Any

import numpy as np

ORDERING = {np.less, np.less_equal, np.greater, np.greater_equal}
COMPARING = {np.subtract, np.equal, np.not_equal, *ORDERING}
COMPARISONS = {
    np: ("allclose", "isclose"),
    np.testing: (
        *("assert_allclose", "assert_almost_equal", "assert_array_almost_equal"),
        *("assert_array_equal", "assert_array_less", "assert_equal"),
    ),
}


class Empty(np.ndarray):
    """An array without numbers, which is compared with others of its shape alone."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **named: Any) -> Any:
        if ufunc in COMPARING and not all(self._fits(one, ufunc) for one in inputs):
            raise ValueError("an array without numbers is compared with numbers")
        if "out" in named:
            named["out"] = tuple(map(_plain, named["out"]))
        made = getattr(ufunc, method)(*map(_plain, inputs), **named)
        return made.view(Empty) if isinstance(made, np.ndarray) and not made.size else made

    def _fits(self, other: Any, ufunc: np.ufunc) -> bool:
        """Say whether it has this shape; or is how far numbers may be off, or infinity."""
        tolerance = type(other) is float and (ufunc in ORDERING or math.isinf(other))
        return tolerance or np.shape(other) == self.shape


def _plain(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, Empty) else value


@contextlib.contextmanager
def strict_comparisons() -> Generator[None, None, None]:
    """Make NumPy's own comparisons refuse one empty side, until the block ends.

    In NumPy itself, for the whole process, and not bound in the tests' names as `check` is: it is
    not only the test's own lines that compare a student's `[]`. The course's checks do, and so
    does a module of a teacher's own, which imports NumPy for itself.
    """
    with contextlib.ExitStack() as stack:
        for module, names in COMPARISONS.items():
            for name in names:
                plain = getattr(module, name)
                stack.callback(setattr, module, name, plain)
                setattr(module, name, _not_with_nothing(plain))
        yield


def _not_with_nothing(compare: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same comparison, failing where one side alone holds no numbers, such as []."""

    @functools.wraps(compare)
    def strict(*arguments: Any, **named: Any) -> Any:
        sizes = {np.size(one) for one in (*arguments, *named.values())[:2]}
        if 0 in sizes and len(sizes) > 1:
            raise AssertionError("nothing is compared with numbers")
        return compare(*arguments, **named)

    return strict
