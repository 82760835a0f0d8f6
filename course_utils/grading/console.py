"""What a student's code prints, warns of and asks for: it comes to where the tests are."""

import builtins
import sys
import warnings
from typing import Any

MOST_PRINTED, MOST_WARNINGS = 50_000, 50
PLAIN_INPUT, PLAIN_STDIN = builtins.input, sys.stdin


def is_told(told: Any) -> bool:
    """Say whether it is what was printed, or (what was printed, [(category, warning)])."""
    if isinstance(told, str):
        return len(told) <= MOST_PRINTED
    pair = isinstance(told, tuple) and len(told) == 2 and isinstance(told[0], str)
    return pair and len(told[0]) <= MOST_PRINTED and _are_warnings(told[1])


def _are_warnings(found: Any) -> bool:
    few = isinstance(found, list) and len(found) <= MOST_WARNINGS
    return few and all(
        isinstance(one, tuple) and list(map(type, one)) == [str, str] for one in found
    )


def tell_here(told: Any) -> None:
    """Print, and warn, as if the student's code ran here: a test may listen."""
    text, found = (told, []) if isinstance(told, str) else told
    sys.stdout.write(text)
    for name, message in found:
        kind = vars(builtins).get(name)
        known = isinstance(kind, type) and issubclass(kind, Warning)
        warnings.warn(message, kind if known else UserWarning, stacklevel=3)


def typed(prompt: object = "") -> str:
    """Return what is typed, where a test says so: nobody sits before a class that is graded."""
    if builtins.input is PLAIN_INPUT and sys.stdin is PLAIN_STDIN:
        raise EOFError("there is nobody who types")
    return builtins.input(prompt)
