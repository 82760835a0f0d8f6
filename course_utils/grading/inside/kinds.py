"""Values of Python's library as items: dates, fractions, named tuples, counters, bytes, types."""

import array
import collections
import datetime
import decimal
import fractions
import keyword
import sys

from course_utils.grading.inside.arrays import SCALARS
from course_utils.grading.inside.items import (
    BASES,
    PACK,
    READ,
    Unsendable,
    check,
    pack_dict,
    pack_int,
    pack_tuple,
    read_dict,
)

MOST_NAMED = 100  # kinds of named tuples: to make one takes a third of a millisecond
LONGEST_NAME, MOST_FIELDS = 60, 100
MOST_BITS_OF_A_FRACTION = 1 << 14  # each sum of fractions takes a greatest common divisor
MOST_DIGITS, MOST_EXPONENT = 10_000, 6_200  # of a Decimal: int of 1e999999999 fills the memory
LONGEST_RANGE = 10_000_000  # a list of it is made in no time
ARRAY_CODES = "bBhHiIlLqQfd"
NAMED = collections.OrderedDict()  # the classes of named tuples that have been made
MOST_KEPT = 1_000
KEYS, VALUES, ITEMS = type({}.keys()), type({}.values()), type({}.items())
TYPES = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set)
}
TYPES |= {"frozenset": frozenset, "NoneType": type(None)}
TYPES |= {f"numpy.{kind.__name__}": kind for kind in SCALARS}
NAMES = {kind: name for name, kind in TYPES.items()}
DICTS = {"Counter": collections.Counter, "OrderedDict": collections.OrderedDict}


def _pack_range(packer, numbers):
    ends = numbers.start, numbers.stop, numbers.step
    try:
        if len(numbers) > LONGEST_RANGE:
            raise Unsendable
    except OverflowError as error:
        raise Unsendable from error
    return ["r", *[pack_int(packer, end) for end in ends]]


def _read_range(reader, *ends):
    made = range(*map(reader.value, ends))
    return check(made, len(made) <= LONGEST_RANGE)


def _pack_slice(packer, part):
    return ["S", *[packer.item(end) for end in (part.start, part.stop, part.step)]]


def _pack_deque(packer, parts):
    return ["Q", parts.maxlen, packer.many([*parts])]


def _read_deque(reader, longest, parts):
    made = collections.deque(reader.many(parts), longest)
    return check(made, type(longest) in (int, type(None)))


def _pack_counted(name):
    return lambda packer, pairs: ["D", name, pack_dict(packer, pairs)]


def _read_counted(reader, name, pairs):
    return DICTS[name](_read_pairs(reader, pairs))


def _read_pairs(reader, item):
    return read_dict(reader, *check(item, item[0] == "d")[1:])


def _pack_default(packer, pairs):
    """Pack a defaultdict; what makes its values goes along where it is a plain type, as int is."""
    return ["F", NAMES.get(pairs.default_factory), pack_dict(packer, pairs)]


def _read_default(reader, factory, pairs):
    made = _read_pairs(reader, pairs)
    return collections.defaultdict(None if factory is None else TYPES[factory], made)


def _pack_view(packer, view):
    """Pack the keys, the values or the items of a dict: as a dict that has them."""
    kind = next(kind for kind in (KEYS, VALUES, ITEMS) if isinstance(view, kind))
    if kind is KEYS:
        return ["v", "keys", packer.keys([*view]), ["l"]]
    if kind is VALUES:
        return ["v", "values", ["l"], packer.many([*view])]
    pairs = [*view]
    return ["v", "items", packer.keys([k for k, _ in pairs]), packer.many([v for _, v in pairs])]


def _read_view(reader, kind, keys, values):
    keys, values = reader.keys(keys), reader.many(values)
    if kind == "keys":
        return dict.fromkeys(keys).keys()
    if kind == "values":
        return dict(enumerate(values)).values()
    check(kind, kind == "items")
    return dict(zip(keys, values, strict=True)).items()


def _pack_bytes(tag):
    return lambda packer, data: [tag, packer.bytes(bytes(data))]


def _pack_numbers(packer, numbers):
    """Pack an `array.array`."""
    if numbers.typecode not in ARRAY_CODES:
        return ["A", numbers.typecode, packer.item(numbers.tounicode())]
    return ["A", numbers.typecode, packer.bytes(numbers.tobytes())]


def _read_numbers(reader, code, data):
    check(code, code in ("u", "w", *ARRAY_CODES))
    if code in ARRAY_CODES:
        return array.array(code, bytes(reader.bytes(data)))
    text = reader.value(data)
    return array.array(code, check(text, type(text) is str))


def _pack_tuple(packer, parts):
    """Pack a subclass of tuple: with the names of its parts, where it has any."""
    kind, values = type(parts), tuple(tuple.__iter__(parts))
    fields = getattr(kind, "_fields", None)
    if not _can_be_named(kind.__name__, fields, values):
        return pack_tuple(packer, values)
    packer.named.add((kind.__name__, *fields))
    if len(packer.named) > MOST_NAMED:
        raise Unsendable
    return ["y", kind.__name__, [*fields], *[packer.item(value) for value in values]]


def _can_be_named(name, fields, values):
    """Say whether a named tuple can be made that holds nothing but these values.

    A field may be called `count`, as a method of tuples is, but nothing that can be called may
    stand in its place.
    """
    if type(fields) is not tuple or len(fields) != len(values) or len({*fields}) != len(fields):
        return False
    if len(fields) > MOST_FIELDS or not all(map(_is_name, (name, *fields))):
        return False
    return not any(
        field.startswith("_") or (hasattr(tuple, field) and callable(value))
        for field, value in zip(fields, values, strict=True)
    )


def _is_name(name):
    short = type(name) is str and len(name) <= LONGEST_NAME
    return short and name.isidentifier() and not keyword.iskeyword(name)


def _read_named(reader, name, fields, *parts):
    values = [reader.value(part) for part in parts]
    check(fields, type(fields) is list and all(map(_is_name, fields)))
    check(name, _can_be_named(name, tuple(fields), values))
    reader.named.add((name, *fields))
    check(name, len(reader.named) <= MOST_NAMED)
    return _named(name, *fields)(*values)


def _named(name, *fields):
    """Return the class of named tuples with these fields: the same for the same.

    Where the notebook has one of that name, it is that.
    """
    known = vars(sys.modules["__main__"]).get(name)
    of_a_cell = type(known) is type and issubclass(known, tuple)
    if (
        of_a_cell
        and getattr(known, "_fields", None) == fields
        and known.__new__.__module__ != "__main__"
    ):
        return known
    if (name, *fields) not in NAMED:
        NAMED[name, *fields] = collections.namedtuple(name, fields)
        if len(NAMED) > MOST_KEPT:
            NAMED.popitem(last=False)
    return NAMED[name, *fields]


def _pack_moment(kind, *names):
    """Return what packs a date or a time, with the distance of its zone from UTC, not its rules."""

    def pack(packer, moment):
        offset = moment.utcoffset() if hasattr(moment, "utcoffset") else None
        zone = moment.tzinfo if offset is not None else None
        if offset is not None and type(zone) is not datetime.timezone:
            zone = datetime.timezone(offset)
        parts = [int(getattr(moment, name)) for name in names]
        return ["x", kind, *parts, *([packer.item(zone)] if zone else [])]

    return pack


def _pack_span(packer, span):
    return ["x", "timedelta", span.days, span.seconds, span.microseconds]


def _pack_zone(packer, zone):
    return ["Z", *[packer.item(part) for part in zone.__getinitargs__()]]


def _read_zone(reader, *parts):
    return datetime.timezone(*map(reader.value, parts))


def _read_moment(reader, kind, *parts):
    """Read numbers, of which a time's last is its fold, and perhaps a zone."""
    numbers = [part for part in parts if type(part) is int]
    zone = [reader.value(part) for part in parts[len(numbers) :]]
    check(zone, len(zone) < 2 and all(type(part) is datetime.timezone for part in zone))
    if kind in ("date", "timedelta"):
        return MOMENTS[kind](*check(numbers, len(numbers) == 3 and not zone))
    *numbers, fold = numbers
    return MOMENTS[kind](*numbers, *(zone or [None]), fold=fold)


def _pack_fraction(packer, number):
    pair = number.numerator, number.denominator
    if max(part.bit_length() for part in pair) > MOST_BITS_OF_A_FRACTION:
        raise Unsendable
    return ["q", *[pack_int(packer, part) for part in pair]]


def _read_fraction(reader, *pair):
    pair = [reader.value(part) for part in pair]
    check(pair, len(pair) == 2 and all(type(part) is int for part in pair) and pair[1] > 0)
    check(pair, max(part.bit_length() for part in pair) <= MOST_BITS_OF_A_FRACTION)
    return fractions.Fraction(*pair)


def _pack_decimal(packer, number):
    if not _is_small(number):
        raise Unsendable
    return ["E", str(number)]


def _read_decimal(reader, text):
    check(text, type(text) is str and len(text) <= 2 * MOST_DIGITS)
    number = decimal.Decimal(text)
    return check(number, _is_small(number))


def _is_small(number):
    """Say whether no digit of it stands so far from the point that whole numbers get huge."""
    _, digits, exponent = number.as_tuple()
    if type(exponent) is not int:  # infinite, or not a number
        return len(digits) <= MOST_DIGITS
    far = max(abs(exponent), abs(exponent + len(digits)))
    return len(digits) <= MOST_DIGITS and far <= MOST_EXPONENT + MOST_DIGITS


def _pack_type(packer, kind):
    return ["k", NAMES[kind]] if kind in NAMES else packer.keep(kind)


MOMENTS = {
    "date": datetime.date,
    "time": datetime.time,
    "datetime": datetime.datetime,
    "timedelta": datetime.timedelta,
}
DAY, TIME = ("year", "month", "day"), ("hour", "minute", "second", "microsecond", "fold")
OF_LIBRARY = {
    range: _pack_range,
    slice: _pack_slice,
    bytes: _pack_bytes("b"),
    bytearray: _pack_bytes("B"),
    memoryview: _pack_bytes("b"),
    array.array: _pack_numbers,
    collections.deque: _pack_deque,
    collections.Counter: _pack_counted("Counter"),
    collections.OrderedDict: _pack_counted("OrderedDict"),
    collections.defaultdict: _pack_default,
    KEYS: _pack_view,
    VALUES: _pack_view,
    ITEMS: _pack_view,
    datetime.date: _pack_moment("date", *DAY),
    datetime.time: _pack_moment("time", *TIME),
    datetime.datetime: _pack_moment("datetime", *DAY, *TIME),
    datetime.timedelta: _pack_span,
    datetime.timezone: _pack_zone,
    fractions.Fraction: _pack_fraction,
    decimal.Decimal: _pack_decimal,
    type: _pack_type,
}
PACK.update(OF_LIBRARY)
BASES.update(OF_LIBRARY | {tuple: _pack_tuple})
READ.update(
    {
        "r": _read_range,
        "S": lambda reader, *ends: slice(*check(ends, len(ends) == 3) and map(reader.value, ends)),
        "b": lambda reader, size: bytes(reader.bytes(size)),
        "B": lambda reader, size: bytearray(reader.bytes(size)),
        "A": _read_numbers,
        "Q": _read_deque,
        "D": _read_counted,
        "F": _read_default,
        "v": _read_view,
        "y": _read_named,
        "x": _read_moment,
        "Z": _read_zone,
        "q": _read_fraction,
        "E": _read_decimal,
        "k": lambda reader, name: TYPES[name],
    }
)
