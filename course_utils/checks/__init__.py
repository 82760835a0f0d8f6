"""Exercises that check themselves: `check("02.3", attention)` and `hint("02.3")`.

A lesson's own blanks are "02.a", "02.b", …; `yours` hands on what a learner built there.

An exercise is declared in `sheets/sheet_<lesson>.py`, see `declare`. The kinds, and how an answer
is judged, stand here; a learner's answers are kept in one local file by `progress_store`.
"""

from course_utils.checks.desk import check, given, hint, require, yours
from course_utils.checks.outcomes import NotAnsweredYet, NotCorrect

__all__ = ["NotAnsweredYet", "NotCorrect", "check", "given", "hint", "require", "yours"]
