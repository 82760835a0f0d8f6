"""Sheets whose tests handle what answers give them, and answers that make use of it.

Each sheet has one question. A text that the test would run, a path that it would open, an object
that no honest worker makes: the answer must not get the points, and CANARY must stay as it is.
"""

import textwrap
from dataclasses import dataclass, field

# A forged worker: the frame that answers the call is the student's own.
FORGED = """
import gc, json, struct

def channel():
    return next(t for t in gc.get_objects() if type(t).__name__ == "Channel")

def forge(value, changes=["l"], told="", data=b""):
    found = channel()
    text = json.dumps(["t", found.number, "value", value, changes, told]).encode()
    found.connection.sendall(struct.pack(">II", len(text), len(data)) + text + data)
    plain = found.send
    found.send = lambda *answer: setattr(found, "send", plain)
"""
EVIL = "open('CANARY', 'w').write('x')"
CLOSER = (
    '["name", "delete", "close_called", "cleanup_called", "delete_on_close", "file"]',
    '["CANARY", True, False, False, True,'
    ' ["object", "io:StringIO", 1, ["d", ["l", ""], ["l", ["l", "", 0]]]]]',
)


@dataclass
class Sheet:
    """A sheet with one question. right : SOURCE's answer.  attacks : {name: a student's answer}.

    files : what stands beside it.  withheld : modules.  status : of each attack, "" for any.
    """

    name: str
    given: str
    right: str
    test: str
    attacks: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    withheld: tuple = ()
    status: str = ""


def sheet(name, given, right, test, attacks, files=None, **more):
    parts = (textwrap.dedent(part).strip("\n") for part in (given, right, test))
    dedented = {title: textwrap.dedent(code) for title, code in attacks.items()}
    return Sheet(name, *parts, dedented, files or {}, **more)


SHEETS = [
    sheet(
        "a path that the answer gives",
        "import os",
        """
        def save(rows):
            with open("out.csv", "w") as file:
                file.write(",".join(map(str, rows)))
            return "out.csv"
        """,
        """
        path = save([1, 2])
        with open(path) as file:
            text = file.read()
        os.remove(path)
        assert text == "1,2", f"your file holds {text}"
        """,
        {
            "another's file": "def save(rows):\n    return 'CANARY'",
            "a way up": "def save(rows):\n    return '../' * 20 + 'CANARY'",
        },
    ),
    sheet(
        "a pickle that is text",
        "import json\nfrom pickle import dump, load",
        "def save(path):\n    with open(path, 'w') as file:\n        file.write('1')",
        """
        save("a.txt")
        thing = open("a.txt").read()
        if thing != "1":
            thing = load(open("a.txt", "rb"))
        assert thing == "1"
        """,
        {
            "protocol 0": f"""
            import pickle

            class Evil:
                def __reduce__(self):
                    return exec, ({EVIL!r},)

            def save(path):
                with open(path, "wb") as file:
                    file.write(pickle.dumps(Evil(), 0))
            """
        },
    ),
    sheet(
        "a repr that is evaluated",
        "import math",
        """
        class Vector:
            def __init__(self, x, y):
                self.x, self.y = x, y

            def __repr__(self):
                return f"Vector({self.x}, {self.y})"

            def __eq__(self, other):
                return (self.x, self.y) == (other.x, other.y)
        """,
        "vector = Vector(1, 2)\nassert eval(repr(vector)) == vector\nassert vector != Vector(2, 1)",
        {
            "a text that runs": f"""
            class Vector:
                def __init__(self, x, y):
                    self.x, self.y = x, y

                def __repr__(self):
                    return {EVIL!r}
            """
        },
    ),
    sheet(
        "the examples of a docstring",
        "import doctest",
        'def two():\n    """\n    >>> two()\n    2\n    """\n    return 2',
        "assert doctest.testmod().failed == 0\nassert doctest.testmod().attempted == 1",
        {
            "an example that runs": f"""
            def two():
                \"\"\"
                >>> {EVIL}
                1
                \"\"\"
                return 2
            """
        },
    ),
    sheet(
        "a text whose time is taken",
        "import timeit",
        "def text():\n    return 'sum([1, 2])'",
        "first = text()\nif first != 'sum([1, 2])':\n    timeit.timeit(first, number=1)\n"
        "assert timeit.timeit('sum([1, 2])', number=1) < 9 and first == 'sum([1, 2])'",
        {"a text that runs": f"def text():\n    return {EVIL!r}"},
    ),
    sheet(
        "hints of types",
        "import typing",
        "def two(x: int) -> int:\n    return 2",
        "assert typing.get_type_hints(two)['x'] is int\nassert two(1) == 2",
        {
            "a text that runs": """
            def two(x: "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen'"
                       "][0](['sh', '-c', ': > CANARY']).wait() or int") -> int:
                return 2
            """
        },
    ),
    sheet(
        "the source of an answer, run again",
        "import inspect",
        "def two(x):\n    return 2",
        "space, source = {}, inspect.getsource(two)\nif 'open' in source:\n"
        "    exec(source, space)\n"
        "    space['two'](1)\n    assert False\nassert two(1) == 2",
        {"a body that runs": f"def two(x):\n    {EVIL}\n    return 2"},
    ),
    sheet(
        "an object of a library's class",
        "import numpy as np\nimport subprocess\nimport tempfile",
        "def mean(x):\n    return float(np.mean(x))",
        "for x in ([1, 2, 3], [2, 2]):\n    y = mean(x)\nassert mean([1, 2, 3]) == 2",
        {
            "one that removes a file": f"""
            {FORGED}
            def mean(x):
                state = ["d", ["l", *{CLOSER[0]}], ["l", *{CLOSER[1]}]]
                forge(["t", ["object", "__main__:tempfile._TemporaryFileCloser", 0, state]])
            """.replace("            ", ""),
        },
    ),
    sheet(
        "a folder in a file's place",
        "import os\nwith open('data.txt') as file:\n    table = file.read()",
        "def save(text):\n    with open('out.txt', 'w') as file:\n        file.write(text)",
        "save('a')\nwith open('out.txt') as file:\n    assert file.read() == 'a'",
        {
            "made in a cell": """
            os.remove("data.txt")
            os.mkdir("data.txt")
            with open("data.txt/more", "w") as file:
                file.write("1")

            def save(text):
                raise ValueError
            """,
        },
        {"data.txt": b"1"},
    ),
]
