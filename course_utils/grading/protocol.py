"""Values between the grader and a worker: JSON, and behind it the raw bytes of arrays.

A frame is one value, mostly a tuple. What comes from a worker may be forged by a student, so
`decode` believes nothing: every size is capped, every kind is on a list, and what does not fit is a
`ProtocolError`. Never pickle.

The worker has a `pack` and an `unpack` of its own (`inside/values.py`), for it may import nothing
of ours: a student's code could read it. tests/grading/test_protocol.py asserts that both write the
same.
"""

import json
import math
import struct
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import numpy as np

from course_utils.grading.empties import Empty

HEADER = struct.Struct(">II")  # bytes of JSON, bytes of all arrays
MOST_JSON = 2_000_000
MOST_BYTES = 64_000_000
MOST_PARTS = 200_000
PARTS_OF_AN_OBJECT = 100  # what stands for one is a class of its own
MOST_LETTERS = 100_000
MOST_ALIKE = 100  # keys with the hash of another
DEEPEST = 20
MOST_AXES = 16
DTYPES = {"|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8"}
DTYPES |= {"<f2", "<f4", "<f8", "<c8", "<c16"}
ODD_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
KEYS = (str, int, float, bool, tuple, type(None))  # of a dict
AS_THEY_ARE = {type(None), bool, str, int}  # JSON's own; floats may be NaN
ARRAYS = (np.ndarray, np.generic)
Lend = Callable[[Callable[..., Any]], int]
T = TypeVar("T")
SEQUENCES = {list: "l", tuple: "t", set: "s", frozenset: "s"}


class ProtocolError(Exception):
    """A frame that no honest worker sends."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Made once: `json.dumps` and `json.loads` make theirs anew for every frame.
JSON = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
FROM_JSON = json.JSONDecoder(parse_constant=_no_constant)


def encode(value: Any, lend: Lend | None = None) -> bytes:
    """Return the frame of a value. `lend` turns a function into the number that stands for it."""
    blobs = list[bytes]()
    text = JSON.encode(_pack(value, blobs, lend)).encode()
    return HEADER.pack(len(text), sum(map(len, blobs))) + text + b"".join(blobs)


def sizes(header: bytes) -> tuple[int, int]:
    """Return (bytes of JSON, bytes of arrays) that a header announces."""
    letters, more = HEADER.unpack(header)
    if letters > MOST_JSON or more > MOST_BYTES:
        raise ProtocolError(f"a frame of {letters} + {more} bytes is larger than allowed")
    return letters, more


def decode(text: bytes, blobs: bytes, handle: Callable[..., Any] | None = None) -> Any:
    """Return the value in a frame. `handle(number, kind, name)` makes what stands for an object."""
    try:
        item = FROM_JSON.decode(bytes(text).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a frame that is not JSON") from error
    reader = _Reader(blobs, handle)
    value = reader.value(item)
    if reader.used != len(blobs):
        raise ProtocolError(f"{len(blobs) - reader.used} bytes belong to no array")
    return value


def _pack(value: Any, blobs: list[bytes], lend: Lend | None) -> Any:
    kind = type(value)
    if kind in AS_THEY_ARE:
        return value
    if isinstance(value, ARRAYS) and value.dtype.kind in "biufc":
        return _pack_array(value, blobs)
    if kind is float:
        return value if math.isfinite(value) else ["f", str(value)]
    if value is ...:
        return ["e"]
    if kind is complex:
        return ["c", _pack(value.real, blobs, lend), _pack(value.imag, blobs, lend)]
    for sequence, tag in SEQUENCES.items():
        if isinstance(value, sequence):
            return [tag, *[_pack(part, blobs, lend) for part in value]]
    if isinstance(value, dict):
        return ["d", *([_pack(part, blobs, lend) for part in pair] for pair in value.items())]
    if hasattr(value, "handle_number"):
        return ["h", value.handle_number]
    if callable(value) and lend:
        return ["m", lend(value)]
    raise TypeError(f"a {type(value).__name__} cannot be handed to a student's function")


def _pack_array(value: Any, blobs: list[bytes]) -> list[Any]:
    """Pack an array; one that does not lie in one piece must not do so on the other side either."""
    array = np.asarray(value)
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    blobs.append(plain.tobytes())
    if isinstance(value, np.generic):
        return ["n", plain.dtype.str]
    return ["a", plain.dtype.str, list(array.shape), not array.flags.c_contiguous]


class _Reader:
    """What turns JSON into values, and takes the arrays' bytes in the order in which they come."""

    def __init__(self, blobs: bytes, handle: Callable[..., Any] | None) -> None:
        self.blobs, self.handle = memoryview(blobs), handle
        self.used = self.parts = 0

    def value(self, item: Any, depth: int = 0) -> Any:
        self.parts += 1
        if self.parts > MOST_PARTS or depth > DEEPEST:
            raise ProtocolError("a value with more parts, or nested deeper, than allowed")
        kind = type(item)
        if kind is str:
            return _checked(item, len(item) <= MOST_LETTERS and _is_text(item))
        if kind in AS_THEY_ARE:
            return item
        if kind is float:
            return _checked(item, math.isfinite(item))
        if kind is list and item and isinstance(item[0], str):
            read = getattr(self, f"_read_{item[0]}", None) if len(item[0]) == 1 else None
            if read:
                return read(item[1:], depth + 1)
        raise ProtocolError("a value of no known kind")

    def _read_e(self, parts: list[Any], depth: int) -> Any:
        return _checked(..., not parts)

    def _read_f(self, parts: list[Any], depth: int) -> Any:
        known = len(parts) == 1 and isinstance(parts[0], str) and parts[0] in ODD_FLOATS
        return _checked(known and ODD_FLOATS[parts[0]], known)

    def _read_c(self, parts: list[Any], depth: int) -> Any:
        pair = [self.value(part, depth) for part in parts]
        _checked(pair, len(pair) == 2 and all(type(part) is float for part in pair))
        return complex(*pair)

    def _read_l(self, parts: list[Any], depth: int) -> Any:
        return [self.value(part, depth) for part in parts]

    def _read_t(self, parts: list[Any], depth: int) -> Any:
        return tuple(self._read_l(parts, depth))

    def _read_s(self, parts: list[Any], depth: int) -> Any:
        return set(_keys(self._read_l(parts, depth)))

    def _read_d(self, parts: list[Any], depth: int) -> Any:
        _checked(parts, all(isinstance(pair, list) and len(pair) == 2 for pair in parts))
        keys = _keys([self.value(key, depth) for key, _ in parts])
        return dict(zip(keys, [self.value(value, depth) for _, value in parts], strict=True))

    def _read_n(self, parts: list[Any], depth: int) -> Any:
        _checked(parts, len(parts) == 1)
        return self._array(parts[0], ())[()]

    def _read_a(self, parts: list[Any], depth: int) -> Any:
        _checked(
            parts, len(parts) == 3 and isinstance(parts[1], list) and parts[2] in (True, False)
        )
        return self._array(*parts[:2])

    def _read_h(self, parts: list[Any], depth: int) -> Any:
        fine = len(parts) == 3 and type(parts[0]) is int and 0 <= parts[0] < 2**31
        fine = fine and parts[1] in ("function", "class", "object") and isinstance(parts[2], str)
        if not self.handle or not fine:
            raise ProtocolError("a malformed object")
        self.parts += PARTS_OF_AN_OBJECT
        name = parts[2] if parts[2].isidentifier() and len(parts[2]) <= 60 else "object"
        return self.handle(parts[0], parts[1], name)

    def _array(self, dtype: Any, shape: Any) -> Any:
        _checked(dtype, isinstance(dtype, str) and dtype in DTYPES)
        _checked(shape, len(shape) <= MOST_AXES)
        _checked(shape, all(type(size) is int and 0 <= size <= MOST_BYTES for size in shape))
        dtype = np.dtype(dtype)
        largest = math.prod(size or 1 for size in shape) * dtype.itemsize
        _checked(shape, largest <= MOST_BYTES)  # an empty array must not announce a huge one either
        end = self.used + math.prod(shape) * dtype.itemsize
        piece, self.used = _checked(self.blobs[self.used : end], end <= len(self.blobs)), end
        if dtype.kind == "b":  # a byte of a bool is 0 or 1, whatever was sent
            array = (np.frombuffer(piece, np.uint8) != 0).reshape(shape)
        else:
            array = np.frombuffer(piece, dtype).reshape(shape).copy()
        return array if array.size else array.view(Empty)


def _checked(value: T, fine: object) -> T:
    if not fine:
        raise ProtocolError("a malformed value")
    return value


def _keys(keys: list[Any]) -> list[Any]:
    """Check that keys can be hashed; return them: no lists, no arrays, not inside tuples either.

    Nor many with one hash: to keep n of those apart takes n² comparisons, minutes of ours.
    """
    _checked_parts(keys)
    _checked(keys, len(keys) - len(set(map(hash, keys))) <= MOST_ALIKE)
    return keys


def _checked_parts(keys: Sequence[Any]) -> None:
    for key in keys:
        _checked(key, isinstance(key, KEYS))
        if isinstance(key, tuple):
            _checked_parts(key)


def _is_text(text: str) -> bool:
    """Say whether it can be written to a file: no half of a pair of surrogates."""
    try:
        return bool(text.encode("utf-8")) or not text
    except UnicodeEncodeError:
        return False
