"""Each lesson's minutes, counted: what there is to read, to answer, to build and to wait for.

    python -m tools.minutes [NAME ...]           count, run and time; every lesson without a name
    python -m tools.minutes --no-run [NAME ...]  count only
    python -m tools.minutes --waits [NAME ...]   name the cells that one waits for, in seconds

The rates are stated below, for a reader to whom all of it is new; nobody was timed. The table shows
the parts in minutes, their sum, and what the lesson's first cell says; a `!` stands where the two
differ by more than a fifth.
"""

import argparse
import ast
import copy
import os
import re
import resource
from itertools import pairwise

import nbformat
from nbformat.v4 import new_code_cell

from tools import door
from tools.notebooks import ENVIRONMENT, execute, find

WORDS_A_MINUTE = 200  # technical prose, read once
LINES_A_MINUTE = 10  # short code, read until it is understood
MINUTES = {  # for one of each
    "picture": 0.5,
    "printed": 0.25,  # what a cell prints: a number, or a small table
    "prediction": 1,  # read the options, choose, read what came
    "question": 0.5,  # of a quiz
    "blank": 5,  # write two to ten lines, check, perhaps a hint
    "mission": 1.5,  # of an explorer, which has three
}
MISSIONS = 3
OFF = 0.2
LONG = 2  # seconds: what is shorter is no wait
CLOCK = "import time; print(time.process_time())"
CALLS = {"predict": "prediction", "Question": "question", "check": "blank"}
NOT_READ = ("quiz(", "references(")


def main(arguments=None):
    """Print the table; return 1 where a lesson's stated minutes are off."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--no-run", action="store_true")
    parser.add_argument("--waits", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args(arguments)
    paths = [path for path in find(options.names) if path.parent.name == "notebooks"]
    wrong = 0
    os.environ.update(ENVIRONMENT)
    if options.waits:
        print(*map(waits_of, paths), sep="\n")
        return 0
    for path in paths:
        cells, _ = required(nbformat.read(path, as_version=4).cells)
        parts = minutes(cells) | ({} if options.no_run else {"running": running(path)})
        total, told = sum(parts.values()), stated(path)
        wrong += is_off(total, told)
        print(row(path.stem, parts, total, told), flush=True)
    return int(wrong > 0)


def row(stem, parts, total, told):
    """Return one line of the table."""
    shown = "  ".join(f"{name} {value:.1f}" for name, value in parts.items())
    return f"{stem[:24]:24}  {shown}  = {total:.0f}, stated {told}{' !' * is_off(total, told)}"


def is_off(total, told):
    """Return whether the stated minutes differ from the counted ones by more than a fifth."""
    return abs(told - total) > OFF * total


def stated(path):
    """Return the minutes that a lesson's first cell tells."""
    return int(re.search(r"(\d+) min", nbformat.read(path, as_version=4).cells[0].source)[1])


def required(cells):
    """Return the cells that everybody reads, and those under a heading that says "optional"."""
    parts, level = ([], []), 0
    for cell in cells:
        heading = re.match(r"(#+) (.*)", cell.source) if cell.cell_type == "markdown" else None
        if heading and (not level or len(heading[1]) <= level):
            is_optional = len(heading[1]) > 1 and "optional" in heading[2].lower()
            level = len(heading[1]) if is_optional else 0
        parts[bool(level)].append(cell)
    return parts


def minutes(cells):
    """Return the minutes that cells take, {part: minutes}, without their running."""
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    code = [cell for cell in cells if cell.cell_type == "code"]
    told = [cell.source for cell in code if is_read(cell)]
    tasks = {kind: 0 for kind in MINUTES}
    for cell in code:
        for kind in _tasks(cell):
            tasks[kind] += 1
    return {
        "prose": sum(map(words, prose)) / WORDS_A_MINUTE,
        "code": sum(map(lines, told)) / LINES_A_MINUTE,
        **{kind: number * MINUTES[kind] for kind, number in tasks.items()},
    }


def is_read(cell):
    """Return whether one reads a cell's code: it is not folded, nor a quiz or a list of titles."""
    folded = cell.metadata.get("jupyter", {}).get("source_hidden")
    return not folded and not any(call in cell.source for call in NOT_READ)


def words(text):
    """Return how many words a reader meets: a link is its text, a formula one word."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]*\$", " x ", text, flags=re.S)
    text = re.sub(r"\]\([^)]*\)|<[^>]*>", " ", text)
    return len(re.findall(r"[^\W_]+(?:['’.-][^\W_]+)*", text))


def lines(source):
    """Return how many lines of code are read: not the empty ones, nor imports."""
    return sum(not re.match(r"\s*$|import |from ", line) for line in source.splitlines())


def _tasks(cell):
    """Yield the kind of each thing in a cell that one answers, moves or looks at."""
    for output in cell.outputs:
        if {"image/png", "image/svg+xml"} & set(output.get("data", {})):
            yield "picture"
        if output.get("name") == "stdout":
            yield "printed"
    plain = re.sub(r"^(\s*)[%!].*", r"\1pass", cell.source, flags=re.M)
    for node in ast.walk(ast.parse(plain)):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if name in CALLS:
            yield CALLS[name]
        if name.endswith("_explorer"):
            yield from ["mission"] * MISSIONS


def running(path):
    """Return the minutes in which a lesson runs, all cells in a fresh kernel.

    Those of the processor: a kernel has one thread, and a busy machine counts as an idle one.
    """
    notebook, before = nbformat.read(path, as_version=4), processor()
    execute(notebook, path.parent)
    return (processor() - before) / 60


def waits_of(path):
    """Return a lesson's cells that one waits for, a line each: seconds, and how the cell begins."""
    found = waits(nbformat.read(path, as_version=4), path.parent)
    lines = [f"  {seconds:5.0f} s  {source.splitlines()[0][:70]}" for seconds, source in found]
    return "\n".join([f"{path.stem}: {sum(seconds for seconds, _ in found):.0f} s", *lines])


def waits(notebook, folder):
    """Return [(seconds of the processor, source), ...] of the cells that take `LONG` or more.

    A cell that tells the kernel's own time stands before and behind each.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook = copy.deepcopy(notebook)
    notebook.cells = [new_code_cell(CLOCK)]
    for cell in code:
        notebook.cells += [cell, new_code_cell(CLOCK)]
    told = [float(cell.outputs[0].text) for cell in execute(notebook, folder).cells[::2]]
    took = [after - before for before, after in pairwise(told)]
    return [(t, cell.source) for t, cell in zip(took, code, strict=True) if t >= LONG]


def processor():
    """Return the seconds of the processor that ended child processes took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    door.run(main)
