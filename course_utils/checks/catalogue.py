"""All exercises by their id: a sheet's are declared in `sheets`, a lesson's blanks in `blanks`."""

import functools
import importlib
import pkgutil
import re

PREFIX = "sheet_"
LESSON = "lesson_"
IS_BLANK = re.compile(r"\w+\.[a-z]")  # "02.a", where "02.3" stands in the sheet


def sheets():
    """Return the names of all sheets, ["00", "01", …]."""
    return _names("sheets", PREFIX)


def lessons():
    """Return the names of all lessons that have blanks, ["01", "02", …]."""
    return _names("blanks", LESSON)


def _names(folder, prefix):
    room = importlib.import_module(f"course_utils.checks.{folder}")  # an archive may belong to it
    modules = pkgutil.iter_modules(room.__path__)
    return sorted(m.name.removeprefix(prefix) for m in modules if m.name.startswith(prefix))


@functools.cache
def exercises(sheet):
    """Return the exercises of a sheet, {id: exercise} in their order; {} where there is none."""
    if sheet not in sheets():
        return {}
    module = importlib.import_module(f"course_utils.checks.sheets.{PREFIX}{sheet}")
    return {exercise.id: exercise for exercise in module.sheet.exercises}


@functools.cache
def blanks(lesson):
    """Return what is built in a lesson, {id: exercise} in their order; {} where nothing is."""
    if lesson not in lessons():
        return {}
    module = importlib.import_module(f"course_utils.checks.blanks.{LESSON}{lesson}")
    return {blank.id: blank for blank in module.lesson.exercises}


def is_blank(exercise):
    """Tell whether an id is that of a lesson's blank."""
    return IS_BLANK.fullmatch(str(exercise)) is not None


def beside(exercise):
    """Return what stands beside an exercise: those of its sheet, or the blanks of its lesson."""
    place = str(exercise).split(".")[0].lower()
    return blanks(place) if is_blank(exercise) else exercises(place)


def find(exercise):
    """Return the exercise of that id. Raises LookupError where there is none."""
    exercise = str(exercise)
    known = beside(exercise)
    if f"0{exercise}" in beside(f"0{exercise}"):
        raise LookupError(f"there is no exercise {exercise!r}: did you mean '0{exercise}'?")
    if exercise not in known:
        there = ", ".join(known) or "no exercise: the sheets are " + ", ".join(sheets())
        place = ("lesson " if is_blank(exercise) else "sheet ") + exercise.split(".")[0].lower()
        raise LookupError(f"there is no exercise {exercise!r}; {place} has {there}")
    return known[exercise]
