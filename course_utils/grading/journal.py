"""The rows of a run, kept one by one, so that a run that was killed goes on where it stopped.

Rows stay, also those of people who are not in a later run: a report is made of all of them.
"""

import fcntl
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from course_utils.grading import GradingError
from course_utils.grading.rows import Row

NAME = "journal.jsonl"
ANEW = "anew"  # in the place of a key: what stands above is to be graded again


class Busy(GradingError):
    """Another run writes the same report."""


class Kept:
    """What stands in a journal.

    rows : by the key of a submission, the last graded last.  done : keys of those that stay as they
    are.  unread : how many lines cannot be read here.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self.rows, self.done, self.unread = dict[str, Row](), set[str](), 0
        self.seen = dict[str, int]()  # when a piece of work was first graded
        self.bytes = 0
        for line in lines:
            if not line.endswith(b"\n"):  # the run was killed while it wrote
                break
            self.bytes += len(line)
            self._read(line)

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return what the journal of a folder keeps, nothing where there is none."""
        path = folder / NAME
        if not path.exists():
            return cls(())
        with path.open("rb") as file:
            return cls(file)

    def as_it_came(self) -> list[Row]:
        """Return the rows in the order in which their work was first seen, however often graded."""
        places = {key: self.seen[row.work or key] for key, row in self.rows.items()}
        return [self.rows[key] for key in sorted(self.rows, key=lambda key: places[key])]

    def put(self, key: str, row: Row) -> None:
        """Know a row, as the last graded."""
        self.seen.setdefault(row.work or key, len(self.seen))
        self.rows.pop(key, None)
        self.rows[key] = row
        if row.again:
            self.done.discard(key)
        else:
            self.done.add(key)

    def _read(self, line: bytes) -> None:
        try:
            key, data = json.loads(line)
            if key == ANEW:
                self.done.clear()
            else:
                self.put(key, Row.from_json(data))
        except (AttributeError, KeyError, TypeError, ValueError):
            self.unread += 1


class Journal:
    """One line of JSON for each graded submission, on the disk before the next one begins."""

    def __init__(self, folder: Path, force: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file = open(folder / NAME, "a+b")  # noqa: SIM115
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.file.close()
            raise Busy(
                f"another run writes {folder}: wait for it, or choose another --out"
            ) from error
        self.file.seek(0)
        self.kept = Kept(self.file)
        if self.kept.bytes != os.fstat(self.file.fileno()).st_size:
            self.file.truncate(self.kept.bytes)
        if force:
            self._write([ANEW, None])
            self.kept.done.clear()

    @property
    def rows(self) -> dict[str, Row]:
        """Return the rows that are there, by the key of a submission."""
        return self.kept.rows

    def add(self, key: str, row: Row) -> None:
        """Keep a row; it is on the disk when this returns."""
        self._write([key, row.as_json()])
        self.kept.put(key, row)

    def close(self) -> None:
        """Let others write."""
        self.file.close()

    def _write(self, line: Any) -> None:
        self.file.write(json.dumps(line).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())
