"""Every hand-derived gradient against central differences, over random sizes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.attention import AttentionLayer, Memory, attend_backward, attend_forward
from course_utils.gradients import check_gradients, numerical_gradient
from course_utils.layers import Embedding, Linear
from course_utils.recurrent import GRU
from course_utils.softmax import cross_entropy, softmax
from tests.samples import (
    CONTEXTS,
    RULES,
    SIZES,
    make_batch,
    make_context,
    make_model,
    make_problem,
    make_rule,
    randomise,
    rule_and_problem,
)

few = settings(max_examples=6, deadline=None, derandomize=True, database=None)
seeds = st.integers(0, 2**32 - 1)


def pair_up(arrays, gradients):
    """What check_gradients takes, from two dicts with the same names."""
    assert arrays.keys() == gradients.keys()
    for name, array in arrays.items():
        assert gradients[name].shape == array.shape, name
    return {name: (array, gradients[name]) for name, array in arrays.items()}


# The measuring tools


def test_numerical_gradient_of_a_cubic():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    before = x.copy()
    gradient = numerical_gradient(lambda: (x**3).sum(), x)
    np.testing.assert_allclose(gradient, 3 * x**2, rtol=1e-8)
    np.testing.assert_array_equal(x, before)


def test_numerical_gradient_refuses_float32():
    with pytest.raises(TypeError, match="must be float64, got float32"):
        numerical_gradient(lambda: 0.0, np.zeros(2, np.float32))
    with pytest.raises(TypeError, match="must be float64, got list"):
        numerical_gradient(lambda: 0.0, [0.0, 1.0])


def test_check_gradients_returns_the_errors():
    x, y = np.array([1.0, 2.0]), np.array(3.0)
    pairs = {"x": (x, 2 * x), "y": (y, np.array(1.0))}
    errors = check_gradients(lambda: (x**2).sum() + y[()], pairs)
    assert errors.keys() == {"x", "y"}
    assert all(error < 1e-8 for error in errors.values())


@pytest.mark.parametrize("wrong", [2.0001, 0.0, np.nan])
def test_check_gradients_names_a_wrong_gradient(wrong):
    x = np.array([1.0, 1.0])
    with pytest.raises(AssertionError, match="the gradient of x is off by"):
        check_gradients(lambda: (x**2).sum(), {"x": (x, np.array([2.0, wrong]))})


# Scoring rules, alone and through attention


@pytest.mark.parametrize("name", RULES)
@few
@given(sizes=SIZES)
def test_rule(name, sizes):
    rule, (queries, keys, _, _, rng) = rule_and_problem(name, sizes)
    scores, cache = rule.forward(queries, keys)
    direction = rng.normal(size=scores.shape)
    d_queries, d_keys, grads = rule.backward(direction, cache)
    check_gradients(
        lambda: (rule(queries, keys) * direction).sum(),
        pair_up(
            {"queries": queries, "keys": keys, **rule.params},
            {"queries": d_queries, "keys": d_keys, **grads},
        ),
    )


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", RULES)
@few
@given(sizes=SIZES)
def test_attend(name, masked, sizes):
    rule, (queries, keys, values, mask, rng) = rule_and_problem(name, sizes)
    mask = mask if masked else None
    attended, cache = attend_forward(queries, keys, values, rule, mask)
    direction = rng.normal(size=attended.context.shape)
    d_queries, d_keys, d_values, grads = attend_backward(direction, cache)

    def total():
        return (attend_forward(queries, keys, values, rule, mask)[0].context * direction).sum()

    arrays = {"queries": queries, "keys": keys, "values": values, **rule.params}
    gradients = {"queries": d_queries, "keys": d_keys, "values": d_values, **grads}
    check_gradients(total, pair_up(arrays, gradients))


@pytest.mark.parametrize("rule", ["scaled dot", "additive"])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("heads", "kv_heads"), [(1, 1), (4, 4), (4, 2), (3, 1)])
@few
@given(sizes=SIZES, head_size=st.integers(1, 2))
def test_attention_layer(heads, kv_heads, masked, rule, sizes, head_size):
    size = heads * head_size
    x, _, y, mask, rng = make_problem(sizes._replace(query=size, value=size))
    score = make_rule(rule, head_size, head_size, rng)
    layer = AttentionLayer(size, heads, score, dtype=np.float64, kv_heads=kv_heads)
    layer, mask = randomise(layer, rng), mask if masked else None
    output, cache = layer.forward(x, y, mask)
    direction = rng.normal(size=output.shape)
    d_x, d_y, grads = layer.backward(direction, cache)
    check_gradients(
        lambda: (layer(x, y, mask) * direction).sum(),
        pair_up({"x": x, "y": y, **layer.params}, {"x": d_x, "y": d_y, **grads}),
    )


@pytest.mark.parametrize("heads", [1, 4])
@few
@given(sizes=SIZES)
def test_self_attention(heads, sizes):
    x, _, _, mask, rng = make_problem(sizes._replace(query=4, m=sizes.n))
    layer = randomise(AttentionLayer(4, heads, dtype=np.float64), rng)
    output, cache = layer.forward(x, x, mask)
    direction = rng.normal(size=output.shape)
    d_asking, d_looked_at, grads = layer.backward(direction, cache)
    check_gradients(
        lambda: (layer(x, x, mask) * direction).sum(),
        pair_up({"x": x, **layer.params}, {"x": d_asking + d_looked_at, **grads}),
    )


# Layers


@pytest.mark.parametrize("bias", [False, True])
@few
@given(sizes=SIZES)
def test_linear(bias, sizes):
    inputs, *_, rng = make_problem(sizes)
    layer = randomise(Linear(sizes.query, sizes.value, bias, dtype=np.float64), rng)
    outputs, cache = layer.forward(inputs)
    direction = rng.normal(size=outputs.shape)
    d_inputs, grads = layer.backward(direction, cache)
    check_gradients(
        lambda: (layer(inputs) * direction).sum(),
        pair_up({"inputs": inputs, **layer.params}, {"inputs": d_inputs, **grads}),
    )


@few
@given(seed=seeds, width=st.integers(1, 4))
def test_embedding(seed, width):
    rng = np.random.default_rng(seed)
    layer = Embedding(5, width, rng, np.float64)
    ids = rng.integers(0, 5, (3, 4))  # more ids than tokens: at least one comes twice
    vectors, cache = layer.forward(ids)
    direction = rng.normal(size=vectors.shape)
    (grads,) = layer.backward(direction, cache)
    check_gradients(lambda: (layer(ids) * direction).sum(), pair_up(layer.params, grads))


@pytest.mark.parametrize("with_initial", [False, True])
@few
@given(
    seed=seeds,
    batch=st.integers(1, 3),
    time=st.integers(1, 5),
    input_size=st.integers(1, 3),
    hidden=st.integers(1, 4),
)
def test_gru(with_initial, seed, batch, time, input_size, hidden):
    rng = np.random.default_rng(seed)
    gru = randomise(GRU(input_size, hidden, dtype=np.float64), rng)
    inputs = rng.normal(size=(batch, time, input_size))
    lengths = rng.integers(1, time + 1, batch)
    initial = rng.normal(size=(batch, hidden)) if with_initial else None
    (states, last), cache = gru.forward(inputs, lengths, initial)
    d_states, d_last = rng.normal(size=states.shape), rng.normal(size=last.shape)
    d_inputs, d_initial, grads = gru.backward((d_states, d_last), cache)

    def total():
        states, last = gru(inputs, lengths, initial)
        return (states * d_states).sum() + (last * d_last).sum()

    arrays = {"inputs": inputs, **gru.params}
    gradients = {"inputs": d_inputs, **grads}
    if with_initial:
        arrays["initial"], gradients["initial"] = initial, d_initial
    check_gradients(total, pair_up(arrays, gradients))


@pytest.mark.parametrize("name", CONTEXTS)
@few
@given(sizes=SIZES)
def test_context(name, sizes):
    batch, width = 2, sizes.query
    rng = np.random.default_rng(sizes.seed)
    context = make_context(name, width, rng)
    lengths = rng.integers(1, sizes.m + 1, (batch, 1))
    states = rng.normal(size=(batch, sizes.m, width))
    memory = Memory(states, rng.normal(size=(batch, width)), np.arange(sizes.m) < lengths)
    queries = rng.normal(size=(batch, sizes.n, width))
    (output, _), cache = context.forward(queries, memory)
    direction = rng.normal(size=output.shape)
    d_queries, d_states, d_summary, grads = context.backward(direction, cache)
    arrays = {"queries": queries, "states": states, "summary": memory.summary, **context.params}
    gradients = {"queries": d_queries, "states": d_states, "summary": d_summary, **grads}
    check_gradients(
        lambda: (context(queries, memory)[0] * direction).sum(), pair_up(arrays, gradients)
    )


# Whole models


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", CONTEXTS)
@settings(max_examples=3, deadline=None, derandomize=True, database=None)
@given(seed=seeds, half=st.integers(1, 2), rows=st.integers(1, 3), longest=st.integers(1, 5))
def test_seq2seq(name, bidirectional, seed, half, rows, longest):
    rng = np.random.default_rng(seed)
    model = make_model(name, rng, hidden=2 * half, bidirectional=bidirectional)
    batch = make_batch(rng, rows, longest)
    _, cache = model.forward(batch)
    check_gradients(lambda: model(batch), pair_up(model.params, model.backward(cache)))


@pytest.mark.parametrize("shape", [(4,), (3, 4)])
def test_cross_entropy_counts_real_places_only(shape):
    rng = np.random.default_rng(0)
    logits, expected = rng.normal(size=(*shape, 5)), rng.integers(5, size=shape)
    real = np.arange(4) < 3 + np.zeros((*shape[:-1], 1))
    loss, d_logits = cross_entropy(logits, expected, real)
    assert loss == pytest.approx(cross_entropy(logits[real], expected[real])[0])
    chosen = np.take_along_axis(softmax(logits), expected[..., None], -1)[..., 0]
    assert loss == pytest.approx(-np.log(chosen[real]).mean())
    check_gradients(
        lambda: cross_entropy(logits, expected, real)[0], {"logits": (logits, d_logits)}
    )
