"""A solution as a learner reads it: right answers with reasons, without what is a teacher's.

The files in `solutions/` are the source of the sheets and of grading: they have nbgrader's marks,
hidden tests and the places that a sheet leaves empty. None of that helps whoever compares.
"""

import json
import re

from course_utils.checks.catalogue import find
from course_utils.checks.choices import ChoiceExercise
from course_utils.command import alone

MARK = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.M)
HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS\n.*?^### END HIDDEN TESTS\n?", re.M | re.S)
# what a sheet has there, one line or several
EMPTY = re.compile(r"(?:^\w+ = \.\.\.[^\n]*\n)+(?=### BEGIN SOLUTION)", re.M)
TITLE = re.compile(r"\A# ([^\n]+)")
FOLDED = re.compile(r"<details><summary>Compare with.*?</details>\s*", re.S)
CHECKED = re.compile(r'^check\("([^"]+)"', re.M)
HEAD = """# Solution 答案 · {title}

One solution of [the sheet](../exercises/{name}), with reasons. Yours may differ and be as good."""
KEPT = ("jupyter",)  # whether a cell is folded; nbgrader's marks go
MOST_MISTAKES = 3


def is_solution(content):
    """Tell whether a file's bytes have answers; the course test is on cards, and has none."""
    return b"### BEGIN SOLUTION" in content


def clean_copy(content, name):
    """Return the bytes of a solution's notebook as those of its clean copy. name : of the file."""
    notebook = json.loads(content)
    first, *rest = notebook["cells"]
    title = TITLE.search("".join(first["source"]))[1]
    cells = [_markdown(first["id"], alone.with_line(HEAD.format(title=title, name=name)))]
    for cell in rest:
        cells += _cleaned(cell)
    notebook["cells"] = cells
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def without_link(content):
    """Return a sheet's bytes without its link to a solution, for where no solutions are."""
    notebook = json.loads(content)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = FOLDED.sub("", "".join(cell["source"])).splitlines(keepends=True)
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _cleaned(cell):
    """Return a cell without marks, behind the check of an answer its reason; or nothing."""
    source = FOLDED.sub("", "".join(cell["source"]))
    if not source.strip() or "progress()" in source:
        return []
    checked = cell["cell_type"] == "code" and CHECKED.search(source)
    source = MARK.sub("", HIDDEN.sub("", EMPTY.sub("", source))).strip("\n")
    kept = {name: cell["metadata"][name] for name in KEPT if name in cell["metadata"]}
    cleaned = {**cell, "metadata": kept, "source": source.splitlines(keepends=True)}
    return (
        [cleaned, _markdown(f"{cell['id']}-why", reason(find(checked[1])))]
        if checked
        else [cleaned]
    )


def _markdown(id, text):
    lines = text.splitlines(keepends=True)
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": lines}


def reason(exercise):
    """Say why an answer is right, how one gets there, and what is often written in its place."""
    if isinstance(exercise, ChoiceExercise):
        return _of_the_options(exercise)
    steps = " ".join(exercise.hints)
    praise = "" if exercise.praise in ("", "Right.") else f"{exercise.praise} "
    often = "".join(f"\n- {m.name}: {m.hint}" for m in exercise.mistakes[:MOST_MISTAKES])
    return f"**Why**: {praise}{steps}" + (f"\n\nOften written instead:\n{often}" if often else "")


def _of_the_options(exercise):
    lines = [
        f"- {'✓' if letter == exercise.letter else '✗'} {letter}) {option.reply}"
        for letter, option in exercise.options.items()
    ]
    return "**Why**:\n\n" + "\n".join(lines)
