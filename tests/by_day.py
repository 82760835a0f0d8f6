"""What runs each time where many cases prove one kind of thing: the others are nightly.

The choice goes by a case's place in its list, so it is the same on every machine and on every day.
"""

import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ON_CARDS = "course_test"  # has no cell to fill in
# How the stems of capstones begin: they train for long, and by day nbval alone runs them.
TRAINS = "20"


def one_in(count, cases, name=str, first=0):
    """Return all cases as pytest's parameters; every `count`th, from `first`, runs by day.

    name : a function from a case to how pytest calls it.
    """
    return [
        pytest.param(
            case, id=name(case), marks=() if place % count == first else pytest.mark.nightly
        )
        for place, case in enumerate(cases)
    ]


def sheets(train=False):
    """Return the stems of the sheets that are filled in, the short ones or those that train."""
    stems = sorted(path.stem for path in (ROOT / "solutions").glob("*.ipynb"))
    return [s for s in stems if s != ON_CARDS and s.startswith(TRAINS) == train]


def is_run_in_the_sandbox(path):
    """Tell whether a file is a solution that runs there by day: nbval runs all others."""
    return path.parent.name == "solutions" and path.stem in sheets()[::3] and _sandbox_is_here()


@functools.cache
def _sandbox_is_here():
    from course_utils.grading.sandbox import Sandbox  # not before the environment is set

    return Sandbox().why_not() is None
