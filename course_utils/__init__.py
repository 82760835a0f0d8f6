"""Attention from scratch in NumPy: the small package that the lessons import.

At the root stands the subject, one idea a module: `from course_utils.attention import attend`.
It computes, and needs NumPy alone (`training` also tqdm). Everything around it has a room whose
docstring says its law: `tasks` (data), `lab` (experiments), `plots` (pictures), `explorers`
(widgets), `learning` (what a learner answers), `checks` (exercises), `grading` (a class).
"""

from course_utils import _moved

__version__ = "1.0.0"

_moved.answer_old_names()
