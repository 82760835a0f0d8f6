"""The course's package as code that can be sent to a worker, without answers and without files."""

import compileall
import functools
import marshal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE = Path(__file__).resolve().parent.parent
SHELF = Path(__file__).resolve().parent / "inside" / "shelf.py"
# rooms and modules that know the answers or the learner
LEFT_OUT: tuple[str, ...] = ("checks", "grading", "learning/__init__", "learning/course_test")
LEFT_OUT += ("learning/overview", "learning/questions")


@functools.cache
def course_code() -> tuple[str, dict[str, NDArray[np.uint8]]]:
    """Return (text of the shelf, {module: code as an array of bytes}): what every worker gets."""
    compileall.compile_dir(
        SHELF.parent, quiet=2
    )  # a worker starts the faster, where it can be kept
    paths = sorted(PACKAGE.rglob("*.py"))
    kept = [path for path in paths if not _is_left_out(path.relative_to(PACKAGE).with_suffix(""))]
    return SHELF.read_text(encoding="utf-8"), {_name(path): _code(path) for path in kept}


def _is_left_out(path: Path) -> bool:
    return any(path.is_relative_to(room) for room in LEFT_OUT)


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _code(path: Path) -> NDArray[np.uint8]:
    """Compile a module here: that takes longer than all the rest of a worker's start."""
    code = compile(path.read_bytes(), f"<{_name(path)}>", "exec", dont_inherit=True)
    return np.frombuffer(marshal.dumps(code), np.uint8)
