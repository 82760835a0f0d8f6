"""The exercises of sheet 00: where a translator looks, and the NumPy that the course needs."""

import numpy as np

from course_utils.checks.exercises import ChoiceExercise, Mistake, Property, ValueExercise
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.sheets.attention_inputs import moved, sizes

REFRESHER = "The refresher, notebooks/00b_numpy_refresher.ipynb, explains this."

wan = ChoiceExercise(
    id="00.1",
    title="where does 万 look?",
    points=1,
    right=None,
    reasons={
        "a": "“hundred” comes just before the place where Chinese puts 万: some trained "
        "translators do look there. Lesson 00 lets you see one.",
        "b": "“forty” gives the digit 四, which has its own row. For 万 most trained translators "
        "look elsewhere: lesson 00 lets you see where.",
        "c": "“thousand” is where most trained translators look. But it does not mean 万: no "
        "English word does, and other seeds look at other words.",
        "d": "Possible: no English word means 万, so a translator may look anywhere that helps it "
        "to count. Most look at “thousand”.",
    },
    hints=(
        "Which English word tells that three more digits follow?",
        "Run lesson 00 and read the row of 万: the framed cell is its largest ____.",
    ),
)

product_shape = ValueExercise(
    id="00.2",
    title="the shape of A @ V",
    points=3,
    what="a shape of two numbers, (rows, columns)",
    expected=(4, 5),
    praise="Right: the inner sizes, 3 and 3, agree and vanish; the outer two stay.",
    mistakes=(
        Mistake("shape of A", (4, 3), "(4, 3) is A itself. V has 5 columns, and they stay."),
        Mistake("shape of V", (3, 5), "(3, 5) is V itself. A has 4 rows, and they stay."),
        Mistake(
            "inner sizes", (3, 3), "You kept the inner sizes: these two must agree, and vanish."
        ),
        Mistake(
            "all sizes",
            (4, 3, 3, 5),
            "You kept all sizes, as an outer product does; @ adds over the inner ones.",
        ),
        Mistake(
            "swapped", (5, 4), "The right sizes in the wrong order: rows of A first, then columns."
        ),
    ),
    hints=(
        "A row of A meets a column of V. Which two sizes must be equal for that?",
        "(4, 3) @ (3, 5): the inner 3 and 3 vanish, so the result is (4, ____).",
    ),
    help=REFRESHER,
)


def _matrix(rng, square=False):
    return (rng.normal(size=sizes(rng, 2, square)),)


def _adds_up(trial):
    total = trial.arguments[0].sum()
    return moved(trial.outputs["sums"].sum(), total, 10 * trial.tolerance)


def _row_for_row(trial):
    (matrix,) = trial.arguments
    again = trial.call(matrix * np.arange(len(matrix))[:, None])["sums"]
    return moved(again, trial.outputs["sums"] * np.arange(len(matrix)), trial.tolerance)


row_sums = FunctionExercise(
    id="00.3",
    title="one sum for each row",
    points=3,
    name="row_sums",
    arguments=("A",),
    reference=lambda A: A.sum(axis=-1),
    outputs=lambda A: {"sums": A.shape[:1]},
    inputs=_matrix,
    edges={
        "one row": (np.array([[1.0, 2, 3]]),),
        "one column": (np.array([[1.0], [2], [3]]),),
    },
    properties=(
        Property("the sums add up to the sum of all numbers", _adds_up),
        Property("a row multiplied by 2 has twice the sum, other rows do not", _row_for_row),
    ),
    variants=(
        lambda A: [sum(row) for row in A],
        lambda A: np.einsum("ij->i", A),
        lambda A: (A @ np.ones(A.shape[1])).astype(np.float32),
    ),
    praise="Right: axis −1 runs along a row and vanishes, one number stays for each row.",
    mistakes=(
        Mistake(
            "sum over rows",
            lambda A: A.sum(axis=0),
            "These are column sums: axis 0 runs over the rows, and it is the axis that vanishes.",
        ),
        Mistake(
            "one sum of all",
            lambda A: A.sum(),
            "This is one number for the whole array: you need one for each row, so only one axis "
            "may vanish.",
        ),
        Mistake(
            "axis kept",
            lambda A: A.sum(axis=-1, keepdims=True),
            "The numbers are right, but stand upright, (rows, 1): leave keepdims away here.",
        ),
        Mistake(
            "return in the loop",
            lambda A: A[0].sum(),
            "This is the sum of the first row alone: does return stand inside a loop?",
        ),
        Mistake(
            "running total",
            lambda A: A.sum(axis=-1).cumsum(),
            "Each number contains the rows before it: set the total back to 0 for every row.",
        ),
        Mistake(
            "mean", lambda A: A.mean(axis=-1), "These are the means: a sum is not divided by m."
        ),
    ),
    hints=(
        "You need one number for each row. So which axis has to vanish?",
        "The axis that you name is the one that is summed over: A.sum(axis=____).",
    ),
    help=REFRESHER,
)

broadcast_shape = ValueExercise(
    id="00.4",
    title="every query meets every key",
    points=3,
    what="a shape of three numbers",
    expected=(2, 3, 4),
    praise="Right: each size 1 is stretched to its partner, and 4 meets 4.",
    mistakes=(
        Mistake(
            "nothing stretched", (2, 1, 4), "This is the first array. Its 1 is stretched to the 3."
        ),
        Mistake("first lost", (1, 3, 4), "This is the second array. Its 1 is stretched to the 2."),
        Mistake("ones won", (1, 1, 4), "A 1 is stretched to its partner, not the other way."),
        Mistake(
            "added sizes", (3, 4, 8), "You added the sizes. The numbers are added; sizes must fit."
        ),
        Mistake("joined", (2, 3, 8), "The last axis was joined; + adds 4 numbers to 4 numbers."),
    ),
    hints=(
        "Compare the shapes from the right, size by size. Where is a 1?",
        "From the right: 4 and 4 give 4; 1 and 3 give ____; 2 and 1 give ____.",
    ),
    help=REFRESHER,
)

EXERCISES = (wan, product_shape, row_sums, broadcast_shape)
