"""Counted costs: equal to a loop that counts, and to the figures of the lessons."""

import pytest

from course_utils.lab.costs import (
    attention_macs,
    cache_bytes,
    gru_macs,
    overhead,
    self_attention_macs,
    weights_bytes,
    writing_macs,
)


class Counted(float):
    """A number that counts its multiplications."""

    count = 0

    def __mul__(self, other):
        Counted.count += 1
        return Counted(float(self) * float(other))


def product(rows, inner, columns):
    """The multiply-adds of (rows, inner) @ (inner, columns), by doing them one by one."""
    Counted.count = 0
    for _ in range(rows * columns):
        sum((Counted(1) * Counted(1) for _ in range(inner)), Counted(0))
    return Counted.count


def test_a_gru_step_is_six_products_of_a_vector_and_a_matrix():
    assert gru_macs(5, 4) == 5 * 6 * product(1, 4, 4)


def test_every_rule_is_counted_product_by_product():
    n, m, d, a = 2, 3, 4, 5
    grid = {"scores": n * product(1, d, m), "mix": product(n, m, d)}
    assert attention_macs("dot", n, m, d) == {"projections": 0, **grid}
    assert attention_macs("general", n, m, d) == {"projections": product(m, d, d), **grid}
    hidden = {"scores": product(n * m, a, 1), "mix": grid["mix"]}
    split = product(n, d, a) + product(m, d, a)
    assert attention_macs("additive", n, m, d, a) == {"projections": split, **hidden}
    together = product(n * m, 2 * d, a)
    assert attention_macs("concat", n, m, d, a) == {"projections": together, **hidden}


def test_self_attention_is_two_grids_and_four_projections():
    found = self_attention_macs(3, 4)
    assert found == {
        "scores and mix": product(3, 4, 3) + product(3, 3, 4),
        "projections": 4 * product(3, 4, 4),
    }


@pytest.mark.parametrize("n", [30, 1000, 5000])
def test_dot_attention_adds_n_over_six_d(n):
    assert overhead("dot", n, n, 1000) == pytest.approx(n / 6000)


def test_the_figures_of_the_lesson():
    assert overhead("dot", 30, 30, 1000) == pytest.approx(0.005)
    assert overhead("additive", 30, 30, 1000) == pytest.approx(0.17, abs=0.005)
    assert overhead("dot", 5000, 5000, 1000) == pytest.approx(0.83, abs=0.005)
    assert weights_bytes(16_384, 16_384) == 2**30
    assert cache_bytes(100, 64) == 100 * 64 * 2 * 4


def test_an_unknown_rule_is_refused():
    named = "rule must be one of dot, .*general, .*additive, .*concat, got 'dots'"
    with pytest.raises(ValueError, match=named):
        attention_macs("dots", 1, 1, 1)


def test_writing_two_symbols_is_counted_by_hand():
    assert writing_macs(2, 10, kept=True) == 2 * 3 * 100 + (1 + 2) * 2 * 10
    assert writing_macs(2, 10, kept=False) == (3 + 5) * 100 + (1 + 2) * 2 * 10
