"""Arrays of any number type and layout are welcome, and none that comes in is written to."""

import numpy as np
import pytest
from hypothesis import given

from course_utils.attention import (
    AttentionLayer,
    attend,
    attend_backward,
    attend_forward,
    blocked_attend,
    softmax,
)
from course_utils.layers import Embedding, Linear
from course_utils.recurrent import GRU
from course_utils.scoring import AdditiveScore
from tests.samples import (
    CONTEXTS,
    SIZES,
    assert_all_close,
    assert_close,
    every_rule,
    few,
    freeze,
    make_batch,
    make_model,
    make_rule,
    precisions,
    randomise,
    rule_and_problem,
)

# Number types and memory layout


@precisions
@every_rule
@few
@given(sizes=SIZES)
def test_attention_keeps_the_dtype(name, dtype, sizes):
    rule, (queries, keys, values, mask, _) = rule_and_problem(name, sizes, dtype)
    assert rule(queries, keys).dtype == dtype
    attended, cache = attend_forward(queries, keys, values, rule, mask)
    *gradients, grads = attend_backward(attended.context, cache)
    arrays = [*attended, *attend(queries, keys, values, rule), *gradients, *grads.values()]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


@precisions
@every_rule
def test_the_inputs_decide_the_dtype_of_the_result(name, dtype):
    rng = np.random.default_rng(0)
    other = np.float64 if dtype == np.float32 else np.float32
    rule = make_rule(name, 3, 3, rng, other)
    queries, keys, values = (rng.normal(size=(2, 3)).astype(dtype) for _ in range(3))
    assert rule(queries, keys).dtype == dtype
    assert {array.dtype for array in attend(queries, keys, values, rule)} == {np.dtype(dtype)}


@precisions
def test_layers_keep_the_dtype(dtype):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 5, 4)).astype(dtype)
    lengths, ids = np.array([5, 2]), rng.integers(0, 6, (2, 5))
    mask = rng.random((2, 5, 5)) < 0.5
    assert softmax(x).dtype == softmax(x, mask=x > 0).dtype == dtype
    assert blocked_attend(x, x, x, mask, block=2).dtype == dtype
    results = []
    for layer, *inputs in (
        (Linear(4, 3, dtype=dtype), x),
        (Embedding(6, 4, dtype=dtype), ids),
        (AttentionLayer(4, 2, dtype=dtype), x, x, mask),
        (AttentionLayer(4, 2, AdditiveScore(2, 2, 3, dtype=dtype), dtype=dtype), x, x, mask),
    ):
        output, cache = layer.forward(*inputs)
        *gradients, grads = layer.backward(output, cache)
        results += [output, *gradients, *grads.values()]
    gru = GRU(4, 3, dtype=dtype)
    outputs, cache = gru.forward(x, lengths)
    d_inputs, d_initial, grads = gru.backward(outputs, cache)
    results += [*outputs, d_inputs, d_initial, *grads.values()]
    assert {array.dtype for array in results} == {np.dtype(dtype)}


@precisions
@pytest.mark.parametrize("name", CONTEXTS)
def test_models_keep_the_dtype(name, dtype):
    rng = np.random.default_rng(0)
    model, batch = make_model(name, rng, bidirectional=True, dtype=dtype), make_batch(rng)
    _, cache = model.forward(batch)
    arrays = [*model.params.values(), *model.backward(cache).values()]
    weights = model.greedy(batch.source, batch.source_lengths, 4).weights
    arrays += [] if weights is None else [weights]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


def strided(array):
    """The same numbers as a view with gaps and the last two axes swapped in memory."""
    wide = np.full((*array.shape[:-2], array.shape[-1], 2 * array.shape[-2]), np.nan)
    view = wide[..., ::2].swapaxes(-1, -2)
    view[...] = array
    assert not view.flags.c_contiguous or view.size <= 1
    return view


@every_rule
@few
@given(sizes=SIZES)
def test_views_are_as_good_as_arrays(name, sizes):
    sizes = sizes._replace(n=sizes.n + 1, m=sizes.m + 1)
    rule, (queries, keys, values, mask, rng) = rule_and_problem(name, sizes)
    arrays = queries, keys, values
    views = [strided(array) for array in arrays]
    expected, cache = attend_forward(*arrays, rule, mask)
    found, view_cache = attend_forward(*views, rule, mask)
    assert_close(found.context, expected.context)
    assert_close(rule(*views[:2]), rule(*arrays[:2]))
    direction = rng.normal(size=expected.context.shape)
    *expected, grads = attend_backward(direction, cache)
    *found, view_grads = attend_backward(strided(direction), view_cache)
    assert_all_close(dict(enumerate(found)) | view_grads, dict(enumerate(expected)) | grads)


def test_layers_take_views():
    rng = np.random.default_rng(0)
    x, mask, lengths = rng.normal(size=(3, 5, 4)), rng.random((3, 5, 5)) < 0.5, np.array([5, 2, 3])
    attention = randomise(AttentionLayer(4, 2, dtype=np.float64), rng)
    linear, gru = Linear(4, 3, dtype=np.float64), GRU(4, 3, dtype=np.float64)
    for layer, *rest in ((attention, x, mask), (linear,), (gru, lengths)):
        expected, cache = layer.forward(x, *rest)
        found, view_cache = layer.forward(strided(x), *rest)
        for one, other in zip(found, expected, strict=True):
            assert_close(one, other)
        *_, grads = layer.backward(expected, cache)
        d_output = expected if isinstance(expected, tuple) else strided(expected)
        *_, view_grads = layer.backward(d_output, view_cache)
        assert_all_close(view_grads, grads)
    assert_close(blocked_attend(*[strided(x)] * 3, mask, 2), blocked_attend(x, x, x, mask, 2))
    assert_close(softmax(strided(x), axis=1), softmax(x, axis=1))


# Nothing is written to that is not ours


@every_rule
@few
@given(sizes=SIZES)
def test_attention_modifies_no_input(name, sizes):
    rule, (queries, keys, values, mask, _) = rule_and_problem(name, sizes)
    freeze(queries, keys, values, mask, *rule.params.values())
    rule(queries, keys)
    attend(queries, keys, values, rule, mask)
    softmax(queries, mask=queries > 0)
    attended, cache = attend_forward(queries, keys, values, rule, mask)
    freeze(*attended)
    first, second = (attend_backward(attended.context, cache) for _ in range(2))
    for one, other in zip(first[:3], second[:3], strict=True):
        np.testing.assert_array_equal(one, other)
    assert_all_close(first[3], second[3], tolerance=0)


def test_layers_modify_no_input():
    rng = np.random.default_rng(0)
    x, mask, lengths = rng.normal(size=(2, 5, 4)), rng.random((2, 5, 5)) < 0.5, np.array([5, 2])
    initial = rng.normal(size=(2, 3))
    freeze(x, mask, lengths, initial)
    blocked_attend(x, x, x, mask, block=2)
    for layer, *inputs in (
        (AttentionLayer(4, 2, dtype=np.float64), x, x, mask),
        (Linear(4, 3, dtype=np.float64), x),
        (GRU(4, 3, dtype=np.float64), x, lengths, initial),
    ):
        freeze(*layer.params.values())
        output, cache = layer.forward(*inputs)
        freeze(*(output if isinstance(output, tuple) else [output]))
        *first, grads = layer.backward(output, cache)
        *second, again = layer.backward(output, cache)
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(one, other)
        assert_all_close(grads, again, tolerance=0)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", CONTEXTS)
def test_models_modify_neither_batch_nor_parameters(name, bidirectional):
    rng = np.random.default_rng(0)
    model, batch = make_model(name, rng, bidirectional=bidirectional), make_batch(rng)
    freeze(*batch, *model.params.values())
    _, cache = model.forward(batch)
    assert_all_close(model.backward(cache), model.backward(cache), tolerance=0)
    model.greedy(batch.source, batch.source_lengths, 4)
    model.beam(batch.source, batch.source_lengths, 4, width=3)
