"""One page to keep: HTML that needs no network and no script, from texts, tables, code, pictures.

Whatever is text is escaped; only what a function of this module returned, an `Html`, is HTML. So
nothing that a learner wrote can break the page, or run in it.
"""

from html import escape
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

STYLE = """
:root {color-scheme: light dark}
body {max-width: 46rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5;
  font-family: system-ui, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif}
h1 {line-height: 1.25} h2 {margin-top: 2rem; border-bottom: 1px solid #8886}
table {border-collapse: collapse; margin: 1rem 0}
caption {text-align: left; padding: 4px 0; min-width: min(28rem, 85vw)}
.course-note {display: none}
th, td {padding: 4px 14px 4px 0; text-align: left; border-bottom: 1px solid #8886;
  overflow-wrap: anywhere; vertical-align: top}
blockquote {margin: 1rem 0; padding: .2rem 1rem; border-left: 5px solid #4c86c6; font-size: 1.15rem}
pre {padding: .8rem; overflow-x: auto; border: 1px solid #8886}
p {white-space: pre-line; overflow-wrap: anywhere} figure {margin: 1rem 0}
img {max-width: 100%; height: auto; background: white}
@media print {body {margin: 0; max-width: none} h2, figure, table {break-inside: avoid}}
"""
# whatever got in by mistake: nothing is loaded, and nothing runs
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


class Html(str):
    """A part of a page that is HTML already. Only functions that escape their input make one."""

    __slots__ = ()


def page(title, *parts):
    """Return a whole HTML page, a text, with a title and parts: texts, or what is made below."""
    body = "\n".join(_part(part) for part in (Html(f"<h1>{_safe(title)}</h1>"), *parts))
    return Html(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_safe(title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n"
        "</body></html>\n"
    )


def section(heading, *parts):
    """Return a part with a heading above other parts."""
    inner = "\n".join(map(_part, parts))
    return Html(f"<section><h2>{_safe(heading)}</h2>\n{inner}\n</section>")


def words(text):
    """Return a paragraph; line breaks stay."""
    return Html(f"<p>{_safe(text)}</p>")


def said(text):
    """Return words that stand out, such as a headline or a promise."""
    return Html(f"<blockquote><p>{_safe(text)}</p></blockquote>")


def code(source, name=""):
    """Return a program, as it was written, below its name."""
    head = f"<h3>{_safe(name)}</h3>" if name else ""
    return Html(f"{head}<pre><code>{_safe(source)}</code></pre>")


def table(heads, rows, caption=""):
    """Return a table; a cell is a text or a number, a number is rounded to what is meaningful.

    Raises ValueError for a row that has not one cell for each head.
    """
    heads, rows = list(heads), [list(row) for row in rows]
    for row in rows:
        if len(row) != len(heads):
            raise ValueError(f"a row must have {len(heads)} cells, got {len(row)}: {row!r:.80}")
    top = "".join(f'<th scope="col">{_safe(head)}</th>' for head in heads)
    lines = ["".join(f"<td>{_cell(cell)}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    said_above = f"<caption>{_safe(caption)}</caption>" if caption else ""
    return Html(f"<table>{said_above}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>")


def picture(figure, alt=None):
    """Return a matplotlib figure inside the page, with its description in words.

    alt : the description; None takes what the plotting function said. Raises ValueError where
    there is neither.
    """
    from course_utils.plots.figures import png_of  # here: a page without a picture needs no plots

    alt = getattr(figure, "description", "") if alt is None else alt
    if not str(alt).strip():
        raise ValueError("picture needs alt=, a description in words of what the figure shows")
    width = int(100 * figure.get_figwidth())
    source = f"data:image/png;base64,{png_of(figure)}"
    return Html(f'<figure><img src="{source}" alt="{_safe(alt)}" width="{width}"></figure>')


def save_page(name, html):
    """Write a page beside the notebook that is running; return its path, and say where it is.

    In a folder of solutions it goes to a temporary folder: to run a solution is not one's own work.
    Raises ValueError for a name that is a path, or does not end in .html.
    """
    if Path(name).name != name or not name.endswith(".html"):
        raise ValueError(f"the name must be a file's, such as my_page.html, got {name!r}")
    here = Path.cwd()
    place = Path(mkdtemp()) if here.name == "solutions" else here
    try:
        (place / name).write_text(html, encoding="utf-8")
    except OSError as error:
        print(f"{name} could not be written: {error.strerror}. Is the folder yours to write in?")
        return place / name
    where = "in a temporary folder" if place != here else "beside this notebook"
    print(f"{name} is {where}: one file, to be opened in any browser, sent or printed.")
    return place / name


def translator_page(about, headline, promise, came, scores, failures, figure, report=""):
    """Return the capstone's page: what was promised of a translator, and what came.

    about : what it translates and from which pairs, a text.  headline, promise : the sentence, and
    the share that was promised.  came : the share right of what people typed.  scores : {what was
    asked: (share before the mend, after)}.  failures : [(source, expected, written), …], of which
    12 are shown.  figure : a map of weights.  report : the learner's own words.
    """
    rows = [(asked, *shares) for asked, shares in scores.items()]
    promised = [("promised", promise), ("came, of what people typed", came)]
    parts = [
        section("What it translates", about),
        section("The headline", said(headline), table(["", "share right"], promised)),
        section("Before and after the mend", table(["asked", "before", "after"], rows)),
        section("What failed", table(["source", "expected", "written"], failures[:12])),
        section("Where it looks", picture(figure)),
    ]
    return page("My translator", *parts, *([section("My report", report)] if report else []))


def _part(part):
    return part if isinstance(part, Html) else words(part)


def _cell(value):
    if isinstance(value, float | np.floating):
        return f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"
    return value if isinstance(value, Html) else _safe(value)


def _safe(text):
    """Escape a text, and leave out what no HTML may hold: control characters, lone surrogates."""
    kept = "".join(c for c in str(text) if c in "\n\t" or (c.isprintable() or ord(c) > 159))
    return escape(kept.encode("utf-8", "replace").decode("utf-8"))
