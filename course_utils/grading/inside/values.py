"""A worker's end of the channel: frames over a socket, and the objects that stay here."""

import builtins
import json
import os
import struct
import threading

import numpy as np

from course_utils.grading.inside import arrays, kinds, long_lists
from course_utils.grading.inside.items import (
    MOST_BYTES,
    MOST_JSON,
    MOST_OBJECTS,
    Packer,
    Reader,
    Unsendable,
)

TABLES = arrays, kinds, long_lists  # they fill the tables of `items`
JSON = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
FROM_JSON = json.JSONDecoder()
HEADER = struct.Struct(">II")
PIECE = 1 << 16


class Channel:
    """Frames over one socket, and the objects that stay here and are known by a number."""

    def __init__(self, connection):
        self.connection, self.lock = connection, threading.RLock()
        self.objects, self.number, self.buffer = [], 0, bytearray()

    def receive(self):
        """Return the next message of the grader; end this process where there is none."""
        letters, more = HEADER.unpack(self._read(HEADER.size))
        data = self._read(letters + more)
        item, _ = FROM_JSON.raw_decode(str(data[:letters], "utf-8"))
        self.number, *message = _Reader(memoryview(data)[letters:], self).value(item)
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
            self.send("ask", function, arguments, named)
            word, *rest = self.receive()
        if word == "failed":
            raise getattr(builtins, rest[0])("inside the function that you were given")
        return rest[0]

    def pack(self, value, blobs):
        """Make JSON of a value; bytes go to `blobs`, and what is no value stays here."""
        known = len(self.objects)
        packer = Packer(self._keep)
        item = packer.item(value)
        if len(self.objects) - known > MOST_OBJECTS:
            raise Unsendable
        blobs += packer.blobs
        return item

    def _keep(self, value):
        self.objects.append(value)
        return ["h", len(self.objects) - 1, _kind_of(value), type(value).__name__]

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
        self.channel = channel

    def object(self, number, kind="", name=""):
        return self.channel.objects[number]

    def function(self, number):
        ask = self.channel.ask
        return lambda *arguments, **named: ask(number, arguments, named)

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


def _given(step):
    """Yield what an iterator of the grader gives: nothing of it is asked for ahead."""
    while item := step():
        yield item[0]


def spread(array):
    """Return the same numbers with gaps between them in memory."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]
