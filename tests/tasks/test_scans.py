"""Rows of scans: what is drawn is what is to be said, and the test's scans stay in the test."""

from itertools import islice

import numpy as np
import pytest

from course_utils.tasks.scans import (
    LONGEST,
    VOCABULARY,
    Scans,
    draw_rows,
    endless_rows,
    in_patches,
    load_scans,
)


@pytest.fixture(scope="module")
def made_up():
    """Twenty scans, each with its own ink everywhere; number k shows the digit k % 10."""
    ink = np.arange(1, 21, dtype=np.float32) / 20
    return Scans(np.broadcast_to(ink[:, None, None], (20, 8, 8)), np.arange(20) % 10)


@pytest.mark.parametrize("shuffled", [True, False])
def test_no_scan_is_in_train_and_in_test(shuffled):
    train, test = load_scans(test_size=300, shuffled=shuffled)
    assert (len(train.digits), len(test.digits)) == (1497, 300)
    seen = {image.tobytes() for image in train.images}
    assert not any(image.tobytes() in seen for image in test.images)


def test_a_scan_is_ink_from_0_to_1_and_all_digits_occur():
    for scans in load_scans():
        assert scans.images.dtype == np.float32 and scans.images.shape[1:] == (8, 8)
        assert scans.images.min() == 0 and scans.images.max() == 1
        assert set(scans.digits) == set(range(10))


def test_the_same_seed_splits_alike_and_another_otherwise():
    one, same, other = (load_scans(rng=seed)[1].digits for seed in (3, 3, 4))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_not_shuffled_the_file_keeps_its_order():
    train, test = load_scans(shuffled=False)
    assert train.digits[:30].tolist() == [*range(10)] * 3
    assert test.digits[-2:].tolist() == [9, 8]


@pytest.mark.parametrize("size", [0, 1797])
def test_both_parts_have_scans(size):
    with pytest.raises(ValueError, match=f"between 1 and 1796, got {size}: leave some scans"):
        load_scans(test_size=size)


def test_the_words_of_a_row_name_its_scans(made_up):
    batch = draw_rows(made_up, 200, rng=0)
    assert batch.source.shape == (200, LONGEST, 64) and batch.source.dtype == np.float32
    for row, length in enumerate(batch.source_lengths):
        ink = np.rint(20 * batch.source[row, :, 0]).astype(int)
        assert (ink[:length] > 0).all() and not ink[length:].any()
        digits = (ink[:length] - 1) % 10
        words = [VOCABULARY.symbols[digit] for digit in digits]
        assert VOCABULARY.decode(batch.target[row]) == words
        assert batch.target[row, 0] == 1 and batch.target[row, length + 1] == 2
        assert not batch.target[row, length + 2 :].any()
    assert np.array_equal(batch.target_lengths, batch.source_lengths + 2)


def test_every_length_is_equally_common(made_up):
    counts = np.bincount(draw_rows(made_up, 8_000, rng=1, longest=4).source_lengths)
    assert len(counts) == 5 and counts[1:].min() > 1_800


def test_new_rows_come_without_end(made_up):
    first, second = islice(endless_rows(made_up, 3, rng=0), 2)
    assert len(first.source) == 3 and not np.array_equal(first.source, second.source)
    again = next(endless_rows(made_up, 3, rng=0))
    assert np.array_equal(first.source, again.source)


def test_patches_are_read_from_left_to_right_and_down():
    image = np.zeros((8, 8))
    image[:4, :4], image[:4, 4:], image[4:, :4], image[4:, 4:] = 1, 2, 3, 4
    image[0, 5] = 9  # the second pixel of the second patch
    batch = draw_rows(Scans(image[None], np.array([7])), 1, rng=0, longest=1)
    patches = in_patches(batch)
    assert patches.source.shape == (1, 4, 16) and patches.source_lengths == 4
    assert patches.source[0, :, 15].tolist() == [1, 2, 3, 4] and patches.source[0, 1, 1] == 9
    assert patches.target is batch.target


def test_smaller_patches_are_more(made_up):
    batch = draw_rows(made_up, 2, rng=0)
    assert in_patches(batch, side=2).source.shape == (2, 16 * LONGEST, 4)
    assert in_patches(batch, side=8).source.shape == batch.source.shape


def test_a_patch_divides_the_scan(made_up):
    with pytest.raises(ValueError, match="side must divide the 8 pixels of a scan, got 3"):
        in_patches(draw_rows(made_up, 1), side=3)


def test_a_row_has_a_scan(made_up):
    with pytest.raises(ValueError, match="count and longest must be at least 1, got 3 and 0"):
        draw_rows(made_up, 3, longest=0)
