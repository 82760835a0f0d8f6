"""Run the tests of what changed, style first: `make check NAMES="scoring 02"`.

A NAME is a module (`scoring`, `lab.costs`, `tools.new`), a sheet ("02", "r1"), a lesson's stem, an
explorer, or a path. Without names: everything that differs from the last commit.
"""

import argparse
import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUICK = ["-q", "--no-header", "-m", "not slow and not nightly and not style"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=240"]
STYLE = ["tests/test_architecture.py", "tests/lessons/test_filled_in.py"]
PYTEST = [sys.executable, "-m", "pytest"]


def main(arguments=None):
    """Run style, then the tests of the names; return the first exit code that is not 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    names = parser.parse_args(arguments).names
    paths = [path for name in names for path in find(name)] or changed()
    for command in [*style(), *commands_for(paths)]:
        print("→", " ".join(command[2:]), flush=True)
        if code := subprocess.run(command, cwd=ROOT).returncode:
            return code
    return 0


def style():
    """The commands that look at the form alone: three seconds."""
    ruff = [sys.executable, "-m", "ruff"]
    return [
        [*ruff, "check", "--quiet", "."],
        [*ruff, "format", "--check", "--quiet", "."],
        [sys.executable, "-m", "ty", "check", "--quiet", "--python", sys.prefix],
        [*PYTEST, "-q", "--no-header", *STYLE],
    ]


def find(name):
    """The files that a name means. Raises SystemExit where there is none."""
    if (ROOT / name).is_file():
        return [Path(name)]
    stem = name.replace(".", "/")
    patterns = (
        f"course_utils/{stem}.py",
        f"course_utils/*/{stem}.py",
        f"course_utils/checks/sheets/sheet_{name.lower()}.py",
        f"{stem}.py",
        f"notebooks/{name}*.ipynb" if name[:2].isdigit() else f"notebooks/{name}.ipynb",
        f"solutions/{name.lower()}_*.ipynb",
        f"solutions/{name}.ipynb",
    )
    found = {path.relative_to(ROOT) for pattern in patterns for path in ROOT.glob(pattern)}
    if not found:
        raise SystemExit(f"nothing is called {name!r}: give a module, a sheet, a lesson or a path")
    return sorted(found)


def changed():
    """The files that differ from the last commit, new ones too."""
    listed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [Path(line[3:].split(" -> ")[-1].strip('"')) for line in listed.splitlines()]


def commands_for(paths):
    """One pytest command for files of tests, one for each notebook and each sheet."""
    files = sorted({file for path in paths for file in files_of(path)})
    commands = [[*PYTEST, *QUICK, "-n", "2", *files]] if files else []
    for path in paths:
        if path.suffix == ".ipynb" and path.parts[0] in ("notebooks", "solutions"):
            commands.append([*PYTEST, *QUICK, "tests/lessons", "-k", path.stem])
            commands.append([*PYTEST, "-q", "--no-header", *NBVAL, str(path)])
        if path.stem.startswith("sheet_"):
            number = path.stem.removeprefix("sheet_")
            wanted = f"{number}. or [{number}]"
            commands.append([*PYTEST, *QUICK, "-n", "2", "tests/checks", "-k", wanted])
    return commands


def files_of(path):
    """The test files of a file: its own, and those that import it."""
    if path.parts[0] == "tests":
        return {str(path)} if path.name.startswith("test_") else set()
    if path.suffix != ".py" or path.parts[0] not in ("course_utils", "tools", "experiments"):
        return set()
    if path.stem.startswith("sheet_"):
        return set()
    inner = path.parent.parts[1:] if path.parts[0] == "course_utils" else path.parent.parts
    own = Path("tests", *inner, f"test_{path.stem}.py")
    files = {str(own)} if (ROOT / own).exists() else set()
    if path.parts[1:2] == ("explorers",):
        files.add("tests/explorers/test_every_explorer.py")
    module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    return files | {str(test.relative_to(ROOT)) for test in tests() if module in imported(test)}


def tests():
    """Every file of tests but those that need a browser."""
    found = (ROOT / "tests").rglob("test_*.py")
    return [path for path in found if "browser" not in path.parts]


def imported(path):
    """The modules that a file imports from."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


if __name__ == "__main__":
    sys.exit(main())
