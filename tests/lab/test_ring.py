"""The ring: its tokens, the four versions, and their gradients."""

import numpy as np
import pytest

from course_utils.gradients import check_gradients
from course_utils.lab.ring import (
    LETTERS,
    VERSIONS,
    NextLetter,
    commonest_letter,
    next_letters_right,
    rings,
)


def test_the_next_letter_is_that_of_the_next_place_and_the_last_sees_the_first():
    tokens, wanted = rings(np.random.default_rng(1), 3)
    letters = tokens[..., :LETTERS].argmax(axis=-1)
    assert (wanted[:, :-1] == letters[:, 1:]).all() and (wanted[:, -1] == letters[:, 0]).all()
    assert (tokens[..., LETTERS:].argmax(axis=-1) == np.arange(8)).all()
    assert not rings(np.random.default_rng(1), 3, places=False)[0][..., LETTERS:].any()


@pytest.mark.parametrize("version", VERSIONS)
def test_gradients_are_right_also_for_a_matrix_in_two_roles(version):
    model = NextLetter(version, seed=1, dtype=np.float64)
    tokens, wanted = rings(np.random.default_rng(2), 2, version != "no places")
    few = tokens.astype(np.float64), wanted
    grads = model.backward(model.forward(few)[1])
    assert grads.keys() == model.params.keys()
    pairs = {name: (array, grads[name]) for name, array in model.params.items()}
    errors = check_gradients(lambda: model.forward(few)[0], pairs)
    assert max(errors.values()) < 1e-7


def test_the_versions_differ_in_what_they_may_learn():
    sizes = {version: len(NextLetter(version, seed=0).params) for version in VERSIONS}
    assert sizes == {"two matrices": 4, "one matrix": 3, "literal": 2, "no places": 4}
    shared = NextLetter("one matrix", seed=0).layer.own
    assert shared["W_key"] is shared["W_query"]


def test_a_share_and_mean_weights_come_out():
    right, weights = next_letters_right("two matrices", 0, steps=2, label=False)
    assert 0 <= right <= 1 and weights.shape == (8, 8)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-5)


def test_without_order_the_commonest_letter_is_right_more_often_than_chance():
    assert 1 / 6 < commonest_letter() < 0.5
