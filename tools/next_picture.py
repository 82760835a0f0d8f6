"""Draw the map of `docs/what_next.md` from its text: a row for each road, read from its headings.

python -m tools.next_picture
"""

import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from tools import door

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "what_next.md"
PICTURE = ROOT / "docs" / "images" / "what_next.png"
# where a column begins, how wide it is, its colour, and its line: dashed is what is not taught
COLUMNS = {
    "lessons": (0.0, 2.55, "#dbe7f5", "-"),
    "papers": (3.0, 1.6, "#fdf0d5", "-"),
    "files": (5.05, 2.85, "#dff0e0", "-"),
    "missing": (8.35, 2.8, "#ffffff", "--"),
}
HEADS = {
    "lessons": "you had",
    "papers": "papers",
    "files": "files that people use",
    "missing": "not taught here",
}
HEIGHT, INK = 0.66, "#1a1a1a"


class Road(NamedTuple):
    """One row of the map: lessons with their subject, what they open, and what is missing there."""

    lessons: str
    papers: tuple[str, ...]
    files: tuple[str, ...]
    missing: tuple[str, ...]

    def texts(self):
        """What stands in each column, {column: lines}."""
        numbers, _, subject = self.lessons.partition(" · ")
        files = self.files
        if len(files) == 1:  # the library above its file
            library, *_, file = files[0].split("/")
            files = (library, file)
        return {**self._asdict(), "lessons": (numbers, subject), "files": files}


def main():
    found = roads(PAGE.read_text(encoding="utf-8"))
    drawn(found).savefig(PICTURE, dpi=110, metadata={"Software": None})
    print(f"wrote {PICTURE.name}: {len(found)} roads")


def roads(text):
    """The page's roads: a `Road` for each heading of the third level, with its bold words."""
    text = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text)  # links as their words
    parts = re.split(r"^### ", text.split("\n## Courses")[0], flags=re.M)[1:]
    missing = re.findall(r"^\| \*\*(.+?)\*\* \| (\w+) \|", text, flags=re.M)
    return [_road(part, missing) for part in parts]


def _road(part, missing):
    heading = part.splitlines()[0].strip()
    numbers = re.findall(r"\w+", heading.partition(" · ")[0])
    return Road(
        heading,
        tuple(re.findall(r"\*\*\[(.+?)\]\*\*", part)),
        tuple(re.findall(r"\*\*`(.+?)`\*\*", part)),
        tuple(name for name, nearest in missing if nearest in numbers),
    )


def drawn(found):
    """A figure with a row for each road, and arrows from the lessons to what they open."""
    figure = Figure(figsize=(10.9, 0.74 * len(found) + 0.7), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlim=(-0.1, 11.25), ylim=(len(found) - 0.5, -0.95))
    axes.set_axis_off()
    for name, (left, *_) in COLUMNS.items():
        axes.text(left, -0.6, HEADS[name], fontsize=14, fontweight="bold", color=INK)
    for row, road in enumerate(found):
        _draw_row(axes, row, road.texts())
    return figure


def _draw_row(axes, row, texts):
    ends = []
    for name, (left, width, colour, line) in COLUMNS.items():
        if not texts[name]:
            continue
        place = (left, row - HEIGHT / 2)
        shape = "round,pad=0.02,rounding_size=0.12"
        box = FancyBboxPatch(place, width, HEIGHT, shape, fc=colour, ec="#5b6470", ls=line, lw=1.3)
        axes.add_patch(box)
        lines = "\n".join(texts[name])
        axes.text(left + 0.12, row, lines, va="center", fontsize=12, color=INK, linespacing=1.25)
        ends.append((left, left + width, line))
    for (_, end, _), (start, _, line) in pairwise(ends):
        arrow = {"arrowstyle": "->", "lw": 1.5, "ls": line, "color": INK}
        axes.annotate("", (start - 0.06, row), (end + 0.06, row), arrowprops=arrow)


if __name__ == "__main__":
    door.run(main)
