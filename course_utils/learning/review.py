"""Review that comes back: quiz questions, predictions that went wrong and review items, when due.

All of it is in the learner's own progress file; nothing is sent.
"""

from collections.abc import Callable
from datetime import date
from html import escape
from typing import NamedTuple

import ipywidgets as widgets

from course_utils.checks.catalogue import beside
from course_utils.checks.choices import ChoiceExercise
from course_utils.checks.progress_store import store
from course_utils.checks.values import ValueExercise
from course_utils.learning.memory import due_on, now
from course_utils.learning.panels import button, choice, notice, spoken, strong, text, typed
from course_utils.learning.predictions import Typo, is_right, number_typed
from course_utils.learning.standing import AFTER_LESSON, TEST, sheet_of

REVIEWS = AFTER_LESSON.keys() - {TEST}  # the review sheets


class Card(NamedTuple):
    """One question that comes back: what is asked, what is offered, and how an answer is judged.

    options : what can be chosen, or None where an answer is typed.  judge : answer → (whether it
    is right, what is said to it).  reviews : the answers so far, as `memory.due_on` reads them.
    read : typed text → the answer, or a Typo; one number where nothing else is said.
    """

    key: str
    question: str
    options: list | None
    judge: Callable
    reviews: list
    read: Callable = number_typed

    @property
    def due(self):
        """Return the day on which it comes back."""
        return due_on(self.reviews)


def cards():
    """Return a `Card` for everything that was answered and comes back, the first due first."""
    kinds = {"quiz": _of_quiz, "prediction": _of_prediction, "exercise": _of_exercise}
    found = []
    for key, entry in store().entries().items():
        make = kinds.get(entry["kind"])
        reviews = entry.get("reviews") or _first_answer(entry)
        if make and reviews and (card := make(key, entry, reviews)):
            found.append(card)
    return sorted(found, key=lambda card: (card.due, card.key))


def _first_answer(entry):
    """Return the answer that was given where the question stands, or nothing."""
    right = entry.get("right", entry.get("passed"))
    if "when" not in entry or not isinstance(right, bool):
        return []
    at_once = right and (entry.get("tries") or 1) == 1  # found after a wrong one is not known
    return [(entry["when"], at_once)]


def _of_quiz(key, entry, reviews):
    reasons, truth = entry.get("reasons"), entry.get("truth")
    if not reasons:  # an answer of an edition that kept no questions
        return None

    def judge(chosen):
        return chosen == truth, reasons[chosen]

    return Card(key, entry["question"], list(reasons), judge, reviews)


def _of_prediction(key, entry, reviews):
    """Return what was predicted wrongly; the truth is what the learner's own run measured."""
    if "question" not in entry or reviews[0][1]:
        return None
    truth, because = entry["measured"], entry.get("because", "")
    said = truth if isinstance(truth, str) else f"{truth:.4g}"

    def judge(answer):
        return is_right(answer, truth, entry.get("tolerance", 0)), f"It was: {said}. {because}"

    return Card(key, entry["question"], entry.get("options"), judge, reviews)


def _of_exercise(key, entry, reviews):
    """Return a review sheet's choice or numbers; what is code is built in its sheet."""
    asked = beside(key).get(key)
    make = {ChoiceExercise: _of_choice, ValueExercise: _of_value}.get(type(asked))
    if sheet_of(key) not in REVIEWS or make is None:
        return None  # other sheets ask about what stands beside the question
    return make(asked, reviews)


def _of_choice(asked, reviews):
    offered = {f"{letter}) {one.offered}": letter for letter, one in asked.options.items()}

    def judge(chosen):
        letter = offered[chosen]
        return letter == asked.letter, asked.options[letter].reply

    return Card(asked.id, _in_one_line(asked), list(offered), judge, reviews)


def _of_value(asked, reviews):
    """Return numbers as a line of text, which the exercise itself reads and judges."""

    def read(typed):
        if asked.numbers(typed) is None:
            raise Typo(f"Type {asked.what}; got {typed!r}.")
        return typed

    def judge(typed):
        verdict = asked.judge(typed)
        return verdict.passed, verdict.message

    return Card(asked.id, _in_one_line(asked), None, judge, reviews, read)


def _in_one_line(asked):
    return " ".join(asked.asks.split())


class Review(widgets.VBox):
    """The part of `progress()` that says what is due today, and asks it, one card at a time."""

    def __init__(self):
        self.said, self.place = text(), widgets.VBox()
        self.start = button("Review now", self._next, "primary")
        # the button below, so that a card stays where it is when "Next" appears
        children = [self.said, self.place, self.start]
        super().__init__(children, layout={"margin": "0 0 10px 0"})
        self.refresh()

    def refresh(self):
        """Read again what is due, and close the card that is open."""
        self.all = cards()
        self.due = [card for card in self.all if card.due <= date.today()]
        self.said.value = self._state()
        self.start.description = "Review now"
        self.start.layout.display = "" if self.due else "none"
        self.place.children = ()

    def _state(self):
        if not self.all:
            return ""
        if self.due:
            many = "1 question" if len(self.due) == 1 else f"{len(self.due)} questions"
            return f"{strong('Due today · 今日复习')}: {many} of {len(self.all)} that come back."
        return f"Nothing is due today. The next question comes back {_day(self.all[0].due)}."

    def _next(self):
        if not self.due:
            self.refresh()
            return
        self.start.layout.display = "none"
        self.place.children = (_Asked(self.due.pop(0), self._answered),)

    def _answered(self):
        self.start.description = f"Next ({len(self.due)} left)" if self.due else "Done for today"
        self.start.layout.display = ""


class _Asked(widgets.VBox):
    def __init__(self, card, after):
        self.card, self.after = card, after
        self.answer = choice(card.options) if card.options else typed("Your answer:", "220px")
        self.check = button("Check", self._check)
        self.feedback = text()
        title = text(f"{escape(card.question)} <small>({escape(card.key)})</small>")
        super().__init__([title, self.answer, self.check, self.feedback])

    def _check(self):
        try:
            answer = self._read()
        except Typo as problem:
            self.feedback.value = spoken(f"✎ {escape(str(problem))}")
            return
        right, why = self.card.judge(answer)
        due = keep(self.card, right)
        self.answer.disabled = self.check.disabled = True
        verdict = strong("✓ Yes." if right else "✗ Not this one.")
        again = f"It comes back {_day(due)}."
        self.feedback.value = spoken(f"{verdict} {escape(why)} {again} {notice()}")
        self.after()

    def _read(self):
        if not self.card.options:
            return self.card.read(self.answer.value)
        if self.answer.value is None:
            raise Typo("Choose one of the options first.")
        return self.answer.value


def keep(card, right):
    """Put down an answer of today; return the day on which the question comes back."""
    reviews = [*card.reviews, (now(), bool(right))]
    store().put(card.key, store().get(card.key)["kind"], reviews=reviews)
    return due_on(reviews)


def _day(day):
    away = (day - date.today()).days
    if away <= 0:
        return "today"
    return "tomorrow" if away == 1 else f"in {away} days, on {day}"
