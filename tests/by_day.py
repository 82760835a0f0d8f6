"""What runs each time where many cases prove one kind of thing: the others are nightly.

The choice goes by a case's place in its list, so it is the same on every machine and on every day.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONG = "20_capstone_translator"  # trains a translator: by day nbval alone runs it
ON_CARDS = "course_test"  # has no cell to fill in


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


def sheets():
    """Return the stems of all sheets that are filled in, the longest at the end."""
    stems = sorted(path.stem for path in (ROOT / "solutions").glob("*.ipynb"))
    return [stem for stem in stems if stem not in (LONG, ON_CARDS)] + [LONG]


def is_run_in_the_sandbox(path):
    """Tell whether a file is a solution that runs there by day: nbval runs all others."""
    return path.parent.name == "solutions" and path.stem in sheets()[:-1:3]
