"""The course test on cards: twelve questions, handed in together, before and after the course."""

from html import escape

import ipywidgets as widgets

from course_utils.checks.catalogue import exercises
from course_utils.checks.progress_store import store
from course_utils.learning.course_test import AFTER, BEFORE, hand_in
from course_utils.learning.panels import Panel, asked_still, button, choice, spoken, strong, text

WHEN = {"before the course": BEFORE, "after the course": AFTER}


def course_test():
    """Ask the twelve questions of the course test on cards; return the widget.

    "Hand in" keeps the answers; the first of each time count, and later ones are kept beside them.
    Nothing is told before the course; after it both times stand side by side, with reasons.
    """
    return _Cards(tuple(exercises("course").values()))


class _Cards(Panel):
    def __init__(self, items):
        self.cards = [_Card(number, item) for number, item in enumerate(items, start=1)]
        taken = f"course.{BEFORE}" in store().entries()
        when = "after the course" if taken else "before the course"
        self.when = choice(list(WHEN), "I take it:", value=when)
        self.send = button("Hand in", self._hand_in, "primary")
        self.again = button("Take it again", self._clear)
        self.status = text()
        title = text(strong("Course test · 课程测验") + " (no marks; where you do not know, guess)")
        buttons = widgets.HBox([self.send, self.again])
        super().__init__(
            [title, self.when, *self.cards, buttons, self.status],
            name=f"Course test: {len(items)} questions",
            still={"text/html": asked_still([(card.asks, card.offered) for card in self.cards])},
        )

    def _hand_in(self):
        answers = [card.letter for card in self.cards]
        report = hand_in(WHEN[self.when.value], answers, sure=True)
        self.status.value = report._repr_html_()

    def _clear(self):
        for card in self.cards:
            card.answer.value = None
        self.status.value = spoken("All cards are empty again. What you handed in is kept.")


class _Card(widgets.VBox):
    def __init__(self, number, item):
        self.asks = " ".join(item.asks.split())
        options = item.options.items()
        self.letters = {f"{letter}) {option.offered}": letter for letter, option in options}
        self.offered = list(self.letters)
        self.answer = choice(self.offered)
        title = text(f"{strong(f'{number}.')} {escape(self.asks)}")
        super().__init__([title, self.answer], layout={"margin": "0 0 10px 0"})

    @property
    def letter(self):
        """Return the letter of what is chosen, "" while nothing is."""
        return self.letters.get(self.answer.value, "")
