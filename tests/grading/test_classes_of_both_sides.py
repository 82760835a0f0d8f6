"""Classes that tests and answers have in common: a library's, and those of given cells.

Each case is a given cell, a test, an answer that is right in a kernel, and one that is wrong there.
"""

import json
import textwrap

import pytest

from course_utils.grading.assess import assess
from course_utils.grading.master import BadSource, read_master
from course_utils.grading.notebooks import Cell
from course_utils.grading.proving import proved
from course_utils.grading.sandbox import Sandbox
from course_utils.grading.settings import Settings

SANDBOX = Sandbox()
REASON = SANDBOX.why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))

HIDE, END = "### BEGIN HIDDEN TESTS\n", "### END HIDDEN TESTS"
PARTS = "n = 0\ntry:\n    n = 4 * (f(2) == 4)\nexcept NameError:\n    pass\nn"

CASES = {
    "a library's class": (
        "import re",
        "assert isinstance(word, re.Pattern) and word.findall('a1b') == ['a', 'b']",
        "import re\nword = re.compile('[a-z]')",
        "word = '[a-z]'",
    ),
    "a library's error": (
        "import sqlite3",
        """
        try:
            add(1)
        except sqlite3.IntegrityError as error:
            assert "UNIQUE" in str(error)
        else:
            assert False
        """,
        """
        import sqlite3
        db = sqlite3.connect(":memory:")
        db.execute("CREATE TABLE t(n UNIQUE)")
        db.execute("INSERT INTO t VALUES (1)")
        def add(n):
            db.execute("INSERT INTO t VALUES (?)", (n,))
        """,
        "def add(n):\n    raise ValueError('UNIQUE')",
    ),
    "a library's error with more than words": (
        "import json",
        """
        try:
            read("[1,")
        except json.JSONDecodeError as error:
            assert error.pos == 3
        else:
            assert False
        """,
        "import json\ndef read(text):\n    return json.loads(text)",
        "def read(text):\n    return eval(text)",
    ),
    "a given enumeration": (
        "from enum import Enum\nclass Pos(Enum):\n    NOUN = 1\n    VERB = 2",
        "assert tags('dog') == {Pos.NOUN, Pos.VERB} and tags('cat').pop() is Pos.NOUN",
        "def tags(w):\n    return {Pos.NOUN, Pos.VERB} if w == 'dog' else {Pos.NOUN}",
        "def tags(w):\n    return {'NOUN', 'VERB'} if w == 'dog' else {'NOUN'}",
    ),
    "a given enumeration that an answer replaces": (
        "from enum import Enum\nclass Pos(Enum):\n    NOUN = 1",
        "assert tag().name == 'ADVERB'",
        "class Pos(Enum):\n    ADVERB = 1\ndef tag():\n    return Pos.ADVERB",
        "def tag():\n    return Pos.NOUN",
    ),
    "an enumeration of a student's own": (
        "from enum import Flag",
        "assert Perm.EXEC in (Perm.READ | Perm.EXEC) and (Perm.READ | Perm.EXEC).value == 5",
        "from enum import Flag\nclass Perm(Flag):\n    READ = 4\n    WRITE = 2\n    EXEC = 1",
        "from enum import Flag\nclass Perm(Flag):\n    READ = 4\n    WRITE = 2\n    EXEC = 8",
    ),
    "a given abstract class": (
        """
        import abc
        class Shape(abc.ABC):
            @abc.abstractmethod
            def area(self): ...
        """,
        "assert issubclass(Square, Shape) and isinstance(Square(), Shape)",
        "class Square(Shape):\n    def area(self):\n        return 1",
        "class Square:\n    def area(self):\n        return 1",
    ),
    "a given error that takes other words": (
        """
        class Invalid(ValueError):
            def __init__(self, field, message="no"):
                super().__init__(f"{field}: {message}")
                self.field = field
        """,
        """
        try:
            check(-1)
        except Invalid as error:
            assert error.field == "r" and str(error) == "r: negative"
        else:
            assert False
        """,
        "def check(r):\n    raise Invalid('r', 'negative')",
        "def check(r):\n    raise ValueError('r: negative')",
    ),
    "an error of the test's own, through a decorator": (
        "",
        """
        @retry
        def bad(x):
            raise KeyError(x, 2)
        try:
            bad(1)
        except KeyError as error:
            assert error.args == (1, 2)
        else:
            assert False
        """,
        "def retry(f):\n    def g(x):\n        try: return f(x)\n"
        "        except Exception: return f(x)\n    return g",
        "def retry(f):\n    def g(x):\n        try: return f(x)\n"
        "        except KeyError: raise KeyError('sorry')\n    return g",
    ),
    "a mark in a text": (
        "import json",
        "assert json.loads(text) == [1]",
        'text = """\n### BEGIN SOLUTION\n[1]\n### END SOLUTION\n"""',
        "text = '[2]'",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_right_is_right_and_wrong_is_wrong(case, tmp_path):
    given, test, right, wrong = map(textwrap.dedent, case)
    master, settings = source(tmp_path, given, right, test)
    settings = proved(master, settings)
    failing = [Cell(given, ""), Cell(wrong, "answer"), Cell(test, "test")]
    for cells, points in ((master.code, 4), (failing, 0)):
        result = assess(master, cells, settings)
        assert [(one.points, result.status) for one in result.outcomes] == [(points, "graded")]


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("x = 1\nf(x)", "line 2 of its tests (`f(x)`) stops with TypeError: 'int' object is not"),
        ("y = [1]\nassert f(y) == 2", "line 2 of its tests (`assert f(y) == 2`) does not hold"),
        ("assert f([1]) == 2, 1", "(`assert f([1]) == 2, 1`) stops with AssertionError: 1"),
        (
            "import sqlite3\nf(sqlite3.connect(':memory:'))",
            "TypeError: 'sqlite3.Connection' object",
        ),
        ("import threading\nf(threading.Lock())", "TypeError: an object of class lock cannot be"),
    ],
)
def test_a_teacher_reads_the_error_and_its_line(test, said, tmp_path):
    master, settings = source(tmp_path, "", "def f(x):\n    return x[0]", test)
    with pytest.raises(BadSource) as raised:
        proved(master, settings)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "test", "said"),
    [
        ("# YOUR CODE HERE\nraise NotImplementedError()", "assert f(2) == 4", "Not answered yet."),
        ("def f(x):\n    if x = 2: pass", "assert f(2) == 4", "Maybe you meant '=='"),
        ("def f(x):\n    return 0", f"{HIDE}assert f(2) == 4\n{END}", "and those are hidden"),
        (
            "def f(x):\n    return 0",
            f"f(1)\n{HIDE}assert f(2) == 4\n{END}",
            "tests that you can see",
        ),
        ("def g(x):\n    return 0", PARTS, "The tests give 0 of the 4 points."),
    ],
)
def test_a_student_reads_what_fits(answer, test, said, tmp_path):
    master, settings = source(tmp_path, "", "def f(x):\n    return 2 * x", test)
    cells = [Cell(answer, "answer"), Cell(test, "test")]
    result = assess(master, cells, proved(master, settings))
    (outcome,) = result.outcomes
    assert outcome.points == 0 and said in outcome.message
    assert not outcome.message.endswith("?.")
    assert not result.notes or "NotImplementedError" not in answer


def source(folder, given, answer, test):
    """(master, settings) of a sheet with one question."""
    flags = {"schema_version": 3, "locked": False, "solution": False, "grade": False}
    cells = [
        cell(given, {}),
        cell(answer, {**flags, "grade_id": "answer", "solution": True}),
        cell(test, {**flags, "grade_id": "test", "grade": True, "points": 4}),
    ]
    path = folder / "x.ipynb"
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book), encoding="utf-8")
    return read_master(path), Settings(SANDBOX)


def cell(text, marks):
    about = {"nbgrader": marks} if marks else {}
    return {
        "cell_type": "code",
        "source": text,
        "metadata": about,
        "outputs": [],
        "execution_count": None,
    }
