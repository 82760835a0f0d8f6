"""Four tests of what was ported: a right one passes them all, each fault is noticed by its own."""

import numpy as np
import pytest

from course_utils.attention import attend
from course_utils.lab import ported as lab


def right(x):
    return attend(x, x, x, mask=lab.BACK).context


FAULTS = {
    "asked twice": lambda x: right(x) + np.random.default_rng().random(),
    "alone": lambda x: right(x) + 1e-2 * x.mean(axis=0),
    "later changed": lambda x: right(x) + 1e-2 * x[:, -1:],
    "beside": lambda x: 1.01 * right(x),
}


def test_a_right_one_passes_all():
    assert lab.noticed(right, right) == dict.fromkeys(lab.TESTS, False)


@pytest.mark.parametrize("test", FAULTS)
def test_a_fault_is_noticed_by_its_test(test):
    found = lab.noticed(FAULTS[test], right)
    assert found[test] and found["beside"]
    if test in ("alone", "beside"):
        assert not found["asked twice"] and not found["later changed"]


def test_who_may_look_ahead_is_not_asked_that():
    found = lab.noticed(lambda x: attend(x, x, x).context, right, looks_back=False)
    assert found["later changed"] is None and found["beside"]


def test_nan_counts_as_moved():
    assert lab.moved(np.array([1.0, np.nan]), np.array([1.0, 2])) == 1
    assert lab.moved(np.array([1.0, 2]), np.array([1.0, 4])) == 0.5


def test_the_second_gru_is_the_first_in_another_order():
    one, other = lab.two_grus()
    x = lab.texts()
    assert one(x).shape == other(x).shape == (lab.BATCH, lab.LENGTH, lab.STATE)
    assert lab.moved(other(x), one(x)) > 0.1


def test_padding_stands_at_the_end_of_every_text():
    x, real = lab.padded_texts()
    assert x.shape[:2] == real.shape == (lab.LENGTH, lab.LENGTH)
    assert (np.sort(~real, axis=1) == ~real).all() and real[:, 0].all() and not real[:, -1].any()
