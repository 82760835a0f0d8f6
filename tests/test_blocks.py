"""What the core works through in parts equals what it computes at once."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import blocked
from course_utils.attention import (
    attend,
    attend_forward,
    blocked_attend,
    softmax,
)
from course_utils.blocked import Ledger, ledger, merged
from course_utils.scoring import AdditiveScore
from tests.samples import (
    SIZES,
    assert_close,
    every_rule,
    few,
    make_problem,
    make_rule,
    precisions,
    randomise,
)

# Attention in blocks


@few
@given(sizes=SIZES, longer=st.integers(0, 20), block=st.integers(1, 30), masked=st.booleans())
def test_blocked_attend_equals_attend(sizes, longer, block, masked):
    sizes = sizes._replace(n=sizes.n + longer, m=sizes.m + longer)
    queries, keys, values, mask, _ = make_problem(sizes, equal=True)
    mask = mask if masked else None
    expected = attend(queries, keys, values, mask=mask).context
    assert_close(blocked_attend(queries, keys, values, mask, block), expected)


@pytest.mark.parametrize("shape", [(5,), (4, 1), (4, 5), (1, 4, 5), (2, 1, 5)])
def test_blocked_attend_broadcasts_masks_like_attend(shape):
    rng = np.random.default_rng(0)
    queries, keys, values = (rng.normal(size=(2, rows, 3)) for rows in (4, 5, 5))
    mask = rng.random(shape) < 0.5
    expected = attend(queries, keys, values, mask=mask).context
    assert_close(blocked_attend(queries, keys, values, mask, block=2), expected)


@precisions
def test_blocked_attend_with_huge_scores(dtype):
    rng = np.random.default_rng(0)
    queries = rng.choice([-1000, 1000], (6, 1)).astype(dtype)
    keys, values = rng.normal(size=(9, 1)).astype(dtype), rng.normal(size=(9, 2)).astype(dtype)
    expected = attend(queries, keys, values).context
    for block in (1, 4, 9):
        assert_close(blocked_attend(queries, keys, values, block=block), expected, 1e-5)


@few
@given(sizes=SIZES, longer=st.integers(0, 20), block=st.integers(1, 30), masked=st.booleans())
def test_looking_back_is_a_causal_mask(sizes, longer, block, masked):
    sizes = sizes._replace(m=sizes.m + longer)
    queries, keys, values, mask, _ = make_problem(sizes, equal=True)
    n, m = queries.shape[-2], keys.shape[-2]
    back = np.tri(n, m, m - n, dtype=bool)
    both = back & mask if masked else back
    expected = attend(queries, keys, values, mask=both).context
    mask = mask if masked else None
    assert_close(blocked_attend(queries, keys, values, mask, block, causal=True), expected)
    assert_close(blocked_attend(queries, keys, values, both, block), expected)


def tiles_computed(monkeypatch, **options):
    """How many of 8 × 8 tiles have their scores computed."""
    count = []
    with monkeypatch.context() as patch:
        patch.setattr(blocked, "ledger", lambda *a, **o: count.append(1) or ledger(*a, **o))
        x = np.random.default_rng(0).normal(size=(64, 4))
        blocked_attend(x, x, x, block=8, **options)
    return len(count)


def test_tiles_that_nobody_may_look_at_are_skipped(monkeypatch):
    half, packed = 36, np.kron(np.eye(4, dtype=bool), np.ones((16, 16), bool))
    count = functools.partial(tiles_computed, monkeypatch)
    assert count() == 64
    assert count(causal=True) == count(mask=np.tri(64, dtype=bool)) == half
    assert count(mask=packed) == 16
    assert count(mask=packed, causal=True) == 12


@pytest.mark.parametrize("order", [range(8), range(7, -1, -1), (3, 0, 7, 1, 6, 2, 5, 4)])
def test_ledgers_merge_in_any_order_and_shape(order):
    rng = np.random.default_rng(0)
    scores, values = 300 * rng.normal(size=(2, 5, 40)), rng.normal(size=(2, 40, 3))
    scores[0, 1] = scores[1, 2, :30] = -np.inf
    parts = [ledger(scores[..., i : i + 5], values[:, i : i + 5]) for i in range(0, 40, 5)]
    parts = [parts[i] for i in order]
    expected = softmax(scores) @ values
    tree = parts
    while len(tree) > 1:
        tree = [merged(*pair) for pair in zip(tree[::2], tree[1::2], strict=True)]
    chain = Ledger(np.full((2, 5, 1), -np.inf), np.zeros((2, 5, 1)), np.zeros((2, 5, 3)))
    for part in parts:
        chain = merged(chain, part)
    assert_close(tree[0].context, expected)
    assert_close(chain.context, expected)
    assert not chain.context[0, 1].any()


# Large problems, which the core works through in parts


@precisions
@every_rule
def test_attention_over_many_positions_equals_its_definition(name, dtype):
    rng = np.random.default_rng(0)
    rule = make_rule(name, 3, 3, rng, dtype, max_length=300)
    queries, keys = (rng.normal(size=(2, rows, 3)).astype(dtype) for rows in (300, 260))
    values = rng.normal(size=(2, 260, 2)).astype(dtype)
    for mask in (
        None,
        *(rng.random(shape) < 0.01 for shape in ((2, 300, 260), (2, 1, 260), (260,))),
    ):
        expected, _ = attend_forward(queries, keys, values, rule, mask)
        found = attend(queries, keys, values, rule, mask)
        for one, other in zip(found, expected, strict=True):
            assert one.dtype == dtype
            assert_close(one, other, 1e-12 if dtype == np.float64 else 1e-5)


def test_attention_over_many_positions_checks_the_mask_too():
    positions = np.zeros((300, 2))
    with pytest.raises(ValueError, match="mask must be boolean, got float64"):
        attend(positions, positions, positions, mask=np.ones((300, 300)))
    with pytest.raises(ValueError, match="mask must broadcast"):
        attend(positions, positions, positions, mask=np.ones((300, 2), bool))


def test_additive_in_parts_equals_one_broadcast():
    rng = np.random.default_rng(0)
    rule = randomise(AdditiveScore(4, 5, 32, dtype=np.float64), rng)
    queries, keys = rng.normal(size=(3, 90, 4)), rng.normal(size=(3, 70, 5))
    W_query, W_key, v = rule.params["W_query"], rule.params["W_key"], rule.params["v"]
    hidden = np.tanh((queries @ W_query)[:, :, None] + (keys @ W_key)[:, None])
    scores, cache = rule.forward(queries, keys)
    assert_close(scores, hidden @ v)
    assert_close(rule(queries, keys), hidden @ v)
    d_scores = rng.normal(size=scores.shape)
    d_inside = d_scores[..., None] * v * (1 - hidden**2)
    d_queries, d_keys, grads = rule.backward(d_scores, cache)
    assert_close(d_queries, d_inside.sum(axis=2) @ W_query.T, 1e-10)
    assert_close(d_keys, d_inside.sum(axis=1) @ W_key.T, 1e-10)
    assert_close(grads["v"], np.einsum("bij,bijh->h", d_scores, hidden), 1e-10)
    assert_close(grads["W_query"], np.einsum("bid,bijh->dh", queries, d_inside), 1e-10)
    assert_close(grads["W_key"], np.einsum("bjd,bijh->dh", keys, d_inside), 1e-10)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_softmax_of_many_scores_equals_its_definition(axis):
    scores = np.random.default_rng(0).normal(size=(3, 200, 301))
    expected = np.exp(scores)
    assert_close(softmax(scores, axis), expected / expected.sum(axis=axis, keepdims=True))


def test_softmax_of_many_rows_with_a_mask():
    rng = np.random.default_rng(0)
    scores, mask = rng.normal(size=(3, 400, 301)), rng.random((3, 400, 301)) < 0.005
    assert not mask.any(axis=-1).all()
    weights = softmax(scores, mask=mask)
    for row in range(0, 400, 7):
        assert_close(weights[1, row, mask[1, row]], softmax(scores[1, row, mask[1, row]]))
    assert_close(weights.sum(axis=-1), mask.any(axis=-1))
