"""Exercises whose answer is one letter."""

from dataclasses import dataclass
from typing import NamedTuple

from course_utils.checks.answers import is_empty, shown
from course_utils.checks.exercises import Exercise, Mistake
from course_utils.checks.outcomes import Verdict
from course_utils.checks.typed import letter_in


class Option(NamedTuple):
    """One option: what is offered, in Markdown, and what is said to those who choose it."""

    offered: str
    reply: str


@dataclass(kw_only=True, eq=False)
class ChoiceExercise(Exercise):
    """The answer is the letter of an option; with `letter=None` all are fine.

    silent : a check records the letter, and tells neither whether it is right nor why.
    """

    options: dict[str, Option]
    letter: str | None
    silent: bool = False

    def __post_init__(self):
        self.options = {letter: Option(*pair) for letter, pair in self.options.items()}
        if self.letter is not None and self.letter not in self.options:
            raise ValueError(f"{self.id}: letter must be one of {list(self.options)}")
        self.right = lambda: self.letter or next(iter(self.options))
        told = () if self.silent or self.letter is None else self.options
        self.mistakes = [
            Mistake(letter, lambda letter=letter: letter, self.options[letter].reply, None, False)
            for letter in told
            if letter != self.letter
        ]

    def what_is_missing(self):
        return "In place of the three dots, put a letter"

    def judged(self, answer, effort):
        if is_empty(answer):
            raise self.not_answered(self.what_is_missing())
        letter = self.read(answer)
        if letter not in self.options:
            letters = ", ".join(f'"{letter}"' for letter in self.options)
            return Verdict("wrong", f"Answer with one of {letters}; got {shown(answer)}.")
        if self.silent:
            return Verdict("recorded", f"Recorded: {letter}.")
        if self.letter is None:
            return Verdict("recorded", self.options[letter].reply)
        if letter == self.letter:
            return Verdict("right", self.options[letter].reply)
        return Verdict("wrong", self.options[letter].reply, mistake=letter)

    def read(self, answer):
        """Return the letter that somebody typed, None where it is no text."""
        return letter_in(answer) if isinstance(answer, str) else None

    def listed(self):
        return "\n".join(f"- {letter}) {option.offered}" for letter, option in self.options.items())

    def record(self, answer):
        return {"answer": self.read(answer)}
