"""What a student's code can import of the course. Its text is sent to the worker and runs there.

The package's files are not in the sandbox. Its modules come as code, and those that hold answers
are thrown away once the names that the sheet itself imports have been taken from them.
"""

import gc
import importlib.util
import marshal
import sys
import types

SILENT_MODULES = ("course_utils.checks", "course_utils.learning")
SILENT = ("check", "hint", "require", "predict", "reveal", "quiz", "progress")


class Withheld(ImportError):
    """A module that holds the answer."""


class Kept(ImportError):
    """A name that the sheet imports for other questions, and that answers this one."""


class NotAnsweredYet(Exception):
    """What every sheet raises before its learner begins."""


class Shelf:
    """A finder and loader of modules, which has their code and lets no withheld one pass."""

    def __init__(self, modules):
        self.modules, self.withheld = dict(modules), ()

    def find_spec(self, name, path=None, target=None):
        if below(name, self.withheld):
            raise Withheld(f"{name} is withheld: it holds the answer")
        if name in self.modules:
            folder = any(other.startswith(f"{name}.") for other in self.modules)
            return importlib.util.spec_from_loader(name, self, is_package=folder)
        if below(name, ("course_utils",)):
            raise ModuleNotFoundError(f"there is no {name} where a class is graded")
        return None

    def create_module(self, spec):
        """Make the usual kind of module."""

    def exec_module(self, module):
        module.__file__ = f"/{module.__name__}.py"  # there is no file, and some look beside theirs
        exec(marshal.loads(self.modules[module.__name__]), vars(module))


def stock(modules, given, withheld):
    """Put the course's modules on the shelf, and take back those that hold answers.

    modules : {name: code}.  given : [(module, names)] that stay of the withheld ones.
    """
    shelf = Shelf(modules)
    sys.meta_path.insert(0, shelf)
    given = dict(given)
    for name in list(given):  # a room that is withheld is there for the sake of what stands in it
        while below(name := name.rpartition(".")[0], withheld):
            given.setdefault(name, ())
    stand_ins = {name: stand_in(name, given[name]) for name in sorted(given)}
    for name in withheld:
        module, _, kept = name.partition(":")
        if kept and module in stand_ins:
            setattr(stand_ins[module], kept, refuse)
    stand_ins |= {name: silent_module(name) for name in SILENT_MODULES}
    for name in [name for name in sys.modules if below(name, ("course_utils", *withheld))]:
        del sys.modules[name]
    shelf.withheld = tuple(withheld)  # nobody looks for a stand-in: it has been imported
    shelf.modules = {n: code for n, code in shelf.modules.items() if not below(n, withheld)}
    for name, module in stand_ins.items():
        parent, _, child = name.rpartition(".")
        sys.modules[name] = module
        if parent:
            setattr(importlib.import_module(parent), child, module)
    gc.collect()  # what nobody needs any more is not to be found in memory either


def below(name, modules):
    """Say whether a module is one of these, or inside one."""
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def stand_in(name, names):
    """Make a module with the given names alone."""
    real, module = importlib.import_module(name), types.ModuleType(name)
    module.__path__ = []  # what stands in this room is looked for, and refused
    vars(module).update({given: getattr(real, given) for given in names})

    def __getattr__(attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise Withheld(f"{name}.{attribute} is withheld: write it yourself")

    module.__getattr__ = __getattr__
    return module


def silent_module(name):
    """Make a module of checks or widgets: a sheet may call them, and nothing happens."""
    module = types.ModuleType(name)
    module.__path__ = []  # a room: what else stands in it is found as ever
    vars(module).update(dict.fromkeys(SILENT, silent))
    module.NotAnsweredYet, module.NotCorrect = NotAnsweredYet, AssertionError
    return module


def refuse(*arguments, **named):
    """Refuse what a sheet imports and one of its questions asks for."""
    raise Kept("this is what the question asks for: write it yourself")


def silent(*arguments, **named):
    """Do nothing, in the place of checks and widgets, which are for a learner's screen."""
