"""Attention from scratch in NumPy: the small package that the lessons import.

Import what you need by its module, for example ``from course_utils.attention import attend``.
The core modules (layers, scoring, attention, recurrent, seq2seq, gradients, training, tasks)
need NumPy alone (``training`` also tqdm); pictures and widgets live in modules of their own.
"""

__version__ = "0.1.0"
