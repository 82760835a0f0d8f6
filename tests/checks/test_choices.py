"""Choices on the reviews and the course test: no answer can be guessed from its form."""

import re
from collections import Counter

import pytest

from course_utils.checks.catalogue import exercises, sheets
from course_utils.checks.choices import ChoiceExercise
from course_utils.checks.questions import question

OPTION = re.compile(r"^- ([a-z])\) (.+(?:\n  .+)*)$", flags=re.M)
RANDOM_SHARE = 0.25  # of four options
ROOM = 0.2

each_sheet = pytest.mark.parametrize("sheet", [s for s in sheets() if not s[:2].isdigit()])


def choices(sheet):
    """The choices of a sheet, with their options as a learner reads them, {letter: text}."""
    for exercise in exercises(sheet).values():
        if isinstance(exercise, ChoiceExercise):
            yield exercise, dict(OPTION.findall(question(exercise)))


@each_sheet
def test_a_question_shows_an_option_for_every_reason(sheet):
    for exercise, options in choices(sheet):
        assert list(options) == list(exercise.options) == list("abcd"), exercise.id
        assert len(set(options.values())) == len(options)


@each_sheet
def test_right_letters_are_spread_evenly(sheet):
    rights = [exercise.letter for exercise, _ in choices(sheet)]
    counts = Counter({letter: 0 for letter in "abcd"})
    counts.update(rights)
    assert max(counts.values()) - min(counts.values()) <= 1, counts
    runs = [a for a, b, c in zip(rights, rights[1:], rights[2:], strict=False) if a == b == c]
    assert not runs, "three times the same letter in a row"


@each_sheet
@pytest.mark.parametrize("extreme", [max, min])
def test_the_right_option_is_no_longer_and_no_shorter_than_chance_makes_it(sheet, extreme):
    """Whoever always takes the longest option, or the shortest, must not do well."""
    chances = [
        (options[exercise.letter] in ends) / len(ends)
        for exercise, options in choices(sheet)
        for ends in [[o for o in options.values() if len(o) == extreme(map(len, options.values()))]]
    ]
    share = sum(chances) / len(chances)
    print(f"{sheet}: {extreme.__name__} length finds {share:.0%}")
    assert share <= RANDOM_SHARE + ROOM
