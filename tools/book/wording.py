"""What a lesson says to somebody who runs cells, said to somebody who reads in a browser."""

import re

from course_utils.command import alone
from tools.book import cells

# A question that waits for no card: what the next cell prints is folded.
THINK_FIRST = re.compile(r"\b[Bb]efore\s+you\s+run\b|\brun it\s+again, and make\b")
# In their order; a text may be broken between any two of its words.
SAID = (
    (r"\*\*Run a cell\*\* with <kbd>Shift</kbd>\+<kbd>Enter</kbd>, from top to bottom\.",
     "**Read from top to bottom.** What a cell shows was computed before."),
    (r"Run a cell with <kbd>Shift</kbd>\+<kbd>Enter</kbd>\.",
     "What a cell prints is folded, so that you can think first."),
    (r"\*\*This copy is yours\.\*\* Change any cell: an update never overwrites a notebook you "
     r"changed\.",
     "**Your answers are yours.** This browser keeps them, and sends nothing."),
    (r"waits for one or two lines of yours\.",
     "waits for one or two lines of yours. *The way out*, folded below it, is one solution."),
    (r"First, is your machine ready\? Then three questions on arrays\.",
     "First, three questions on arrays."),
    (r"(Write one sentence|Note it) in a new cell", r"\1 down"),
    (r"; click ••• to compare| \(click •••\)", ""),
    (r"Before you run the next cell:", "Before you look at what the next cell prints:"),
    (r"Before you run", "Before you look"),
    (r"before you run( it)?\b", "before you look"),
    (r"Change a line of the next cell, run it again,",
     "In JupyterLab, change a line of the next cell, run it again,"),
    (r"the three missions above the picture", "the three missions"),
    (r"1\. Write your answer where you see three dots.*shows it\.",
     "Answer on paper first, then open what is folded below the question. In JupyterLab you write "
     "the answer into a cell, and `check` says at once what is right."),
)  # fmt: skip
RULES = [(re.compile(told.replace(" ", r"\s+"), re.S), here) for told, here in SAID]
# It looks at the machine that the lesson was made on, which is not the reader's.
OF_A_MACHINE = "check_machine()"


def for_readers(notebook):
    """Say the texts of a notebook to a reader, and fold what would answer a question too early."""
    notebook.cells = [cell for cell in notebook.cells if OF_A_MACHINE not in cell.source]
    for before, cell in zip([None, *notebook.cells], notebook.cells, strict=False):
        if cell.cell_type == "code" and is_asked(before, cell):
            cells.tag(cell, "hide-output")
            cells.name_fold(cell, "What comes out", "Fold what comes out")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = said(alone.without_line(cell.source))
    return notebook


def is_asked(before, cell):
    """Whether the text before a code cell, or its own first line, asks what will come out."""
    first = cell.source.partition("\n")[0]
    asks = before is not None and before.cell_type == "markdown" and before.source
    return bool(cell.outputs) and any(THINK_FIRST.search(text) for text in (first, asks or ""))


def said(text):
    for told, here in RULES:
        text = told.sub(here, text)
    return text
