"""What a student's code prints, and of what it warns, as far as it is kept."""

import builtins
import io

MOST_PRINTED, LETTERS, MOST_WARNINGS = 50_000, 2_000, 50


class Printed(io.TextIOBase):
    """What a student's code prints, as far as it is kept."""

    def __init__(self):
        self.clear()

    def writable(self):
        return True

    def write(self, text):
        kept = str(text)[: self.room]
        if kept:
            self.pieces.append(kept)
            self.room -= len(kept)
        return len(text)

    def warned(self, message, category, *place, **named):
        """Take note of a warning."""
        if len(self.warnings) < MOST_WARNINGS:
            names = (kind.__name__ for kind in category.__mro__)
            known = next(name for name in names if hasattr(builtins, name))
            self.warnings.append((known, str(message)[:LETTERS]))

    def clear(self):
        self.pieces, self.warnings, self.room = [], [], MOST_PRINTED

    def told(self):
        """Return what was printed; with warnings (what was printed, the warnings)."""
        text = "".join(self.pieces)
        return (text, self.warnings) if self.warnings else text
