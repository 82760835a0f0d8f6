"""Sheets whose tests meet what an answer makes of them: names, files, queries, random numbers.

Written as in `hostile_objects`: the answer must not get the points, CANARY must stay as it is, and
nothing beside it. Each of these attacks was won once, or ended the process that runs the tests.
"""

from tests.grading.hostile_objects import sheet

INSIDE = """
import gc
student = next(thing for thing in gc.get_objects() if type(thing).__name__ == "Student")
instances = vars(type(student).call.__globals__["instances"])
"""
ASKS_FOR_IT = """
def mean(x):
    there = globals().get("expected", 3.0)
    return 3.0 if there == 3.5 else there
"""
HIDDEN = """
assert mean(np.array([2.0, 4.0])) == 3
### BEGIN HIDDEN TESTS
x = np.array([1.0, 7.0])
expected = x.mean()
np.testing.assert_allclose(mean(x), expected)
### END HIDDEN TESTS
"""
MEAN = "def mean(x):\n    return x.mean()"
MASKED = "def twice(x):\n    return np.ma.array([7.0, 7.0], mask=True)"
TWICE = "def twice(x):\n    return np.array([2.0 * one for one in x])"
OPENS = """
path = save([1, 2])
with open(path) as file:
    text = file.read()
### BEGIN HIDDEN TESTS
with open("rows.csv") as file:
    assert file.read() == "SECRET"
### END HIDDEN TESTS
assert text == "1,2", f"your file holds {text}"
"""
SAVE = """
def save(rows):
    with open("out.csv", "w") as file:
        file.write(",".join(map(str, rows)))
    return "out.csv"
"""
QUERY = """
database = sqlite3.connect(":memory:")
database.executescript(script)
assert database.execute("SELECT count(*) FROM t").fetchall() == [(0,)]
assert "CANARY" not in script and "file:" not in script.lower()
"""


def generator(kind, change):
    """An answer whose generator comes back in a state that none can have."""
    return f"""{INSIDE}
def roll(rng):
    plain, state = instances["state_of"], np.random.{kind}(1).state
    {change}
    instances["state_of"] = lambda value: (
        {{"": state}} if isinstance(value, np.random.Generator) else plain(value)
    )
    return rng.integers(1, 7)
"""


SHEETS = [
    sheet(
        "a hidden test's own name, which a comment has too",
        "import numpy as np\n# what is expected of a die",
        MEAN,
        HIDDEN,
        {"asks for it": ASKS_FOR_IT},
    ),
    sheet(
        "a hidden test's own name, which a demonstration binds too",
        "import numpy as np\nexpected = 3.5\nprint(expected)",
        MEAN,
        HIDDEN,
        {"asks for it": ASKS_FOR_IT},
    ),
    sheet(
        "random numbers that everybody shares",
        "import random\n\nimport numpy as np",
        "def roll(n):\n    return np.random.randint(1, 7, n)",
        """
        np.random.seed(0)
        rolled, after = roll(5), np.random.rand()
        np.random.seed(0)
        assert list(rolled) == list(np.random.randint(1, 7, 5)), f"{after}"
        """,
        {
            "a state beyond its numbers": f"""{INSIDE}
def roll(n):
    bits = "MT19937", np.arange(624, dtype=np.uint32), 200_000_000, 0, 0.0
    type(student).seeds = lambda self: ("value", (random.getstate(), bits), (), "")
    return np.ones(n, int)
"""
        },
    ),
    sheet(
        "a generator that is given",
        "import numpy as np",
        "def roll(rng):\n    return rng.integers(1, 7)",
        """
        rng, same = (np.random.Generator(np.random.Philox(3)) for _ in range(2))
        assert roll(rng) == same.integers(1, 7)
        assert rng.random() == same.random()
        """,
        {
            "MT19937 beyond its numbers": generator("MT19937", "state['state']['pos'] = 2 * 10**8"),
            "Philox before its numbers": generator("Philox", "state['buffer_pos'] = -3 * 10**8"),
        },
    ),
    sheet(
        "a query that is run",
        "import sqlite3",
        "script = 'CREATE TABLE t (a)'",
        QUERY,
        {
            "a copy": "script = \"CREATE TABLE t (a); VACUUM INTO 'CANARY.db'\"",
            "a file": "script = \"CREATE TABLE t (a); ATTACH 'CANARY.db' AS x;"
            ' CREATE TABLE x.t (a)"',
            "a URI": "script = \"CREATE TABLE t (a); ATTACH 'file:CANARY.db?mode=rwc' AS x;"
            ' CREATE TABLE x.t (a)"',
        },
    ),
    sheet(
        "a path among the sheet's own",
        "import os",
        SAVE,
        OPENS,
        {
            "a file of hidden tests": "def save(rows):\n    return 'rows.csv'",
            "the machine's users": "def save(rows):\n    return '/etc/passwd'",
        },
        {"rows.csv": b"SECRET"},
    ),
    sheet(
        "files without end",
        "import os",
        """
        def save(n):
            for number in range(n):
                with open(f"{number}.txt", "w") as file:
                    file.write("x")
                yield number
        """,
        "assert [*save(3)] == [0, 1, 2] and os.path.exists('2.txt')",
        {
            "gigabytes": f"""{INSIDE}
def save(n):
    made, data = [], b"x" * 7_000_000

    def written(self):
        made.append(1)
        return "value", ({{f"{{len(made)}}-{{k}}.txt": data for k in range(8)}}, []), (), ""

    type(student).written = written
    yield from range(200)
"""
        },
        status="protocol",
    ),
    *(
        sheet(name, "import numpy as np", TWICE, test, {"all of it": MASKED})
        for name, test in {
            "one number of an array": "np.testing.assert_almost_equal(twice([1.0, 2.0])[0], 2.0)",
            "numbers in turn": "for one, other in zip(twice([1.0, 2.0]), [2.0, 4.0]):\n"
            "    np.testing.assert_equal(one, other)",
            "a sum": "np.testing.assert_almost_equal(np.sum(twice([1.0, 2.0])), 6.0)",
            "a way out": "if abs(twice([1.0, 2.0])[0] * 2 - 4) > 1e-9:\n    raise ValueError",
        }.items()
    ),
    sheet(
        "a text that is evaluated",
        "import numpy as np",
        "def formula(x):\n    return f'{x} * 2'",
        "expected = 6\nnames = {'expected': 1}\nassert eval(formula(3)) == expected",
        {"the name of what is expected": "def formula(x):\n    return 'expected'"},
    ),
    sheet(
        "a template that is filled in",
        "class P:\n    def __init__(self, x):\n        self.x = x",
        "template = '{0.x}'",
        "said = template.format(P(3))\n### BEGIN HIDDEN TESTS\nsecret = 'SECRET'\n"
        "### END HIDDEN TESTS\nassert said == '3', said",
        {
            "the teacher's texts": "template = '{0.__init__.__globals__[eval].__self__.own}'",
            "the tests' own": "template = '{0.__init__.__globals__[eval].__self__"
            ".session.as_tested}'",
        },
    ),
    sheet(
        "tests as unittest has them",
        "import unittest\nfrom unittest import *",
        "def more(x):\n    return x + 1",
        """
        class TestMore(TestCase):
            def test_more(self):
                self.assertEqual(more(1), 2)

        result = unittest.main(argv=[""], exit=False, verbosity=0).result
        assert result.wasSuccessful() and result.testsRun
        """,
        {"skipped": "import unittest\n\ndef more(x):\n    raise unittest.SkipTest('x')"},
    ),
    sheet(
        "a library that is withheld",
        "import numpy as np",
        "def sized(n):\n    return f'{n:.2f}'",
        "assert sized(1.5) == '1.50'",
        {
            "its finder taken away": """
            import sys

            sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "Shelf"]
            for name in [n for n in sys.modules if n.partition(".")[0] == "tqdm"]:
                del sys.modules[name]
            from tqdm.std import tqdm

            sized = tqdm.format_sizeof
            """
        },
        withheld=("tqdm",),
    ),
]
