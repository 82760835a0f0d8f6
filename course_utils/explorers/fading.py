"""One string, longer and longer, written backwards by a model without attention."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.lab.lengths import LONGEST, ROOM
from course_utils.lab.ready_made import ready_made
from course_utils.lab.rules import SYMBOLS
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import INK, KEY, QUERY, box, label, middle, svg
from course_utils.tasks import Vocabulary, make_batch

STRINGS = 20
CELL = 31
LETTERS = Vocabulary(SYMBOLS)
WRONG = "#a11d21"
NARROW = ((0, 32, 469, 254), (469, 32, 882, 222))  # what a narrow window stacks


class Reversed(NamedTuple):
    """What the explorer shows: a source, its reverse, and what the model wrote in its place."""

    source: str
    wanted: str
    written: str

    @property
    def wrong(self):
        """Return the places whose symbol is missing or another one."""
        padded = self.written.ljust(len(self.wanted))
        return [i for i, symbol in enumerate(self.wanted) if padded[i] != symbol]


def fading_explorer():
    """Return a string to lengthen, and a trained model that writes it backwards from one vector."""
    missions = (
        Mission("Find a string that the model writes wrong.", _fails),
        Mission("Find a string of 12 or more that it writes right.", _copes),
        Mission("Find a string of 16 or more whose last symbol it writes right.", _ends_well),
    )
    model = ready_made("reverser_without")
    whole = {"min": 1, "max": STRINGS, "value": 1}
    controls = {
        "length": labelled(widgets.IntSlider, "Symbols:", "360px", min=2, max=ROOM, value=4),
        "string": labelled(widgets.IntSlider, "Another string:", "320px", **whole),
    }

    def look(length, string):
        return fading_look(model, length, string)

    return Explorer("A string, longer and longer 越来越长", controls, look, missions, narrow=NARROW)


def _fails(seen):
    return bool(seen.wrong)


def _copes(seen):
    return len(seen.source) >= 12 and not seen.wrong


def _ends_well(seen):
    return len(seen.source) >= 16 and len(seen.source) - 1 not in seen.wrong


def random_string(length, string):
    """Return the first `length` symbols of one of the strings, the same on every machine."""
    places = np.random.default_rng(string).integers(len(SYMBOLS), size=ROOM)
    return "".join(SYMBOLS[place] for place in places[:length])


def fading_look(model, length, string):
    """Let a model write one string backwards; the facts are a `Reversed`."""
    source = random_string(length, string)
    batch = make_batch([(source, "")], LETTERS, LETTERS)
    written = LETTERS.text(model.greedy(batch.source, batch.source_lengths, ROOM + 4).tokens[0])
    seen = Reversed(source, source[::-1], written)
    wrong = len(seen.wrong)
    beyond = f" Training ended at {LONGEST} symbols." if length > LONGEST else ""
    reading = (
        f"{length} symbols: {length - wrong} of {length} stand right. "
        f"Read {source}, should write {seen.wanted}, wrote {written}.{beyond}"
    )
    return View(fading_picture(seen, reading), reading, seen)


def fading_picture(seen, reading):
    """Draw the source, what should be written and what was; a cross below each wrong place."""
    rows = (("read", seen.source, KEY), ("should write", seen.wanted, INK))
    drawn = [_line(40 + 60 * i, *row) for i, row in enumerate(rows)]
    shown = seen.written.ljust(len(seen.wanted))
    drawn.append(_line(160, "wrote", shown, QUERY, seen.wrong))
    wrong = len(seen.wrong)
    verdict = "✓ all right" if not wrong else f"✗ {wrong} of {len(seen.wanted)} places wrong"
    drawn.append(label(20, 240, verdict, size=16, font_weight="bold", fill=WRONG if wrong else INK))
    return svg(920, 270, "A string and the same backwards", reading, *drawn)


def _line(y, name, symbols, colour, wrong=()):
    cells = [label(20, y + 18, name, fill=colour, font_weight="bold")]
    for i, symbol in enumerate(symbols):
        x = 130 + CELL * i
        fill = "#fbe3e3" if i in wrong else "#ffffff"
        edge = {"stroke": WRONG if i in wrong else colour, "stroke_width": 2 if i in wrong else 1}
        cells.append(box(x, y, CELL - 3, 36, fill=fill, **edge))
        cells.append(middle(x + (CELL - 3) / 2, y + 18, symbol, size=17, fill=INK))
        if i in wrong:
            cells.append(middle(x + (CELL - 3) / 2, y + 48, "✗", fill=WRONG, font_weight="bold"))
    return "".join(cells)
