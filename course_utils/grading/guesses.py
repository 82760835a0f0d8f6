"""Answers that can be guessed: they are not asked twice, beside a wrong earlier answer and a right.

Carry-through runs an answer again beside SOURCE's earlier one. A cell could tell the two apart and
answer yes in one and no in the other. So a yes, a choice or a small number stands as it was the
first time; what nobody hits in two guesses, such as a measured number or a function, is carried.
Where a question asks for several things, one such value is enough; a short list, or a function
without arguments, counts where nothing else is asked: they may be what the answer works on.
"""

import ast
import enum
from collections.abc import Iterable
from typing import Any

import numpy as np

from course_utils.grading.script import Step

SMALL = 1_000  # whole numbers below are guessed
FEW = 3  # so many guesses in a list are one


def one_of_few(value: Any) -> bool:
    """Say whether it is a single value that is soon guessed: a yes, a word, a small number."""
    if value is None or isinstance(value, str | bytes | bool | enum.Enum | np.bool_):
        return True
    if not isinstance(value, int | float | np.integer | np.floating):
        return False
    return not np.isfinite(value) or bool(value == round(value) and abs(value) < SMALL)


def guessable(value: Any) -> bool:
    """Say whether a value is one of few, or holds few such."""
    if isinstance(value, np.ndarray):
        return value.size <= FEW and all(map(one_of_few, value.ravel().tolist()))
    if isinstance(value, list | tuple | set | frozenset):
        return len(value) <= FEW and all(map(guessable, value))
    if isinstance(value, dict):
        return len(value) <= FEW and all(map(guessable, value.values()))
    return one_of_few(value)


def without_arguments(steps: Iterable[Step], name: str) -> bool:
    """Say whether that is a function of SOURCE's answers that gives the same at every call."""
    nodes = (node for step in steps for node in ast.walk(ast.parse(step.source)))
    found = [n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == name]
    return any(not (n.args.args or n.args.posonlyargs or n.args.vararg) for n in found)
