"""Data files and modules beside a notebook, as far as its cells mention them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 30_000_000  # of all of them together
MOST_FILES = 5_000  # that are looked at
NOT_MEANT = (".ipynb", ".pyc")  # other sheets, and what Python makes by itself


def files_beside(folder: Path, text: str) -> dict[str, bytes]:
    """Return {path: bytes} of files in a folder that a text mentions.

    A module may import another, or read a file: what a module mentions comes too.
    """
    left, found = list(_paths(folder)), dict[str, bytes]()
    while meant := [path for path in left if _mentioned(path.relative_to(folder), text)]:
        for path in meant:
            left.remove(path)
            if path.stat().st_size + sum(map(len, found.values())) > MOST_BYTES:
                continue
            found[path.relative_to(folder).as_posix()] = data = path.read_bytes()
            if path.suffix == ".py":
                text += "\n" + data.decode("utf-8", "replace")
    return found


def _mentioned(path: Path, text: str) -> bool:
    """Say whether a text has the name of a file, opens its folder, or imports it."""
    top = path.parts[0].removesuffix(".py")
    if path.suffix == ".py" and re.search(
        rf"^\s*(?:from|import)\b.*\b{re.escape(top)}\b", text, re.M
    ):
        return True
    opened = len(path.parts) > 1 and re.search(rf"""['"/]{re.escape(top)}['"/]""", text)
    return path.name in text or bool(opened)


def _paths(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and below, without hidden ones and without notebooks."""
    looked_at = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(n for n in folders if not n.startswith((".", "__")))
        for name in sorted(names):
            looked_at += 1
            if looked_at > MOST_FILES:
                return
            if not name.startswith(".") and not name.endswith(NOT_MEANT):
                yield Path(place, name)
