import re

import numpy as np
import pytest

from course_utils.layers import Embedding, Layer, Linear, nested, uniform


class Doubled(Layer):
    """Two linear layers, one after the other, and a parameter of its own."""

    def __init__(self):
        parts = {"first": Linear(2, 3, rng=0), "second": Linear(3, 1, bias=False, rng=1)}
        super().__init__({"scale": np.ones((), np.float32)}, parts)


def test_parameters_of_the_parts_have_dotted_names():
    layer = Doubled()
    assert sorted(layer.params) == ["first.W", "first.b", "scale", "second.W"]
    assert Layer().params == {}
    assert nested(a={"W": 1}, b={"c.W": 2}) == {"a.W": 1, "b.c.W": 2}


def test_parameters_are_changed_in_place():
    layer = Linear(2, 3, rng=0)
    layer.params["W"][...] = 0
    layer.params["b"][...] = [1, 2, 3]
    np.testing.assert_array_equal(layer(np.ones((1, 2), np.float32)), [[1, 2, 3]])


def test_cast_converts_the_parts_too():
    layer = Doubled()
    before = layer.params
    assert layer.cast(np.float64) is layer
    for name, value in layer.params.items():
        assert value.dtype == np.float64
        np.testing.assert_array_equal(value, before[name])


def test_linear_is_a_product_and_a_sum():
    rng = np.random.default_rng(0)
    layer = Linear(3, 2, dtype=np.float64, rng=rng)
    layer.params["b"][...] = [10, 20]
    inputs = rng.normal(size=(4, 5, 3))
    W, outputs = layer.params["W"], layer(inputs)
    assert outputs.shape == (4, 5, 2)
    by_hand = [sum(inputs[1, 2, i] * W[i, j] for i in range(3)) + 10 * (j + 1) for j in range(2)]
    np.testing.assert_allclose(outputs[1, 2], by_hand)


def test_linear_without_bias_has_none():
    layer = Linear(3, 2, bias=False)
    assert list(layer.params) == ["W"]
    np.testing.assert_array_equal(layer(np.zeros((1, 3))), [[0, 0]])


def test_linear_of_no_rows_is_no_rows():
    layer = Linear(3, 2)
    outputs, cache = layer.forward(np.zeros((0, 5, 3)))
    d_inputs, grads = layer.backward(outputs, cache)
    assert (outputs.shape, d_inputs.shape) == ((0, 5, 2), (0, 5, 3))
    assert (grads["W"] == 0).all()


def test_embedding_looks_rows_up_and_adds_their_gradients():
    layer = Embedding(4, 2, rng=0)
    ids = np.array([[3, 1], [3, 3]])
    vectors, cache = layer.forward(ids)
    np.testing.assert_array_equal(vectors, layer.params["table"][ids])
    (grads,) = layer.backward(np.ones((2, 2, 2), np.float32), cache)
    np.testing.assert_array_equal(grads["table"], [[0, 0], [1, 1], [0, 0], [3, 3]])


def test_initial_weights_follow_the_seed_and_the_size():
    first, again, other = (uniform(seed, 20, 30) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not (first == other).all()
    limit = np.sqrt(6 / 50)
    # 600 numbers between −limit and limit come close to both ends
    assert 0.98 * limit < abs(first).max() <= limit
    assert first.dtype == Linear(2, 3).params["W"].dtype == np.float32


@pytest.mark.parametrize("shape", [(4, 2), ()])
def test_linear_names_the_width_it_wants(shape):
    message = f"inputs must have 3 features on the last axis, got shape {shape}"
    with pytest.raises(ValueError, match=re.escape(message)):
        Linear(3, 2)(np.zeros(shape))


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([0, 4], "ids must lie between 0 and 3, got 0 to 4"),
        ([-1, 2], "ids must lie between 0 and 3, got -1 to 2"),
        ([0.0, 1.0], "ids must be integers, got float64"),
    ],
)
def test_embedding_refuses_unknown_ids(ids, message):
    with pytest.raises(ValueError, match=message):
        Embedding(4, 2)(np.array(ids))


def test_fill_writes_in_place_and_leaves_the_others():
    layer = Linear(2, 3, rng=0)
    weights, bias = layer.params["W"], np.arange(3.0)
    before = weights.copy()
    layer.fill({"b": bias})
    assert np.array_equal(layer.params["b"], bias) and layer.params["W"] is weights
    assert np.array_equal(weights, before)
