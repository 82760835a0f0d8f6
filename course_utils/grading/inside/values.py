"""A worker's end of the channel: frames over a socket, and the objects that stay here."""

import json
import os
import struct
import threading

import numpy as np

from course_utils.grading.inside import arrays, instances, kinds, long_lists
from course_utils.grading.inside.items import (
    IN_A_GIVEN_ONE,
    MOST_BYTES,
    MOST_JSON,
    MOST_OBJECTS,
    Packer,
    Reader,
    Unsendable,
)

TABLES = arrays, instances, kinds, long_lists  # they fill the tables of `items`
JSON = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
FROM_JSON = json.JSONDecoder()
HEADER = struct.Struct(">II")
PIECE = 1 << 16
KNOWN_BY_NAME = ("function", "method", "builtin_function_or_method", "method-wrapper")
PLAIN, PLAIN_CLASS = frozenset(dir(object)), frozenset(dir(type))
COMPARED = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")


class Channel:
    """Frames over one socket, and the objects that stay here and are known by a number."""

    def __init__(self, connection):
        self.connection, self.lock = connection, threading.RLock()
        self.objects, self.numbers = [], {}
        self.number, self.buffer = 0, bytearray()
        self.received = instances.Instances()  # that came with the last message
        self.serve = None  # answers what the grader asks in the middle of a call of ours

    def receive(self):
        """Return the next message of the grader; end this process where there is none."""
        letters, more = HEADER.unpack(self._read(HEADER.size))
        data = self._read(letters + more)
        item, _ = FROM_JSON.raw_decode(str(data[:letters], "utf-8"))
        reader, self.number = _Reader(memoryview(data)[letters:], self), item[1]
        try:
            _, *message = reader.value(item)
        except Exception:  # such as a class of the sheet that is not in this notebook
            return ["unreadable"]
        self.received = reader.instances
        return message

    def send(self, *message):
        """Send an answer, which names the question that it belongs to."""
        blobs = []
        text = JSON.encode(self.pack((self.number, *message), blobs)).encode()
        more = sum(map(len, blobs))
        if len(text) > MOST_JSON or more > MOST_BYTES:
            raise Unsendable
        self.connection.sendall(b"".join((HEADER.pack(len(text), more), text, *blobs)))

    def ask(self, function, arguments, named):
        """Call a function that stays with the grader: only values go there and come back."""
        with self.lock:
            own = self.number
            self.send("ask", function, arguments, named)
            word, *rest = self.receive()
            while word not in ("answered", "failed"):
                self.serve(word, rest)
                word, *rest = self.receive()
            self.number = own
        if word == "failed":
            raise as_given(*rest)
        return rest[0]

    def pack(self, value, blobs):
        """Make JSON of a value; bytes go to `blobs`, and what is no value stays here."""
        known = len(self.objects)
        packer = Packer(self._keep)
        packer.keep = instances.known_alone(packer, self._keep, self.received)
        item = packer.item(value)
        if len(self.objects) - known > MOST_OBJECTS:
            raise Unsendable
        blobs += packer.blobs
        return item

    def _keep(self, value):
        kind, name = _kind_of(value), type(value).__name__
        return ["h", self.number_of(value), kind, name, *about(value, kind, name)]

    def number_of(self, value):
        """Return the number of an object that stays here: always the same one."""
        number = self.numbers.get(id(value))
        if number is None or number >= len(self.objects) or self.objects[number] is not value:
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        return number

    def size_of(self, value):
        """Return how many bytes it takes to send a value."""
        item = self.pack(value, blobs := [])
        return len(JSON.encode(item)) + sum(map(len, blobs))

    def _read(self, size):
        while len(self.buffer) < size:
            piece = self.connection.recv(max(PIECE, size - len(self.buffer)))
            if not piece:
                os._exit(0)
            self.buffer += piece
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data


class _Reader(Reader):
    """A reader that knows this side's objects, and calls functions of the other side."""

    def __init__(self, blobs, channel):
        super().__init__(blobs)
        self.channel, self.instances = channel, instances.Instances()

    def object(self, number, *about):
        return self.channel.objects[number]

    def function(self, number, name="", doc=None, waits=False):
        """Return what calls a function of the tests, with its name."""
        ask = self.channel.ask

        def given(*arguments, **named):
            return ask(number, arguments, named)

        async def awaited(*arguments, **named):
            return ask(number, arguments, named)

        made = awaited if waits else given
        made.__name__ = made.__qualname__ = name or "function"
        made.__doc__, made.__module__ = doc, "__main__"
        return made

    def proxy(self, number, name):
        ask = self.channel.ask

        def __getattr__(self, attribute):
            if attribute.startswith("_"):
                raise AttributeError(attribute)
            return ask(number, (attribute,), {})

        return type(name, (), {"__getattr__": __getattr__, "__module__": "__main__"})()

    def iterator(self, number):
        return _given(self.function(number))

    def apart(self, array):
        return spread(array)


def _kind_of(value):
    """Say what can be done with an object."""
    kind = type(value)
    if isinstance(value, type):
        return "class"
    if hasattr(kind, "__next__"):
        return "iterator"
    if hasattr(kind, "__await__"):
        return "coroutine"
    return "function" if callable(value) else "object"


def about(value, kind, name):
    """Return [special methods, names of its classes]; [] where its own name says it all."""
    if kind == "function" and name in KNOWN_BY_NAME:
        return []
    own, plain, base = type(value), PLAIN, object
    if kind == "class":
        plain, base = PLAIN_CLASS, type
    special = [n for n in type.__dir__(own) if n.startswith("__") and n not in plain]
    special += [n for n in COMPARED if getattr(own, n) is not getattr(base, n)]
    if own.__hash__ not in (None, base.__hash__):
        special.append("__hash__")
    classes = (value if kind == "class" else own).__mro__
    return [special, [*map(instances.known_as, classes)]]


def as_given(kind):
    """Return an error in the place of one that a function of the tests has raised."""
    error = kind.__new__(kind)
    error.args = (IN_A_GIVEN_ONE,)
    return error


def _given(step):
    """Yield what an iterator of the grader gives: nothing of it is asked for ahead."""
    while item := step():
        yield item[0]


def spread(array):
    """Return the same numbers with gaps between them in memory."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]
