"""Files that a student's code writes, and a test reads: they are carried over where harmless.

A test may open a table that an answer has saved. Only text, pictures and plain arrays come across:
nothing that Python would import, and nothing that runs when it is loaded.
"""

import io
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from course_utils.grading.habits import Watching
from course_utils.grading.inside.folder import Folder

# What shows that a sheet deals with files; only then it is looked at in SOURCE's own turn.
WORDS = {"open", "Path", "savetxt", "loadtxt", "genfromtxt", "save", "savez", "load", "savefig"}
WORDS |= {"to_csv", "read_csv", "os", "glob", "shutil", "json", "csv", "fromfile", "tofile"}
IMPORTED = (".py", ".pyc", ".pyd", ".so", ".pth", ".dll", ".zip", ".egg", ".ipynb")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF")
MOST_BYTES, LONGEST_PATH, DEEPEST = 8_000_000, 200, 5


def are_shared(words: frozenset[str], watching: Watching) -> bool:
    """Say whether files are carried between the two sides for this sheet."""
    known = watching.known
    return known.files if known else bool(WORDS & words)


def harmless(files: Any) -> dict[str, bytes]:
    """Return those of the files that a test may find beside it."""
    if not isinstance(files, dict):
        return {}
    pairs = ((path, data) for path, data in files.items() if isinstance(data, bytes))
    return {path: data for path, data in pairs if _has_place(path) and _is_plain(data)}


def _has_place(path: Any) -> bool:
    """Say whether it is a path beside the notebook, of a file that Python does not import."""
    if not isinstance(path, str) or not is_beside(path) or not PurePosixPath(path).parts:
        return False
    hidden = PurePosixPath(path).parts[0].startswith(".")
    return not path.lower().endswith(IMPORTED) and not hidden


def is_beside(path: str) -> bool:
    """Say whether a path is one beside the notebook, or below."""
    if len(path) > LONGEST_PATH or not path.isprintable() or path.startswith("/"):
        return False
    parts = PurePosixPath(path).parts
    return len(parts) <= DEEPEST and ".." not in parts


def _is_plain(data: bytes) -> bool:
    """Say whether it is text, a picture, or an array of numbers."""
    if len(data) > MOST_BYTES:
        return False
    if data.startswith(b"\x93NUMPY"):
        return _is_array(data)
    if data.startswith(PICTURES):
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_array(data: bytes) -> bool:
    try:
        np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError, SyntaxError):
        return False
    return True


def gone_beside(paths: Any, folder: Folder) -> list[str]:
    """Return those of the paths that are files beside the notebook."""
    texts = [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []
    return [path for path in texts if path in folder.known]
