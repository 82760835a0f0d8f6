"""The laboratory of length: sources turn round, shares are counted, results are complete."""

import numpy as np

from course_utils.lab import lengths as lab
from course_utils.metrics import symbols_right


def test_sources_backwards_and_padding_stays():
    task = lab.reversing(longest=6, train_size=50, test_size=20)
    turned = lab.backwards(task)
    for part in ("train", "test"):
        before, after = getattr(task, part), getattr(turned, part)
        for row in range(20):
            source, target = turned.example(after, row)
            assert source == target == task.example(before, row)[0][::-1]


def test_halves_share_nothing():
    task = lab.reversing(longest=6, train_size=50, test_size=20)
    dev, test = lab.halves(task.test)
    assert len(dev.source) == len(test.source) == 10
    np.testing.assert_array_equal(np.concatenate([dev.source, test.source]), task.test.source)


def test_a_trained_model_is_judged_by_length():
    task = lab.reversing(longest=3, train_size=500, test_size=100)
    model = lab.trained(task, "dot", 200, 2e-2, width=16)
    shares = lab.symbols_by_length(model, task.test, (2, 3))
    assert shares.shape == (2,) and shares.min() > 0.8
    exact, symbols = lab.judged(model, task.test), lab.judged(model, task.test, symbols_right)
    assert (symbols[exact] == 1).all() and (symbols[~exact] < 1).all()
