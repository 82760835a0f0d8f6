"""The course's package as code that can be sent to a worker, without answers and without files."""

import compileall
import functools
import marshal
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

import numpy as np
from numpy.typing import NDArray

PACKAGE = Path(__file__).resolve().parent.parent
SHELF = Path(__file__).resolve().parent / "inside" / "shelf.py"
# rooms and modules that know the answers or the learner
LEFT_OUT: tuple[str, ...] = (
    "checks",
    "command",
    "grading",
    "learning/__init__",
    "learning/course_test",
)
LEFT_OUT += (
    "learning/my_course",
    "learning/review",
    "learning/cards",
    "learning/overview",
    "learning/questions",
    "learning/standing",
)


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
    """Return a module's code: what Python keeps of it beside its text, where that is there.

    To compile all of them takes longer than all the rest of a worker's start.
    """
    code = SourceFileLoader(name, str(path)).get_code(name)
    assert code  # there is a text
    return _without_path(code, f"<{name}>")


def _without_path(code: CodeType, name: str) -> CodeType:
    """Return code that says nothing of where it lies here, nor do the functions in it."""
    parts = (_without_path(c, name) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=name, co_consts=tuple(parts))
