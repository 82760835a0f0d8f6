"""What a student's code can import of the course. Its text is sent to the worker and runs there.

The package's files are not in the sandbox. Its modules come as code, and those that hold answers
are thrown away once the names that the sheet itself imports have been taken from them.
"""

import gc
import importlib.util
import marshal
import sys
import types

SILENT_MODULES = ("course_utils.checks", "course_utils.learning", "course_utils.explorers")
SILENT = ("check", "hint", "require", "measured", "Option", "predict", "reveal")
SILENT += ("Question", "quiz", "progress", "decoding_explorer", "keep_scores")


class Withheld(ImportError):
    """Something that holds the answer is used."""


class Kept(ImportError):
    """A name that the sheet imports for other questions, and that answers this one."""


class NotAnsweredYet(Exception):
    """What every sheet raises before its learner begins."""


class Refusing:
    """What an import of something withheld gives: the line goes on, and any use of it raises."""

    def __init__(self, name):
        self.__dict__["__name__"] = name

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        refuse_use(self)


def refuse_use(thing, *arguments, **named):
    """Refuse whatever is done with something withheld."""
    raise Withheld(f"{vars(thing)['__name__']} is withheld: write it yourself")


USES = "call getitem setitem iter len contains array float int index bool enter eq ne lt le gt ge"
USES += " add radd sub rsub mul rmul matmul rmatmul truediv rtruediv pow rpow neg abs"
for use in USES.split():
    setattr(Refusing, f"__{use}__", refuse_use)
Refusing.__hash__ = object.__hash__
Refusing.__mro_entries__ = Refusing.__instancecheck__ = Refusing.__subclasscheck__ = refuse_use


class Room(types.ModuleType):
    """A withheld module: it can be imported, and so can whatever is said to be in it."""

    def __init__(self, name):
        super().__init__(name)
        self.__path__ = []  # what stands in this room is looked for, and refused in its turn

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Refusing(f"{self.__name__}.{attribute}")


class Shelf:
    """A finder and loader of modules, which has their code; of withheld ones it gives rooms."""

    def __init__(self, modules):
        self.modules, self.withheld = dict(modules), ()

    def find_spec(self, name, path=None, target=None):
        if below(name, self.withheld):
            return importlib.util.spec_from_loader(name, self, is_package=True)
        if name in self.modules:
            folder = any(other.startswith(f"{name}.") for other in self.modules)
            return importlib.util.spec_from_loader(name, self, is_package=folder)
        if below(name, ("course_utils",)):
            raise ModuleNotFoundError(f"there is no {name} where a class is graded")
        return None

    def create_module(self, spec):
        """Make a room without a content for what is withheld, else the usual kind of module."""
        return Room(spec.name) if below(spec.name, self.withheld) else None

    def exec_module(self, module):
        if isinstance(module, Room):
            return
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
    real = sorted(set(given) - set(SILENT_MODULES))  # what is silent need not be there at all
    stand_ins = {name: stand_in(name, given[name]) for name in real}
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
    return f"{name}.".startswith(tuple([f"{module}." for module in modules]))


def stand_in(name, names):
    """Make a module with the given names alone."""
    real, room = importlib.import_module(name), Room(name)
    vars(room).update({given: getattr(real, given) for given in names})
    return room


def silent_module(name):
    """Make a module of checks or widgets: a sheet may call them, and nothing happens."""
    module = types.ModuleType(name)
    module.__path__ = []  # a room: what else stands in it is found as ever
    vars(module).update(dict.fromkeys(SILENT, silent))
    module.yours = lambda exercise, answer, otherwise: otherwise
    module.NotAnsweredYet, module.NotCorrect = NotAnsweredYet, AssertionError
    return module


def refuse(*arguments, **named):
    """Refuse what a sheet imports and one of its questions asks for."""
    raise Kept("this is what the question asks for: write it yourself")


def silent(*arguments, **named):
    """Do nothing, in the place of checks and widgets, which are for a learner's screen."""
