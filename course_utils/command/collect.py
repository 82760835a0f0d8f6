"""Collect a sheet from every student's home, as a folder that `grade` reads.

Who collects may read what students may not, and students write the homes: a link there could lead
to a neighbour's file. So no link is followed, and only a student's own plain files are taken.
"""

import contextlib
import os
import stat
from pathlib import Path
from typing import NamedTuple

from course_utils.command.lab import FOLDER
from course_utils.command.places import exercise_of

LARGEST = 30_000_000  # bytes, as for a file that `grade` reads
STEP = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Found(NamedTuple):
    """What was found in a home: the student's name, and why nothing was taken ("" if it was)."""

    student: str
    why_not: str


def collect(sheet, homes, out, folder=FOLDER):
    """Copy a sheet from `homes/*/folder/exercises` to `out/<student>/`; return a `Found` for each.

    sheet : "02".  Times stay, for late work. A copy of an earlier day is replaced.
    Raises SystemExit, in a sentence, where there is no such sheet or no folder of homes.
    """
    if os.open not in os.supports_dir_fd:
        raise SystemExit("Homes are collected on Linux or macOS, where a hub runs.")
    name = exercise_of(sheet).name
    if not Path(homes).is_dir():
        raise SystemExit(f"There is no folder {homes}: expected the one with the students' homes.")
    students = sorted(place.name for place in Path(homes).iterdir() if _is_home(place))
    way = (*Path(folder).parts, "exercises", name)
    return [Found(student, _taken(Path(homes), student, way, Path(out))) for student in students]


def _is_home(place):
    return place.is_dir() and not place.is_symlink() and not place.name.startswith(".")


def _taken(homes, student, way, out):
    """Copy one student's file; return why it was not, or ""."""
    try:
        content, times = _read(homes / student, way)
    except FileNotFoundError:
        return "no such file"
    except OSError as error:
        return error.strerror or str(error)
    target = out / student / way[-1]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    os.utime(target, ns=times)
    return ""


def _read(home, way):
    """Return (content, times) of a file, reached from its home without following any link."""
    with contextlib.ExitStack() as stack:
        here = stack.enter_context(_opened(home))
        owner = os.fstat(here).st_uid
        for part in way:
            here = stack.enter_context(_opened(part, here))
        facts = os.fstat(here)
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != owner:
            raise PermissionError(0, "not a plain file of the student's own")
        if facts.st_size > LARGEST:
            raise PermissionError(0, f"larger than {LARGEST // 1_000_000} MB")
        with os.fdopen(os.dup(here), "rb") as file:
            return file.read(LARGEST), (facts.st_atime_ns, facts.st_mtime_ns)


@contextlib.contextmanager
def _opened(name, folder=None):
    try:
        handle = os.open(name, STEP, dir_fd=folder)
    except OSError as error:
        link = folder is not None and _is_link(name, folder)
        raise PermissionError(0, "a link, which is not followed") if link else error from None
    try:
        yield handle
    finally:
        os.close(handle)


def _is_link(name, folder):
    with contextlib.suppress(OSError):
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    return False


def told(found, out):
    """Say what was collected, and what was not."""
    taken = sum(not each.why_not for each in found)
    lines = [f"{taken} of {len(found)} students: {out}"]
    lines += [f"  {each.student}: {each.why_not}" for each in found if each.why_not]
    return "\n".join(lines)
