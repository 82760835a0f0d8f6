"""Which missions of an explorer were reached: kept, so that they stay so on the second day."""

import os
from pathlib import Path

from course_utils.checks.progress_store import store

MISSIONS = "missions"  # the kind of the entries


def reached(explorer):
    """Return the missions of an explorer that were reached before, by their words."""
    return tuple(store().get(_key(explorer)).get("done", ()))


def keep_reached(explorer, done, of):
    """Put down which missions are reached, by their words: another edition may have others.

    explorer : its name.  done : the words of those reached.  of : how many there are.
    """
    store().put(_key(explorer), MISSIONS, lesson=_lesson(), done=list(done), of=of)


def _key(explorer):
    return f"{MISSIONS}.{explorer}"


def _lesson():
    """Return the lesson whose notebook asks, "02", by its file's name; "" where none is told.

    Jupyter's server tells a kernel for which notebook it was started.
    """
    return Path(os.environ.get("JPY_SESSION_NAME", "")).stem.split("_")[0].lower()
