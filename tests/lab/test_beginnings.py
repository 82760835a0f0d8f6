"""A decoder that is led astray goes its own way; one that is not, does not."""

import numpy as np
import pytest

from course_utils.lab import beginnings
from course_utils.lab.looks import numbers_batch, six_digits
from course_utils.lab.ready_made import ready_made
from course_utils.metrics import exact_match

BATCH = numbers_batch(six_digits(40))
TRANSLATOR = ready_made("number_translator")


def test_a_beginning_that_is_the_model_s_own_changes_nothing():
    free = beginnings.written_from(TRANSLATOR, BATCH)
    led = beginnings.begun_with(TRANSLATOR, BATCH, free[:, 0])
    assert beginnings.changed_after_the_first(free, led) == 0
    assert exact_match(free, BATCH) > 0.9


def test_the_given_symbol_stands_in_front_and_is_read():
    free = beginnings.written_from(TRANSLATOR, BATCH)
    first = np.where(free[:, 0] == 5, 6, 5)
    led = beginnings.begun_with(TRANSLATOR, BATCH, first)
    assert (led[:, 0] == first).all()
    assert beginnings.changed_after_the_first(free, led) > 0


@pytest.mark.parametrize(
    ("start", "low", "high"), [("own", 0.9, 1), ("zeros", 0, 0.1), ("another", 0.5, 0.95)]
)
def test_attention_needs_the_start_that_it_was_trained_with(start, low, high):
    change = getattr(beginnings, start)
    share = exact_match(beginnings.written_from(TRANSLATOR, BATCH, start=change), BATCH)
    assert low <= share <= high


def test_another_vector_is_that_of_the_row_before():
    assert beginnings.another(np.array([[1.0], [2], [3]])).ravel().tolist() == [3, 1, 2]


def test_changes_are_counted_behind_the_first_symbol_whatever_the_widths():
    tokens = np.array([[5, 6, 2], [5, 7, 2], [9, 2, 0]])
    others = np.array([[4, 6, 2, 0], [5, 7, 8, 2], [1, 2, 0, 0]])
    assert beginnings.changed_after_the_first(tokens, others) == pytest.approx(1 / 3)
