"""The rows of a run, kept one by one, so that a run that was killed goes on where it stopped."""

import fcntl
import json
import os

from course_utils.grading import GradingError

NAME = "journal.jsonl"


class Busy(GradingError):
    """Another run writes the same report."""


class Journal:
    """One line of JSON for each graded submission, on the disk before the next one begins."""

    def __init__(self, folder, force=False):
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

    def add(self, key, row):
        """Keep a row; it is on the disk when this returns."""
        self.rows[key] = row
        self.file.write(json.dumps([key, row]).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())

    def close(self):
        """Let others write."""
        self.file.close()

    def _read(self):
        """The rows that are there; a last line that was cut off is cut away."""
        self.file.seek(0)
        good = 0
        for line in self.file:
            try:
                key, row = json.loads(line)
            except ValueError:
                break
            if not line.endswith(b"\n"):
                break
            good += len(line)
            yield key, row
        self.file.truncate(good)
