"""The exercises of sheet 00: where a translator looks, and the NumPy that the course needs."""

import numpy as np

from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

sheet = Sheet("00")


REFRESHER = "The refresher, notebooks/00b_numpy_refresher.ipynb, explains this."

sheet.choice(
    "00.1",
    "where does 万 look?",
    points=1,
    asks="""
    A translator writes 三十四万二千 for “three hundred and forty two thousand”. It writes one
    character after the other, and each time it looks at the English words. At which word
    does it look most when it writes 万?

    {listed}

    This is a prediction: any letter gets the point. Lesson 00 shows what happens.
    """,
    letter=None,
    options={
        "a": (
            "hundred",
            "“hundred” comes just before the place where Chinese puts 万: some trained "
            "translators do look there. Lesson 00 lets you see one.",
        ),
        "b": (
            "forty",
            "“forty” gives the digit 四, which has its own row. For 万 most trained translators "
            "look elsewhere: lesson 00 lets you see where.",
        ),
        "c": (
            "thousand",
            "“thousand” is where most trained translators look. But it does not mean 万: no "
            "English word does, and other seeds look at other words.",
        ),
        "d": (
            "another word",
            "Possible: no English word means 万, so a translator may look anywhere that helps it "
            "to count. Most look at “thousand”.",
        ),
    },
    hints=(
        "Which English word tells that three more digits follow?",
        "Run lesson 00 and read the row of 万: the framed cell is its largest ____.",
    ),
)


@sheet.value(
    "00.2",
    "the shape of A @ V",
    points=3,
    asks="""
    `A` has shape (4, 3), `V` has shape (3, 5). What is the shape of `A @ V`? On paper,
    please.
    """,
    what="a shape of two numbers, (rows, columns)",
    help=REFRESHER,
    hints=(
        "A row of A meets a column of V. Which two sizes must be equal for that?",
        "(4, 3) @ (3, 5): the inner 3 and 3 vanish, so the result is (4, ____).",
    ),
)
def shape_of_product():
    """Right: the inner sizes, 3 and 3, agree and vanish; the outer two stay."""
    return (4, 5)


@shape_of_product.mistake
def shape_of_A():
    """(4, 3) is A itself. V has 5 columns, and they stay."""
    return (4, 3)


@shape_of_product.mistake
def shape_of_V():
    """(3, 5) is V itself. A has 4 rows, and they stay."""
    return (3, 5)


@shape_of_product.mistake
def inner_sizes():
    """Your result is as if you kept the inner sizes: these two must agree, and vanish."""
    return (3, 3)


@shape_of_product.mistake
def all_sizes():
    """Your result is as if you kept all sizes, as an outer product does; @ adds over the inner
    ones.
    """
    return (4, 3, 3, 5)


@shape_of_product.mistake
def swapped():
    """The right sizes in the wrong order: rows of A first, then columns."""
    return (5, 4)


def _matrix(rng, square=False):
    return (rng.normal(size=sizes(rng, 2, square)),)


def _adds_up(trial):
    total = trial.arguments[0].sum()
    return moved(trial.outputs["sums"].sum(), total, 10 * trial.tolerance)


def _row_for_row(trial):
    (matrix,) = trial.arguments
    again = trial.call(matrix * np.arange(len(matrix))[:, None])["sums"]
    return moved(again, trial.outputs["sums"] * np.arange(len(matrix)), trial.tolerance)


@sheet.function(
    "00.3",
    "one sum for each row",
    points=3,
    asks="""
    Attention divides each row by its own sum. Write the function that gives these sums: n
    rows and m columns in, n numbers out. One line is enough.
    """,
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
    help=REFRESHER,
    hints=(
        "You need one number for each row. So which axis has to vanish?",
        "The axis that you name is the one that is summed over: A.sum(axis=____).",
    ),
)
def row_sums(A):
    """Right: axis −1 runs along a row and vanishes, one number stays for each row."""
    return A.sum(axis=-1)


@row_sums.also_right
def in_loops(A):
    return [sum(row) for row in A]


@row_sums.also_right
def with_einsum(A):
    return np.einsum("ij->i", A)


@row_sums.also_right
def times_ones_in_float32(A):
    return (A @ np.ones(A.shape[1])).astype(np.float32)


@row_sums.mistake
def sum_over_rows(A):
    """These are column sums: axis 0 runs over the rows, and it is the axis that vanishes."""
    return A.sum(axis=0)


@row_sums.mistake
def one_sum_of_all(A):
    """This is one number for the whole array: you need one for each row, so only one axis may
    vanish.
    """
    return A.sum()


@row_sums.mistake
def axis_kept(A):
    """The numbers are right, but stand upright, (rows, 1): leave keepdims away here."""
    return A.sum(axis=-1, keepdims=True)


@row_sums.mistake
def return_in_the_loop(A):
    """This is the sum of the first row alone: does return stand inside a loop?"""
    for row in A:
        return row.sum()


@row_sums.mistake
def running_total(A):
    """Each number contains the rows before it: set the total back to 0 for every row."""
    total, sums = 0, []
    for row in A:
        for number in row:
            total = total + number
        sums.append(total)
    return np.array(sums)


@row_sums.mistake
def mean(A):
    """These are the means: a sum is not divided by m."""
    return A.mean(axis=-1)


@sheet.value(
    "00.4",
    "every query meets every key",
    points=3,
    asks="""
    `queries[:, None]` has shape (2, 1, 4), `keys[None]` has shape (1, 3, 4). What is the
    shape of their sum?
    """,
    what="a shape of three numbers",
    help=REFRESHER,
    hints=(
        "Compare the shapes from the right, size by size. Where is a 1?",
        "From the right: 4 and 4 give 4; 1 and 3 give ____; 2 and 1 give ____.",
    ),
)
def shape_of_sum():
    """Right: each size 1 is stretched to its partner, and 4 meets 4."""
    return (2, 3, 4)


@shape_of_sum.mistake
def nothing_stretched():
    """This is the first array. Its 1 is stretched to the 3."""
    return (2, 1, 4)


@shape_of_sum.mistake
def first_lost():
    """This is the second array. Its 1 is stretched to the 2."""
    return (1, 3, 4)


@shape_of_sum.mistake
def ones_won():
    """A 1 is stretched to its partner, not the other way."""
    return (1, 1, 4)


@shape_of_sum.mistake
def added_sizes():
    """Your result is as if you added the sizes. The numbers are added; sizes must fit."""
    return (3, 4, 8)


@shape_of_sum.mistake
def joined():
    """The last axis was joined; + adds 4 numbers to 4 numbers."""
    return (2, 3, 8)
