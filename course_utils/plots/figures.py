"""How a figure looks and how it is shown: fonts, style, and alt text in the output.

The figures never touch pyplot, so they leave no global state behind.
"""

import base64
import functools
import io
import textwrap

from matplotlib import font_manager, rc_context
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

SHARP = 200  # dots to the inch of a stored picture
WIDEST, TALLEST = 7.8, 5.8  # inches of 100 pixels: JupyterLab's output on a screen of 1,366 × 768

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "Arial Unicode MS",
)


@functools.cache
def chinese_font():
    """Name the first installed font with Chinese characters, or None where there is none."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in installed), None)


def _families():
    return ["DejaVu Sans"] + ([chinese_font()] if chinese_font() else [])


@functools.cache
def _characters():
    charmaps = (FT2Font(font_manager.findfont(name)).get_charmap() for name in _families())
    return set().union(*charmaps)


def drawable(text):
    """Keep the characters that the fonts at hand can draw, and leave out the rest."""
    return "".join(c for c in str(text) if ord(c) in _characters() or c == "\n").strip()


def labels(names):
    """Return the names as text; one that the fonts cannot draw becomes its number, from 1."""
    texts = [str(name) for name in names]
    return [text if drawable(text) == text else str(i) for i, text in enumerate(texts, 1)]


def _style():
    return rc_context(
        {
            "font.family": _families(),
            "font.size": 11,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.titlepad": 10,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "hatch.color": "0.45",
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "legend.frameon": False,
        }
    )


def styled(plot):
    """Make a plotting function draw in the course's style, whatever the reader has set."""

    @functools.wraps(plot)
    def wrapped(*args, **kwargs):
        with _style():
            return plot(*args, **kwargs)

    return wrapped


def figure(width, height, columns=1):
    """Return a Figure of that size in inches, and its axes in one row.

    At most `WIDEST` by `TALLEST`: a picture is seen whole, beside an open list of files.
    """
    width, height = min(width, WIDEST), min(height, TALLEST)
    fig = Figure(figsize=(width, height), dpi=100, layout="constrained")
    return fig, fig.subplots(1, columns)


@styled
def png_of(fig):
    """Return a figure as PNG at twice its size, in base64: equal figures are equal texts."""
    png = io.BytesIO()
    # twice the size for sharp screens; no Software entry, so that equal figures are equal bytes
    fig.savefig(png, format="png", dpi=SHARP, metadata={"Software": None})
    return base64.b64encode(png.getvalue()).decode()


def titled(fig, ax, title):
    """Put a title above axes, in as many lines as the figure's width asks for."""
    letters = int((fig.get_figwidth() - 0.9) / 0.095)
    parts = [textwrap.fill(part, letters) for part in drawable(title or "").split("\n")]
    ax.set_title("\n".join(parts))


def described(fig, words):
    """Give a figure its description, which `show` stores as alt text; return the figure.

    Every plotting function ends with this: it knows its data, so it says what they show.
    """
    fig.description = words
    return fig


def show(fig, alt=None):
    """Display a figure with its description, and return nothing.

    fig : a matplotlib Figure.  alt : what the picture shows, in words; None takes what the plotting
    function said of its data. It is stored in the output's metadata, where exported pages find it.
    Raises ValueError where there is neither.
    """
    alt = getattr(fig, "description", "") if alt is None else alt
    if not str(alt).strip():
        raise ValueError(
            "show needs alt=, a description in words of what the picture shows, "
            "for a figure that no function of course_utils.plots drew"
        )
    from IPython.display import display  # here, so that making a figure needs no notebook

    width, height = (int(100 * inches) for inches in fig.get_size_inches())
    about = {"alt": str(alt), "width": width, "height": height}
    png = png_of(fig)
    panels = panels_of(fig)
    display(
        # the same words for any size, so that a mended picture changes no stored text
        {"image/png": png, "text/plain": "<Figure>"},
        metadata={"image/png": about | ({"panels": panels} if panels else {})},
        raw=True,
    )


@styled
def panels_of(fig):
    """Return where a drawn figure has its panels, row by row, so that a narrow page can part them.

    Each is a text of two boxes, "left top right bottom left top right bottom", in whole pixels of
    100 to the inch from the top left: that of the axes, and that with their labels and title. []
    for a figure that has one column of axes. Scales of colours are no panels.
    """
    panels = [ax for ax in fig.axes if ax.get_label() != "<colorbar>" and ax.axison]
    places = [ax.get_subplotspec() for ax in panels]
    if len({place and place.colspan.start for place in places}) < 2:
        return []
    usual = fig.get_dpi()
    fig.set_dpi(SHARP)  # as it was stored: letters are rounded to its dots
    boxes = [_box(fig, ax.get_window_extent()) + _box(fig, ax.get_tightbbox()) for ax in panels]
    fig.set_dpi(usual)
    return [" ".join(map(str, box)) for box in boxes]


def _box(fig, extent):
    """Turn an extent on the canvas into (left, top, right, bottom) from the top left."""
    inches, tall = extent.transformed(fig.dpi_scale_trans.inverted()), fig.get_figheight()
    sides = (inches.x0, tall - inches.y1, inches.x1, tall - inches.y0)
    return [round(100 * float(side)) for side in sides]
