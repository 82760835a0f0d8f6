"""What waits for a prediction: from the first thing that its run shows to the end of that part.

Each run of cells that waits stands in one `<div class="course-fold">`, which names the predictions
it waits for; `docs/site/static/cards.js` folds it. Without a script, and in print, all is open.

A cell further down that shows the answer once more has a tag, such as `waits:00.wan`.
"""

import re
from itertools import groupby
from typing import NamedTuple

from tools.book import cards, cells

FENCE = re.compile(r"^\s*(```|~~~|:::)")
HEADING = re.compile(r"^#{1,6} ")
WAITS = "waits:"
LABEL = re.compile(r"^\(cell-[^)]*\)=$")


class Piece(NamedTuple):
    """A part of a page that waits as a whole. place : of its cell in the notebook."""

    place: int
    kind: str  # "heading" and "card" never wait, "shows" has outputs, "text" has none
    cell: object


def with_folds(groups):
    """The cells of a page, with what waits for a prediction inside folds.

    groups : [(a cell of the notebook, the cells that stand in the book for it)].
    """
    asked, told = places(groups)
    pieces = [
        piece for place, (cell, shown) in enumerate(groups) for piece in cut(place, cell, shown)
    ]
    waits = {piece: [] for piece in map(id, pieces)}
    for key in asked.keys() & told.keys():
        for piece in waiting(pieces, key, asked, told):
            waits[id(piece)].append(key)
    for piece in pieces:
        if piece.kind == "shows":
            waits[id(piece)] += tagged(groups[piece.place][0])
    page = []
    for keys, run in groupby(pieces, lambda piece: sorted(waits[id(piece)])):
        inside = [piece.cell for piece in run]
        page += folded(keys, inside) if keys else inside
    return page


def tagged(cell):
    """The predictions that a cell waits for by its own tags."""
    tags = cell.metadata.get("tags", [])
    return [tag.removeprefix(WAITS) for tag in tags if tag.startswith(WAITS)]


def places(groups):
    """Where each prediction is asked, and where its result stands: {key: place} twice."""
    asked, told = {}, {}
    for place, (cell, _) in enumerate(groups):
        asked.update((cards.key_of(call), place) for call in cards.calls(cell, "predict"))
        told.update((cards.key_of(call), place) for call in cards.calls(cell, "reveal"))
    return asked, told


def cut(place, cell, shown):
    """The pieces of one cell: a text is cut at its headings, which stay when the rest is folded."""
    if cell.cell_type == "markdown":
        return [
            Piece(place, "heading" if heading else "text", cells.markdown(text))
            for heading, text in parts(cell.source)
        ]
    is_card = any(cards.calls(cell, name) for name in ("predict", "quiz"))
    shows = any(part.get("outputs") for part in shown)
    kind = "card" if is_card else "shows" if shows else "text"
    return [Piece(place, kind, part) for part in shown]


def parts(text):
    """[(whether it is a heading, lines)] of a text; a label belongs to the heading below it."""
    found, fenced, before = [], False, []
    for line in text.splitlines():
        fenced ^= bool(FENCE.match(line))
        if HEADING.match(line) and not fenced:
            found.append((True, [*before, line]))
            before = []
        elif LABEL.match(line):
            before = [line]
        else:
            if not found or found[-1][0]:
                found.append((False, []))
            found[-1][1].extend([*before, line])
            before = []
    joined = [(heading, "\n".join(lines)) for heading, lines in found]
    return [(heading, part) for heading, part in joined if part.strip()]


def waiting(pieces, key, asked, told):
    """The pieces that would give the answer to one prediction away."""
    inner = [told[k] for k in told if asked[k] > asked[key] and told[k] < told[key]]
    after = max(inner, default=asked[key])
    begun = False
    for piece in pieces:
        if piece.place > told[key] and piece.kind in ("heading", "card"):
            return
        begun |= piece.place > after and piece.kind == "shows"
        if begun and piece.kind not in ("heading", "card"):
            yield piece


def folded(keys, inside):
    opening = f'<div class="course-fold" data-waits="{" ".join(keys)}">'
    return [cells.markdown(opening), *inside, cells.markdown("</div>")]
