"""A figure of several panels side by side, put one below the other for a narrow page.

Nothing is drawn anew: the picture is cut where its plotting function says that the panels are
(`course_utils.plots.figures.panels_of`). Labels that stand once for a whole row or column are
repeated beside each panel, and so is a scale of colours.
"""

from typing import NamedTuple

from PIL import Image, ImageChops

LEAST = 120  # pixels of a panel's side: smaller ones, such as a row of scans, belong together
OWN = 12  # pixels beyond the axes: there are labels, and not only ticks
TICKS = 6  # their length
NAMES = 9  # pixels from the axes to the names below
NAME = 14  # half of a name below the first tick, which begins left of the axes
SCALE = 6  # half of a number beside the scale of colours
GAP = 14  # between two panels
WIDE = 435  # pixels: a narrow page shows that much a little smaller


class Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int


def stacked(picture, panels):
    """Return a picture with its panels one below the other; None where they cannot be parted.

    picture : an image of PIL.  panels : for each a text of two boxes in pixels of 100 to the inch,
    as `panels_of` returns them; the picture has twice as many.
    """
    sides = [[int(side) for side in panel.split()] for panel in panels]
    pairs = [(Box(*eight[:4]), Box(*eight[4:])) for eight in sides]
    if not pairs or any(inner.right - inner.left < LEAST for inner, _ in pairs):
        return None
    rows = rows_of(pairs)
    if any(inner.top != row[0][0].top for row in rows for inner, _ in row):
        return None  # one is taller: names of rows that stand once do not fit beside the others
    if any(shares_names_above(rows[0], row) for row in rows[1:]):
        return None
    wide, tall = (side / 2 for side in picture.size)
    above = min(outer.top for _, outer in pairs)
    below = foot_of(rows, -1)
    parts = [panel(picture, rows, r, c) for r, row in enumerate(rows) for c in range(len(row))]
    lines = [across(line) for line in fitting(parts)]
    head, foot = cut(picture, (0, 0, wide, above - 2)), cut(picture, (0, below + 1, wide, tall))
    return down([part for part in (words(head), *lines, words(foot)) if part])


def fitting(parts):
    """Pictures in lines, as many beside each other as a narrow page has room for."""
    lines = [[]]
    for part in parts:
        if lines[-1] and sum(p.width for p in [*lines[-1], part]) > 2 * WIDE:
            lines.append([])
        lines[-1].append(part)
    return lines


def rows_of(pairs):
    """The pairs of boxes, a list for each row of panels; in a row one may be taller than others."""
    rows = []
    for pair in sorted(pairs, key=lambda pair: pair[0].top):
        beside = rows and pair[0].top < rows[-1][0][0].bottom
        rows[-1].append(pair) if beside else rows.append([pair])
    return [sorted(row, key=lambda pair: pair[0].left) for row in rows]


def shares_names_above(first, row):
    """Whether columns are named above the first row alone: a title stands between them."""
    (inner, outer), (own, around) = first[0], row[0]
    return inner.top - outer.top > own.top - around.top + OWN


def panel(picture, rows, r, c):
    """One panel with its labels, those of its row and of its column, and the scale of colours."""
    row, (inner, outer) = rows[r], rows[r][c]
    last, below = next(line[c] for line in reversed(rows) if c < len(line))
    edge, end = around_left(rows), max(outer.right, below.right) + 1
    spans = [(edge, row[0][0].left - TICKS)] if c and inner.left - outer.left < OWN else []
    spans += [(begin(row, c, edge), end), *scale(picture, rows)]
    if below.bottom - last.bottom < outer.bottom - inner.bottom + OWN:
        whole = band(picture, spans, outer.top - 1, foot_of(rows, r) + 1)
        return without_neighbour(whole, spans, c, inner, outer)
    upper = band(picture, spans, outer.top - 1, inner.bottom + NAMES)
    names = (last.bottom + NAMES, below.bottom + 1)
    return down([upper, band(picture, spans, *names, white=inner.left - NAME)], 0)


def foot_of(rows, r):
    """Where a row ends: in the only row the scale of colours has a number a little below."""
    return max(outer.bottom for _, outer in rows[r]) + (SCALE if len(rows) == 1 else 0)


def without_neighbour(part, spans, c, inner, outer):
    """A panel without what slanted names of the one before it leave above its left edge."""
    if c and len(spans) > 1 and inner.left - outer.left < OWN:
        right = spans[0][1] - spans[0][0] + inner.left - spans[1][0] - 3
        part.paste("white", (0, 0, round(2 * right), round(2 * (inner.top - outer.top - 8))))
    return part


def around_left(rows):
    """Where labels of rows begin; the name of all rows stands there too where there is one row."""
    return 0 if len(rows) == 1 else rows[0][0][1].left - 1


def begin(row, c, edge):
    """Where a panel begins: with labels of its own, or in the middle of the gap before it."""
    if c == 0:
        return edge
    (before, _), (inner, outer) = row[c - 1], row[c]
    return min(outer.left, (before.right + inner.left) / 2)


def band(picture, spans, top, bottom, white=0):
    """What a picture has between two heights, of each span; nothing of it left of `white`."""
    parts = [cut(picture, (left, top, right, bottom)) for left, right in spans]
    for (left, right), part in zip(spans, parts, strict=True):
        part.paste("white", (0, 0, round(2 * min(max(white - left, 0), right - left)), part.height))
    return across(parts)


def scale(picture, rows):
    """Where the scale of colours is, [(left, right)], beside the last panel; [] for none."""
    end, wide = max(row[-1][1].right for row in rows) + 2, picture.size[0] / 2
    return [(end, wide)] if wide - end > 40 else []


def cut(picture, box):
    return picture.crop(tuple(round(2 * side) for side in box))


def words(strip):
    """A strip without the white around its words; None for an empty one."""
    white = Image.new(strip.mode, strip.size, "white")
    box = ImageChops.difference(strip, white).getbbox() if all(strip.size) else None
    return strip.crop(box) if box else None


def across(parts):
    """Pictures side by side."""
    whole = Image.new("RGB", (sum(p.width for p in parts), max(p.height for p in parts)), "white")
    left = 0
    for part in parts:
        whole.paste(part, (left, 0))
        left += part.width
    return whole


def down(parts, gap=2 * GAP):
    """Pictures one below the other."""
    tall = sum(part.height for part in parts) + gap * (len(parts) - 1)
    whole = Image.new("RGB", (max(part.width for part in parts), tall), "white")
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height + gap
    return whole
