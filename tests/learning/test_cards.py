"""The course test on cards: handed in, taken again, compared; the first answers are never lost."""

from course_utils.checks import progress_store
from course_utils.checks.catalogue import exercises
from course_utils.learning.cards import course_test

ITEMS = tuple(exercises("course").values())
RIGHT = [f"{item.letter}) {item.options[item.letter].offered}" for item in ITEMS]
FIRST = [f"a) {item.options['a'].offered}" for item in ITEMS]


def handed_in(cards, answers):
    """Choose an answer on each card and hand them in; return what is said."""
    for card, answer in zip(cards.cards, answers, strict=True):
        card.answer.value = answer
    cards.send.click()
    return cards.status.value


def kept():
    return {key: entry["answer"] for key, entry in progress_store.store().entries().items()}


def test_each_card_asks_its_question_with_its_options():
    cards = course_test()
    assert [card.offered for card in cards.cards] == [
        [f"{letter}) {option.offered}" for letter, option in item.options.items()] for item in ITEMS
    ]
    assert "What is a key for?" in cards.cards[0].asks
    assert all(card.answer.value is None for card in cards.cards)


def test_the_first_time_is_before_the_course_and_tells_nothing():
    said = handed_in(course_test(), RIGHT)
    assert kept() == {"course.before": "".join(item.letter for item in ITEMS)}
    assert "kept" in said and "✓" not in said and "Right:" not in said


def test_after_it_both_times_stand_side_by_side_also_where_they_are_the_same():
    handed_in(course_test(), FIRST)
    cards = course_test()
    assert cards.when.value == "after the course"
    assert f"Right: {said_right(FIRST)} of 12 before, 12 of 12 after." in handed_in(cards, RIGHT)
    progress_store.store().reset()
    handed_in(course_test(), FIRST)
    assert "of 12 after" in handed_in(course_test(), FIRST), "chosen anew, and meant"


def said_right(answers):
    return sum(answer == right for answer, right in zip(answers, RIGHT, strict=True))


def test_it_can_be_taken_again_and_the_first_answers_count():
    handed_in(course_test(), FIRST)
    cards = course_test()
    handed_in(cards, FIRST)
    cards.again.click()
    assert all(card.answer.value is None for card in cards.cards)
    said = handed_in(cards, RIGHT)
    assert "The answers that count are those of" in said
    assert kept()["course.after"] == "a" * 12
    assert kept()["course.after.2"] == "".join(item.letter for item in ITEMS)


def test_an_open_card_is_named_and_nothing_is_kept():
    said = handed_in(course_test(), [None, *RIGHT[1:]])
    assert "1 of 12 have no letter (1)" in said and kept() == {}
