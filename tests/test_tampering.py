"""Changed weights stay weights, a change does what it says, and the model itself stays whole."""

import numpy as np
import pytest

from course_utils import tampering
from course_utils.attention import Attention, LastState
from course_utils.metrics import matches
from course_utils.scoring import DotScore
from course_utils.seq2seq import Seq2Seq
from course_utils.softmax import softmax
from course_utils.tasks import reverse

CHANGES = {
    "unchanged": tampering.unchanged,
    "hard": tampering.hard,
    "uniform": tampering.uniform,
    "without top": tampering.without_top,
    "shuffled": tampering.shuffled(0),
}


@pytest.fixture
def seen():
    """Weights (batch, n, m) = (3, 2, 5), rows of 5, 3 and 1 keys."""
    mask = (np.arange(5) < np.array([5, 3, 1])[:, None])[:, None]
    return softmax(np.random.default_rng(0).normal(size=(3, 2, 5)), mask=mask), mask


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_rows_stay_distributions_over_what_may_be_looked_at(seen, change):
    weights, mask = seen
    before = weights.copy()
    changed = change(weights, mask)
    assert changed.shape == weights.shape and (changed >= 0).all()
    assert not np.where(mask, 0, changed).any()
    wanted = np.where((change is tampering.without_top) & (mask.sum(-1) == 1), 0, 1)
    np.testing.assert_allclose(changed.sum(axis=-1), np.broadcast_to(wanted, (3, 2)))
    np.testing.assert_array_equal(weights, before)


def test_each_change_does_what_it_says():
    row, mask = np.array([[0.5, 0.3, 0.2, 0.0]]), np.array([True, True, True, False])
    np.testing.assert_allclose(tampering.hard(row, mask), [[1, 0, 0, 0]])
    np.testing.assert_allclose(tampering.uniform(row, mask), [[1 / 3, 1 / 3, 1 / 3, 0]])
    np.testing.assert_allclose(tampering.without_top(row, mask), [[0, 0.6, 0.4, 0]])
    moved = tampering.shuffled(1)(row, mask)
    np.testing.assert_allclose(np.sort(moved), np.sort(row))


def test_of_equal_weights_only_the_first_is_the_top():
    equal = np.full((1, 3), 1 / 3)
    np.testing.assert_allclose(tampering.hard(equal, np.True_), [[1, 0, 0]])
    np.testing.assert_allclose(tampering.without_top(equal, np.True_), [[0, 0.5, 0.5]])


def test_a_shuffle_reaches_every_order(seen):
    row, change = np.array([[0.6, 0.3, 0.1]]), tampering.shuffled(2)
    orders = {tuple(change(row, np.True_)[0]) for _ in range(200)}
    assert len(orders) == 6


def test_a_tampered_model_decodes_as_before_where_nothing_is_changed():
    task = reverse(train_size=50, test_size=30, rng=0)
    sizes = len(task.source_vocabulary), len(task.target_vocabulary)
    model = Seq2Seq(*sizes, 8, context=Attention(DotScore()), rng=0)
    context, batch = model.context, task.test
    found = tampering.exact_when_tampered(model, batch, tampering.unchanged)
    tokens = model.greedy(batch.source, batch.source_lengths, batch.target.shape[1] + 2).tokens
    np.testing.assert_array_equal(found, matches(tokens, batch))
    assert model.context is context and not isinstance(context, tampering.Tampered)


def test_the_changed_weights_are_what_is_mixed():
    task = reverse(train_size=50, test_size=30, rng=0)
    sizes = len(task.source_vocabulary), len(task.target_vocabulary)
    model = Seq2Seq(*sizes, 8, context=Attention(DotScore()), rng=0)
    memory, _ = model.start(task.test.source, task.test.source_lengths)
    tampered = tampering.Tampered(model.context, tampering.uniform)
    context, weights = tampered.reader(memory)(memory.summary[:, None])
    mean = (memory.states * memory.mask[..., None]).sum(axis=1) / task.test.source_lengths[:, None]
    np.testing.assert_allclose(context[:, 0], mean, atol=1e-6)
    assert weights.shape == (30, 1, task.test.source.shape[1])


def test_a_model_without_weights_is_refused():
    task = reverse(train_size=50, test_size=5, rng=0)
    sizes = len(task.source_vocabulary), len(task.target_vocabulary)
    model = Seq2Seq(*sizes, 8, context=LastState(), rng=0)
    with pytest.raises(ValueError, match="has no weights to change"):
        tampering.exact_when_tampered(model, task.test, tampering.uniform)
