"""Do a lesson's claims hold with other seeds? It is run with models that begin elsewhere.

    python -m tools.other_seeds [NUMBER ...]      all lessons, or those: 04 10b
    python -m tools.other_seeds --seeds 3 10      with so many other seeds, 2 where not given

A seed decides the numbers with which a model begins, and the order of its training pairs; both are
changed. The data stay: pairs, exam, and what a lesson draws itself. Ready-made models and kept
results stay as well. Reported are numbers that leave their registered range ("Outside"), answers
of predictions that become other ones, and errors; the command then fails.
"""

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import numpy as np

from tools import door
from tools.notebooks import ENVIRONMENT, KERNELS_AT_ONCE, NotebookError, execute

ROOT = Path(__file__).resolve().parent.parent
STEP = 1_000  # far from any seed that the course uses
FIRST = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom tools import other_seeds\n"
# What draws data; `tasks.batching` puts pairs in order, and belongs to training.
DATA = ("course_utils.tasks.",)
ORDER = "course_utils.tasks.batching"


def main(arguments=None):
    """Run lessons with other seeds; return 1 where one says something else than it promises."""
    options = options_of(arguments)
    os.environ.update(ENVIRONMENT)
    tasks = [(path, k) for path in lessons(options.numbers) for k in range(1, options.seeds + 1)]
    changed = 0
    with ThreadPoolExecutor(KERNELS_AT_ONCE) as pool:
        for (path, k), found in zip(tasks, pool.map(lambda one: tried(*one), tasks), strict=True):
            changed += len(found)
            print(
                f"{path.stem}, seeds + {STEP * k}: {'; '.join(found) or 'as promised'}", flush=True
            )
    return int(changed > 0)


def options_of(arguments):
    """Return what is asked on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=2, metavar="COUNT")
    parser.add_argument("numbers", nargs="*", metavar="NUMBER")
    return parser.parse_args(arguments)


def lessons(numbers):
    """Return the paths of the lessons with those numbers, of all where none is given."""
    found = sorted((ROOT / "notebooks").glob("*.ipynb"))
    return [path for path in found if not numbers or path.stem.split("_")[0] in numbers]


def tried(path, k):
    """Run a lesson with its k-th other seeds; return what it says that it does not promise."""
    stored = nbformat.read(path, as_version=4)
    run = nbformat.read(path, as_version=4)
    run.cells.insert(0, nbformat.v4.new_code_cell(f"{FIRST}other_seeds.plant({k})"))
    try:
        execute(run, path.parent)
    except NotebookError as error:
        return [str(error).strip().splitlines()[-1]]
    pairs = zip(stored.cells, run.cells[1:], strict=True)
    return [sentence for before, after in pairs for sentence in unlike(before, after)]


def unlike(before, after):
    """Yield what a cell says now and did not say before: what is outside, another answer."""
    yield from said(after, "Outside:")
    old, new = (list(said(cell, "What happened:")) for cell in (before, after))
    if "≈" not in "".join(old) and old != new:  # a number is judged within its tolerance
        yield f"{old} became {new}"


def said(cell, mark):
    """Yield each line of a cell's outputs that has a mark in it, from there on."""
    for output in cell.get("outputs", []):
        text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
        yield from (line[line.index(mark) :] for line in text.splitlines() if mark in line)


def plant(k):
    """Let models and orders of training, not data, begin with other seeds in this kernel."""
    original = np.random.default_rng

    def default_rng(seed=None):
        asker = sys._getframe(1).f_globals.get("__name__", "")
        return original(seed + STEP * k if moved(asker, seed) else seed)

    np.random.default_rng = default_rng


def moved(module, seed):
    """Tell whether a module's seed is to be another one: an integer that is not for data."""
    is_data = module.startswith(DATA) and module != ORDER
    return isinstance(seed, int) and module.startswith("course_utils.") and not is_data


if __name__ == "__main__":
    door.run(main)
