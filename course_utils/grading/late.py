"""Late work: a rule that a teacher can read, and what it takes.

`10% per day, 3 days grace, at most 50%, no marks after 14 days`. As in Canvas, percent are of the
sheet's maximum, a unit that has begun counts, and nobody has less than nothing. A day has 24 hours.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from course_utils.grading import GradingError
from course_utils.grading.counted import counted

EXAMPLE = '--late "10% per day, 3 days grace, at most 50%, no marks after 14 days"'
OFF = r"(?:- ?|minus |lose |deduct )?"
COST = r"(?P<amount>\d+(?:[.,]\d+)?) ?(?P<cost>%|percent|points?|marks?)(?: off)?"
UNIT = r"(?P<unit>minute|min|hour|hr|h|day|d|week|w)s?"
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
SPAN = rf"(?P<count>\d+(?:[.,]\d+)?)[ -]?{UNIT}'?"
BETWEEN = re.compile(r"\s*(?:;|,(?!\d)|(?<!\d),|\band\b)\s*")  # a comma in a number is none
FORMS = (
    ("price", rf"{OFF}{COST} ?(?:(?:per|a|an|each|every) |/ ?)(?:(?P<count>\d+) )?{UNIT}"),
    ("price", rf"{OFF}{COST} (?:once|flat)"),
    ("most", rf"(?:at most|up to|max\.?|maximum) {OFF}{COST}"),
    ("grace", rf"{SPAN}(?: of)? grace(?: period)?"),
    ("grace", rf"grace(?: period)?:?(?: of)? {SPAN}"),
    ("end", rf"(?:(?:no|0|zero) (?:marks|points|credit)|nothing|zero|0) after {SPAN}"),
    ("end", rf"until {SPAN}"),
)
Part = re.Match[str]
UNKNOWN = timedelta.max  # late, and nobody knows by how much
LATE_UNKNOWN = "late"  # the same in words


class BadRule(GradingError):
    """A rule for late work that cannot be read; the message is for the teacher."""


@dataclass(frozen=True)
class Cost:
    """Points, or percent of the sheet's maximum."""

    amount: float
    percent: bool

    def of(self, maximum: float) -> float:
        """Return the points that it comes to."""
        return self.amount * maximum / 100 if self.percent else self.amount


@dataclass(frozen=True)
class Rule:
    """What late work costs.

    every : the unit that has the price, None where it is paid once.  grace : costs nothing, and
    units count from its end.  end : later than that, counted from the deadline, all is lost.
    """

    price: Cost
    every: timedelta | None = None
    most: Cost | None = None
    grace: timedelta = timedelta(0)
    end: timedelta | None = None

    def penalty(self, late: timedelta, maximum: float) -> float:
        """Return the points that it takes from work that is so late.

        UNKNOWN costs only what costs the same however late it is.
        """
        if late == UNKNOWN:
            return 0.0 if self.every or self.grace else self.price.of(maximum)
        if late <= timedelta(0):
            return 0.0
        if self.end is not None and late > self.end:
            return math.inf
        if late <= self.grace:
            return 0.0
        begun = -((self.grace - late) // self.every) if self.every else 1
        points = begun * self.price.of(maximum)
        return min(points, self.most.of(maximum)) if self.most else points


def read_rule(text: str) -> Rule:
    """Return the Rule that a text says. Raises BadRule."""
    parts = dict[str, Part]()
    for words in BETWEEN.split(" ".join(text.lower().split())):
        name, part = _part(words, text)
        if name in parts:
            raise _bad(text, f"{parts[name][0]!r} and {words!r} say the same twice")
        parts[name] = part
    if "price" not in parts and ("most" in parts or "end" not in parts):
        raise _bad(text, "it does not say what late work costs")
    try:
        return _rule(parts, text)
    except OverflowError as error:
        raise _bad(text, "a time in it is too long") from error


def in_words(late: timedelta) -> str:
    """Return how late something is: the two largest units."""
    if late == UNKNOWN:
        return LATE_UNKNOWN
    minutes, seconds = divmod(math.ceil(late.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    sizes = (days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second")
    said = [counted(size, unit) for size, unit in sizes if size]
    return " ".join(said[:2])


def _part(words: str, text: str) -> tuple[str, Part]:
    for name, form in FORMS:
        found = re.fullmatch(form, words)
        if found:
            return name, found
    raise _bad(text, f"{words!r} is no part of a rule")


def _rule(parts: Mapping[str, Part], text: str) -> Rule:
    price, every = Cost(0.0, False), None  # without a price it is free until its end
    if "price" in parts:
        price = _cost(parts["price"], text)
        every = _span(parts["price"]) if "unit" in parts["price"].groupdict() else None
    if every == timedelta(0):
        raise _bad(text, f"{parts['price'][0]!r} names no time")
    return Rule(
        price,
        every,
        _cost(parts["most"], text) if "most" in parts else None,
        _span(parts["grace"]) if "grace" in parts else timedelta(0),
        _span(parts["end"]) if "end" in parts else None,
    )


def _cost(part: Part, text: str) -> Cost:
    amount, percent = _number(part["amount"]), part["cost"] in ("%", "percent")
    if percent and amount > 100:
        raise _bad(text, f"{part[0]!r} is more than all")
    return Cost(amount, percent)


def _span(part: Part) -> timedelta:
    return timedelta(**{UNITS[part["unit"][0]]: _number(part["count"] or "1")})


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _bad(text: str, why: str) -> BadRule:
    return BadRule(f"--late {text!r} cannot be read: {why}; for example {EXAMPLE}")
