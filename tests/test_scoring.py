"""The rules against their formulas, entry by entry, and their error messages."""

import re

import numpy as np
import pytest

from course_utils.scoring import (
    AdditiveScore,
    ConcatLinearScore,
    DotScore,
    GeneralScore,
    LocationScore,
    ScaledDotScore,
)
from tests.samples import RULES, make_rule

# one query q and one key k at a time, k at position j: an obviously right loop
FORMULAS = {
    "concat linear": lambda p, q, k, j: p["w"] @ np.concatenate([q, k]) + p["b"],
    "location": lambda p, q, k, j: q @ p["W"][:, j] + p["b"][j],
    "additive": lambda p, q, k, j: p["v"] @ np.tanh(q @ p["W_query"] + k @ p["W_key"]),
    "plain sum": lambda p, q, k, j: np.tanh(q @ p["W_query"] + k @ p["W_key"]).sum(),
    "dot": lambda p, q, k, j: sum(q * k),
    "scaled dot": lambda p, q, k, j: sum(q * k) / np.sqrt(len(k)),
    "general": lambda p, q, k, j: q @ p["W"] @ k,
}


@pytest.mark.parametrize("name", RULES)
def test_rule_follows_its_formula(name):
    rng = np.random.default_rng(0)
    key_size = 4 if "dot" in name else 5
    rule = make_rule(name, 4, key_size, rng)
    queries, keys = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 6, key_size))
    formula, params = FORMULAS[name], rule.params
    expected = [
        [[formula(params, q, k, j) for j, k in enumerate(keys[row])] for q in queries[row]]
        for row in range(2)
    ]
    np.testing.assert_allclose(rule(queries, keys), expected)
    np.testing.assert_allclose(rule.forward(queries, keys)[0], expected)
    np.testing.assert_allclose(rule(queries[1], keys[1]), expected[1])


def test_parameters_have_their_names_and_shapes():
    rules = {
        AdditiveScore(2, 3, 4): {"W_query": (2, 4), "W_key": (3, 4), "v": (4,)},
        AdditiveScore(2, 3, 4, learn_v=False): {"W_query": (2, 4), "W_key": (3, 4)},
        GeneralScore(2, 3): {"W": (2, 3)},
        ConcatLinearScore(2, 3): {"w": (5,), "b": ()},
        LocationScore(2, 6): {"W": (2, 6), "b": (6,)},
        DotScore(): {},
        ScaledDotScore(): {},
    }
    for rule, shapes in rules.items():
        assert {name: value.shape for name, value in rule.params.items()} == shapes
        assert all(value.dtype == np.float32 for value in rule.params.values())


@pytest.mark.parametrize(
    "build",
    [
        lambda rng: AdditiveScore(2, 3, 4, rng=rng),
        lambda rng: GeneralScore(2, 3, rng=rng),
        lambda rng: ConcatLinearScore(2, 3, rng=rng),
        lambda rng: LocationScore(2, 6, rng=rng),
    ],
)
def test_the_seed_decides_the_parameters(build):
    first, again, other = build(0).params, build(np.random.default_rng(0)).params, build(1).params
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])
    assert any((value != other[name]).any() for name, value in first.items())


def zeros(*shape):
    return np.zeros(shape)


@pytest.mark.parametrize(
    ("rule", "queries", "keys", "message"),
    [
        (DotScore(), zeros(2, 3), zeros(4, 5), "equally wide for a dot product, got 3 and 5"),
        (ScaledDotScore(), zeros(2, 3), zeros(4, 5), "or use GeneralScore"),
        (GeneralScore(3, 5), zeros(2, 4), zeros(4, 5), "queries must have 3 features"),
        (GeneralScore(3, 5), zeros(2, 3), zeros(4, 4), "keys must have 5 features"),
        (AdditiveScore(3, 5, 2), zeros(2, 5), zeros(4, 5), "got shape (2, 5)"),
        (AdditiveScore(3, 5, 2), zeros(2, 3), zeros(4, 3), "got shape (4, 3)"),
        (ConcatLinearScore(3, 5), zeros(2, 2), zeros(4, 5), "queries must have 3 features"),
        (ConcatLinearScore(3, 5), zeros(2, 3), zeros(4, 6), "keys must have 5 features"),
        (LocationScore(3, 6), zeros(2, 4), zeros(4, 5), "queries must have 3 features"),
        (LocationScore(3, 6), zeros(2, 3), zeros(7, 5), "at most max_length = 6 positions, got 7"),
    ],
)
def test_wrong_widths_are_named(rule, queries, keys, message):
    for score in (rule, rule.forward):
        with pytest.raises(ValueError, match=re.escape(message)):
            score(queries, keys)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(
    ("queries", "keys"),
    [((3,), (4, 3)), ((4, 3), (3,)), ((2, 4, 3), (5, 3)), ((2, 4, 3), (3, 5, 3))],
)
def test_leading_axes_must_agree(name, queries, keys):
    rule = make_rule(name, 3, 3, np.random.default_rng(0))
    message = f"the same leading axes, got {queries} and {keys}"
    for score in (rule, rule.forward):
        with pytest.raises(ValueError, match=re.escape(message)):
            score(np.zeros(queries), np.zeros(keys))
