"""What measures: a slope that is known, an array whose size is known, and the fastest run."""

import numpy as np
import pytest

from course_utils.lab import clocks


def test_an_exponent_is_the_power_of_the_size():
    sizes = np.array([10, 20, 50])
    assert clocks.exponent(sizes, 7 * sizes**1.5) == pytest.approx(1.5)


def test_megabytes_are_those_of_the_largest_array():
    assert clocks.megabytes(lambda: np.ones(1_000_000)) == pytest.approx(8, rel=0.05)


def test_the_fastest_run_counts():
    sizes = iter((2_000_000, 10, 2_000_000))
    assert clocks.seconds(lambda: np.ones(next(sizes)).sum(), repeats=3) < 0.001
