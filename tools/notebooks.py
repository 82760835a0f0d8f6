"""Run the committed notebooks, keep them in normal form, and edit them as plain text.

    python -m tools.notebooks run   [NAME ...]  execute in fresh kernels, normalise, write
    python -m tools.notebooks check [NAME ...]  name what is not in normal form, execute nothing
    python -m tools.notebooks tidy  [NAME ...]  write it in normal form, execute nothing
    python -m tools.notebooks edit  NAME ...    write the sources to NAME.py (py:percent text)
    python -m tools.notebooks put   NAME ...    make or update the notebook from NAME.py, run it

NAME is a path (`notebooks/01_a_soft_library.ipynb` or `.py`) or a stem (`01_a_soft_library`, which
means that lesson and its solution). Without a name, `run`, `check` and `tidy` take every lesson and
every solution. The .py texts are for editing only and are not committed.
"""

import argparse
import copy
import difflib
import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from course_utils.grading.environment import ONE_THREAD
from tools import door
from tools.normal_form import normalise, problems, to_text
from tools.pictures import keep_equal_pictures

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("notebooks", "solutions")
SECONDS_PER_CELL = 240
KERNELS_AT_ONCE = 2

# One BLAS thread, as everywhere in the course; no answers of whoever runs the notebooks.
ENVIRONMENT = {**ONE_THREAD, "COURSE_PROGRESS": "memory"}


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("run", "check", "tidy", "edit", "put"))
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args(arguments)
    if options.command in ("edit", "put") and not options.names:
        parser.error(f"{options.command} needs the name of a notebook")
    os.environ.update(ENVIRONMENT)
    os.environ["PYTHONPATH"] = str(ROOT)
    paths = find(options.names, must_exist=options.command != "put")
    action = {"run": run, "check": check, "tidy": tidy, "edit": edit, "put": put}[options.command]
    with ThreadPoolExecutor(KERNELS_AT_ONCE) as pool:
        results = list(pool.map(lambda path: _report(action, path), paths))
    return 0 if all(results) else 1


def find(names, must_exist=True):
    """The notebooks that the names mean, as paths; all lessons and solutions without names."""
    if not names:
        return sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.ipynb"))
    found = []
    for name in names:
        path = Path(name).with_suffix(".ipynb").absolute()
        if path.parent.name in FOLDERS or path.exists():
            matches = [path]
        else:
            matches = [ROOT / folder / path.name for folder in FOLDERS]
            matches = [match for match in matches if match.exists()]
        if not matches or (must_exist and not matches[0].exists()):
            raise SystemExit(f"No notebook is called {name}: give a path or a lesson's stem.")
        found += matches
    return found


def run(path):
    """Execute a notebook in a fresh kernel and write it in normal form."""
    old = nbformat.read(path, as_version=4)
    write(path, execute(marked(formatted(copy.deepcopy(old)), path), path.parent), old)
    return "executed"


def check(path):
    """Raise unless the notebook is in normal form."""
    found = problems(path.read_text(encoding="utf-8"))
    if found:
        raise NotebookError("; ".join(found) + f". To repair: make notebooks NAMES={path.stem}")
    return "in normal form"


def tidy(path):
    """Write the notebook in normal form; what it shows stays."""
    text = to_text(normalise(nbformat.read(path, as_version=4)))
    if text == path.read_text(encoding="utf-8"):
        return "was tidy"
    path.write_text(text, encoding="utf-8", newline="\n")
    return "tidied"


def edit(path):
    """Write the notebook's sources as py:percent text beside it."""
    text_path = path.with_suffix(".py")
    if text_path.exists():
        raise NotebookError(f"{text_path.name} is there already: put it back or delete it first")
    notebook = nbformat.read(path, as_version=4)
    # No header: the notebook's own metadata are the same in every lesson; `put` marks solutions.
    filters = {"notebook_metadata_filter": "-all", "cell_metadata_filter": "-nbgrader"}
    notebook.metadata = nbformat.from_dict({"jupytext": filters})
    text_path.write_text(jupytext.writes(notebook, fmt="py:percent"), encoding="utf-8")
    return f"edit {text_path.name}, then put it back"


def put(path):
    """Make or update a notebook from its py:percent text, execute it and write it."""
    text_path = path.with_suffix(".py")
    if not text_path.exists():
        raise NotebookError(f"there is no {text_path.name} to put: make it with edit")
    new = jupytext.reads(text_path.read_text(encoding="utf-8"), fmt="py:percent")
    new = formatted(normalise(new))
    old = nbformat.read(path, as_version=4) if path.exists() else nbformat.v4.new_notebook()
    keep_ids(new.cells, old.cells)
    write(path, execute(marked(new, path), path.parent), old)
    return "written and executed"


def marked(notebook, path):
    """A solution with its questions as declared, and nbgrader's metadata; a lesson as it is."""
    if path.parent.name != "solutions":
        return notebook
    from course_utils.checks.sheet_maker import (  # here: it loads nbgrader
        mark_cells,
        write_questions,
    )

    try:
        return mark_cells(write_questions(notebook))
    except (ValueError, LookupError) as error:
        raise NotebookError(f"{error}, nothing was written") from None


def formatted(notebook):
    """The notebook with its code laid out as everywhere in the course."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "notebook.ipynb", "-"]
    result = subprocess.run(
        command, input=to_text(notebook), capture_output=True, text=True, encoding="utf-8", cwd=ROOT
    )
    if result.returncode:
        raise NotebookError(f"the code cannot be read, nothing was written\n{result.stderr}")
    return nbformat.reads(result.stdout, as_version=4)


def execute(notebook, folder):
    """Run every cell in a fresh kernel started in `folder`; a cell that raises stops the run."""
    notebook.metadata.pop("widgets", None)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        return client.execute()
    except CellExecutionError as error:
        raise NotebookError(f"a cell raised an error, nothing was written\n{error}") from None


def write(path, notebook, old):
    """Write the notebook in normal form; pictures that look the same keep their old bytes."""
    notebook = normalise(notebook)
    keep_equal_pictures(notebook, old)
    path.write_text(to_text(notebook), encoding="utf-8", newline="\n")


def keep_ids(cells, old_cells):
    """Give unchanged and edited cells the ids they had, and new cells an id from their content."""
    matcher = difflib.SequenceMatcher(None, _keys(old_cells), _keys(cells), autojunk=False)
    for cell in cells:
        cell.id = None
    for tag, old_start, old_stop, start, stop in matcher.get_opcodes():
        if tag in ("equal", "replace"):
            pairs = zip(cells[start:stop], old_cells[old_start:old_stop], strict=False)
            for cell, old in pairs:
                cell.id = old.id
    taken = {cell.id for cell in cells}
    for cell in cells:
        if cell.id is None:
            cell.id = _fresh_id(cell, taken)
            taken.add(cell.id)


def _keys(cells):
    return [(cell.cell_type, cell.source) for cell in cells]


def _fresh_id(cell, taken):
    candidate, salt = None, 0
    while candidate is None or candidate in taken:
        candidate = hashlib.sha256(f"{cell.source}{salt}".encode()).hexdigest()[:8]
        salt += 1
    return candidate


class NotebookError(Exception):
    """What is wrong with one notebook, in a sentence."""


def _report(action, path):
    try:
        message, fine = action(path), True
    except NotebookError as error:
        message, fine = str(error), False
    print(f"{path.parent.name}/{path.name}: {message}", file=sys.stdout if fine else sys.stderr)
    return fine


if __name__ == "__main__":
    door.run(main)
