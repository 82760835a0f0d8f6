"""Two keys on a curve: the picture says how far apart each query sees them."""

import numpy as np

from course_utils.plots.bends import keys_on_curve


def test_the_description_has_the_gap_of_each_query():
    fig = keys_on_curve(np.tanh, query_parts=(0, 2))
    assert "query part 0: the keys are 0.762 apart" in fig.description
    assert "query part 2: the keys are 0.031 apart" in fig.description


def test_the_curve_reaches_beyond_all_keys():
    line = keys_on_curve(np.tanh, query_parts=(-3, 1), key_parts=(0, 2)).axes[0].lines[0]
    x, y = line.get_data()
    assert x.min() < -3 and x.max() > 3 and np.allclose(y, np.tanh(x))
