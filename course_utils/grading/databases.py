"""SQLite in the tests: a query opens no file but those beside the sheet.

A test may run a query that a student has written. `ATTACH` and `VACUUM INTO` open and make files
with the rights of this process, and SQLite asks nobody, so that no audit hook hears of it.
"""

import functools
import os
import sqlite3
from pathlib import Path
from typing import Any

STEPS = 100_000  # of a query: some milliseconds


def keep_beside() -> None:
    """Let every connection that is made from now on stay among the files of its folder."""
    plain = sqlite3.connect

    @functools.wraps(plain)
    def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = plain(*arguments, **named)
        connection.set_authorizer(_allowed)
        connection.set_progress_handler(_goes_on, STEPS)
        return connection

    for module in (sqlite3, sqlite3.dbapi2):
        vars(module).update(connect=connect)


def _goes_on() -> None:
    """Let Python hear its clock, which ends a query that does not end by itself."""


def _allowed(action: int, about: str | None, *more: Any) -> int:
    """Say whether a step of a query may be taken. about : for `ATTACH` the path of the file."""
    if action != sqlite3.SQLITE_ATTACH or about in ("", ":memory:"):
        return sqlite3.SQLITE_OK
    plain = about and not about.lower().startswith("file:")  # a URI can name a path in many ways
    here = plain and Path(os.path.realpath(about)).is_relative_to(os.path.realpath(os.getcwd()))
    return sqlite3.SQLITE_OK if here else sqlite3.SQLITE_DENY
