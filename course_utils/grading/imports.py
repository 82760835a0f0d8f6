"""What `import` finds in the master's statements: a module of ours in the place of another.

The names are bound for these statements alone. The real module stays as it is for all others.
"""

import builtins
import types
from collections.abc import Mapping
from typing import Any


def stand_in(real: types.ModuleType, ours: Mapping[str, object]) -> types.ModuleType:
    """Return a module with `ours` and all else of the real one, also what comes later."""
    made = types.ModuleType(real.__name__, real.__doc__)
    vars(made).update({**vars(real), **ours})
    vars(made)["__getattr__"] = lambda name: getattr(real, name)
    return made


def builtins_with(modules: Mapping[str, types.ModuleType]) -> dict[str, Any]:
    """Return the builtins; their `import` gives these modules where one so named is asked for."""

    def importing(name: str, *more: Any, **named: Any) -> object:
        found = builtins.__import__(name, *more, **named)
        return modules.get(getattr(found, "__name__", ""), found)

    return {**vars(builtins), "__import__": importing}
