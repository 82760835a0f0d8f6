"""A teacher's own files among what was handed in: a hard link to SOURCE would get full marks.

Nobody can put such a link into an archive. In a folder that several people write to, whoever may
read SOURCE can.
"""

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from course_utils.grading.archives import HandedIn
from course_utils.grading.submissions import Submission

Identity = tuple[int, int]  # of a file on a disk, whatever it is called


def without_own(submissions: Iterable[Submission], source: Path) -> list[Submission]:
    """Return the submissions; a link to SOURCE, or to a file beside it, has a reason, no bytes."""
    own = dict[Identity, str]()
    with contextlib.suppress(OSError):
        own = {_identity(path): str(path) for path in source.resolve().parent.iterdir()}
    return [
        replace(one, files=tuple(_checked(file, own) for file in one.files)) for one in submissions
    ]


def _checked(file: HandedIn, own: Mapping[Identity, str]) -> HandedIn:
    """Return a file, refused where it is a teacher's under another name."""
    with contextlib.suppress(OSError):
        there = own.get(_identity(file.path)) if file.on_disk else None
        if there and os.path.realpath(file.path) != there and not os.path.islink(file.path):
            reason = f"it is a hard link to the teacher's own {os.path.basename(there)}"
            return replace(file, reason=f"The notebook was not read: {reason}.")
    return file


def _identity(path: str | Path) -> Identity:
    found = os.lstat(path)
    return found.st_dev, found.st_ino
