"""Data: what models learn from. A task imports no model.

Batches, vocabularies and the tasks on plain symbols are here; the others are asked for by module,
for example `from course_utils.tasks.scans import draw_rows`.
"""

from course_utils.tasks.batching import (
    FIRST_SYMBOL,
    Batch,
    Task,
    Vocabulary,
    batches,
    batches_by_length,
    make_batch,
)
from course_utils.tasks.marks import END, PADDING, START
from course_utils.tasks.symbols import number_words, reverse

__all__ = [
    "END",
    "FIRST_SYMBOL",
    "PADDING",
    "START",
    "Batch",
    "Task",
    "Vocabulary",
    "batches",
    "batches_by_length",
    "make_batch",
    "number_words",
    "reverse",
]
