"""Where a page says `≈ 0.97`, a lesson has printed that number: pages take their figures from it.

docs/claims.md is held against the notebooks that its row links, a teaching page against its lesson.
"""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NUMBER = r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
SAID = re.compile(rf"≈ ({NUMBER})( ?%)?")
LINKED = re.compile(r"\(\.\./(notebooks/[^)#]+\.ipynb)#")


def value_of(text):
    return float(text.replace(",", "").replace("−", "-"))


def printed_by(path):
    """Every number that a notebook's stored outputs show behind `≈`."""
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            behind = re.findall(r"≈(.*)", text)
            found += [value_of(number) for line in behind for number in re.findall(NUMBER, line)]
    return found


def places():
    """(where, the text of a page or of a row, the notebooks that it speaks of)."""
    for line in (ROOT / "docs" / "claims.md").read_text(encoding="utf-8").splitlines():
        if "≈" in line and line.startswith("|"):
            yield f"claims.md, {line[:40]}", line, [ROOT / name for name in LINKED.findall(line)]
    for page in sorted((ROOT / "docs" / "teaching").glob("[0-9]*.md")):
        text = page.read_text(encoding="utf-8")
        if "≈" in text:
            yield (
                f"teaching/{page.name}",
                text,
                list((ROOT / "notebooks").glob(f"{page.stem}_*.ipynb")),
            )


def is_printed(said, percent, numbers):
    """Whether a printed number, or its percentage, rounds to what is said."""
    decimals = len(said.partition(".")[2])
    scale = (1, 100) if percent else (1,)
    wanted = f"{value_of(said):.{decimals}f}"
    return any(f"{number * one:.{decimals}f}" == wanted for number in numbers for one in scale)


@pytest.mark.parametrize(("where", "text", "notebooks"), list(places()), ids=lambda x: str(x)[:30])
def test_a_number_on_a_page_was_printed_by_its_lesson(where, text, notebooks):
    numbers = [number for path in notebooks for number in printed_by(path)]
    wrong = [said for said, percent in SAID.findall(text) if not is_printed(said, percent, numbers)]
    assert not wrong, (
        f"docs/{where}: no lesson prints ≈ {wrong}; printed are {sorted(set(numbers))}"
    )


@pytest.mark.parametrize(
    ("said", "percent", "holds"),
    [
        ("0.97", "", True),
        ("97", " %", True),
        ("1", "", True),
        ("0.96", "", False),
        ("97", "", False),
    ],
)
def test_what_is_said_is_rounded_as_it_stands(said, percent, holds):
    assert is_printed(said, percent, [0.971]) is holds
