"""What a run of tests says at its end, and what a failure says first, on small runs of pytest."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.report import left_out, module_of, part_of

ROOT = Path(__file__).resolve().parent.parent
TESTS = """
import pytest

def test_right(): pass

def test_wrong(): assert 1 == 2

@pytest.mark.skip(reason="no sandbox here")
def test_skipped(): pass

@pytest.mark.nightly
def test_long(): pass
"""
CONFTEST = """
from tests.report import Report

def pytest_addoption(parser):
    parser.addoption("--nightly", action="store_true")

def pytest_configure(config):
    config.addinivalue_line("markers", "nightly")
    config.pluginmanager.register(Report(config))
"""


def run(folder, *options):
    """The lines of a run of pytest in a folder of its own, with the plugin."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\n")
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "100"}
    environment.pop("PYTEST_ADDOPTS", None)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "2")], ids=["one", "workers"])
def test_a_run_counts_what_it_ran_and_what_it_left_out(tmp_path, workers):
    (tmp_path / "test_few.py").write_text(TESTS)
    lines = run(tmp_path, *workers)
    assert "Run: 2 tests. Left out: 1 nightly (make test-all), 1 (no sandbox here)." in lines
    (row,) = [line.split() for line in lines if line.startswith("units ")]
    assert row[1] == "2"
    assert "1 failed, 1 passed, 1 skipped" in lines[-1]


def test_all_are_run_where_the_nightly_ones_are_asked_for(tmp_path):
    (tmp_path / "test_few.py").write_text(TESTS)
    lines = run(tmp_path, "--nightly")
    assert "Run: 3 tests. Left out: 1 (no sandbox here)." in lines


def test_a_failure_begins_with_the_file_to_look_at(tmp_path):
    (tmp_path / "test_few.py").write_text(TESTS)
    lines = run(tmp_path)
    begin = next(i for i, line in enumerate(lines) if "_ test_wrong _" in line)
    assert next(filter(None, lines[begin + 1 :])).startswith("Look at ")


def test_a_stored_output_that_differs_names_the_cell_and_the_command(tmp_path):
    shown = new_output("stream", name="stdout", text="0.3\n")
    cell = new_code_cell("print(0.5)", outputs=[shown], execution_count=1)
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "07_try.ipynb")
    lines = run(tmp_path, "-p", "nbval.plugin", "--nbval", "--nbval-current-env", "07_try.ipynb")
    (first,) = [line for line in lines if line.startswith("Look at ")]
    assert "07_try.ipynb, code cell 0" in first and first.endswith("make notebooks NAMES=07_try")


def test_parts_and_modules_are_told_by_the_files_place():
    assert part_of("tests/browser/test_book_in_browser.py::test_a") == "the book in a browser"
    assert part_of("tests/test_layers.py::test_a") == "units"
    assert module_of(Path("tests/lab/test_costs.py")) == Path("course_utils/lab/costs.py")
    assert module_of(Path("tests/tools/test_set_up.py")) == Path("tools/set_up.py")
    assert module_of(Path("tests/test_properties.py")) is None


def test_nothing_left_out_is_said_too():
    assert left_out(Counter(), 0) == "Nothing was left out."
