"""Short quizzes at both ends of a lesson: each choice is explained, nothing is marked."""

from html import escape
from typing import NamedTuple

import ipywidgets as widgets

from course_utils.checks.progress_store import store
from course_utils.learning.memory import now
from course_utils.learning.panels import (
    Panel,
    asked_still,
    button,
    choice,
    notice,
    record,
    spoken,
    strong,
    text,
)

__all__ = ["Question", "quiz"]


class Question(NamedTuple):
    """One single-choice question: its text, a reason for every option, and the right option."""

    text: str
    reasons: dict[str, str]
    right: str


def quiz(key, questions):
    """Ask single-choice questions, and explain each choice when it is checked; return the widget.

    key : "<lesson>.opening" or "<lesson>.closing"; a lesson is done when its closing quiz is
    answered.  questions : a list of `Question`. Nothing is marked, and any question can be tried
    again. Raises ValueError where a question's right option is not among its options.
    """
    for number, question in enumerate(questions, start=1):
        if question.right not in question.reasons:
            raise ValueError(
                f"question {number} of {key} needs its right option among "
                f"{list(question.reasons)}, got {question.right!r}"
            )
        asked = {"question": question.text, "reasons": question.reasons, "truth": question.right}
        store().put(f"{key}.{number}", "quiz", **asked)  # so that it can come back
    return _Quiz(key, questions)


class _Quiz(Panel):
    def __init__(self, key, questions):
        self.asked = [_Asked(f"{key}.{n}", n, q) for n, q in enumerate(questions, start=1)]
        super().__init__(
            [text(strong("Check yourself · 自测") + " (no marks)"), *self.asked],
            name=f"Check yourself: {len(questions)} questions",
            still={"text/html": asked_still([(q.text, q.reasons) for q in questions])},
        )


class _Asked(widgets.VBox):
    def __init__(self, key, number, question):
        self.key, self.question = key, question
        self.answer = choice(list(question.reasons))
        self.check = button("Check", self._check)
        self.feedback = text()
        # a verdict is about the answer that was checked, so another answer takes it away
        self.answer.observe(lambda _: setattr(self.feedback, "value", ""), "value")
        title = text(f"{strong(f'{number}.')} {escape(question.text)}")
        children = [title, self.answer, self.check, self.feedback]
        super().__init__(children, layout={"margin": "0 0 10px 0"})

    def _check(self):
        chosen = self.answer.value
        if chosen is None:
            self.feedback.value = spoken("✎ Choose one of the options first.")
            return
        right = chosen == self.question.right
        tries = store().get(self.key).get("tries", 0) + 1
        record(self.key, "quiz", answer=chosen, right=right, tries=tries)
        self._comes_back(right)
        verdict = "✓ Yes." if right else "✗ Not this one."
        reason = escape(self.question.reasons[chosen])
        self.feedback.value = spoken(f"{strong(verdict)} {reason} {notice()}")

    def _comes_back(self, right):
        """Let the first answer begin the question's reviews; more tries on the same page do not."""
        if not store().get(self.key).get("reviews"):
            store().put(self.key, "quiz", reviews=[(now(), right)])
