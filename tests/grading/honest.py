"""Honest work that looks odd: all of it must get all points."""

import codecs

from tests.grading.invented_class import Case


def without_metadata(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


def with_outputs(notebook):
    picture = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": "A" * 9_000_000},
    }
    notebook["cells"][0]["outputs"] = [picture]
    return notebook


def other_kernel(notebook):
    notebook["metadata"] = {"kernelspec": {"name": "my-conda", "display_name": "Conda"}, "x": [1]}
    return notebook


def copied_cells(notebook):
    wrong = dict(notebook["cells"][2], source="def mean(x):\n    return 0")
    notebook["cells"].insert(2, wrong)
    notebook["cells"].append(dict(notebook["cells"][3]))
    return notebook


def lines(notebook):
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return notebook


def windows(notebook):
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")
    return notebook


def raw_and_attachments(notebook):
    notebook["cells"].insert(0, {"cell_type": "raw", "metadata": {}, "source": "notes"})
    notebook["cells"][1]["attachments"] = {"x.png": {}}
    notebook["cells"][1].pop("outputs")
    return notebook


def tests_deleted(notebook):
    notebook["cells"] = [c for c in notebook["cells"] if "test_" not in str(c["metadata"])]
    return notebook


HONEST = [
    Case("as it should be"),
    Case("without any metadata", edit=without_metadata),
    Case("large saved outputs", edit=with_outputs),
    Case("another kernel", edit=other_kernel),
    Case("a cell copied, the first one wrong", edit=copied_cells),
    Case("source in lines", edit=lines),
    Case("Windows line ends", edit=windows),
    Case("raw cells and attachments", edit=raw_and_attachments),
    Case("tests deleted", edit=tests_deleted),
    Case("byte order mark", data=codecs.BOM_UTF8 + Case("").bytes()),
    Case(
        "lambda and partial",
        {
            "mean": "mean = lambda x: np.mean(x)",
            "twice": """
        from functools import partial

        def repeated(times, function, x):
            for _ in range(times):
                x = function(x)
            return x

        twice = partial(repeated, 2)
        """,
        },
    ),
    Case(
        "callable object",
        {
            "mean": """
        class Mean:
            def __call__(self, x):
                return np.sum(x) / np.size(x)

        mean = Mean()
    """
        },
    ),
    Case(
        "prints and warnings",
        {
            "mean": """
        import warnings

        def mean(x):
            print("x is", x)
            warnings.warn("about to divide")
            return np.mean(x)

        print(mean([1, 2]))
    """
        },
    ),
    Case(
        "own helpers and imports",
        first=(
            """
        import math
        from collections import Counter

        def my_sum(x):
            return math.fsum(x)
    """,
        ),
        answers={
            "mean": """
        def mean(x):
            return my_sum(x) / len(x)
    """
        },
    ),
    Case(
        "magics and shell",
        first=(
            """
        %matplotlib inline
        !pip install numpy
        files = !ls
        np.mean?
    """,
            "%%time\nthree = 3",
            "%%html\n<b>hello</b>",
            "%load_ext autoreload\n%autoreload 2",
        ),
        answers={"answer": "answer = 14 * three"},
    ),
    Case(
        "plots and display",
        first=(
            """
        import matplotlib.pyplot as plt

        plt.plot([1, 2, 3])
        plt.show()
        display(plt.gcf())
        get_ipython()
    """,
        ),
    ),
    Case(
        "longdouble, matrix, float32",
        {
            "mean": """
        def mean(x):
            return np.longdouble(np.sum(x)) / len(x)
        """,
            "attention": """
        def attention(queries, keys, values):
            q, k, v = (np.asarray(a, dtype=np.float32) for a in (queries, keys, values))
            weights = softmax(q @ k.T)
            return np.asmatrix(weights @ v), weights
        """,
            "answer": "answer = np.int64(42)",
        },
    ),
    Case(
        "lists and a named tuple",
        {
            "attention": """
        from typing import NamedTuple

        class Both(NamedTuple):
            context: list
            weights: list

        def attention(queries, keys, values):
            weights = softmax(queries @ keys.T)
            return Both((weights @ values).tolist(), weights.tolist())
    """
        },
    ),
    Case("answered at the end", {"answer": "answer = ..."}, last=("answer = 42",)),
    Case(
        "answered further down",
        {"mean": "def mean(x):\n    raise NotAnsweredYet", "answer": "answer = ..."},
        last=("def mean(x):\n    return np.mean(x)", "answer = 42"),
    ),
    Case(
        "the name used again further down",
        last=("answer = [1, 2]", "mean = mean([1, 2, 3])", "def twice(x): return 2 * x"),
    ),
    Case("another cell fails", first=("1 / 0", "this is not Python", "import no_such_module")),
    Case(
        "annotations, dataclass",
        {
            "shape": """
        from __future__ import annotations

        from dataclasses import dataclass

        @dataclass
        class Box:
            width: float
            height: float

            def area(self) -> float:
                return self.width * self.height
    """
        },
    ),
    Case(
        "threads at work",
        {
            "mean": """
        from concurrent.futures import ThreadPoolExecutor

        def mean(x):
            with ThreadPoolExecutor(4) as pool:
                return sum(pool.map(float, x)) / len(x)
    """
        },
    ),
    Case("asks for input", first=("name = input('your name? ')",)),
    Case(
        "Chinese names",
        {
            "mean": """
        def 平均(数):
            return sum(数) / len(数)

        mean = 平均
    """
        },
    ),
    Case(
        "cached and decorated",
        {
            "mean": """
        import functools

        def logged(function):
            @functools.wraps(function)
            def inner(*arguments):
                return function(*arguments)
            return inner

        @logged
        def mean(x):
            return np.asarray(x, dtype=float).mean()
    """
        },
    ),
    Case(
        "its own files",
        first=(
            """
        with open("notes.txt", "w") as file:
            file.write("42")
    """,
        ),
        answers={"answer": "answer = int(open('notes.txt').read())"},
    ),
    Case(
        "its own tests",
        last=(
            """
        import unittest

        class T(unittest.TestCase):
            def test_mean(self):
                self.assertEqual(mean([2]), 2)

        unittest.main(argv=[""], exit=False)
    """,
        ),
    ),
    Case("main guard", {"answer": "if __name__ == '__main__':\n    answer = 42"}),
    Case(
        "inspects itself",
        {
            "mean": """
        import inspect, pickle

        def mean(x):
            return np.mean(x)

        source = inspect.getsource(mean)
        assert "np.mean" in source
        assert pickle.loads(pickle.dumps(mean)) is mean
    """
        },
    ),
]
