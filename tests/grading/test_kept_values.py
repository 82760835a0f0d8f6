"""What a hidden test hands to one answer, another answer cannot give back later."""

import json

import pytest

from course_utils.grading import __main__ as command
from course_utils.grading.sandbox import Sandbox
from tests.grading.invented_class import code, notebook

REASON = Sandbox().why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
LOADS = "import numpy as np\nseen = []"
ERROR = "def error(guess, target):\n    {}\n    return float(np.abs(guess - target).mean())"
GUESS = "def guess(x):\n    return {}"
HONEST = "3.5 * x + 1"
TARGETS = "x = np.array([0.25, 4.0, 7.5])\ntarget = 3.5 * x + 1\n"
TESTS = {
    "error": "assert error(np.ones(2), np.ones(2)) == 0\n"
    + HIDDEN.format(TARGETS + "assert error(target + 1, target) == 1\ndel x, target"),
    "guess": "assert len(guess(np.ones(2))) == 2\n"
    + HIDDEN.format(TARGETS + "np.testing.assert_allclose(guess(x), target)\ndel x, target"),
}
# (what `error` does with its target, what `guess` gives)
CHEATS = {
    "global": ("globals()['kept'] = target", "kept if len(x) == len(kept) else x"),
    "attribute": ("error.kept = target", "error.kept if len(x) == 3 else x"),
    "modules": ("__import__('sys').modules['kept'] = target", "__import__('kept')[:len(x)]"),
    "builtins": ("__builtins__['kept'] = target", "__builtins__['kept'][:len(x)]"),
    "numpy": ("np.kept = target", "np.kept[:len(x)]"),
    "file": ("np.save('kept.npy', target)", "np.load('kept.npy')[:len(x)]"),
    "tmp": ("np.save('/tmp/kept.npy', target)", "np.load('/tmp/kept.npy')[:len(x)]"),
    "shared list": ("seen.append(target)", "seen[-1][:len(x)]"),
    "a copy that stays": (
        "import os\n    stay(target)",
        "kept if len(x) == len(kept) else x",
    ),
}
CHEATS["modules"] = (CHEATS["modules"][0], "__import__('sys').modules['kept'][:len(x)]")
STAYS = """
import os
def stay(target):
    globals()['kept'] = target
    if len(target) == 3:
        os._exit = lambda status: None  # does not end where it is told to
"""


def sheet(*cells):
    made = notebook({})
    flags = {
        "given": {"grade": False, "solution": False, "locked": True},
        "answer": {"grade": False, "solution": True, "locked": False},
        "test": {"grade": True, "solution": False, "locked": True, "points": 4},
    }
    made["cells"] = [code(text, name, **flags[kind]) for kind, name, text in cells]
    return json.dumps(made)


def two_questions(error, guess):
    """Return a sheet with these answers: the one is handed what the other one is asked for."""
    return sheet(
        ("given", "loads", LOADS),
        *(("answer", "answer_error", error), ("test", "error", TESTS["error"])),
        *(("answer", "answer_guess", guess), ("test", "guess", TESTS["guess"])),
    )


def graded(folder, source, students):
    """Return {student: [points of each question]}."""
    (folder / "in").mkdir()
    (folder / "s.ipynb").write_text(source)
    for name, text in students.items():
        (folder / "in" / f"{name}.ipynb").write_text(text)
    arguments = [str(folder / name) for name in ("s.ipynb", "in")]
    assert command.main([*arguments, "--out", str(folder / "out"), "--yes"]) == 0
    told = json.loads((folder / "out" / "grades.json").read_text())["submissions"]
    return {row["student"]: list(row["grades"].values()) for row in told}


def solution(text):
    return f"### BEGIN SOLUTION\n{text}\n### END SOLUTION"


def test_no_answer_gives_back_what_another_was_handed(tmp_path):
    honest = ERROR.format("pass"), GUESS.format(HONEST)
    students = {"honest": two_questions(*honest)}
    for name, (keeps, gives) in CHEATS.items():
        error = (STAYS if "stay" in keeps else "") + ERROR.format(keeps)
        students[name] = two_questions(error, GUESS.format(gives))
    found = graded(tmp_path, two_questions(*map(solution, honest)), students)
    assert found.pop("honest") == [4, 4]
    assert {name: points[1] for name, points in found.items()} == dict.fromkeys(CHEATS, 0)


STACK = "stack = []\ndef push(x):\n    stack.append(x)", "def pop():\n    return stack.pop()"
STACK_TESTS = "push(3)\nassert stack == [3]", "assert pop() == 3"
MODEL = (
    "class Model:\n    def fit(self, x):\n        self.mean = sum(x) / len(x)\n        return self"
)
MODEL_TESTS = "model = Model().fit([1, 3])\nassert model.mean == 2", "assert shown(model) == '2.0'"
SHOWN = "def shown(model):\n    return str(model.mean)"
KINDS = (
    "class A:\n    def __len__(self):\n        return 1\ndef a():\n    return A()",
    "class B:\n    def __getitem__(self, n):\n        return n\ndef b():\n    return B()",
)
KINDS_TESTS = "assert len(a()) == 1", "assert b()[7] == 7 and not hasattr(b(), '__len__')"
TABLE = "def size():\n    return len(seen)", "def first():\n    return seen[0]"
TABLE_TESTS = "seen.append(5)\nassert size() == 1", "assert first() == 5"
CACHE = "cache = {}\ndef square(x):\n    return cache.setdefault(x, x * x)"
CACHED = CACHE, "def cube(x):\n    return x * square(x)"
CACHED_TESTS = "assert square(3) == 9", "assert cube(3) == 27 and cube(4) == 64"
FILES = (
    "def save(x):\n    np.savetxt('kept.txt', x)",
    "def load():\n    return np.loadtxt('kept.txt')",
)
FILES_TESTS = "save([1.0, 2.0])", "assert load().sum() == 3"
GLOBAL = (
    "def start():\n    global state\n    state = 5",
    "def go_on():\n    return state + 1",
)
GLOBAL_TESTS = "start()\nassert state == 5", "assert go_on() == 6"


@pytest.mark.parametrize(
    ("answers", "tests"),
    [
        (STACK, STACK_TESTS),
        ((MODEL, SHOWN), MODEL_TESTS),
        (KINDS, KINDS_TESTS),
        (TABLE, TABLE_TESTS),
        (CACHED, CACHED_TESTS),
        (FILES, FILES_TESTS),
        (GLOBAL, GLOBAL_TESTS),
    ],
    ids=["stack", "object", "kinds", "table", "cache", "files", "global"],
)
def test_what_a_test_leaves_to_the_next_one_is_there(tmp_path, answers, tests):
    """As in a kernel, where SOURCE's own answers need it."""

    def of(*texts):
        named = zip(("a", "b"), texts, tests, strict=True)
        pairs = [(("answer", f"answer_{n}", one), ("test", n, test)) for n, one, test in named]
        return sheet(("given", "loads", LOADS), *(cell for pair in pairs for cell in pair))

    found = graded(tmp_path, of(*map(solution, answers)), {"honest": of(*answers)})
    assert found == {"honest": [4, 4]}
