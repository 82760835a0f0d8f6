"""What holds the place of a student's function or object in the tests: the number of it elsewhere.

To call a handle, to read an attribute, to ask for its length or its next item asks the worker,
where the object is; what comes back is plain data or another handle.
"""

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

from course_utils.grading.exchange import Exchange

# What NumPy, pickle and notebooks look for by themselves, in every object.
NOT_LOOKED_FOR = {"__array__", "__array_interface__", "__array_struct__", "__array_function__"}
NOT_LOOKED_FOR |= {
    "__array_priority__",
    "__array_prepare__",
    "__array_wrap__",
    "__array_finalize__",
}
NOT_LOOKED_FOR |= {"__fspath__", "__getstate__", "__setstate__", "__getnewargs__", "__slots__"}
NOT_LOOKED_FOR |= {"__getnewargs_ex__", "__torch_function__", "__dataframe__", "__objclass__"}
NOT_LOOKED_FOR |= {"__buffer__", "__length_hint__", "__mro_entries__", "__class_getitem__"}


class Worker(Protocol):
    """Where an object stays: what can be asked of it there, see `Session`."""

    @property
    def exchange(self) -> Exchange | None:
        """Return the worker."""

    def call(self, function: "Handle", arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Return what a call gives."""

    def call_and_look(
        self, function: "Handle", arguments: Sequence[Any]
    ) -> tuple[Any, Sequence[tuple[int, Any]]]:
        """Return (result, the arguments that the call has changed)."""

    def check_all(
        self, function: "Handle", calls: Sequence[Sequence[Any]]
    ) -> Sequence[Callable[[], tuple[Any, Sequence[tuple[int, Any]]]]]:
        """Do the same for many calls at once; return what gives each one's."""

    def read(self, thing: "Handle", attribute: str) -> Any:
        """Return an attribute."""

    def do(self, path: str, *arguments: Any) -> Any:
        """Do something of Python's own with objects over there."""

    def plain(self, thing: "Handle", kinds: Sequence[str], special: str) -> Any:
        """Return the list, dict, … that an object holds, if it compares as such; or None."""

    def do_named(self, path: str, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Do the same with arguments by name."""

    def wait(self, thing: "Handle") -> Any:
        """Await something over there."""

    def signature(self, thing: "Handle") -> Any:
        """Return ([(name, kind, (default,), (annotation,))], (annotation,)), () for none."""

    def may_judge(self, special: str) -> bool:
        """Say whether an object may be asked about a value of the test's."""

    def kind_of(self, names: Sequence[str]) -> type:
        """Return what stands here for a class of those names, from itself to `object`."""


class Handle:
    """An object that stays in the worker."""

    __slots__ = ("_kinds", "_session", "handle_number")
    __array_ufunc__ = None  # an array leaves it to the object how they compare

    def __init__(self, session: Worker, number: int, kinds: Sequence[str]) -> None:
        set_here = functools.partial(object.__setattr__, self)
        set_here("_session", session)
        set_here("handle_number", number)
        set_here("_kinds", kinds)

    def __getattr__(self, attribute: str) -> Any:
        if attribute in NOT_LOOKED_FOR or attribute.startswith(("_repr_", "_ipython_")):
            raise AttributeError(attribute)
        if attribute == "__signature__":
            return _signature(self._session.signature(self))
        return self._session.read(self, attribute)

    def __setattr__(self, attribute: str, value: object) -> None:
        self._session.do("builtins.setattr", self, attribute, value)

    def __delattr__(self, attribute: str) -> None:
        self._session.do("builtins.delattr", self, attribute)

    def __deepcopy__(self, memo: object) -> Any:
        return self._session.do("copy.deepcopy", self)

    @property
    def __class__(self) -> type:  # type: ignore[override]
        """Return what `isinstance` sees: a class with the same names, on this side."""
        return self._session.kind_of(self._kinds) if self._kinds else type(self)

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        """Return what `vars` sees."""
        return self._session.read(self, "__dict__")

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return self._session.read(self, "__doc__")


class CallableHandle(Handle):
    """A function, or an object that can be called."""

    __slots__ = ()

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._session.call(self, arguments, named)


class ClassHandle(CallableHandle):
    """A class that stays in the worker."""

    __slots__ = ()

    @property
    def __class__(self) -> type:  # type: ignore[override]
        return type

    @property
    def __bases__(self) -> tuple[type, ...]:
        """Return what `issubclass` sees."""
        return (self._session.kind_of(self._kinds),)

    def __mro_entries__(self, bases: object) -> tuple[type, ...]:
        raise TypeError("a test cannot inherit from a student's class: the class stays over there")

    def __instancecheck__(self, thing: object) -> bool:
        if isinstance(thing, Handle):
            return bool(self._session.do("builtins.isinstance", thing, self))
        return bool(self._kinds) and type(thing).__name__ == self._kinds[0].rpartition(":")[2]

    def __subclasscheck__(self, kind: object) -> bool:
        return isinstance(kind, Handle) and bool(
            self._session.do("builtins.issubclass", kind, self)
        )


class WaitingHandle(Handle):
    """A coroutine of a student's, or something else to be awaited: it runs over there at once."""

    __slots__ = ()

    def __await__(self) -> Any:
        return self._session.wait(self)
        yield  # a generator without steps

    def send(self, value: object) -> Any:
        raise StopIteration(self._session.wait(self))

    def throw(self, *error: Any) -> Any:
        raise error[0]

    def close(self) -> None:
        """Do nothing: what was never awaited ends with the worker."""


Coroutine.register(WaitingHandle)


def _signature(found: Any) -> inspect.Signature:
    """Make the signature that a worker tells of."""
    parameters = []
    whole, returns = found
    for name, kind, *more in whole:
        default, annotation = (inspect.Parameter.empty if one == () else one[0] for one in more)
        kind = inspect._ParameterKind(kind)
        made = inspect.Parameter(name, kind, default=default, annotation=annotation)
        parameters.append(made)
    given = inspect.Signature.empty if returns == () else returns[0]
    return inspect.Signature(parameters, return_annotation=given)
