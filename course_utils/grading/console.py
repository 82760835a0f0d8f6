"""What a student's code prints, warns of, logs and asks for: it comes to where the tests are."""

import builtins
import logging
import sys
import warnings
from typing import Any

MOST_PRINTED, MOST_WARNINGS, MOST_LOGGED = 50_000, 50, 200
RECORD = [str, int, str, str, str, str]  # logger, level, words, function, an error's class, words
HIGHEST, LONGEST_NAME = 100, 200  # level, and logger's name
PLAIN_INPUT, PLAIN_STDIN = builtins.input, sys.stdin


def is_told(told: Any) -> bool:
    """Say whether it is what was printed, or (that, [(category, warning)], perhaps records)."""
    if isinstance(told, str):
        return len(told) <= MOST_PRINTED
    if not isinstance(told, tuple) or len(told) not in (2, 3) or not is_text(told[0]):
        return False
    return _are_warnings(told[1]) and all(map(_are_records, told[2:]))


def is_text(text: Any) -> bool:
    """Say whether it is as much as a worker tells at once."""
    return isinstance(text, str) and len(text) <= MOST_PRINTED


def _are_records(found: Any) -> bool:
    few = isinstance(found, list) and len(found) <= MOST_LOGGED
    return few and all(
        isinstance(one, tuple)
        and list(map(type, one)) == RECORD
        and (len(one[0]) <= LONGEST_NAME and 0 <= one[1] <= HIGHEST)
        for one in found
    )


def _are_warnings(found: Any) -> bool:
    few = isinstance(found, list) and len(found) <= MOST_WARNINGS
    return few and all(
        isinstance(one, tuple) and list(map(type, one)) == [str, str] for one in found
    )


def tell_here(told: Any) -> None:
    """Print, and warn, as if the student's code ran here: a test may listen."""
    text, found, *records = (told, []) if isinstance(told, str) else told
    sys.stdout.write(text)
    for name, message in found:
        kind = vars(builtins).get(name)
        known = isinstance(kind, type) and issubclass(kind, Warning)
        warnings.warn(message, kind if known else UserWarning, stacklevel=3)
    for record in records[0] if records else ():
        _log(*record)


def _log(name: str, level: int, words: str, function: str, kind: str, error: str) -> None:
    """Log a record as if it came up here: a test's handlers get it."""
    logger = logging.getLogger(name)
    known = vars(builtins).get(kind)
    raised = known if isinstance(known, type) and issubclass(known, BaseException) else None
    about = None
    if raised:
        made = raised.__new__(raised)  # some want more than words
        made.args = (error,)
        about = raised, made, None
    if logger.isEnabledFor(level):
        logger.handle(logger.makeRecord(name, level, "", 0, words, (), about, function))


def typed(prompt: object = "") -> str:
    """Return what is typed, where a test says so: nobody sits before a class that is graded."""
    if builtins.input is PLAIN_INPUT and sys.stdin is PLAIN_STDIN:
        raise EOFError("there is nobody who types")
    return builtins.input(prompt)
