"""The laboratory of length: sources turn round, shares are counted, results are complete."""

import numpy as np
import pytest

from course_utils.lab import lengths as lab
from course_utils.lab.ready_made import ready_made
from course_utils.lab.results import results
from course_utils.metrics import symbols_right


def test_sources_backwards_and_padding_stays():
    task = lab.reversing(longest=6, train_size=50, test_size=20)
    turned = lab.backwards(task)
    for part in ("train", "test"):
        before, after = getattr(task, part), getattr(turned, part)
        for row in range(20):
            source, target = turned.example(after, row)
            assert source == target == task.example(before, row)[0][::-1]


def test_halves_share_nothing():
    task = lab.reversing(longest=6, train_size=50, test_size=20)
    dev, test = lab.halves(task.test)
    assert len(dev.source) == len(test.source) == 10
    np.testing.assert_array_equal(np.concatenate([dev.source, test.source]), task.test.source)


def test_a_trained_model_is_judged_by_length():
    task = lab.reversing(longest=3, train_size=500, test_size=100)
    model = lab.trained(task, "dot", 200, 2e-2, width=16)
    shares = lab.symbols_by_length(model, task.test, (2, 3))
    assert shares.shape == (2,) and shares.min() > 0.8
    exact, symbols = lab.judged(model, task.test), lab.judged(model, task.test, symbols_right)
    assert (symbols[exact] == 1).all() and (symbols[~exact] < 1).all()


def test_the_share_right_at_each_place_is_that_of_the_length():
    task = lab.reversing(train_size=1, test_size=300)
    model, lengths = ready_made("reverser_without"), task.test.source_lengths
    batch = lab.rows_of(task.test, np.flatnonzero(lengths == 18))
    assert batch.source.shape[1] == 18 and batch.target.shape[1] == 20
    places = lab.right_by_place(model, batch)
    assert places.shape == (18,) and places[0] > places[-1]
    assert places.mean() == pytest.approx(lab.symbols_by_length(model, task.test, [18])[0])
    with pytest.raises(ValueError, match="too many values"):
        lab.right_by_place(model, task.test)


def test_tables_by_length_and_by_words_agree_with_what_they_are_made_of():
    task = lab.few_numbers(80, 100)
    model = lab.trained(task, "dot", 20, 1e-2, width=16)
    row = lab.by_words({"one": model}, task.test)["one"]
    right = lab.judged(model, task.test)
    assert list(row) == ["2–4", "5–6", "7–8", "9–11", "all"]
    assert row["all"] == pytest.approx(right.mean())
    ones = lab.mean_by_length(np.ones(100), task.test, (5, 6))
    assert ones == {5: 1.0, 6: 1.0}


def test_kept_results_are_read_at_the_lengths_that_are_asked():
    shares, widths = lab.mean_by_width(results("bottleneck_map"), [4, 20])
    assert widths == [16, 32, 64, 128]
    assert all(grid.shape == (4, 2) for grid in shares.values())
    assert (shares["no attention"][:, 0] > shares["no attention"][:, 1]).all()
    found = results("by_length")
    runs = lab.kept_runs(found, "reversing", [2, 20])["dot"]
    kept = np.array(found["found"]["reversing"]["dot"]["symbols"])
    np.testing.assert_array_equal(runs, kept[:, [0, 18]])
    assert lab.kept_runs(found, "numbers")["dot"].shape == (3, 4)
