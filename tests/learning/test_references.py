"""One bibliography: every work that code, notes or lessons name is in it, and none twice."""

import re
from pathlib import Path

import nbformat
import pytest

from course_utils.learning.references import BIBLIOGRAPHY, references

ROOT = Path(__file__).resolve().parents[2]
# "(Luong et al., 2015, 3.1)" and "Milakov & Gimelshein, 2018" in docstrings
CITED = re.compile(
    r"([A-Z][\w-]+)(?: et al\.| & [A-Z]\w+| and [A-Z]\w+(?:'s)?)?,? \(?(20\d\d)([a-z]?)"
)
KEY = re.compile(r"\[([^\[\]]*[A-Z][^\[\]]* 20\d\d[a-z]?)\]")


def test_the_keys_are_in_order():
    assert list(BIBLIOGRAPHY) == sorted(BIBLIOGRAPHY)


@pytest.mark.parametrize("path", sorted((ROOT / "course_utils").glob("*.py")), ids=lambda p: p.stem)
def test_what_docstrings_cite_is_in_the_bibliography(path):
    if path.stem == "references":
        return
    text = " ".join(path.read_text(encoding="utf-8").split())
    cited = {f"{name} {year}{letter}" for name, year, letter in CITED.findall(text)}
    assert cited <= set(BIBLIOGRAPHY)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_a_lesson_lists_what_it_cites(path):
    notebook = nbformat.read(path, as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    cited = {key.strip() for group in KEY.findall(prose) for key in group.split(";")}
    last = notebook.cells[-1].source
    listed = set(re.findall(r'"([^"]+ 20\d\d[a-z]?)"', last)) if "references(" in last else set()
    assert cited == listed


def test_an_unknown_key_is_named():
    with pytest.raises(KeyError, match="the bibliography has no 'Nobody 1999'"):
        references("Nobody 1999")


def test_a_reference_shows_as_text_and_as_html():
    shown = references("Luong 2015")
    assert (
        "[Luong 2015] M.-T. Luong" in repr(shown) and "<b>[Luong 2015]</b>" in shown._repr_html_()
    )
