"""The special methods of a handle: those that the object's class has, asked where the object is.

Where a student's object would decide how it compares with a value of the test's, it is asked only
if SOURCE's own object is (`habits`); otherwise it equals only itself.
"""

import builtins
import operator
from collections.abc import Callable, Sequence
from typing import Any

from course_utils.grading.handles import Handle

COMPARED = ("eq", "ne", "lt", "le", "gt", "ge")
COMPUTED = ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "and_", "or_")
COMPUTED += ("xor", "lshift", "rshift")
# What an object can do by itself, or with a key: it decides nothing about a test's own values.
BY_ITSELF = {
    "__len__": "builtins.len",
    "__iter__": "builtins.iter",
    "__next__": "builtins.next",
    "__reversed__": "builtins.reversed",
    "__getitem__": "operator.getitem",
    "__setitem__": "operator.setitem",
    "__delitem__": "operator.delitem",
    "__bool__": "builtins.bool",
    "__int__": "builtins.int",
    "__float__": "builtins.float",
    "__complex__": "builtins.complex",
    "__index__": "operator.index",
    "__round__": "builtins.round",
    "__trunc__": "math.trunc",
    "__floor__": "math.floor",
    "__ceil__": "math.ceil",
    "__abs__": "builtins.abs",
    "__neg__": "operator.neg",
    "__pos__": "operator.pos",
    "__invert__": "operator.invert",
    "__hash__": "builtins.hash",
    "__bytes__": "builtins.bytes",
}
ALWAYS = {"__str__": "builtins.str", "__repr__": "builtins.repr", "__format__": "builtins.format"}
ALWAYS |= {"__dir__": "builtins.dir", "__copy__": "copy.copy"}


def methods_of(special: Sequence[str]) -> dict[str, Any]:
    """Return the methods of a handle, where its object's class has those special ones."""
    methods: dict[str, Any] = {n: _asking(path) for n, path in ALWAYS.items()}
    methods["__doc__"] = property(lambda self: self._session.read(self, "__doc__"))
    methods |= {n: _asking(path) for n, path in BY_ITSELF.items() if n in special}
    methods |= _deciding(special)
    if "__enter__" in special:
        methods |= {"__enter__": _enter, "__exit__": _exit}
    if "__anext__" in special:
        methods |= {"__aiter__": lambda self: self, "__anext__": _next_awaited}
    if "__eq__" in methods:
        methods.setdefault("__hash__", None)
    return methods


def _deciding(special: Sequence[str]) -> dict[str, Any]:
    """Return the methods by which an object decides about a value beside it."""
    methods: dict[str, Any] = {}
    for word in COMPARED:
        if f"__{word}__" in special:
            methods[f"__{word}__"] = _judging(f"__{word}__", f"operator.{word}")
    for word in COMPUTED:
        methods |= _computing(word.rstrip("_"), f"operator.{word}", special)
    if "__contains__" in special:
        methods["__contains__"] = _judging("__contains__", "operator.contains")
    return methods


def _asking(path: str) -> Callable[..., Any]:
    def method(self: Handle, *others: Any) -> Any:
        return self._session.do(path, self, *others)

    return method


def _judging(special: str, path: str, turned: bool = False) -> Callable[..., Any]:
    """Return a method that asks the object, if it may be asked about what stands beside it."""

    def method(self: Handle, other: Any) -> Any:
        pair = (other, self) if turned else (self, other)
        compares = special.strip("_") in (*COMPARED, "contains")
        if isinstance(other, Handle) or (not compares and self._session.may_judge(special)):
            return self._session.do(path, *pair)
        plain = self._session.plain(self, self._kinds, special)
        if plain is not None:  # what it inherits from is compared here, and not over there
            values = (other, plain) if turned else (plain, other)
            return getattr(operator, path.partition(".")[2])(*values)
        if compares and self._session.may_judge(special):
            return self._session.do(path, *pair)
        if special == "__contains__":
            items: Any = self
            return any(one == other for one in items)
        return NotImplemented

    return method


def _computing(word: str, path: str, special: Sequence[str]) -> dict[str, Callable[..., Any]]:
    """Return the methods of an operation, as far as the object's class has them."""
    inplace = path.replace("operator.", "operator.i").rstrip("_")
    made = {}
    if f"__{word}__" in special:
        made[f"__{word}__"] = _judging(f"__{word}__", path)
    if f"__i{word}__" in special:
        made[f"__i{word}__"] = _judging(f"__i{word}__", inplace)
    if f"__r{word}__" in special:
        made[f"__r{word}__"] = _judging(f"__r{word}__", path, turned=True)
    return made


def _enter(self: Handle) -> Any:
    return self._session.call(self.__getattr__("__enter__"), (), {})


def _exit(self: Handle, kind: type | None, error: object, trace: object) -> Any:
    """Leave a `with` block; over there an error of Python's own stands for the one that ends it."""
    known = kind and next(k.__name__ for k in kind.__mro__ if hasattr(builtins, k.__name__))
    there = self._session.do(f"builtins.{known}") if known else None
    kind_there = self._session.do("builtins.type", there) if known else None
    return self._session.call(self.__getattr__("__exit__"), (kind_there, there, None), {})


async def _next_awaited(self: Handle) -> Any:
    return self._session.wait(self._session.do("builtins.anext", self))
