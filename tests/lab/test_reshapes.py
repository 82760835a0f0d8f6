"""Heads joined wrong: gradients, what is scrambled, and what one changed token moves."""

import numpy as np
import pytest

from course_utils.gradients import check_gradients
from course_utils.lab import reshapes as lab
from tests.samples import randomise

every_way = pytest.mark.parametrize("way", lab.LAYERS)


@every_way
def test_gradients_of_a_layer(way):
    rng = np.random.default_rng(0)
    layer = randomise(lab.LAYERS[way](6, 3, dtype=np.float64), rng)
    x, y = rng.normal(size=(2, 4, 6)), rng.normal(size=(2, 4, 6))
    output, cache = layer.forward(x, y)
    direction = rng.normal(size=output.shape)
    d_x, d_y, grads = layer.backward(direction, cache)
    pairs = {"x": (x, d_x), "y": (y, d_y)}
    pairs |= {name: (layer.params[name], grads[name]) for name in grads}
    assert grads.keys() == layer.params.keys()
    check_gradients(lambda: (layer(x, y) * direction).sum(), pairs)


@every_way
def test_gradients_of_a_copyist(way):
    rng = np.random.default_rng(1)
    model = randomise(lab.Copyist(way, rng).cast(np.float64), rng, 0.5)
    batch = lab.texts(rng, "reverse", 2)
    _, cache = model.forward(batch)
    grads = model.backward(cache)
    assert grads.keys() == model.params.keys()
    some = ("out.b", "places.places.table", "attention.W_value", "attention.W_query")
    pairs = {name: (model.params[name], grads[name]) for name in some}
    check_gradients(lambda: model.forward(batch)[0], pairs)


def test_one_head_hides_both_mistakes():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2, 5, 6))
    right, *wrong = (layer(6, 1, rng=0, dtype=np.float64)(x, x) for layer in lab.LAYERS.values())
    for output in wrong:
        np.testing.assert_allclose(output, right)


def test_a_changed_token_moves_what_it_may_in_the_right_layer_alone():
    for place in range(lab.LENGTH):
        assert (lab.moves("right", place) == (np.arange(lab.LENGTH) >= place)).all()
    for way in ("joined wrong", "both wrong"):
        assert (lab.moves(way, 2) != (np.arange(lab.LENGTH) >= 2)).any()
    assert lab.moves("joined wrong", 2)[1]  # a leak


def test_a_wrong_reshape_copies_and_does_not_reverse():
    assert lab.share_right("both wrong", "copy", seed=5) > 0.98
    assert lab.share_right("both wrong", "reverse", seed=5, steps=100) < 0.2
