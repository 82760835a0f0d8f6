"""Positions: formulas against loops, what each way is built for, gradients, errors."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.attention import Attention, AttentionLayer, Memory, attend
from course_utils.gradients import check_gradients
from course_utils.positions import (
    DistanceScore,
    LearnedPlaces,
    RotatedScore,
    distance_bias,
    rotate,
    sinusoids,
)
from course_utils.scoring import ScaledDotScore
from tests.samples import assert_close, few, freeze, precisions, randomise

seeds = st.integers(0, 2**32 - 1)
sizes = {"seed": seeds, "n": st.integers(1, 5), "m": st.integers(1, 6), "half": st.integers(1, 3)}
SCORES = {
    "rotated": RotatedScore(),
    "distance": DistanceScore(0.5),
    "distance by head": DistanceScore(np.array([0.25, 2.0, 0.5])),
}
every_score = pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)


def draw(seed, n, m, half, lead=(2, 3)):
    """A generator, queries (2, 3, n, 2·half) and keys (2, 3, m, 2·half)."""
    rng = np.random.default_rng(seed)
    return rng, *(rng.normal(size=(*lead, count, 2 * half)) for count in (n, m))


@every_score
def test_the_newest_queries_stand_at_the_last_places(score):
    _, queries, keys = draw(0, 6, 6, 2)
    whole = score(queries, keys)
    for n in (1, 2, 6):
        assert_close(score.newest(queries[..., -n:, :], keys), whole[..., -n:, :])


# Sinusoids


def test_sinusoids_follow_the_formula():
    table = sinusoids(7, 6)
    assert table.shape == (7, 6) and table.dtype == np.float64
    for p in range(7):
        for i in range(3):
            angle = p / 10_000 ** (2 * i / 6)
            assert_close(table[p, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)])


def test_sinusoids_have_one_length_and_see_only_the_distance():
    table = sinusoids(40, 16)
    assert_close((table**2).sum(axis=1), np.full(40, 8.0))  # size / 2
    for k in (0, 1, 5):
        apart = (table[: 40 - k] * table[k:]).sum(axis=1)
        assert_close(apart, np.full(40 - k, apart[0]))
    assert apart[0].round(3) == 6.137


def test_sinusoids_further_on_are_the_same_rotation_everywhere():
    table, k = sinusoids(30, 8), 5
    assert_close(table[k:], rotate(table[:-k], np.full(30 - k, -k)))  # sin first: it turns back


# Rotation


@few
@given(**sizes)
def test_a_rotation_keeps_norms_and_its_way_back_is_the_other_sign(seed, n, m, half):
    _, x, _ = draw(seed, n, m, half)
    freeze(x)
    turned = rotate(x, np.arange(n))
    assert_close((turned**2).sum(axis=-1), (x**2).sum(axis=-1))
    assert_close(rotate(turned, -np.arange(n)), x)
    assert_close(turned[..., 0, :], x[..., 0, :])  # place 0 stays


def test_a_rotation_follows_the_formula():
    x = np.random.default_rng(0).normal(size=(4, 6))
    turned = rotate(x, np.arange(4) + 3)
    for row in range(4):
        for i in range(3):
            angle = (row + 3) / 10_000 ** (2 * i / 6)
            matrix = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
            assert_close(turned[row, 2 * i : 2 * i + 2], matrix @ x[row, 2 * i : 2 * i + 2])


@few
@given(**sizes, shift=st.integers(-5, 5000))
def test_scores_of_rotated_vectors_depend_on_the_distance_alone(seed, n, m, half, shift):
    _, queries, keys = draw(seed, n, m, half)
    here = rotate(queries, np.arange(n)) @ rotate(keys, np.arange(m)).swapaxes(-1, -2)
    there = rotate(queries, np.arange(n) + shift) @ rotate(keys, np.arange(m) + shift).swapaxes(
        -1, -2
    )
    assert_close(here, there, 1e-9)


def test_far_places_are_exact_in_float32_too():
    x = np.ones((1, 2))
    found = rotate(x.astype(np.float32), np.array([1_000_003]))
    assert_close(found, rotate(x, np.array([1_000_003])), 1e-6)


# Distance


def test_distance_bias_follows_the_formula():
    bias = distance_bias(3, 4, 0.5)
    assert_close(bias, [[-0.5 * abs(i - j) for j in range(4)] for i in range(3)])
    by_head = distance_bias(3, 4, np.array([0.5, 2.0]))
    assert by_head.shape == (2, 3, 4)
    assert_close(by_head[1], 4 * bias)


def test_distance_divides_a_weight_by_the_same_factor_for_each_step():
    """Of equal scores, each step further away costs a factor of exp(slope)."""
    x = np.zeros((5, 2))
    weights = attend(x, x, x, DistanceScore(0.7)).weights
    assert_close(weights[0, :-1] / weights[0, 1:], np.full(4, np.exp(0.7)))


# Learned places


def test_learned_places_add_a_row_for_each_place():
    layer, x = LearnedPlaces(6, 4, rng=0), np.ones((2, 3, 4), np.float32)
    freeze(x)
    assert_close(layer(x) - x, np.broadcast_to(layer.params["places.table"][:3], (2, 3, 4)), 1e-6)


@few
@given(seed=seeds, n=st.integers(1, 5), lead=st.sampled_from([(), (2,), (2, 3)]))
def test_gradients_of_learned_places(seed, n, lead):
    rng = np.random.default_rng(seed)
    layer = randomise(LearnedPlaces(5, 3, dtype=np.float64), rng)
    x = rng.normal(size=(*lead, n, 3))
    output, cache = layer.forward(x)
    direction = rng.normal(size=output.shape)
    d_x, grads = layer.backward(direction, cache)
    assert grads.keys() == layer.params.keys()
    pairs = {"x": (x, d_x)} | {name: (layer.params[name], grads[name]) for name in grads}
    check_gradients(lambda: (layer(x) * direction).sum(), pairs)


# Both scores


@every_score
@few
@given(**sizes)
def test_gradients_of_a_score(score, seed, n, m, half):
    rng, queries, keys = draw(seed, n, m, half)
    scores, cache = score.forward(queries, keys)
    direction = rng.normal(size=scores.shape)
    d_queries, d_keys, grads = score.backward(direction, cache)
    assert grads == {}
    check_gradients(
        lambda: (score(queries, keys) * direction).sum(),
        {"queries": (queries, d_queries), "keys": (keys, d_keys)},
    )


@every_score
def test_gradients_through_heads(score):
    rng = np.random.default_rng(3)
    layer = randomise(AttentionLayer(6, 3, score, dtype=np.float64), rng)
    x, y = rng.normal(size=(2, 4, 6)), rng.normal(size=(2, 5, 6))
    output, cache = layer.forward(x, y)
    direction = rng.normal(size=output.shape)
    d_x, d_y, grads = layer.backward(direction, cache)
    pairs = {"x": (x, d_x), "y": (y, d_y)}
    pairs |= {name: (layer.params[name], grads[name]) for name in grads}
    check_gradients(lambda: (layer(x, y) * direction).sum(), pairs)


@every_score
@precisions
def test_a_score_keeps_the_dtype_and_its_inputs(score, dtype):
    _, queries, keys = (
        part if i == 0 else part.astype(dtype) for i, part in enumerate(draw(1, 4, 5, 2))
    )
    freeze(queries, keys)
    scores, cache = score.forward(queries, keys)
    gradients = score.backward(np.ones_like(scores), cache)[:2]
    assert {array.dtype for array in (scores, *gradients)} == {np.dtype(dtype)}


def test_without_places_both_are_the_scaled_dot_product():
    _, queries, keys = draw(2, 1, 1, 3)  # one query and one key, both at place 0
    plain = ScaledDotScore()(queries, keys)
    for score in SCORES.values():
        assert_close(score(queries, keys), plain)


@every_score
def test_a_score_that_counts_places_is_not_asked_step_by_step(score):
    states = np.ones((1, 2, 4))
    memory = Memory(states, states[:, -1], np.ones((1, 2), bool))
    with pytest.raises(TypeError, match=f"{type(score).__name__} must get all queries at once"):
        Attention(score).reader(memory)


# Errors that a user can cause


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sinusoids(3, 5), "size must be even and at least 2"),
        (lambda: sinusoids(3, 0), "size must be even and at least 2"),
        (lambda: sinusoids(0, 4), "number of places must be whole and at least 1, got 0"),
        (lambda: sinusoids(2.5, 4), "number of places must be whole and at least 1, got 2.5"),
        (lambda: distance_bias(2, 0, 1), "number of places must be whole and at least 1, got 0"),
        (lambda: distance_bias(2, 3, np.inf), "slope must be finite, got inf"),
        (lambda: rotate(np.ones((3, 5)), np.arange(3)), "size must be even and at least 2"),
        (lambda: rotate(np.ones((3, 4)), np.arange(4)), "a whole number for each row of x"),
        (lambda: rotate(np.ones((3, 4)), np.arange(3.0)), "a whole number for each row of x"),
        (lambda: rotate(np.ones(4), np.arange(4)), "a whole number for each row of x"),
        (lambda: LearnedPlaces(3, 4)(np.ones((1, 4, 4))), "at most 3 places, got (1, 4, 4)"),
        (lambda: LearnedPlaces(3, 4)(np.ones((2, 5))), "x must have 4 features on the last axis"),
        (lambda: LearnedPlaces(3, 4)(np.ones(4)), "at most 3 places, got (4,)"),
        (lambda: RotatedScore()(np.ones((2, 3)), np.ones((2, 3))), "size must be even"),
    ],
)
def test_errors_say_what_was_expected(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
