"""The learner of two scores: it takes the steps that softmax's own slopes say."""

import numpy as np
import pytest

from course_utils.attention import softmax
from course_utils.lab import saturation


@pytest.mark.parametrize(("gap", "temperature"), [(2, 1), (4, 2.5), (0.5, 0.5)])
def test_each_step_goes_down_the_slope_of_the_loss(gap, temperature):
    scores, values = np.array([gap, 0.0]), np.array([0.0, 1])
    found = saturation.right_weight(gap, temperature, steps=30)
    for weight in found:
        weights = softmax(scores / temperature)
        assert weight == pytest.approx(weights[1])
        context = weights @ values
        scores = scores - weights / temperature * (values - context) * (context - 1)


def test_the_lead_is_counted_or_never_comes():
    assert saturation.steps_to_lead([0.1, 0.5, 0.6]) == 2
    assert saturation.steps_to_lead([0.1, 0.2]) is None


def test_a_sampled_curve_has_both_ends():
    steps, weights = saturation.sampled(np.arange(1000.0))
    assert (steps[0], steps[-1]) == (1, 1000) and (weights == steps - 1).all()
