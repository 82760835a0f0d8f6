"""The table of claims: each row leads to cells that exist, each lesson's verdict has a row."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "claims.md"
HEADS = {  # of each table, by the heading above it
    "The article's claims, tested": "the article says",
    "What one hears beside the article": "one hears",
}
COLUMNS = ["claim", "{}", "verdict", "what the cells show", "evidence"]
WITHOUT_CLAIMS = {"00b_numpy_refresher", "10b_real_words", "12_masks"}
LINK = re.compile(r"\[([^\]]+)\]\(([^)#]+)#cell-id=([^)]+)\)")


def tables():
    """{heading: rows of the table below it}."""
    text = PAGE.read_text(encoding="utf-8")
    return {part.splitlines()[0]: rows(part) for part in re.split(r"^#+ ", text, flags=re.M)[1:]}


def rows(text):
    lines = (line for line in text.splitlines() if line.startswith("|"))
    return [[part.strip() for part in re.split(r"(?<!\\)\|", x)[1:-1]] for x in lines]


ROWS = [row for table in tables().values() for row in table[2:]]


def key(claim):
    """Sorts 8b behind 8, H2 before H10."""
    return int(re.search(r"\d+", claim)[0]), claim


@pytest.mark.parametrize("heading", HEADS)
def test_a_table_has_its_columns_and_its_order(heading):
    head, _, *found = tables()[heading]
    assert head == [name.format(HEADS[heading]) for name in COLUMNS]
    assert all(len(row) == len(head) and all(row) for row in found)
    assert [row[0] for row in found] == sorted((row[0] for row in found), key=key)


def test_there_are_two_tables_and_no_claim_stands_twice():
    assert tables().keys() == HEADS.keys()
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[4][1:3]}")
def test_its_evidence_is_a_cell_that_exists(row):
    found = LINK.findall(row[4])
    assert found, "name at least one cell: [02 E3](../notebooks/….ipynb#cell-id=…)"
    for label, path, cell in found:
        notebook = nbformat.read(PAGE.parent / path, as_version=4)
        linked = [c.source for c in notebook.cells if c.id == cell]
        assert linked, f"{path} has no cell {cell}"
        names = re.findall(r"\bE\d+\b", label)
        missing = [name for name in names if not re.search(rf"{name}\b", linked[0][:200])]
        assert not missing, f"{path}: the cell {cell} does not begin with # {names}"


def judged_in(path):
    """The claims that a lesson's verdict names."""
    cells = nbformat.read(path, as_version=4).cells
    head = re.compile(r"^## (?:Verdict|What the article says|What one hears)", re.M)
    verdicts = [c.source[found.start() :] for c in cells if (found := head.search(c.source))]
    text = re.sub(r"Claim \d+ stays open", "", "\n".join(verdicts))
    number = r"(H?\d+b?)"
    numbers = re.findall(rf"Claims? {number}|^\| \**{number}\b|^\*\*{number}\b", text, flags=re.M)
    return {number for found in numbers for number in found if number}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_every_verdict_of_a_lesson_stands_in_the_table(path):
    listed = {row[0] for row in ROWS if path.name in row[4]}
    assert judged_in(path) or path.stem in WITHOUT_CLAIMS, "no closing box with claims is found"
    open_ones = (
        {"4", "14"} if path.stem in ("01_a_soft_library", "02_score_normalise_mix") else set()
    )
    assert judged_in(path) - open_ones <= listed
