"""Readers of scans: who asks whom in a row, what is the right scan, and a learner's drawing."""

import numpy as np
import pytest

from course_utils.lab import scan_readers as lab
from course_utils.softmax import softmax
from course_utils.tasks.scans import draw_rows, in_patches, load_scans

EIGHT = "\n".join(["..####.."] * 4 + [".#.++.#."] * 4)


@pytest.fixture(scope="module")
def exam():
    return draw_rows(load_scans()[1], 12, rng=3)


@pytest.fixture(scope="module")
def reader():
    return lab.new_reader(lab.looking(2), seed=2)


def test_who_asks_and_who_is_asked_give_the_model_s_own_weights(reader, exam):
    row = int(exam.source_lengths.argmax())
    asked = lab.asking(reader, exam, row)
    n = exam.source_lengths[row]
    assert asked.words.shape == asked.scans.shape == (n, lab.WIDTH)
    batch = exam._replace(source=exam.source[row : row + 1])
    first = reader.greedy(batch.source, exam.source_lengths[row : row + 1], 10).weights[0, 0, :n]
    own = softmax(asked.words @ asked.W @ asked.scans.T)
    assert np.allclose(own[0], first, atol=1e-5)


def test_a_word_counts_where_its_largest_weight_is_on_its_scan():
    weights = np.zeros((2, 9, 8))
    weights[:, range(9), [0, 1, 2, 3, 4, 5, 6, 7, 0]] = 1  # the end mark follows the words
    weights[1, 0] = np.eye(8)[4]
    assert lab.share_on_right_scan(weights, np.array([8, 2])) == pytest.approx(9 / 10)


def test_patches_are_counted_by_scan(exam):
    weights = np.zeros((12, 8, 32))
    for i in range(8):
        weights[:, i, 4 * i : 4 * i + 2] = 0.5
    own = lab.on_own_patches(weights, exam.source_lengths)
    assert own.shape == (exam.source_lengths.sum(), 4) and np.allclose(own.sum(axis=1), 1)
    assert lab.patches_used(own) == pytest.approx(2)
    assert in_patches(exam).source.shape[1] == weights.shape[2]


def test_a_drawing_becomes_a_scan(reader):
    scan = lab.drawn(EIGHT)
    assert scan.shape == (8, 8) and scan[0].tolist() == [0, 0, 1, 1, 1, 1, 0, 0]
    assert scan[7].tolist() == [0, 1, 0, 0.5, 0.5, 0, 1, 0]
    words, weights = lab.read_scans(reader, [scan, scan])
    assert weights.shape == (len(words), 2) and np.allclose(weights.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("..##", r"8 lines of 8 signs each, got 1 lines of \[4\] signs"),
        (EIGHT.replace("+", "x"), r"draw with # \+ \. alone, got x as well"),
    ],
)
def test_another_drawing_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        lab.drawn(text)
