"""The words of the second capstone: 10,000 to work with, others behind them for the exam."""

from collections import Counter
from itertools import pairwise

from course_utils.tasks.pronunciations import LETTERS, PHONEMES
from course_utils.tasks.ten_thousand import GIVEN, all_entries, ten_thousand_words
from experiments.ten_thousand import WORDS, drawn


def test_ten_thousand_words_are_given_and_all_their_entries():
    entries = ten_thousand_words()
    words = {word for word, _ in entries}
    assert len(words) == GIVEN == 10_000 and len(set(entries)) == len(entries)
    assert set("".join(words)) == set(LETTERS)
    assert {sound for _, text in entries for sound in text.split()} == set(PHONEMES.split())


def test_entries_of_a_word_stand_together_so_that_the_exam_shares_none():
    entries, given = all_entries(), len(ten_thousand_words())
    words = [word for word, _ in entries]
    assert len(set(words)) == WORDS
    assert not set(words[:given]) & set(words[given:])
    changes = Counter(word for before, word in pairwise(words) if word != before)
    assert max(changes.values()) == 1


def test_what_is_drawn_hangs_on_chance_and_not_on_the_order_of_the_dictionary():
    listed = {f"w{i}": [("S", "IY"), ("Z",)][: i % 2 + 1] for i in range(WORDS + 50)}
    text = drawn(listed)
    words = [line.split("\t")[0] for line in text.splitlines()]
    assert text == drawn(dict(reversed(listed.items()))) and text.endswith("\n")
    assert len(set(words)) == WORDS and words != sorted(words)
    assert text.count("\tZ\n") == sum(len(listed[word]) == 2 for word in set(words))
