"""Make the exercise sheets from their solutions: python -m tools.exercises"""

import nbformat

from course_utils.checks.sheet_maker import make_sheet
from tools import door
from tools.normal_form import normalise, to_text
from tools.notebooks import ROOT

SOLUTIONS, SHEETS = ROOT / "solutions", ROOT / "exercises"


def main():
    SHEETS.mkdir(exist_ok=True)
    found = stale()
    for name, text in found.items():
        (SHEETS / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"exercises/: {len(found)} of {len(list(SOLUTIONS.glob('*.ipynb')))} sheets written anew")


def stale():
    """The sheets that are not what their solutions make, {name of the file: right text}."""
    wanted = {path.name: sheet_text(path) for path in sorted(SOLUTIONS.glob("*.ipynb"))}
    there = {path.name: path.read_text(encoding="utf-8") for path in SHEETS.glob("*.ipynb")}
    return {name: text for name, text in wanted.items() if there.get(name) != text}


def sheet_text(solution):
    """The text of the sheet that belongs to a solution's file."""
    return to_text(normalise(make_sheet(nbformat.read(solution, as_version=4))))


if __name__ == "__main__":
    door.run(main)
