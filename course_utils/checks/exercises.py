"""What all exercises share: one right answer, known mistakes, hints, and three doors.

`right_answer` is an answer that passes, `by_hand` says whether a teacher marks it, and
`judge(answer, effort)` turns an answer into a `Verdict`. How an exercise is declared is in
`declare`; each kind has a module of its own.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from course_utils.checks.answers import is_missing
from course_utils.checks.calls import SECONDS
from course_utils.checks.outcomes import NotAnsweredYet

ROUNDS = 20  # random inputs of one check
# Modules with the answer to many an exercise, ours and others'. Whatever imports them is no way in.
HOLD_ANSWERS = (
    *("course_utils.attention", "course_utils.blocked", "course_utils.scoring"),
    *("course_utils.softmax", "course_utils.seq2seq", "course_utils.tasks.alignment"),
    "course_utils.positions",
    *("course_utils.lab.costs", "course_utils.lab.coverage", "course_utils.lab.interventions"),
    *("jax", "keras", "tensorflow", "torch"),
)


class Effort(NamedTuple):
    """How hard a check tries. A kind that draws no inputs needs none of it.

    seed : draws the inputs.  rounds : how many random ones.  held : with how many of them, and
    with all edges, the properties are tested too.  seconds : for all calls together.
    compared : whether right numbers decide too, or the properties alone.
    smallest : seconds for making a failing input smaller and showing it as code; 0 in class, where
    nobody is told inputs.
    """

    seed: int = 0
    rounds: int = ROUNDS
    held: int = ROUNDS
    seconds: float = SECONDS
    compared: bool = True
    smallest: float = 0.0


FULL = Effort()


class Property(NamedTuple):
    """What must hold for every right answer: in words, and a test.

    broken : a function that returns None where the property holds, and else the learner's own
    numbers as a short text. It gets the answer, or for functions a `Trial`.
    """

    statement: str
    broken: Callable


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer: its name, the code that gives it, and the hint that it deserves.

    shows : whether an answer makes this mistake, where more than this one answer does.
    seen_by : a line of code that shows it to its learner, where a call alone does not.
    is_the_answer : whether the code is the answer, or returns it.
    """

    name: str
    code: Callable
    hint: str
    shows: Callable | None = None
    is_the_answer: bool = True
    seen_by: str = ""

    @property
    def wrong(self):
        """Return the wrong answer."""
        return self.code if self.is_the_answer else self.code()


@dataclass(kw_only=True, eq=False)
class Exercise:
    """One exercise: what is asked, what is right, and what is said to a known mistake.

    id : "<lesson>.<number>".  title : a few words.  points : what it counts in class.
    asks : the question, in Markdown.  hints : two, a question and then the next step with a gap.
    right : code that is a right answer, or returns one.  praise : what a right answer shows.
    help : where to read more, said with a wrong answer.
    withholds : modules that cannot be imported where a class is graded, because they hold the
    answer. The names that the sheet itself imports stay, but for those that stand here as
    "module:name".
    """

    id: str
    title: str
    points: float
    asks: str
    hints: tuple[str, str]
    right: Callable | None = None
    praise: str = "Right."
    help: str = ""
    withholds: tuple[str, ...] = HOLD_ANSWERS
    mistakes: list[Mistake] = field(default_factory=list)
    others: list[Callable] = field(default_factory=list)
    by_hand = False  # whether a teacher marks it
    answer_is_code = False  # whether the answer is a function
    mistakes_show = False  # whether each mistake says how it shows
    fitting = None  # arguments → the same with those mended that follow from others, such as sizes

    @functools.cached_property
    def right_answer(self):
        """Return an answer that passes."""
        return self.right if self.answer_is_code else self.right()

    @functools.cached_property
    def other_answers(self):
        """Return other right answers, written as learners write them."""
        return [other if self.answer_is_code else other() for other in self.others]

    def __call__(self, *arguments):
        """Call the right code, so that a sheet can use what it has declared."""
        return self.right(*arguments)

    def mistake(self, code=None, *, name=None, says=None, shows=None, seen_by=""):
        """Declare a known mistake: a decorator of the code that makes it.

        Its docstring is what a learner reads, or `says` where that has to be computed; its name
        is the function's, or `name`. Raises TypeError without `shows` where the kind needs it.
        """
        if code is None:
            about = {"name": name, "says": says, "shows": shows, "seen_by": seen_by}
            return lambda code: self.mistake(code, **about)
        name = name or code.__name__.strip("_").replace("_", " ")
        if self.mistakes_show and shows is None:
            raise TypeError(f"{self.id}, {name!r}: say how it shows, @….mistake(shows=…)")
        hint = says or said_by(code)
        self.mistakes.append(Mistake(name, code, hint, shows, self.answer_is_code, seen_by))
        return code

    def also_right(self, code):
        """Declare another right answer: a decorator. The course's own tests try it."""
        self.others.append(code)
        return code

    def judge(self, answer, effort=FULL):
        """Return the verdict on an answer. Raises NotAnsweredYet where there is none."""
        if is_missing(answer):
            raise self.not_answered(self.what_is_missing())
        return self.judged(answer, effort)

    def judged(self, answer, effort):
        """Return the verdict on what is an answer: the part in which the kinds differ."""
        raise NotImplementedError

    def what_is_missing(self):
        """Say what to do where nothing is answered yet."""
        raise NotImplementedError

    def not_answered(self, what):
        """Return the error for an exercise that nobody has answered."""
        return NotAnsweredYet(f"{self.id} is not answered yet. {what}, then run this cell again.")

    def listed(self):
        """Write what the question lists below its words, in Markdown: options, or lines of code."""
        return ""

    def record(self, answer):
        """Return what a progress file keeps of an answer."""
        return {}


def said_by(code):
    """Return a docstring as one line of text."""
    return " ".join((code.__doc__ or "").split())
