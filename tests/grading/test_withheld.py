"""What an exercise withholds has the name that a student's import would have."""

from pathlib import Path

import pytest

from course_utils.checks.catalogue import exercises, sheets

PACKAGE = Path(__file__).resolve().parents[2] / "course_utils"


@pytest.mark.parametrize("sheet", sheets())
def test_a_withheld_module_is_there_under_this_name(sheet):
    """A module that moved is withheld no longer, and nobody would notice."""
    for exercise in exercises(sheet).values():
        modules = (name.partition(":")[0] for name in exercise.withholds)
        ours = [name.split(".")[1:] for name in modules if name.startswith("course_utils.")]
        for parts in ours:
            place = PACKAGE.joinpath(*parts)
            assert place.with_suffix(".py").exists() or place.is_dir(), (
                f"{exercise.id} withholds course_utils.{'.'.join(parts)}, which is not there: "
                f"name the module's new place where the exercise, or HOLD_ANSWERS, names it"
            )
