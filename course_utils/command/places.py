"""Where the course's own files are: in the installed package, or in the clone around it.

A learner's package has lessons and sheets. Solutions with their hidden tests are in a package of
their own, for teachers.
"""

from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSTALLED = HERE / "course"  # only in a built package
CLONE = HERE.parents[1]
TEACHERS = "attention_course_teacher"
BOOK = "book.zip"
INSTALL_TEACHERS = "pip install attention_course_teacher-….whl"


def course_folder():
    """Return the folder that has `notebooks/` and `exercises/`."""
    return INSTALLED if INSTALLED.is_dir() else CLONE


def teachers_folder():
    """Return the folder that has `solutions/`, or None where only a learner's package is."""
    spec = find_spec(TEACHERS)
    found = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    if not INSTALLED.is_dir():
        found.append(CLONE)
    return next((folder for folder in found if (folder / "solutions").is_dir()), None)


def solution_of(sheet):
    """Return the solution of a sheet such as "02" or "r1", with its hidden tests.

    Raises SystemExit, in a sentence, where there is no such sheet or no teacher's package.
    """
    folder = teachers_folder()
    if folder is None:
        raise SystemExit(
            f"Grading sheet {sheet} needs its solution, which is in the package for teachers: "
            f"{INSTALL_TEACHERS}"
        )
    return _numbered(sheet, folder / "solutions", "a file, or one of")


def exercise_of(sheet):
    """Return the sheet such as "02" or "r1" that students get; SystemExit, where there is none."""
    return _numbered(sheet, course_folder() / "exercises", "one of")


def _numbered(sheet, folder, expected):
    found = {path.stem.split("_")[0]: path for path in folder.glob("*.ipynb")}
    if sheet.lower() not in found:
        known = ", ".join(sorted(found))
        raise SystemExit(f"There is no sheet {sheet!r}: expected {expected} {known}.")
    return found[sheet.lower()]


def book():
    """Return the built book as a .zip, the teacher's edition where it is installed, or None."""
    folders = [folder for folder in (teachers_folder(), INSTALLED) if folder]
    return next((folder / BOOK for folder in folders if (folder / BOOK).is_file()), None)
