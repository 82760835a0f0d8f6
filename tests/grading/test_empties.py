"""While tests run, nothing is close to no number, whoever compares; afterwards NumPy is itself."""

import numpy as np
import pytest

from course_utils.grading.empties import COMPARISONS, strict_comparisons


def test_whoever_compares_while_tests_run_is_told():
    teachers_own = {"numpy": np}  # a module that a test imports, and that imports NumPy for itself
    exec("def close(one, other): return bool(numpy.allclose(one, other))", teachers_own)
    close = teachers_own["close"]
    assert close([], 5.0), "why all this: NumPy stretches nothing to fit anything"
    with strict_comparisons():
        assert close([5.0], 5.0) and close([], np.zeros(0))
        with pytest.raises(AssertionError, match="nothing is compared"):
            close([], 5.0)


def test_afterwards_numpy_is_itself_also_where_a_test_raised():
    def all_of_them():
        return [getattr(module, name) for module, names in COMPARISONS.items() for name in names]

    before = all_of_them()
    with pytest.raises(ZeroDivisionError), strict_comparisons():
        assert not set(before) & set(all_of_them())
        raise ZeroDivisionError
    assert all_of_them() == before
