"""A lesson is complete: its row in the README, its sheet, its page for teachers.

Every notebook in notebooks/ is a lesson, whatever it is called. What a lesson does without is named
here, one by one. tests/tools/test_book.py asks for its summary in Chinese.
"""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WITHOUT_SHEET = {"00b_numpy_refresher", "10b_real_words"}
WITHOUT_PAGE = {"00b_numpy_refresher"}  # teachers' pages are about lessons that are taught
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def number_of(path):
    """The number of a lesson, with its letter: "10b" of 10b_real_words."""
    return path.stem.partition("_")[0]


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def minutes_of(path):
    """The minutes that a lesson's first cell tells, or None."""
    found = re.search(r"(\d+) min", nbformat.read(path, as_version=4).cells[0].source)
    return found and int(found[1])


@each_lesson
def test_its_name_starts_with_a_number(path):
    assert re.fullmatch(r"\d\d[a-z]?_[a-z0-9_]+", path.stem), (
        f"notebooks/{path.name}: name it by two digits, perhaps a letter, and small letters, such "
        f"as 15_positions or 15b_more_positions"
    )


@each_lesson
def test_it_has_a_row_with_its_minutes_in_the_readme(path):
    rows = re.findall(rf"^\| {number_of(path)} .*\| (\d+) \|$", text_of("README.md"), flags=re.M)
    assert rows == [str(minutes_of(path))], (
        f"README.md, the table of lessons: a row | {number_of(path)} <title> | <what you can do "
        f"afterwards> | {minutes_of(path)} |, the minutes as in the lesson's first cell"
    )


@each_lesson
def test_it_has_a_sheet(path):
    assert path.stem in WITHOUT_SHEET or (ROOT / "solutions" / path.name).exists(), (
        f"solutions/{path.name} is missing: write the lesson's sheet (CONTRIBUTING.md), or name "
        f"the lesson in WITHOUT_SHEET, tests/lessons/test_every_lesson.py"
    )


@each_lesson
def test_teachers_have_a_page_that_their_guide_links(path):
    number = number_of(path)
    if path.stem in WITHOUT_PAGE:
        return
    assert (ROOT / "docs" / "teaching" / f"{number}.md").exists(), (
        f"docs/teaching/{number}.md is missing: write the lesson's page like the others"
    )
    assert f"]({number}.md)" in text_of("docs/teaching/index.md"), (
        f"docs/teaching/index.md: name [{number}]({number}.md) where it is taught"
    )


def test_exceptions_and_pages_are_of_lessons_that_exist():
    stems, numbers = {path.stem for path in LESSONS}, {number_of(path) for path in LESSONS}
    assert stems >= WITHOUT_SHEET | WITHOUT_PAGE
    pages = {path.stem for path in (ROOT / "docs" / "teaching").glob("[0-9]*.md")}
    assert pages <= numbers, f"docs/teaching: no lesson for {sorted(pages - numbers)}"
