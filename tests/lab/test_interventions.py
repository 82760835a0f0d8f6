"""Changed weights stay weights, and change what a model writes."""

import numpy as np
import pytest

from course_utils.attention import LastState
from course_utils.lab.interventions import (
    INTERVENTIONS,
    hard,
    intervene,
    learned,
    shuffled,
    uniform,
    without_another,
    without_top,
)
from course_utils.lab.ready_made import ready_made
from course_utils.seq2seq import Seq2Seq
from course_utils.softmax import log_softmax
from course_utils.tasks import PADDING, number_words

MASK = np.arange(5) < np.array([5, 3])[:, None]


@pytest.fixture
def weights():
    draws = np.random.default_rng(0).random((2, 4, 5)) * MASK[:, None]
    return draws / draws.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_rows_sum_to_one_and_padding_gets_nothing(name, weights):
    before = weights.copy()
    changed = INTERVENTIONS[name](weights, MASK)
    np.testing.assert_allclose(changed.sum(axis=-1), 1)
    assert INTERVENTIONS[name](weights.astype(np.float32), MASK).dtype == np.float32
    assert changed.shape == weights.shape and not changed[1, :, 3:].any()
    np.testing.assert_array_equal(weights, before)


def test_each_does_what_it_says(weights):
    np.testing.assert_array_equal(hard(weights, MASK).argmax(-1), weights.argmax(-1))
    assert set(np.unique(hard(weights, MASK))) == {0, 1}
    np.testing.assert_allclose(uniform(weights, MASK)[1, :, :3], 1 / 3)
    top = weights.argmax(-1)[..., None]
    assert not np.take_along_axis(without_top(weights, MASK), top, -1).any()
    changed = shuffled(weights, MASK)
    np.testing.assert_allclose(np.sort(changed, axis=-1), np.sort(weights, axis=-1))
    assert not np.array_equal(changed, weights)


def test_a_single_key_leaves_nothing_when_it_is_removed():
    np.testing.assert_array_equal(without_top(np.ones((1, 2, 1)), np.ones((1, 1), bool)), 0)


def test_the_control_takes_another_key_away_and_no_padding(weights):
    changed = without_another(weights, MASK)
    np.testing.assert_allclose(changed.sum(axis=-1), 1)
    np.testing.assert_array_equal(changed.argmax(axis=-1), weights.argmax(axis=-1))
    gone = (changed == 0) & (weights > 0)
    np.testing.assert_array_equal(gone.sum(axis=-1), 1)
    left = changed / np.where(gone, 1, weights + (weights == 0))
    assert np.ptp(left[0, 0][left[0, 0] > 0]) < 1e-12, "the others keep their ratios"
    one = np.ones((1, 2, 1))
    np.testing.assert_array_equal(without_another(one, np.ones((1, 1), bool)), one)


def test_a_translator_needs_its_weights():
    model, task = ready_made("number_translator"), number_words(100, 100)
    few = task.test.source, task.test.source_lengths, task.test.target.shape[1]
    before = model.greedy(*few)
    np.testing.assert_array_equal(intervene(model, learned).greedy(*few).tokens, before.tokens)
    other = intervene(model, uniform).greedy(*few)
    same = [
        np.array_equal(a[:n], b[:n])
        for a, b, n in zip(other.tokens, before.tokens, before.lengths, strict=True)
    ]
    assert np.mean(same) < 0.2
    np.testing.assert_array_equal(model.greedy(*few).tokens, before.tokens)  # it is untouched


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_the_loss_is_that_of_reading_along_with_the_same_weights(name):
    model, batch = ready_made("number_translator"), number_words(100, 50).test
    changed = intervene(model, INTERVENTIONS[name])
    memory, stepper = changed.start(batch.source, batch.source_lengths)
    step, state, total = stepper(memory), memory.summary, 0.0
    for read, expected in zip(batch.target[:, :-1].T, batch.target[:, 1:].T, strict=True):
        logits, state, _ = step(read, state)
        losses = -log_softmax(logits)[np.arange(len(expected)), expected]
        total += losses[expected != PADDING].sum()
    assert changed(batch) == pytest.approx(total / (batch.target_lengths - 1).sum(), rel=1e-5)
    assert changed(batch) >= model(batch) or name == "learned"
    assert changed(batch) == pytest.approx(model(batch), rel=1e-5) or name != "learned"


def test_changed_weights_cannot_be_trained_and_keep_the_names_of_parameters():
    model, batch = ready_made("number_translator"), number_words(100, 50).test
    changed = intervene(model, uniform)
    assert changed.params.keys() == model.params.keys()
    _, cache = changed.forward(batch)
    with pytest.raises(TypeError, match=r"must not be trained.*train the model itself, then call"):
        changed.backward(cache)


def test_the_name_of_a_change_is_no_change():
    with pytest.raises(TypeError, match=r"change must be a function .* got 'uniform': take one by"):
        intervene(ready_made("number_translator"), "uniform")


def test_without_attention_there_is_nothing_to_change():
    with pytest.raises(ValueError, match=r"must have attention, got LastState: there are no"):
        intervene(Seq2Seq(5, 5, 4, LastState()), uniform)
