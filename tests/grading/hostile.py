"""Attacks of every kind. They score nothing, harm nothing, and cost no other question its points.

CANARY, PORT and HOME are replaced by a folder that must stay empty, a port where somebody listens,
and a folder with files that must not be read.
"""

import json

from tests.grading.invented_class import Case, code


def mean(name, source, status="graded", lost=("mean",), **more):
    """An attack in the place of the answer to the first question."""
    return Case(name, {"mean": source}, lost, status, **more)


def each_cell(**changes):
    """Change the metadata of every marked cell."""

    def edit(notebook):
        for cell in notebook["cells"]:
            if "nbgrader" in cell["metadata"]:
                cell["metadata"]["nbgrader"].update(changes)
        return notebook

    return edit


def tests_that_always_pass(notebook):
    for cell in notebook["cells"]:
        if "test_" in str(cell["metadata"]):
            cell["source"] = "assert True"
    return notebook


def odd_metadata(notebook):
    kinds = [[], "text", 7, None, {"nbgrader": []}, {"nbgrader": {"grade_id": {"a": 1}}}]
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = kinds[number % len(kinds)]
    return notebook


def every_cell_twice(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] for _ in range(2)]
    return notebook


def own_questions(notebook):
    flags = {"grade": True, "solution": False, "locked": True, "points": 1000}
    notebook["cells"] += [code("assert True", f"test_extra_{n}", **flags) for n in range(20)]
    return notebook


def sends(value):
    """A function that sends a frame of its own, without the worker's own caps, and then hangs."""
    return f"""
        import gc, json, struct

        def mean(x):
            for thing in gc.get_objects():
                if type(thing).__name__ == "Channel":
                    frame = ["t", thing.number, "value", {value}, ["l"]]
                    text = json.dumps(frame, separators=(",", ":")).encode()
                    thing.connection.sendall(struct.pack(">II", len(text), 0) + text)
            while True: pass
    """


WRONG = "def mean(x):\n    return 0"

LOOPS = [
    mean("loop in a call", "def mean(x):\n    while True: pass", "timeout"),
    mean("loop in a cell", "while True: pass", "timeout"),
    mean(
        "loop that swallows everything",
        """
        import time

        def mean(x):
            while True:
                try:
                    while True: time.sleep(0.01)
                except BaseException:
                    pass
    """,
        "timeout",
    ),
    mean(
        "loop with signals blocked",
        """
        import signal
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except OSError: pass
        while True: pass
    """,
        "timeout",
    ),
    mean("loop in C", "def mean(x):\n    return sum(range(10**13))", "timeout"),
    mean(
        "loop while it is looked at",
        """
        class Slow:
            def __array__(self, *a, **k):
                while True: pass

        def mean(x):
            return Slow()
    """,
        None,
    ),
    Case(
        "endless iterator",
        {
            "attention": """
        class Endless(list):
            def __iter__(self):
                while True: yield 1

        def attention(queries, keys, values):
            return Endless()
    """
        },
        ("attention",),
        "timeout",
    ),
    Case(
        "many slow cells",
        {},
        ("mean", "answer", "attention", "twice", "shape"),
        "timeout",
        first=("import time; time.sleep(2)",) * 30,
    ),
]

EXITS = [
    mean("sys.exit in a cell", "import sys; sys.exit(0)\ndef mean(x): return 2"),
    mean("sys.exit in a call", "def mean(x):\n    import sys; sys.exit(0)"),
    mean("os._exit in a cell", "import os; os._exit(0)", "crashed"),
    mean("os._exit in a call", "def mean(x):\n    import os; os._exit(0)", "crashed"),
    mean("segmentation fault", "def mean(x):\n    import ctypes; ctypes.string_at(0)", "crashed"),
    mean("kills itself", "import os; os.kill(os.getpid(), 9)", "crashed"),
    mean(
        "kills parents and all others",
        """
        import os
        for process in (os.getppid(), 1, -1, 0 - os.getpgrp()):
            try: os.kill(process, 9)
            except OSError: pass
        """
        + WRONG.replace("\n", "\n        "),
        None,
    ),
    mean(
        "endless recursion",
        """
        import sys
        sys.setrecursionlimit(10**8)

        def mean(x):
            return mean(x)
    """,
        None,
    ),
    mean("closes everything", "import os\nos.closerange(0, 1000)", "crashed"),
    mean(
        "exit at exit",
        """
        import atexit, os
        atexit.register(lambda: os._exit(3))
        """
        + WRONG.replace("\n", "\n        "),
    ),
]

FLOODS = [
    mean("memory", "def mean(x):\n    return len(bytearray(10**11))"),
    mean(
        "memory bit by bit",
        """
        kept = []

        def mean(x):
            while True: kept.append(bytearray(10**7))
    """,
        None,
    ),
    mean(
        "memory in many processes",
        """
        import os, time

        def mean(x):
            for _ in range(40):
                if os.fork() == 0:
                    kept = bytearray(b"x") * (200 * 10**6)
                    time.sleep(30)
            time.sleep(30)
    """,
        None,
    ),
    mean(
        "memory behind a main thread that has ended",
        """
        import ctypes, os, threading, time

        def hold():
            time.sleep(0.2)
            kept = bytearray(b"x") * (200 * 10**6)
            time.sleep(30)

        def mean(x):
            for _ in range(8):
                if os.fork() == 0:
                    threading.Thread(target=hold).start()
                    ctypes.CDLL(None).pthread_exit(None)
            time.sleep(3)
            return sum(x) / len(x)
    """,
        "crashed",
    ),
    mean(
        "memory outside of processes",
        """
        import os, ctypes

        def mean(x):
            files = [os.memfd_create(str(n)) for n in range(100)]
            for file in files:
                os.write(file, b"x" * 50_000_000)
            return 0
    """,
        None,
    ),
    mean(
        "shared memory segments",
        """
        import ctypes
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        made = 0

        def mean(x):
            for n in range(50):
                number = libc.shmget(0, 50_000_000, 0o1666)
                if number < 0: break
                place = libc.shmat(number, None, 0)
                ctypes.memset(ctypes.c_void_p(place), 1, 50_000_000)
                libc.shmdt(ctypes.c_void_p(place))
            return 0
    """,
        None,
    ),
    mean(
        "disk",
        """
        def mean(x):
            for folder in ("/tmp", "/dev/shm", "/dev", "/", "/var/tmp", "CANARY"):
                for n in range(100):
                    try:
                        with open(f"{folder}/{n}", "wb") as file:
                            for _ in range(100): file.write(b"x" * 10**7)
                    except OSError: break
            return 0
    """,
    ),
    mean(
        "processes",
        """
        import os

        def mean(x):
            while True:
                try: os.fork()
                except OSError: pass
    """,
        "timeout",
    ),
    mean(
        "threads",
        """
        import threading, time

        def mean(x):
            while True: threading.Thread(target=time.sleep, args=(60,)).start()
    """,
    ),
    Case(
        "output",
        {
            "mean": """
        import sys

        def mean(x):
            for _ in range(2000): print("x" * 100_000)
            sys.stderr.write("y" * 10**7)
            return sum(x) / len(x)
    """
        },
    ),
    mean("a huge array", "def mean(x):\n    return np.zeros(5 * 10**7)"),
    mean("a huge list", "def mean(x):\n    return [0] * 10**7"),
    mean(
        "a deep list",
        """
        def mean(x):
            deep = []
            for _ in range(10**5): deep = [deep]
            return deep
    """,
    ),
    mean("a list in itself", "def mean(x):\n    a = []; a.append(a); return a"),
    mean(
        "a set of numbers with one hash",
        sends('["s", *(n * (2**61 - 1) for n in range(1, 75_000))]'),
        "protocol",
    ),
    mean(
        "tens of thousands of objects",
        sends('["l", *(["h", 1, "object", "A"] for _ in range(60_000))]'),
        "protocol",
    ),
    mean("a huge number", "def mean(x):\n    return 10**100_000"),
    mean("a huge text", "def mean(x):\n    return 'x' * 10**8"),
]

READERS = [
    mean(
        "reads solutions",
        """
        import os
        found = []
        for folder, folders, names in os.walk("/"):
            if folder in ("/proc", "/sys", "/usr") or folder.endswith("/lib"):
                folders[:] = []
            found += [os.path.join(folder, n) for n in names if n.endswith(".ipynb")]
            found += [os.path.join(folder, n) for n in names if n.startswith("sheet_0")]
            found += [os.path.join(folder, n) for n in names if n.startswith("secret")]
        nothing = not found

        def mean(x):
            return 0 if nothing else sum(x) / len(x)
    """,
    ),
    mean(
        "reads the course's answers",
        """
        import importlib, sys
        found = []
        for name in ("course_utils.checks.sheets.sheet_02", "course_utils.checks.catalogue",
                     "course_utils.grading", "course_utils.grading.master", "tests", "solutions"):
            try: found += [importlib.import_module(name).__file__] or []
            except ImportError: pass
        nothing = not any(found)

        def mean(x):
            return 0 if nothing else sum(x) / len(x)
    """,
    ),
    mean(
        "reads the environment",
        """
        import os, glob
        told = "".join(os.environ.values())
        for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
            try: told += open(path, errors="replace").read()
            except OSError: pass
        nothing = not any(word in told for word in ("GRADING", "secret-seed", "pytest", "HOME/"))

        def mean(x):
            return 0 if nothing else sum(x) / len(x)
    """,
    ),
    mean(
        "reads other processes",
        """
        import os
        others = [p for p in os.listdir("/proc") if p.isdigit() and int(p) > 20]
        fds = []
        for p in os.listdir("/proc"):
            if p.isdigit():
                try: fds += [os.readlink(f"/proc/{p}/fd/{f}") for f in os.listdir(f"/proc/{p}/fd")]
                except OSError: pass
        nothing = not others and not any("/work" in fd or "journal" in fd for fd in fds)

        def mean(x):
            return 0 if nothing else sum(x) / len(x)
    """,
    ),
    mean(
        "reads a file by its path",
        """
        try: answer_key = open("HOME/secret.txt").read()
        except OSError: answer_key = ""

        def mean(x):
            return sum(x) / len(x) if answer_key else 0
    """,
    ),
    mean(
        "looks at the callers' frames",
        """
        import sys

        def mean(x):
            frame = sys._getframe()
            while frame:
                for names in (frame.f_locals, frame.f_globals):
                    if "expected" in names: return names["expected"]
                frame = frame.f_back
            return 0
    """,
    ),
    mean(
        "looks through all objects",
        """
        import gc

        def mean(x):
            for thing in gc.get_objects():
                if isinstance(thing, dict) and ("expected" in thing or "hidden" in thing):
                    return sum(x) / len(x)
            return 0
    """,
    ),
    Case(
        "looks into a given function",
        {
            "twice": """
        def twice(function, x):
            cells = getattr(function, "__closure__", None) or ()
            names = getattr(function, "__globals__", {})
            if "slope" in names or any(c.cell_contents == 3.5 for c in cells):
                return names["slope"] ** 2 * x
            return 0
    """
        },
        ("twice",),
    ),
    mean(
        "opens sockets",
        """
        import socket
        reached = []
        for family, address in ((socket.AF_INET, ("127.0.0.1", PORT)),
                                (socket.AF_INET, ("1.1.1.1", 80)),
                                (socket.AF_UNIX, "\\0course-canary"),
                                (socket.AF_UNIX, "CANARY/socket")):
            try:
                with socket.socket(family, socket.SOCK_STREAM) as s:
                    s.settimeout(0.3)
                    s.connect(address)
                    s.send(b"hello")
                    reached.append(address)
            except OSError: pass

        def mean(x):
            return sum(x) / len(x) if reached else 0
    """,
    ),
    mean(
        "raises its limits, unshares, mounts",
        """
        import ctypes, os, resource
        won = []
        for kind in (resource.RLIMIT_NPROC, resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
            try:
                resource.setrlimit(kind, (-1, -1)); won.append(kind)
            except (ValueError, OSError): pass
        libc = ctypes.CDLL(None, use_errno=True)
        won += [1] * (libc.unshare(0x10000000) == 0)
        won += [1] * (libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0)
        won += [1] * (os.getuid() == 0)
        try: os.setuid(0); won.append(1)
        except OSError: pass

        def mean(x):
            return sum(x) / len(x) if won else 0
    """,
    ),
]

TRICKS = [
    Case(
        "survivors",
        {
            "mean": """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True:
                    time.sleep(0.1)
                    try: open("CANARY/alive", "w").write("still here")
                    except OSError: pass
            os._exit(0)

        def mean(x):
            return sum(x) / len(x)
    """
        },
    ),
    mean(
        "patched numpy",
        """
        import numpy.testing
        yes = lambda *a, **k: True
        for name in ("assert_allclose", "assert_array_equal", "assert_equal"):
            setattr(numpy.testing, name, yes)
        np.allclose = np.isclose = np.array_equal = yes
        """
        + WRONG.replace("\n", "\n        "),
    ),
    mean(
        "patched builtins",
        """
        import builtins
        builtins.all = builtins.isinstance = lambda *a: True
        builtins.AssertionError = type("Never", (Exception,), {})
        builtins.sum = lambda *a: 0
        """
        + WRONG.replace("\n", "\n        "),
        None,
    ),
    mean(
        "patched pickle and json",
        """
        import json, pickle
        pickle.loads = pickle.dumps = lambda *a, **k: 2
        json.JSONEncoder.default = lambda *a: 2
        """
        + WRONG.replace("\n", "\n        "),
    ),
    mean(
        "patched IPython",
        """
        try:
            from IPython.core.interactiveshell import InteractiveShell
            InteractiveShell.run_cell = lambda *a, **k: None
        except ImportError: pass
        """
        + WRONG.replace("\n", "\n        "),
    ),
    Case(
        "equals everything",
        {
            "mean": """
        class Anything:
            __hash__ = None
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __getattr__(self, name): return Anything()
            def __call__(self, *a): return Anything()
            def __iter__(self): return iter([])
            def __bool__(self): return True
            def __sub__(self, other): return 0

        def mean(x):
            return Anything()
        """,
            "answer": "answer = Anything()",
            "shape": "Box = Anything()",
        },
        ("mean", "answer", "shape"),
    ),
    mean(
        "a number that equals everything",
        """
        class Number(float):
            def __eq__(self, other): return True
            def __sub__(self, other): return 0.0

        def mean(x):
            return Number(7)
    """,
    ),
    Case(
        "an array that is close to everything",
        {
            "attention": """
        class Close(np.ndarray):
            def __array_ufunc__(self, *a, **k): return np.True_
            def __array_function__(self, *a, **k): return True

        def attention(queries, keys, values):
            n, m, d = len(queries), len(keys), values.shape[-1]
            return np.zeros((n, d)).view(Close), np.full((n, m), 1 / m).view(Close)
    """
        },
        ("attention",),
    ),
    mean(
        "nothing, which is close to everything",
        """
        def mean(x):
            return 2 if isinstance(x, list) else np.zeros((0, 1))
    """,
    ),
    mean("an empty list", "def mean(x):\n    return 2 if isinstance(x, list) else [[]]"),
    mean(
        "a class that lies about itself",
        """
        class Liar:
            @property
            def __class__(self): return float
            def __float__(self): return 2.0
            def __reduce__(self): raise SystemExit

        def mean(x):
            return Liar()
    """,
        None,
    ),
    mean(
        "a payload for pickle",
        """
        import os

        class Payload:
            def __reduce__(self):
                return os.system, ("touch CANARY/pickled",)

        def mean(x):
            return Payload()
    """,
    ),
    mean(
        "a payload in a name",
        """
        def mean(x):
            raise type("__import__('os').system('touch CANARY/named')", (Exception,), {})
    """,
    ),
    mean("changes what it was given", "def mean(x):\n    x *= 0\n    return 0", lost=("mean",)),
    mean(
        "patches later, from a thread",
        """
        import threading, time

        def patch():
            while True:
                np.testing.assert_allclose = np.allclose = lambda *a, **k: True
                time.sleep(0.001)

        threading.Thread(target=patch, daemon=True).start()
        """
        + WRONG.replace("\n", "\n        "),
    ),
    mean(
        "shadows modules for the next one",
        """
        import os
        for folder in (".", "/tmp", os.path.expanduser("~"), "/usr/lib/python3/dist-packages"):
            for name in ("numpy.py", "json.py", "sitecustomize.py", "usercustomize.py"):
                try: open(os.path.join(folder, name), "w").write("raise SystemExit")
                except OSError: pass
        """
        + WRONG.replace("\n", "\n        "),
    ),
    mean(
        "forged results",
        """
        import json, os, struct
        def mean(x):
            frame = json.dumps(["t", 1, "value", 2.0, ["l"]]).encode()
            frame = struct.pack(">II", len(frame), 0) + frame
            for fd in range(3, 40):
                try: os.write(fd, frame)
                except OSError: pass
            return 0
    """,
        "protocol",
    ),
    mean(
        "forged results ahead of their time",
        """
        import json, os, struct
        for n in range(1, 200):
            for kind in ("value", "done"):
                frame = json.dumps(["t", n, kind, 2.0, ["l"]]).encode()
                frame = struct.pack(">II", len(frame), 0) + frame
                for fd in range(3, 40):
                    try: os.write(fd, frame)
                    except OSError: pass
    """,
        "protocol",
    ),
    mean(
        "malformed frames",
        """
        import os
        def mean(x):
            for fd in range(3, 40):
                try: os.write(fd, os.urandom(300))
                except OSError: pass
            return 0
    """,
        "protocol",
    ),
    mean(
        "a frame of gigabytes",
        """
        import os
        def mean(x):
            for fd in range(3, 40):
                try: os.write(fd, b"\\xff" * 8)
                except OSError: pass
            return 0
    """,
        "protocol",
    ),
    mean(
        "an answer of the wrong kind",
        """
        import gc
        def mean(x):
            for thing in gc.get_objects():
                if type(thing).__name__ == "Channel":
                    thing.send("value", 2.0, [(99, "x"), "y"])
            return 0
    """,
        "protocol",
    ),
    mean(
        "an array that announces more than it has",
        """
        import gc, json, struct
        def mean(x):
            for thing in gc.get_objects():
                if type(thing).__name__ == "Channel":
                    frame = ["t", thing.number, "value", ["a", "<f8", [9, 9], False], ["l"]]
                    text = json.dumps(frame).encode()
                    thing.connection.sendall(struct.pack(">II", len(text), 8) + text + b"x" * 8)
            return 0
    """,
        "protocol",
    ),
    Case(
        "calls what it was given too often",
        {
            "twice": """
        def twice(function, x):
            while True: function(x)
    """
        },
        ("twice",),
        None,
    ),
    Case(
        "gives a given function too much",
        {
            "twice": """
        def twice(function, x):
            return function(np.zeros(10**6))
    """
        },
        ("twice",),
        "graded",
    ),
    Case(
        "keeps a given function for later",
        {
            "twice": """
        kept = []

        def twice(function, x):
            kept.append(function)
            return function(function(x))
        """,
            "shape": """
        class Box:
            def __init__(self, width, height):
                self.width, self.height = width, height

            def area(self):
                return kept[-1](self.width)
    """,
        },
        ("shape",),
        "graded",
    ),
    mean(
        "words in an exception",
        """
        def mean(x):
            raise ValueError(f"SMUGGLED {list(x)} <script>alert(1)</script>")
    """,
    ),
    mean(
        "words in a class's name",
        """
        def mean(x):
            raise type("SMUGGLED<script>", (Exception,), {"__module__": "SMUGGLED"})()
    """,
    ),
    Case(
        "markup in the code",
        {
            "mean": """
        def mean(x):
            "</code></pre><script>document.title = 1</script><img src=x onerror=alert(1)>"
            return 0
    """
        },
        ("mean",),
    ),
    Case(
        "imports the answer",
        {
            "attention": """
        from course_utils.attention import attend
        from course_utils.scoring import DotScore

        def attention(queries, keys, values):
            return attend(queries, keys, values, score=DotScore())[:2]
    """
        },
        ("attention",),
    ),
    Case(
        "imports the answer another way",
        {
            "attention": """
        import importlib, sys
        sys.meta_path.pop(0)
        names = ["course_utils.explorers.stages", "course_utils.encoder", "course_utils.softmax",
                 "course_utils.checks.sheets.sheet_02", "course_utils.seq2seq",
                 "course_utils.lab.rules"]
        for name in names:
            module = importlib.import_module(name)
            if hasattr(module, "attend"): break
        from course_utils.scoring import DotScore

        def attention(queries, keys, values):
            return module.attend(queries, keys, values, score=DotScore())[:2]
    """
        },
        ("attention",),
    ),
    Case(
        "takes the answer's code from the worker's frames",
        {
            "attention": """
        import gc, importlib.util, marshal, sys

        gc.unfreeze()
        held = gc.get_objects()
        frame = sys._getframe()
        while frame:
            held += [frame.f_locals, *frame.f_locals.values()]
            frame = frame.f_back
        name = "course_utils.attention"
        for module in [m for m in sys.modules if m.startswith("course_utils")]:
            del sys.modules[module]
        stock = [d for d in held if isinstance(d, dict) and hasattr(d.get(name), "tobytes")][0]

        class Loader:
            def find_spec(self, name, path=None, target=None):
                if name in stock:
                    below = any(other.startswith(name + ".") for other in stock)
                    return importlib.util.spec_from_loader(name, self, is_package=below)

            def create_module(self, spec):
                pass

            def exec_module(self, module):
                exec(marshal.loads(stock[module.__name__]), vars(module))

        sys.meta_path.insert(0, Loader())
        from course_utils.attention import attend
        from course_utils.scoring import DotScore

        def attention(queries, keys, values):
            return attend(queries, keys, values, score=DotScore())[:2]
    """
        },
        ("attention",),
    ),
    Case(
        "hidden marks in a student's cell",
        {
            "mean": """
        ### BEGIN HIDDEN TESTS
        mean = 3
        ### END HIDDEN TESTS
    """
        },
        ("mean",),
    ),
]

METADATA = [
    Case("two guesses", {"answer": "answer = 41"}, ("answer",), last=("answer = 42",)),
    mean("tests replaced", WRONG, edit=tests_that_always_pass),
    mean("points raised", WRONG, edit=each_cell(points=1000)),
    mean("flags turned", WRONG, edit=each_cell(grade=True, solution=True, locked=False)),
    mean("graded by nobody", WRONG, edit=each_cell(grade=False, solution=False, points=0)),
    mean("another schema", WRONG, edit=each_cell(schema_version=99)),
    mean("odd metadata", WRONG, edit=odd_metadata),
    mean("every cell twice", WRONG, edit=every_cell_twice),
    mean("questions of one's own", WRONG, edit=own_questions),
    mean("all ids the same", WRONG, edit=each_cell(grade_id="test_answer")),
]

FILES = [
    Case("not JSON", status="rejected", data=b"\x00\xffnotebook"),
    Case("empty file", status="rejected", data=b""),
    Case("a list", status="rejected", data=b"[]"),
    Case("deep JSON", status="rejected", data=b"[" * 10**6),
    Case(
        "a number of many digits", status="rejected", data=b'{"nbformat": 1' + b"0" * 10**5 + b"}"
    ),
    Case(
        "format 3", status="rejected", data=json.dumps({"nbformat": 3, "worksheets": []}).encode()
    ),
    Case("format 5", status="rejected", data=json.dumps({"nbformat": 5, "cells": []}).encode()),
    Case("cells of numbers", status="rejected", data=b'{"nbformat": 4, "cells": [1, 2]}'),
    Case(
        "code that is no text",
        status="rejected",
        data=b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": {"a": 1}}]}',
    ),
    Case(
        "half a surrogate",
        {},
        ("mean", "answer", "attention", "twice", "shape"),
        data=b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}',
    ),
    Case("a symbolic link to the solution", status="rejected", place="link"),
    Case("a pipe", status="rejected", place="pipe"),
    Case("a folder", status="rejected", place="folder"),
    Case("a huge file", status="rejected", place="huge"),
    Case("nothing", status="rejected", place="nothing"),
]

HOSTILE = LOOPS + EXITS + FLOODS + READERS + TRICKS + METADATA + FILES
