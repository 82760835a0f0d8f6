"""What `make new-lesson` and `make new-exercise` write can be filled in, and nothing is lost."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools.new import GAP, new_exercise, new_lesson

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("README.md", "docs/chinese.md", "solutions/02_score_normalise_mix.ipynb")
SHEETS = Path("course_utils", "checks", "sheets")


@pytest.fixture
def house(tmp_path):
    """A copy of the files that are added to, and the folders that others are written into."""
    for folder in ("notebooks", "solutions", SHEETS, "docs/teaching"):
        (tmp_path / folder).mkdir(parents=True)
    for file in (*COPIED, SHEETS / "sheet_02.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def text(path):
    return path.read_text(encoding="utf-8")


def test_a_new_lesson_has_every_file_that_a_lesson_needs(house):
    new_lesson("15_places", "Places", house)
    for place in ("notebooks/15_places.ipynb", "solutions/15_places.ipynb"):
        nbformat.validate(nbformat.read(house / place, as_version=4))
        assert GAP in text(house / place)
    assert 'Sheet("15")' in text(house / SHEETS / "sheet_15.py")
    assert "## Three polls" in text(house / "docs" / "teaching" / "15.md")


def test_its_row_and_its_summary_stand_in_their_place(house):
    new_lesson("10c_more", "More", house)
    summaries = text(house / "docs" / "chinese.md")
    assert summaries.index("## 10b ") < summaries.index("## 10c ") < summaries.index("## 11 ")
    rows = text(house / "README.md")
    assert rows.index("| 10b ") < rows.index("| 10c More | FILL IN") < rows.index("| 11 ")


def test_a_lesson_that_is_there_is_not_overwritten(house):
    new_lesson("15_places", "Places", house)
    (house / "docs" / "teaching" / "15.md").write_text("mine")
    with pytest.raises(SystemExit, match="is there already: nothing was written"):
        new_lesson("15_places", "Places", house)
    assert text(house / "docs" / "teaching" / "15.md") == "mine"


@pytest.mark.parametrize("stem", ["places", "15-places", "../15_places", "15_Places"])
def test_a_stem_that_no_test_would_find_is_refused(stem, house):
    with pytest.raises(SystemExit, match="a stem is like 15_positions"):
        new_lesson(stem, "Places", house)


def test_a_new_exercise_is_declared_and_asked(house):
    new_exercise("02.6", "doubled", house)
    declared = text(house / SHEETS / "sheet_02.py")
    ast.parse(declared)
    assert declared.rstrip().endswith("return numbers + 1") and '"02.6"' in declared
    cells = nbformat.read(house / "solutions" / "02_score_normalise_mix.ipynb", as_version=4).cells
    sources = [cell.source for cell in cells]
    (asked,) = (place for place, text in enumerate(sources) if text.startswith("## 02.6 "))
    assert 'check("02.6", doubled)' in sources[asked + 2]
    assert sources[asked + 3].startswith("<details>")


def test_the_first_exercise_of_a_new_sheet_has_its_imports_in_order(house):
    new_lesson("15b_places", "Places", house)
    new_exercise("15b.1", "doubled", house)
    sheet = house / SHEETS / "sheet_15b.py"
    subprocess.run([sys.executable, "-m", "ruff", "check", "--select", "I,F", sheet], check=True)


def test_an_exercise_of_no_sheet_and_one_that_is_there_are_refused(house):
    with pytest.raises(SystemExit, match="there is no sheet for"):
        new_exercise("77.1", "doubled", house)
    with pytest.raises(SystemExit, match=r"02\.3 is there already"):
        new_exercise("02.3", "another", house)


@pytest.mark.parametrize("name", ["", "2d", "lambda", "softmax", "attention", "a b"])
def test_a_name_that_would_break_the_sheet_is_refused(name, house):
    before = text(house / SHEETS / "sheet_02.py")
    with pytest.raises(SystemExit, match="FUNCTION must be a new name"):
        new_exercise("02.6", name, house)
    assert text(house / SHEETS / "sheet_02.py") == before
