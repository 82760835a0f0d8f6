"""A lesson's minutes: counted by stated rates, and told alike wherever they are told."""

import re
from pathlib import Path

import nbformat
import pytest

from tools import minutes

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_RUNNING = 3  # minutes: what this test, which runs nothing, cannot see


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_takes_about_as_long_as_it_says(path):
    cells, _ = minutes.required(nbformat.read(path, as_version=4).cells)
    counted, told = sum(minutes.minutes(cells).values()), minutes.stated(path)
    off = [minutes.is_off(counted + running, told) for running in (0, MOST_RUNNING)]
    assert not all(off), (
        f"{path.name} says {told} minutes, counted were {counted:.0f}: python -m tools.minutes"
    )


def told_by_map():
    """{stem: minutes} of the table of lessons in lesson 00; a row may name several lessons."""
    cells = nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", as_version=4).cells
    (text,) = [cell.source for cell in cells if "| lesson | minutes |" in cell.source]
    told = {}
    for row, numbers in re.findall(r"^\| (.*) \| ([\d, ]+) \|$", text, flags=re.M):
        stems = re.findall(r"\]\((\w+)\.ipynb\)", row) or ["00_start_here"]
        told |= dict(zip(stems, map(int, numbers.split(", ")), strict=True))
    return told


def test_the_map_tells_the_minutes_of_every_lesson():
    assert told_by_map() == {path.stem: minutes.stated(path) for path in LESSONS}


def test_the_front_page_tells_the_shortest_and_the_longest():
    numbered = [path for path in LESSONS if re.match(r"\d\d_", path.stem)]
    told = sorted(map(minutes.stated, numbered))
    text = (ROOT / "docs" / "site" / "index.md").read_text(encoding="utf-8")
    assert f"lessons of {told[0]} to {told[-1]} minutes" in text


def cell(kind, source, **metadata):
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[kind]
    return make(source, metadata=metadata)


def test_what_is_read_answered_and_built_is_counted():
    folded = {"jupyter": {"source_hidden": True}}
    found = minutes.minutes(
        [
            cell("markdown", "one [two](three.ipynb) $x + y$ four"),
            cell("code", "import numpy\n\nx = 1\ny = 2"),
            cell("code", "predict('00.a')", **folded),
            cell("code", "check('00.a', f)\ndial_explorer()"),
            cell("code", "quiz([Question(), Question()])"),
        ]
    )
    assert found["prose"] == 4 / minutes.WORDS_A_MINUTE
    assert found["code"] == 4 / minutes.LINES_A_MINUTE
    each = minutes.MINUTES
    assert found["prediction"] == each["prediction"] and found["blank"] == each["blank"]
    assert found["mission"] == 3 * each["mission"] and found["question"] == 2 * each["question"]


def test_what_is_optional_is_apart():
    cells = [
        cell("markdown", text) for text in ("# T (optional)", "## A. Optional: b", "c", "## D")
    ]
    everybody, some = minutes.required(cells)
    assert [len(everybody), len(some)] == [2, 2]


def test_only_cells_that_one_waits_for_are_named_with_their_seconds(tmp_path, monkeypatch):
    monkeypatch.setattr(minutes, "LONG", 0.2)
    busy = "# E1 · busy\nimport time\nend = time.process_time() + 0.5\n"
    sources = ["x = 1", busy + "while time.process_time() < end:\n    pass", "print(x)"]
    cells = [cell("markdown", "# T"), *(cell("code", source) for source in sources)]
    ((seconds, source),) = minutes.waits(nbformat.v4.new_notebook(cells=cells), tmp_path)
    assert source.startswith("# E1") and 0.4 < seconds < 5
