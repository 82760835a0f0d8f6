"""What a lesson has to show besides its predictions: formulas, bug hunts, explorers."""

import ast
import re
from base64 import b64encode
from html import escape

from tools.book.moments import PREDICT, Moment, Slide, before
from tools.book.shown import DETAILS, MOST_LINES, img, paragraphs, plain, pre, printed, seen
from tools.book.stills import NOT_STARTED, at_last_step, is_explorer


def formulas(notebook, left_out):
    """The formulas that stand on lines of their own, each with how it is read aloud.

    left_out : the ids of cells that are not for everybody.
    """
    found, heading = [], ""
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type != "markdown":
            continue
        headings = re.findall(r"^##+ (.+)$", cell.source, flags=re.M)
        heading = headings[-1] if headings else heading
        parts = paragraphs(cell.source)
        written = [p for p in parts if p.startswith("$$") or is_table_of_formulas(p)]
        read = [p for p in parts if p.startswith(("Read", "*Read"))]
        if cell.id not in left_out and written:
            if written[0].startswith("|"):  # it says enough, and takes the room
                read = []
            others = [p for p in parts if p not in written + read and p[0] not in "#|<`"]
            text = "\n\n".join(plain(p) for p in parts if p in written + read)
            notes = "\n\n".join(plain(p) for p in others[-2:])
            slide = Slide(f"## {plain(headings[0] if headings else heading)}\n\n{text}", notes)
            found.append(Moment(place, frozenset(["formula"]), (slide,)))
    return found


def is_table_of_formulas(part):
    return part.startswith("|") and len(re.findall(r"^\|.*\$.*\$", part, flags=re.M)) > 1


def hunts(notebook):
    """Bug hunts: what is wrong here, then one repair."""
    found = []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown" and "### Bug hunt" in cell.source:
            faulty, repair = hunted(notebook.cells, place)
            text = cell.source.partition("### Bug hunt")[2].strip()
            hints = [
                f"{plain(name)}: {plain(' '.join(hint.split()))}"
                for name, hint in DETAILS.findall(text)
            ]
            asked = unfolded(plain(paragraphs(text)[0]))
            slides = (
                Slide(f"## Bug hunt\n\n{asked}\n\n{code(faulty)}", "\n\n".join(hints) or text),
                Slide(f"## One repair\n\n{code(repair)}", compared(faulty, repair)),
            )
            found.append(Moment(place, frozenset(["the bug hunt"]), slides))
    return found


def unfolded(text):
    """A text without its sentences about folded cells, which no slide has."""
    sentences = re.split(r"(?<=[.?!])\s+", " ".join(text.split()))
    return " ".join(one for one in sentences if "folded" not in one and "•••" not in one)


def hunted(all_cells, place):
    """The faulty code that a hunt is about, and the repair: nearest to its text."""
    near = [c for c in all_cells[place - 1 : place + 6] if c.cell_type == "code"]
    near = [c for c in near if not PREDICT.search(c.source)]
    repair = next(k for k, c in enumerate(near) if "repair" in c.source[:60].lower())
    return near[repair - 1], near[repair]


def compared(faulty, repair):
    """What the speaker compares: the outputs of both."""
    outputs = [" / ".join(printed(cell).splitlines()[:4]) for cell in (faulty, repair)]
    return (
        f"Before: {outputs[0]}\n\nAfter: {outputs[1]}\n\n"
        "Ask: which short test, true of every right version, would have found it?"
    )


def code(cell):
    """Code, the function in question alone where the cell is long, and what it printed."""
    source, output = re.sub(r"\n{3,}", "\n\n", cell.source), printed(cell)
    if len(source.splitlines()) > MOST_LINES - 2:
        functions = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
        source = ast.get_source_segment(source, functions[0]) if functions else source
    lines = source.splitlines()
    lines = lines[: MOST_LINES - 1] + ["…"] * (len(lines) > MOST_LINES - 1)
    return f"{pre(chr(10).join(lines), 'code', 300)}\n\n{pre(output, room=110)}"


def explorers(notebook):
    """Explorers: their still, and what is to be reached with it."""
    from course_utils import explorers as course

    found = []
    for place, cell in enumerate(notebook.cells):
        stills = [o for o in cell.get("outputs", []) if is_explorer(o)]
        call = re.search(r"^(\w+_explorer)\(\)$", cell.source, flags=re.M)
        if stills and call:
            explorer = getattr(course, call[1])()
            tasks = "".join(f"<li>{escape(mission.task)}</li>" for mission in explorer.missions)
            picture = still(stills[0], call[1])
            asked = "Before anybody moves it: which control, and which way?"
            text = f"## {explorer.name}\n\n{picture}\n\n{asked}\n\n<ol class='tasks'>{tasks}</ol>"
            notes = "\n\n".join(filter(None, [before(notebook, place), seen(stills[0])]))
            found.append(Moment(place, frozenset(["the explorer"]), (Slide(text, notes),)))
    return found


def still(output, name):
    """An explorer's picture: at its last step, where the first one shows nothing."""
    svg, about = output.data["image/svg+xml"], output.metadata["image/svg+xml"]["alt"]
    if about.startswith(NOT_STARTED):
        svg, about = at_last_step(name)
    svg = svg.replace("Run this cell to use the explorer.", "")
    return img(about, "image/svg+xml", b64encode(svg.encode()).decode())
