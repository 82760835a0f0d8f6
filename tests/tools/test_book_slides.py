"""Slides of the lessons: few, a question before each result, nothing from the net."""

import re
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("sphinx", reason="the book's formulas need Sphinx: make setup installs it")

from docutils.utils.math import MathError

from tools.book import mathml, slides
from tools.book.decks import MOST, Slide, deck

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
each_lesson = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@each_lesson
def test_at_most_twelve_and_a_question_before_each_result(path):
    chosen = deck(nbformat.read(path, as_version=4))
    assert 1 <= len(chosen) <= MOST
    heads = [slide.text.split("\n")[0] for slide in chosen]
    asked = [place for place, head in enumerate(heads) if head == "## Predict"]
    assert [heads[place + 1] for place in asked] == ["## What happened"] * len(asked)
    assert heads.count("## What happened") == len(asked)
    assert all(chosen[place].notes for place in asked), "the speaker is told to let them vote"


@each_lesson
def test_what_is_shown_has_its_text_and_says_nothing_of_the_widget(path):
    for slide in deck(nbformat.read(path, as_version=4)):
        assert slide.text.count("<img") == slide.text.count('<img alt="') <= 1
        assert "Run this cell" not in slide.text and "You made no prediction" not in slide.text
        assert "](" not in slide.text.replace("\\](", "")


def test_a_page_asks_nobody_and_has_its_formulas_as_mathml():
    html = slides.page([Slide("# A\n\n$$\n\\frac{a}{b}\n$$\n\nand $x_i$", "Vote.")], "a")
    assert html.count("<math") == 2 and "<mfrac>" in html and '<aside class="notes">' in html
    assert not re.findall(r"(?:src|href)=\"(?!reveal/|data:|#)[^\"]+", html)


def test_formulas_of_all_lessons_can_be_read():
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                prose = re.sub(r"```.*?```|`[^`]*`", "", cell.source, flags=re.S)
                slides.with_formulas(prose)


def test_a_formula_that_cannot_be_read_is_an_error():
    assert "<msqrt>" in mathml.formula(r"\sqrt{\big(d\big)}")
    with pytest.raises(MathError, match="nonsense"):
        mathml.formula(r"\nonsense{x}")
