"""Attention by hand, its layers' wiring and its error messages. Laws are in test_properties.py."""

import re

import numpy as np
import pytest

from course_utils.attention import (
    Attention,
    AttentionLayer,
    MeanState,
    Memory,
    attend,
    blocked_attend,
    softmax,
)
from course_utils.scoring import AdditiveScore, DotScore, LocationScore, ScaledDotScore
from course_utils.softmax import MODERATE, SHORT, unchecked_softmax
from tests.samples import CONTEXTS, make_context, randomise


def test_softmax_by_hand():
    weights = softmax(np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]]))
    np.testing.assert_allclose(weights, [[0.125, 0.25, 0.625], [0.375, 0.375, 0.25]])
    columns = softmax(np.log([[1.0, 2.0], [3.0, 2.0]]), axis=0)
    np.testing.assert_allclose(columns, [[0.25, 0.5], [0.75, 0.5]])
    masked = softmax(np.log([[1.0, 2.0, 5.0]]), mask=[True, False, True])
    np.testing.assert_allclose(masked, [[1 / 6, 0, 5 / 6]])


def test_attend_by_hand():
    queries = np.array([[np.log(3.0), 0.0]])
    keys, values = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[4.0, 0, 8], [0, 4, 0]])
    attended = attend(queries, keys, values, DotScore())
    np.testing.assert_allclose(attended.scores, [[np.log(3), 0]])
    np.testing.assert_allclose(attended.weights, [[0.75, 0.25]])
    np.testing.assert_allclose(attended.context, [[3, 1, 6]])


def test_the_default_rule_is_scaled_dot():
    queries, keys, values = np.random.default_rng(0).normal(size=(3, 4, 4))
    expected = attend(queries, keys, values, ScaledDotScore())
    np.testing.assert_array_equal(attend(queries, keys, values).context, expected.context)


def test_attention_layer_is_heads_side_by_side():
    rng = np.random.default_rng(0)
    layer = randomise(AttentionLayer(6, heads=3, dtype=np.float64), rng)
    x, y = rng.normal(size=(2, 4, 6)), rng.normal(size=(2, 5, 6))
    W = layer.params
    assert {name: value.shape for name, value in W.items()} == {
        name: (6, 6) for name in ("W_query", "W_key", "W_value", "W_output")
    }
    heads = []
    for head in range(3):
        own = slice(2 * head, 2 * head + 2)
        projected = x @ W["W_query"][:, own], y @ W["W_key"][:, own], y @ W["W_value"][:, own]
        heads.append(attend(*projected).context)
    expected = np.concatenate(heads, axis=-1) @ W["W_output"]
    np.testing.assert_allclose(layer(x, y), expected)
    np.testing.assert_allclose(layer(x[0], y[0]), expected[0])


@pytest.mark.parametrize("kv_heads", [1, 2, 4])
def test_neighbours_share_keys_and_values(kv_heads):
    """As many heads, each with a copy of its group's columns, give the same."""
    rng = np.random.default_rng(0)
    layer = randomise(AttentionLayer(8, heads=4, dtype=np.float64, kv_heads=kv_heads), rng)
    x, y = rng.normal(size=(2, 4, 8)), rng.normal(size=(2, 5, 8))
    W = layer.params
    assert W["W_key"].shape == W["W_value"].shape == (8, 2 * kv_heads)
    heads = []
    for head in range(4):
        own = slice(2 * head, 2 * head + 2)
        group = head // (4 // kv_heads)
        its = slice(2 * group, 2 * group + 2)
        projected = x @ W["W_query"][:, own], y @ W["W_key"][:, its], y @ W["W_value"][:, its]
        heads.append(attend(*projected).context)
    expected = np.concatenate(heads, axis=-1) @ W["W_output"]
    np.testing.assert_allclose(layer(x, y), expected)
    np.testing.assert_allclose(layer(x[0], y[0]), expected[0])


@pytest.mark.parametrize("kv_heads", [1, 2])
def test_shared_keys_with_nothing_to_look_at_or_nobody_who_asks(kv_heads):
    layer = AttentionLayer(4, heads=2, rng=0, kv_heads=kv_heads)
    for batch, n, m in ((0, 3, 2), (2, 0, 2)):
        output, cache = layer.forward(np.ones((batch, n, 4)), np.ones((batch, m, 4)))
        assert output.shape == (batch, n, 4)
        d_x, d_y, grads = layer.backward(output, cache)
        assert d_x.shape == (batch, n, 4) and d_y.shape == (batch, m, 4)
        assert all(grads[name].shape == value.shape for name, value in layer.params.items())


def test_kv_heads_must_divide_the_heads():
    for kv_heads in (3, 0, -1, 8):
        with pytest.raises(ValueError, match=f"multiple of kv_heads, got 4 and {kv_heads}"):
            AttentionLayer(8, heads=4, kv_heads=kv_heads)


def test_a_rule_with_parameters_serves_all_heads():
    layer = AttentionLayer(6, heads=3, score=AdditiveScore(2, 2, 5))
    assert {"score.W_query", "score.W_key", "score.v"} < layer.params.keys()
    assert layer(np.ones((4, 6)), np.ones((5, 6))).shape == (4, 6)


@pytest.mark.parametrize("name", CONTEXTS)
def test_a_reader_asks_step_by_step_what_forward_asks_at_once(name):
    rng = np.random.default_rng(0)
    context = make_context(name, 4, rng)
    states, summary = rng.normal(size=(2, 5, 4)), rng.normal(size=(2, 4))
    memory = Memory(states, summary, np.arange(5) < [[3], [5]])
    queries = rng.normal(size=(2, 3, 4))
    whole, weights = context(queries, memory)
    read = context.reader(memory)
    for step in range(3):
        found, looked = read(queries[:, step : step + 1])
        at = step if whole.shape[1] == 3 else 0
        np.testing.assert_allclose(found[:, 0], whole[:, at])
        if weights is not None:
            np.testing.assert_allclose(looked[:, 0], weights[:, at])
            assert (looked[0, 0, 3:] == 0).all()
    assert (weights is None) == (name == "last state")


def test_mean_state_is_the_mean_of_the_real_states():
    states = np.random.default_rng(0).normal(size=(2, 5, 4))
    memory = Memory(states, states[:, -1], np.arange(5) < [[3], [5]])
    context, _ = MeanState()(states, memory)
    np.testing.assert_allclose(context[0, 0], states[0, :3].mean(axis=0))
    np.testing.assert_allclose(context[1, 0], states[1].mean(axis=0))


def test_the_parameters_of_a_rule_are_found_in_its_context():
    rule = AdditiveScore(4, 4, 3)
    params = Attention(rule).params
    assert sorted(params) == ["score.W_key", "score.W_query", "score.v"]
    assert params["score.v"] is rule.params["v"]


# Errors

QUERIES, KEYS, VALUES = np.zeros((2, 3)), np.zeros((4, 3)), np.zeros((4, 5))
ATTENDERS = (attend, blocked_attend)


@pytest.mark.parametrize("function", ATTENDERS)
@pytest.mark.parametrize(
    ("queries", "keys", "values", "message"),
    [
        ((2, 3), (4, 3), (5, 5), "one row per key, shape (4,) + (d_v,), got (5, 5)"),
        ((2, 3), (4, 3), (4,), "one row per key, shape (4,) + (d_v,), got (4,)"),
        ((2, 2, 3), (2, 4, 3), (4, 5), "shape (2, 4) + (d_v,), got (4, 5)"),
        ((2, 3), (4, 2), (4, 5), "equally wide for a dot product, got 3 and 2"),
        ((3,), (4, 3), (4, 5), "got (3,) and (4, 3)"),
        ((2, 2, 3), (3, 4, 3), (3, 4, 5), "got (2, 2, 3) and (3, 4, 3)"),
    ],
)
def test_shapes_that_do_not_fit(function, queries, keys, values, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        function(np.zeros(queries), np.zeros(keys), np.zeros(values))


@pytest.mark.parametrize("function", ATTENDERS)
@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.ones((2, 4)), "mask must be boolean, got float64: True marks keys"),
        (np.ones((2, 4), int), "mask must be boolean, got int64"),
        (np.ones((3, 2), bool), "mask must broadcast to (query, key) = (2, 4), got (3, 2)"),
        (np.ones((2, 3), bool), "got (2, 3): True marks keys that may be looked at"),
        (np.ones((5, 2, 4), bool), "got (5, 2, 4)"),
    ],
)
def test_masks_that_do_not_fit(function, mask, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        function(QUERIES, KEYS, VALUES, mask=mask)


def test_softmax_refuses_the_same_masks():
    with pytest.raises(ValueError, match="mask must be boolean, got int64"):
        softmax(np.zeros((2, 4)), mask=np.ones((2, 4), int))
    with pytest.raises(ValueError, match=re.escape("must broadcast to (query, key) = (2, 4)")):
        softmax(np.zeros((2, 4)), mask=np.ones(3, bool))


def test_attend_passes_the_message_of_its_rule_on():
    with pytest.raises(ValueError, match="at most max_length = 3 positions, got 4"):
        attend(QUERIES, KEYS, VALUES, LocationScore(3, 3))


@pytest.mark.parametrize("block", [0, -1])
def test_a_block_counts_keys(block):
    with pytest.raises(ValueError, match=f"block must be at least 1, got {block}"):
        blocked_attend(QUERIES, KEYS, VALUES, block=block)


def test_attention_layer_errors():
    with pytest.raises(ValueError, match="multiple of heads, got 6 and 4"):
        AttentionLayer(6, heads=4)
    layer = AttentionLayer(6)
    good, narrow = np.zeros((2, 4, 6)), np.zeros((2, 4, 5))
    with pytest.raises(ValueError, match="x must have 6 features"):
        layer(narrow, good)
    with pytest.raises(ValueError, match="y must have 6 features"):
        layer(good, narrow)
    with pytest.raises(ValueError, match=re.escape("got (3, 1, 6, 6) and (2, 1, 4, 6)")):
        layer(np.zeros((3, 6, 6)), good)
    with pytest.raises(ValueError, match="mask must be boolean, got float64"):
        layer(good, good, np.ones((4, 4)))
    with pytest.raises(ValueError, match="mask must broadcast"):
        layer(good, good, np.ones((4, 3), bool))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("reach", [MODERATE / 3, MODERATE * 3, 1e30])
@pytest.mark.parametrize("m", [1, 7, SHORT, SHORT + 1])
def test_the_softmax_of_models_is_the_softmax(m, reach, dtype):
    rng = np.random.default_rng(0)
    scores = (rng.uniform(-1, 1, (2, 3, 5, m)) * reach).astype(dtype)
    mask = rng.random((2, 1, 5, m)) < 0.6
    mask[0, 0, 2] = False
    mask[1] &= scores[1, :1] < 0  # the largest of all may not be looked at
    tolerance = {np.float32: 1e-5, np.float64: 1e-13}[dtype]
    for some in (None, mask):
        kept = scores.copy()
        found = unchecked_softmax(scores, mask=some)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, softmax(scores, mask=some), rtol=tolerance, atol=1e-30)
        np.testing.assert_array_equal(scores, kept)


@pytest.mark.parametrize("high", [MODERATE, 200.0, 1e30])
def test_rows_of_the_models_softmax_do_not_lose_each_other(high):
    scores = np.array([[high, high - 1], [-high, -high - 1], [0, -1]], np.float32)
    alone = [unchecked_softmax(row[None])[0] for row in scores]
    np.testing.assert_allclose(unchecked_softmax(scores), alone, rtol=1e-6)
    np.testing.assert_allclose(alone, [softmax(row) for row in scores], rtol=1e-6)
    np.testing.assert_allclose(np.sum(alone, axis=1), 1, rtol=1e-6)


def test_a_row_of_the_models_softmax_is_the_same_to_the_last_bit_whatever_the_others_are():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(50, 20)).astype(np.float32)
    others = scores.copy()
    others[1:] = rng.normal(0, 10, (49, 20))
    assert np.abs(others).max() < MODERATE
    np.testing.assert_array_equal(unchecked_softmax(scores)[0], unchecked_softmax(others)[0])


def test_the_softmax_of_models_says_nan_where_a_score_is():
    scores = np.zeros((2, 3))
    scores[0, 1] = np.nan
    assert np.isnan(unchecked_softmax(scores)[0]).all()
    assert unchecked_softmax(np.zeros((2, 0))).shape == (2, 0)


def test_only_a_large_attention_asks_for_freed_memory_to_be_kept(monkeypatch):
    asked = []
    monkeypatch.setattr("course_utils.attention.keep_freed_memory", lambda: asked.append(1))
    attend(*np.zeros((3, 64, 2)))
    assert not asked
    attend(*np.zeros((3, 2, 800, 2)))
    assert asked
