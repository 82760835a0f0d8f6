"""Make the exercise sheets from their solutions, or name those that are stale.

python -m tools.exercises          write exercises/ from solutions/
python -m tools.exercises --check  write nothing; fail where a sheet is not what it should be
"""

import sys

import nbformat

from course_utils.sheets import make_sheet
from tools.normal_form import normalise, to_text
from tools.notebooks import ROOT

SOLUTIONS, SHEETS = ROOT / "solutions", ROOT / "exercises"


def main(arguments):
    wanted = {path.name: sheet_text(path) for path in sorted(SOLUTIONS.glob("*.ipynb"))}
    there = {path.name: path.read_text(encoding="utf-8") for path in SHEETS.glob("*.ipynb")}
    stale = [name for name in wanted if there.get(name) != wanted[name]]
    orphans = sorted(there.keys() - wanted.keys())
    if orphans:
        raise SystemExit(f"exercises/ has no solution for {', '.join(orphans)}: remove it there")
    if "--check" in arguments and stale:
        raise SystemExit(f"stale: {', '.join(stale)}. Run: make exercises")
    SHEETS.mkdir(exist_ok=True)
    for name in stale:
        (SHEETS / name).write_text(wanted[name], encoding="utf-8", newline="\n")
    print(f"exercises/: {len(stale)} of {len(wanted)} sheets written anew")


def sheet_text(solution):
    """The text of the sheet that belongs to a solution's file."""
    return to_text(normalise(make_sheet(nbformat.read(solution, as_version=4))))


if __name__ == "__main__":
    main(sys.argv[1:])
