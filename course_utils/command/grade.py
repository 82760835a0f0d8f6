"""Grade a class by a sheet's number: the solution comes from the package for teachers."""

import sys
from pathlib import Path

from course_utils.command.places import solution_of

NOT_HERE = (
    "Grading runs strangers' code in a sandbox that only Linux has: use a Linux machine, WSL or "
    "a container."
)


def grade(arguments):
    """Run the command that grades; the first argument may be a sheet's number. Returns its code."""
    asks = {"-h", "--help"} & set(arguments)
    if not sys.platform.startswith("linux") and not asks:
        raise SystemExit(NOT_HERE)
    if arguments and _is_a_sheet(arguments[0]):
        arguments = [str(solution_of(arguments[0])), *arguments[1:]]
    from course_utils.grading.__main__ import main

    return main(arguments)


def _is_a_sheet(text):
    """Say whether it is a number such as 02 or r1, and not an option or a file."""
    return text.isalnum() and not Path(text).exists()
