"""Lay the sheets out for a school that runs nbgrader: python -m tools.nbgrader_course FOLDER

FOLDER gets `source/<stem>/<stem>.ipynb` for every sheet and a `nbgrader_config.py`. Files that are
there are kept: where one differs, nothing is written and the file is named.
"""

import sys
from pathlib import Path

from tools import door
from tools.exercises import SOLUTIONS

CONFIG = """\
# nbgrader's configuration for "Attention from scratch". The course's package must be installed
# where sheets are made and graded: pip install -e <the course's folder>
from nbgrader.converters.generate_assignment import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions

from course_utils.checks.sheet_maker import SheetStubs

c = get_config()
c.CourseDirectory.course_id = "attention"
# The course's own stubs in the place of nbgrader's.
c.GenerateAssignment.preprocessors = [
    SheetStubs if step is ClearSolutions else step
    for step in GenerateAssignment.class_traits()["preprocessors"].default()
]
# A check stops an endless loop after 10 seconds and a sheet has a handful of them.
c.ExecutePreprocessor.timeout = 120
"""


def main(arguments):
    if len(arguments) != 1:
        raise SystemExit("Name one folder: make nbgrader-course DIR=my-course")
    folder = Path(arguments[0])
    files = layout(folder)
    different = [path for path, text in files.items() if path.exists() and _read(path) != text]
    if different:
        raise SystemExit(f"{different[0]} is there and differs, so nothing was written: move it")
    for path in [path for path in files if not path.exists()]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8", newline="\n")
    print(f"{folder}: {len(files) - 1} sheets. Go on with: cd {folder}; nbgrader db upgrade;")
    print(f"nbgrader generate_assignment {next(iter(sorted(SOLUTIONS.glob('*.ipynb')))).stem}")


def layout(folder):
    """Every file of an nbgrader course, {path: text}."""
    sources = {
        folder / "source" / path.stem / path.name: _read(path)
        for path in sorted(SOLUTIONS.glob("*.ipynb"))
    }
    return {folder / "nbgrader_config.py": CONFIG, **sources}


def _read(path):
    return path.read_text(encoding="utf-8")


if __name__ == "__main__":
    door.run(main, sys.argv[1:])
