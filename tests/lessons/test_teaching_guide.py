"""The guide for teachers: every lesson's page is complete, and its minutes add up."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "teaching").glob("[0-9]*.md"))
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def part(path, heading):
    """The text under a heading."""
    text = path.read_text(encoding="utf-8")
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, flags=re.M | re.S)
    assert found, f"{path.name} has no part called {heading!r}"
    return found[1]


@each_page
@pytest.mark.parametrize("minutes", [45, 90])
def test_the_minutes_of_a_plan_add_up(path, minutes):
    rows = re.findall(r"^\| (\d+) \|", part(path, f"{minutes} minutes"), flags=re.M)
    assert sum(map(int, rows)) == minutes


@each_page
def test_it_has_wrong_predictions_numbers_and_three_polls(path):
    wrong = part(path, "Wrong predictions, and what to ask next").split("|---|---|\n")[1]
    assert all("?" in row or "(" in row for row in wrong.strip().splitlines())
    assert len(wrong.strip().splitlines()) >= 3
    assert re.search(r"\d", part(path, "Expected numbers")) and part(path, "If time is short")
    polls = re.split(r"^\d\. ", part(path, "Three polls"), flags=re.M)[1:]
    assert len(polls) == 3
    for poll in polls:
        assert len(re.findall(r"(?<![\w])[abc]\) ", poll)) == 3 and poll.count("**") == 2, poll


def test_the_courses_times_add_up():
    index = (ROOT / "docs" / "teaching" / "index.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\| \d \|", index, flags=re.M)) * 90 == 12 * 60
    starts = [60 * int(h) + int(m) for h, m in re.findall(r"^\| (\d):(\d\d) \|", index, re.M)]
    assert starts == sorted(starts) and starts[0] == 0 and starts[-1] == 5 * 60 + 30
