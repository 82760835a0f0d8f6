"""The web book's parts, without Sphinx: how notebooks, docstrings and the glossary become pages."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import __version__
from tools.book import api, cells, chinese, flowcharts, front, glossary, links, stills
from tools.book.lessons import lesson_page
from tools.book.sheets import sheet_page

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHEETS = sorted((ROOT / "exercises").glob("*.ipynb"))
SMALL = "R0lGODlhAQABAAAAACw="


def picture(alt, kind="image/png", text="<Figure>"):
    about = {kind: {"alt": alt, "width": 640}}
    return new_output("display_data", {kind: SMALL, "text/plain": text}, metadata=about)


def test_links_to_cells_become_links_to_labels():
    text = "[01 E1](../notebooks/01_a.ipynb#cell-id=416b) and [a page](notation.md#Sizes)"
    assert links.in_book(text) == "[01 E1](#cell-416b) and [a page](notation.md#Sizes)"
    assert links.label("416b") == "(cell-416b)="


def test_every_claim_links_to_a_cell_that_gets_a_label():
    linked = links.linked_cells(ROOT)
    there = {c.id for path in NOTEBOOKS for c in nbformat.read(path, as_version=4).cells}
    assert len(linked) > 40 and linked <= there


def test_each_picture_of_a_cell_gets_its_own_text_and_width():
    cell = new_code_cell("show()", outputs=[picture("one"), new_output("stream"), picture("two")])
    first, second = cells.described(cell)
    assert first.metadata["mystnb"]["image"] == {"alt": "one", "width": "640px"}
    assert second.metadata["mystnb"]["image"]["alt"] == "two"
    assert first.source == "show()" and second.metadata["tags"] == ["remove-input"]
    assert len(first.outputs) == 2 and len(second.outputs) == 1


def test_a_lesson_says_how_to_run_it_and_labels_what_is_linked():
    quiz = new_code_cell("shown()", id="q", metadata={"jupyter": {"source_hidden": True}})
    notebook = new_notebook(cells=[new_markdown_cell("# Title", id="t"), quiz])
    title, note, label, shown = lesson_page(notebook, "01_a.ipynb", {"q", "t"}, "摘要").cells
    assert title.source.startswith("(cell-t)=\n# Title") and label.source == "(cell-q)="
    assert "make lab" in note.source and "notebooks/01_a.ipynb" in note.source
    assert "摘要" in note.source and shown.metadata["tags"] == ["hide-input"]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_sheet_shows_every_question_first_and_its_solution_folded(path):
    solution = nbformat.read(ROOT / "solutions" / path.name, as_version=4)
    answers = [cell.id for cell in solution.cells if "### BEGIN SOLUTION" in cell.source]
    page = sheet_page(nbformat.read(path, as_version=4), solution, path.name)
    ids = [cell.id for cell in page.cells]
    if path.stem == "course_test":
        assert "What is a key for?" in str(page.cells), "its cards are shown as they are stored"
    for cell_id in answers:
        place = ids.index(f"{cell_id}-solved")
        assert ids[place - 2] == cell_id, "the question stands above, and then its hints"
        assert page.cells[place].metadata["tags"] == ["hide-cell"]
    text = "\n".join(cell.source for cell in page.cells)
    assert "SOLUTION" not in text and "HIDDEN TESTS" not in text and "../solutions/" not in text


def test_a_flowchart_is_a_row_of_boxes_and_an_arrow_back_starts_a_row():
    text = (
        '```mermaid\nflowchart LR\n    A["a & b"] --> B["see"]\n    B -- then --> C["say"]\n'
        '    C -- "asks again" --> B\n```'
    )
    html = flowcharts.drawn(f"before\n{text}\nafter")
    assert html.startswith("before\n<div") and html.endswith("</div>\nafter")
    assert html.count("<p>") == 2 and "a &amp; b" in html and "<i>asks again</i> →" in html


def test_an_edge_that_is_not_understood_is_named():
    with pytest.raises(ValueError, match="got 'A ==> B'"):
        flowcharts.flowchart("A ==> B")


def test_a_reading_is_a_table_of_what_which_and_how_much():
    assert stills.rows_of("Weights: sea 0.639, scores (3, 7).") == [
        '<tr><th scope="row">Weights</th><td>sea</td><td>0.639</td></tr>',
        '<tr><th scope="row">Weights</th><td>scores</td><td>(3, 7)</td></tr>',
    ]
    assert stills.rows_of("Rows are equal.") == ['<tr><td colspan="3">Rows are equal.</td></tr>']
    assert stills.table("A: b 1.5. C; D: <e>").count("<tr>") == 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_explorer_has_controls_a_still_and_a_table(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            if stills.is_explorer(output):
                html = stills.shown(output, cell.source).data["text/html"]
                said = re.search("<desc>([^<]+)</desc>", html)[1]
                assert not said.startswith("Step 0 of") and "Run this cell" not in html
                assert html.count("<tr>") >= 1 and html.count("data-control=") >= 2


def test_an_explorer_that_nobody_calls_is_an_error():
    output = new_output("display_data", {"image/svg+xml": "<svg/>"})
    output.metadata = {"image/svg+xml": {"alt": "A picture."}}
    with pytest.raises(ValueError, match=r"a line such as shelf_explorer\(\), got 'show\(\)'"):
        stills.shown(output, "show()")


def test_the_glossary_gets_the_first_cell_of_each_term_and_leaves_out_the_rest():
    lesson = new_notebook(
        cells=[
            new_markdown_cell("## Map of the course 查询", id="map"),
            new_markdown_cell("A query (查询).", id="first"),
            new_markdown_cell("查询 again; a Key.", id="later"),
        ]
    )
    rows = ("term | 中文 | x", "---|---|---", "query | 查询 | ", "key, k | 键 | ", "no | 无 | ")
    text = "# G\n" + "\n".join(f"| {row}|" for row in rows)
    page, linked = glossary.with_first_uses(text, {"01_a": lesson})
    assert "| query | 查询 | | [01](#cell-first) |" in page and linked == {"first", "later"}
    assert "first in |" in page and "无" not in page


def test_most_terms_of_the_glossary_are_used_in_a_lesson():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    lessons = {path.stem: nbformat.read(path, as_version=4) for path in NOTEBOOKS}
    page, _ = glossary.with_first_uses(text, lessons)
    assert page.count("](#cell-") >= 45


def test_every_lesson_has_its_summary_in_chinese():
    known = chinese.summaries((ROOT / "docs" / "chinese.md").read_text(encoding="utf-8"))
    missing = {path.stem for path in NOTEBOOKS if path.stem.split("_")[0] not in known}
    assert not missing, "docs/chinese.md: ## <number> <title>, three sentences, **关键词**"
    for number, summary in known.items():
        assert "关键词" in summary and len(re.findall("[。？]", summary)) >= 3, number
        assert summary.startswith('<details lang="zh-Hans">')


def test_the_front_page_counts_lessons_and_verdicts():
    claims = "| claim |\n|---|\n" + "".join(
        f"| {number} | said | {verdict} | seen | [x](y) |\n"
        for number, verdict in ((1, "true"), (4, "half true"), (8, "wrong"), (8, "imprecise"))
    )
    template = "$lessons lessons. $verdicts\n$claims"
    page = front.front_page(template, claims, ["00_a", "00b_b", "01_c"])
    assert page.startswith("2 lessons. So far 4 tests have a verdict: 1 true")
    assert "2 imprecise or half true; 1 wrong." in page and "| said | wrong | seen |" in page


def test_every_verdict_of_the_claims_is_counted():
    rows = front.table((ROOT / "docs" / "claims.md").read_text(encoding="utf-8"))
    uncounted = [
        row[2] for row in rows if not any(re.match(s, row[2]) for s in front.KINDS.values())
    ]
    assert not uncounted, "tools/book/front.py: KINDS has no word for them"


def test_the_reference_has_every_module_and_no_answers():
    pages = api.pages(ROOT / "course_utils")
    rooms = {path.parent.name for path in (ROOT / "course_utils").glob("*/__init__.py")}
    text, modules = "".join(pages.values()), {name for name in pages if name.startswith("module.")}
    assert set(pages) - modules == {f"{name}.md" for name in {"index", "subject"} | rooms}
    assert "# attention\n" in pages["module.attention.md"]
    assert "# learning.panels\n" in pages["module.learning.panels.md"]
    assert "# checks.desk\n" in pages["module.checks.desk.md"] and ".sheets.sheet_" not in text
    for room in rooms:
        assert f"\nmodule.{room}" in pages[f"{room}.md"], "a room's page leads to its modules"
    assert (
        "```{py:function} attend(queries, keys, values, score=ScaledDotScore(), mask=None)" in text
    )


def test_a_docstring_keeps_its_words_its_code_and_its_examples():
    tree = ast.parse('"""Σ_j α_tj <x> ``a_b`` **no** * 2.\n\n    >>> f(1)\n\nEnd."""')
    assert api.docstring(tree) == (
        "Σ\\_j α\\_tj \\<x\\> ``a_b`` **no** \\* 2.\n\n~~~\n>>> f(1)\n~~~\n\nEnd."
    )


def test_what_is_cited_is_this_version():
    text = (ROOT / "docs" / "cite.md").read_text(encoding="utf-8")
    assert text.count(f"ersion {__version__}") == 2


def test_a_signature_is_a_call_as_one_writes_it():
    (tree,) = ast.parse("def marked(self, rows: list[Row], *, late: bool = False) -> Row: ...").body
    assert api.signature(tree) == "marked(rows, *, late=False)"
