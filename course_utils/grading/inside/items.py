"""Values as JSON and bytes, as the grader and a worker write and read them alike.

An item is JSON's own null, bool, text or number, or a list that begins with a tag. The bytes of
arrays, and of whatever is long, follow behind the JSON. What is no value stays where it is: `keep`
and `object` of the two sides know what stands for it. `long_lists`, `arrays` and `kinds` add to
the tables here.

Nothing that is read is believed: sizes are capped, kinds are on a list. What is written keeps the
same caps: an honest value that is too large is Unsendable, and never malformed where it arrives.
"""

import contextlib
import enum
import functools
import math

import numpy as np

MOST_JSON = 2_000_000  # letters: the worst of them are read within a second or two, in 200 MB
MOST_BYTES = 64_000_000
MOST_PARTS = MOST_BYTES // 8  # of lists that go as bytes: as many as there are long numbers
MOST_OBJECTS = 10_000  # what stands for one is a class of its own, made in 15 microseconds
MOST_ALIKE = 30  # keys with the hash of another: to keep n of those apart takes n² comparisons
MOST_BITS = 1 << 18  # of an integer: a product of two such takes some milliseconds
DEEPEST = 100  # lists in lists: each takes up to four of Python's thousand frames
MANY = 16  # parts from which on a list of one kind goes as bytes
LETTERS = 1_000  # of a text that stands in the JSON itself
SMALL = 1 << 1000  # Python reads no decimal number of more than 4,300 digits
ODD_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
CONSTANTS = {"Ellipsis": ..., "NotImplemented": NotImplemented}
OF_READING = {"__getitem__", "__iter__", "__len__", "__contains__", "__missing__"}
IN_A_GIVEN_ONE = "inside the function that you were given"  # an error's words, as a student has it
AS_THEY_ARE = frozenset((type(None), bool))  # JSON has them


class Unsendable(Exception):
    """A value too large or too deep to be sent."""


class Malformed(Exception):
    """An item that no honest side writes."""


class Packer:
    """What turns the values of one frame into items. keep(value): the item of what is no value."""

    def __init__(self, keep):
        self.keep, self.blobs = keep, []
        self.instances = None  # see `instances`
        self.by_number = {}  # kinds of which each object keeps its number, and what packs them
        self.depth = self.parts = 0
        self.named = set()

    def item(self, value):
        """Return the JSON that stands for a value."""
        kind = type(value)
        if kind in AS_THEY_ARE:
            return value
        if self.depth > DEEPEST:
            raise Unsendable
        self.depth += 1
        pack = self.by_number.get(kind) or PACK.get(kind) or of_base(value)
        item = pack(self, value)
        self.depth -= 1
        return item

    def many(self, parts):
        """Return the item of a list with these parts."""
        if len(parts) >= MANY and not self.by_number.keys() & set(map(type, parts)):
            kinds = set(map(type, parts))
            together = TOGETHER.get(kinds.pop()) if len(kinds) == 1 else None
            item = together and together(self, parts)
            if item:
                return item
        return ["l", *[self.item(part) for part in parts]]

    def keys(self, keys):
        """Return the item of a list of keys, which the other side has to keep apart."""
        if len(keys) > MOST_ALIKE and alike(keys) > MOST_ALIKE:
            raise Unsendable
        return self.many(keys)

    def bytes(self, data):
        """Let bytes follow behind the JSON; return how many they are."""
        self.blobs.append(data)
        return len(data)

    def count(self, parts):
        """Count parts that go as bytes."""
        self.parts += parts
        if self.parts > MOST_PARTS:
            raise Unsendable


class Reader:
    """What turns the items of one frame into values; `blobs` are the bytes that came behind it."""

    def __init__(self, blobs):
        self.blobs = blobs
        self.used = self.depth = self.parts = self.objects = 0
        self.instances, self.changing = None, False  # see `instances`
        self.named = set()

    def value(self, item):
        """Return the value that an item stands for."""
        kind = type(item)
        if kind is list:
            if self.depth > DEEPEST:
                raise Malformed
            self.depth += 1
            made = READ[item[0]](self, *item[1:])
            self.depth -= 1
            return made
        if kind is dict or (kind is float and not math.isfinite(item)):
            raise Malformed
        return item

    def many(self, item):
        """Return the list that an item stands for, which is a part of another."""
        if item[0] == "l":
            return [self.value(part) for part in item[1:]]
        return READ_MANY[item[0]](self, *item[1:])

    def keys(self, item):
        """Return a list of keys that are easily kept apart."""
        keys = self.many(item)
        if len(keys) > MOST_ALIKE and alike(keys) > MOST_ALIKE:
            raise Malformed
        return keys

    def bytes(self, size):
        """Take so many of the bytes."""
        start, self.used = self.used, self.used + check(size, type(size) is int and size >= 0)
        check(size, self.used <= len(self.blobs))
        return self.blobs[start : self.used]

    def count(self, parts):
        """Count parts that came as bytes."""
        self.parts += check(parts, type(parts) is int and parts >= 0)
        check(parts, self.parts <= MOST_PARTS)
        return parts

    def array(self, array):
        """Return an array as this side wants it."""
        return array

    def masked(self, array):
        """Return an array with a mask as this side wants it."""
        return array

    def apart(self, array):
        """Return an array that did not lie in one piece where it came from."""
        return array

    def object(self, number, kind="", name=""):
        """Return what stands for an object of the other side."""
        raise Malformed

    def function(self, number, *about):
        """Return what calls a function of the other side."""
        raise Malformed

    def proxy(self, number, name):
        """Return what stands for an object of the other side, of a class that is there alone."""
        raise Malformed

    def iterator(self, number):
        """Return an iterator over what the other side gives."""
        raise Malformed


def check(value, fine):
    """Return the value, if it is fine."""
    if not fine:
        raise Malformed
    return value


def alike(keys):
    """Return how many keys have the hash of another."""
    return len(keys) - len(set(map(hash, keys)))


def of_base(value):
    """Return what packs a value of a kind that is not in the table: as what it is a kind of."""
    kind = type(value)
    if kind.__module__ == "__main__" and (has_methods(kind) or isinstance(value, enum.Enum)):
        return keep  # of an IntEnum the name counts, too
    for base in kind.__mro__:
        if base in BASES:
            return refuse if reads_in_its_own_way(kind) else BASES[base]
    if is_array_like(value) and not callable(value):  # as a polynomial is
        return lambda packer, value: packer.item(np.asarray(value))
    return keep


def keep(packer, value):
    """Keep what is no value."""
    return packer.keep(value)


def reads_in_its_own_way(kind):
    """Say whether a class of a notebook's has methods by which its objects are read: they count."""
    own = (vars(one) for one in kind.__mro__ if one.__module__ == "__main__")
    return any(OF_READING & names.keys() for names in own)


def refuse(packer, value):
    """Refuse what would be another thing over there: a list that counts how often it is read."""
    name = type(value).__name__
    raise TypeError(
        f"a {name} cannot be handed to a student's function: it would go over as a plain "
        f"{next(one.__name__ for one in type(value).__mro__ if one in BASES)}"
    )


@functools.lru_cache(maxsize=1_000)
def has_methods(kind):
    """Say whether a class has methods that stand in a cell: then it is more than what it holds."""
    own = (vars(one) for one in kind.__mro__ if one.__module__ == "__main__")
    things = (thing for names in own for thing in names.values())
    functions = (getattr(thing, "fget", getattr(thing, "__func__", thing)) for thing in things)
    codes = (getattr(function, "__code__", None) for function in functions)
    return any(code and code.co_filename.startswith("<cell") for code in codes)


def is_array_like(value):
    """Say whether it gives an array of numbers: a series, a tensor, a matrix of another library."""
    if not hasattr(type(value), "__array__") or isinstance(value, type):
        return False
    with contextlib.suppress(Exception):
        return np.asarray(value).dtype.kind in "biufc"
    return False


def plain(base, get):
    """Return what packs a subclass as a plain value of its base; none of its methods is asked."""
    return lambda packer, value: PACK[base](packer, get(value))


def is_text(text):
    """Say whether it has no half of a pair of surrogates, which JSON would join to one letter."""
    try:
        return bool(text.encode()) or not text
    except UnicodeEncodeError:
        return False


def _pack_text(packer, text):
    if len(text) < LETTERS and (text.isascii() or is_text(text)):
        return text
    return ["u", packer.bytes(text.encode("utf-8", "surrogatepass"))]


def _read_text(reader, size):
    return str(reader.bytes(size), "utf-8", "surrogatepass")


def pack_int(packer, number):
    """Pack an integer: a long one by its hexadecimal digits."""
    if -SMALL < number < SMALL:
        return number
    if number.bit_length() > MOST_BITS:
        raise Unsendable
    return ["i", hex(number)]


def _read_int(reader, digits):
    check(digits, type(digits) is str and len(digits) <= MOST_BITS // 4 + 4)
    return check(int(digits, 16), digits.lstrip("-")[:2] == "0x")


def pack_float(packer, number):
    """Pack a float: JSON has no NaN and no infinity."""
    return number if math.isfinite(number) else ["f", repr(number)]


def _read_float(reader, name):
    return ODD_FLOATS[name]


def _pack_complex(packer, number):
    return ["c", pack_float(packer, number.real), pack_float(packer, number.imag)]


def _read_complex(reader, *parts):
    real, imag = map(reader.value, parts)
    return complex(*check((real, imag), type(real) is float and type(imag) is float))


def _pack_list(packer, parts):
    return packer.many(parts)


def _read_list(reader, *parts):
    return [reader.value(part) for part in parts]


def pack_tuple(packer, parts):
    """Pack a tuple: a long one as a list."""
    if len(parts) < MANY:
        return ["t", *[packer.item(part) for part in parts]]
    return ["T", packer.many(parts)]


def _read_tuple(reader, *parts):
    return tuple([reader.value(part) for part in parts])


def pack_dict(packer, pairs):
    """Pack a dict by its keys and its values."""
    if not dict.__len__(pairs):
        return ["d"]
    return ["d", packer.keys([*dict.keys(pairs)]), packer.many([*dict.values(pairs)])]


def read_dict(reader, keys=("l",), values=("l",)):
    """Return a dict of these keys and values."""
    pairs = zip(reader.keys(keys), reader.many(values), strict=True)
    return dict(pairs)


def _pack_members(tag):
    return lambda packer, members: [tag, packer.keys([*members])]


TOGETHER, READ_MANY = {}, {}  # lists of one kind, see `long_lists`
PACK = {
    str: _pack_text,
    int: pack_int,
    float: pack_float,
    complex: _pack_complex,
    list: _pack_list,
    tuple: pack_tuple,
    dict: pack_dict,
    set: _pack_members("s"),
    frozenset: _pack_members("z"),
    type(...): lambda packer, value: ["e", "Ellipsis"],
    type(NotImplemented): lambda packer, value: ["e", "NotImplemented"],
}
BASES = {
    str: plain(str, str.__str__),
    int: plain(int, int.__int__),
    float: plain(float, float.__float__),
    complex: plain(complex, complex.__complex__),
    list: plain(list, lambda value: [*list.__iter__(value)]),
    tuple: plain(tuple, lambda value: tuple(tuple.__iter__(value))),
    dict: pack_dict,
    set: plain(set, lambda value: [*set.__iter__(value)]),
    frozenset: plain(frozenset, lambda value: [*frozenset.__iter__(value)]),
}
READ = {
    "u": _read_text,
    "i": _read_int,
    "f": _read_float,
    "c": _read_complex,
    "l": _read_list,
    "t": _read_tuple,
    "T": lambda reader, parts: tuple(reader.many(parts)),
    "d": read_dict,
    "s": lambda reader, parts: set(reader.keys(parts)),
    "z": lambda reader, parts: frozenset(reader.keys(parts)),
    "e": lambda reader, name: CONSTANTS[name],
    "h": lambda reader, *about: reader.object(*about),
    "m": lambda reader, *about: reader.function(*about),
    "proxy": lambda reader, number, name: reader.proxy(number, name),
    "I": lambda reader, number: reader.iterator(number),
}
