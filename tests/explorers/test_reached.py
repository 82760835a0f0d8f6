"""Missions that were reached stay so: after a rerun of the cell, and in another edition."""

import json

import pytest

from course_utils.checks import progress_store
from course_utils.explorers import dial_explorer
from course_utils.learning.reached import keep_reached, reached
from tests.explorers.test_dial import MISSIONS


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Give the test a progress file, and a kernel that knows its notebook."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv("JPY_SESSION_NAME", "/anywhere/work/notebooks/03_softmax_dial.ipynb")
    progress_store.store.cache_clear()
    yield tmp_path / "progress.json"
    progress_store.store.cache_clear()


def reach_the_first(explorer):
    for name, value in MISSIONS[0].items():
        explorer.controls[name].value = value
    assert explorer.reached[0]


def test_a_mission_that_was_reached_is_so_when_the_cell_runs_again(path):
    assert dial_explorer().reached == [False, False, False]
    reach_the_first(dial_explorer())
    progress_store.store.cache_clear()  # as another kernel would
    again = dial_explorer()
    assert again.reached == [True, False, False] and "✓ reached!" in again.checklist.value


def test_the_lesson_is_kept_with_them(path):
    explorer = dial_explorer()
    (entry,) = json.loads(path.read_text())["entries"].values()
    assert entry == {"kind": "missions", "lesson": "03", "done": [], "of": 3}
    reach_the_first(explorer)
    (entry,) = json.loads(path.read_text())["entries"].values()
    assert entry["done"] == [explorer.missions[0].task]


def test_a_mission_in_other_words_is_another_mission(path):
    keep_reached("A dial", ["Turn it to the left."], of=3)
    assert reached("A dial") == ("Turn it to the left.",)
    assert dial_explorer().reached == [False, False, False]
