"""The rows of a run, kept one by one, so that a run that was killed goes on where it stopped."""

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course_utils.grading import GradingError
from course_utils.grading.rows import Row

NAME = "journal.jsonl"


class Busy(GradingError):
    """Another run writes the same report."""


class Journal:
    """One line of JSON for each graded submission, on the disk before the next one begins.

    rows : those that are there, by the key of a submission.
    """

    def __init__(self, folder: Path, force: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file = open(folder / NAME, "a+b")  # noqa: SIM115
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy(
                f"another run writes {folder}: wait for it, or choose another --out"
            ) from error
        if force:
            self.file.truncate(0)
        self.rows = dict(self._read())

    def add(self, key: str, row: Row) -> None:
        """Keep a row; it is on the disk when this returns."""
        self.rows[key] = row
        self.file.write(json.dumps([key, row.as_json()]).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())

    def close(self) -> None:
        """Let others write."""
        self.file.close()

    def _read(self) -> Iterator[tuple[str, Row]]:
        """Yield the rows that are there, and cut away a last line that is incomplete.

        A line that another edition wrote stays, and its submission is graded anew.
        """
        self.file.seek(0)
        good = 0
        for line in self.file:
            try:
                key, data = json.loads(line)
            except ValueError:
                break
            if not line.endswith(b"\n"):
                break
            good += len(line)
            row = _row(data)
            if row:
                yield key, row
        self.file.truncate(good)


def _row(data: Any) -> Row | None:
    try:
        return Row.from_json(data)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
