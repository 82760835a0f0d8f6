"""Exercises whose answer is a short text, which a teacher reads."""

from dataclasses import dataclass

from course_utils.checks.answers import MOST_KEPT, count_words, is_empty, shorten, shown
from course_utils.checks.exercises import Exercise
from course_utils.checks.outcomes import Verdict


@dataclass(kw_only=True, eq=False)
class ReasonExercise(Exercise):
    """The answer is a short text: recorded for a teacher, never scored by us.

    least_words : fewer are not accepted as an answer.
    """

    least_words: int = 15
    by_hand = True

    def __post_init__(self):
        self.right = lambda: "word " * self.least_words

    def what_is_missing(self):
        return "In place of the three dots, put your words in quotation marks"

    def judged(self, answer, effort):
        if is_empty(answer):
            raise self.not_answered(self.what_is_missing())
        if not isinstance(answer, str):
            return Verdict("wrong", f'Write a text in quotation marks, "…"; got {shown(answer)}.')
        words = count_words(answer)
        if words < self.least_words:
            needed = f"Say it in at least {self.least_words} words"
            return Verdict("wrong", f"{needed}; these are {words}.", "too short")
        return Verdict("recorded", f"Recorded, {words} words. {self.praise}")

    def record(self, answer):
        return {"answer": shorten(answer, MOST_KEPT) if isinstance(answer, str) else shown(answer)}
