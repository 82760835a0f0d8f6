"""Hints say what was seen: a mistake's own fits it best, and no cause is claimed."""

import re

import numpy as np
import pytest

from course_utils.checks.cases import alike, behaviour
from course_utils.checks.catalogue import exercises, sheets
from course_utils.checks.exercises import FULL
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.orders import OrderExercise
from course_utils.checks.values import ValueExercise
from course_utils.checks.work import WorkExercise
from tests.checks.test_exercises import IN_SHEETS, name

# What one sees in a result, and need not suppose: "You return the score, ...".
SEEN = ("return", "hand", "say", "overwrite", "need", "name", "are", "normalised")
CLAIM = re.compile(r"(?:^|[.:;] )You (\w+)")

functions = [e for e in IN_SHEETS if isinstance(e, FunctionExercise)]
values = [e for e in IN_SHEETS if isinstance(e, ValueExercise)]
orders = [e for e in IN_SHEETS if isinstance(e, OrderExercise)]
works = [e for e in IN_SHEETS if isinstance(e, WorkExercise)]


def seen(exercise, function):
    """What a function does on each probe of an exercise."""
    return [behaviour(function, probe) for probe in exercise.probes()]


def the_same(exercise, one, other):
    """Whether two functions do the same on all probes, as a check compares them."""
    return all(map(alike, one, other, (probe.single for probe in exercise.probes())))


@pytest.mark.parametrize("sheet", sheets())
def test_no_other_hint_of_a_sheet_fits_a_mistake_as_well_as_its_own(sheet):
    """Each mistake of each exercise is handed in to every exercise of its sheet.

    In its own exercise no other fits as well; in another, where it may be a mistake too, at most
    one hint does.
    """
    of_sheet = [e for e in exercises(sheet).values() if isinstance(e, FunctionExercise)]
    made = [(exercise, mistake) for exercise in of_sheet for mistake in exercise.mistakes]
    for exercise in of_sheet:
        hinted = {mistake.name: seen(exercise, mistake.wrong) for mistake in exercise.mistakes}
        for source, mistake in made:
            found = (
                seen(exercise, mistake.wrong) if source is not exercise else hinted[mistake.name]
            )
            fits = {hint for hint, one in hinted.items() if the_same(exercise, one, found)}
            least = {mistake.name} if source is exercise else fits
            assert fits == least and len(fits) <= 1, (source.id, mistake.name, exercise.id, fits)


@pytest.mark.parametrize("exercise", values, ids=name)
def test_a_wrong_number_lies_nearest_to_its_own_mistake(exercise):
    for mistake in exercise.mistakes:
        own = np.asarray(mistake.wrong, dtype=float)
        gaps = {
            other.name: np.abs(np.asarray(other.wrong, dtype=float) - own).max()
            for other in exercise.mistakes
            if np.shape(other.wrong) == own.shape
        }
        nearest = min(gaps, key=gaps.get)
        others = [gap for name, gap in gaps.items() if name != mistake.name]
        near = (
            exercise.tolerance / 5
            if exercise.mistake_tolerance is None
            else exercise.mistake_tolerance
        )
        assert nearest == mistake.name and all(gap > 2 * near for gap in others)


@pytest.mark.parametrize("exercise", values, ids=name)
def test_a_mistake_in_a_list_is_seen_beside_another(exercise):
    """Two mistakes at different places: the answer hears of one of them."""
    right = np.asarray(exercise.right_answer, dtype=float)
    wrongs = [np.asarray(m.wrong, dtype=float) for m in exercise.mistakes]
    made = [(np.flatnonzero(w != right), w) for w in wrongs if right.shape == w.shape]
    single = {int(places[0]): w for places, w in made if right.ndim == 1 and len(places) == 1}
    if len(single) < 2:
        return
    both = right.copy()
    for place, wrong in list(single.items())[:2]:
        both[place] = wrong[place]
    assert exercise.judge(both).mistake


@pytest.mark.parametrize("exercise", orders, ids=name)
def test_a_wrong_order_shows_its_own_mistake_first(exercise):
    for mistake in exercise.mistakes:
        first = next(m for m in exercise.mistakes if m.shows(tuple(mistake.wrong)))
        assert first.name == mistake.name


@pytest.mark.parametrize("exercise", functions + values + works, ids=name)
def test_a_hint_claims_no_cause_that_was_not_seen(exercise):
    """“Your result is as if you divided by √d”: that you did, nobody has seen."""
    for mistake in exercise.mistakes:
        claimed = [verb for verb in CLAIM.findall(mistake.hint) if verb not in SEEN]
        assert not claimed, f"{exercise.id} {mistake.name}: say “Your result is as if you …”"


def test_a_property_that_fails_reads_forwards():
    verdict = exercises("02")["02.3"].judge(lambda q, k, v: (q @ k.T @ v, q @ k.T + 7), FULL)
    assert verdict.message.startswith("This should hold, and does not: ")
