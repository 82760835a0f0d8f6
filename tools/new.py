"""Begin a lesson or an exercise: write the files that it needs, to be filled in.

    python -m tools.new lesson 15_positions "Positions"
    python -m tools.new exercise 15.1 sinusoids

Nothing that is there is overwritten. Every gap is marked FILL IN, and tests fail until none is left
(tests/lessons/test_filled_in.py) and until the whole keeps the rules of CONTRIBUTING.
"""

import argparse
import keyword
import re
from pathlib import Path
from string import Template

import jupytext
import nbformat

from tools import door
from tools.normal_form import normalise, to_text

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).resolve().parent / "templates"
GAP = "FILL IN"
PROPERTY = "from course_utils.checks.exercises import Property\n"


def main(arguments=None):
    """Write what the arguments ask for, and say what comes next."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    lesson = kinds.add_parser("lesson", help="a lesson, its sheet and its pages")
    lesson.add_argument("stem", help="15_positions: number, underscore, words")
    lesson.add_argument("title", help='"Positions"')
    exercise = kinds.add_parser("exercise", help="an exercise of a sheet that is there")
    exercise.add_argument("id", help="15.1")
    exercise.add_argument("name", help="sinusoids: the function that a learner writes")
    options = parser.parse_args(arguments)
    if options.kind == "lesson":
        written = new_lesson(options.stem, options.title)
    else:
        written = new_exercise(options.id, options.name)
    print("\n".join(f"  {line}" for line in written))


def new_lesson(stem, title, root=ROOT):
    """Write a lesson's files; return lines that say which. Raises SystemExit where one is there."""
    if not re.fullmatch(r"\d\d[a-z]?_[a-z0-9_]+", stem):
        raise SystemExit(f"a stem is like 15_positions or 10b_real_words, got {stem!r}")
    gaps = {"stem": stem, "number": stem.split("_")[0], "title": title}
    places = {
        f"notebooks/{stem}.ipynb": "lesson",
        f"course_utils/checks/sheets/sheet_{gaps['number']}.py": "sheet",
        f"solutions/{stem}.ipynb": "solution",
        f"docs/teaching/{gaps['number']}.md": "teaching",
    }
    there = [place for place in places if (root / place).exists()]
    if there:
        raise SystemExit(f"{there[0]} is there already: nothing was written")
    for place, template in places.items():
        _write(root / place, filled(template, **gaps))
    _add_summary(root / "docs" / "chinese.md", filled("chinese", **gaps), gaps["number"])
    row = f"| {gaps['number']} {title} | {GAP}: what one can do afterwards | {GAP}: minutes |"
    _add_row(root / "README.md", row, gaps["number"])
    return [
        *(f"wrote  {place}" for place in places),
        "added  a row to the table of lessons in README.md, a summary to docs/chinese.md",
        f"next   make new-exercise ID={gaps['number']}.1 FUNCTION=name, and CONTRIBUTING.md",
    ]


def new_exercise(id, name, root=ROOT):
    """Declare an exercise and ask it in its solution notebook; return lines that say where."""
    sheet, solution = _sheet_of(id, root)
    text = sheet.read_text(encoding="utf-8")
    if f'"{id}"'.lower() in text.lower():
        raise SystemExit(f"{id} is there already, in {sheet.name}: nothing was written")
    if not name.isidentifier() or keyword.iskeyword(name) or re.search(rf"\b{name}\b", text):
        raise SystemExit(f"FUNCTION must be a new name for {sheet.name}, got {name!r}")
    _ask(solution, filled("asked", id=id, name=name))
    declaration = filled("exercise", id=id, name=name)
    sheet.write_text(_with_imports(text).rstrip() + "\n" + declaration, encoding="utf-8")
    return [
        f"wrote  {id} at the end of {sheet.relative_to(root)}",
        f"wrote  its question, its answer and its test into {solution.relative_to(root)}",
        f"next   fill in both, then: make notebooks NAMES={solution.stem}, make exercises",
    ]


def _sheet_of(id, root):
    """The declarations and the solution notebook of the sheet that an id names."""
    number = id.partition(".")[0].lower()
    sheet = root / "course_utils" / "checks" / "sheets" / f"sheet_{number}.py"
    found = sorted((root / "solutions").glob(f"{number}_*.ipynb"))
    if not re.fullmatch(r"\w+\.\d+", id) or not sheet.exists() or not found:
        raise SystemExit(f"there is no sheet for {id!r}: give an id like 02.6")
    return sheet, found[0]


def filled(template, **gaps):
    """A template with these names put in; what an author has to write stays marked."""
    text = (TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
    return Template(text).safe_substitute(gaps)


def _write(path, text):
    """A file as it stands, or a notebook from its text."""
    if path.suffix == ".ipynb":
        text = to_text(normalise(jupytext.reads(text, fmt="py:percent")))
    path.write_text(text, encoding="utf-8")


def _add_summary(path, summary, number):
    """The summary before that of the next lesson."""
    text = path.read_text(encoding="utf-8")
    later = [m.start() for m in re.finditer(r"^## (\w+) ", text, re.M) if m[1] > number]
    place = later[0] if later else len(text)
    path.write_text(text[:place] + summary + "\n" + text[place:], encoding="utf-8")


def _add_row(path, row, number):
    """The row in the table of lessons, after those with smaller numbers."""
    text = path.read_text(encoding="utf-8")
    rows = re.finditer(r"^\| (\d\d[a-z]?) .*\|$", text, flags=re.M)
    last = [found for found in rows if found[1] < number][-1]
    path.write_text(f"{text[: last.end()]}\n{row}{text[last.end() :]}", encoding="utf-8")


def _with_imports(text):
    """The sheet with what the skeleton of an exercise uses, in the order that ruff wants."""
    declare = "from course_utils.checks.declare import Sheet\n"
    kinds = r"^from course_utils.checks.exercises import (.*)$"
    if "import numpy as np" not in text:
        text = text.replace(declare, f"import numpy as np\n\n{declare}")
    if not (found := re.search(kinds, text, flags=re.M)):
        return text.replace(declare, declare + PROPERTY)
    names = sorted({*found[1].split(", "), "Property"})
    return text.replace(found[0], found[0].replace(found[1], ", ".join(names)))


def _ask(path, text):
    """Put the cells of a question before the closing words of a solution notebook."""
    notebook = nbformat.read(path, as_version=4)
    cells = notebook.cells
    ends = [i for i, cell in enumerate(cells) if cell.source.startswith("<details>")]
    if not ends:
        raise SystemExit(f"{path.name} has no cell that begins with <details>, before its end")
    cells[ends[0] : ends[0]] = jupytext.reads(text, fmt="py:percent").cells
    path.write_text(to_text(normalise(notebook)), encoding="utf-8")


if __name__ == "__main__":
    door.run(main)
