import numpy as np
import pytest

from course_utils.decoding import Decoded
from course_utils.metrics import by_length, exact_match, matches, symbols_right
from course_utils.tasks import END, PADDING, Vocabulary, make_batch

LETTERS = Vocabulary("abc")
BATCH = make_batch([("a", "ab"), ("b", "c"), ("c", "")], LETTERS, LETTERS)


def test_what_follows_the_end_mark_is_ignored():
    tokens = [[3, 4, END, PADDING, 5], [5, END, 4, END, 3], [END, 3, 3, 3, 3]]
    np.testing.assert_array_equal(matches(tokens, BATCH), [True, True, True])


def test_tokens_may_be_narrower_than_the_target():
    np.testing.assert_array_equal(matches([[END], [END], [END]], BATCH), [False, False, True])
    np.testing.assert_array_equal(matches(np.zeros((3, 0), int), BATCH), [False] * 3)


def test_a_row_must_equal_the_target_to_its_end():
    wrong_symbol = [3, 5, END]
    never_ends = [5, PADDING, PADDING]
    too_long = [3, END, PADDING]
    tokens = np.array([wrong_symbol, never_ends, too_long])
    np.testing.assert_array_equal(matches(tokens, BATCH), [False, False, False])
    np.testing.assert_array_equal(tokens, [wrong_symbol, never_ends, too_long])


def test_exact_match_is_the_share_of_rows():
    assert exact_match([[3, 4, END], [5, END, 0], [5, END, 0]], BATCH) == pytest.approx(2 / 3)
    assert exact_match(BATCH.target[:, 1:], BATCH) == 1.0


def test_matches_refuses_another_number_of_rows():
    with pytest.raises(ValueError, match=r"batch = 3, got \(2, 4\)"):
        matches(np.zeros((2, 4), int), BATCH)


def test_symbols_right_counts_neither_marks_nor_what_follows():
    tokens = [[3, 5, END, 0], [5, END, 0, 0], [4, 4, 4, 4]]
    np.testing.assert_array_equal(symbols_right(tokens, BATCH), [0.5, 1, np.nan])
    one_each = np.array(tokens)[:, :1]
    np.testing.assert_array_equal(symbols_right(one_each, BATCH), [0.5, 1, np.nan])


def test_symbols_right_refuses_what_is_not_of_this_batch():
    with pytest.raises(ValueError, match=r"batch = 3, got \(4,\)"):
        symbols_right(np.zeros(4, int), BATCH)
    decoded = Decoded(BATCH.target[:, 1:], np.ones(3), None)
    with pytest.raises(ValueError, match=r"got a Decoded: pass its \.tokens"):
        symbols_right(decoded, BATCH)


def test_by_length():
    matched = np.array([True, False, True, True, False])
    shares, counts = by_length(matched, np.array([1, 2, 2, 5, 9]), edges=[1, 3, 5, 6])
    np.testing.assert_allclose(shares, [2 / 3, np.nan, 1.0])
    np.testing.assert_array_equal(counts, [3, 0, 1])


def test_by_length_refuses_unequal_arrays():
    with pytest.raises(ValueError, match=r"got \(2,\) and \(3,\)"):
        by_length([True, False], [1, 2, 3], edges=[1, 4])


def test_a_share_of_nothing_is_refused():
    none = type(BATCH)(*(part[:0] for part in BATCH))
    with pytest.raises(ValueError, match="share must be of at least one row, got none"):
        exact_match(np.zeros((0, 3), int), none)
