"""The source text of what a learner wrote: their progress file keeps what was right."""

import inspect
import textwrap

MOST_KEPT = 4000  # letters: a function of about a hundred lines


def source_of(answer):
    """Return the source of a function or class, "" where there is none to be had, or too much."""
    if not (inspect.isroutine(answer) or inspect.isclass(answer)):
        return ""
    try:
        source = textwrap.dedent(inspect.getsource(answer))
    except (OSError, TypeError, SyntaxError, ValueError):  # typed at a prompt, or built by code
        return ""
    return source.strip() if len(source) <= MOST_KEPT else ""
