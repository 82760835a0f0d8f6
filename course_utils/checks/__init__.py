"""Exercises that check themselves: `check("02.3", attention)` and `hint("02.3")`.

An exercise is data in `sheet_<lesson>.py`; adding one touches that file alone.
"""

from course_utils.checks.desk import check, hint, require
from course_utils.checks.outcomes import NotAnsweredYet, NotCorrect

__all__ = ["NotAnsweredYet", "NotCorrect", "check", "hint", "require"]
