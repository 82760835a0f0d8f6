"""What must hold for attention and for models whatever the numbers are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import (
    CONTENT_RULES,
    CONTEXTS,
    RULES,
    SIZES,
    freeze,
    make_batch,
    make_model,
    make_problem,
    make_rule,
    randomise,
    rule_and_problem,
)

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
from course_utils.scoring import AdditiveScore, LocationScore
from course_utils.tasks import Batch

few = settings(max_examples=10, deadline=None, derandomize=True, database=None)
every_rule = pytest.mark.parametrize("name", RULES)
every_content_rule = pytest.mark.parametrize("name", CONTENT_RULES)
precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def assert_close(found, expected, tolerance=1e-12):
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


# Weights


@every_rule
@few
@given(sizes=SIZES)
def test_rows_sum_to_one_or_have_nothing_to_look_at(name, sizes):
    rule, (queries, keys, values, mask, _) = rule_and_problem(name, sizes)
    weights = attend(queries, keys, values, rule, mask).weights
    assert (weights >= 0).all()
    assert (weights[~mask] == 0).all()
    assert_close(weights.sum(axis=-1), mask.any(axis=-1))
    assert_close(attend(queries, keys, values, rule).weights.sum(axis=-1), 1)


@few
@given(sizes=SIZES, shift=st.floats(-1000, 1000))
def test_softmax_does_not_feel_a_shift_of_a_row(sizes, shift):
    scores, _, _, _, rng = make_problem(sizes)
    shifts = shift * rng.normal(size=(*scores.shape[:-1], 1))
    assert_close(softmax(scores + shifts), softmax(scores), 1e-9)


@every_rule
@few
@given(sizes=SIZES)
def test_context_lies_inside_the_hull_of_the_values(name, sizes):
    rule, (queries, keys, values, _, _) = rule_and_problem(name, sizes)
    context = attend(queries, keys, values, rule).context
    assert (context >= values.min(axis=-2, keepdims=True) - 1e-12).all()
    assert (context <= values.max(axis=-2, keepdims=True) + 1e-12).all()


@few
@given(sizes=SIZES)
def test_concat_linear_weights_do_not_depend_on_the_query(sizes):
    rule, (queries, keys, values, _, rng) = rule_and_problem("concat linear", sizes)
    weights = attend(queries, keys, values, rule).weights
    others = rng.normal(size=queries.shape)
    assert_close(attend(others, keys, values, rule).weights, weights)
    assert_close(weights, np.broadcast_to(weights[..., :1, :], weights.shape))


@few
@given(sizes=SIZES)
def test_location_scores_do_not_depend_on_what_the_keys_hold(sizes):
    rule, (queries, keys, _, _, rng) = rule_and_problem("location", sizes)
    others = rng.normal(size=keys.shape)
    np.testing.assert_array_equal(rule(queries, keys), rule(queries, others))


@few
@given(sizes=SIZES)
def test_scaled_dot_is_dot_divided_by_the_root_of_the_width(sizes):
    rule, (queries, keys, _, _, rng) = rule_and_problem("scaled dot", sizes)
    dot = make_rule("dot", sizes.query, sizes.query, rng)
    assert_close(rule(queries, keys), dot(queries, keys) / np.sqrt(sizes.query))


# Order


@every_rule
@few
@given(sizes=SIZES)
def test_queries_in_another_order_give_the_same_rows(name, sizes):
    rule, (queries, keys, values, mask, rng) = rule_and_problem(name, sizes)
    order = rng.permutation(sizes.n)
    expected = attend(queries, keys, values, rule, mask)
    found = attend(queries[..., order, :], keys, values, rule, mask[..., order, :])
    for part in ("context", "weights", "scores"):
        assert_close(getattr(found, part), getattr(expected, part)[..., order, :])


@every_content_rule
@few
@given(sizes=SIZES)
def test_the_memory_in_another_order_gives_the_same_context(name, sizes):
    rule, (queries, keys, values, mask, rng) = rule_and_problem(name, sizes)
    order = rng.permutation(sizes.m)
    expected = attend(queries, keys, values, rule, mask)
    shuffled = keys[..., order, :], values[..., order, :]
    found = attend(queries, *shuffled, rule, mask[..., order])
    assert_close(found.context, expected.context)
    assert_close(found.weights, expected.weights[..., order])


@pytest.mark.parametrize("heads", [1, 2])
@few
@given(sizes=SIZES)
def test_self_attention_is_equivariant(heads, sizes):
    x, *_, rng = make_problem(sizes._replace(query=4))
    layer = randomise(AttentionLayer(4, heads, dtype=np.float64), rng)
    order = rng.permutation(sizes.n)
    moved = x[..., order, :]
    assert_close(layer(moved, moved), layer(x, x)[..., order, :])


# Masks


@every_content_rule
@few
@given(sizes=SIZES)
def test_masking_equals_deleting(name, sizes):
    rule, (queries, keys, values, mask, _) = rule_and_problem(name, sizes._replace(lead=()))
    masked = attend(queries, keys, values, rule, mask)
    for row, kept in enumerate(mask):
        alone = attend(queries[row : row + 1], keys[kept], values[kept], rule)
        assert_close(masked.context[row], alone.context[0])
        assert_close(masked.weights[row, kept], alone.weights[0])


@few
@given(sizes=SIZES)
def test_masking_the_end_equals_cutting_it_for_location_too(sizes):
    rule, (queries, keys, values, _, rng) = rule_and_problem("location", sizes)
    kept = rng.integers(1, sizes.m + 1)
    masked = attend(queries, keys, values, rule, np.arange(sizes.m) < kept)
    cut = attend(queries, keys[..., :kept, :], values[..., :kept, :], rule)
    assert_close(masked.context, cut.context)


@every_rule
@few
@given(sizes=SIZES)
def test_nothing_to_look_at_gives_zeros(name, sizes):
    rule, (queries, keys, values, _, rng) = rule_and_problem(name, sizes)
    nothing = np.zeros((sizes.n, sizes.m), bool)
    attended, cache = attend_forward(queries, keys, values, rule, nothing)
    assert (attended.context == 0).all()
    assert (attended.weights == 0).all()
    *gradients, grads = attend_backward(rng.normal(size=attended.context.shape), cache)
    assert all((gradient == 0).all() for gradient in [*gradients, *grads.values()])


@every_rule
def test_an_empty_memory_gives_zeros(name):
    rng = np.random.default_rng(0)
    queries, values = rng.normal(size=(2, 3)), np.zeros((0, 4))
    attended = attend(queries, np.zeros((0, 3)), values, make_rule(name, 3, 3, rng))
    assert attended.weights.shape == (2, 0)
    np.testing.assert_array_equal(attended.context, np.zeros((2, 4)))


@every_rule
@few
@given(sizes=SIZES)
def test_scores_are_those_before_the_mask(name, sizes):
    rule, (queries, keys, values, mask, _) = rule_and_problem(name, sizes)
    scores = attend(queries, keys, values, rule, mask).scores
    np.testing.assert_array_equal(scores, attend(queries, keys, values, rule).scores)
    assert_close(scores, rule(queries, keys))


@pytest.mark.parametrize("heads", [1, 2])
def test_a_mask_holds_for_every_head_and_broadcasts(heads):
    rng = np.random.default_rng(0)
    x, y, mask = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 5, 4)), rng.random((2, 3, 5)) < 0.6
    layer = randomise(AttentionLayer(4, heads, dtype=np.float64), rng)
    weights = layer.forward(x, y, mask)[1].attended.weights  # (batch, head, query, key)
    assert weights.shape == (2, heads, 3, 5)
    for head in range(heads):
        assert (weights[:, head][~mask] == 0).all()
        assert_close(weights[:, head].sum(axis=-1), mask.any(axis=-1))
    for smaller in (mask[:, :1], mask[:1], mask[0], mask[0, 0]):
        repeated = np.broadcast_to(smaller, mask.shape)
        assert_close(layer(x, y, smaller), layer(x, y, repeated))


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


# Large problems, which the core works through in parts


@precisions
@every_rule
def test_attention_over_many_positions_equals_its_definition(name, dtype):
    rng = np.random.default_rng(0)
    rule = make_long_rule(name, rng, dtype)
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


def make_long_rule(name, rng, dtype):
    if name == "location":
        return randomise(LocationScore(3, 300, dtype=dtype), rng)
    return make_rule(name, 3, 3, rng, dtype)


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


# Extremes


@precisions
def test_softmax_of_huge_scores(dtype):
    scores = np.array([[1000, 1000], [-1000, 1000], [-1000, -1000]], dtype)
    weights = softmax(scores)
    np.testing.assert_array_equal(weights, np.array([[0.5, 0.5], [0, 1], [0.5, 0.5]], dtype))
    largest = np.full((1, 3), np.finfo(dtype).max)
    assert_close(softmax(largest), 1 / 3, 1e-6)


def test_softmax_of_minus_infinity_is_a_mask():
    scores = np.array([[0.0, -np.inf, 0.0], [-np.inf, -np.inf, -np.inf]])
    np.testing.assert_array_equal(softmax(scores), [[0.5, 0, 0.5], [0, 0, 0]])


@precisions
@every_rule
def test_huge_inputs_give_finite_attention_and_gradients(name, dtype):
    rng = np.random.default_rng(0)
    rule = make_rule(name, 3, 3, rng, dtype)
    queries, keys = (rng.choice([-1000, 1000], (4, 3)).astype(dtype) for _ in range(2))
    values = rng.normal(size=(4, 2)).astype(dtype)
    attended, cache = attend_forward(queries, keys, values, rule)
    assert_close(attended.weights.sum(axis=-1), 1, 1e-6)
    *gradients, grads = attend_backward(np.ones_like(attended.context), cache)
    assert all(np.isfinite(array).all() for array in [*gradients, *grads.values()])


@every_rule
@few
@given(sizes=SIZES)
def test_one_key_gets_all_the_weight(name, sizes):
    rule, (queries, keys, values, *_) = rule_and_problem(name, sizes._replace(m=1))
    attended = attend(queries, keys, values, rule)
    assert (attended.weights == 1).all()
    np.testing.assert_array_equal(attended.context, np.broadcast_to(values, attended.context.shape))


def test_whole_numbers_and_lists_are_welcome():
    queries, keys = [[1, 0]], [[1, 0], [0, 1]]
    context = attend(queries, keys, [[1], [0]]).context
    assert_close(context, [[1 / (1 + np.exp(-(0.5**0.5)))]])
    assert_close(blocked_attend(queries, keys, [[1], [0]]), context)
    assert softmax([0, 0]).tolist() == [0.5, 0.5]


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


def assert_all_close(found, expected, tolerance=1e-12):
    assert found.keys() == expected.keys()
    for name in expected:
        np.testing.assert_allclose(
            found[name], expected[name], rtol=tolerance, atol=tolerance, err_msg=str(name)
        )


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


# Padding


def widen(ids, columns, rng):
    """More columns at the end, and arbitrary symbols in place of all padding."""
    noise = rng.integers(3, 7, (len(ids), ids.shape[1] + columns))
    noise[:, : ids.shape[1]] = np.where(ids == 0, noise[:, : ids.shape[1]], ids)
    return noise


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", CONTEXTS)
@settings(few, max_examples=4)
@given(seed=st.integers(0, 2**32 - 1), extra=st.integers(1, 3), noisy=st.booleans())
def test_padding_changes_nothing(name, bidirectional, seed, extra, noisy):
    rng = np.random.default_rng(seed)
    model, batch = make_model(name, rng, bidirectional=bidirectional), make_batch(rng)
    source, target = (np.pad(ids, ((0, 0), (0, extra))) for ids in (batch.source, batch.target))
    if noisy:  # what stands in the padding does not matter either
        source, target = widen(batch.source, extra, rng), widen(batch.target, extra, rng)
    padded = Batch(source, batch.source_lengths, target, batch.target_lengths)
    loss, cache = model.forward(batch)
    padded_loss, padded_cache = model.forward(padded)
    assert abs(loss - padded_loss) < 1e-12
    assert_all_close(model.backward(padded_cache), model.backward(cache))
    for decode in (model.greedy, model.beam):
        expected = decode(batch.source, batch.source_lengths, 5)
        found = decode(padded.source, padded.source_lengths, 5)
        np.testing.assert_array_equal(found.tokens, expected.tokens)
        if expected.weights is not None:
            steps = batch.source.shape[1]
            assert_close(found.weights[..., :steps], expected.weights)
            assert (found.weights[..., steps:] == 0).all()


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", CONTEXTS)
def test_a_batch_is_its_rows(name, bidirectional):
    rng = np.random.default_rng(3)
    model, batch = make_model(name, rng, bidirectional=bidirectional), make_batch(rng, rows=4)
    symbols = batch.target_lengths - 1
    alone = [model(Batch(*(array[row : row + 1] for array in batch))) for row in range(4)]
    # the loss is a mean over symbols, not over rows
    assert abs(model(batch) - np.average(alone, weights=symbols)) < 1e-12
