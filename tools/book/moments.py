"""The moments of a lesson that ask something: predictions, and experiments that none predicts.

A moment is a question and, on a slide of its own, what came of it; both come from the lesson's
cells and their stored outputs, and so do the speaker's notes.
"""

import re
from typing import NamedTuple

from course_utils.learning.measured import register
from tools.book import cells
from tools.book.shown import (
    NOBODY,
    figure,
    html_outputs,
    is_wide,
    paragraphs,
    plain,
    pre,
    printed,
    seen,
    spoken,
)
from tools.book.stills import is_explorer

PREDICT = re.compile(r"\bpredict\(\s*\"([^\"]+)\"")
REVEAL = re.compile(r"\breveal\(\s*\"([^\"]+)\"")
NAMED = re.compile(r"^# (E\d+)(?:, (E\d+))? · (.+)$", re.M)
NARROW, FEW = 34, 4  # columns of numbers that stand beside a picture, lines that stand above it


class Slide(NamedTuple):
    """What is shown, as Markdown, and what only the speaker sees."""

    text: str
    notes: str = ""


class Moment(NamedTuple):
    """Slides that belong together: where in the lesson, what it is called, whether it is seen."""

    place: int
    names: frozenset  # such as {"06.std", "E3"}
    slides: tuple
    pictured: bool = False


def predictions(notebook):
    """Every prediction whose result a later cell shows: the question, then what happened."""
    found = []
    for place, cell in enumerate(notebook.cells):
        name = cell.cell_type == "code" and PREDICT.search(cell.source)
        asked = name and html_outputs(cell, "<p><strong>")
        later = range(place, len(notebook.cells)) if asked else ()
        end = next((k for k in later if name[1] in revealed(notebook.cells[k])), None)
        if end:
            found.append(prediction(notebook, name[1], asked[0], place, end))
    return found


def prediction(notebook, name, asked, place, end):
    """A prediction that stands at one place, and its result at another."""
    cell = notebook.cells[end]
    earlier = [one for one in notebook.cells[place + 1 : end] if one.cell_type == "code"]
    said = html_outputs(cell, "<p>→")[revealed(cell).index(name) :][:1]
    slides = (
        Slide(question(asked), f"Coming: {spoken(''.join(said))}"),
        *results(cell, earlier, after(notebook, end), "".join(said)),
    )
    names = frozenset([name, *experiments_in(cell)])
    return Moment(place, names, slides, "<figure>" in slides[1].text)


def revealed(cell):
    """The names of the predictions that a cell tells the result of, in order."""
    return REVEAL.findall(cell.source) if cell.cell_type == "code" else []


def question(html):
    """A prediction as a slide: with letters to vote for."""
    asked = re.sub(r"<p><em>Run this cell.*?</p>", "", html)
    if "<ul>" not in asked:
        asked += "<p>Write your number down.</p>"
    asked = asked.replace("<ul>", '<ol type="a">').replace("</ul>", "</ol>")
    return f'## Predict\n\n<div class="asked">{asked}</div>'


def experiment(notebook, name):
    """An experiment that nobody predicts, as the question before it and its result, or None."""
    places = [i for i, cell in enumerate(notebook.cells) if name in experiments_in(cell)]
    if not places:
        return None
    while not notebook.cells[places[-1]].get("outputs"):  # what it prepares, the next cell shows
        places.append(places[-1] + 1)
    first, last = notebook.cells[places[0]], notebook.cells[places[-1]]
    title = NAMED.search(first.source)[3]
    said = before(notebook, places[0])
    asked = f"**{plain(title)}**\n\n{said}\n\nWhat do you expect, and why?"
    asked = f'## Before it runs\n\n<div class="large">\n\n{asked}\n\n</div>'
    others = [notebook.cells[i] for i in places[:-1]]
    shown = results(last, others, after(notebook, places[-1]), title=title)
    return Moment(places[0], frozenset([name]), (Slide(asked, f"Coming: {shown[0].notes}"), *shown))


def experiments_in(cell):
    """The names of the experiments that a cell runs: {"E3"}."""
    found = NAMED.findall(cell.source) if cell.cell_type == "code" else []
    return {name for names in found for name in names[:2] if name}


def results(cell, earlier, go_on, said="", title="What happened"):
    """What came out, on one slide or two: the sentence with the picture, and the numbers.

    earlier : the code cells between the question and this one.  go_on : what to say then.
    said : what the cell says of a prediction, as HTML.
    """
    own = [one for one in earlier if not revealed(one)]  # what none has shown yet
    figures = [o for c in (cell, *reversed(own)) for o in cells.pictures(c) if not is_explorer(o)]
    numbers = next((text for c in (cell, *reversed(own)) if (text := printed(c))), "")
    notes = "\n\n".join(filter(None, [expected(cell), go_on]))
    head = f"## {plain(title)}\n\n{NOBODY.sub('<strong>', said)}\n\n"
    if not figures:
        return (Slide(f"{head}{pre(numbers)}", notes or f"Read aloud: {spoken(said)}"),)
    return shown(head, figures[0], numbers, notes)


def shown(head, output, numbers, notes):
    """A picture, its numbers beside or above it; where they take more room, on the next slide."""
    picture, told, lines = figure(output), seen(output), numbers.splitlines()
    both = "\n\n".join(filter(None, [told, notes]))
    if lines and max(map(len, lines)) <= NARROW and not is_wide(output):
        beside = f'<div class="beside">{picture}{pre(numbers, wide=430)}</div>'
        return (Slide(f"{head}{beside}", both),)
    if len(lines) <= FEW:
        return (Slide(f"{head}{pre(numbers, room=130)}\n\n{picture}", both),)
    return (
        Slide(f"{head}{picture}", told),
        Slide(f"## The numbers\n\n{pre(numbers)}", notes or "Which number here is in the picture?"),
    )


def expected(cell):
    """What the register promises of the numbers that a cell measures."""
    keys = re.findall(r"measured\(.*?\"(\d\d\w?\.\w+)\"", cell.source, flags=re.S)
    entries = [register()[key] for key in dict.fromkeys(keys) if key in register()]
    return " ".join(
        f"On every machine: {entry['claim']} ({ranges(entry['range'])})." for entry in entries
    )


def ranges(range_, name=""):
    """A range of the register in words, or several."""
    if isinstance(range_, list):
        return f"{name and name + ' '}{range_[0]:g} to {range_[1]:g}"
    parts = [ranges(inner, f"{name} {part}".strip()) for part, inner in range_.items()]
    return "; ".join(parts[:6])


def before(notebook, place):
    """The last words before a cell, where they ask something."""
    prose = [
        c.source for c in notebook.cells[max(place - 2, 0) : place] if c.cell_type == "markdown"
    ]
    parts = [part for part in paragraphs("\n\n".join(prose)) if not part.startswith(("|", "#"))]
    asked = [part for part in parts if "?" in part] or parts
    return plain(asked[-1]) if asked else ""


def after(notebook, place):
    """The first words behind a cell, where prose follows it at once."""
    following = notebook.cells[place + 1 : place + 2]
    if not following or following[0].cell_type != "markdown":
        return ""
    words = [part for part in paragraphs(following[0].source) if not part.startswith(("#", "|"))]
    return f"Go on: {plain(words[0])}" if words else ""
