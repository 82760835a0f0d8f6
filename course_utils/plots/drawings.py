"""SVG building blocks for explorers: redrawn in a millisecond, sharp at any size.

Every function returns a string. Pictures bring their own white ground, so that they read the
same on a light and on a dark page; colour never stands alone, each has a letter or a number.
"""

import functools
from html import escape

import numpy as np

QUERY, KEY, VALUE = "#0b5fa5", "#b34a00", "#00704d"  # text in them stands out 5:1 on white
INK, FAINT, LINE = "#1c1c1c", "#595959", "#8a8a8a"
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', sans-serif"
# Thirteen evenly spaced colours of cividis (Nuñez et al., 2018): dark blue to yellow
CIVIDIS = (
    *("#00224e", "#003170", "#2a3f6d", "#434e6c", "#575d6d", "#6a6c71", "#7d7c78"),
    *("#918b78", "#a59c74", "#bcae6c", "#d2c060", "#e9d34e", "#fee838"),
)
RAMP = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in CIVIDIS])


@functools.lru_cache(maxsize=4096)  # most of a picture stays as it was when one control moves
def tag(name, content="", **attributes):
    """Write one element; an attribute `font_size` is written font-size, numbers are rounded."""
    written = "".join(f' {key.replace("_", "-")}="{_value(v)}"' for key, v in attributes.items())
    return f"<{name}{written}>{content}</{name}>"


def _value(value):
    if isinstance(value, str):
        return escape(value)
    return f"{round(float(value), 1) + 0.0:g}"  # + 0 turns −0 into 0


def svg(width, height, title, description, *parts):
    """Put parts on a white panel, with a title and a description for screen readers.

    A note in the corner says that this is a still; a running explorer hides it.
    """
    panel = tag("rect", width=width, height=height, rx=6, fill="#ffffff")
    heading = tag("title", escape(title)) + tag("desc", escape(description))
    look = {"width": width, "height": height, "viewBox": f"0 0 {width:g} {height:g}"}
    names = {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "font_family": FONT}
    corner = {"text_anchor": "end", "class": "course-note"}
    note = label(width - 8, height - 12, "Run this cell to use the explorer.", 13, FAINT, **corner)
    return tag("svg", heading + panel + "".join(parts) + note, **names, **look)


def label(x, y, words, size=14, fill=INK, **look):
    """Write words at (x, y), their middle height on y."""
    # a third of an em down puts the middle of the letters on y, in every program that draws SVG
    look = {"font_size": size, "fill": fill, "dy": ".35em", **look}
    return tag("text", escape(str(words)), x=x, y=y, **look)


def middle(x, y, words, **look):
    """Write words centred on (x, y)."""
    return label(x, y, words, text_anchor="middle", **look)


def box(x, y, width, height, fill="none", **look):
    """Draw a rectangle from its upper left corner."""
    return tag("rect", x=x, y=y, width=width, height=height, fill=fill, **look)


def frame(x, y, width, height):
    """Frame a cell in black with a white line inside, which shows on every colour."""
    thick = 3 if min(width, height) > 32 else 1.5  # a small cell keeps room for its number
    place = (x + thick / 2, y + thick / 2, width - thick, height - thick)
    inside = (x + 1.4 * thick, y + 1.4 * thick, width - 2.8 * thick, height - 2.8 * thick)
    outer = box(*place, stroke="#000000", stroke_width=thick)
    return outer + box(*inside, stroke="#ffffff", stroke_width=thick / 2)


def arrow(start, tip, colour, **look):
    """Draw an arrow from start to tip, both (x, y) in pixels; nothing where they are the same."""
    start, tip = np.asarray(start, dtype=float), np.asarray(tip, dtype=float)
    length = np.hypot(*(tip - start))
    if length < 1:
        return ""
    along = (tip - start) / length
    neck, across = tip - 11 * along, 5 * np.array([-along[1], along[0]])
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in (tip, neck + across, neck - across))
    ends = {"x1": start[0], "y1": start[1], "x2": neck[0], "y2": neck[1]}
    line = tag("line", **ends, stroke=colour, stroke_width=3, **look)
    return line + tag("polygon", points=head, fill=colour)


def through(xs, ys):
    """Write the points of a polyline; xs, ys : arrays of one length."""
    return " ".join(map("{:.1f},{:.1f}".format, np.asarray(xs).tolist(), np.asarray(ys).tolist()))


def cividis(weight):
    """Return the colour of a weight from 0 to 1 as #rrggbb."""
    place = float(np.clip(weight, 0, 1)) * (len(RAMP) - 1)
    low = min(int(place), len(RAMP) - 2)
    mixed = RAMP[low] + (place - low) * (RAMP[low + 1] - RAMP[low])
    return "#" + "".join(f"{round(part):02x}" for part in mixed)


def contrast(one, other):
    """Return the contrast ratio of two #rrggbb colours, 1 to 21 (WCAG 2.1, section 1.4.3)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour):
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def ink_on(colour):
    """Return black or white, whichever stands out more on the colour."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, colour))


# A redraw asks for the same few colours again and again, so they are worked out once.
SHADES = [(cividis(i / 100), ink_on(cividis(i / 100))) for i in range(101)]


def weight_cell(x, y, width, height, weight, digits=2):
    """Draw one weight: its colour, and its number where there is room and it is not 0.00."""
    fill, ink = SHADES[round(100 * float(np.clip(weight, 0, 1)))]
    cell = box(x, y, width, height, fill=fill, stroke="#ffffff")
    if weight < 0.005 or width < 24:
        return cell
    wide = width > 40
    shown = f"{weight:.{digits}f}" if wide else f"{weight:.2f}".removeprefix("0")[:3]
    centre = (x + width / 2, y + height / 2)
    return cell + middle(*centre, shown, size=14 if wide else 11, fill=ink)


def number_cell(x, y, width, height, number, colour, strong=False):
    """Draw one number of a matrix, in the matrix's colour; a strong one is ringed and bold."""
    fill, edge = ("#fff3c4", 3) if strong else ("#ffffff", 1)
    cell = box(x, y, width, height, fill=fill, stroke=colour, stroke_width=edge)
    weight = "bold" if strong else "normal"
    centre = (x + width / 2, y + height / 2)
    return cell + middle(*centre, number, size=15, fill=colour, font_weight=weight)


def bar(x, y, name, share, shown, colour, room=90, length=170, strong=False):
    """Draw one line of a bar list: a name, a bar of `share` (0 to 1) of the length, a number."""
    weight = "bold" if strong else "normal"
    return (
        label(x + room - 8, y, name, text_anchor="end", font_weight=weight)
        + box(x + room, y - 8, length, 16, fill="#eeeeee")
        + box(x + room, y - 8, length * min(max(share, 0), 1), 16, fill=colour)
        + label(x + room + length + 8, y, shown, font_weight=weight)
    )
