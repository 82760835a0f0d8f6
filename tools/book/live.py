"""Explorers that are live in the book: every state is drawn beforehand, a page looks it up.

A data file has each piece of a picture or of a sentence once, and one number for every place of
every state; docs/site/static/explorers.js puts them together again.

python -m tools.book.live FOLDER    writes FOLDER/<name>.js for every explorer
"""

import argparse
import base64
import functools
import hashlib
import itertools
import json
import os
import shutil
import sys
import zlib
from html import escape
from pathlib import Path

import numpy as np

from course_utils import explorers
from tools import door
from tools.book.offered import STEP, first_values, offered, values_of
from tools.book.offered import __file__ as offered_file

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "_build" / "explorers"  # what was drawn before, in a folder for each edition
READING = "\t"  # stands in a picture for its reading, which is the description there
MOST_PIECES = 2**16


def names():
    """The functions of course_utils.explorers that return an explorer."""
    return sorted(name for name in vars(explorers) if name.endswith("_explorer"))


@functools.cache
def explorer_of(name):
    """The explorer of that name, as it is when its cell has just been run."""
    return getattr(explorers, name)()


class Drawer:
    """Draws the states of an explorer as numbers of pieces, each state and each piece once."""

    def __init__(self, explorer):
        self.explorer, self.controls = explorer, list(explorer.controls)
        self.pieces = {"": 0}  # {piece: its number}
        self.state = functools.cache(self._state)

    def _state(self, *values):
        """(picture, reading, missions' bits, last step) of the controls' values."""
        view = self.explorer.look(**dict(zip(self.controls, values, strict=True)))
        picture = without_note(view.picture).replace(escape(view.reading), READING)
        truths = bits(mission.reached(view.facts) for mission in self.explorer.missions)
        elements, words = picture.replace("<", "\n<"), view.reading.replace(" ", " \n")
        cuts = elements.split("\n"), words.split("\n")
        return *map(self._numbers, cuts), truths, view.last_step

    def _numbers(self, cut):
        return [self.pieces.setdefault(piece, len(self.pieces)) for piece in cut]


def without_note(picture):
    """The picture without its last words, which only a still says."""
    drawn, _, note = picture.rpartition("<text")
    return f"{drawn}</svg>" if 'class="course-note"' in note else picture


def states(drawer):
    """Every state in the order of the controls' values: (state as drawn, idle bits, last place).

    A control that is idle is drawn as it was at first, and a step past the last one as the last.
    """
    explorer, spaces = drawer.explorer, [values_of(p) for p in offered(drawer.explorer).values()]
    first, steps = first_values(explorer), STEP in explorer.controls
    combinations = [
        awake(explorer, first, combination)
        for combination in itertools.product(*(spaces[:-1] if steps else spaces))
    ]
    if not steps:
        return [(drawer.state(*values), idle, 0) for values, idle in combinations]
    begin = spaces[-1][0]
    lasts = [drawer.state(*values, begin)[-1] for values, _ in combinations]
    return [
        (drawer.state(*values, min(step, last)), idle, last - begin)
        for (values, idle), last in zip(combinations, lasts, strict=True)
        for step in range(begin, max(lasts) + 1)
    ]


def awake(explorer, first, combination):
    """(The values with those of idle controls as at first, bits of the idle controls)."""
    state = dict(zip(explorer.controls, combination, strict=False))
    idle = {name: bool(test(**state)) for name, test in explorer.ties.idle.items()}
    state |= {name: first[name] for name, asleep in idle.items() if asleep}
    return tuple(state.values()), bits(idle.get(name) for name in explorer.controls)


def bits(truths):
    return sum(bool(truth) << place for place, truth in enumerate(truths))


def packed(explorer):
    """(What a page must know to unpack them, the states as bytes): pieces, then columns."""
    drawer = Drawer(explorer)
    drawn = states(drawer)
    if len(drawer.pieces) > MOST_PIECES:
        raise ValueError(f"{explorer.name}: {len(drawer.pieces)} pieces: offer less in in_book")
    widths = [max(len(state[part]) for state, _, _ in drawn) for part in (0, 1)]
    table = np.zeros((len(drawn), sum(widths) + 3), dtype="<u2")
    for row, ((picture, reading, truths, _), idle, last) in zip(table, drawn, strict=True):
        row[: len(picture)] = picture
        row[widths[0] : widths[0] + len(reading)] = reading
        row[-3:] = truths, idle, last
    pieces = "\n".join(drawer.pieces).encode()
    pieces += b"\n" * (len(pieces) % 2)  # what follows begins at an even place
    about = {"rows": len(drawn), "picture": widths[0], "reading": widths[1], "pieces": len(pieces)}
    return about, pieces + table.T.tobytes()  # by columns, in which neighbours are alike


def script(name):
    """The data file of an explorer, which hands its states to the script of the page."""
    about, data = packed(explorer_of(name))
    text = base64.b64encode(zlib.compress(data, 9)).decode()
    return f"explorerArrives({json.dumps(name)}, {json.dumps(about)}, {json.dumps(text)});\n"


def unpacked(file):
    """(Pieces, columns) of a data file, as the page reads them; a row of the array is a column."""
    about, text = json.loads(f"[{file.read_text(encoding='utf-8').split(', ', 1)[1][:-3]}]")
    data = zlib.decompress(base64.b64decode(text))
    pieces = data[: about["pieces"]].decode().split("\n")
    return pieces, np.frombuffer(data[about["pieces"] :], "<u2").reshape(-1, about["rows"])


def edition():
    """What the drawings depend on, as a name: the sources, Python and NumPy."""
    files = (
        path
        for path in (ROOT / "course_utils").rglob("*")
        if path.suffix in (".py", ".npz", ".json")
    )
    known = hashlib.sha256(f"{sys.version} {np.__version__}".encode())
    for path in (Path(__file__), Path(offered_file), *sorted(files)):
        known.update(path.read_bytes())
    return known.hexdigest()[:16]


def write(folder):
    """Write the data file of every explorer into a folder; draws anew what has changed."""
    kept = KEPT / edition()
    for old in KEPT.glob("*"):
        if old != kept:
            shutil.rmtree(old, ignore_errors=True)
    for place in (kept, folder):
        place.mkdir(parents=True, exist_ok=True)
    for name in names():
        file = kept / f"{name}.js"
        if not file.exists():
            half = kept / f"{name}.{os.getpid()}"
            half.write_text(script(name), encoding="utf-8")
            half.replace(file)  # whole, also where two books are built at once
        shutil.copy(file, folder)


def main(arguments=None):
    """Write the data of all explorers into the folder that the command names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    write(parser.parse_args(arguments).folder)
    return 0


if __name__ == "__main__":
    door.run(main)
