"""What must hold for attention and for models whatever the numbers are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.attention import (
    AttentionLayer,
    attend,
    attend_backward,
    attend_forward,
    blocked_attend,
    softmax,
)
from course_utils.tasks import Batch
from tests.samples import (
    CONTENT_RULES,
    CONTEXTS,
    SIZES,
    assert_all_close,
    assert_close,
    every_rule,
    few,
    make_batch,
    make_model,
    make_problem,
    make_rule,
    precisions,
    randomise,
    rule_and_problem,
)

every_content_rule = pytest.mark.parametrize("name", CONTENT_RULES)


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
