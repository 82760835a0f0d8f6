"""Objects of a sheet's own classes as items: a node of a tree, a card, a generator of numbers.

A class that a sheet gives is there on both sides. What a test makes of it goes over by what it
holds, and is made anew there; after the call what has changed in it comes back the same way. One
object of a frame has one number, so rings and shared parts stay what they are. What only a student
has, such as a class of their own, never goes by what it holds: it stays where it is.
"""

import builtins
import collections
import enum
import importlib
import io
import pathlib
import sys

import numpy as np

from course_utils.grading.inside import tables
from course_utils.grading.inside.drawn_bits import set_bits, shared_bits
from course_utils.grading.inside.items import (
    MOST_ALIKE,
    PACK,
    READ,
    Malformed,
    alike,
    check,
    pack_dict,
)

CONTAINERS = (list, dict, set, bytearray, collections.deque)
LONGEST_NAME = 60  # of a class, as the other side takes it
MOST_SEEN = 2_000  # lists in a value that are looked at
FILES = (io.StringIO, io.BytesIO)
DRAWS = ("numpy.random:Generator", "numpy.random:RandomState", "random:Random")
DATABASES = ("sqlite3:Connection", "sqlite3:Cursor")
OF_PYTHON = (*DRAWS, *DATABASES, "io:StringIO", "io:BytesIO")
GIVEN = set()  # in a worker: the names of the sheet's own classes, beside those of the student's
MODULES = {"__main__"}  # whose classes both sides have: of the sheet, and of the files beside it


class Instances:
    """The objects of one call that go over by what they hold, by number, and what they held."""

    def __init__(self):
        self.objects, self.numbers = [], {}

    def number_of(self, value):
        """Return (number, whether it is new)."""
        new = id(value) not in self.numbers
        if new:
            self.add(value)
        return self.numbers[id(value)], new

    def add(self, value):
        self.numbers[id(value)] = len(self.objects)
        self.objects.append(value)


def name_of(value):
    """Return the name of a class whose objects go by what they hold, for one of them; or None."""
    kind = type(value)
    if kind in CONTAINERS:
        return f"builtins:{kind.__name__}"
    if isinstance(value, FILES):
        return f"io:{kind.__name__}" if kind in FILES else None
    name = f"{kind.__module__}:{kind.__qualname__}"
    if callable(value) and name not in DATABASES:  # it is called where it is, and counted there
        return None
    for known in DRAWS:
        if known.partition(":")[2] == kind.__name__ and is_of(kind, known):
            return known
    known = kind.__module__ in MODULES or name in DATABASES
    return name if known and is_of(kind, name) else None


def is_of(kind, name):
    """Say whether a class is what both sides know by that name."""
    try:
        return class_of(name) is kind
    except (Malformed, AttributeError, KeyError):
        return False


def class_of(name):
    """Return the class of a name. Raises Malformed for others than the sheet's."""
    module, _, path = name.partition(":")
    for kind in CONTAINERS:
        if name == f"builtins:{kind.__name__}":
            return kind
    own = module != "__main__" or not GIVEN or path.partition(".")[0] in GIVEN
    fine = (module in MODULES and own) or name in OF_PYTHON
    check(name, fine and path)
    found = sys.modules[module] if module == "__main__" else importlib.import_module(module)
    for part in path.split("."):
        found = check(vars(found), part in vars(found))[part]
        check(found, isinstance(found, type))  # no other module is reached through an import
    return check(found, name in OF_PYTHON or found.__module__ == module)


def known_as(kind):
    """Return the name of a class, behind its module's where that is a library's: `re:Pattern`."""
    own = kind.__module__ in ("builtins", *MODULES)
    name = kind.__qualname__ if own else f"{kind.__module__}:{kind.__qualname__}"
    return name if len(name) <= LONGEST_NAME and not own else kind.__name__[:LONGEST_NAME]


def state_of(value):
    """Return what an object holds, as plain values."""
    if type(value) in CONTAINERS:
        parts = value.items() if isinstance(value, dict) else value
        return {"": tuple(parts)}
    if isinstance(value, FILES):
        return {"": [value.getvalue(), value.tell()]}
    if name_of(value) in DATABASES:
        return {"": tables.state_of(value)}
    if isinstance(value, np.random.Generator):
        return {"": value.bit_generator.state}
    if isinstance(value, np.random.RandomState):
        return {"": value.get_state()}
    if type(value).__name__ == "Random" and hasattr(value, "getstate"):
        return {"": value.getstate()}
    slots = [s for kind in type(value).__mro__ for s in _slots(kind)]
    held = {slot: getattr(value, slot) for slot in slots if hasattr(value, slot)}
    return {**held, **getattr(value, "__dict__", {})}


def _slots(kind):
    slots = vars(kind).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else slots
    return [name for name in names if name not in ("__dict__", "__weakref__")]


def made_of(name):
    """Return a new object of a class, without anything in it yet."""
    if name == "numpy.random:Generator":
        return np.random.default_rng(0)
    if name == "numpy.random:RandomState":
        return np.random.RandomState(0)
    kind = class_of(name)
    if kind in CONTAINERS or name == DATABASES[0]:
        return kind() if kind in CONTAINERS else tables.empty()
    return kind() if name == "random:Random" or name.startswith("io:") else kind.__new__(kind)


def fill(value, state):
    """Let an object hold that."""
    if type(value) in CONTAINERS:
        parts = tuple(state[""])
        if isinstance(value, dict | set):
            keys = [key for key, _ in parts] if isinstance(value, dict) else parts
            check(keys, alike(keys) <= MOST_ALIKE)
        value.clear()
        (value.extend if hasattr(value, "extend") else value.update)(parts)
    elif isinstance(value, FILES):
        text, place = state[""]
        value.seek(0)
        value.truncate()
        value.write(text)
        value.seek(place)
    elif name_of(value) in DATABASES:
        check(value, tables.take(value, state[""]))
    elif isinstance(value, np.random.Generator):
        set_bits(value, state[""])
    elif isinstance(value, np.random.RandomState):
        value.set_state(shared_bits(state[""]))
    elif type(value).__name__ == "Random" and hasattr(value, "setstate"):
        value.setstate(state[""])
    else:
        for name in [name for name in getattr(value, "__dict__", {}) if name not in state]:
            del value.__dict__[name]
        for name, part in state.items():
            object.__setattr__(value, name, part)


class ByValue:
    """A value that is sent by what it holds, as far as that can be."""

    def __init__(self, value):
        self.value = value


class Held:
    """What a call has changed, to be sent by what it holds.

    pairs : (place of an argument, what it holds now).  instances : the objects that came with the
    call.  changed : their numbers, where they hold something else than before.
    """

    def __init__(self, pairs, instances, changed):
        self.pairs, self.instances, self.changed = pairs, instances, changed


def by_value(packer, keep, stays=lambda value: False):
    """Return what keeps a frame's objects: by what they hold, but for those that `stays` says."""

    def kept(value):
        item = None if stays(value) else pack_instance(packer, value)
        return keep(value) if item is None else item

    return kept


def known_alone(packer, keep, instances):
    """Return what keeps an answer's objects: those that came with the call by their number."""

    def kept(value):
        if isinstance(value, enum.Enum):
            return pack_member(value, keep)
        number = instances.numbers.get(id(value))
        return keep(value) if number is None else ["object", name_of(value), number]

    return kept


def _pack_held(packer, held):
    keep, packer.keep = packer.keep, by_value(packer, packer.keep)
    packer.instances, packer.by_number = held.instances, BY_NUMBER
    objects = [(name_of(held.instances.objects[n]), n) for n in held.changed]
    whole = [
        ["object", name, n, pack_dict(packer, state_of(held.instances.objects[n]))]
        for name, n in objects
    ]
    pairs = [["t", place, packer.item(now)] for place, now in held.pairs]
    packer.keep, packer.by_number = keep, {}
    return ["t", ["l", *whole], ["l", *pairs]]


def _pack_by_value(packer, whole):
    keep, packer.keep = packer.keep, by_value(packer, packer.keep)
    packer.instances, packer.by_number = Instances(), BY_NUMBER
    item = packer.item(whole.value)
    packer.keep, packer.by_number = keep, {}
    return ["alone", item]


def _read_alone(reader, item):
    """Return a value whose objects have numbers of their own."""
    known, reader.instances = reader.instances, Instances()
    value = reader.value(item)
    reader.instances = known
    return value


def shares_parts(value):
    """Say whether one list stands in two places of a value, as in `[[0] * 3] * 3`."""
    seen, left = set(), [value]
    while left and len(seen) < MOST_SEEN:
        one = left.pop()
        if type(one) not in (list, tuple, dict):
            continue
        if id(one) in seen and type(one) is not tuple:
            return True
        seen.add(id(one))
        left += one.values() if type(one) is dict else one if len(one) < MOST_SEEN else ()
    return False


def pack_instance(packer, value):
    """Return the item of an object that goes by what it holds; None where it does not."""
    if type(value) is type or isinstance(value, type):
        name = f"{value.__module__}:{value.__qualname__}"
        known = issubclass(value, BaseException) and vars(builtins).get(value.__name__) is value
        return ["class", name] if known or is_of(value, name) else None
    if isinstance(value, BaseException) and vars(builtins).get(type(value).__name__) is type(value):
        return ["error", type(value).__name__, packer.item(list(value.args))]
    if isinstance(value, enum.Enum):
        return pack_member(value, lambda value: None)
    name = name_of(value)
    if name is None:
        return None
    number, new = packer.instances.number_of(value)
    if not new:
        return ["object", name, number]
    return ["object", name, number, pack_dict(packer, state_of(value))]


def pack_member(value, keep):
    """Return the item of a member of an enumeration that both sides have; others are kept.

    Behind its name stands what it is where the other side has no such member after all.
    """
    kind = type(value)
    name = f"{kind.__module__}:{kind.__qualname__}"
    kept = keep(value)
    return ["member", name, value.name, kept] if is_of(kind, name) and value.name else kept


def read_instance(reader, name, number, *item):
    """Return the object: the one of that number, or a new one; and let it hold what it holds."""
    known = reader.instances
    check(number, type(number) is int and 0 <= number <= len(known.objects))
    new = number == len(known.objects)
    if new:
        check(item, len(item) == 1)
        known.add(made_of(check(name, isinstance(name, str))))
    value = known.objects[number]
    if item:
        check(item, new or reader.changing)  # what is known changes only where that is asked for
        state = reader.value(item[0])
        check(state, type(state) is dict and all(type(key) is str for key in state))
        fill(value, state)
    return value


def _read_member(reader, name, member, kept=None):
    try:
        kind = class_of(check(name, isinstance(name, str)))
        return check(kind, issubclass(kind, enum.Enum))[member]
    except (Malformed, KeyError):
        return reader.value(check(kept, kept is not None))


def _pack_path(packer, path):
    return ["path", str(path)]


def _read_path(reader, text):
    return pathlib.Path(check(text, isinstance(text, str)))


def _read_class(reader, name):
    check(name, isinstance(name, str))
    if name.startswith("builtins:"):
        found = vars(builtins)[name.removeprefix("builtins:")]
        return check(found, isinstance(found, type) and issubclass(found, BaseException))
    return class_of(name)


def _read_error(reader, name, arguments):
    kind = _read_class(reader, f"builtins:{name}")
    return kind(*check(reader.value(arguments), True))


# Where a call may change its arguments each list keeps its number too, so that a row that stands in
# two places is one row there and here.
BY_NUMBER = dict.fromkeys(CONTAINERS, pack_instance)
PACK[Held], PACK[ByValue] = _pack_held, _pack_by_value
PACK |= dict.fromkeys((pathlib.PosixPath, pathlib.PurePosixPath), _pack_path)
READ |= {
    "object": read_instance,
    "member": _read_member,
    "path": _read_path,
    "class": _read_class,
    "error": _read_error,
    "alone": _read_alone,
}
