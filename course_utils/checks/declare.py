"""How an exercise is declared: the right code under `@sheet.function(…)`, wrong code below it.

    sheet = Sheet("02")

    @sheet.function("02.3", "attention without loops", points=3, asks=..., inputs=..., ...)
    def attention(queries, keys, values):
        \"""Right: the rows of the weights sum to 1.\"""
        ...

    @attention.mistake
    def softmax_over_queries(queries, keys, values):
        \"""Your columns sum to 1, your rows do not: softmax runs over the keys.\"""
        ...

    @attention.also_right
    def in_loops(queries, keys, values): ...

A docstring is what the learner reads. Of a value, an order or a claim the code takes no arguments
and returns the answer. Of an order, a work or a claim each mistake also says how it shows:
`@order.mistake(shows=lambda order: 5 in order)`. A choice and a reason need no code:
`sheet.choice(…)`, `sheet.reason(…)`.
"""

from course_utils.checks.choices import ChoiceExercise
from course_utils.checks.exercises import HOLD_ANSWERS, said_by
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.orders import OrderExercise
from course_utils.checks.reasons import ReasonExercise
from course_utils.checks.values import ValueExercise
from course_utils.checks.work import WorkExercise


class Sheet:
    """The exercises of one sheet, in their order.

    choices : what all its choices share, for example their points.
    withholds : what its exercises withhold, see `Exercise`.
    """

    def __init__(self, name, choices=None, withholds=HOLD_ANSWERS):
        self.name, self.choices, self.withholds = name, choices or {}, withholds
        self.exercises = []

    def function(self, id, title, **about):
        """Declare an exercise whose answer is a function, with the right one as it is decorated."""
        return lambda code: self._add(
            FunctionExercise, id, title, {"name": code.__name__, **about}, code
        )

    def value(self, id, title, **about):
        """Declare an exercise whose answer is a number, or an array of numbers."""
        return lambda code: self._add(ValueExercise, id, title, about, code)

    def order(self, id, title, **about):
        """Declare an exercise whose answer is an order of lines."""
        return lambda code: self._add(OrderExercise, id, title, about, code)

    def work(self, id, title, **about):
        """Declare an exercise whose answer is a function that is tried once as a whole."""
        return lambda code: self._add(WorkExercise, id, title, about, code)

    def claim(self, id, title, **about):
        """Declare one whose answer is a dict, numbers and their source, or any right example."""
        return self.work(id, title, answer_is_code=False, **about)

    def choice(self, id, title, **about):
        """Declare an exercise whose answer is the letter of an option."""
        return self._add(ChoiceExercise, id, title, {**self.choices, **about})

    def reason(self, id, title, **about):
        """Declare an exercise whose answer is a text that a teacher reads."""
        return self._add(ReasonExercise, id, title, {"points": 0, **about})

    def _add(self, kind, id, title, about, code=None):
        if id.partition(".")[0] != self.name or id in [other.id for other in self.exercises]:
            raise ValueError(
                f"sheet {self.name} cannot have an exercise {id!r}: give it another id"
            )
        if code is not None:
            about = {"right": code, "praise": said_by(code), **about}
        exercise = kind(id=id, title=title, **{"withholds": self.withholds, **about})
        self.exercises.append(exercise)
        return exercise


class Lesson(Sheet):
    """The blanks of one lesson: what its learner builds in the lesson itself, "02.a", "02.b", ….

    They have no points, and the lesson's own text asks for them. Declared as in a sheet, in
    `blanks/lesson_<lesson>.py`.
    """

    def function(self, id, title, **about):
        """Declare a blank whose answer is a function."""
        return super().function(id, title, **{"points": 0, "asks": "", **about})

    def value(self, id, title, **about):
        """Declare a blank whose answer is a number, or an array of numbers."""
        return super().value(id, title, **{"points": 0, "asks": "", **about})

    def work(self, id, title, **about):
        """Declare a blank whose answer is a function that is tried once as a whole."""
        return super().work(id, title, **{"points": 0, "asks": "", **about})
