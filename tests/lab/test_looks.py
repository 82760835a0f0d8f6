"""Where weights point, on weights that are known."""

import numpy as np
import pytest

from course_utils.decoding import Decoded
from course_utils.lab import lengths, looks
from course_utils.tasks import make_batch


class Looking:
    """A stand-in for a model: it writes what is right, and looks where a function says."""

    def __init__(self, batch, place):
        self.batch, self.place = batch, place

    def greedy(self, source, source_lengths, room):
        steps, places = self.batch.target.shape[1] - 1, source.shape[1]
        weights = np.zeros((len(source), steps, places))
        for row, length in enumerate(source_lengths):
            for step in range(steps):
                weights[row, step, self.place(row, step, length)] = 1
        return Decoded(self.batch.target[:, 1:], source_lengths, weights)


def test_numbers_have_six_digits_and_their_words():
    numbers = looks.six_digits(50)
    assert all(100_000 <= n < 1_000_000 for n in numbers) and len(set(numbers)) == 50
    assert looks.numbers_batch(numbers).source.shape[0] == 50


@pytest.mark.parametrize(("shift", "name"), [(-1, "before"), (0, "at"), (1, "after")])
def test_how_often_a_sign_looks_around_its_word(shift, name):
    number = 342_501  # three hundred and forty two thousand five hundred and one
    last_hundred, bai = 7, "三十四万二千五百零一".index("百")
    model = Looking(
        looks.numbers_batch([number]),
        lambda row, step, length: last_hundred + shift if step == bai else 0,
    )
    found = looks.around(model, [number], "百", "hundred")
    assert found[name] == 1 and sum(found.values()) == 1


def test_shifts_of_rows_that_look_beside_their_symbol():
    task = lengths.reversing(train_size=1, test_size=1)
    pairs = [("abcdef", "fedcba"), ("abc", "cba")]
    batch = make_batch(pairs, task.source_vocabulary, task.target_vocabulary)
    straight = Looking(batch, lambda row, step, length: max(length - 1 - step, 0))
    assert looks.shifts(straight, batch)["+0"] == 100
    right = Looking(batch, lambda row, step, length: max(length - step, 0) if step else length - 1)
    assert looks.shifts(right, batch)["+1"] == 100


def test_digits_at_their_word_of_a_ready_made_translator():
    from course_utils.lab.ready_made import ready_made

    row = looks.right_and_looks(
        ready_made("number_translator"), looks.six_digits(60), "百", "hundred"
    )
    assert row["right"] > 90 and row["digits"] > 90 and row["at"] < 40
    assert row["before"] + row["at"] + row["after"] in (99, 100, 101)


def test_one_map_has_a_row_for_each_sign_and_a_place_for_each_word():
    number = 342_501
    model = Looking(looks.numbers_batch([number]), lambda row, step, length: step % length)
    written, read, weights = looks.one_map(model, number)
    assert "".join(written) == "三十四万二千五百零一" and read[3:6] == ["forty", "two", "thousand"]
    assert weights.shape == (len(written), len(read)) == (10, 10)
    np.testing.assert_array_equal(weights.argmax(axis=1), np.arange(10))
