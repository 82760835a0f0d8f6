"""Results of experiments that take too long for a lesson: made by experiments/, kept as data."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent


def results(name):
    """Return what an experiment found, a dict with at least "made by" and "versions".

    Raises ValueError for a name that there is none of.
    """
    names = sorted(path.stem for path in FOLDER.glob("*.json"))
    if name not in names:
        raise ValueError(f"results are there for {', '.join(names)}, got {name!r}")
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def how_made(found):
    """Say in one line which command, versions and seeds made some results."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return f"Made by `{found['made by']}` with {versions}; seeds {found['seeds']}."
