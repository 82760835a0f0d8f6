"""Modules that a student writes, by `%%writefile`: a test's import leads to where they are.

Their text does not come here, so that no import can run it.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Do = Callable[..., Any]  # (path, arguments by place, arguments by name)


class _Module(types.ModuleType):
    """A module that stays with the student: what stands in it is asked for there."""

    def __init__(self, name: str, do: Do) -> None:
        super().__init__(name)
        self.__dict__.update(_do=do)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._do("importlib.import_module", (self.__name__,), {}), name)

    def __setattr__(self, attribute: str, value: object) -> None:
        if attribute.startswith("__"):
            super().__setattr__(attribute, value)
            return
        there = self._do("importlib.import_module", (self.__name__,), {})
        setattr(there, attribute, value)


class Elsewhere(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """What finds the modules of these names, before anything that lies on this side."""

    def __init__(self, names: Iterable[str], do: Do) -> None:
        self.names, self.do = frozenset(names), do
        sys.meta_path.insert(0, self)
        for name in self.names:
            sys.modules.pop(name, None)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return what leads to it, for those names alone."""
        return importlib.machinery.ModuleSpec(name, self) if name in self.names else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the module that stands for it, once it can be imported there."""
        self.do("importlib.import_module", (spec.name,), {})
        return _Module(spec.name, self.do)

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing: it has run where it is."""
