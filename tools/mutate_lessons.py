"""Would a lesson notice? Each core function that lessons call is made wrong by a tenth.

    python -m tools.mutate_lessons [WORD ...]   all targets, or those in which a word occurs
    python -m tools.mutate_lessons --list       the targets and the lessons that call them
    python -m tools.mutate_lessons --keep FILE  goes on where a run with that file was stopped

First each lesson runs once as it is, which tells the functions whose numbers it uses. Then for each
mutant (tools/mutants.py) those lessons run as `make test` runs them, by nbval, the quickest first,
until a cell differs from what is stored. Reported: the lesson, and what caught it: an "Outside"
sentence with its key, another output, or an error. What survives is argued, a sentence each, in
tools/mutants_argued.toml, or the command fails. All take about an hour: use `nice`, and a word.
"""

import argparse
import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import nbformat

from course_utils.learning.measured import register
from tools import door
from tools.mutants import KINDS
from tools.notebooks import ENVIRONMENT, KERNELS_AT_ONCE

ROOT = Path(__file__).resolve().parent.parent
ARGUED = Path(__file__).with_name("mutants_argued.toml")
# Lessons that train for long, the longest last; the others take a few seconds each.
SLOW = ("08", "14", "12", "11", "05", "07", "04", "09", "10", "06", "00", "13", "10b")
NBVAL = ["-q", "-x", "-n0", "--no-header", "-p", "no:cacheprovider", "--nbval"]
NBVAL += ["--nbval-current-env", "--nbval-cell-timeout=1200"]
# What objects of any kind may be asked: `.forward` counts where a lesson imports the class.
COMMON = {"forward"} | set(dir(dict)) | set(dir(list)) | set(dir(str))


def main(arguments=None):
    """Try the mutants; return 1 where one survives that nobody has argued."""
    options = options_of(arguments)
    wanted = {
        target: lessons
        for target, lessons in targets().items()
        if not options.words or any(word in target for word in options.words)
    }
    if options.list:
        print("\n".join(f"{target}  {' '.join(lessons)}" for target, lessons in wanted.items()))
        return 0
    known = kept(options.keep)
    with ThreadPoolExecutor(KERNELS_AT_ONCE) as pool:
        mutants = survey(wanted, pool)
        left = sorted(mutants.keys() - known, key=lambda one: (_slowness(mutants[one][0]), one))
        found = pool.map(lambda one: (one, tried(*one, mutants[one])), left)
        verdicts = [reported(*one, options.keep) for one in chain(known.items(), found)]
    never = sorted(set(wanted) - {target for target, _ in mutants})
    print("No number to change:", *never, sep="\n  ")
    return int("SURVIVED" in verdicts)


def options_of(arguments):
    """Return what is asked on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--keep", metavar="FILE", type=Path)
    parser.add_argument("words", nargs="*", metavar="WORD")
    return parser.parse_args(arguments)


def kept(file):
    """Return the verdicts of an earlier run that was stopped, {(target, kind): verdict}."""
    lines = file.read_text(encoding="utf-8").splitlines() if file and file.exists() else []
    return {tuple(name.split()): verdict for name, verdict in (x.split(": ", 1) for x in lines)}


def survey(wanted, pool):
    """Run each lesson once, as it is; return {(target, kind): lessons where it changes a result}.

    What is imported and never called, or returns no number, is left out.
    """
    lessons = {number for numbers in wanted.values() for number in numbers}
    numbers = sorted(lessons, key=_slowness)
    found = pool.map(lambda number: watched(number, wanted), reversed(numbers))
    seen = dict(zip(reversed(numbers), found, strict=True))
    kinds = [(target, kind) for target in wanted for kind in KINDS]
    where = {one: [number for number in numbers if one in seen[number]] for one in kinds}
    return {one: there for one, there in where.items() if there}


def watched(number, wanted):
    """Return the {(target, kind)} whose results a lesson uses. Raises SystemExit where it fails."""
    called_here = [target for target, lessons in wanted.items() if number in lessons]
    verdict, seen = in_lesson(number, called_here, None)
    if verdict:
        raise SystemExit(
            f"lesson {number} differs from what is stored, without a mutant: {verdict}"
        )
    return seen


def reported(mutant, verdict, file=None):
    """Print a verdict, keep it in the file, and return it; a survivor's with its reason, if any."""
    name = " ".join(mutant)
    if file and mutant not in kept(file):
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"{name}: {verdict}\n")
    if verdict == "SURVIVED" and name in argued():
        verdict = f"survived, argued: {argued()[name]}"
    print(f"{name}: {verdict}", flush=True)
    return verdict


def argued():
    """Return the mutants that may survive, {"module:name kind": why}."""
    return tomllib.loads(ARGUED.read_text(encoding="utf-8"))


def targets():
    """Return what lessons call of the core, {"module:name": numbers of lessons, quick first}."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for target in called(code_of(path)):
            found.setdefault(target, []).append(path.stem.split("_")[0])
    return {target: sorted(found[target], key=_slowness) for target in sorted(found)}


def _slowness(number):
    return SLOW.index(number) if number in SLOW else -1


def code_of(path):
    """Return the code of a notebook as one text of Python."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return re.sub(r"^(\s*)[%!].*", r"\1pass", text, flags=re.M)


def called(source):
    """Return the targets in a lesson's code: functions, and methods, by what they are called."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    methods = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    found = set()
    for alias, thing in imported(nodes):
        if inspect.isfunction(thing):
            found.add(named(thing))
        elif inspect.isclass(thing):
            found |= set(methods_of(thing, methods | {"forward", "compare"}))
        elif inspect.ismodule(thing):
            used = {n.attr for n in nodes if isinstance(n, ast.Attribute) and _of(n, alias)}
            found |= {named(vars(thing)[name]) for name in used if _is_function(thing, name)}
    for one in core_classes():  # objects that a lesson got from a function
        found |= set(methods_of(one, methods - COMMON))
    return found


def _of(attribute, alias):
    return isinstance(attribute.value, ast.Name) and attribute.value.id == alias


def _is_function(module, name):
    return inspect.isfunction(vars(module).get(name))


def imported(nodes):
    """Yield (the name that a lesson uses, what it is) for all that it imports of the core."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and is_core(f"{node.module}."):
            module = importlib.import_module(node.module)
            for alias in node.names:
                thing = getattr(module, alias.name, None)
                if thing is None:
                    thing = importlib.import_module(f"{node.module}.{alias.name}")
                yield alias.asname or alias.name, thing


def is_core(module):
    """Return whether a module is of the root or the laboratory: there is what lessons measure."""
    return bool(re.match(r"course_utils\.(lab\b|[a-z0-9_]+\.?$)", module)) and not re.match(
        r"course_utils\.(plots|learning|checks|explorers|tasks|grading)\b", module
    )


def named(function):
    """Return a function as "module:name"."""
    return f"{function.__module__}:{function.__qualname__}"


def methods_of(one, names):
    """Yield the methods of those names that a class, or one above it, defines in the core."""
    for above in one.__mro__:
        for name in names & set(vars(above)) if is_core(above.__module__) else ():
            if callable(getattr(above, name)) and not name.startswith("_"):
                yield f"{above.__module__}:{above.__qualname__}.{name}"


def core_classes():
    """Return the classes of the core that are loaded, once each."""
    loaded = [module for name, module in sys.modules.items() if is_core(name)]
    there = {
        thing for module in loaded for thing in vars(module).values() if inspect.isclass(thing)
    }
    return [one for one in there if is_core(one.__module__)]


def tried(target, kind, lessons):
    """Return which lesson caught a mutant, and by what; or "SURVIVED"."""
    for number in lessons:
        verdict, _ = in_lesson(number, [target], kind)
        if verdict:
            return f"{number}, {verdict}"
    return "SURVIVED"


def in_lesson(number, planted, kind):
    """Return what caught the mutants of some targets, or None, and the {(target, kind)} told."""
    (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        trace, startup = Path(folder, "trace"), Path(folder, "startup.py")
        trace.touch()
        lines = [f"tools.mutants.plant({target!r}, {kind!r}, {str(trace)!r})" for target in planted]
        startup.write_text("\n".join(["import tools.mutants", *lines]), encoding="utf-8")
        verdict = caught(run(path, startup))
        told = trace.read_text(encoding="utf-8").splitlines()
        return verdict, {tuple(line.split()) for line in told}


def run(path, startup):
    """Compare a notebook with what is stored, in a kernel that begins with that file."""
    # what IPython runs first, if it is named so
    settings = {"PYTHONPATH": str(ROOT), "PYTHONSTARTUP": str(startup)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *NBVAL, str(path)],
        env={**os.environ, **ENVIRONMENT, **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def caught(result):
    """Return what a run of nbval found, in a few words, or None where all was as stored."""
    if result.returncode == 0:
        return None
    text = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)
    if result.returncode != 1 or "Timeout of" in text:
        raise SystemExit(f"pytest could not run:\n{text[-2000:]}{result.stderr[-2000:]}")
    cell = (re.search(r"::Cell (\d+)", text) or [None, "?"])[1]
    outside = [key for key, entry in register().items() if f"({entry['claim']})" in text]
    if "Outside:" in text:
        return f"cell {cell}: Outside {', '.join(outside)}"
    error = re.search(r"^(\w*(?:Error|Exception)\w*): .*", text, flags=re.M)
    return f"cell {cell}: raised {error[0][:120]}" if error else f"cell {cell}: another output"


if __name__ == "__main__":
    door.run(main)
