"""What a narrow window does to tables and to drawings made of letters."""

from pathlib import Path

import pytest

from tools.book import tables

STATIC = Path(__file__).resolve().parents[2] / "docs" / "site" / "static"
LONG = "so many words that no column of a telephone would ever hold them all "
BOX = '<div class="pst-scrollable-table-container">{}</div>'
ROWS = "".join(
    f"<tr><td><p>{n}</p></td><td><p>{LONG}</p></td><td>yes</td><td>{LONG}</td></tr>"
    for n in range(3)
)
NAMES = "".join(f'<th class="head"><p>{name}</p></th>' for name in ("claim", "said", "is", "seen"))
TABLE = BOX.format(
    f'<table class="table"><thead><tr>{NAMES}</tr></thead><tbody>{ROWS}</tbody></table>'
)
NAMED = BOX.format(
    '<table class="table"><tbody><tr><td><code><span class="pre">--a-long_name/</span></code></td>'
    f"<td>{LONG}</td></tr></tbody></table>"
)
AWAY = """<div class="prev-next-area"><a class="left-prev"><div class="prev-next-info">
  <p class="prev-next-title">a title of several words, and some more of them</p></div></a></div>"""
LINE = "[ q q q q | k k k k ]" + " " * 40 + "positions"
DRAWING = '<div class="highlight-default"><div class="highlight"><pre>{}</pre></div></div>'
OUT_OF_SIGHT = """[...document.querySelectorAll('.stacks td')].filter(cell => {
  const box = cell.getBoundingClientRect();
  return box.right > innerWidth || box.width < 100; }).length"""
LABELS = """[...document.querySelectorAll('.stacks tbody tr:first-child td')]
  .map(cell => getComputedStyle(cell, '::before').content)"""


@pytest.fixture
def telephone(browser):
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    css = "".join((STATIC / name).read_text("utf-8") for name in ("book.css", "page.css"))
    body = tables.stacked(TABLE) + NAMED + AWAY + DRAWING.format(f"{LINE}\n{LINE}")
    page.set_content(f'<style>{css}</style><main class="bd-article">{body}</main>')
    yield page
    context.close()


def test_every_cell_of_a_table_of_sentences_is_in_sight_and_says_its_column(telephone):
    assert telephone.evaluate(OUT_OF_SIGHT) == 0
    _, *labels = telephone.evaluate(LABELS)
    assert ["said" in labels[0], "is" in labels[1], "seen" in labels[2]] == [True] * 3
    row = telephone.get_by_role("row").nth(1)
    assert row.get_by_role("cell").count() == 4, "it is still a table for a screen reader"
    telephone.set_viewport_size({"width": 900, "height": 800})
    assert telephone.evaluate(LABELS) == ["none"] * 4


def test_a_drawing_of_letters_keeps_its_lines(telephone):
    height = "document.querySelector('pre').getBoundingClientRect().height"
    narrow = telephone.evaluate(height)
    telephone.evaluate("document.querySelector('pre').textContent = 'a\\nb'")
    assert telephone.evaluate(height) == narrow


def test_a_name_in_a_table_stays_whole_and_a_title_has_the_lines_width(telephone):
    parts = "document.querySelector('td .pre').getClientRects().length"
    assert telephone.evaluate(parts) == 1
    width = "document.querySelector('.prev-next-area a').getBoundingClientRect().width"
    assert telephone.evaluate(width) > 300
