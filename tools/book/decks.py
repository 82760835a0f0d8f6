"""At most twelve slides of a lesson, chosen from its cells: a question before each result.

A title, the article's claims, four predictions each followed by what happened, the verdict, the
points to take home. Predictions whose result is a picture come first.
"""

import re
from base64 import b64encode
from html import escape
from typing import NamedTuple

from tools.book import cells
from tools.book.stills import is_explorer

MOST = 12
PAIRS = 4
PREDICT = re.compile(r"\bpredict\(\s*\"([^\"]+)\"")
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
NEXT = re.compile(r"^\*\*(?:Practise|Next)\*\*.*?(?:\n\n|\Z)", re.M | re.S)
NOBODY = re.compile(r"→ <strong>(?:You made no prediction here\. )?What happened: ")
VOTE = (
    "Let everybody vote before you go on. Ask a wrong voter: what would have to be true for that?"
)


class Slide(NamedTuple):
    """What is shown, as Markdown, and what only the speaker sees."""

    text: str
    notes: str = ""


def deck(notebook):
    """The slides of a lesson, in order."""
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    first = [Slide(title(prose[0])), *starting(prose, "## The question")]
    last = [
        *starting(prose, "## Verdict", "## What the article says", "## What to do"),
        *starting(prose, "## In this lesson you"),
    ]
    pairs = sorted(predictions(notebook), key=lambda pair: "<img" not in pair[1].text)[:PAIRS]
    order = [pair for pair in predictions(notebook) if pair in pairs]
    return [*first, *(slide for pair in order for slide in pair), *last]


def title(source):
    """The lesson's name and its first paragraph."""
    head, _, rest = source.partition("\n")
    first, *_ = rest.strip().split("\n\n")
    return plain(f"{head}\n\n{first}")


def starting(prose, *heads):
    """The first cell with one of the headings, from there on, as a list of none or one slide."""
    head = re.compile(rf"^(?:{'|'.join(heads)})", re.M)
    found = [(text, head.search(text)) for text in prose]
    return [Slide(plain(text[match.start() :])) for text, match in found if match][:1]


def plain(text):
    """Links lead nowhere on a slide, and their words stay; what comes next is the teacher's."""
    return LINK.sub(r"\1", NEXT.sub("", text))


def predictions(notebook):
    """[(question, result), ...] for every prediction whose result a later cell shows."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    pairs = []
    for place, cell in enumerate(code):
        name = PREDICT.search(cell.source)
        asked = html_outputs(cell, "<p><strong>")
        end = name and next((k for k in range(place, len(code)) if tells(code[k], name[1])), None)
        if end and asked:
            question = re.sub(r"<p><em>Run this cell.*?</p>", "", asked[0])
            shown = result(code[end], code[place + 1 : end])
            pairs.append((Slide(f"## Predict\n\n{question}", VOTE), Slide(shown)))
    return pairs


def tells(cell, name):
    """Whether a cell tells what came of the prediction with this name."""
    return re.search(rf"\breveal\(\s*\"{re.escape(name)}\"", cell.source)


def result(cell, before):
    """What happened: the sentence, and the nearest picture or else what the cell printed."""
    said = [NOBODY.sub("<strong>", html) for html in html_outputs(cell, "<p>→")]
    figures = [
        o for c in (cell, *reversed(before)) for o in cells.pictures(c) if not is_explorer(o)
    ]
    printed = [f"<pre>{escape(o.text)}</pre>" for o in cell.outputs if o.output_type == "stream"]
    return "\n\n".join(
        ["## What happened", *said[:1], *(map(image, figures[:1]) if figures else printed[:1])]
    )


def html_outputs(cell, start):
    """The HTML that a cell shows, where it begins so."""
    found = (output.get("data", {}).get("text/html", "") for output in cell.outputs)
    return [html for html in found if html.startswith(start)]


def image(output):
    """A picture with its alt text, inside of the page."""
    kind = cells.media(output)
    data = "".join(output.data[kind].split()) if kind != "image/svg+xml" else encoded(output)
    return f'<img alt="{escape(output.metadata[kind]["alt"])}" src="data:{kind};base64,{data}">'


def encoded(output):
    return b64encode(output.data["image/svg+xml"].encode()).decode()
