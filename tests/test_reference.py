"""Outputs and gradients against PyTorch's, stored in tests/reference (see make_reference.py)."""

from pathlib import Path

import numpy as np
import pytest

from course_utils.attention import (
    Attention,
    AttentionLayer,
    LastState,
    attend,
    attend_backward,
    attend_forward,
    blocked_attend,
)
from course_utils.positions import DistanceScore, RotatedScore, distance_bias, rotate
from course_utils.recurrent import GRU
from course_utils.scoring import AdditiveScore, ScaledDotScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import Batch
from course_utils.training import Adam, train
from course_utils.transformer import Transformer
from tests.samples import precisions

REFERENCE = Path(__file__).parent / "reference"
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-10}


def read(name, dtype):
    """The stored arrays in groups, those of real numbers converted to ``dtype``."""
    groups = {}
    with np.load(REFERENCE / f"{name}.npz", allow_pickle=False) as file:
        for key in file.files:
            group, _, rest = key.partition(".")
            array = file[key]
            real = np.issubdtype(array.dtype, np.floating)
            groups.setdefault(group, {})[rest] = array.astype(dtype) if real else array
    return groups


def fill(layer, weights):
    """Give a layer the stored parameters."""
    assert layer.params.keys() == weights.keys()
    for name, value in layer.params.items():
        value[...] = weights[name]
    return layer


def assert_agree(found, expected, dtype, tolerance=None):
    """The same names, shapes and dtype; entries equal to the precision's tolerance."""
    assert found.keys() == expected.keys()
    for name, array in found.items():
        assert array.dtype == dtype, name
        assert array.shape == expected[name].shape, name
        error = np.abs(array - expected[name]).max()
        assert error <= (tolerance or TOLERANCE[dtype]), f"{name} is off by {error:.1e}"


def test_the_files_name_their_maker_and_are_small():
    files = list(REFERENCE.glob("*.npz"))
    assert len(files) == 12
    assert sum(file.stat().st_size for file in files) < 500_000
    for file in files:
        assert "PyTorch" in str(np.load(file)["made_with"])


@precisions
def test_scaled_dot(dtype):
    stored = read("scaled_dot", dtype)
    queries, keys, values, mask = stored["input"].values()
    attended, cache = attend_forward(queries, keys, values, ScaledDotScore(), mask)
    *gradients, _ = attend_backward(stored["direction"]["context"], cache)
    assert_agree({"context": attended.context}, stored["output"], dtype)
    names = ("queries", "keys", "values")
    assert_agree(dict(zip(names, gradients, strict=True)), stored["gradient"], dtype)


@precisions
def test_blocked_attend(dtype):
    stored = read("scaled_dot", dtype)
    context = blocked_attend(**stored["input"], block=2)
    assert_agree({"context": context}, stored["output"], dtype)


@precisions
def test_heads(dtype):
    stored = read("heads", dtype)
    layer = fill(AttentionLayer(8, heads=4, dtype=dtype), stored["weight"])
    output, cache = layer.forward(**stored["input"])
    d_x, d_y, grads = layer.backward(stored["direction"]["output"], cache)
    found = {"output": output, "weights": cache.attended.weights}
    assert_agree(found, stored["output"], dtype)
    assert_agree({"x": d_x, "y": d_y, **grads}, stored["gradient"], dtype)


@precisions
@pytest.mark.parametrize(("name", "heads", "kv_heads"), [("grouped", 6, 2), ("multi_query", 3, 1)])
def test_shared_heads(name, heads, kv_heads, dtype):
    stored = read(name, dtype)
    layer = AttentionLayer(12, heads, dtype=dtype, kv_heads=kv_heads)
    output, cache = fill(layer, stored["weight"]).forward(**stored["input"])
    d_x, d_y, grads = layer.backward(stored["direction"]["output"], cache)
    found = {"output": output, "context": cache.attended.context}
    assert_agree(found, stored["output"], dtype)
    # the mask is True and False: it has no gradient
    expected = {n: g for n, g in stored["gradient"].items() if n != "mask"}
    assert_agree({"x": d_x, "y": d_y, **grads}, expected, dtype)


@precisions
def test_additive(dtype):
    stored = read("additive", dtype)
    rule = fill(AdditiveScore(4, 6, 8, dtype=dtype), stored["weight"])
    queries, keys, values, mask = stored["input"].values()
    attended, cache = attend_forward(queries, keys, values, rule, mask)
    without_cache = attend(queries, keys, values, rule, mask)
    for result in (attended, without_cache):
        found = {"context": result.context, "weights": result.weights}
        assert_agree(found, stored["output"], dtype)
    d_queries, d_keys, d_values, grads = attend_backward(stored["direction"]["context"], cache)
    found = {"queries": d_queries, "keys": d_keys, "values": d_values, **grads}
    assert_agree(found, stored["gradient"], dtype)


def attention_agrees(stored, rule, dtype):
    """The context and the gradients of attention by a rule without parameters."""
    queries, keys, values = stored["input"].values()
    attended, cache = attend_forward(queries, keys, values, rule)
    *gradients, _ = attend_backward(stored["direction"]["context"], cache)
    expected = {"context": stored["output"]["context"]}
    assert_agree({"context": attended.context}, expected, dtype)
    names = ("queries", "keys", "values")
    assert_agree(dict(zip(names, gradients, strict=True)), stored["gradient"], dtype)


@precisions
def test_rotated(dtype):
    stored = read("rotated", dtype)
    attention_agrees(stored, RotatedScore(), dtype)
    turned = rotate(stored["input"]["queries"], np.arange(4))
    assert_agree({"queries": turned}, {"queries": stored["output"]["queries"]}, dtype)


@precisions
def test_distance(dtype):
    stored = read("distance", dtype)
    slopes = stored["setting"]["slopes"]
    attention_agrees(stored, DistanceScore(slopes), dtype)
    np.testing.assert_array_equal(distance_bias(4, 5, slopes), stored["output"]["bias"])


@precisions
def test_gru(dtype):
    stored = read("gru", dtype)
    gru = fill(GRU(4, 5, dtype=dtype), stored["weight"])
    inputs, initial, lengths = stored["input"].values()
    (states, last), cache = gru.forward(inputs, lengths, initial)
    d_inputs, d_initial, grads = gru.backward(tuple(stored["direction"].values()), cache)
    assert_agree({"states": states, "last": last}, stored["output"], dtype)
    assert_agree({"inputs": d_inputs, "initial": d_initial, **grads}, stored["gradient"], dtype)


def additive_translator(dtype):
    context = Attention(AdditiveScore(8, 8, 6, dtype=dtype))
    return Seq2Seq(10, 8, 8, context=context, dtype=dtype)


def attention_alone(norm, layers):
    return lambda dtype: Transformer(10, 8, 8, 2, layers, 12, norm, dtype=dtype)


MODELS = {
    "seq2seq_last_state": lambda dtype: Seq2Seq(10, 8, 8, context=LastState(), dtype=dtype),
    "seq2seq_additive": additive_translator,
    "transformer_before": attention_alone("before", 2),
    "transformer_after": attention_alone("after", 1),
}


def stored_model(name, dtype):
    """(a model with the stored parameters, its Batch, the stored arrays)."""
    stored = read(name, dtype)
    model = MODELS[name](dtype)
    return fill(model, stored["weight"]), Batch(**stored["input"]), stored


@precisions
@pytest.mark.parametrize("name", MODELS)
def test_loss_and_gradients_of_a_model(name, dtype):
    model, batch, stored = stored_model(name, dtype)
    loss, cache = model.forward(batch)
    assert abs(loss - stored["output"]["losses"][0]) <= TOLERANCE[dtype]
    assert_agree(model.backward(cache), stored["gradient"], dtype)


@precisions
@pytest.mark.parametrize("name", MODELS)
def test_a_model_after_one_step(name, dtype):
    model, batch, stored = stored_model(name, dtype)
    _, cache = model.forward(batch)
    optimiser = Adam(model.params, clip=float(stored["setting"]["clip"]))
    optimiser.step(model.backward(cache), float(stored["setting"]["learning_rate"]))
    assert_agree(model.params, stored["after1"], dtype)


@precisions
@pytest.mark.parametrize("name", MODELS)
def test_a_model_after_three_steps(name, dtype):
    model, batch, stored = stored_model(name, dtype)
    # PyTorch adds 1e-6 to the norm when it clips: that much of a step remains between us
    tolerance = max(TOLERANCE[dtype], 1e-8)
    optimiser = Adam(model.params, clip=float(stored["setting"]["clip"]))
    for expected in stored["output"]["losses"]:
        loss, cache = model.forward(batch)
        assert abs(loss - expected) <= tolerance
        optimiser.step(model.backward(cache), float(stored["setting"]["learning_rate"]))
    assert_agree(model.params, stored["after3"], dtype, tolerance)


@pytest.mark.parametrize("name", MODELS)
def test_train_takes_the_same_first_step(name):
    model, batch, stored = stored_model(name, np.float64)
    setting = {key: float(value) for key, value in stored["setting"].items()}
    history = train(model, [batch], steps=1, **setting, progress=False)
    assert abs(history.losses[0] - stored["output"]["losses"][0]) <= 1e-10
    assert_agree(model.params, stored["after1"], np.float64)
