"""The rules against their formulas, entry by entry, and their error messages."""

import re

import numpy as np
import pytest

from course_utils import scoring
from course_utils.scoring import (
    AdditiveScore,
    ConcatLinearScore,
    DotScore,
    GeneralScore,
    LocationScore,
    ScaledDotScore,
    Score,
)
from tests.samples import RULES, fitting_key_size, make_rule

# One query q and one key k at a time, k at position j: an obviously right loop. p are the rule's
# parameters.
FORMULAS = {
    ConcatLinearScore: lambda p, q, k, j: p["w"] @ np.concatenate([q, k]) + p["b"],
    LocationScore: lambda p, q, k, j: q @ p["W"][:, j] + p["b"][j],
    AdditiveScore: lambda p, q, k, j: sum(
        p.get("v", 1) * np.tanh(q @ p["W_query"] + k @ p["W_key"])
    ),
    DotScore: lambda p, q, k, j: sum(q * k),
    ScaledDotScore: lambda p, q, k, j: sum(q * k) / np.sqrt(len(k)),
    GeneralScore: lambda p, q, k, j: q @ p["W"] @ k,
}
HERE, THERE = "tests/test_scoring.py", "course_utils/scoring.py"
each_class = pytest.mark.parametrize("rule", scoring.RULES.values(), ids=scoring.RULES)


@each_class
def test_a_rule_says_what_the_rest_of_the_course_asks(rule):
    """The laboratory, the explorers, the costs and the tests are made of these."""
    own = {name for name in ("name", "variants") if name in vars(rule)}
    missing = {"name", "variants"} - own
    assert not missing, (
        f"{THERE}: give {rule.__name__} its own {' and '.join(sorted(missing))}, for example "
        f'name, variants = "cosine", {{"cosine": {{}}}}'
    )
    assert rule.macs.__func__ is not Score.macs.__func__, (
        f"{THERE}: {rule.__name__} must count its multiply-adds, write macs(n, m, width, hidden)"
    )
    names = [other.name for other in scoring.RULES.values()]
    labels = [label for other in scoring.RULES.values() for label in other.variants]
    assert names.count(rule.name) == 1, f"{THERE}: two rules are called {rule.name!r}"
    twice = [label for label in rule.variants if labels.count(label) > 1]
    assert not twice, f"{THERE}: two rules have a variant {twice}"


@each_class
def test_every_rule_has_a_formula(rule):
    assert rule in FORMULAS, (
        f"{HERE}: add {rule.__name__} to FORMULAS, its score of one query q and one key k as a "
        f"plain formula"
    )


def formula_of(rule):
    """The plain formula; a rule without one fails in one test only, which says so."""
    return FORMULAS.get(rule) or pytest.skip(f"{rule.__name__} has no formula yet")


@pytest.mark.parametrize("name", RULES)
def test_rule_follows_its_formula(name):
    rng = np.random.default_rng(0)
    key_size = fitting_key_size(name, 4, other=5)
    rule = make_rule(name, 4, key_size, rng)
    queries, keys = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 6, key_size))
    formula, params = formula_of(type(rule)), rule.params
    expected = [
        [[formula(params, q, k, j) for j, k in enumerate(keys[row])] for q in queries[row]]
        for row in range(2)
    ]
    np.testing.assert_allclose(rule(queries, keys), expected)
    np.testing.assert_allclose(rule.forward(queries, keys)[0], expected)
    np.testing.assert_allclose(rule(queries[1], keys[1]), expected[1])


@pytest.mark.parametrize("name", RULES)
def test_weights_depend_on_what_the_rule_says_it_sees(name):
    """The scores less their mean over the keys are all that softmax looks at."""
    rng = np.random.default_rng(0)
    rule = make_rule(name, 4, 4, rng)
    queries, keys, others = (rng.normal(size=(3, 4)) for _ in range(3))

    def apart(queries, keys):
        scores = rule(queries, keys)
        return scores - scores.mean(axis=-1, keepdims=True)

    moved = {
        "queries": np.ptp(apart(others, keys) - apart(queries, keys)),
        "keys": np.ptp(apart(queries, others) - apart(queries, keys)),
    }
    found = tuple(name for name, by in moved.items() if by > 1e-9)
    assert found == rule.sees, f"{THERE}: {type(rule).__name__} says it sees {rule.sees}"


class Counted(np.ndarray):
    """An array that counts the multiply-adds of its products by @."""

    count = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        inputs = [np.asarray(array) for array in inputs]
        if ufunc is np.matmul:
            columns = inputs[1].shape[-1] if inputs[1].ndim > 1 else 1
            Counted.count += inputs[0].size * columns
        target = out and (np.asarray(out[0]),)
        return np.asarray(getattr(ufunc, method)(*inputs, out=target, **options)).view(Counted)


@pytest.mark.parametrize("name", RULES)
def test_multiply_adds_are_those_of_a_run(name, monkeypatch):
    n, m, width, hidden = 5, 7, 4, 3  # hidden as in make_rule
    rng = np.random.default_rng(0)
    rule = make_rule(name, width, width, rng)
    queries, keys = (rng.normal(size=(rows, width)).view(Counted) for rows in (n, m))
    monkeypatch.setattr(rule, "check", lambda *arrays: arrays)  # it makes plain arrays
    monkeypatch.setattr(np, "empty", lambda *a: np.zeros(*a).view(Counted))
    Counted.count = 0
    rule(queries, keys)
    counts = rule.macs(n, m, width, hidden)
    assert counts.keys() == {"projections", "scores"}
    assert sum(counts.values()) == Counted.count, (
        f"{THERE}: macs of {type(rule).__name__} disagrees with the products that it computes"
    )


def test_a_rule_is_built_from_one_width():
    rule = AdditiveScore.for_width(4, rng=0)
    assert rule.settings == AdditiveScore(4, 4, 4).settings
    for name, value in AdditiveScore(4, 4, 4, rng=0).params.items():
        np.testing.assert_array_equal(rule.params[name], value)
    assert GeneralScore.for_width(2, key_size=3, max_length=9).settings == {
        "query_size": 2,
        "key_size": 3,
    }
    with pytest.raises(TypeError, match="learn_w"):
        AdditiveScore.for_width(4, learn_w=False)


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
