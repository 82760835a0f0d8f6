"""Values between grader and worker: all that is honest comes back, all else is a ProtocolError."""

import contextlib
import io
import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils.grading.empties import Empty
from course_utils.grading.inside import values as inside
from course_utils.grading.notebooks import MOST_CELLS, Rejected, parse
from course_utils.grading.protocol import (
    DEEPEST,
    HEADER,
    MOST_BYTES,
    MOST_JSON,
    MOST_LETTERS,
    ProtocolError,
    _pack,
    decode,
    encode,
    sizes,
)

SOME, MANY = settings(max_examples=1_000), settings(max_examples=10_000)  # for each reader

numbers = st.integers(-(10**30), 10**30) | st.floats() | st.complex_numbers()
plain = st.none() | st.booleans() | numbers | st.text(st.characters(codec="utf-8")) | st.just(...)
keys = st.text(max_size=5) | st.integers(-9, 9) | st.tuples(st.integers(0, 9), st.booleans())
dtypes = st.sampled_from(
    ["?", "<i1", "<i4", ">i4", "<u8", "<f2", "<f4", ">f8", "<f8", "<c8", "<c16"]
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, min_side=0, max_dims=4))
values = st.recursive(
    plain | arrays,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
        | st.sets(keys, max_size=3)
    ),
    max_leaves=12,
)


def split(frame):
    """(JSON, bytes of arrays) of one frame."""
    letters, more = sizes(frame[: HEADER.size])
    assert len(frame) == HEADER.size + letters + more
    return frame[HEADER.size : HEADER.size + letters], frame[HEADER.size + letters :]


def same(one, other):
    if isinstance(one, np.ndarray | np.generic):
        kinds = {type(one), type(other)} - {Empty}
        return (
            len(kinds) <= 1
            and one.shape == other.shape
            and one.dtype.newbyteorder("=") == other.dtype.newbyteorder("=")
            and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
        )
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float | complex):
        parts = ((one.real, other.real), (one.imag, other.imag))
        return type(one) is type(other) and all(
            a == b or (math.isnan(a) and math.isnan(b)) for a, b in parts
        )
    return type(one) is type(other) and one == other


def there(value):
    """A value as the worker reads it."""
    text, blobs = split(encode(value))
    return inside.unpack(json.loads(text), memoryview(blobs), SimpleNamespace(objects=[]))


def back(value):
    """A value as the grader reads it from the worker."""
    sent = io.BytesIO()
    channel = inside.Channel(SimpleNamespace(sendall=sent.write))
    channel.send(value)
    return decode(*split(sent.getvalue()))[1]


@given(values)
@settings(max_examples=300)
def test_every_value_arrives(value):
    assert same(there(value), value)


@given(values)
@settings(max_examples=300)
def test_every_value_comes_back(value):
    assert same(back(value), value)


@given(values)
@settings(max_examples=300)
def test_grader_and_worker_write_the_same(value):
    """The two ladders of `pack`: the worker's own, since it may import nothing of ours."""
    ours, theirs = [], []
    text = _pack(value, ours, None)
    channel = inside.Channel(SimpleNamespace())
    assert json.dumps(channel.pack(value, theirs)) == json.dumps(text) and ours == theirs


def test_grader_and_worker_have_the_same_limits():
    caps = inside.MOST_JSON, inside.MOST_BYTES, inside.DEEPEST, inside.LONGEST
    assert caps == (MOST_JSON, MOST_BYTES, DEEPEST, MOST_LETTERS)
    assert inside.HEADER.format == HEADER.format


def test_an_array_with_gaps_arrives_with_gaps():
    array = np.arange(12.0).reshape(3, 4)[:, ::2]
    assert not there(array).flags.c_contiguous and same(there(array), array)


def test_arrays_are_writable_on_both_sides():
    for array in (there(np.zeros(2)), back(np.zeros(2))):
        array[0] = 1


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


def test_keys_of_one_hash_are_refused_at_once():
    alike = {n * (2**61 - 1) for n in range(200)}
    for value in (alike, dict.fromkeys(alike, 0), {(n,) for n in alike}):
        with pytest.raises(ProtocolError, match="malformed"):
            back(value)
    assert back({*range(-2, 500), 2**61 - 1}) == {*range(-2, 500), 2**61 - 1}


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
    assert back(np.matrix([[1]])).shape == (1, 1)
    assert back(np.longdouble(1)).dtype == np.float64
    assert back(range(3)) == [0, 1, 2]


@pytest.mark.parametrize("value", [object(), len, b"bytes", np.array(["a"]), [object()]])
def test_what_is_no_value_is_not_sent_to_a_worker(value):
    with pytest.raises(TypeError, match="cannot be handed to a student's function"):
        encode(value)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "[[]]",
        '["a"]',
        '["z", 1]',
        '["value"]',
        "NaN",
        "Infinity",
        "1e999",
        '"\\ud800"',
        '["f", "1e5"]',
        '["f", ["nan"]]',
        '["c", 1, 2]',
        '["e", 1]',
        '["d", [1]]',
        '["d", [["l"], 1]]',
        '["d", [["t", ["l"]], 1]]',
        '["s", ["l"]]',
        '["h", 0, "function", "f"]',
        '["n", "<f8"]',
        '["n", "|O"]',
        '["n", "<U4"]',
        '["n", ["<f8"]]',
        '["a", "<f8", [1], false]',
        '["a", "<f8", [-1], false]',
        '["a", "<f8", [1.0], false]',
        '["a", "<f8", [true], false]',
        '["a", "<f8", [0, 2000000000], false]',
        f'["a", "<f8", [{10**30}], false]',
        '["a", "V8", [1], false]',
        '["a", "M8[s]", [1], false]',
        '["a", "|O", [1], false]',
        '["l", ' * (DEEPEST + 2) + "1" + "]" * (DEEPEST + 2),
        "[" * 100_000,
        "9" * 10_000,
        '["l"' + ", 1" * 200_001 + "]",
        '"' + "x" * 100_001 + '"',
    ],
)
def test_a_forged_value_is_refused(text):
    with pytest.raises(ProtocolError):
        decode(text.encode(), b"")


def test_bytes_that_belong_to_no_array_are_refused():
    with pytest.raises(ProtocolError, match="8 bytes belong to no array"):
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

    assert decode(b'["h", 3, "object", "Box"]', b"", made) == (3, "object", "Box")
    assert decode(b'["h", 3, "object", "<script>"]', b"", made)[2] == "object"


# Fuzzing: JSON of the right alphabet gets deeper into the decoder than random bytes do.
TAGS = st.sampled_from([*"efcltsdnahm", "q", "aa", ""])
words = st.sampled_from(["<f8", "|b1", "|O", "<c16", "nan", "inf", "function", "object", ""])
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
