"""What a learner has answered, kept in one small JSON file on their own machine.

Nothing leaves the machine. Where the notebook does not run inside a learner's folder, answers live
in memory until the kernel stops, so that tests never write beside the lessons.
"""

import contextlib
import functools
import json
import os
import tempfile
import time
from pathlib import Path

SCHEMA = 1
SECONDS_TO_WAIT = 2.0  # for another process that writes at this moment
RECORD = ".editions.json"  # what was handed out: it marks a learner's folder
VARIABLE = "COURSE_PROGRESS"  # a path to the file, or "memory"


def progress_path(start=None):
    """Return where the progress file belongs, or None for memory only.

    The environment variable COURSE_PROGRESS decides where it is set. Otherwise the file is
    `progress.json` in the learner's folder above `start` (default: the current folder), unless
    that is a folder of solutions. A learner's folder is what the course was handed out into.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return None if chosen == "memory" else Path(chosen).expanduser()
    here = Path(start or Path.cwd()).resolve()
    if here.name == "solutions":  # to run a solution is not to have solved it
        return None
    for folder in (here, *here.parents):
        # of folders called work only our own counts: it stands beside the package
        ours = folder.name == "work" and (folder.parent / "course_utils").is_dir()
        if ours or (folder / RECORD).is_file():
            return folder / "progress.json"
    return None


@functools.cache
def store():
    """Return the learner's progress store, the same one for the whole session."""
    return ProgressStore(progress_path())


class ProgressStore:
    """Entries by key, each a dict with at least "kind" ("prediction", "quiz", …).

    The file holds {"schema": 1, "entries": {key: entry}}. It is read again before every change,
    so that two open notebooks do not lose each other's answers, and written in one step, so that
    a crash leaves the old file whole. A file that cannot be read is set aside, never overwritten;
    `notice` then says in one sentence where it is.
    """

    def __init__(self, path=None):
        self.path = None if path is None else Path(path)
        self.notice = ""
        self._entries = {}

    def entries(self):
        """Return all entries, {key: entry}."""
        try:
            if self.path is not None and self.path.exists():
                self._entries = self._read()
        except OSError as error:
            self._forget_the_file(error)
        return self._entries

    def get(self, key):
        """Return the entry of that key, or an empty dict."""
        return self.entries().get(key, {})

    def put(self, key, kind, **facts):
        """Store facts under a key, keeping older facts that are not named again."""
        with _lock(self.path):
            entries = self.entries()
            entries[key] = {**entries.get(key, {}), "kind": kind, **facts}
            self._entries = entries
            if self.path is not None:
                self._save(entries)

    def reset(self):
        """Start over without entries; return the path that keeps the old ones, or None."""
        kept = None
        if self.path is not None and self.path.exists():
            kept = self._set_aside("before-reset")
        self._entries = {}
        return kept

    def _read(self):
        try:
            stored = json.loads(self.path.read_text(encoding="utf-8"))
            if stored["schema"] == SCHEMA and _well_formed(stored["entries"]):
                return stored["entries"]
        except (ValueError, KeyError, TypeError, RecursionError, IsADirectoryError):
            pass
        aside = self._set_aside("damaged")
        self.notice = f"The progress file could not be read; it is kept as {aside.name}."
        return {}

    def _set_aside(self, why):
        """Rename the file, so that nothing is lost; return its new path."""
        number = 1
        while (aside := self.path.with_name(f"{self.path.stem}.{why}-{number}.json")).exists():
            number += 1
        os.replace(self.path, aside)
        return aside

    def _save(self, entries):
        try:
            self._write(entries)
        except OSError as error:
            self._forget_the_file(error)

    def _forget_the_file(self, error):
        """Go on in memory: a full, read-only or unreadable disk must not stop a lesson."""
        self.path = None
        self.notice = f"Answers are kept until the kernel stops, not in a file: {error}."

    def _write(self, entries):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"schema": SCHEMA, "entries": entries}, ensure_ascii=False, indent=1)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".progress", suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text + "\n")
            os.replace(name, self.path)  # one step: a reader sees the old file or the new one
        except OSError:
            os.unlink(name)
            raise


@contextlib.contextmanager
def _lock(path):
    """Let one process change the file at a time; after two seconds go on without waiting."""
    guard = path and path.with_name(f".{path.name}.lock")
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while guard and time.monotonic() < deadline:
        try:
            os.close(os.open(guard, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            time.sleep(0.005)
        except OSError:  # no such folder yet, or no place to write: nobody to wait for
            guard = None
    try:
        yield
    finally:
        if guard:
            guard.unlink(missing_ok=True)


def _well_formed(entries):
    return isinstance(entries, dict) and all(
        isinstance(entry, dict) and isinstance(entry.get("kind"), str) for entry in entries.values()
    )
