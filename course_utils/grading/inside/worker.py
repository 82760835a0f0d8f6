"""What runs inside the sandbox: a student's cells, and the calls of what they define.

One file, which imports nothing of ours: all that a student's code can read here is how it is
called. So `pack` and `unpack` stand here and, for the grader's side, in `protocol`; a test asserts
that both write the same. Nothing in this process is trusted, for a student's code may change all of
it; the grader decodes every answer as if it were forged.
"""

import builtins
import contextlib
import gc
import json
import linecache
import math
import os
import re
import resource
import site
import socket
import struct
import sys
import threading
import types

if __name__ == "__main__":  # as `Sandbox.command` starts it: Python knows no packages yet
    sys.path += sys.argv[1:]
    del sys.argv[1:]
    gc.disable()  # until everything that stays is loaded

import numpy as np

JSON = json.JSONEncoder(allow_nan=False)
HEADER = struct.Struct(">II")
MOST_JSON, MOST_BYTES, DEEPEST, LONGEST = 2_000_000, 64_000_000, 20, 100_000
ARRAYS, LONG = (np.ndarray, np.generic), (str, list, tuple)
CELL = "<cell {}>"


class Unsendable(Exception):
    """A value too large or too deep to be sent."""


class Channel:
    """Frames over one socket, and the objects that stay here and are known by a number."""

    def __init__(self, connection):
        self.connection, self.lock = connection, threading.RLock()
        self.objects, self.number, self.buffer = [], 0, bytearray()

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
            self.send("ask", function, arguments, named)
            word, *rest = self.receive()
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
        self.objects.append(value)
        return ["h", len(self.objects) - 1, kind, type(value).__name__]

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


class Student:
    """The notebook's names, and what the grader may ask for."""

    def __init__(self, channel):
        self.channel, self.after = channel, {}
        sys.modules["__main__"] = types.ModuleType("__main__")
        self.names = vars(sys.modules["__main__"])
        self.names.update(display=silent, get_ipython=silent)

    def cell(self, number, source, plain):
        """Run a cell, and keep what every name meant after it."""
        file = CELL.format(number)
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        try:
            return "done", self._attempt(lambda: exec(compiled(source, plain, file), self.names))[1]
        finally:
            self.after[number] = dict(self.names)

    def fetch(self, name, number):
        """Return the value of a name, after a cell or at the end."""
        names = self.after.get(number, self.names)
        return ("value", names[name], ()) if name in names else ("missing",)

    def moved(self, names, number):
        """Say whether one of the names means something else at the end than after a cell."""
        there = self.after.get(number, self.names)
        return "value", any(there.get(n) is not self.names.get(n) for n in names), ()

    def call(self, function, arguments, named):
        """Call something; say also which arguments hold something else than before."""
        before = [self._bytes(argument) for argument in arguments]
        result, error = self._attempt(lambda: function(*arguments, **named))
        after = enumerate(arguments)
        changed = [(place, now) for place, now in after if self._bytes(now) != before[place]]
        return ("raised", *error) if error else ("value", result, changed)

    def read(self, thing, attribute):
        """Return an attribute of something."""
        result, error = self._attempt(lambda: getattr(thing, attribute))
        return ("raised", *error) if error else ("value", result, ())

    def _attempt(self, work):
        try:
            return work(), None
        except BaseException as error:  # sys.exit() too: the grader decides when this ends
            return None, _described(error)

    def _bytes(self, value):
        """Return what an argument holds, if it is something that a call can change."""
        if isinstance(value, np.ndarray):
            return value.shape, value.dtype, value.tobytes()
        if not isinstance(value, list | dict | set):
            return None
        blobs, known = [], len(self.channel.objects)
        packed = self.channel.pack(value, blobs)
        del self.channel.objects[known:]
        return packed, blobs


def _described(error):
    """Return (kind, cell, line, name) of an error; never its words, which may tell tales.

    name : of what is missing, "" for none; the grader believes it where the cells have it.
    """
    place, trace = (-1, getattr(error, "lineno", None) or -1), error.__traceback__
    while trace:
        match = re.fullmatch(r"<cell (\d+)>", trace.tb_frame.f_code.co_filename)
        place = (int(match[1]), trace.tb_lineno) if match else place
        trace = trace.tb_next
    return type(error).__name__, *place, _missing(error)


def _missing(error):
    """Return the name that an error is about, "" where it is about none."""
    with contextlib.suppress(BaseException):  # the error's own methods may do anything
        if isinstance(error, AttributeError):
            return str(error.name or "")
        if isinstance(error, NameError | ImportError):
            quoted = re.search(r"'([\w.]+)'", str(error))
            return quoted[1] if quoted else ""
    return ""


def compiled(source, plain, file):
    """Compile a cell's code, or where that is no Python, `plain`: without what is IPython's."""
    try:
        return compile(source, file, "exec", dont_inherit=True)
    except SyntaxError:
        return compile(plain, file, "exec", dont_inherit=True)


def silent(*arguments, **named):
    """Do nothing, in the place of what shows things on a screen."""


def limit(limits):
    """Set hard limits, which nothing in this process can raise again."""
    for name, most in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        resource.setrlimit(kind, (most, most))


def begin(channel):
    """Set the limits, and stock the shelf: its modules are in no frame when student's code runs."""
    _, limits, shelf, modules, given, withheld = channel.receive()
    limit(limits)
    sys.path.insert(0, "")
    exec(compile(shelf, "<shelf>", "exec"), space := {"__name__": "<shelf>"})
    space["stock"](modules, given, withheld)


def main():
    """Answer the grader until it hangs up."""
    site.setquit()
    site.sethelper()
    gc.freeze()
    gc.enable()
    channel = Channel(socket.socket(fileno=os.dup(0)))
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    begin(channel)
    student = Student(channel)
    channel.send("ready")
    while True:
        word, *message = channel.receive()
        try:
            channel.send(*getattr(student, word)(*message))
        except BaseException:  # too large, or an object that does not let itself be looked at
            channel.send("raised", "Unsendable", -1, -1, "")


if __name__ == "__main__":
    main()
