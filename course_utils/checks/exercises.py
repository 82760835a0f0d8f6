"""What all exercises share, and the kinds whose answer is a value, a choice, an order or a text.

An exercise is data. Its method `judge(answer)` turns an answer into a `Verdict`; it raises
NotAnsweredYet where there is no answer. The kind whose answer is a function is in `functions`.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from course_utils.checks.outcomes import NotAnsweredYet, Verdict

MOST_KEPT = 2_000  # numbers or letters of an answer in the progress file
# Modules with the answer to many an exercise, ours and others'. Whatever imports them is no way in.
HOLD_ANSWERS = (
    *(f"course_utils.{name}" for name in ("attention", "blocked", "costs", "scoring", "softmax")),
    *("course_utils.tasks.alignment", "course_utils.lab.interventions", "course_utils.seq2seq"),
    *("jax", "keras", "tensorflow", "torch"),
)


class Mistake(NamedTuple):
    """A known wrong answer: its name, the answer itself, and the hint that it deserves."""

    name: str
    wrong: Any
    hint: str


class Property(NamedTuple):
    """What must hold for every right answer: in words, and a test.

    broken : a function that returns None where the property holds, and else the learner's own
    numbers as a short text. It gets the answer, or for functions a `Trial`.
    """

    statement: str
    broken: Callable


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise.

    id : "<lesson>.<number>".  title : a few words.  points : what it counts in class.
    hints : two, a question and then the next step with a gap.  praise : what a right answer shows.
    help : where to read more, said with a wrong answer.
    withholds : modules that cannot be imported where a class is graded, because they hold the
    answer. The names that the sheet itself imports stay, but for those that stand here as
    "module:name".
    """

    id: str
    title: str
    points: int
    hints: tuple[str, str]
    praise: str = "Right."
    help: str = ""
    withholds: tuple[str, ...] = HOLD_ANSWERS
    mistakes = ()  # the known ones, where a kind has them

    def judge(self, answer, seed=0):
        """Return the verdict on an answer; `seed` draws the inputs where there are any."""
        raise NotImplementedError

    def not_answered(self, what):
        """The error for an exercise that nobody has answered."""
        return NotAnsweredYet(f"{self.id} is not answered yet. {what}, then run this cell again.")

    def record(self, answer):
        """What a progress file keeps of an answer."""
        return {}


@dataclass(frozen=True, kw_only=True)
class ValueExercise(Exercise):
    """The answer is a number, or an array of numbers, within a tolerance.

    expected : the right one.  tolerance : how far each number may be off.  what : the answer in
    words, "three weights".  properties : tested before the numbers are compared.
    mistake_tolerance : the same for the known mistakes; smaller, so that none is suspected wrongly.
    """

    expected: Any
    what: str
    tolerance: float = 0.0
    mistake_tolerance: float | None = None
    properties: tuple[Property, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    def judge(self, answer, seed=0):
        if answer is ... or answer is None:
            raise self.not_answered(f"In place of the three dots, put {self.what}")
        numbers = as_numbers(answer)
        if numbers is None:
            quoted = " Numbers stand without quotation marks." if holds_text(answer) else ""
            return Verdict("wrong", f"Expected {self.what}, got {shown(answer)}.{quoted}")
        if np.ndim(self.expected) == 0 and numbers.size == 1:
            numbers = numbers.reshape(())  # [5] for 5
        if self.equal(numbers, self.expected, self.tolerance):
            return Verdict("right", self.praise)
        near = self.tolerance / 5 if self.mistake_tolerance is None else self.mistake_tolerance
        for mistake in self.mistakes:
            if self.equal(numbers, mistake.wrong, near):
                return Verdict("wrong", mistake.hint, mistake.name, self.evidence(numbers))
        return Verdict("wrong", self.complaint(numbers), evidence=self.evidence(numbers))

    def equal(self, numbers, other, tolerance):
        other = np.asarray(other, dtype=float)
        # a hair more than the tolerance, so that 0.665 and 0.66 count as 0.005 apart
        return numbers.shape == other.shape and bool(
            np.allclose(numbers, other, rtol=1e-9, atol=tolerance)
        )

    def complaint(self, numbers):
        shape = np.shape(self.expected)
        if numbers.shape != shape:
            return f"Expected {self.what}; yours is an array of shape {numbers.shape}."
        for statement, broken in self.properties:
            if evidence := broken(numbers):
                return f"{statement}; yours: {evidence}."
        if self.equal(numbers, self.expected, 4 * self.tolerance):
            return f"Nearly: {self.what}, each within {self.tolerance:g}. Round less."
        which = "these numbers" if shape else "this number"
        return f"Not {which} yet. Asked for: {self.what}."

    def evidence(self, numbers):
        return (("yours", shown(numbers)),)

    def record(self, answer):
        numbers = as_numbers(answer)
        few = numbers is not None and numbers.size <= MOST_KEPT
        return {"answer": numbers.tolist() if few else shown(answer)}


@dataclass(frozen=True, kw_only=True)
class ChoiceExercise(Exercise):
    """The answer is one letter. `reasons` has a reply for each; with `right=None` all are fine.

    silent : a check records the letter, and tells neither whether it is right nor why.
    """

    reasons: dict[str, str]
    right: str | None
    silent: bool = False

    @property
    def mistakes(self):
        told = () if self.silent or self.right is None else self.reasons
        wrong = [letter for letter in told if letter != self.right]
        return tuple(Mistake(letter, letter, self.reasons[letter]) for letter in wrong)

    def judge(self, answer, seed=0):
        if answer is ... or answer is None or is_empty(answer):
            raise self.not_answered("In place of the three dots, put a letter")
        letter = self.letter(answer)
        if letter not in self.reasons:
            letters = ", ".join(f'"{letter}"' for letter in self.reasons)
            return Verdict("wrong", f"Answer with one of {letters}; got {shown(answer)}.")
        if self.silent:
            return Verdict("recorded", f"Recorded: {letter}.")
        if self.right is None:
            return Verdict("recorded", self.reasons[letter])
        if letter == self.right:
            return Verdict("right", self.reasons[letter])
        return Verdict("wrong", self.reasons[letter], mistake=letter)

    def letter(self, answer):
        return plain_text(answer).strip("().").lower() if isinstance(answer, str) else None

    def record(self, answer):
        return {"answer": self.letter(answer)}


def recall(review, number, title, right, reasons, hints):
    """A question of a review, half a point: `ChoiceExercise` "<review>.<number>"."""
    return ChoiceExercise(
        id=f"{review}.{number}", title=title, points=0.5, right=right, reasons=reasons, hints=hints
    )


def stands_before(order, first, second):
    """Whether an order has both numbers, and the first before the second."""
    return first in order and second in order and order.index(first) < order.index(second)


def right_from_the_top(order, right):
    """How many numbers of an order are those of another, from the first on."""
    good = 0
    while good < min(len(order), len(right)) and order[good] == right[good]:
        good += 1
    return good


class Disorder(NamedTuple):
    """A known mistake in an order: its name, an example, a test of an order, and the hint."""

    name: str
    wrong: tuple
    applies: Callable[[tuple], bool]
    hint: str


@dataclass(frozen=True, kw_only=True)
class OrderExercise(Exercise):
    """The answer is the order of numbered lines, some of which do not belong.

    lines : {number: line of code}.  order : the right numbers.  others : orders that do as well.
    The mistakes are `Disorder`s.
    """

    lines: dict[int, str]
    order: tuple[int, ...]
    others: tuple[tuple[int, ...], ...] = ()
    mistakes: tuple[Disorder, ...] = ()

    def judge(self, answer, seed=0):
        if answer is ... or answer is None:
            raise self.not_answered("In place of the three dots, put the numbers of the lines")
        order = self.numbers(answer)
        if order is None:
            return Verdict("wrong", f"Give line numbers like [3, 1, 2]; got {shown(answer)}.")
        unknown = [number for number in order if number not in self.lines]
        if unknown:
            return Verdict("wrong", f"There is no line {unknown[0]}: they go to {max(self.lines)}.")
        if order in (self.order, *self.others):
            return Verdict("right", self.praise)
        for mistake in self.mistakes:
            if mistake.applies(order):
                return Verdict("wrong", mistake.hint, mistake.name)
        return Verdict("wrong", self.first_misfit(order))

    def first_misfit(self, order):
        """Say how far the order is right: enough to go on, and no more."""
        if len(set(order)) < len(order):
            return "Each line is used once at most: one of yours stands twice."
        good = max(right_from_the_top(order, right) for right in (self.order, *self.others))
        if good == len(order):
            return f"The first {good} are right, and some lines are still missing."
        if good == 0:
            return f"Line {order[0]} does not come first."
        right = "1 line is" if good == 1 else f"{good} lines are"
        return f"{right} right from the top. Line {order[good]} does not come next."

    def numbers(self, answer):
        """The order as a tuple of whole numbers, from a list or from a text like "3 1 2"."""
        if isinstance(answer, str):
            answer = plain_text(answer).replace(",", " ").split()
        try:
            numbers = [float(number) for number in answer]
            return tuple(map(int, numbers)) if all(map(float.is_integer, numbers)) else None
        except (TypeError, ValueError):
            return None

    def record(self, answer):
        return {"answer": list(self.numbers(answer) or ())}


@dataclass(frozen=True, kw_only=True)
class ReasonExercise(Exercise):
    """The answer is a short text: recorded for a teacher, never scored by us.

    least_words : fewer are not accepted as an answer.
    """

    least_words: int = 15

    def judge(self, answer, seed=0):
        if answer is ... or answer is None or is_empty(answer):
            raise self.not_answered("In place of the three dots, put your words in quotation marks")
        if not isinstance(answer, str):
            return Verdict("wrong", f'Write a text in quotation marks, "…"; got {shown(answer)}.')
        words = count_words(answer)
        if words < self.least_words:
            needed = f"Say it in at least {self.least_words} words"
            return Verdict("wrong", f"{needed}; these are {words}.", "too short")
        return Verdict("recorded", f"Recorded, {words} words. {self.praise}")

    def record(self, answer):
        return {"answer": shorten(answer, MOST_KEPT) if isinstance(answer, str) else shown(answer)}


def is_empty(answer):
    """Whether an answer is a text without a letter in it."""
    return isinstance(answer, str) and not answer.strip()


def holds_text(answer):
    """Whether an answer is a text, or a list of texts, where numbers were asked for."""
    parts = answer if isinstance(answer, tuple | list) else [answer]
    return any(isinstance(part, str) for part in parts)


def plain_text(answer):
    """A typed text without full-width letters and digits, which a Chinese keyboard writes."""
    return unicodedata.normalize("NFKC", answer).strip()


def count_words(text):
    """Words of a text; of Chinese, which puts no spaces, two characters count as one word."""
    chinese = sum("\u4e00" <= letter <= "\u9fff" for letter in text)
    others = "".join(" " if "\u4e00" <= letter <= "\u9fff" else letter for letter in text)
    return len(others.split()) + chinese // 2


def as_numbers(answer):
    """A learner's answer as an array of floats, a copy; None where it holds no numbers."""
    try:
        array = np.array(answer)
        if array.dtype.kind not in "biufO":  # objects may be numbers, such as fractions
            return None
        return array if array.dtype.kind == "f" else array.astype(np.float64)
    except Exception:  # an object may do anything when it is asked for its numbers
        return None


def shown(answer, letters=70):
    """A learner's answer as a short text on one line: arrays in few digits, others by their kind.

    Never the text form of a strange object, which may be endless.
    """
    if isinstance(answer, np.ndarray | np.generic | int | float | tuple | list):
        numbers = as_numbers(answer)
        if numbers is not None:
            whole = numbers.size and np.all(numbers == np.round(numbers))
            return shorten(plain(numbers, 0 if whole else 3), letters)
    if isinstance(answer, str):
        return shorten(repr(answer), letters)
    return f"{type(answer).__name__}"


def plain(numbers, digits):
    """An array in few digits on one line, [[0.25 0.75] [1 0]]."""
    if numbers.ndim == 0:
        return f"{float(numbers):.{digits}f}" if abs(numbers) < 1e6 else f"{float(numbers):.3g}"
    most = 6
    parts = [plain(part, digits) for part in numbers[:most]]
    return "[" + " ".join(parts + ["…"] * (len(numbers) > most)) + "]"


def shorten(text, letters):
    """The text, cut with … where it is too long."""
    return text if len(text) <= letters else text[: letters - 1] + "…"
