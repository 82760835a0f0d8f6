"""A learner's own pairs: what is none is said in one sentence, and books hold every symbol."""

import pytest

from course_utils.tasks import make_batch
from course_utils.tasks.own_pairs import MOST_SYMBOLS, checked_pairs, vocabularies

PAIRS = [("7 march", "03-07"), ("2 may", "05-02")]


def test_books_are_cut_at_spaces_or_into_letters():
    books = vocabularies(PAIRS)
    assert books.source.symbols == ("2", "7", "march", "may")
    assert books.target.symbols == ("-", "0", "2", "3", "5", "7")
    batch = make_batch(PAIRS, *books)
    assert [books.source.text(row) for row in batch.source] == [source for source, _ in PAIRS]
    assert [books.target.text(row) for row in batch.target] == [target for _, target in PAIRS]


@pytest.mark.parametrize("pairs", [PAIRS, tuple(PAIRS), [list(pair) for pair in PAIRS]])
def test_lists_and_tuples_are_pairs(pairs):
    assert checked_pairs(pairs) == PAIRS


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ("a b", "a list such as"),
        (5, "got int"),
        ({"a": "b"}, "got dict"),
        ([], "an empty one"),
        ([("a",)], "pair 0 must be two texts"),
        (["ab"], "pair 0 must be two texts"),
        ([("a", "b"), ("a", 3)], "pair 1 must be two texts"),
        ([("a", " ")], "text on both sides"),
        ([("a", "b"), ("a", "c")], "'b' and 'c' for 'a'"),
        ([("a" * (MOST_SYMBOLS + 1), "b")], f"at most {MOST_SYMBOLS} symbols, got 41"),
        ([("a " * (MOST_SYMBOLS + 1), "b")], f"at most {MOST_SYMBOLS} symbols, got 41"),
    ],
)
def test_what_is_no_list_of_pairs_is_said_in_one_sentence(pairs, said):
    with pytest.raises((TypeError, ValueError)) as raised:
        checked_pairs(pairs)
    assert said in str(raised.value) and "\n" not in str(raised.value)


def test_a_long_text_of_words_is_short_enough():
    assert checked_pairs([("word " * MOST_SYMBOLS, "b")])
