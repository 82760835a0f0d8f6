import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.lab.edits import (
    Edits,
    bootstrap_interval,
    edit_distance,
    edits,
    error_rates,
    kept_by_letters,
    rates_by_length,
    wilson_interval,
    with_interval,
)
from course_utils.lab.results import results
from tests.samples import few

WORDS = st.lists(st.sampled_from("abc"), max_size=6)


@pytest.mark.parametrize(
    ("written", "right", "distance"),
    [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("ab", "ba", 2), ("abc", "abc", 0)],
)
def test_edit_distance(written, right, distance):
    assert edit_distance(written, right) == distance


@few
@given(WORDS, WORDS, WORDS)
def test_edit_distance_is_a_distance(a, b, c):
    assert edit_distance(a, b) == edit_distance(b, a)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
    assert (edit_distance(a, b) == 0) == (a == b)


def test_the_nearest_listed_answer_counts():
    found = edits(["abc", "b"], [["ab", "abcd", "xyz"], ["b"]])
    np.testing.assert_array_equal(found.counts, [1, 0])
    assert found.lengths[1] == 1 and found.lengths[0] in (2, 4)


def test_edits_refuses_a_word_without_an_answer():
    with pytest.raises(ValueError, match="needs at least one listed answer"):
        edits(["a"], [[]])
    with pytest.raises(ValueError, match="at least one answer, got none"):
        edits([], [])
    with pytest.raises(ValueError, match="got 2 lists"):
        edits(["a"], [["a"], ["b"]])


def test_error_rates_are_over_all_phonemes_and_all_words():
    rates = error_rates(Edits(np.array([0, 3, 0, 1]), np.array([2, 6, 4, 8])))
    assert rates.per == 4 / 20 and rates.wer == 2 / 4 and rates.words == 4
    assert rates.per_interval[0] < rates.per < rates.per_interval[1]
    assert rates.wer_interval[0] < rates.wer < rates.wer_interval[1]


def test_rates_by_length():
    found = Edits(np.array([0, 3, 0]), np.array([2, 6, 4]))
    short, none, long = rates_by_length(found, [2, 6, 5], edges=[2, 3, 5, 7])
    assert short.words == 1 and short.per == 0
    assert none is None
    assert long.words == 2 and long.per == 3 / 10 and long.wer == 1 / 2


def test_wilson_interval_on_known_numbers():
    # 10 of 100: a table of Wilson's interval has 0.0552 to 0.1744
    np.testing.assert_allclose(wilson_interval(10, 100), (0.0552, 0.1744), atol=5e-5)
    assert wilson_interval(0, 5)[0] == 0 and 0.4 < wilson_interval(0, 5)[1] < 0.5


def test_bootstrap_interval_holds_what_the_spread_of_words_says():
    rng = np.random.default_rng(0)
    found = Edits(rng.integers(0, 2, 2_000), np.full(2_000, 5))
    low, high = bootstrap_interval(found, draws=2_000)
    half = 1.96 * 0.5 / np.sqrt(2_000) / 5
    assert (high - low) / 2 == pytest.approx(half, rel=0.08)  # 90 % of the draws: 0.84 of it
    assert bootstrap_interval(found) == bootstrap_interval(found)


def test_kept_rates_lie_within_their_intervals():
    letters, curves = kept_by_letters(results("pronunciations"))
    assert letters[0] == "2–4" and list(curves) == ["no attention", "additive"]
    for low, rate, high in curves.values():
        assert len(low) == len(letters) and (low < rate).all() and (rate < high).all()


def test_a_rate_is_written_in_percent():
    rates = {"per": 0.0742, "per_interval": [0.0719, 0.0766]}
    assert with_interval(rates, "per") == "  7.4 [ 7.2,  7.7]"
