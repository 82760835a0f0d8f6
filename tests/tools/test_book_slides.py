"""Slides of the lessons: a question before each result, what no plan skips, notes that help."""

import re
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("sphinx", reason="the book's formulas need Sphinx: make setup installs it")

from docutils.utils.math import MathError

from tools import teaching
from tools.book import mathml, moments, slides
from tools.book.decks import MOST, deck
from tools.book.exhibits import explorers, formulas, hunts
from tools.book.moments import Slide
from tools.minutes import required

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
TAUGHT = [path for path in NOTEBOOKS if teaching.page_of(path.stem)]
each_deck = pytest.mark.parametrize("path", TAUGHT, ids=lambda path: path.stem)
TRUTH = re.compile(r"(?:^|: )\s*(?:True|False)\s*$", re.M)


def parts(path):
    """A lesson, its teaching page, its deck."""
    lesson, page = nbformat.read(path, as_version=4), teaching.page_of(path.stem)
    return lesson, page, deck(lesson, page)


def head(slide):
    return slide.text.split("\n")[0]


@each_deck
def test_a_question_stands_on_a_slide_before_each_result(path):
    _, _, chosen = parts(path)
    assert 8 <= len(chosen) <= MOST
    heads = [head(slide) for slide in chosen]
    asked = [place for place, one in enumerate(heads) if one in ("## Predict", "## Before it runs")]
    assert asked and heads.count("## What happened") == heads.count("## Predict")
    for place in asked:
        assert heads[place + 1] == "## What happened" or heads[place] == "## Before it runs"
        assert "<pre" not in chosen[place].text and "<figure" not in chosen[place].text
        assert "<pre" in chosen[place + 1].text or "<figure" in chosen[place + 1].text


@each_deck
def test_what_no_plan_skips_is_on_a_slide(path):
    lesson, page, chosen = parts(path)
    shown = {slide.text for slide in chosen}
    asked = moments.predictions(lesson)
    _, optional = required(lesson.cells)
    exhibits = [*hunts(lesson), *explorers(lesson)]
    exhibits += formulas(lesson, {cell.id for cell in optional})[:3]
    musts = list(exhibits)
    for name in page.keep:
        named = [moment for moment in (*asked, *exhibits) if name in moment.names]
        musts += named or [moments.experiment(lesson, name)]
    assert all(musts), f"docs/teaching: the lesson has not all of {list(page.keep)}"
    missing = [m.names for m in musts if not {slide.text for slide in m.slides} <= shown]
    assert not missing
    assert sum("Bug hunt" in cell.source for cell in lesson.cells) == len(hunts(lesson))
    assert any("<figure" in text for text in shown)


@each_deck
def test_polls_keep_their_answer_until_one_goes_on(path):
    _, page, chosen = parts(path)
    polls = [slide for slide in chosen if head(slide).startswith("## Poll")]
    assert len(polls) == len(page.polls) == 3
    for slide, poll in zip(polls, page.polls, strict=True):
        seen, _, hidden = slide.text.partition('<div class="fragment">')
        assert "strong" not in seen and f"<strong>{poll.right}.</strong>" in hidden
        assert slide.notes.startswith(f"Right is {poll.right}.")
        assert all(poll.why[letter] in slide.notes for letter in poll.why if letter != poll.right)


@each_deck
def test_notes_differ_and_every_question_has_some(path):
    _, page, chosen = parts(path)
    notes = [slide.notes for slide in chosen if slide.notes]
    assert len(notes) == len(set(notes)) and len(notes) >= len(chosen) - 2
    said = "\n".join(notes)
    asked = [wrong for wrong in page.wrong if wrong.ask in said]
    assert len(asked) >= min(2, len(page.wrong))
    assert all(wrong.good in said and wrong.poor in said for wrong in asked)


@each_deck
def test_a_result_is_a_number_or_a_picture_and_never_whether_it_is_true(path):
    _, _, chosen = parts(path)
    for slide, following in zip(chosen, [*chosen[1:], Slide("")], strict=True):
        assert not TRUTH.search(re.sub(r"<[^>]*>", "", slide.text)), slide.text[:200]
        if head(slide) == "## What happened" and "<figure" not in slide.text:
            numbers = slide.text.partition("<pre")[2].partition(">")[2]
            assert re.search(r"\d|looks most at", numbers), slide.text
        if head(following) == "## The numbers":
            assert "<figure" in slide.text and re.search(r"\d", following.text)


@each_deck
def test_what_is_shown_has_its_text_and_says_nothing_of_the_widget(path):
    for slide in parts(path)[2]:
        assert slide.text.count("<img") == slide.text.count('<img alt="') <= 1
        assert "Run this cell" not in slide.text and "You made no prediction" not in slide.text
        assert "folded" not in slide.text and "](" not in slide.text.replace("\\](", "")


def test_what_is_never_skipped_and_the_common_mistake_are_told_to_the_speaker():
    _, page, chosen = parts(next(path for path in TAUGHT if path.stem.startswith("06")))
    place = next(i for i, slide in enumerate(chosen) if "states are shuffled" in slide.text)
    assert page.keep["E9"] in chosen[place].notes and page.wrong[-1].poor in chosen[place].notes
    assert "1 by position" in chosen[place + 1].text and "0.018" in chosen[place + 1].text
    assert "20 s" in chosen[0].notes and "5 min: recall" in chosen[0].notes


def test_a_page_asks_nobody_and_has_its_formulas_as_mathml():
    html = slides.page([Slide("# A\n\n$$\n\\frac{a}{b}\n$$\n\nand $x_i$, `$HOME$`", "Vote.")], "a")
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


def test_one_lesson_is_made_by_its_number_and_the_refresher_has_no_deck(tmp_path, capsys):
    slides.main(["06", "00b"], tmp_path)
    assert [path.name for path in tmp_path.glob("*.html")] == ["06_scaled_dot_scoring.html"]
    assert "1 decks" in capsys.readouterr().out


def test_two_predictions_that_one_cell_answers_get_an_answer_each():
    lesson = nbformat.read(next(p for p in TAUGHT if p.stem.startswith("10_")), as_version=4)
    (one,) = [m for m in moments.predictions(lesson) if "10.numbers" in m.names]
    (two,) = [m for m in moments.predictions(lesson) if "10.short" in m.names]
    assert "22.7" in one.slides[1].text and "more than 25 points" in two.slides[1].text


def test_what_one_hears_is_on_the_slides_of_part_two_with_its_number():
    (path,) = [path for path in TAUGHT if path.stem.startswith("16")]
    (heard,) = [one.text for one in parts(path)[2] if head(one) == "## What one hears"]
    assert "| one hears 听到的说法 | verdict |" in heard and "| H7 More heads cost" in heard
    assert '<span class="fragment">' in heard
