"""What an error of a student's can tell them: a name of their own, or Python's words on a text.

An error's own words never cross: they could hold what the student's code was given. A name can,
where it stands in the student's cells; what is wrong with a text is found here, from the text.
"""

import re

from course_utils.grading.parsing import Wrong, what_is_wrong

NAMING = ("NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError", "AttributeError")
OF_A_TEXT = ("SyntaxError", "IndentationError", "TabError")
NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
LONGEST = 60
MEANS = {
    "AssertionError": "an `assert` in your code does not hold",
    "AttributeError": "an object has no such attribute",
    "EOFError": "it asks for something to be typed, and nobody is there to type",
    "FileNotFoundError": "it opens a file that is not there: only the notebook was handed in",
    "ImportError": "an import finds no such name",
    "IndexError": "it asks for a place that a list or an array does not have",
    "KeyError": "it asks for a key that a dict does not have",
    "LinAlgError": "a matrix does not allow this",
    "MemoryError": "it needs more memory than there is",
    "ModuleNotFoundError": "there is no such module here",
    "NameError": "a name is used that is defined nowhere above",
    "OSError": "a file, or something else of the machine, cannot be used here",
    "OverflowError": "a number gets too large",
    "RecursionError": "a function calls itself without end",
    "StopIteration": "`next` is called where nothing is left",
    "SystemExit": "it leaves the program, as `sys.exit()` does",
    "TypeError": "something gets arguments that it does not take, or a value of the wrong kind",
    "UnboundLocalError": "a name is used before it gets a value in the function",
    "ValueError": "shapes or values do not fit together",
    "ZeroDivisionError": "it divides by zero",
}


def name_in(kind: str, word: str, known: frozenset[str]) -> str:
    """Return a name that an error tells, where the student's own cells have it; else ""."""
    fine = kind in NAMING and len(word) <= LONGEST and NAME.fullmatch(word)
    return word if fine and known.issuperset(word.split(".")) else ""


def wrong_in(kind: str, cell: str) -> Wrong | None:
    """Return what is wrong with a cell's text; None where its text is right, and it fell later."""
    return what_is_wrong(cell) if kind in OF_A_TEXT else None


def meaning(kind: str, detail: str) -> str:
    """Say in a few words what an error of that kind means, with the name that it is about."""
    if kind in OF_A_TEXT:
        return f"Python cannot read it: {detail}" if detail else "Python cannot read it"
    if not detail:
        return MEANS.get(kind, "")
    return {
        "NameError": f"`{detail}` is defined nowhere above",
        "UnboundLocalError": f"`{detail}` is used before it gets a value in the function",
        "ModuleNotFoundError": f"there is no module `{detail}` here",
        "ImportError": f"there is no `{detail}` to import",
        "AttributeError": f"the object before it has no `{detail}`",
    }.get(kind, "")
