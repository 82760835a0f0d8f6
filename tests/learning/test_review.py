"""Review: what was answered comes back when it is due, and later after each right answer."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from course_utils.checks import check
from course_utils.checks.catalogue import exercises
from course_utils.checks.progress_store import store
from course_utils.checks.values import ValueExercise
from course_utils.learning import Option, Question, memory, predict, progress, quiz, reveal, review

DAY = datetime.fromisoformat("2026-03-02T10:00:00+00:00")
ASKED = Question("Who asks?", {"the query": "It asks.", "the key": "It is asked."}, "the query")
SIZES = [
    Option("smaller", "It shrinks.", when=lambda n: n < 0),
    Option("larger", "It grows.", when=lambda n: n > 0),
]
NUMBERS = [
    exercise
    for sheet in ("r1", "r2", "r3", "r4")
    for exercise in exercises(sheet).values()
    if isinstance(exercise, ValueExercise)
]


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """What sets the day."""

    def at(days):
        class Day(date):
            @classmethod
            def today(cls):
                return (DAY + timedelta(days=days)).astimezone().date()

        monkeypatch.setattr(review, "date", Day)
        for module in (review, "course_utils.learning.questions"):
            monkeypatch.setattr(f"{getattr(module, '__name__', module)}.now", lambda: moment(days))

    at(0)
    return at


def moment(days):
    return (DAY + timedelta(days=days)).isoformat()


def answer_quiz(chosen):
    (asked,) = quiz("01.closing", [ASKED]).asked
    asked.answer.value = chosen
    asked.check.click()


def answered_in_its_sheet(id, passed):
    store().put(id, "exercise", passed=passed, tries=1, when=moment(0))


def due():
    return [card.key for card in review.Review().due]


def answered_on_card(panel, chosen):
    panel.start.click()
    (card,) = panel.place.children
    card.answer.value = chosen
    card.check.click()
    return card.feedback.value


def test_pauses_grow_with_each_right_answer_and_begin_anew_after_a_wrong_one():
    reviews, pauses, day = [], [], 0
    for _ in range(4):
        reviews.append((moment(day), True))
        pauses.append((memory.due_on(reviews) - (DAY + timedelta(days=day)).date()).days)
        day += pauses[-1]
    assert pauses == sorted(pauses) and pauses[0] >= 1 and pauses[-1] > 10 * pauses[0]
    reviews.append((moment(day), False))
    assert (memory.due_on(reviews) - (DAY + timedelta(days=day)).date()).days < pauses[-1] / 5


def test_a_quiz_question_comes_back_on_its_day_and_not_before(today):
    answer_quiz("the query")
    (card,) = review.cards()
    wait = (card.due - DAY.date()).days
    assert wait >= 1 and due() == []
    today(wait - 1)
    assert due() == [] and "tomorrow" in review.Review().said.value
    today(wait)
    assert due() == ["01.closing.1"]


def test_the_first_answer_begins_the_schedule_not_the_corrected_one():
    answer_quiz("the key")
    answer_quiz("the query")
    ((_, right),) = review.cards()[0].reviews
    assert right is False


def test_a_right_answer_on_a_card_sends_it_further_away_and_is_kept(today):
    answer_quiz("the key")
    today(3)
    panel = review.Review()
    said = answered_on_card(panel, "the query")
    assert "✓ Yes." in said and "It asks." in said and "It comes back in" in said
    assert panel.start.description == "Done for today"
    panel.start.click()
    assert "Nothing is due today" in panel.said.value
    assert [right for _, right in store().get("01.closing.1")["reviews"]] == [False, True]


def test_a_wrong_answer_is_explained_and_comes_back_tomorrow(today):
    answer_quiz("the query")
    today(30)
    said = answered_on_card(review.Review(), "the key")
    assert "✗ Not this one." in said and "It is asked." in said


def test_nothing_chosen_is_said_and_nothing_is_kept(today):
    answer_quiz("the query")
    today(30)
    assert "Choose one" in answered_on_card(review.Review(), None)
    assert len(review.cards()[0].reviews) == 1


@pytest.mark.parametrize(("predicted", "comes"), [("smaller", True), ("larger", False)])
def test_only_a_prediction_that_went_wrong_comes_back(today, predicted, comes):
    asked = predict("01.size", "Smaller or larger?", SIZES)
    asked.answer.value = predicted
    asked.saves[0].click()
    reveal("01.size", 4)
    assert [card.key for card in review.cards()] == ["01.size"] * comes


def test_a_number_comes_back_and_is_judged_with_its_tolerance(today):
    asked = predict("01.pages", "How many?", tolerance=1, reason="An average.")
    asked.answer.value = "20"
    asked.saves[0].click()
    reveal("01.pages", 90.2)
    today(400)
    panel = review.Review()
    assert "Type a number" in answered_on_card(panel, "many")
    (card,) = panel.place.children
    card.answer.value = "91"
    card.check.click()
    assert "✓ Yes." in card.feedback.value and "It was: 90.2. An average." in card.feedback.value


def test_a_review_item_comes_back_and_the_course_test_never():
    check("R1.1", "a")
    check("course.1", "a")
    assert [card.key for card in review.cards()] == ["R1.1"]


def test_numbers_of_a_review_come_back_and_the_exercise_judges_what_is_typed(today):
    answered_in_its_sheet("R1.4", False)
    today(30)
    panel = review.Review()
    assert "Type two whole numbers" in answered_on_card(panel, "nine by six")
    assert store().get("R1.4").get("reviews") is None
    (card,) = panel.place.children
    card.answer.value = "[9, 6]"
    card.check.click()
    assert "✓ Yes." in card.feedback.value and "as wide as a value" in card.feedback.value


def test_a_wrong_number_on_a_card_hears_of_its_own_mistake(today):
    answered_in_its_sheet("R1.4", True)
    today(30)
    said = answered_on_card(review.Review(), "(9, 32)")
    assert "✗ Not this one." in said and "as wide as a query" in said


@pytest.mark.parametrize("exercise", NUMBERS, ids=lambda exercise: exercise.id)
def test_a_right_answer_passes_as_it_is_typed(exercise, today):
    """A card shows the question in one line: no table, no list of lines."""
    answered_in_its_sheet(exercise.id, True)
    today(400)
    numbers = list(map(str, np.atleast_1d(exercise.right_answer)))
    assert "✓ Yes." in answered_on_card(review.Review(), ", ".join(numbers))
    assert exercise.judge(",".join(numbers)).passed and exercise.judge(" ".join(numbers)).passed
    assert "```" not in exercise.asks and not exercise.listed()


def test_code_of_a_review_does_not_come_back_on_a_card():
    check("R1.6", lambda scores, T: scores)
    check("R3.2", [np.eye(2), np.eye(2)])
    assert store().get("R1.6") and store().get("R3.2") and review.cards() == []


def test_answers_of_an_edition_that_kept_no_questions_do_no_harm(tmp_path):
    store().put("01.closing.1", "quiz", answer="old", right=True, when=moment(0))
    store().put("01.old", "prediction", answer="old", right=False, when=moment(0), measured="new")
    assert review.cards() == []
    assert progress(tmp_path).review.said.value == ""


def test_html_in_a_question_is_shown_and_not_run(today):
    quiz("01.closing", [ASKED._replace(text="<b>Who</b>?")]).asked[0].answer.value = "the key"
    asked = quiz("01.closing", [ASKED._replace(text="<b>Who</b>?")]).asked[0]
    asked.answer.value = "the key"
    asked.check.click()
    today(30)
    panel = review.Review()
    panel.start.click()
    assert "&lt;b&gt;Who" in panel.place.children[0].children[0].value
