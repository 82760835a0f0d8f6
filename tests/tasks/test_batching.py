from itertools import islice

import numpy as np
import pytest

from course_utils.tasks import (
    END,
    PADDING,
    START,
    Vocabulary,
    batches,
    batches_by_length,
    make_batch,
    number_words,
    reverse,
)
from course_utils.tasks.numerals import english_words, read_chinese

LETTERS = Vocabulary("abc")
WORDS = Vocabulary(["two", "three"], separator=" ")


def rows(batch):
    """The rows of a batch as (source ids, target ids), without padding."""
    return [
        (tuple(source[:m].tolist()), tuple(target[:n].tolist()))
        for source, m, target, n in zip(*batch, strict=True)
    ]


def examples(task, batch):
    return [task.example(batch, row) for row in range(len(batch.source))]


def sources(batch):
    return [source for source, _ in rows(batch)]


# Vocabulary


def test_symbols_are_numbered_from_three():
    assert len(LETTERS) == 6
    assert LETTERS.encode("abc") == [3, 4, 5]
    assert WORDS.encode(["three", "two"]) == WORDS.encode("three two") == [4, 3]


def test_decoding_stops_at_the_end_mark_and_skips_the_others():
    assert LETTERS.decode(np.array([START, 4, PADDING, 3, END, 5])) == ["b", "a"]
    assert WORDS.text([4, 3]) == "three two"


def test_vocabulary_errors():
    with pytest.raises(ValueError, match="unknown token 'x': this vocabulary knows abc"):
        LETTERS.encode("axb")
    with pytest.raises(ValueError, match="between 0 and 5, got 6"):
        LETTERS.decode([6])
    with pytest.raises(ValueError, match="must all differ"):
        Vocabulary("aba")


# Batches


def test_make_batch_pads_to_the_longest_row():
    batch = make_batch([("ab", ["two"]), ("cab", ["three", "two"]), ("b", [])], LETTERS, WORDS)
    np.testing.assert_array_equal(batch.source, [[3, 4, 0], [5, 3, 4], [4, 0, 0]])
    np.testing.assert_array_equal(batch.target, [[1, 3, 2, 0], [1, 4, 3, 2], [1, 2, 0, 0]])
    np.testing.assert_array_equal(batch.source_lengths, [2, 3, 1])
    np.testing.assert_array_equal(batch.target_lengths, [3, 4, 2])
    assert batch.source.dtype == batch.target.dtype == np.intp


def test_make_batch_refuses_empty_input():
    with pytest.raises(ValueError, match="at least one"):
        make_batch([], LETTERS, WORDS)
    with pytest.raises(ValueError, match="source of pair 1 is empty"):
        make_batch([("a", "two"), ("", "two")], LETTERS, WORDS)


def test_one_pass_of_batches_meets_each_row_at_most_once():
    task = reverse(train_size=50, test_size=1, longest=9)
    one_pass = list(islice(batches(task.train, 8, rng=0), 50 // 8))
    met = [row for batch in one_pass for row in rows(batch)]
    assert len(met) == len(set(met)) == 48
    assert set(met) <= set(rows(task.train))


def test_batches_have_no_column_of_padding_only():
    task = reverse(train_size=50, test_size=1, longest=9)
    for batch in islice(batches(task.train, 2, rng=0), 100):
        assert batch.source.shape == (2, batch.source_lengths.max())
        assert batch.target.shape == (2, batch.target_lengths.max())


def test_batches_follow_the_seed_and_go_on_after_a_pass():
    task = reverse(train_size=10, test_size=1)

    def first(seed):
        return [rows(batch) for batch in islice(batches(task.train, 5, rng=seed), 4)]

    assert first(0) == first(0) != first(1)
    assert first(0)[:2] != first(0)[2:], "each pass should have its own order"


@pytest.mark.parametrize("batch_size", [0, 11])
def test_batches_refuse_a_wrong_size_at_once(batch_size):
    task = reverse(train_size=10, test_size=1)
    with pytest.raises(ValueError, match=f"between 1 and the 10 rows, got {batch_size}"):
        batches(task.train, batch_size)


@pytest.mark.parametrize("stream", [batches, batches_by_length])
def test_a_whole_task_is_no_batch(stream):
    with pytest.raises(ValueError, match=r"got a whole Task: pass task\.train"):
        stream(reverse(train_size=10, test_size=1), 2)


# Tasks


def test_reverse_reverses():
    task = reverse(train_size=300, test_size=100)
    for batch in (task.train, task.test):
        assert all(target == source[::-1] for source, target in examples(task, batch))
    assert len(task.train.source) == 300
    assert len(task.test.source) == 100


def test_reverse_strings_all_differ():
    task = reverse(train_size=300, test_size=100, shortest=1, longest=2)
    assert len({*sources(task.train), *sources(task.test)}) == 400


def test_reverse_lengths_are_uniform():
    lengths = reverse(train_size=19_000, test_size=1, longest=20).train.source_lengths
    counts = np.bincount(lengths, minlength=21)
    assert counts[:2].sum() == 0
    assert counts[2] < 676, "the 676 strings of two letters run out"
    # 1,000 expected for each other length, with a standard deviation of 31
    assert abs(counts[3:] - 1_018).max() < 150


def test_reverse_can_use_up_every_string():
    task = reverse(train_size=5, test_size=1, shortest=1, longest=2, symbols="ab")
    strings = {source for batch in task[:2] for source, _ in examples(task, batch)}
    assert strings == {"a", "b", "aa", "ab", "ba", "bb"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shortest": 0}, "shortest ≤ longest, got 0 and 20"),
        ({"shortest": 5, "longest": 4}, "shortest ≤ longest, got 5 and 4"),
        ({"symbols": "ab", "longest": 3}, "only 12 different sources, but 21,000"),
        ({"test_size": 0}, "at least 1"),
    ],
)
def test_reverse_refuses_the_impossible(arguments, message):
    with pytest.raises(ValueError, match=message):
        reverse(**arguments)


def numbers(task, batch):
    return [read_chinese(chinese) for _, chinese in examples(task, batch)]


def test_number_words_translate():
    task = number_words(train_size=300, test_size=100)
    for batch in (task.train, task.test):
        for english, chinese in examples(task, batch):
            assert " ".join(english_words(read_chinese(chinese))) == english


def test_held_out_numbers_differ_and_are_not_in_training():
    # 400 of the 900 numbers from 100 up: without care many would be in both
    task = number_words(train_size=3_000, test_size=400, digits=3)
    test = numbers(task, task.test)
    assert len(set(test)) == 400
    assert min(test) >= 100
    assert set(test).isdisjoint(numbers(task, task.train))


def test_numbers_below_100_are_all_met_in_training():
    task = number_words()
    assert set(range(100)) <= set(numbers(task, task.train))


@pytest.mark.parametrize("digits", [3, 6])
def test_digits_limit_the_numbers(digits):
    task = number_words(train_size=100, test_size=20, digits=digits)
    for batch in (task.train, task.test):
        assert 10 ** (digits - 1) < max(numbers(task, batch)) < 10**digits


def test_numbers_are_log_uniform():
    task = number_words(train_size=12_000, test_size=1)
    of_each_length = np.bincount([len(str(number)) for number in numbers(task, task.train)])
    # about 1,000 each, with a standard deviation of 30; 0 to 9 are log(10) of log(10^12) too
    assert of_each_length.size == 13
    assert abs(of_each_length[1:] - 1_000).max() < 150


def test_number_vocabularies_do_not_depend_on_the_range():
    small, large = number_words(10, 10, digits=3), number_words(10, 10, digits=12)
    assert small.source_vocabulary.symbols == large.source_vocabulary.symbols
    assert small.target_vocabulary.symbols == large.target_vocabulary.symbols


def test_number_words_refuse_the_impossible():
    with pytest.raises(ValueError, match="digits must be between 3 and 12, got 13"):
        number_words(digits=13)
    with pytest.raises(ValueError, match="between 3 and 12, got 2"):
        number_words(digits=2)
    with pytest.raises(ValueError, match="only 900 different sources, but 901"):
        number_words(test_size=901, digits=3)
    with pytest.raises(ValueError, match="at least 1, got 0 and 5"):
        number_words(train_size=0, test_size=5)


@pytest.mark.parametrize("make", [reverse, number_words])
def test_a_seed_fixes_the_task(make):
    def seeded(seed):
        task = make(train_size=20, test_size=5, rng=seed)
        return rows(task.train), rows(task.test)

    assert seeded(1) == seeded(1) == seeded(np.random.default_rng(1))
    assert seeded(1) != seeded(2)


def test_batches_by_length_hold_like_lengths_and_every_row_once():
    task = reverse(train_size=640, test_size=1)
    drawn = list(islice(batches_by_length(task.train, 20, rng=0, pool=8), 32))
    rows = {task.source_vocabulary.text(row) for batch in drawn for row in batch.source}
    assert len(rows) == 640  # four pools of 8 · 20 rows
    assert all(batch.source.shape == (20, batch.source_lengths.max()) for batch in drawn)
    spread = np.mean([np.ptp(batch.source_lengths) for batch in drawn])
    mixed = islice(batches(task.train, 20, rng=0), 32)
    assert spread < np.mean([np.ptp(batch.source_lengths) for batch in mixed]) / 4
    first = [batch.source.shape[1] for batch in drawn[:8]]
    assert first != sorted(first)


def test_batches_by_length_of_few_rows_take_a_smaller_pool():
    task = reverse(train_size=50, test_size=1)
    assert len(next(batches_by_length(task.train, 20)).source) == 20
    for size in (0, 51):
        with pytest.raises(ValueError, match=f"between 1 and the 50 rows, got {size}"):
            batches_by_length(task.train, size)
