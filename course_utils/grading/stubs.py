"""What stands in the tests for a student's functions and objects: names for things elsewhere.

A stub holds a number. To call it, to read an attribute, to ask for its length or its next item asks
the worker; what comes back is plain data or another stub. What its class does not have, the stub
has not either. Where a student's object would decide how it compares with a value of the test's, it
is asked only if SOURCE's own object is (`habits`); otherwise it equals only itself.
"""

import builtins
import collections.abc
import dataclasses
import functools
import inspect
import operator
import types
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from course_utils.checks.calls import Stop
from course_utils.checks.outcomes import NotAnsweredYet
from course_utils.grading.exchange import Exchange, Fault
from course_utils.grading.status import Status

OUR_WORDS = {
    "Withheld": "it imports a module that holds the answer: write it yourself",
    "Kept": "it calls what it is to compute: write it yourself",
    "Unsendable": "what it gives back is too large or too deep to be handed over",
}
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
# Types of Python's own that no class can inherit from, by the names that a worker tells.
REAL: dict[str, type] = {"generator": types.GeneratorType, "coroutine": types.CoroutineType}
REAL |= {"function": types.FunctionType, "method": types.MethodType}
REAL |= {"async_generator": types.AsyncGeneratorType, "module": types.ModuleType}
REAL |= {"builtin_function_or_method": types.BuiltinFunctionType}
ABSTRACT = {name: getattr(collections.abc, name) for name in collections.abc.__all__}
ASKED_OVER_THERE = ("getsource", "getsourcelines", "isgeneratorfunction", "iscoroutinefunction")
ASKED_OVER_THERE += ("isasyncgenfunction", "isclass", "isabstract", "isgenerator", "isawaitable")


ASKED_OF_DATA = ("fields", "is_dataclass", "asdict", "astuple", "replace")


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
        return bool(self._kinds) and type(thing).__name__ == self._kinds[0]

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


def stub(session: Worker, number: int, kind: str, name: str, about: tuple[Any, Any]) -> Any:
    """Make what stands for an object of that kind and of that class's name.

    about : (its special methods, the names of its class and of those that it inherits from).
    """
    special, kinds = about
    kinds = kinds or (name, "object")
    if kind == "class" and "BaseException" in kinds:
        return session.kind_of(kinds)
    made = _type(kind, name, tuple(special))
    return made(session, number, tuple(kinds))


@functools.lru_cache(maxsize=1_000)
def _type(kind: str, name: str, special: tuple[str, ...]) -> type[Handle]:
    """Return the class of a stub: named like the object's, with the special methods it has."""
    base: type[Handle] = CallableHandle if kind == "function" or "__call__" in special else Handle
    base = WaitingHandle if "__await__" in special else base
    base = ClassHandle if kind == "class" else base
    methods: dict[str, Any] = {n: _asking(path) for n, path in ALWAYS.items()}
    methods["__doc__"] = property(lambda self: self._session.read(self, "__doc__"))
    methods |= {n: _asking(path) for n, path in BY_ITSELF.items() if n in special}
    for word in COMPARED:
        if f"__{word}__" in special:
            methods[f"__{word}__"] = _judging(f"__{word}__", f"operator.{word}")
    for word in COMPUTED:
        methods |= _computing(word.rstrip("_"), f"operator.{word}", special)
    if "__contains__" in special:
        methods["__contains__"] = _judging("__contains__", "operator.contains")
    if "__enter__" in special:
        methods |= {"__enter__": _enter, "__exit__": _exit}
    if "__anext__" in special:
        methods |= {"__aiter__": lambda self: self, "__anext__": _next_awaited}
    if "__eq__" in methods:
        methods.setdefault("__hash__", None)
    return type(name, (base,), {"__module__": "__main__", "__slots__": (), **methods})


def _asking(path: str) -> Callable[..., Any]:
    def method(self: Handle, *others: Any) -> Any:
        return self._session.do(path, self, *others)

    return method


def _judging(special: str, path: str, turned: bool = False) -> Callable[..., Any]:
    """Return a method that asks the object, if it may be asked about what stands beside it."""

    def method(self: Handle, other: Any) -> Any:
        if isinstance(other, Handle) or self._session.may_judge(special):
            pair = (other, self) if turned else (self, other)
            return self._session.do(path, *pair)
        plain = self._session.plain(self, self._kinds, special)
        if plain is not None:  # what it inherits from is compared here, and not over there
            return getattr(operator, path.partition(".")[2])(
                *((other, plain) if turned else (plain, other))
            )
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


class Kinds:
    """The classes that stand here for those of one worker.

    given : the names of the master's cells: a class of a student's may inherit from theirs.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.made = dict[tuple[str, ...], type]()

    def of(self, names: Sequence[str]) -> type:
        """Return the class of those names, from itself to `object`."""
        known = self._known(names[0]) if names else object
        if known:
            return known
        if tuple(names) not in self.made:
            self.made[tuple(names)] = self._make(names)
        return self.made[tuple(names)]

    def _known(self, name: str) -> type | None:
        for there in (REAL, self.given, vars(builtins), ABSTRACT):
            if isinstance(there.get(name), type) and not isinstance(there.get(name), Handle):
                return there[name]
        return None

    def _make(self, names: Sequence[str]) -> type:
        base = self.of(names[1:]) if len(names) > 1 else object
        body: dict[str, Any] = {"__module__": "__main__"}
        if issubclass(base, BaseException):
            body["__getattr__"] = _attribute_of_error
        try:
            return types.new_class(names[0], (base,), {}, lambda space: space.update(body))
        except Exception:  # a base that nothing may inherit from
            return type(names[0], (), body)


def _attribute_of_error(self: Any, attribute: str) -> Any:
    """Return what a student's own error knows beside its words."""
    there = self.__dict__.get("_there")
    if there is None or attribute.startswith("_"):
        raise AttributeError(attribute)
    return getattr(there(), attribute)


def as_error(
    kinds: Kinds,
    names: Sequence[str],
    arguments: Sequence[Any],
    text: str,
    there: Callable[[], Any] | None = None,
) -> Exception:
    """Turn a student's error into one of ours, of the same classes as far as they are known.

    It has their words, for a test may look at them. No page repeats what is `from_answer`.
    there : makes the stub of the error itself, for what else a test asks it.
    """
    made = _error_of(kinds, names, arguments, text)
    made.__dict__.update(_there=there, from_answer=True)
    return made


def _error_of(kinds: Kinds, names: Sequence[str], arguments: Sequence[Any], text: str) -> Exception:
    name = names[0] if names else ""
    if "NotAnsweredYet" in names:
        return NotAnsweredYet("not answered yet")
    if "LinAlgError" in names:
        return np.linalg.LinAlgError(*arguments)
    if name in OUR_WORDS:
        return type(name, (Exception,), {})(OUR_WORDS[name])
    stops = {"StopIteration", "StopAsyncIteration"} & set(names)
    kind = kinds.of(names) if "Exception" in names and not stops else None
    if kind is None or not issubclass(kind, Exception):
        shown = name if name == "SystemExit" or stops else "OwnError"
        return type(shown, (Exception,), {})(text)
    try:
        return kind(*arguments)
    except Exception:  # one that wants more, such as UnicodeDecodeError
        return type(name, (Exception,), {})(text)


def for_checks(answer: Any) -> Any:
    """Return an answer as the checks want it.

    They hand over copies and look afterwards whether those have changed: so what the worker has
    changed is written into the copies.
    """
    if not isinstance(answer, CallableHandle):
        return answer

    def call(*arguments: Any) -> Any:
        try:
            value, changed = answer._session.call_and_look(answer, arguments)
        except Fault as fault:
            raise (Stop() if fault.status is Status.TIMEOUT else fault) from None
        for place, now in changed:
            _write_back(arguments[place], now)
        return value

    return call


def _write_back(argument: Any, now: Any) -> None:
    """Write an array's new numbers into it, where they have its shape and its kind."""
    arrays = isinstance(argument, np.ndarray) and isinstance(now, np.ndarray)
    if arrays and argument.shape == now.shape and argument.dtype == now.dtype:
        argument[...] = now


def ask_over_there() -> None:
    """Let questions about a student's object be asked where the object is."""
    for module, names in ((inspect, ASKED_OVER_THERE), (dataclasses, ASKED_OF_DATA)):
        for name in names:
            path = f"{module.__name__}.{name}"
            setattr(module, name, _passed_on(getattr(module, name), path))


def _passed_on(plain: Callable[..., Any], path: str) -> Callable[..., Any]:
    @functools.wraps(plain)
    def ask(thing: Any, *more: Any, **named: Any) -> Any:
        if not isinstance(thing, Handle):
            return plain(thing, *more, **named)
        return thing._session.do_named(path, (thing, *more), named)

    return ask
