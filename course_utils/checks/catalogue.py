"""All exercises by their id: a sheet's are declared in a module of its own in `sheets`."""

import functools
import importlib
import pkgutil
from pathlib import Path

PREFIX = "sheet_"


def sheets():
    """Return the names of all sheets, ["00", "01", …]."""
    modules = pkgutil.iter_modules([str(Path(__file__).parent / "sheets")])
    return sorted(m.name.removeprefix(PREFIX) for m in modules if m.name.startswith(PREFIX))


@functools.cache
def exercises(sheet):
    """Return the exercises of a sheet, {id: exercise} in their order; {} where there is none."""
    if sheet not in sheets():
        return {}
    module = importlib.import_module(f"course_utils.checks.sheets.{PREFIX}{sheet}")
    return {exercise.id: exercise for exercise in module.sheet.exercises}


def find(exercise):
    """Return the exercise of that id. Raises LookupError where there is none."""
    exercise = str(exercise)
    sheet = exercise.split(".")[0].lower()
    known = exercises(sheet)
    if f"0{exercise}" in exercises(f"0{sheet}"):
        raise LookupError(f"there is no exercise {exercise!r}: did you mean '0{exercise}'?")
    if exercise not in known:
        there = ", ".join(known) or "no exercise: the sheets are " + ", ".join(sheets())
        raise LookupError(f"there is no exercise {exercise!r}; sheet {sheet} has {there}")
    return known[exercise]
