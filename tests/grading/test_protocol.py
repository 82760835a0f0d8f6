"""Values between grader and worker: all that is honest comes back, all else is a ProtocolError."""

import array
import collections
import contextlib
import datetime
import decimal
import enum
import fractions
import io
import json
import math
import typing
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils.grading.__main__ import main as grade
from course_utils.grading.empties import Empty
from course_utils.grading.inside import values as inside
from course_utils.grading.inside.items import (
    DEEPEST,
    MOST_ALIKE,
    MOST_BITS,
    MOST_BYTES,
    MOST_JSON,
    MOST_OBJECTS,
    MOST_PARTS,
    READ,
    Unsendable,
)
from course_utils.grading.inside.kinds import MOST_NAMED
from course_utils.grading.notebooks import MOST_CELLS, Rejected, parse
from course_utils.grading.protocol import HEADER, ProtocolError, decode, encode, sizes
from course_utils.grading.sandbox import Sandbox
from tests.grading.invented_class import code

SOME, MANY = settings(max_examples=1_000), settings(max_examples=10_000)  # for each reader

Point = collections.namedtuple("Point", ["x", "y"])


class Result(typing.NamedTuple):
    """A named tuple whose field is called like a method of tuples."""

    count: object
    name: object


zones = st.none() | st.integers(-1439, 1439).map(
    lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes))
)
moments = (
    st.dates() | st.timedeltas() | st.times(timezones=zones) | st.datetimes(timezones=zones) | zones
)
numbers = st.integers(-(10**30), 10**30) | st.floats() | st.complex_numbers()
numbers |= st.sampled_from([2**1000, -(2**1001), 10**4_200 + 1])
numbers |= st.fractions() | st.decimals()
numbers |= st.integers(-(10**9), 10**9).map(lambda n: decimal.Decimal(n).scaleb(n % 4_000))
texts = st.text(st.characters()) | st.integers(900, 1_100).map("ä".__mul__)
plain = st.none() | st.booleans() | numbers | texts | moments
plain |= st.sampled_from([..., NotImplemented, int, np.float32, bool, type(None), np.dtype("<f4")])
plain |= st.binary(max_size=9) | st.binary(max_size=9).map(bytearray)
plain |= st.builds(range, st.integers(-9, 9), st.integers(-9, 99), st.integers(1, 5))
plain |= st.builds(slice, st.none() | st.integers(-9, 9), st.integers(-9, 9))
plain |= st.builds(array.array, st.sampled_from("bhilqfd"), st.lists(st.integers(0, 9)))
plain |= st.text("äb€", max_size=5).map(lambda text: array.array("u", text))
dtypes = st.sampled_from(
    ["?", "<i1", "<i4", ">i4", "<u8", "<f2", "<f4", ">f8", "<f8", "<c8", "<c16", "g", "G"]
)
dtypes |= st.sampled_from(["<M8[D]", "<M8[25us]", ">m8[ns]", "<m8", "<U3", ">U2", "S4"])
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, min_side=0, max_dims=4))
scalars = arrays.filter(lambda array: array.size).map(lambda array: array.ravel()[0])
records = hnp.arrays(
    np.dtype([("a", "<i4"), ("b", "<f8", (2,)), ("c", [("d", "<U2"), ("e", "?")])]),
    hnp.array_shapes(min_dims=0, min_side=0, max_dims=2),
)
records |= records.filter(lambda array: array.size).map(lambda array: array.ravel()[0])
small = st.text(max_size=5) | st.integers(-9, 9) | st.floats() | moments | st.binary(max_size=3)
small |= scalars.filter(lambda scalar: scalar.dtype.kind != "V") | st.none() | st.fractions()
keys = st.recursive(
    small,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.frozensets(inner, max_size=3)
        | st.builds(Point, inner, inner)
    ),
    max_leaves=5,
)
# A list of one kind goes as bytes where it is long.
long_lists = st.sampled_from(
    [1, 2**60, 0.5, math.inf, math.nan, 1j, True, "ä", "", np.float32(1), 2**70]
)
long_lists = st.builds(
    lambda part, size: [part * k if type(part) is not bool else k % 2 == 0 for k in range(size)],
    long_lists,
    st.integers(15, 40),
)


def objects_of(parts):
    """An array of objects, whatever they are."""
    made = np.empty(len(parts), object)
    for place, part in enumerate(parts):
        made[place] = part
    return made


def grouped(inner):
    """Groups of values: lists, dicts and what else holds values of any kind."""
    lists, dicts = st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=3)
    return (
        lists
        | lists.map(tuple)
        | lists.map(lambda parts: [tuple(parts)] * 20)
        | lists.map(objects_of)
        | st.builds(
            lambda parts, more: collections.deque(parts, len(parts) + more),
            lists,
            st.integers(0, 3),
        )
        | dicts
        | dicts.map(collections.OrderedDict)
        | st.dictionaries(keys, st.integers(), max_size=3).map(collections.Counter)
        | dicts.map(lambda pairs: collections.defaultdict(list, pairs))
        | dicts.map(dict.keys)
        | dicts.map(dict.values)
        | dicts.map(dict.items)
        | st.sets(keys, max_size=3)
        | st.frozensets(keys, max_size=3)
        | st.builds(Point, inner, inner)
        | st.builds(Result, keys, inner)
    )


values = st.recursive(plain | arrays | scalars | records | long_lists, grouped, max_leaves=12)


def split(frame):
    """(JSON, bytes of arrays) of one frame."""
    letters, more = sizes(frame[: HEADER.size])
    assert len(frame) == HEADER.size + letters + more
    return frame[HEADER.size : HEADER.size + letters], frame[HEADER.size + letters :]


def same(one, other):
    """Whether two values are equal and of the same types, NaN being equal to NaN."""
    if isinstance(one, np.ndarray):
        kinds = {type(one), type(other)} - {Empty}
        return len(kinds) <= 1 and one.shape == other.shape and same_numbers(one, other)
    if isinstance(one, np.generic):
        return type(one) is type(other) and same_numbers(np.asarray(one), np.asarray(other))
    if isinstance(one, tuple) and hasattr(one, "_fields"):
        named = type(one).__name__, one._fields
        return (type(other).__name__, other._fields) == named and all(map(same, one, other))
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        keys = [[*map(spelled, pairs)] for pairs in (one, other)]
        return keys[0] == keys[1] and same([*one.values()], [*other.values()])
    if isinstance(one, set | frozenset):
        return spelled(one) == spelled(other)
    if isinstance(one, type({}.keys())):
        return [*map(spelled, one)] == [*map(spelled, other)]
    if isinstance(one, list | tuple | collections.deque | type({}.values())):
        longest = getattr(one, "maxlen", None) == getattr(other, "maxlen", None)
        return longest and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, type({}.items())):
        return same(*(([*dict(pairs)], [*dict(pairs).values()]) for pairs in (one, other)))
    if isinstance(one, array.array):
        return one.typecode == other.typecode and one == other
    if isinstance(one, decimal.Decimal):  # a signalling NaN lets nobody compare it
        return repr(one) == repr(other)
    return repr(one) == repr(other) if one != one else same_plain(one, other)


def spelled(key):
    """The text of a key, in which the members of sets have an order."""
    if isinstance(key, set | frozenset | tuple):
        parts = [*map(spelled, key)]
        return f"{type(key).__name__} {parts if isinstance(key, tuple) else sorted(parts)}"
    return repr(key)


def same_plain(one, other):
    if isinstance(one, complex):
        return repr(one) == repr(other)
    zones = getattr(one, "tzinfo", None), getattr(other, "tzinfo", None)
    return one == other and repr(zones[0]) == repr(zones[1]) and hash_of(one) == hash_of(other)


def hash_of(value):
    return hash(value) if value.__hash__ else None


def same_numbers(one, other):
    if one.dtype.names:
        return one.dtype == other.dtype and all(same(one[n], other[n]) for n in one.dtype.names)
    if one.dtype.kind == "O":
        return other.dtype == one.dtype and all(map(same, one.ravel(), other.ravel()))
    alike = one.dtype.newbyteorder("=") == other.dtype.newbyteorder("=")
    return alike and np.array_equal(one, other, equal_nan=one.dtype.kind in "fcmM")


def there(value, lent=None):
    """A value as the worker reads it."""
    frame = encode((0, value), None if lent is None else lambda one: lent.append(one) or 0)
    channel = inside.Channel(SimpleNamespace(recv=lambda size: frame))
    channel.ask = lambda number, arguments, named: lent[number](*arguments, **named)
    return channel.receive()[0]


class Thing:
    """What stands for an object."""

    def __init__(self, *about):
        self.about = about


def back(value, handle=Thing):
    """A value as the grader reads it from the worker."""
    sent = io.BytesIO()
    channel = inside.Channel(SimpleNamespace(sendall=sent.write))
    channel.send(value)
    return decode(*split(sent.getvalue()), handle)[1]


@given(values)
@settings(max_examples=300)
def test_every_value_arrives(value):
    assert same(value, there(value))


@given(values)
@settings(max_examples=300)
def test_every_value_comes_back(value):
    """Or the worker says that it is too large; it never sends what cannot be read."""
    with contextlib.suppress(Unsendable):
        assert same(value, back(value))


@pytest.mark.nightly
@given(values)
@settings(max_examples=20_000)
def test_every_one_of_many_values_goes_there_and_back(value):
    assert same(value, back(there(value)))


LARGE = {
    "a long number": 10**5_000,
    "200,000 numbers": [k / 7 for k in range(200_000)],
    "a million numbers": [*range(1_000_000)],
    "a million bools": [k % 3 == 0 for k in range(1_000_000)],
    "300,000 words": [f"wörter{k}" for k in range(300_000)],
    "a million letters": "ä" * 1_000_000,
    "200,000 pairs": [(k, str(k)) for k in range(200_000)],
    "rows": [[k / 3] * 1_000 for k in range(1_000)],
    "a dict": {k: k / 2 for k in range(200_000)},
    "a set": {(k, str(k)) for k in range(50_000)},
    "a tuple": (1.5,) * 300_000,
    "NumPy's numbers": [*np.arange(200_000) / 3],
    "numbers of two kinds": [k if k % 2 else k / 3 for k in range(100_000)],
    "a tuple in a tuple": None,
    "30 MB of bytes": b"x" * 30_000_000,
}
for _ in range(DEEPEST - 1):
    LARGE["a tuple in a tuple"] = (1, LARGE["a tuple in a tuple"])


@pytest.mark.parametrize("value", LARGE.values(), ids=LARGE)
def test_what_is_large_arrives_and_comes_back(value):
    for came in (back(value), there(value)):
        assert type(came) is type(value) and came == value
        if isinstance(value, list | tuple | set):
            assert [*map(type, came)] == [*map(type, value)]


class Color(enum.Enum):
    RED = 1


class Size(enum.IntEnum):
    LARGE = 9


class Odd(int):
    """A number that tells tales when it is asked for itself."""

    def __int__(self):
        return 0

    __index__ = __str__ = __repr__ = __bool__ = __int__


def masked(*numbers):
    return np.ma.masked_greater(np.array(numbers), 2)


async def waited():
    """Something to be awaited."""


BEYOND = [10 ** (MOST_BITS // 3), decimal.Decimal("1e999999999"), range(10**15), range(10**30)]
BEYOND += [fractions.Fraction(1, 3**50_000), np.zeros(MOST_BYTES // 8 + 1), "x" * (MOST_BYTES + 1)]
BEYOND += [[object() for _ in range(MOST_OBJECTS + 1)], [1] * (MOST_PARTS + 1)]
BEYOND += [{n * (2**61 - 1) for n in range(1, MOST_ALIKE + 5)}, ["a", 1] * 1_000_000]
BEYOND += [[collections.namedtuple(f"P{k}", "x")(k) for k in range(MOST_NAMED + 1)]]


@pytest.mark.parametrize("value", BEYOND, ids=lambda value: type(value).__name__)
def test_what_is_too_large_is_said_where_it_is(value):
    with pytest.raises(Unsendable):
        back(value)


def test_what_holds_itself_is_too_deep():
    endless = [1]
    endless.append(endless)
    with pytest.raises(Unsendable):
        back(endless)
    with pytest.raises(TypeError, match="too large or too deep"):
        encode(endless)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (len, "function"),
        (Color, "class"),
        (ValueError, "class"),
        (Color.RED, "object"),
        (ValueError("no"), "object"),
        (iter([1]), "iterator"),
        ((k for k in "ab"), "iterator"),
        (map(len, []), "iterator"),
        (zip(), "iterator"),
        (np.zeros(2, "V8"), "object"),
        (np.zeros(1, "V8")[0], "object"),
        (np.zeros(2, [("a", "V8")]), "object"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_no_value_stays_there_and_its_kind_is_known(value, kind):
    assert back(value).about[1] == kind
    if not isinstance(value, np.ndarray | np.void):
        assert [one.about[1] for one in back({value: [value]})] == [kind]


def test_what_can_be_awaited_stays_there():
    coroutine = waited()
    assert back(coroutine).about[1:3] == ("coroutine", "coroutine")
    coroutine.close()


def test_a_subclass_is_a_plain_value_of_its_base():
    assert same(9, back(Size.LARGE)) and same(5, back(Odd(5)))
    for base in (str, list, dict, set, float, tuple, frozenset, complex):
        value = type("Own", (base,), {"__iter__": None, "__len__": None})()
        assert same(base(), back(value))


def test_what_makes_the_values_of_a_defaultdict_goes_along_if_it_is_a_plain_type():
    assert back(collections.defaultdict(int, a=1))["b"] == 0
    with pytest.raises(KeyError):
        back(collections.defaultdict(lambda: 1))["b"]


def test_named_tuples_are_tuples_and_have_names():
    assert back(Point(1, 2)) == (1, 2) and back(Point(1, 2)).y == 2
    assert back(Result(1, "a")).count == 1
    assert type(back(Point(1, 2))) is type(back(Point(3, 4)))
    odd = collections.namedtuple("Odd", ["_1", "x"], rename=True)(1, 2)
    assert type(back(odd)) is tuple and back(odd) == (1, 2)


def test_a_zone_with_rules_keeps_its_distance():
    import zoneinfo

    moment = datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("Etc/GMT-3"))
    assert back(moment) == moment
    assert back(moment).utcoffset() == moment.utcoffset()


def test_a_mask_stays_a_mask():
    for value in (masked(1, 2, 3), masked(1, 1), np.ma.masked_all((0, 2))):
        came = back(value)
        assert np.array_equal(*map(np.ma.getmaskarray, (came, value)))
        assert came.tolist() == value.tolist()


COMPARISONS = {
    "allclose": np.allclose,
    "isclose": lambda one, other: np.isclose(one, other).all(),
    "equal": lambda one, other: (one == other).all(),
    "different": lambda one, other: not (one != other).any(),
    "near": lambda one, other: (abs(one - other) < 1e-6).all(),
    "squares": lambda one, other: ((one - other) ** 2).sum() < 1e-6,
    "testing": lambda one, other: np.testing.assert_allclose(one, other) is None,
    "array_equal": lambda one, other: np.testing.assert_array_equal(one, other) is None,
}


def passes(compare, *sides):
    try:
        return bool(compare(*sides))
    except (ValueError, AssertionError):
        return False


@pytest.mark.parametrize("compare", COMPARISONS.values(), ids=COMPARISONS)
def test_masked_numbers_equal_masked_ones_alone(compare):
    right = np.array([1.0, 2.0, 3.0])
    for mask in ([False, True, True], True):
        forged = back(np.ma.MaskedArray([1.0, 9.0, 9.0], mask))
        assert not passes(compare, forged, right) and not passes(compare, right, forged)
    assert not passes(compare, back(np.ma.masked), 5.0)
    assert not passes(compare, back([np.ma.masked])[0], np.float64(5))
    assert passes(compare, back(np.ma.MaskedArray(right, False)), right)
    honest, expected = back(masked(1, 2, 3)), masked(1, 2, 3)
    assert passes(compare, honest, expected)
    assert honest.sum() == 3 and honest.filled(0).tolist() == [1, 2, 0]


def test_iterators_of_the_grader_are_read_one_by_one():
    seen, lent = [], []
    came = there((seen.append(k) or k for k in range(9)), lent)
    assert next(came) == 0 and next(came) == 1 and seen == [0, 1]
    assert [*came] == [*range(2, 9)] and next(came, "end") == "end"


def test_an_array_with_gaps_arrives_with_gaps():
    array = np.arange(12.0).reshape(3, 4)[:, ::2]
    assert not there(array).flags.c_contiguous and same(array, there(array))


def test_arrays_are_writable_and_their_own_on_both_sides():
    for value in (there(np.zeros(2)), back(np.zeros(2)), back(np.array(["a"]))):
        value[0] = 1
        assert value.base is None


@pytest.mark.parametrize("compare", COMPARISONS.values(), ids=COMPARISONS)
def test_an_empty_array_equals_an_empty_one_alone(compare):
    nothing = back(np.zeros((0, 3)))
    assert compare(nothing, np.zeros((0, 3))) and compare(np.zeros((0, 3)), nothing)
    for shape, other in (
        ((0,), 5.0),
        ((0,), 5),
        ((0, 1), np.ones(3)),
        ((0, 1, 1), np.ones((2, 2))),
    ):
        with pytest.raises((ValueError, AssertionError)):
            assert compare(back(np.zeros(shape)), other)


EMPTY = [np.zeros((0, 3)), [np.zeros(0)], (1, {"a": np.zeros((2, 0))}), np.zeros(0, "<U3")]
EMPTY += [collections.deque([np.zeros(0)]), Point(np.zeros(0), 1), np.zeros(0, object)]
EMPTY += [objects_of([np.zeros(0)]), np.zeros((0, 2), [("a", "<i4")]), np.zeros(0, "<M8[D]")]


@pytest.mark.parametrize("value", EMPTY, ids=repr)
def test_an_empty_array_is_one_wherever_it_stands(value):
    while not isinstance(value, np.ndarray) or value.size:
        came = back(value)
        value, came = (one.values() if isinstance(one, dict) else one for one in (value, came))
        value, came = next(
            pair for pair in zip(value, came, strict=True) if isinstance(pair[0], np.ndarray | dict)
        )
        if isinstance(came, np.ndarray):
            assert isinstance(came, Empty)
    assert isinstance(back(value), Empty)


def test_what_comes_back_is_plain():
    """Numbers of libraries become numbers; a subclass brings nothing of its own along."""

    class Close(np.ndarray):
        def __array_ufunc__(self, *arguments, **named):
            return True

    class Seven(float):
        def __eq__(self, other):
            return True

        __hash__ = None

    assert type(back(np.zeros(2).view(Close))) is np.ndarray
    assert type(back(Seven(7))) is float
    assert back(np.asmatrix([[1]])).shape == (1, 1)


@pytest.mark.parametrize("value", [object(), len, iter([]), Color.RED, [object()]])
def test_what_is_no_value_is_not_sent_to_a_worker(value):
    with pytest.raises(TypeError, match="cannot be handed to a student's function"):
        encode(value)


@pytest.mark.parametrize(
    "text",
    [
        *("{}", "[]", "[[]]", '["a"]', '["?", 1]', '["value"]', "[1]", "[true]", "[null, 1]"),
        *("NaN", "Infinity", "1e999", '["l", {}]', "1 2", " 1", "[" * 100_000, "9" * 10_000),
        *('["f", "1e5"]', '["f", ["nan"]]', '["f", "nan", 1]', '["c", 1, 2]', '["c", 1.0]'),
        *('["e", 1]', '["e", "exit"]', '["e", ["Ellipsis"]]'),
        *('["u", 1]', '["u", -1]', '["u", 0.0]', '["u", true]', f'["u", {10**30}]'),
        *('["i", "0x1z"]', '["i", "12"]', '["i", 12]', '["i", "0x' + "1" * 100_000 + '"]'),
        *('["d", [1]]', '["d", ["l", ["l"]], ["l", 1]]', '["d", ["l", ["t", ["l"]]], ["l", 1]]'),
        *('["d", ["l", 1], ["l"]]', '["d", 1, 2]', '["s", ["l", ["l"]]]'),
        *('["s"]', '["s", ["d"]]', '["z", ["l", ["s", ["l"]]]]', '["T", "abc"]', '["T", ["t"]]'),
        *('["h", 0, "function", "f"]', '["m", 0]', '["I", 0]'),
        *('["n", "<f8"]', '["n", "|O", 1]', '["n", "<f8", 1]', '["n", "|i1", 300]'),
        *('["n", "<i8", ["i", "0xffffffffffffffffffff"]]', '["n", "U", 1]'),
        *('["n", "|b1", 1]', '["n", "|u1", -1]', '["n", ["<f8"], 1.0]', '["n", "S", "a"]'),
        *('["a", "<f8", [1]]', '["a", "<f8", [-1]]', '["a", "<f8", [1.0]]', '["a", "<f8", 1]'),
        *(
            '["a", "<f8", [true]]',
            '["a", "<f8", [0, 2000000000]]',
            '["a", "<f8", [0, 1099511627776]]',
        ),
        f'["a", "<f8", [{10**30}]]',
        f'["a", "<f8", {[0] * 100}]',
        f'["a", "<f8", {[0] + [1000] * 6}]',
        *(
            f'["a", "{code}", [0]]'
            for code in ("V8", "|O", "<U99999999", "<U0", "O,O", "f8", ">f8")
        ),
        *(f'["a", "{code}", [0]]' for code in ("<M8[0s]", "<M8[x]", "<m8[s", "<M8[s/2]", "{}", "")),
        *('["o", [2], ["l", 1]]', '["o", [0, 99999999999], ["l"]]', '["o", [], ["l"]]'),
        *('["o", [1], "l"]', '["w", [1099511627776], []]', '["w", [], []]', '["w", [1], ["a"], 1]'),
        '["w", [1], ["a"], ["o", [2], ["l", 1, 2]]]',
        '["w", [1], [1], ["o", [1], ["l", 1]]]',
        '["w", [1], ["a", "a"], ["o", [1], ["l", 1]], ["o", [1], ["l", 1]]]',
        *(
            '["M", ["l"], ["l"]]',
            '["M", ["o", [1], ["l", 1]], ["o", [1], ["l", 1]]]',
            '["M", 1, true]',
        ),
        *('["0", 1]', '["0", ["l"]]', '["0", ["o", [1], ["l", 1]]]', '["j", "|O"]', '["j", 1]'),
        *('["p", "<f8", 1]', '["p", "<f2", 0]', '["p", "|b1", -1]', f'["p", "|b1", {10**12}]'),
        *('["U", 1, 0]', '["U", 0, 1]', '["P", "|O", 0]', '["C", true, 1]'),
        '["C", true, ["l", 1], ["l", 1, 2]]',
        '["T", ' + '["C", true, ' * 300 + '["l", 1]' + "]" * 301,
        *('["r", 0, 9, 0]', '["r", 0, 99999999999, 1]', '["r", 0.5, 1, 1]', '["r", "a"]'),
        *('["S", 1]', '["b", 1]', '["B", -1]', '["b", "1"]', '["A", "O", 1]', '["A", "u", 1]'),
        *('["A", "d", 4]', '["Q", -1, ["l"]]', '["Q", true, ["l"]]', '["Q", 1.0, ["l"]]'),
        *(
            '["D", "dict", ["d"]]',
            '["D", "Counter", ["l"]]',
            '["F", "eval", ["d"]]',
            '["F", 1, ["d"]]',
        ),
        *('["v", "copy", ["l"], ["l"]]', '["v", "keys", ["l", ["l"]], ["l"]]', '["v", "keys"]'),
        *('["k", "type"]', '["k", "eval"]', '["k", ["int"]]'),
        *(f'["y", "{name}", ["x"], 1]' for name in ("class", "a b", "", "None", "x" * 61)),
        *(
            f'["y", "P", ["{name}"], 1]'
            for name in ("def", "__len__", "_x", "a b", "", "__class__", "_fields", "True")
        ),
        *(
            '["y", "P", ["x"]]',
            '["y", "P", ["x", "x"], 1, 2]',
            '["y", "P", "x", 1]',
            '["y", 1, [], 1]',
        ),
        *('["y", "P", ["count"], ["k", "int"]]', '["y", "P", [1], 1]', '["y", "P", [["x"]], 1]'),
        *(
            '["x", "date", 1, 1]',
            '["x", "date", 1, 1, 99]',
            '["x", "date", "abcd"]',
            '["x", "exit"]',
        ),
        *(
            '["x", "date", 1, 1, true]',
            '["x", "date", 1, 1, 1, ["Z", ["x", "timedelta", 0, 0, 0]]]',
        ),
        *('["x", "timedelta", 99999999999, 0, 0]', '["x", "time", 1, 1, 1, 1, 0, 1]'),
        *(
            '["x", "time", 1, 1, 1, 1, 7]',
            '["x", "time", ["b", 0], 0]',
            '["x", "datetime", 1, 1, 1]',
        ),
        *(
            '["Z", 1]',
            '["Z", ["x", "timedelta", 1, 0, 0]]',
            '["Z", ["x", "timedelta", 0, 0, 0], 1]',
        ),
        *(
            '["q", 1, 0]',
            '["q", 1, -1]',
            '["q", "1", 2]',
            '["q", 1.5, 2]',
            '["q", 1]',
            '["q", true, 1]',
        ),
        '["q", 1, ["i", "0x' + "1" * 10_000 + '"]]',
        *(
            '["E", "1e999999999"]',
            '["E", "1e-999999999"]',
            '["E", "x"]',
            '["E", 1]',
            '["E", "0e999999"]',
        ),
        '["E", "' + "1" * 15_000 + '"]',
        '["l", ' * (2 * DEEPEST) + "1" + "]" * (2 * DEEPEST),
        '["t", ' * (DEEPEST + 2) + "1" + "]" * (DEEPEST + 2),
    ],
)
def test_a_forged_value_is_refused(text):
    with pytest.raises(ProtocolError):
        decode(text.encode(), b"")


def test_bytes_that_belong_to_no_array_are_refused():
    with pytest.raises(ProtocolError, match="8 bytes beyond the last array"):
        decode(b"1", b"x" * 8)


def test_frames_that_are_too_large_are_refused():
    for header in (HEADER.pack(MOST_JSON + 1, 0), HEADER.pack(0, MOST_BYTES + 1)):
        with pytest.raises(ProtocolError, match="larger than allowed"):
            sizes(header)


def test_a_bool_is_true_or_false_whatever_its_byte():
    array = decode(b'["a", "|b1", [3], false]', b"\x00\x01\xff")
    assert array.view(np.uint8).tolist() == [0, 1, 1]


def test_the_name_of_a_forged_object_is_a_name():
    def made(*about):
        return about

    assert decode(b'["h", 3, "object", "Box"]', b"", made)[:3] == (3, "object", "Box")
    assert decode(b'["h", 3, "object", "<script>"]', b"", made)[2] == "object"


# Fuzzing: JSON of the right alphabet gets deeper into the decoder than random bytes do.
TAGS = st.sampled_from([*READ, "q?", "aa", ""])
words = st.sampled_from(["<f8", "|b1", "|O", "<c16", "nan", "inf", "function", "object", ""])
words |= st.sampled_from(["<U3", "<M8[D]", "date", "time", "keys", "int", "Counter", "P", "x"])
atoms = st.none() | st.booleans() | st.integers(-3, 40) | st.integers() | st.floats() | words
items = st.recursive(
    atoms | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(TAGS, st.lists(inner, max_size=4)).map(lambda pair: [pair[0], *pair[1]])
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=15,
)
frames = items.map(lambda item: json.dumps(item).encode()) | st.binary(max_size=60)


def read_frame(text, blobs):
    with contextlib.suppress(ProtocolError):
        decode(text, blobs, lambda *about: about)


each_frame = given(frames, st.binary(max_size=64))


@SOME
@each_frame
def test_no_frame_breaks_the_decoder(text, blobs):
    read_frame(text, blobs)


@pytest.mark.nightly
@MANY
@each_frame
def test_none_of_many_frames_breaks_the_decoder(text, blobs):
    read_frame(text, blobs)


cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | atoms,
        "source": st.text(max_size=9) | st.lists(st.text(max_size=3) | atoms, max_size=3) | items,
        "metadata": st.fixed_dictionaries(
            {}, optional={"nbgrader": st.fixed_dictionaries({}, optional={"grade_id": items})}
        )
        | items,
    },
)
notebooks = st.fixed_dictionaries(
    {},
    optional={
        "cells": st.lists(cells | items, max_size=4) | items,
        "nbformat": st.just(4) | items,
        "metadata": items,
    },
)
files = (notebooks | items).map(lambda item: json.dumps(item).encode()) | st.binary(max_size=60)


def read_file(data):
    try:
        for cell in parse(data):
            cell.source.encode(), cell.grade_id.encode("utf-8", "replace")
    except Rejected as reason:
        assert str(reason).endswith((".", "again."))


@SOME
@given(files)
def test_no_file_breaks_the_reader(data):
    read_file(data)


@pytest.mark.nightly
@MANY
@given(files)
def test_none_of_many_files_breaks_the_reader(data):
    read_file(data)


def test_a_notebook_with_too_many_cells_is_rejected():
    cell = {"cell_type": "code", "source": "1", "metadata": {}}
    data = json.dumps({"nbformat": 4, "cells": [cell] * (MOST_CELLS + 1)}).encode()
    with pytest.raises(Rejected, match="at most"):
        parse(data)


@pytest.mark.skipif(Sandbox().why_not() is not None, reason=str(Sandbox().why_not()))
def test_half_a_letter_in_an_answer_is_no_end_of_the_report(tmp_path):
    """A message may show it, and no file can hold it."""
    folder = tmp_path / "class"
    solution = [
        code("def f(x):\n    return 'a'", "answer", solution=True),
        code("assert f(1) == 'a', f(1)", "test", grade=True, locked=True, points=1),
    ]
    mine = [code("def f(x):\n    return '\\ud800'", "answer", solution=True), solution[1]]
    for path, cells in (("s.ipynb", solution), ("class/ada/s.ipynb", mine)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
        (tmp_path / path).write_text(json.dumps(notebook))
    out = tmp_path / "report"
    assert not grade([str(tmp_path / "s.ipynb"), str(folder), "--out", str(out), "--jobs", "1"])
    assert "ada,graded,0,1,0" in (out / "grades.csv").read_text()
