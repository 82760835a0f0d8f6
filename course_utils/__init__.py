"""Attention from scratch in NumPy: the small package that the lessons import.

Import what you need by its module, for example ``from course_utils.attention import attend``.
The core computes, and needs NumPy alone (``training`` also tqdm); pictures and widgets live in
modules of their own. docs/architecture.md has a line for each module.
"""

__version__ = "0.1.0"
