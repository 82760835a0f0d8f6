"""A second look: right answers in other unusual styles, and wrong ones, for all kinds of exercise.

Written from the questions' texts alone, before anything of their checks was read.
"""

# ruff: noqa: B905, E731 (as learners write)

import itertools
import math
from fractions import Fraction

import numpy as np

from course_utils.attention import attend, softmax


class Sharpener:
    """A function in a class, with its state."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *arguments):
        return self.function(*arguments)


def _rows_of(function):
    return lambda scores, T: [function(row / T) for row in scores]


def _log_softmax(row):
    return row - np.logaddexp.reduce(row)


def _swapped(x, first=-1, last=0):
    changed = np.array(x, float)
    changed[first] += 3.7
    return changed


def _causal_by_cuts(function, x):
    whole = np.asarray(function(x.copy()))
    parts = (np.asarray(function(x[: end + 1].copy())) for end in range(len(x)))
    return all(np.allclose(whole[: len(part)], part, atol=1e-7) for part in parts)


def _causal_by_noise(function, x):
    rng, whole = np.random.default_rng(5), np.asarray(function(np.array(x)))
    for place in range(1, len(x)):
        for _ in range(4):
            other = np.array(x)
            other[place:] = rng.normal(size=other[place:].shape) * 3
            if np.abs(np.asarray(function(other))[:place] - whole[:place]).max() > 1e-8:
                return np.bool_(False)
    return np.bool_(True)


def _equivariant_all(function, x):
    orders = list(itertools.permutations(range(len(x))))[:: max(1, math.factorial(len(x)) // 300)]
    whole = np.asarray(function(np.array(x)))
    return all(
        np.allclose(function(np.array(x)[list(order)]), whole[list(order)], atol=1e-7)
        for order in orders
    )


def _counts(rule, queries, keys):
    rng, before = np.random.default_rng(1), rule(queries, keys)
    far = lambda array: rng.normal(size=array.shape) * 5
    one = any(np.abs(rule(far(queries), keys) - before).max() > 1e-6 for _ in range(8))
    other = any(np.abs(rule(queries, far(keys)) - before).max() > 1e-6 for _ in range(8))
    return [one, other]


def _entropy(weights):
    return [-math.fsum(p * math.log(p) for p in map(float, row) if p > 0) for row in weights]


def _number_words(tags):
    numbers, number = [], -1
    for tag in tags:
        number += tag in "BS"
        numbers.append(number)
    return numbers


def _drop_top(weights):
    made = []
    for row in np.array(weights, float):
        row[row.argmax()] = 0
        total = math.fsum(row)
        made.append(row / total if total > 0 else row)
    return made


RIGHT_FRESH = [
    # R1.6: a temperature
    ("R1.6", lambda scores, T: softmax(np.divide(scores, T), axis=1)),
    ("R1.6", _rows_of(lambda row: np.exp(_log_softmax(row)))),
    ("R1.6", _rows_of(lambda row: 1 / np.exp(row[None] - row[:, None]).sum(1))),
    ("R1.6", Sharpener(lambda scores, T: softmax(scores * T**-1))),
    ("R1.6", lambda scores, T: softmax(scores.T / T, axis=0).T),
    # R2.6: a word's own weight
    ("R2.6", lambda x: np.diag(softmax(x @ x.T))),
    ("R2.6", lambda x: np.einsum("ii->i", softmax(np.einsum("id,jd->ij", x, x)))),
    ("R2.6", lambda x: [softmax(x @ row)[i] for i, row in enumerate(x)]),
    ("R2.6", lambda x: np.trace(softmax(x @ x.T)[:, :, None] * np.eye(len(x))[:, None], 0, 0, 1)),
    ("R2.6", lambda x: [1 / np.exp(x @ row - row @ row).sum() for row in x.astype(float)]),
    ("R2.6", lambda x: np.diag(softmax(x @ x.T, axis=0))),  # x @ x.T is symmetric
    # R2.7: the rows of shuffled words
    ("R2.7", lambda rows, order: np.take(rows, order, axis=0)),
    ("R2.7", lambda rows, order: [rows[place] for place in order]),
    ("R2.7", lambda rows, order: np.eye(len(rows))[order] @ rows),
    ("R2.7", lambda rows, order: np.stack(list(map(rows.__getitem__, map(int, order))))),
    # 06.5: a score that holds one way only
    ("06.5", np.array([[0, -7], [7, 0]], dtype=np.int8)),
    ("06.5", [[Fraction(0), Fraction(-1, 2)], [Fraction(1, 2), Fraction(0)]]),
    ("06.5", np.matrix([[0.0, -2.0], [2.0, 0.0]])),
    ("06.5", ([1, -2], [2, -1])),
    # 07.5: twins for a bag of words
    ("07.5", ["Rose is a rose is a rose.", "A rose is a rose."]),
    ("07.5", ("no no yes", "no yes yes")),
    ("07.5", np.array(["to be or not to be", "to be or not or to or be"])),
    # R3.2: one word looks at the other
    ("R3.2", [np.eye(2), [[0, -2], [2, 0]]]),
    ("R3.2", (np.array([[0, 5], [0, 0]]), [[0, 0], [0, 5.0]])),
    # 11.1, 11.2: costs
    ("11.1", lambda n, m, d: math.prod((n, m, d))),
    ("11.1", lambda n, m, d: sum(d for _ in range(n) for _ in range(m))),
    ("11.2", lambda n, m, d: float(Fraction(2 * n * m * d, 6 * d * d * (n + m)))),
    ("11.2", lambda n, m, d: (n * m / 3) / (d * (n + m))),
    # 12.5 and 07.3, 04.6: functions that examine functions
    ("12.5", _causal_by_cuts),
    ("12.5", _causal_by_noise),
    ("07.3", _equivariant_all),
    ("04.6", _counts),
    # 03.3, 14.4, 14.6, 10.5
    ("03.3", _entropy),
    ("14.4", _number_words),
    ("14.4", lambda tags: [sum(t in "BS" for t in tags[: i + 1]) - 1 for i in range(len(tags))]),
    ("14.6", _drop_top),
    ("10.5", lambda w: ([*map(math.fsum, np.array(w)[:-1].T)], int(np.argmin(w[:-1].sum(0))))),
    # 12.1, 13.5
    ("12.1", lambda n: [[j <= i for j in range(n)] for i in range(n)]),
    ("12.1", lambda n: np.logical_not(np.triu(np.ones((n, n), bool), 1))),
    ("13.5", lambda sizes: [[int(a) * int(b) for b in sizes] for a in sizes]),
    ("13.5", lambda sizes: np.multiply.outer(sizes, sizes)),
    # 01.4
    ("01.4", lambda f, q, k, a, b: [max(abs(x - y)) for x, y in zip(f(q, k, a), f(q, k, b))]),
]

WRONG_FRESH = [
    ("R1.6", lambda scores, T: softmax(scores) / T),
    ("R1.6", lambda scores, T: softmax(scores * T)),
    ("R1.6", lambda scores, T: softmax(scores / T, axis=0)),
    ("R1.6", lambda scores, T: softmax(scores / T**2)),
    ("R1.6", lambda scores, T: softmax(scores / np.sqrt(T))),
    ("R1.6", lambda scores, T: softmax(scores - T)),
    ("R1.6", lambda scores, T: softmax(scores) ** (1 / T)),
    ("R1.6", lambda scores, T: softmax(scores // T)),
    ("R1.6", lambda scores, T: np.exp(scores / T) / np.exp(scores / T).sum()),
    ("R1.6", lambda scores, T: softmax(scores / max(T, 1))),
    ("R1.6", lambda scores, T: softmax(-scores / T)),
    ("R2.6", lambda x: np.diag(x @ x.T)),
    ("R2.6", lambda x: np.diag(softmax(x @ x.T / np.sqrt(x.shape[1])))),
    ("R2.6", lambda x: softmax(x @ x.T).max(axis=1)),
    ("R2.6", lambda x: softmax(np.diag(x @ x.T))),
    ("R2.6", lambda x: softmax(x @ x.T)[:, 0]),
    ("R2.6", lambda x: softmax(x @ x.T)),
    ("R2.6", lambda x: 1 - np.diag(softmax(x @ x.T))),
    ("R2.6", lambda x: np.trace(softmax(x @ x.T))),
    ("R2.6", lambda x: np.ones(len(x))),
    ("R2.7", lambda rows, order: rows[np.argsort(order)]),
    ("R2.7", lambda rows, order: rows),
    ("R2.7", lambda rows, order: rows[:, order] if rows.shape[1] == len(order) else rows),
    ("R2.7", lambda rows, order: rows[::-1]),
    ("R2.7", lambda rows, order: rows[sorted(order)]),
    ("R2.7", lambda rows, order: np.roll(rows, order[0], axis=0)),
    ("R2.7", lambda rows, order: attend(rows[order], rows[order], rows[order]).context),
    ("06.5", [[0, 1], [-1, 0]]),
    ("06.5", [[0, -0.3], [0.3, 0]]),
    ("06.5", [[0, -1, 0], [1, 0, 0]]),
    ("06.5", [0, -1, 1, 0]),
    ("06.5", [[float("inf"), 0], [0, float("nan")]]),
    ("06.5", "[[0, -1], [1, 0]] or so"),
    ("07.5", ["the cat sat", "the dog sat"]),
    ("07.5", ["a b c", "c b a"]),
    ("07.5", ["a b", "a b a b"]),
    ("07.5", "dog bites man, man bites dog"),
    ("07.5", ["dog bites man", ""]),
    ("07.5", ["dog " * 30, "dog cat"]),
    ("R3.2", [np.eye(2), np.eye(2)]),
    ("R3.2", [[[0, -1], [1, 0]], [[1, 0], [0, 1]]]),
    ("R3.2", [[[0.1, 0], [0, 0.1]], [[0, -0.1], [0.1, 0]]]),
    ("R3.2", [[1, 0], [0, 1]]),
    ("11.1", lambda n, m, d: n * m + d),
    ("11.1", lambda n, m, d: 2 * n * m * d),
    ("11.1", lambda n, m, d: n * n * d),
    ("11.1", lambda n, m, d: n * d * d),
    ("11.2", lambda n, m, d: 2 * n * m * d / (6 * d**2 * (n + m) + 2 * n * m * d)),
    ("11.2", lambda n, m, d: 2 * n * m * d / (6 * d**2 * n)),
    ("11.2", lambda n, m, d: 2 * n * m * d // (6 * d**2 * (n + m))),
    ("11.2", lambda n, m, d: 2 * n * m / (6 * d**2 * (n + m))),
    ("12.5", lambda f, x: bool(np.allclose(np.asarray(f(_swapped(x)))[:-1], f(np.array(x))[:-1]))),
    ("12.5", lambda f, x: bool(np.allclose(f(x[:1]), np.asarray(f(x))[:1]))),
    ("07.3", lambda f, x: bool(np.allclose(f(x[::-1]), np.asarray(f(x))[::-1]))),
    ("07.3", lambda f, x: bool(np.allclose(np.sort(f(x[::-1]), 0), np.sort(f(x), 0)))),
    ("04.6", lambda r, q, k: (True, True)),
    ("04.6", lambda r, q, k: tuple(not np.allclose(r(q + 1, k), r(q, k)) for _ in range(2))),
    ("03.3", lambda w: -(w * np.log(w + 1e-3)).sum(axis=1)),
    ("03.3", lambda w: -(w * np.log2(np.where(w > 0, w, 1))).sum(axis=1)),
    ("14.4", lambda tags: [sum(t in "ES" for t in tags[: i + 1]) for i in range(len(tags))]),
    ("14.4", lambda tags: [tags[: i + 1].count("B") - 1 for i in range(len(tags))]),
    ("14.6", lambda w: np.where(w == w.max(axis=1, keepdims=True), 0, w)),
    ("14.6", lambda w: softmax(np.where(w == w.max(axis=1, keepdims=True), -np.inf, w))),
    ("10.5", lambda w: (w.sum(0), int(np.argmin(w.sum(0))))),
    ("12.1", lambda n: np.tri(n, k=-1, dtype=bool)),
    ("13.5", lambda sizes: np.add.outer(sizes, sizes)),
]
