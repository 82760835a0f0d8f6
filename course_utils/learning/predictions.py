"""Predictions: asked before a run, saved with one click, compared with what the run measured.

The first answer is the one that counts. Each goes to the learner's own progress file
(`progress_store`). Nothing here blocks: a prediction may be skipped, and "Run All" runs on.
"""

import math
from collections.abc import Callable
from html import escape
from typing import NamedTuple

import numpy as np
from IPython.display import display

from course_utils.checks.progress_store import store
from course_utils.learning.panels import (
    Panel,
    asked_still,
    button,
    choice,
    notice,
    record,
    row,
    spoken,
    strong,
    text,
    typed,
)

__all__ = ["CONFIDENCE", "Option", "predict", "reveal"]

CONFIDENCE = ("a guess", "fairly sure", "certain")
# As `measured` says it of a number that left its range.
NONE_OF_THESE = (
    "Outside: {} was measured, where one of the options was expected. Run the lesson again from "
    "its start; if it stays so, tell the authors: the claim may not hold on your machine."
)


class Option(NamedTuple):
    """One option of a prediction: its text, the reason that is told if it comes true, and when.

    when : measured value → whether it makes this option the true one.
    """

    text: str
    reason: str
    when: Callable


class Typo(ValueError):
    """What was typed or chosen is no answer yet; the message says what is wanted."""


class Asked(NamedTuple):
    """What `reveal` must know of a prediction that was asked."""

    options: tuple | None
    reason: str
    tolerance: float


ASKED: dict[str, Asked] = {}  # by key, in this kernel


def predict(key, question, options=None, *, reason="", tolerance=0):
    """Ask for a prediction before a result is seen; return the widget that asks.

    key : names the answer for `reveal`, "<lesson>.<name>", for example "02.axis".
    question : what to predict.  options : at least two `Option`s to choose from, or None where a
    number is asked for.  reason : for a number, why it comes out so.  tolerance : how far a
    predicted number may be off; 0 where it is the same on every machine.
    """
    if options is not None and len(options) < 2:
        raise ValueError(f"predict needs at least two options, got {list(options)}: add another")
    ASKED[key] = Asked(options and tuple(options), reason, tolerance)
    texts = [_text(option) for option in options] if options else None
    stale = {} if _usable(store().get(key), texts) else {"answer": None, "measured": None}
    asked = {"question": question, "options": texts, "tolerance": tolerance}  # it may come back
    store().put(key, "prediction", **asked, **stale)
    return _Prediction(key, question, texts)


def _text(option):
    return option.text if isinstance(option, Option) else option


def _usable(entry, options):
    """Say whether a stored answer fits the question as it is asked now."""
    answer = entry.get("answer")
    fits = answer in options if options else isinstance(answer, (int, float))
    return fits and entry.get("confidence") in CONFIDENCE


class _Prediction(Panel):
    def __init__(self, key, question, options):
        self.key, self.options = key, options
        self.answer = choice(options) if options else typed("Your number:", "220px")
        self.saves = [self._save_button(confidence) for confidence in CONFIDENCE]
        self.skip = button("Skip", self._skip)
        self.status = text()
        asked = text(f"{strong('Predict first · 先猜一猜')}<br>{escape(question)}")
        controls = row(text("Save it as"), *self.saves, self.skip)
        super().__init__(
            [asked, self.answer, controls, self.status],
            name=f"Predict first: {question}",
            still={"text/html": asked_still([(question, options or ())])},
        )
        self._restore(store().get(key))

    def _save_button(self, confidence):
        # none is the main one: how sure one is must be chosen
        return button(confidence, lambda: self._save(confidence))

    def _restore(self, entry):
        if entry["answer"] is not None:
            self.answer.value = entry["answer"] if self.options else f"{entry['answer']:g}"
            self._close(f"You predicted {strong(_said(entry))}. The first answer counts.")

    def _save(self, confidence):
        try:
            answer = self._read()
        except Typo as problem:
            self.status.value = spoken(f"✎ {escape(str(problem))}")
            return
        facts = {"answer": answer, "confidence": confidence, "skipped": False}
        record(self.key, "prediction", **facts)
        said = strong(_said(store().get(self.key)))
        self._close(f"✓ Saved: {said}. The first answer counts; the result comes further down.")

    def _close(self, status):
        for control in (self.answer, *self.saves, self.skip):
            control.disabled = True
        self.status.value = spoken(f"{status} {notice()}")

    def _read(self):
        if self.options:
            if self.answer.value is None:
                raise Typo("Choose one of the options first, or skip.")
            return self.answer.value
        return number_typed(self.answer.value)

    def _skip(self):
        record(self.key, "prediction", answer=None, skipped=True)
        self.status.value = spoken("Skipped; that is fine. Go on.")


def reveal(key, measured, because="", tolerance=None):
    """Show a prediction again beside what this run measured, and return nothing.

    key : as in `predict`, whose cell has been run.  measured : the value that decides: a number
    where one was asked for, and else what the options' `when` judge.  because : a sentence more.
    Where it makes no option true, that is said, and the lesson runs on. Raises LookupError where
    nothing was asked under that key, ValueError where the measured value makes more than one option
    true. A `tolerance` is read as notebooks of the first edition have it: it belongs to `predict`.
    """
    if key not in ASKED:
        raise LookupError(f"run the cell that asks for the prediction {key!r} first")
    asked, entry = ASKED[key], store().get(key)
    happened, said, reason = _happened(key, asked, measured)
    predicted, right = entry.get("answer"), None
    if predicted is not None and happened is not None:
        right = is_right(predicted, happened, tolerance or asked.tolerance)
        told = {"measured": happened, "right": right, "because": reason}
        store().put(key, "prediction", **told)
    mark, verdict = _verdict(entry, said, right)
    because = " ".join(filter(None, (reason, because)))
    html = f"<p>{mark} {strong(verdict)} {escape(because)}</p>"
    display(
        {"text/html": html, "text/plain": f"{mark} {verdict} {because}".strip()},
        raw=True,
    )


def _happened(key, asked, measured):
    """Return what happened as it is kept, as it is said, and the reason for it."""
    if asked.options is None:
        number = float(measured)
        sign = "≈ " if asked.tolerance else ""
        return number, f"What happened: {sign}{_short(number)}.", asked.reason
    if not isinstance(asked.options[0], Option):
        if measured not in asked.options:
            raise ValueError(f"reveal({key!r}) needs one of {asked.options}, got {measured!r}")
        return measured, f"What happened: {measured}.", ""
    true = [option for option in asked.options if option.when(measured)]
    if len(true) > 1:
        raise ValueError(
            f"{key!r}: {len(true)} options fit the measured {measured!r}; exactly one should: "
            f"change their `when`"
        )
    if not true:
        return None, "What happened: none of these.", NONE_OF_THESE.format(measured)
    return true[0].text, f"What happened: {true[0].text}.", true[0].reason


def is_right(predicted, happened, tolerance):
    """Tell whether a prediction came true: the same option, or a number within the tolerance."""
    if isinstance(happened, str):
        return bool(predicted == happened)
    return bool(abs(predicted - happened) <= tolerance + 1e-9)


def _verdict(entry, said, right):
    if entry.get("answer") is None:
        return "→", f"You made no prediction here. {said}"
    predicted = f"You predicted {_said(entry)}."
    if right is None:
        return "→", f"{predicted} {said}"
    return ("✓", f"{predicted} {said} You were right.") if right else ("≠", f"{predicted} {said}")


def _said(entry):
    answer = entry["answer"]
    return f"{answer if isinstance(answer, str) else f'{answer:g}'} ({entry['confidence']})"


def _short(number):
    if float(number).is_integer():
        return f"{number:,.0f}"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def number_typed(typed):
    """Return the number that was typed. Raises Typo for all else."""
    cleaned = typed.strip().rstrip("%").replace(",", "").replace("−", "-")
    try:
        number = float(cleaned)
    except ValueError:
        number = math.nan
    if not np.isfinite(number):
        raise Typo(f"Type a number, for example 0.5, or skip; got {typed!r}.")
    return number
