"""`make check` finds the tests of what changed, and of nothing else."""

from pathlib import Path

import pytest

from tools.check import ROOT, commands_for, files_of, find


def shown(names):
    return [str(path) for path in find(names)]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("scoring", ["course_utils/scoring.py"]),
        ("lab.rules", ["course_utils/lab/rules.py"]),
        ("tools.new", ["tools/new.py"]),
        ("r1", ["course_utils/checks/sheets/sheet_r1.py", "solutions/r1_review.ipynb"]),
        ("tests/test_layers.py", ["tests/test_layers.py"]),
        ("00b_numpy_refresher", ["notebooks/00b_numpy_refresher.ipynb"]),
    ],
)
def test_a_name_means_files(name, files):
    assert shown(name) == files


def test_a_number_means_the_sheet_the_lesson_and_the_solution():
    assert [path.split("/")[0] for path in shown("12")] == [
        "course_utils",
        "notebooks",
        "solutions",
    ]


@pytest.mark.parametrize("name", ["scorings", "/etc/hostname", "**", "1", "..", "/nothing.py"])
def test_a_name_of_nothing_is_refused(name):
    with pytest.raises(SystemExit, match="nothing is called"):
        find(name)


def test_a_path_may_be_absolute():
    assert find(str(ROOT / "course_utils" / "scoring.py")) == [Path("course_utils/scoring.py")]


def test_a_module_has_its_own_tests_and_those_that_import_it():
    files = files_of(Path("course_utils/recurrent.py"))
    assert {"tests/test_recurrent.py", "tests/test_gradients.py"} <= files
    assert "tests/plots/test_charts.py" not in files and "tests/tools/test_book.py" not in files


PACKAGE = [path.relative_to(ROOT) for path in (ROOT / "course_utils").rglob("*.py")]


@pytest.mark.parametrize("path", PACKAGE, ids=str)
def test_every_module_has_tests(path):
    """Nothing passes untested: where no test imports a module, those of its users run."""
    assert path.match("sheets/sheet_*.py") or files_of(path)


def test_what_tests_share_has_the_tests_that_use_it():
    assert "tests/test_gradients.py" in files_of(Path("tests/samples.py"))
    assert "tests/test_gradients.py" in files_of(Path("course_utils/scoring.py"))


def test_a_notebook_and_a_sheet_have_commands_of_their_own():
    (form, run) = commands_for([Path("notebooks/12_masks.ipynb")])
    assert form[-1] == "12_masks" and run[-1] == "notebooks/12_masks.ipynb" and "--nbval" in run
    (sheet,) = commands_for([Path("course_utils/checks/sheets/sheet_12.py")])
    assert sheet[-1] == "12. or [12] or -12] or [12_"
    assert commands_for([Path("README.md")]) == []
