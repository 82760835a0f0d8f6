"""Figures of matplotlib that a test makes, and an answer draws into: they stay where it draws.

A figure is no value that can be sent. So one that a test hands to an answer is made there, too,
and from then on the test's own leads to that one: what it asks of it is asked over there. A figure
that is handed to nobody, such as one with what is expected, stays here.
"""

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.grading.handles import Handle

Do = Callable[..., Any]  # (path, arguments by place, arguments by name)
PYPLOT = "matplotlib.pyplot"
PARTS = ("lines", "patches", "collections", "images", "texts", "containers", "artists")


def loaded() -> bool:
    """Say whether a cell of the master's has imported `matplotlib.pyplot`."""
    return PYPLOT in sys.modules


def over_there(value: Any, do: Do) -> Any:
    """Return a value as a call gets it: in the place of figures and axes, those over there."""
    if not loaded():
        return value
    if _is_drawing(value):
        return _mirrored(value, do)
    if isinstance(value, np.ndarray) and value.dtype == object:
        some = _nested(value.tolist(), do)
        return value if some is None else do("numpy.array", (some,), {"dtype": "object"})
    if type(value) in (list, tuple):
        some = _nested(value, do)
        return value if some is None else type(value)(some)
    return value


def _nested(values: Any, do: Do) -> list[Any] | None:
    """Return a list with what stands over there; None where no drawing is in it."""
    drawn = [over_there(one, do) for one in values]
    changed = any(one is not other for one, other in zip(drawn, values, strict=True))
    return drawn if changed else None


def _is_drawing(value: Any) -> bool:
    figure, axes = sys.modules["matplotlib.figure"], sys.modules["matplotlib.axes"]
    return issubclass(type(value), (figure.Figure, axes.Axes))


def _mirrored(drawing: Any, do: Do) -> Handle:
    """Return what stands for a figure or axes over there, where they are made at the first time."""
    known = vars(type(drawing)).get("_there")
    if known is None:
        _make_there(getattr(drawing, "figure", drawing), do)
        known = vars(type(drawing))["_there"]
    return known


def _make_there(figure: Any, do: Do) -> None:
    """Make a figure over there with the same empty axes, and let this one lead to it."""
    axes = list(figure.axes)
    if not all(map(_is_empty, axes)):
        raise TypeError(
            "a figure with something in it cannot be handed to a student's function: "
            "let the function draw into an empty one, or give it the data"
        )
    size = tuple(map(float, figure.get_size_inches()))
    there = do(f"{PYPLOT}.figure", (), {"figsize": size})
    made = [_add_there(there, one) for one in axes]
    for one, other in [(figure, there), *zip(axes, made, strict=True)]:
        one.__class__ = _leading_to(type(one), other)


def _add_there(figure: Handle, axes: Any) -> Any:
    where = axes.get_subplotspec()
    if where is None:
        place = tuple(map(float, axes.get_position().bounds))
        return figure.add_axes(place, projection=axes.name)
    rows, columns, first, last = where.get_geometry()
    return figure.add_subplot(rows, columns, (first + 1, last + 1), projection=axes.name)


def _is_empty(axes: Any) -> bool:
    words = axes.get_title(), axes.get_xlabel(), axes.get_ylabel()
    return not any(words) and not any(len(getattr(axes, part)) for part in PARTS)


def _leading_to(kind: type, there: Handle) -> type:
    """Return a class of figures or axes whose attributes are asked for over there."""

    def get(self: Any, name: str) -> Any:
        if name.startswith("__"):
            return object.__getattribute__(self, name)
        return getattr(there, name)

    def put(self: Any, name: str, value: object) -> None:
        if name.startswith("__"):
            object.__setattr__(self, name, value)
        else:
            setattr(there, name, value)

    body = {"__getattribute__": get, "__setattr__": put, "_there": there}
    return type(kind.__name__, (kind,), {**body, "__module__": kind.__module__})


class Current:
    """`gca`, `gcf` and their like in the tests: the figure that an answer drew, where it did.

    Figures that the tests have made since `begin` come first.
    """

    def __init__(self, do: Do) -> None:
        self.do, self.before = do, frozenset[int]()
        if not loaded():
            return
        pyplot = sys.modules[PYPLOT]
        self.close_here = pyplot.close
        for name in ("gca", "gcf", "get_fignums"):
            setattr(pyplot, name, self._asking(name, getattr(pyplot, name)))
        vars(pyplot).update(close=self.close)

    def begin(self) -> None:
        """Begin with a question: figures that are there are none of its tests'."""
        if loaded():
            self.before = frozenset(self._numbers())

    def close(self, figure: Any = None) -> None:
        """Close a figure, or all, here and there."""
        there = figure
        if figure is not None and loaded() and _is_drawing(figure):
            there = vars(type(figure)).get("_there", None)
            self.close_here(figure)
            if there is None:
                return
        elif not isinstance(figure, Handle):
            self.close_here(figure)
        self.do(f"{PYPLOT}.close", () if there is None else (there,), {})

    def _numbers(self) -> list[int]:
        return list(sys.modules["matplotlib._pylab_helpers"].Gcf.figs)

    def _asking(self, name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of pyplot that asks over there where the tests have no figure."""

        @functools.wraps(plain)
        def ask() -> Any:
            if set(self._numbers()) - self.before:
                found = plain()
                lead = vars(type(found)).get("_there") is not None
                return self.do(f"{PYPLOT}.{name}", (), {}) if lead else found
            return self.do(f"{PYPLOT}.{name}", (), {})

        return ask
