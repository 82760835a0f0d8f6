"""The taggers: their two questions by hand, their gradients, and who can see what."""

import numpy as np
import pytest

from course_utils.gradients import check_gradients
from course_utils.lab import taggers
from course_utils.lab.taggers import LENGTH, SYMBOLS, Tagger

EYES = [(True, False), (False, True), (True, True)]
each_tagger = pytest.mark.parametrize(("window", "attends"), EYES)


def test_the_questions_are_answered_as_by_hand():
    row = np.array([[3, 1, 3, 5, 1, 0, 2, 4, 6]])
    assert taggers.recurs(row).tolist() == [[1, 1, 1, 0, 1, 0, 0, 0, 0]]
    joined = [0] + [int(taggers.IS_WORD[a, b]) for a, b in zip(row[0], row[0, 1:], strict=False)]
    assert taggers.joins(row).tolist() == [joined]


def test_about_half_of_the_answers_are_yes():
    for question in (taggers.joins, taggers.recurs):
        batch = taggers.tagged(question, 0, 1000)
        assert batch.ids.shape == batch.tags.shape == (1000, LENGTH)
        assert 0.3 < batch.tags.mean() < 0.6 and batch.ids.max() == SYMBOLS - 1


@each_tagger
def test_gradients(window, attends):
    model = Tagger(window, attends, rng=0, dtype=np.float64)
    batch = taggers.tagged(taggers.recurs, 1, 3)
    _, cache = model.forward(batch)
    grads = model.backward(cache)
    assert set(grads) == set(model.params)
    pairs = {name: (value, grads[name]) for name, value in model.params.items()}
    check_gradients(lambda: model.forward(batch)[0], pairs)


@each_tagger
def test_a_tagger_sees_what_it_is_said_to_see(window, attends):
    model = Tagger(window, attends, rng=0, dtype=np.float64)
    ids = taggers.tagged(taggers.recurs, 1, 1).ids
    before = model.logits(ids)[0]
    changed = ids.copy()
    changed[0, -1] = (ids[0, -1] + 1) % SYMBOLS
    moved = (model.logits(changed)[0] != before).any(axis=-1)[0]
    assert moved[-1] and moved[-2] and moved[0] == attends


def test_no_symbol_attends_to_itself():
    model = Tagger(False, True, rng=0)
    x, _ = model.parts["embedding"].forward(taggers.tagged(taggers.recurs, 1, 4).ids)
    weights = model.look(x)[1].attended.weights[:, 0]
    assert not weights.diagonal(axis1=1, axis2=2).any()


def test_attention_alone_knows_no_order():
    model = Tagger(False, True, rng=0, dtype=np.float64)
    ids = taggers.tagged(taggers.recurs, 1, 4).ids
    turned = model.logits(ids[:, ::-1])[0][:, ::-1]
    np.testing.assert_allclose(turned, model.logits(ids)[0], atol=1e-12)


def test_share_right_is_a_share():
    model, batch = Tagger(True, False, rng=0), taggers.tagged(taggers.joins, 2, 50)
    found = model.logits(batch.ids)[0].argmax(axis=-1)
    assert model.share_right(batch) == pytest.approx((found == batch.tags).mean())
