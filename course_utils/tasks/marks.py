"""The three marks that every vocabulary begins with; symbols are numbered from 3."""

PADDING, START, END = 0, 1, 2
