"""A student's notebook, read without trust: code cells in order, or one sentence why not."""

import contextlib
import hashlib
import io
import json
import os
import re
import stat
import tokenize
from pathlib import Path
from typing import Any, NamedTuple

from course_utils.grading.counted import counted

MOST_BYTES = 50_000_000  # with saved pictures; a sheet without them has 20 kB
MOST_CELLS = 2_000
MOST_LETTERS = 1_000_000  # of all code
MOST_OF_A_TEXT = 100_000  # letters
MOST_BRACKETS = 1_000_000  # of a file: each becomes an object of a hundred bytes
# What cuts a .py into cells: jupytext's "# %%", nbconvert's "# In[3]:"
CUT = re.compile(r"^# ?(?:%%(?P<rest>.*)|In ?\[[\d *]*\]:[ \t]*)$", re.M)
TEXT_CELL = re.compile(r"\s*\S*\s*\[(markdown|md|raw)\]", re.I)
GRADE_ID = re.compile(r'"grade_id": ?"([^"]+)"')


class Rejected(Exception):
    """A submission that is never run; the message is for its student."""


class Cell(NamedTuple):
    """A code cell and the `grade_id` of its metadata, "" where it has none.

    unchanged : whether an answer is as nbgrader has handed it out, by its checksum.
    """

    source: str
    grade_id: str
    unchanged: bool = False


class Notebook(NamedTuple):
    """Code cells in order, and the cells of text: nobody runs what stands in them."""

    cells: list[Cell]
    texts: list[Cell]


def load(path: str | Path) -> bytes:
    """Return the bytes of a regular file. Raises Rejected for links, devices and large files."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        link = os.path.islink(path)
        reason = "it is a symbolic link" if link else f"it cannot be opened ({error.strerror})"
        raise Rejected(f"The notebook was not read: {reason}.") from error
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise Rejected("The notebook was not read: it is not a regular file.")
        check_size(found.st_size)
        return file.read(MOST_BYTES + 1)


def check_size(size: int) -> None:
    """Raise Rejected for a notebook of too many bytes."""
    if size > MOST_BYTES:
        raise Rejected(
            f"The notebook has {size / 1e6:.0f} MB, more than {MOST_BYTES / 1e6:.0f} MB: "
            "clear its outputs and hand it in again."
        )


def parse(data: bytes) -> list[Cell]:
    """Return the code cells of a notebook's bytes. Raises Rejected, and nothing else."""
    return read_notebook(data).cells


def read_notebook(data: bytes) -> Notebook:
    """Return the cells of a notebook's bytes. Raises Rejected, and nothing else."""
    check_size(len(data))
    if data.count(b"[") + data.count(b"{") > MOST_BRACKETS:
        raise Rejected("The file is not a notebook: it is nothing but brackets.")
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError, MemoryError):
        what = "it is not JSON" if data.strip() else "it is empty"
        raise Rejected(f"The file is not a notebook: {what}.") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise Rejected("The file is not a notebook of format 4: it has no list of cells.")
    if notebook.get("nbformat") != 4:
        raise Rejected(
            f"The notebook is of format {_short(notebook.get('nbformat'))}, expected 4: "
            "open it in JupyterLab and save it again."
        )
    cells = [(_is_code(cell), _cell(cell)) for cell in notebook["cells"]]
    texts = [cell for code, cell in cells if not code and len(cell.source) <= MOST_OF_A_TEXT]
    total = sum(len(cell.source) for cell in texts)
    code_cells = _not_too_many([cell for code, cell in cells if code])
    return Notebook(code_cells, texts[:MOST_CELLS] if total <= MOST_LETTERS else [])


def read_program(data: bytes) -> Notebook:
    """Return the cells of a .py: an export's own, or all of it as one. Raises Rejected."""
    check_size(len(data))
    try:
        code = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        text = data.decode(code)
    except (SyntaxError, ValueError, LookupError):
        text = data.decode("cp1252", "replace")
    if "\0" in text:
        raise Rejected("The .py is not a program: it is not text.")
    text = text.replace("\r\n", "\n")
    cuts = [*CUT.finditer(text)]
    ends = [cut.start() for cut in cuts] + [len(text)]
    pieces = [("", text[: ends[0]])]
    pieces += [
        (cut["rest"] or "", text[cut.end() : end]) for cut, end in zip(cuts, ends[1:], strict=True)
    ]
    cells = [
        Cell(source.strip("\n"), _id_in(rest))
        for rest, source in pieces
        if not TEXT_CELL.match(rest)
    ]
    return Notebook(_not_too_many([cell for cell in cells if cell.source.strip()]), [])


def _id_in(marker: str) -> str:
    """Return the grade_id that jupytext keeps in the line above a cell."""
    found = GRADE_ID.search(marker)
    return found[1] if found else ""


def _is_code(cell: Any) -> bool:
    if not isinstance(cell, dict):
        raise Rejected("The notebook is damaged: one of its cells is not a cell.")
    return cell.get("cell_type") == "code"


def _cell(cell: dict[str, Any]) -> Cell:
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        if _is_code(cell):
            raise Rejected("The notebook is damaged: a cell's code is not text.")
        source = ""
    text, metadata = source.encode("utf-8", "replace").decode(), cell.get("metadata")
    return Cell(text, _grade_id(metadata), _is_unchanged(text, cell.get("cell_type"), metadata))


def _is_unchanged(source: str, kind: Any, metadata: Any) -> bool:
    """Say whether an answer has the checksum that it was handed out with, by nbgrader's own rule.

    Source: nbgrader.utils.compute_checksum, and determine_grade, which gives such a cell 0.
    """
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if not isinstance(marks, dict) or not marks.get("solution") or not marks.get("checksum"):
        return False
    flags = [str(bool(marks.get(flag))) for flag in ("grade", "solution", "locked")]
    parts = [source, str(kind), *flags, _grade_id(metadata)]
    with contextlib.suppress(TypeError, ValueError):
        parts += [str(float(marks.get("points")))] if marks.get("grade") else []
    digest = hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
    return bool(marks["checksum"] == digest)


def _grade_id(metadata: Any) -> str:
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else ""


def _not_too_many(cells: list[Cell]) -> list[Cell]:
    letters = sum(len(cell.source) for cell in cells)
    if len(cells) > MOST_CELLS or letters > MOST_LETTERS:
        raise Rejected(
            f"The notebook has {counted(len(cells), 'code cell')} with "
            f"{counted(letters, 'letter')}; at most {MOST_CELLS} "
            f"cells with {MOST_LETTERS} letters are graded."
        )
    return cells


def _short(value: Any) -> str:
    return repr(value)[:20] if isinstance(value, int | str | None) else "unknown"
