"""What a student's code prints, of what it warns, and what it logs, as far as it is kept."""

import builtins
import io
import sys

MOST_PRINTED, LETTERS, MOST_WARNINGS = 50_000, 2_000, 50
MOST_LOGGED, LONGEST_NAME = 200, 200


class Printed(io.TextIOBase):
    """What a student's code prints, as far as it is kept."""

    hears = False  # whether it takes note of records

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

    def hear_loggers(self):
        """Take note of records from now on, where the notebook has imported `logging`."""
        logging = sys.modules.get("logging")
        if self.hears or not hasattr(logging, "Logger"):
            return
        self.hears, plain = True, logging.Logger.callHandlers

        def called(logger, record):
            self.logged(record)
            if logger.hasHandlers():  # where there is none, the other side says it on stderr
                plain(logger, record)

        logging.Logger.callHandlers = called

    def logged(self, record):
        """Take note of a record: (logger, level, words, function, the error's class and words)."""
        if len(self.records) < MOST_LOGGED:
            kind, error, _ = record.exc_info or (None, None, None)
            names = [one.__name__ for one in getattr(kind, "__mro__", ())]
            known = next((name for name in names if hasattr(builtins, name)), "")
            texts = record.name, record.getMessage(), record.funcName, known, error or ""
            name, words, function, known, error = (str(text)[:LETTERS] for text in texts)
            level = int(record.levelno)
            self.records.append((name[:LONGEST_NAME], level, words, function, known, error))

    def clear(self):
        self.pieces, self.warnings, self.records = [], [], []
        self.room = MOST_PRINTED

    def told(self):
        """Return what was printed; where there is more, with the warnings and the records."""
        text = "".join(self.pieces)
        if self.records:
            return text, self.warnings, self.records
        return (text, self.warnings) if self.warnings else text
