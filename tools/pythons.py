"""Run the quick tests with each Python found: python -m tools.pythons [--only 3.12] [TEST ...]

Each gets an environment of its own, such as `.venv-3.12`, with the exact versions of
requirements.lock from wheels alone: a learner has no compiler. Then comes what only tests need.
"""

import argparse
import os
import re
import shutil
import subprocess
from pathlib import Path

from tools import door, set_up

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = 11, 20  # of Python 3: those that are looked for
PLACES = (".pyenv/versions/*/bin", ".local/share/uv/python/*/bin")
QUICK = ["--ignore=tests/browser", "-m", "not style and not slow and not nightly"]
CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)$")


def main(arguments=None):
    """Try each Python; return 0 where all are green and every declared one was there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", metavar="3.X", help="not all that are found")
    parser.add_argument("tests", nargs="*", default=["tests"], metavar="TEST")
    options = parser.parse_args(arguments)
    there = {v: p for v, p in found().items() if not options.only or v in options.only}
    if not there:
        raise SystemExit(f"No such Python here: {', '.join(options.only or ['3.11 or newer'])}.")
    results = {version: tried(version, there[version], options.tests) for version in there}
    for version in sorted(options.only or {*results, *declared()}, key=minor):
        print(f"Python {version}: {results.get(version, 'not here, not tried')}")
    return 0 if set(results.values()) == {"green"} else 1


def minor(version):
    return int(version.split(".")[1])


def declared():
    """Return the versions that pyproject.toml says the course was tried with."""
    return [hit[1] for hit in map(CLASSIFIER.match, set_up.project()["classifiers"]) if hit]


def found():
    """Return each Python on the path and where tools keep them, {"3.12": path}."""
    folders = [folder for place in PLACES for folder in sorted(Path.home().glob(place))]
    searched = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])
    there = {}
    for version in (f"3.{number}" for number in range(OLDEST, NEWEST)):
        for folder in searched.split(os.pathsep):
            path = shutil.which(f"python{version}", path=folder)
            if path and version not in there and _runs(path, version):
                there[version] = path
    return there


def _runs(path, version):
    """Say whether it is that Python: some are only names of what could be installed."""
    said = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([path, "-c", said], capture_output=True, text=True)
    return done.stdout.strip() == version


def tried(version, python, tests):
    """Set an environment up and run the tests in it; return what came of it."""
    folder = ROOT / f".venv-{version}"
    print(f"Python {version}: {python}", flush=True)
    try:
        prepared(folder, python)
    except subprocess.CalledProcessError:
        return "a package has no wheel for it, or cannot be fetched"
    inside = set_up.python_of(folder)
    command = [inside, "-m", "pytest", "-q", "-n", "logical", "--dist", "loadfile"]
    done = subprocess.run([*command, *QUICK, *tests], cwd=ROOT)
    return "green" if done.returncode == 0 else "a test fails"


def prepared(folder, python):
    """Make an environment with wheels alone, unless it is there and still right."""
    stamp = folder / ".installed-test"
    state = set_up.fingerprint(folder) + python
    if stamp.exists() and stamp.read_text(encoding="utf-8") == state:
        return
    uv = shutil.which("uv")
    set_up.create(folder, uv, python)
    set_up.install(folder, uv, ["--only-binary", ":all:", *set_up.packages("lab")])
    set_up.install(folder, uv, set_up.packages("test"))
    set_up.install(folder, uv, ["--no-deps", "--editable", "."])
    stamp.write_text(state, encoding="utf-8")


if __name__ == "__main__":
    door.run(main)
