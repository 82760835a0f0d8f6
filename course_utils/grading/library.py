"""The course's package as code that can be sent to a worker, without answers and without files."""

import functools
import marshal
from pathlib import Path

import numpy as np

PACKAGE = Path(__file__).resolve().parent.parent
SHELF = Path(__file__).resolve().with_name("shelf.py")
LEFT_OUT = ("checks", "grading", "learning.py", "overview.py", "progress_store.py", "sheets.py")


@functools.cache
def stock():
    """(text of the shelf, {module: its code as an array of bytes}): what every worker gets."""
    paths = sorted(PACKAGE.rglob("*.py"))
    kept = [path for path in paths if path.relative_to(PACKAGE).parts[0] not in LEFT_OUT]
    return SHELF.read_text(encoding="utf-8"), {_name(path): _code(path) for path in kept}


def _name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _code(path):
    """Compiled here: that takes longer than all the rest of a worker's start."""
    code = compile(path.read_bytes(), f"<{_name(path)}>", "exec", dont_inherit=True)
    return np.frombuffer(marshal.dumps(code), np.uint8)
