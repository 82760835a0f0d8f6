"""What a report read, by hand."""

import numpy as np

from course_utils.lab.coverage import coverage, read_twice, written

WEIGHTS = np.array([[0.5, 0.5, 0], [0.25, 0, 0.75], [0.6, 0.4, 0]])


def test_coverage_is_what_all_steps_read_of_a_word():
    np.testing.assert_allclose(coverage(WEIGHTS), [1.35, 0.9, 0.75])
    assert written(WEIGHTS, ["a", "b", "c"]) == ["a", "c", "a"]


def test_read_twice_counts_only_what_was_read_before():
    # step 2 reads 0.25 of a again, step 3 0.6 of its 0.75 and 0.4 of b's 0.5
    assert np.isclose(read_twice(WEIGHTS), 0.25 + 0.6 + 0.4)
    assert read_twice(np.eye(3)) == 0
