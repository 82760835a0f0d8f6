"""Predictions before a run, compared afterwards, and short quizzes: nothing is marked.

Each answer goes to the learner's own progress file (`progress_store`). Nothing here blocks:
a prediction may be skipped, and "Run All" runs on.
"""

import math
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple

import ipywidgets as widgets
from IPython.display import display

from course_utils.checks.progress_store import store
from course_utils.learning.overview import progress
from course_utils.learning.panels import (
    Panel,
    button,
    choice,
    labelled,
    row,
    spoken,
    strong,
    text,
    typed,
)

__all__ = ["Question", "predict", "progress", "quiz", "reveal"]

CONFIDENCE = ("a guess", "fairly sure", "certain")


class Question(NamedTuple):
    """One single-choice question: its text, a reason for every option, and the right option."""

    text: str
    reasons: dict[str, str]
    right: str


def predict(key, question, options=None):
    """Ask for a prediction before a result is seen; return the widget that asks.

    key : names the answer for `reveal`, "<lesson>.<name>", for example "02.axis".
    question : what to predict.  options : at least two texts to choose from, or None for a number.
    """
    if options is not None and len(options) < 2:
        raise ValueError(f"predict needs at least two options, got {list(options)}: add another")
    stale = {} if _usable(store().get(key), options) else {"answer": None}
    store().put(key, "prediction", options=list(options) if options else None, **stale)
    return _Prediction(key, question, options)


def _usable(entry, options):
    """Say whether a stored answer fits the question as it is asked now."""
    answer = entry.get("answer")
    fits = answer in options if options else isinstance(answer, (int, float))
    return fits and entry.get("confidence") in CONFIDENCE


class _Prediction(Panel):
    def __init__(self, key, question, options):
        self.key, self.options = key, options
        self.answer = choice(options) if options else typed("Your number:", "220px")
        self.confidence = labelled(widgets.Dropdown, "How sure?", "210px", options=CONFIDENCE)
        self.save = button("Save my prediction", self._save, "primary")
        self.skip = button("Skip", self._skip)
        self.status = text()
        self._restore(store().get(key))
        asked = text(f"{strong('Predict first · 先猜一猜')}<br>{escape(question)}")
        controls = row(self.confidence, self.save, self.skip)
        super().__init__(
            [asked, self.answer, controls, self.status],
            name=f"Predict first: {question}",
            still={"text/html": _still([(question, options or ())])},
        )

    def _restore(self, entry):
        if entry["answer"] is not None:
            self.answer.value = entry["answer"] if self.options else f"{entry['answer']:g}"
            self.confidence.value = entry["confidence"]
            self.status.value = f"Your prediction so far: {strong(_said(entry))}."

    def _save(self):
        try:
            answer = self._read()
        except ValueError as problem:
            self.status.value = spoken(f"✎ {escape(str(problem))}")
            return
        facts = {"answer": answer, "confidence": self.confidence.value, "skipped": False}
        _record(self.key, "prediction", **facts)
        said = strong(_said(store().get(self.key)))
        self.status.value = spoken(
            f"✓ Saved: {said}. Go on; the answer comes further down. {_notice()}"
        )

    def _read(self):
        if self.options:
            if self.answer.value is None:
                raise ValueError("Choose one of the options first, or skip.")
            return self.answer.value
        return _number(self.answer.value)

    def _skip(self):
        _record(self.key, "prediction", answer=None, skipped=True)
        self.status.value = spoken("Skipped; that is fine. Go on.")


def reveal(key, answer, because="", tolerance=0.0):
    """Show a prediction again beside what happened, and return nothing.

    key : as in `predict`.  answer : what happened, one of the options or a number.
    because : the reason, in a sentence or two.  tolerance : how far a predicted number may be off.
    """
    entry = store().get(key)
    if entry.get("options") and answer not in entry["options"]:
        raise ValueError(f"reveal({key!r}) needs one of {entry['options']}, got {answer!r}")
    mark, verdict = _verdict(entry, answer, tolerance)
    plain = f"{mark} {verdict} {because}".strip()
    html = f"<p>{mark} {strong(verdict)} {escape(because)}</p>"
    display({"text/html": html, "text/plain": plain}, raw=True)


def _verdict(entry, answer, tolerance):
    shown = answer if isinstance(answer, str) else f"{answer:g}"
    predicted = entry.get("answer")
    if predicted is None:
        return "→", f"You made no prediction here. What happened: {shown}."
    if isinstance(answer, str):
        came_true = predicted == answer
    else:
        came_true = abs(predicted - answer) <= tolerance
    if came_true:
        return "✓", f"You predicted {_said(entry)}. What happened: {shown}. You were right."
    return "≠", f"You predicted {_said(entry)}. What happened: {shown}."


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
        store().put(f"{key}.{number}", "quiz")
    return _Quiz(key, questions)


class _Quiz(Panel):
    def __init__(self, key, questions):
        self.asked = [_Asked(f"{key}.{n}", n, q) for n, q in enumerate(questions, start=1)]
        super().__init__(
            [text(strong("Check yourself · 自测") + " (no marks)"), *self.asked],
            name=f"Check yourself: {len(questions)} questions",
            still={"text/html": _still([(q.text, q.reasons) for q in questions])},
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
        _record(self.key, "quiz", answer=chosen, right=right, tries=tries)
        verdict = "✓ Yes." if right else "✗ Not this one."
        reason = escape(self.question.reasons[chosen])
        self.feedback.value = spoken(f"{strong(verdict)} {reason} {_notice()}")


def _record(key, kind, **facts):
    when = datetime.now(UTC).isoformat(timespec="seconds")
    store().put(key, kind, when=when, **facts)


def _notice():
    return escape(store().notice)


def _said(entry):
    answer = entry["answer"]
    return f"{answer if isinstance(answer, str) else f'{answer:g}'} ({entry['confidence']})"


def _number(typed):
    cleaned = typed.strip().rstrip("%").replace(",", "").replace("−", "-")
    try:
        number = float(cleaned)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"Type a number, for example 0.5, or skip; got {typed!r}.")
    return number


def _still(asked):
    """Write questions as HTML, for a page that is read without a kernel."""
    parts = []
    for question, options in asked:
        items = "".join(f"<li>{escape(option)}</li>" for option in options)
        parts.append(f"<p>{strong(question)}</p>" + (f"<ul>{items}</ul>" if items else ""))
    return "".join(parts) + "<p><em>Run this cell to answer.</em></p>"
