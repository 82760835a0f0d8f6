"""Values between a worker and the grader, as the worker writes and reads them.

It imports nothing of ours, as all in this folder: a student's code could read it. So `pack` and
`unpack` stand here and, for the grader's side, in `protocol`; a test asserts that both write the
same. The grader decodes every answer as if it were forged.
"""

import builtins
import contextlib
import json
import math
import os
import struct
import threading

import numpy as np

JSON = json.JSONEncoder(allow_nan=False)
HEADER = struct.Struct(">II")
MOST_JSON, MOST_BYTES, DEEPEST, LONGEST = 2_000_000, 64_000_000, 20, 100_000
ARRAYS, LONG = (np.ndarray, np.generic), (str, list, tuple)


class Unsendable(Exception):
    """A value too large or too deep to be sent."""


class Channel:
    """Frames over one socket, and the objects that stay here and are known by a number."""

    def __init__(self, connection):
        self.connection, self.lock = connection, threading.RLock()
        self.objects, self.numbers = [], {}
        self.number, self.buffer = 0, bytearray()
        self.serve = None  # answers what the grader asks in the middle of a call of ours

    def receive(self):
        """Return the next message of the grader; end this process where there is none."""
        text, blobs = (self._read(size) for size in HEADER.unpack(self._read(HEADER.size)))
        self.number, *message = unpack(json.loads(text.decode()), memoryview(blobs), self)
        return message

    def send(self, *message):
        """Send an answer, which names the question that it belongs to."""
        blobs = []
        text = JSON.encode(self.pack((self.number, *message), blobs)).encode()
        if len(text) > MOST_JSON or sum(map(len, blobs)) > MOST_BYTES:
            raise Unsendable
        header = HEADER.pack(len(text), sum(map(len, blobs)))
        self.connection.sendall(b"".join((header, text, *blobs)))

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
            raise getattr(builtins, rest[0])("inside the function that you were given")
        return rest[0]

    def pack(self, value, blobs, depth=0):
        """Make JSON of a value; bytes of arrays go to `blobs`, and what is no value stays here."""
        if depth > DEEPEST or (isinstance(value, LONG) and len(value) > LONGEST):
            raise Unsendable
        if value is None or value is True or value is False:
            return value
        if isinstance(value, ARRAYS) or _is_array_like(value):
            return self._pack_array(value, blobs, depth)
        if value is ...:
            return ["e"]
        if isinstance(value, str):
            return str.encode(value, "utf-8", "replace").decode()
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float) or type(value).__name__ in ("Fraction", "Decimal"):
            return float(value) if math.isfinite(value) else ["f", str(float(value))]
        if isinstance(value, complex):
            return ["c", *(self.pack(float(part), blobs) for part in (value.real, value.imag))]
        return self._pack_parts(value, blobs, depth + 1)

    def _pack_parts(self, value, blobs, depth):
        tags = ((list, "l"), (tuple, "t"), (set, "s"), (frozenset, "s"), (range, "l"))
        for kind, tag in tags:
            if isinstance(value, kind):
                return [tag, *(self.pack(part, blobs, depth) for part in value)]
        if isinstance(value, dict):
            pairs = dict.items(value)
            return ["d", *([self.pack(part, blobs, depth) for part in pair] for pair in pairs)]
        kind = "class" if isinstance(value, type) else "function" if callable(value) else "object"
        return ["h", self.number_of(value), kind, type(value).__name__]

    def number_of(self, value):
        """Return the number of an object that stays here: always the same one."""
        number = self.numbers.get(id(value))
        if number is None or number >= len(self.objects) or self.objects[number] is not value:
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        return number

    def _pack_array(self, value, blobs, depth):
        array = np.asarray(value)
        if array.dtype.char in "gG":  # long doubles are not the same on every machine
            array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
        if array.dtype.kind not in "biufc":
            return self.pack(array.tolist(), blobs, depth + 1)
        plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        blobs.append(plain.tobytes())
        if isinstance(value, np.generic):
            return ["n", plain.dtype.str]
        return ["a", plain.dtype.str, list(array.shape), False]

    def _read(self, size):
        while len(self.buffer) < size:
            piece = self.connection.recv(1 << 20)
            if not piece:
                os._exit(0)
            self.buffer += piece
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data


def _is_array_like(value):
    """Say whether it gives an array of numbers: a series, a tensor, a matrix of another library."""
    if not hasattr(type(value), "__array__"):
        return False
    with contextlib.suppress(Exception):
        return np.asarray(value).dtype.kind in "biufc"
    return False


def unpack(item, blobs, channel):
    """Return the grader's value; each array takes its bytes from the front of what is left."""
    left = [blobs]

    def array(dtype, shape, apart=False):
        size = math.prod(shape) * np.dtype(dtype).itemsize
        piece, left[0] = left[0][:size], left[0][size:]
        made = np.frombuffer(piece, dtype).reshape(shape).copy()
        return spread(made) if apart else made

    def value(item):
        if not isinstance(item, list):
            return item
        tag, *parts = item
        if tag in ("l", "t", "s"):
            return {"l": list, "t": tuple, "s": set}[tag](map(value, parts))
        if tag == "d":
            return {value(key): value(part) for key, part in parts}
        if tag == "m":
            return lambda *arguments, **named: channel.ask(parts[0], arguments, named)
        if tag in ("a", "n"):
            return array(*parts) if tag == "a" else array(parts[0], ())[()]
        if tag == "c":
            return complex(*map(value, parts))
        return {"e": lambda: ..., "f": float, "h": channel.objects.__getitem__}[tag](*parts)

    return value(item)


def spread(array):
    """Return the same numbers with gaps between them in memory."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]
