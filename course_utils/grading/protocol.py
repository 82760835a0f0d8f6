"""Values between the grader and a worker: JSON, and behind it the bytes of arrays.

A frame is one value, mostly a tuple. What comes from a worker may be forged by a student, so
`decode` believes nothing: every size is capped, every kind is on a list, and what does not fit is a
`ProtocolError`. Never pickle.

How values are written and read is the same on both sides: `inside/items.py` and its neighbours,
which a student may see. What is here alone: where objects and functions stay, and that an array
without numbers is `Empty` and one with a mask `Masked`, wherever it stands.
"""

import inspect
import json
import struct
from collections.abc import Callable, Iterator
from types import FunctionType, MethodType
from typing import Any, NoReturn

from course_utils.grading.counted import counted
from course_utils.grading.empties import Empty
from course_utils.grading.inside import arrays, kinds, long_lists
from course_utils.grading.inside import instances as by_value
from course_utils.grading.inside.items import (
    MOST_BYTES,
    MOST_JSON,
    MOST_OBJECTS,
    Packer,
    Reader,
    Unsendable,
    check,
)
from course_utils.grading.masks import Masked

TABLES = arrays, by_value, kinds, long_lists  # they fill the tables of `items`
HEADER = struct.Struct(">II")  # bytes of JSON, bytes of all arrays
KINDS = ("function", "class", "object", "iterator", "coroutine")  # of what stays with a student
LONGEST_NAME, MOST_OF_A_DOC = 60, 2_000
MOST_NAMES = 300  # of an object's special methods, and of its classes
Lend = Callable[[Callable[..., Any]], int]


class ProtocolError(Exception):
    """A frame that no honest worker sends."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Made once: `json.dumps` and `json.loads` make theirs anew for every frame.
JSON = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
FROM_JSON = json.JSONDecoder(parse_constant=_no_constant)


def encode(
    value: Any,
    lend: Lend | None = None,
    instances: by_value.Instances | None = None,
    changing: bool = False,
) -> bytes:
    """Return the frame of a value. `lend` turns a function into the number that stands for it.

    instances : takes the objects that go by what they hold.  changing : whether lists are such,
    too, since what is over there may change them.  Raises TypeError, where no worker could read it.
    """
    packer = Packer(None)
    packer.keep = by_value.by_value(packer, _keep_with(lend), stays=_is_a_students)
    packer.instances = instances or by_value.Instances()
    packer.by_number = by_value.BY_NUMBER if changing else {}
    try:
        text = JSON.encode(packer.item(value)).encode()
    except Unsendable as error:
        raise TypeError("a value too large or too deep for a student's function") from error
    more = sum(map(len, packer.blobs))
    return b"".join((HEADER.pack(len(text), more), text, *packer.blobs))


def sizes(header: bytes) -> tuple[int, int]:
    """Return (bytes of JSON, bytes of arrays) that a header announces."""
    letters, more = HEADER.unpack(header)
    if letters > MOST_JSON or more > MOST_BYTES:
        raise ProtocolError(
            f"a frame of {letters} + {counted(more, 'byte')} is larger than allowed"
        )
    return letters, more


def decode(
    text: bytes,
    blobs: bytes,
    handle: Callable[..., Any] | None = None,
    instances: by_value.Instances | None = None,
    changing: bool = False,
) -> Any:
    """Return the value in a frame.

    handle : `handle(number, kind, name, about)` makes what stands for an object.  about : (its
    special methods, the names of its classes).  instances : the objects that went over by what they
    hold; with `changing`, what has changed in them is changed here, too.
    """
    try:
        letters = str(text, "utf-8")
        item, end = FROM_JSON.raw_decode(letters)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a frame that is not JSON") from error
    reader = _Reader(blobs, handle)
    reader.instances, reader.changing = instances or by_value.Instances(), changing
    try:
        value = reader.value(check(item, end == len(letters)))
    except Exception as error:  # whatever a forged value makes Python or NumPy say
        raise ProtocolError("a malformed value") from error
    if reader.used != len(blobs):
        raise ProtocolError(f"{counted(len(blobs) - reader.used, 'byte')} beyond the last array")
    return value


def _is_a_students(value: Any) -> bool:
    return getattr(type(value), "handle_number", None) is not None


def _keep_with(lend: Lend | None) -> Callable[[Any], Any]:
    def keep(value: Any) -> Any:
        if _is_a_students(value):
            return ["h", value.handle_number]
        if lend and callable(value):
            return ["m", lend(value), *_about(value)]
        if lend and isinstance(value, Iterator):
            return ["I", lend(_step(value))]
        if lend and type(value).__module__ == "__main__":  # of a class that stands in a hidden test
            return ["proxy", lend(_reading(value)), type(value).__name__]
        name = type(value).__name__
        raise TypeError(f"an object of class {name} cannot be handed to a student's function")

    return keep


def _about(function: Callable[..., Any]) -> tuple[str, str | None, bool]:
    """Return (name, documentation, whether it is to be awaited) of a function."""
    name, doc = getattr(function, "__name__", ""), getattr(function, "__doc__", None)
    told = doc if isinstance(doc, str) and len(doc) < MOST_OF_A_DOC else None
    waits = isinstance(function, FunctionType | MethodType) and inspect.iscoroutinefunction(
        function
    )
    return str(name), told, waits


def _reading(value: Any) -> Callable[[str], Any]:
    """Return what reads an attribute of an object, for which the other side has no class."""

    def read(attribute: str) -> Any:
        if not isinstance(attribute, str) or attribute.startswith("_"):
            raise AttributeError(attribute)
        return getattr(value, attribute)

    return read


def _step(items: Iterator[Any]) -> Callable[[], Any]:
    """Return a function that gives the next item, in a tuple, and an empty one at the end."""

    def step() -> Any:
        for item in items:
            return (item,)
        return ()

    return step


class _Reader(Reader):
    """A reader of what a student's code may have forged."""

    def __init__(self, blobs: bytes, handle: Callable[..., Any] | None) -> None:
        super().__init__(blobs)
        self.handle = handle

    def array(self, array: Any) -> Any:
        return array if array.size else array.view(Empty)

    def masked(self, array: Any) -> Any:
        return array.view(Masked)

    def object(
        self,
        number: object,
        kind: object = "",
        name: object = "",
        special: object = (),
        classes: object = (),
    ) -> Any:
        self.objects += 1
        check(kind, self.handle and self.objects <= MOST_OBJECTS and kind in KINDS)
        check(number, type(number) is int and 0 <= number < 2**31)
        assert self.handle
        about = _names(special), _names(classes)
        return self.handle(number, kind, _as_name(name), about)


def _names(names: Any) -> tuple[str, ...]:
    """Return the names of methods and classes that an object is said to have."""
    check(names, isinstance(names, list | tuple) and len(names) <= MOST_NAMES)
    check(names, all(isinstance(name, str) and len(name) <= LONGEST_NAME for name in names))
    return tuple(names)


def _as_name(name: object) -> str:
    """Return the name of a class that a stub's class can have, too."""
    known = isinstance(name, str) and name.isidentifier() and len(name) <= LONGEST_NAME
    return str(name) if known else "object"
