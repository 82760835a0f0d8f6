"""The guide for teachers: every lesson's page is complete, and its minutes add up."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.lessons.test_numbers_in_docs import NUMBER, is_printed, value_of
from tools import teaching
from tools.book.moments import experiments_in

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


def lesson_of(path):
    (found,) = (ROOT / "notebooks").glob(f"{path.stem}_*.ipynb")
    return nbformat.read(found, as_version=4)


@each_page
def test_it_has_wrong_predictions_with_answers_numbers_and_three_polls(path):
    page, lesson = teaching.page_of(path.stem), lesson_of(path)
    asked = "\n".join(cell.source for cell in lesson.cells)
    assert len(page.wrong) >= 3
    for wrong in page.wrong:
        assert "?" in wrong.ask or "(" in wrong.ask or "Look" in wrong.ask, wrong
        assert wrong.about is None or f'"{wrong.about}",' in asked, f"no prediction {wrong.about}"
        for answer in (wrong.good, wrong.poor):
            said, _, reply = answer.partition("” ")
            assert said.startswith("“") and reply, f"“what one says.” what to say to it: {answer}"
    assert re.search(r"\d", part(path, "Expected numbers")) and part(path, "If time is short")
    assert len(page.polls) == 3
    for poll in page.polls:
        assert "".join(poll.options) == "abc" and "**" not in poll.asked + "".join(
            poll.options.values()
        )


@each_page
def test_what_is_never_skipped_is_there_to_be_shown(path):
    page, lesson = teaching.page_of(path.stem), lesson_of(path)
    sources = "\n".join(cell.source for cell in lesson.cells)
    there = {name for cell in lesson.cells for name in experiments_in(cell)}
    named = {"the bug hunt": "### Bug hunt", "the explorer": "_explorer()"}
    assert page.keep, "at least one experiment that no plan leaves out"
    for name in page.keep:
        assert name in there or f'"{name}",' in sources or named.get(name, "?!") in sources, name


@each_page
def test_a_lesson_that_trains_says_how_long_one_waits(path):
    """What a lesson has stored of a bar of progress is a training that runs in class."""
    outputs = (output for cell in lesson_of(path).cells for output in cell.get("outputs", []))
    trains = any("step/s]" in o.get("data", {}).get("text/plain", "") for o in outputs)
    waits = teaching.page_of(path.stem).waits
    assert bool(re.search(r"\d s\b", waits)) or not trains, "python -m tools.minutes --waits"
    parts = [int(n) for n in re.findall(r"(\d+) s\b(?! in all)", waits)]
    for total in re.findall(r"(\d+) s in all", waits):
        assert int(total) == sum(parts), f"{parts} are not {total} in all"


def numbers_of(lesson):
    """Every number that a lesson's prose, code, outputs and descriptions of pictures have."""
    texts = [cell.source for cell in lesson.cells]
    for output in (output for cell in lesson.cells for output in cell.get("outputs", [])):
        data = output.get("data", {})
        texts += [output.get("text", ""), data.get("text/plain", ""), str(output.get("metadata"))]
    return [value_of(one) for text in texts for one in re.findall(NUMBER, text.replace("_", ""))]


@each_page
def test_a_figure_in_an_answer_is_one_of_the_lesson(path):
    """Of decimals and of large numbers: small whole ones are counted on fingers."""
    page, known = teaching.page_of(path.stem), numbers_of(lesson_of(path))
    said = [text for wrong in page.wrong for text in (wrong.good, wrong.poor)]
    said += [why for poll in page.polls for why in poll.why.values()]
    figures = [one.strip(",") for text in said for one in re.findall(NUMBER, text)]
    told = [one for one in figures if "." in one or abs(value_of(one)) >= 200]
    wrong = [one for one in told if not is_printed(one, True, known)]
    assert len(told) >= 3 and not wrong, f"{path.name}: the lesson has no {wrong}"


POLL = "1. Which? a) 1 b) 2.\n\n   <details><summary>Answer</summary>\n\n   {}\n\n   </details>"


@pytest.mark.parametrize(
    "text",
    [
        POLL.format("**b.** Yes."),  # a has no reason
        POLL.format("b. Yes. a) No."),  # none is right
        POLL.format("**c.** Yes. a) No. b) No."),
        "1. Which? a) 1 b) **2**.",
    ],
)
def test_a_poll_that_cannot_be_read_is_an_error(text):
    good = POLL.format("**b.** Yes. a) No.")
    assert teaching.read(f"## Three polls\n\n{good}\n").polls[0].why == {"a": "No.", "b": "Yes."}
    with pytest.raises(ValueError, match=r"parts have the form|needs an answer such as"):
        teaching.read(f"## Three polls\n\n{text}\n")


def test_a_wrong_prediction_without_answers_is_an_error():
    with pytest.raises(ValueError, match="0 of 1 parts"):
        teaching.read("## Wrong predictions, and what to ask next\n\n**“a”** *Ask:* Why?\n")


def test_the_courses_times_add_up():
    index = (ROOT / "docs" / "teaching" / "index.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\| \d \|", index, flags=re.M)) * 90 == 12 * 60
    starts = [60 * int(h) + int(m) for h, m in re.findall(r"^\| (\d):(\d\d) \|", index, re.M)]
    assert starts == sorted(starts) and starts[0] == 0 and starts[-1] == 5 * 60 + 30
