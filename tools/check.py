"""Run the tests of what changed, style first: `make check NAMES="scoring 02"`.

A NAME is a module (`scoring`, `lab.costs`, `tools.new`), a sheet ("02", "r1"), a lesson's stem, an
explorer, or a path. Without names: everything that differs from the last commit.
"""

import argparse
import ast
import functools
import subprocess
import sys
from pathlib import Path

from tools import door

ROOT = Path(__file__).resolve().parent.parent
QUICK = ["-q", "--no-header", "-m", "not slow and not nightly and not style"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=240"]
STYLE = [
    "tests/test_architecture.py",
    "tests/test_docstrings.py",
    "tests/lessons/test_filled_in.py",
]
PYTEST = [sys.executable, "-m", "pytest"]
NOTHING_RAN = 5  # pytest's exit code where all that was found is slow
# Rooms whose files are found by their names: no import leads to these tests.
FOUND_BY_NAME = {
    "course_utils/explorers": "tests/explorers/test_every_explorer.py",
    "course_utils/checks": "tests/checks/test_exercises.py",
    "course_utils/grading/inside": "tests/grading/test_session.py",
}
CODE = ("course_utils", "tools", "experiments", "benchmarks", "tests")


def main(arguments=None):
    """Run style, then the tests of the names; return the first exit code that is not 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    names = parser.parse_args(arguments).names
    paths = [path for name in names for path in find(name)] or changed()
    commands = commands_for(paths)
    for command in [*style(), *commands]:
        print("→", " ".join(command[2:]), flush=True)
        code = subprocess.run(command, cwd=ROOT).returncode
        if code == NOTHING_RAN and command in commands:
            print("  all of these are slow tests: make test runs them", flush=True)
        elif code:
            return code
    return 0


def style():
    """Return the commands that look at the form alone: a few seconds."""
    ruff = [sys.executable, "-m", "ruff"]
    return [
        [*ruff, "check", "--quiet", "."],
        [*ruff, "format", "--check", "--quiet", "."],
        [sys.executable, "-m", "ty", "check", "--quiet", "--python", sys.prefix],
        [*PYTEST, "-q", "--no-header", *STYLE],
    ]


def find(name):
    """Return the files that a name means. Raises SystemExit where there is none."""
    path = (ROOT / name).resolve()
    if path.is_file() and path.is_relative_to(ROOT):
        return [path.relative_to(ROOT)]
    found = set()
    if name.replace(".", "").replace("_", "").isalnum():
        found = {path.relative_to(ROOT) for place in _patterns(name) for path in ROOT.glob(place)}
    if not found:
        raise SystemExit(f"nothing is called {name!r}: give a module, a sheet, a lesson or a path")
    return sorted(found)


def _patterns(name):
    stem = name.replace(".", "/")
    yield from (f"course_utils/{stem}.py", f"course_utils/*/{stem}.py", f"{stem}.py")
    yield from (f"notebooks/{name}.ipynb", f"solutions/{name}.ipynb")
    if len(name) > 1:  # a sheet's number or letters
        yield f"course_utils/checks/sheets/sheet_{name.lower()}.py"
        yield from (f"notebooks/{name.lower()}_*.ipynb", f"solutions/{name.lower()}_*.ipynb")


def changed():
    """Return the files that differ from the last commit, new ones too; not what was deleted."""
    listed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = [Path(line[3:].split(" -> ")[-1].strip('"')) for line in listed.splitlines()]
    return [path for path in paths if (ROOT / path).is_file()]


def commands_for(paths):
    """Return one pytest command for all files of tests, and some for each notebook and sheet."""
    files = sorted({file for path in paths for file in files_of(path)})
    commands = [[*PYTEST, *QUICK, "-n", "2", *files]] if files else []
    for path in paths:
        if path.match("notebooks/*.ipynb") or path.match("solutions/*.ipynb"):
            commands.append([*PYTEST, *QUICK, "tests/lessons", "-k", path.stem])
            commands.append([*PYTEST, "-q", "--no-header", *NBVAL, str(path)])
        if path.match("sheets/sheet_*.py"):
            number = path.stem.removeprefix("sheet_")
            wanted = f"{number}. or [{number}] or -{number}] or [{number}_"
            places = ["tests/checks", "tests/grading/test_withheld.py"]
            commands.append([*PYTEST, *QUICK, "-n", "2", *places, "-k", wanted])
    return commands


def files_of(path):
    """Return the test files of a file: its own, and those nearest that import it."""
    if path.parts[0] not in CODE or path.match("sheets/sheet_*.py"):
        return set()
    if path.match("tests/**/test_*.py"):
        return {str(path)}
    if path.parts[:2] == ("tools", "templates"):
        return {"tests/tools/test_new.py"}
    files = {str(file) for file in _nearest_tests(_module(path))}
    inner = path.parent.parts[1:] if path.parts[0] == "course_utils" else path.parent.parts
    own = Path("tests", *inner, f"test_{path.stem}.py")
    files |= {str(own)} if (ROOT / own).exists() else set()
    return files | {test for room, test in FOUND_BY_NAME.items() if path.is_relative_to(room)}


def _nearest_tests(module):
    """The tests that import a module, or else those that import what imports it, and so on."""
    reached, graph = {module}, _imports()
    while True:
        users = {path for path, used in graph.items() if used & reached}
        tests = {path for path in users if path.name.startswith("test_")}
        helpers = {_module(path) for path in users if path.parts[0] == "tests"} - reached
        if tests and not helpers:
            return {path for path in tests if "browser" not in path.parts}
        wider = reached | (helpers if tests else {_module(path) for path in users})
        if wider == reached:
            return tests
        reached = wider


@functools.cache
def _imports():
    """What every file of code imports, {path: modules}."""
    paths = [path.relative_to(ROOT) for part in CODE for path in (ROOT / part).rglob("*.py")]
    return {path: _imported(ROOT / path) for path in paths}


def _imported(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def _module(path):
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


if __name__ == "__main__":
    door.run(main)
