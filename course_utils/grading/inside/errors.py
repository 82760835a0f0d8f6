"""An error of a student's code, as the grader is told of it."""

import contextlib
import re

from course_utils.grading.inside.instances import known_as

LETTERS = 2_000  # of each of its words
PLAIN = (str, int, float, complex, bytes)


def described(error):
    """Return (names of its classes, cell, line, arguments, text) of an error."""
    place, trace = (-1, getattr(error, "lineno", None) or -1), error.__traceback__
    while trace:
        match = re.fullmatch(r"<cell (\d+)>", trace.tb_frame.f_code.co_filename)
        place = (int(match[1]), trace.tb_lineno) if match else place
        trace = trace.tb_next
    return [*map(known_as, type(error).__mro__)], *place, *_words(error)


def _words(error):
    """Return (arguments, text) of an error, where they can be had."""
    with contextlib.suppress(BaseException):
        plain = [one for one in error.args if one is None or isinstance(one, PLAIN)]
        words = [str(one)[:LETTERS] if isinstance(one, str) else one for one in plain]
        return words, str(error)[:LETTERS]
    return [], ""
