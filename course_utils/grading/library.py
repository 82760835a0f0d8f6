"""The course's package as code that can be sent to a worker, without answers and without files."""

import compileall
import functools
import marshal
from pathlib import Path
from types import CodeType

import numpy as np
from numpy.typing import NDArray

PACKAGE = Path(__file__).resolve().parent.parent
SHELF = Path(__file__).resolve().parent / "inside" / "shelf.py"
# rooms and modules that know the answers or the learner
LEFT_OUT: tuple[str, ...] = ("checks", "grading", "learning/__init__", "learning/course_test")
LEFT_OUT += ("learning/cards", "learning/overview", "learning/questions", "learning/standing")


@functools.cache
def course_code() -> NDArray[np.uint8]:
    """Return (code of the shelf, {module: its code as bytes}) as bytes: what every worker gets."""
    # a worker starts the faster, where it can be kept
    compileall.compile_dir(SHELF.parent, quiet=2)
    paths = sorted(PACKAGE.rglob("*.py"))
    kept = [path for path in paths if not _is_left_out(path.relative_to(PACKAGE).with_suffix(""))]
    modules = {_name(path): marshal.dumps(_code(path, _name(path))) for path in kept}
    return np.frombuffer(marshal.dumps((_code(SHELF, "shelf"), modules)), np.uint8)


def _is_left_out(path: Path) -> bool:
    return any(path.is_relative_to(room) for room in LEFT_OUT)


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _code(path: Path, name: str) -> CodeType:
    """Compile a module here: that takes longer than all the rest of a worker's start."""
    return compile(path.read_bytes(), f"<{name}>", "exec", dont_inherit=True)
