"""Answers that are alike are found, whatever was renamed; what all have is not; no bomb works."""

import dataclasses
import time

import pytest

from course_utils.grading.forms import form_of
from course_utils.grading.look_alikes import FEW, look_alikes
from course_utils.grading.master import Master, Question
from course_utils.grading.parsing import tree_of, what_is_wrong
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.rubrics import Rubric
from course_utils.grading.status import Status

REFERENCE = """
def attention(queries, keys, values):
    S = queries @ keys.T
    A = np.exp(S - S.max(axis=1, keepdims=True))
    A = A / A.sum(axis=1, keepdims=True)
    return A @ values, A
"""
ODD = """
def attention(queries, keys, values):
    out, seen = [], []
    for q in queries:
        row = [float(sum(a * b for a, b in zip(q, k))) for k in keys]
        top = max(row)
        e = [np.e ** (r - top) for r in row]
        seen.append([x / sum(e) for x in e])
        out.append(sum(w * v for w, v in zip(seen[-1], values)))
    return np.array(out), np.array(seen)
"""
DISGUISED = '''
def attention(queries: "array", keys, values) -> tuple:
    """My own work."""
    result, maps = ([], [])   # start
    for one_query in queries:
        line = [float(sum(left * right for left, right in zip(one_query, key))) for key in keys]
        highest = max(line)  # the largest
        powers = [np.e**(r - highest) for r in line]
        maps.append([p / sum(powers) for p in powers])
        result.append(sum(w * v for w, v in zip(maps[-1], values)))
    return (np.array(result), np.array(maps))
'''
NEARLY = DISGUISED.replace("highest = max(line)", "highest = np.max(line)")
OTHER = """
def attention(queries, keys, values):
    weights = np.einsum("nd,md->nm", queries, keys)
    weights -= weights.max(1)[:, None]
    np.exp(weights, out=weights)
    weights /= weights.sum(1)[:, None]
    return np.einsum("nm,mv->nv", weights, values), weights
"""
QUESTION = Question("test_1", 3.0, "Attention", False, answers=("answer_1",))
RUBRICS = {"answer_1": Rubric("", REFERENCE, "")}


@pytest.fixture
def master():
    return a_master(QUESTION)


def a_master(*questions):
    needed = {one.name: None for one in dataclasses.fields(Master)}
    return Master(**{**needed, "name": "sheet", "questions": questions})


def row(student, code, **outcome):
    made = Outcome("test_1", 0.0, outcome.pop("kind", Kind.RIGHT), cell=1, **outcome)
    return Row(student, "", Status.GRADED, outcomes=(made,), code={"test_1": code})


def a_class(*texts):
    return [row(f"s{number:02}", text) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("copy", "same"),
    [(ODD, True), (DISGUISED, True), (NEARLY, False)],
    ids=["as it is", "renamed", "a call changed"],
)
def test_two_alike_are_found_with_both_texts(master, copy, same):
    found = look_alikes(a_class(ODD, OTHER, copy, *[REFERENCE] * 20), master, RUBRICS).answers
    assert [one.students for one in found] == [(("s00",), ("s02",))]
    assert (found[0].measure == 1) == same and found[0].measure > 0.85
    assert found[0].texts == (ODD, copy)


def test_what_the_solution_has_and_what_is_common_is_no_sign(master):
    texts = [REFERENCE, REFERENCE.replace("A", "W")] * 2 + [ODD] * (FEW + 1) + [OTHER]
    assert look_alikes(a_class(*texts), master, RUBRICS).answers == ()


def test_a_short_answer_leaves_no_choice(master):
    short = "def attention(q, k, v):\n    return softmax(q @ k.T) @ v"
    assert look_alikes(a_class(short, short), master, {}).answers == ()


def test_what_is_alike_in_several_questions_comes_first():
    master = a_master(QUESTION, Question("test_2", 1.0, "Two", False, answers=("answer_2",)))
    rows = a_class(ODD, OTHER, ODD, OTHER)
    for one in (rows[1], rows[3]):
        one.code["test_2"] = ODD
    found = look_alikes(rows, master, {}).answers
    assert [(one.students, one.shared) for one in found] == [
        ((("s01",), ("s03",)), 2),
        ((("s01",), ("s03",)), 2),
        ((("s00",), ("s02",)), 1),
    ]


def test_written_words_are_compared_too():
    by_hand = Question("why", 0.0, "Why", True, answers=("why",))
    words = " ".join(f"word{number}" for number in range(40))
    other = " ".join(f"other{number}" for number in range(40))
    rows = [
        Row(
            s,
            "",
            Status.GRADED,
            outcomes=(Outcome("why", None, Kind.BY_HAND),),
            code={"why": f"reason = {text!r}"},
        )
        for s, text in (("a", words), ("b", words.upper()), ("c", other))
    ]
    assert [one.students for one in look_alikes(rows, a_master(by_hand), {}).answers] == [
        (("a",), ("b",))
    ]


def test_the_same_odd_result(master):
    wrong = {"kind": Kind.WRONG, "message": "Not these numbers.", "rows": (("yours", "431.7"),)}
    known = {**wrong, "mistake": "columns", "rows": (("yours", "2"),)}
    rows = [
        row("a", "x = 1", **wrong),
        row("b", "x = 1 + 0", **wrong),
        row("c", "x=3", **{**wrong, "rows": (("yours", "5"),)}),
    ]
    rows += [row(f"d{n}", "x = 2", **known) for n in range(3)]
    found = look_alikes(rows, master, {}).results
    assert [(one.students, one.said) for one in found] == [(("a", "b"), "yours 431.7")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 0.5", "x = .5"),
        ("x = 1_000", "x = 1e3"),
        ("s = 'a'", 's = """a"""'),
        (
            "def f(a: int = 2) -> int:\n    'Doc.'\n    b: float = a\n    return b",
            "def g(x=2):\n  y: int = x # same\n  return (y)",
        ),
        ("import numpy as n\nn.ones(3)", "import numpy as np\nnp.ones(3)"),
    ],
)
def test_what_counts_nothing(one, other):
    assert form_of(one) == form_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = a + b", "x = a - b"),
        ("x = f(1)", "x = f(2)"),
        ("x = a.b", "x = a.c"),
        ("y = x\nx = y", "x = y\nx = y"),
    ],
)
def test_what_counts(one, other):
    assert form_of(one) != form_of(other)


# What would take a parser down.

BOMBS = {
    "45 MB of brackets": "(" * 45_000_000,
    "deep brackets": "(" * 5_000 + ")" * 5_000,
    "open brackets": "[{(" * 60,
    "dicts": "{1:" * 59 + "1 1" + "}" * 59,
    "many nots": "not " * 4_000 + "x",
    "many signs": "-" * 15_000 + "1",
    "lambdas": "lambda:" * 2_000 + "1",
    "a chain": "a" + ".b" * 9_000,
    "a sum": "1" + "+1" * 9_000,
    "powers": "9**9**9**9**9**9",
    "digits": "x = " + "9" * 19_000,
    "a null": "x = '\0'",
    "lone surrogate": "x = '\ud800'",
    "another encoding": "# coding: utf-7\nx = 1",
    "deep indentation": "".join(" " * n + "if x:\n" for n in range(120)),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_bomb_goes_off(master, bomb):
    start = time.perf_counter()
    tree_of(bomb), what_is_wrong(bomb), form_of(bomb)
    look_alikes(a_class(bomb, bomb, ODD), master, RUBRICS)
    assert time.perf_counter() - start < 5


def test_a_class_of_300_takes_seconds(master):
    start = time.perf_counter()
    texts = [f"{ODD}\nx = [{', '.join(str(n * k) for k in range(n % 40))}]" for n in range(300)]
    look_alikes(a_class(*texts), master, RUBRICS)
    assert time.perf_counter() - start < 5
