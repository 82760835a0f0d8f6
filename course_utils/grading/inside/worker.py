"""What runs inside the sandbox: a student's cells, and the calls of what they define.

This folder imports nothing of ours: all that a student's code can read here is how it is called.
Nothing in this process is trusted, for a student's code may change all of it.
"""

import gc
import os
import re
import resource
import site
import socket
import sys
import types
import warnings

PACKAGES = "course_utils", "course_utils.grading", "course_utils.grading.inside"

if __name__ == "__main__":  # as `Sandbox.command` starts it: Python knows no packages yet
    sys.path += sys.argv[1:]
    del sys.argv[1:]
    gc.disable()  # until everything that stays is loaded
    sys.modules.update({package: types.ModuleType(package) for package in PACKAGES})
    sys.modules[PACKAGES[-1]].__path__ = [os.path.dirname(os.path.abspath(__file__))]

import numpy as np  # noqa: E402 (Python knows its packages only now)

from course_utils.grading.inside import cells, values  # noqa: E402


class Student:
    """The notebook's names, and what the grader may ask for."""

    def __init__(self, channel):
        self.channel, self.after = channel, {}
        sys.modules["__main__"] = types.ModuleType("__main__")
        self.names = vars(sys.modules["__main__"])
        self.notebook = cells.Notebook(self.names)

    def cell(self, number, source):
        """Run a cell, and keep what every name meant after it."""
        try:
            return "done", self._attempt(lambda: self.notebook.run(number, source))[1]
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

    def check(self, function, arguments, named):
        """Call something as `check` does at home: no setting of the notebook stops it."""
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return self.call(function, arguments, named)

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
    """Return (kind, cell, line) of an error; never its words, which may tell tales."""
    place, trace = (-1, getattr(error, "lineno", None) or -1), error.__traceback__
    while trace:
        match = re.fullmatch(r"<cell (\d+)>", trace.tb_frame.f_code.co_filename)
        place = (int(match[1]), trace.tb_lineno) if match else place
        trace = trace.tb_next
    return type(error).__name__, *place


def limit(limits):
    """Set hard limits, which nothing in this process can raise again."""
    for name, most in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        resource.setrlimit(kind, (most, most))


def forget_names():
    """Take this folder's modules out of what can be imported, before the course's come."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "course_utils"]:
        del sys.modules[name]


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
    channel = values.Channel(socket.socket(fileno=os.dup(0)))
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    forget_names()
    begin(channel)
    student = Student(channel)
    channel.send("ready")
    while True:
        word, *message = channel.receive()
        try:
            channel.send(*getattr(student, word)(*message))
        except BaseException:  # too large, or an object that does not let itself be looked at
            channel.send("raised", "Unsendable", -1, -1)


if __name__ == "__main__":
    main()
