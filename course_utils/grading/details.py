"""What an error of a student's can tell them: a name of their own, or Python's words on a text.

No page repeats an error's own words: they could hold what the student's code was given. It can say
a name in them that stands in the student's cells. What is wrong with a text is found from the text.
"""

import re

from course_utils.grading.parsing import Wrong, what_is_wrong

NAMING = ("NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError", "AttributeError")
OF_A_TEXT = ("SyntaxError", "IndentationError", "TabError")
QUOTED = re.compile(r"'([^\W\d]\w*(?:\.[^\W\d]\w*)*)'")
IPYTHONS = re.compile(r"^(\s*)(?:\w[\w, ]*=\s*)?(?:[%!?].*|[\w.]+\?+\s*)$")
LETTERS, LONGEST = 400, 60  # of an error's words, and of a name
FOR_STUDENTS = ": only the notebook was handed in"  # what a teacher need not be told
MEANS = {
    "AssertionError": "an `assert` in your code does not hold",
    "AttributeError": "an object has no such attribute",
    "EOFError": "it asks for something to be typed, and nobody is there to type",
    "FileNotFoundError": f"it opens a file that is not there{FOR_STUDENTS}",
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


def name_in(kind: str, words: str, known: frozenset[str]) -> str:
    """Return the name that an error's words tell, if the student's own cells have it; else ""."""
    quoted = QUOTED.findall(words[:LETTERS]) if kind in NAMING else []
    if not quoted:
        return ""
    name: str = quoted[-1] if kind == "AttributeError" else quoted[0]  # behind that of a class
    return name if len(name) <= LONGEST and known.issuperset(name.split(".")) else ""


def wrong_in(kind: str, cell: str) -> Wrong | None:
    """Return what is wrong with a cell's text; None where its text is right, and it fell later."""
    return what_is_wrong(_plain(cell)) if kind in OF_A_TEXT else None


def _plain(cell: str) -> str:
    """Return a cell with nothing in the place of IPython's own lines, as long as before."""
    lines = cell.split("\n")
    if lines[0].startswith("%%"):
        lines[0] = ""
    return "\n".join(IPYTHONS.sub(r"\1pass", line) for line in lines)


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
