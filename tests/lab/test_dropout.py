"""Dropout leaves out its share, keeps means, has right gradients, and is for learning only."""

import numpy as np
import pytest

from course_utils.attention import Attention
from course_utils.gradients import check_gradients
from course_utils.lab.dropout import Dropout, with_dropout
from course_utils.scoring import DotScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import Batch
from tests.samples import randomise

BATCH = Batch(
    np.array([[3, 4, 5], [5, 3, 0]]),
    np.array([3, 2]),
    np.array([[1, 3, 4, 2], [1, 5, 2, 0]]),
    np.array([4, 3]),
)


def model():
    rng = np.random.default_rng(0)
    return randomise(Seq2Seq(6, 6, 4, Attention(DotScore()), True, rng, np.float64), rng)


def test_a_share_is_left_out_and_the_mean_stays():
    x = np.full((100, 100), 2, np.float32)
    y, kept = Dropout(0.25, rng=0).forward(x)
    assert abs((y == 0).mean() - 0.25) < 0.02 and abs(y.mean() - 2) < 0.05
    assert y.dtype == kept.dtype == np.float32
    np.testing.assert_array_equal(y, x * kept)


def test_a_share_that_cannot_be_is_refused():
    for share in (-0.1, 1, 1.5):
        with pytest.raises(ValueError, match=f"share must be .* got {share}"):
            Dropout(share)


def test_gradients_are_those_of_the_numbers_that_were_kept():
    learner = with_dropout(model(), 0.4)

    def forward():
        learner.encoder.dropout.rng = np.random.default_rng(3)  # each time the same are left out
        learner.readout.dropout.rng = learner.encoder.dropout.rng
        return learner.forward(BATCH)

    loss, cache = forward()
    grads = learner.backward(cache)
    assert grads.keys() == learner.params.keys() and loss != model()(BATCH)
    pairs = {name: (learner.params[name], grads[name]) for name in grads}
    check_gradients(lambda: forward()[0], pairs)


def test_the_model_has_what_its_learner_learns_and_no_dropout():
    plain = model()
    learner = with_dropout(plain, 0.5, rng=0)
    before = plain(BATCH)
    assert learner(BATCH) != learner(BATCH) and plain(BATCH) == before
    learner.params["readout.output.b"][...] += np.arange(6)
    assert plain(BATCH) != before


def test_without_a_share_nothing_is_left_out():
    assert with_dropout(model(), 0)(BATCH) == pytest.approx(model()(BATCH), abs=1e-12)
