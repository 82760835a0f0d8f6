"""What starts inside the sandbox: it sets its limits, and answers the grader until that hangs up.

This folder imports nothing of ours: all that a student's code can read here is how it is called.
Nothing in this process is trusted, for a student's code may change all of it.
"""

import gc
import marshal
import os
import resource
import site
import socket
import sys
import types

PACKAGES = "course_utils", "course_utils.grading", "course_utils.grading.inside"

if __name__ == "__main__":  # as `Sandbox.command` starts it: Python knows no packages yet
    COPIED = "--copied" in sys.argv
    sys.path += [path for path in sys.argv[1:] if path != "--copied"]
    del sys.argv[1:]
    gc.disable()  # until everything that stays is loaded
    sys.modules.update({package: types.ModuleType(package) for package in PACKAGES})
    sys.modules[PACKAGES[-1]].__path__ = [os.path.dirname(os.path.abspath(__file__))]

# Only now Python knows its packages.
from course_utils.grading.inside import copies, instances, values  # noqa: E402
from course_utils.grading.inside.student import Student  # noqa: E402


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
    _, limits, course, given, withheld, files, names, own = channel.receive()
    instances.GIVEN |= {"", *names}
    limit(limits)
    for path, data in {**own, **files}.items():  # they stand beside the notebook
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
    instances.MODULES |= {os.path.splitext(path)[0] for path in files if path.endswith(".py")}
    shelf, modules = marshal.loads(course)
    exec(shelf, space := {"__name__": "<shelf>"})
    space["stock"](modules, given, withheld)
    sys.path.insert(0, "")  # not before: a student's own `json.py` would see what is withheld


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
    channel.serve = student.serve
    channel.send("ready")
    while True:
        word, *message = channel.receive()
        student.serve(word, message)


if __name__ == "__main__":
    if COPIED:
        copies.serve()
    main()
