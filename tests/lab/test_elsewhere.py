"""Other weights for the same margin: they are weights, keep it, and none is further."""

import numpy as np
import pytest

from course_utils.lab import elsewhere, twins


def test_two_keys_keep_the_margin():
    supports = np.array([5.0, -1, 3, 0])
    np.testing.assert_allclose(elsewhere.two_keys(supports, 2.0, 0, 1), [0.5, 0.5, 0, 0])


def test_moved_is_what_stands_elsewhere():
    a, b = np.array([[0.5, 0.5, 0], [1, 0, 0]]), np.array([[0.2, 0.5, 0.3], [1.0, 0, 0]])
    np.testing.assert_allclose(elsewhere.moved_share(a, b), [0.3, 0])


@pytest.mark.parametrize("seed", range(5))
def test_no_weights_of_the_same_margin_are_further(seed):
    """Beside mixes of the furthest weights of random pairs with the learned ones."""
    rng = np.random.default_rng(seed)
    supports, weights = rng.normal(size=6), rng.dirichlet(np.ones(6))
    others, moved = elsewhere.furthest(weights, supports)
    assert others @ supports == pytest.approx(weights @ supports)
    assert others.sum() == pytest.approx(1) and others.min() >= 0
    assert moved == pytest.approx(elsewhere.moved_share(weights, others))
    seen = np.column_stack([supports, np.ones(6)])
    for _ in range(300):
        step = rng.normal(size=6)
        step -= seen @ np.linalg.lstsq(seen, step, rcond=None)[0]
        down = step < 0
        length = (weights[down] / -step[down]).min()  # as far as no weight is below 0
        assert elsewhere.moved_share(weights, weights + length * step) <= moved + 1e-12


def test_where_all_supports_are_alike_or_one_key_has_all_nothing_moves():
    weights = np.array([1.0, 0, 0])
    assert elsewhere.furthest(weights, np.array([2.0, -1, -3]))[1] == 0


def test_a_barred_twin_never_looks_where_the_other_does():
    other = twins.Twin(False, rng=0)
    barred = elsewhere.Barred(other, False, rng=1)
    texts = twins.sentences(2, 40)
    weights, top = barred.answer(texts.ids)[1], other.answer(texts.ids)[1].argmax(axis=1)
    assert (weights[np.arange(40), top] == 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)


def test_seeds_apart_are_pairs():
    three = [twins.Twin(False, rng=seed) for seed in range(3)]
    ids = twins.sentences(2, 10).ids
    apart = elsewhere.seeds_apart(three, ids)
    first, _, third = (twin.answer(ids)[1] for twin in three)
    assert len(apart) == 3
    assert apart[1] == pytest.approx(elsewhere.moved_share(first, third).mean())
