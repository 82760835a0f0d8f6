"""The twins: their task, their gradients, and what they are compared in."""

import numpy as np
import pytest

from course_utils.gradients import check_gradients
from course_utils.lab import twins
from course_utils.lab.interventions import uniform
from course_utils.lab.twins import LENGTH, Twin
from course_utils.training import train

KINDS = [(False, True), (True, True), (False, False), (True, False)]
each_kind = pytest.mark.parametrize(("recurrent", "attends"), KINDS)


def test_a_sentence_has_one_signal_and_it_stands_at_its_place():
    batch = twins.sentences(0, 500)
    assert ((batch.ids < twins.SIGNALS).sum(axis=1) == 1).all()
    np.testing.assert_array_equal(batch.ids[np.arange(500), batch.places], batch.labels)
    assert set(batch.places) == set(range(LENGTH)) and 200 < batch.labels.sum() < 300
    assert batch.ids.max() < twins.SIGNALS + twins.NOISE


@each_kind
def test_gradients(recurrent, attends):
    model = Twin(recurrent, attends, rng=0, dtype=np.float64)
    batch = twins.sentences(1, 5)
    _, cache = model.forward(batch)
    grads = model.backward(cache)
    assert set(grads) == set(model.params)
    pairs = {name: (value, grads[name]) for name, value in model.params.items()}
    check_gradients(lambda: model.forward(batch)[0], pairs)


@each_kind
def test_weights_are_shares_and_without_a_query_they_are_equal(recurrent, attends):
    model = Twin(recurrent, attends, rng=0)
    labels, weights = model.answer(twins.sentences(1, 7).ids)
    assert labels.shape == (7,) and weights.shape == (7, LENGTH)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert np.allclose(weights, 1 / LENGTH) is not attends


def test_a_change_of_the_weights_reaches_the_answer():
    model, ids = Twin(False, rng=0), twins.sentences(1, 200).ids
    learned, _ = model.answer(ids)
    changed, weights = model.answer(ids, uniform)
    assert (learned != changed).any() and np.allclose(weights, 1 / LENGTH)


def test_both_twins_learn_the_task():
    test = twins.sentences(9, 300)
    for recurrent in (False, True):
        model = Twin(recurrent, rng=0)
        train(model, twins.endless(0), steps=300, learning_rate=1e-2, progress=False)
        assert (model.answer(test.ids)[0] == test.labels).mean() > 0.97


def test_shares_are_of_the_texts_that_are_answered_and_looked_at():
    texts, twin = twins.sentences(3, 200), twins.Twin(True, rng=0)
    labels, weights = twin.answer(texts.ids)
    assert twin.share_right(texts) == np.mean(labels == texts.labels)
    assert twin.top_is_signal(texts) == np.mean(weights.argmax(axis=1) == texts.places)
