"""What a page says to somebody who cannot run a cell."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.book import cells, wording
from tools.book.lessons import lesson_page
from tools.book.sheets import sheet_page
from tools.book.stage import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHEETS = sorted((ROOT / "exercises").glob("*.ipynb"))
# What one does in JupyterLab only.
OF_JUPYTERLAB = re.compile(r"new\s+cell|•••|<kbd>|[Bb]efore\s+you\s+run|machine\s+ready")


def read(path):
    return nbformat.read(path, as_version=4)


def page_of(path):
    if path.parent.name == "notebooks":
        return lesson_page(read(path), path.name, set())
    return sheet_page(read(path), read(ROOT / "solutions" / path.name), path.name)


@pytest.mark.parametrize(
    "path", LESSONS + SHEETS, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_a_page_asks_for_nothing_that_only_jupyterlab_has(path):
    stored = {cell.id for cell in read(path).cells if cells.is_hidden(cell)}
    page = page_of(path)
    texts = [cell.source for cell in page.cells if cell.cell_type == "markdown"]
    assert not [found[0] for text in texts if (found := OF_JUPYTERLAB.search(text))]
    assert not [cell.source for cell in page.cells if "check_machine" in cell.source]
    shown = [cell for cell in page.cells if cell.id in stored]
    assert all({"hide-input", "remove-input"} & set(cell.metadata.tags) for cell in shown)


@pytest.mark.parametrize("told", [told for told, _ in wording.SAID])
def test_each_rule_of_wording_is_still_needed(told):
    texts = (cell.source for path in LESSONS + SHEETS for cell in read(path).cells)
    rule = re.compile(told.replace(" ", r"\s+"), re.S)
    assert any(rule.search(text) for text in texts), "no notebook says it: take the rule away"


def test_what_a_question_asks_for_is_folded_with_all_its_pictures():
    pictures = [new_output("display_data", {"image/png": ""}, metadata={"image/png": {"alt": a}})
                for a in "ab"]  # fmt: skip
    asked = new_code_cell("show()", outputs=pictures)
    other = new_code_cell("1", outputs=[new_output("stream", text="1")])
    texts = [new_markdown_cell("# T"), new_markdown_cell("Before\nyou run: what comes out?")]
    page = lesson_page(new_notebook(cells=[*texts, asked, other]), "a.ipynb", set())
    first, second, last = [cell for cell in page.cells if cell.cell_type == "code"]
    assert "hide-output" in first.metadata.tags and "hide-output" in second.metadata.tags
    assert first.metadata.mystnb["image"]["alt"] == "a"
    assert second.metadata.mystnb["image"]["alt"] == "b"
    assert "hide-output" not in last.metadata.get("tags", [])


def test_a_repair_is_folded_under_its_name():
    hidden = {"jupyter": {"source_hidden": True}}
    code = [
        new_code_cell("# One repair\nf()", metadata=hidden),
        new_code_cell("g()", metadata=hidden),
    ]
    page = lesson_page(new_notebook(cells=[new_markdown_cell("# T"), *code]), "a.ipynb", set())
    names = [c.metadata.mystnb["code_prompt_show"] for c in page.cells if c.cell_type == "code"]
    assert names == ["One repair", "Show the code"]
