"""The classes and the errors that stand in the tests for those of a student's own."""

import builtins
import collections.abc
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from course_utils.checks.outcomes import NotAnsweredYet
from course_utils.grading.handles import Handle

OUR_WORDS = {
    "Withheld": "it imports a module that holds the answer: write it yourself",
    "Kept": "it calls what it is to compute: write it yourself",
    "Unsendable": "what it gives back is too large or too deep to be handed over",
}
# Types of Python's own that no class can inherit from, by the names that a worker tells.
REAL: dict[str, type] = {"generator": types.GeneratorType, "coroutine": types.CoroutineType}
REAL |= {"function": types.FunctionType, "method": types.MethodType}
REAL |= {"async_generator": types.AsyncGeneratorType, "module": types.ModuleType}
REAL |= {"builtin_function_or_method": types.BuiltinFunctionType}
OURS = ("course_utils", "numpy")  # no student's object passes for one of their classes
ABSTRACT = {name: getattr(collections.abc, name) for name in collections.abc.__all__}


def bare(name: str) -> str:
    """Return the name of a class without its module: `Pattern` of `re:Pattern`."""
    return name.rpartition(":")[2].rpartition(".")[2]


def _of_library(name: str) -> type | None:
    """Return a library's class, where the master's cells have imported its module."""
    module, _, path = name.partition(":")
    found: Any = sys.modules.get(module)
    for part in path.split("."):
        found = vars(found).get(part) if isinstance(found, types.ModuleType | type) else None
    return found if isinstance(found, type) else None


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
        if ":" in name and name.partition(":")[0].partition(".")[0] not in OURS:
            return _of_library(name)
        name = bare(name)
        for there in (REAL, self.given, vars(builtins), ABSTRACT):
            if isinstance(there.get(name), type) and not isinstance(there.get(name), Handle):
                return there[name]
        return None

    def _make(self, names: Sequence[str]) -> type:
        base = self.of(names[1:]) if len(names) > 1 else object
        own = bare(names[0])
        body: dict[str, Any] = {"__module__": "__main__"}
        if issubclass(base, BaseException):
            body["__getattr__"] = _attribute_of_error
        try:
            return types.new_class(own, (base,), {}, lambda space: space.update(body))
        except Exception:  # a base that nothing may inherit from
            return type(own, (), body)


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
    known = [*map(bare, names)]
    name = known[0] if known else ""
    if "NotAnsweredYet" in known:
        return NotAnsweredYet("not answered yet")
    if "LinAlgError" in known:
        return np.linalg.LinAlgError(*arguments)
    if name in OUR_WORDS:
        return type(name, (Exception,), {})(OUR_WORDS[name])
    stops = {"StopIteration", "StopAsyncIteration"} & set(names)
    kind = kinds.of(names) if "Exception" in names and not stops else None
    skips = getattr(sys.modules.get("unittest"), "SkipTest", ())  # a skipped test would count
    kind = None if kind and issubclass(kind, skips) else kind
    if kind is None or not issubclass(kind, Exception):
        shown = name if name == "SystemExit" or stops else "OwnError"
        return type(shown, (Exception,), {})(text)
    if isinstance(kind.__init__, types.FunctionType) and not hasattr(kind, "_there"):
        return _as_it_was_there(kind, arguments, text)  # a cell's own: it may take other words
    try:
        return kind(*arguments)
    except Exception:  # one that wants more, such as UnicodeDecodeError
        return _as_it_was_there(kind, arguments, text)


def _as_it_was_there(kind: type[Exception], arguments: Sequence[Any], text: str) -> Exception:
    """Return an error of a known class that was made there, and knows there what it knows."""
    body = {"__getattr__": _attribute_of_error, "__str__": lambda self: text}
    try:
        made = type(kind.__name__, (kind,), {**body, "__module__": "__main__"})
        error: Exception = made.__new__(made)
    except Exception:  # a class that nothing may inherit from
        return type(kind.__name__, (Exception,), body)(text)
    error.args = tuple(arguments)
    return error
