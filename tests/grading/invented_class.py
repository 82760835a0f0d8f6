"""A small master, and a class that hands it in: honest work that looks odd, and attacks.

Each case says which questions it loses, and the status that it gets.
"""

import json
import textwrap
from dataclasses import dataclass, field

POINTS = {"test_mean": 2, "test_answer": 1, "test_attention": 3, "test_twice": 2, "test_shape": 2}
SECRET = "HIDDEN-7391"  # stands in a hidden test
HIDDEN_NUMBER = 271828.25  # is given to students' functions in hidden tests

SET_UP = """
import numpy as np

from course_utils.attention import softmax
from course_utils.checks import NotAnsweredYet, check, hint
"""
RIGHT = {
    "mean": """
def mean(x):
    return sum(x) / len(x)
""",
    "answer": "answer = 42",
    "attention": """
def attention(queries, keys, values):
    weights = softmax(queries @ keys.T, axis=-1)
    return weights @ values, weights
""",
    "twice": """
def twice(function, x):
    return function(function(x))
""",
    "shape": """
class Box:
    def __init__(self, width, height):
        self.width, self.height = width, height

    def area(self):
        return self.width * self.height
""",
}
TESTS = {
    "mean": f"""
### BEGIN HIDDEN TESTS
hidden = "{SECRET}"
x = np.array([{HIDDEN_NUMBER}, 1.0, 2.0])
expected = x.mean()
np.testing.assert_allclose(mean(x), expected)
y = np.arange(4.0)
np.testing.assert_allclose(mean(y), y.mean())  # a reckless author: after the call
### END HIDDEN TESTS
assert mean([1, 2, 3]) == 2, "the mean of 1, 2, 3 is 2"
""",
    "answer": """
### BEGIN HIDDEN TESTS
assert answer == 42
### END HIDDEN TESTS
assert answer is not ..., "put a number"
""",
    "attention": """
### BEGIN HIDDEN TESTS
from course_utils.checks import require

require("02.3", attention)
### END HIDDEN TESTS
check("02.3", attention)
""",
    "twice": """
### BEGIN HIDDEN TESTS
slope = 3.5
np.testing.assert_allclose(twice(lambda x: slope * x, np.array([1.0, 2.0])), [12.25, 24.5])
### END HIDDEN TESTS
assert twice(lambda x: x + 1, 0) == 2
""",
    "shape": """
### BEGIN HIDDEN TESTS
assert Box(2, 5).area() == 10
### END HIDDEN TESTS
box = Box(3, 4)
assert box.width == 3
assert box.area() == 12
""",
}


@dataclass
class Case:
    """What one student hands in.

    answers : {question: code} in the place of right ones.  first, last : cells around the others.
    lost : questions without points.  edit : changes the notebook.  data : handed in as it stands.
    """

    name: str
    answers: dict = field(default_factory=dict)
    lost: tuple = ()
    status: str = "graded"
    first: tuple = ()
    last: tuple = ()
    edit: object = None
    data: bytes | None = None
    place: object = None

    @property
    def grades(self):
        if self.status == "rejected":
            return dict.fromkeys(POINTS, 0)
        return {
            name: 0 if name.removeprefix("test_") in self.lost else points
            for name, points in POINTS.items()
        }

    def bytes(self):
        if self.data is not None:
            return self.data
        return json.dumps(self.edit(self.notebook()) if self.edit else self.notebook()).encode()

    def notebook(self):
        made = notebook({**RIGHT, **self.answers})
        made["cells"][1:1] = [code(source) for source in self.first]
        made["cells"] += [code(source) for source in self.last]
        return made


def code(source, grade_id="", **flags):
    about = {"schema_version": 3, "grade_id": grade_id, "task": False, **flags}
    return {
        "cell_type": "code",
        "id": "cell",
        "metadata": {"nbgrader": about} if grade_id else {},
        "source": textwrap.dedent(source).strip("\n"),
        "outputs": [],
        "execution_count": None,
    }


def text(source):
    return {"cell_type": "markdown", "id": "text", "metadata": {}, "source": source}


def notebook(answers, tests=None):
    """A notebook with these answers. With tests it is a master, without a student's sheet."""
    cells = [code(SET_UP)]
    for name, answer in answers.items():
        cells.append(text(f"## {name}"))
        cells.append(code(answer, f"answer_{name}", grade=False, solution=True, locked=False))
        test = tests[name] if tests else TESTS[name].split("### END HIDDEN TESTS\n")[-1]
        flags = {"grade": True, "solution": False, "locked": True}
        cells.append(code(test, f"test_{name}", points=POINTS[f"test_{name}"], **flags))
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


def master_notebook():
    """The small master."""
    marked = {n: f"### BEGIN SOLUTION\n{a.strip()}\n### END SOLUTION" for n, a in RIGHT.items()}
    return notebook(marked, TESTS)
