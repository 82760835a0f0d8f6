"""The board of towns: what is asked, gradients of a reporter, and what a head's removal shows."""

import numpy as np
import pytest

from course_utils.gradients import check_gradients
from course_utils.lab import heads as lab
from tests.samples import randomise


def test_a_wish_names_two_towns_and_is_told_their_temperatures():
    batch = lab.boards(0, 40)
    assert (batch.asked[..., 0] != batch.asked[..., 1]).all()
    for board in range(40):
        for wish in range(2):
            first, second = batch.asked[board, wish]
            named = batch.wishes[board, wish]
            assert named[:6].argmax() == first and named[6:12].argmax() == second
            assert named.sum() == 2
            temperatures = batch.towns[board, [first, second], lab.NUMBER]
            np.testing.assert_array_equal(batch.told[board, wish], temperatures)


@pytest.mark.parametrize(("heads", "kv_heads"), [(1, None), (4, 2), (2, 1)])
def test_gradients_of_a_reporter(heads, kv_heads):
    rng = np.random.default_rng(1)
    reporter = randomise(lab.Reporter(heads, kv_heads, rng=rng).cast(np.float64), rng, 0.5)
    batch = lab.boards(rng, 3)
    batch = batch._replace(
        **{name: getattr(batch, name).astype(np.float64) for name in ("wishes", "towns", "told")}
    )
    _, cache = reporter.forward(batch)
    grads = reporter.backward(cache)
    assert grads.keys() == reporter.params.keys()
    pairs = {name: (reporter.params[name], grads[name]) for name in grads}
    check_gradients(lambda: reporter.forward(batch)[0], pairs)


def test_what_is_seen_makes_the_layer_s_output():
    reporter = lab.trained(2, seed=3, steps=20)
    at, batch = lab.seen(reporter), lab.exam()
    output = reporter.layer(batch.wishes, batch.towns).reshape(-1, lab.WIDTH)
    np.testing.assert_allclose(at.mixed @ at.W_output, output, atol=1e-5)
    np.testing.assert_allclose(at.weights.sum(axis=-1), 1, atol=1e-5)
    told = np.take_along_axis(np.repeat(batch.towns[..., lab.NUMBER], 2, axis=0), at.asked, axis=1)
    np.testing.assert_array_equal(at.told, told)


def test_two_heads_tell_both_towns_and_one_cannot():
    one, two = lab.trained(1, seed=7), lab.trained(2, seed=7)
    found = [row["together"] for row in lab.exam_errors([one, two]).values()]
    assert found[0] > 0.95 and found[1] < 0.05
    assert set(lab.takers(two)) == {0, 1}
    first, second = lab.takers(two)
    looks = lab.looks(two)
    assert looks.shape == (2, 2) and min(looks[first, 0], looks[second, 1]) > 0.8


def test_errors_know_which_town():
    told = np.array([[1.0, 2.0], [3.0, 4.0]])
    off = lab.errors(told + np.array([1, 0]), told)
    assert off == {"first": 1.0, "second": 0.0}
    weights, towns = lab.wish_map(lab.trained(2, seed=0, steps=5))
    assert weights.shape == (2, 6) and set(towns) < set(lab.TOWNS)
