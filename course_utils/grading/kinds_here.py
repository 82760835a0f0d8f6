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
ABSTRACT = {name: getattr(collections.abc, name) for name in collections.abc.__all__}


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
    skips = getattr(sys.modules.get("unittest"), "SkipTest", ())  # a skipped test would count
    kind = None if kind and issubclass(kind, skips) else kind
    if kind is None or not issubclass(kind, Exception):
        shown = name if name == "SystemExit" or stops else "OwnError"
        return type(shown, (Exception,), {})(text)
    try:
        return kind(*arguments)
    except Exception:  # one that wants more, such as UnicodeDecodeError
        return type(name, (Exception,), {})(text)
