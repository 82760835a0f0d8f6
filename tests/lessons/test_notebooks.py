"""What every notebook keeps to, so that all learners can read, follow and run it."""

import json
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from course_utils.command import alone
from tools.normal_form import problems

ROOT = Path(__file__).resolve().parents[2]
LINES_OF_A_CELL = 15
WORDS_OF_A_CELL = 120
WORDS_OF_A_BOX = 300  # the closing box quotes in full what the article says, or what one hears
BOX = re.compile("## What (the article says|one hears)")
CELLS_OF_A_LESSON = range(20, 41)
SHORT = {"10b_real_words"}
UNCOMPARED_OUTPUTS = 3
# Sheets without a lesson of their own.
OWN_SHEETS = {
    *("20_capstone_translator", "20b_capstone_sounds", "course_test"),
    *("r1_review", "r2_review", "r3_review", "r4_review"),
}


def notebooks_in(folder):
    return sorted((ROOT / folder).glob("*.ipynb"))


LESSONS = notebooks_in("notebooks")
EXECUTED = LESSONS + notebooks_in("solutions")


def short(path):
    return f"{path.parent.name}/{path.stem}"


each_lesson = pytest.mark.parametrize("path", LESSONS, ids=short)
each_executed = pytest.mark.parametrize("path", EXECUTED, ids=short)


def cells(path, kind):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def outputs(path):
    return [output for cell in cells(path, "code") for output in cell.outputs]


def prose(cell):
    """What an author wrote in a Markdown cell, without its code blocks and mathematics."""
    text = re.sub(r"```.*?```", "", alone.without_line(cell.source), flags=re.S)
    return re.sub(r"\$\$.*?\$\$|\$[^$\n]*\$|\\begin\{.*?\\end\{\w+\*?\}", "", text, flags=re.S)


@each_executed
def test_is_in_normal_form_and_executed(path):
    assert not problems(path.read_text(encoding="utf-8")), f"run: make notebooks NAMES={path.stem}"


@each_executed
def test_has_one_title_and_headings_in_order(path):
    text = "\n".join(prose(cell) for cell in cells(path, "markdown"))
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.M)]
    assert levels[0] == 1 and levels.count(1) == 1
    skips = [(upper, lower) for upper, lower in pairwise(levels) if lower > upper + 1]
    assert not skips, "a level of headings is skipped"


@each_lesson
def test_title_cell_tells_the_minutes(path):
    assert re.search(r"\d+ min", cells(path, "markdown")[0].source)


@each_lesson
def test_code_cells_are_short(path):
    visible = [c for c in cells(path, "code") if not c.metadata.get("jupyter")]
    long = [c.source for c in visible if len(c.source.splitlines()) > LINES_OF_A_CELL]
    assert not long, f"a cell of code has at most {LINES_OF_A_CELL} lines"


@each_lesson
def test_prose_cells_are_short(path):
    lengths = {}
    for cell in cells(path, "markdown"):
        # A link counts as its text, a tag of HTML not at all.
        text = re.sub(r"\]\([^)]*\)|<[^>]*>", " ", prose(cell))
        lengths[cell.source[:60]] = len(re.findall(r"[^\W_]+(?:['’.-][^\W_]+)*", text))
    most = {start: WORDS_OF_A_BOX if BOX.search(start) else WORDS_OF_A_CELL for start in lengths}
    long = {start: words for start, words in lengths.items() if words > most[start]}
    assert not long, f"a cell of prose has at most {WORDS_OF_A_CELL} words, {long}"


@each_lesson
def test_has_the_length_of_a_lesson(path):
    # a folded cell is a card, or a way out: one reads it only when one opens it
    folded = [c for c in cells(path, "code") if c.metadata.get("jupyter", {}).get("source_hidden")]
    count = len(nbformat.read(path, as_version=4).cells) - len(folded)
    assert count in CELLS_OF_A_LESSON or path.stem in SHORT, (
        f"notebooks/{path.name} has {count} cells: a lesson has {CELLS_OF_A_LESSON[0]} to "
        f"{CELLS_OF_A_LESSON[-1]}, or is named in SHORT, tests/lessons/test_notebooks.py"
    )


@each_executed
def test_every_picture_has_a_text(path):
    for output in outputs(path):
        for kind in ("image/png", "image/jpeg", "image/svg+xml"):
            if kind in output.get("data", {}):
                described = output.metadata.get(kind, {}).get("alt")
                assert described, "a picture without alt text: show(figure) adds it, or alt=..."
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    assert not re.search(r"!\[\s*\]|<img(?![^>]*alt=\"[^\"]+\")", text)


@each_executed
def test_no_output_is_an_error_or_a_warning(path):
    for cell in cells(path, "code"):
        expected = "raises-exception" in cell.metadata.get("tags", [])
        for output in cell.outputs:
            assert output.output_type != "error" or expected
            text = output.get("text", "") if output.get("name") == "stderr" else ""
            assert not re.search(r"Warning|Glyph|Traceback", text), text


@each_executed
def test_links_lead_to_files_that_exist(path):
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    targets = re.findall(r"\]\(([^)\s]+)[^)]*\)|(?:href|src)=\"([^\"]+)\"", text)
    local = [first or second for first, second in targets]
    local = [t.split("#")[0] for t in local if not re.match(r"https?:|mailto:|#", t)]
    missing = [target for target in local if not (path.parent / target).exists()]
    assert not missing


@each_executed
def test_names_no_path_and_no_server_of_the_author(path):
    text = json.dumps(nbformat.read(path, as_version=4), ensure_ascii=False)
    text = re.sub(r'"image/png": "[^"]*"', "", text)
    assert not re.findall(
        r"(?<![\w.])/(?:home|root|tmp|Users|opt|mnt)/|localhost|127\.0\.0\.1", text
    )


@each_executed
def test_nearly_every_output_is_compared(path):
    uncompared = [
        cell
        for cell in cells(path, "code")
        if re.search(r"nbval.(ignore.output|skip)", str(cell.metadata) + cell.source, flags=re.I)
    ]
    assert len(uncompared) <= UNCOMPARED_OUTPUTS


def test_a_sheet_has_its_lesson_and_its_solution():
    lessons, solutions, sheets = (
        {path.stem for path in notebooks_in(folder)}
        for folder in ("notebooks", "solutions", "exercises")
    )
    assert sheets == solutions, "make exercises"
    assert sheets <= lessons | OWN_SHEETS
