"""What stands on a slide: pictures with their alt text, printed lines and code, plain words."""

import re
from base64 import b64encode
from html import escape, unescape

from tools.book import cells

LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
DETAILS = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.S)
NEXT = re.compile(r"^\*\*(?:Practise|Next|What surprised you).*?(?:\n\n|\Z)", re.M | re.S)
NOBODY = re.compile(r"→ <strong>(?:You made no prediction here\. )?What happened: ")
MOST_LINES = 14  # of what is printed or of code, so that it can be read
SIZES = range(32, 17, -1)  # of letters, in pixels of a slide 1280 wide


def html_outputs(cell, start):
    """The HTML that a cell shows, where it begins so."""
    found = (output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))
    return [html for html in found if html.startswith(start)]


def printed(cell):
    """What a code cell printed, without what nobody in a room needs: at most `MOST_LINES`."""
    texts = [output.text for output in cell.get("outputs", []) if output.output_type == "stream"]
    lines = [line for line in "".join(texts).rstrip().splitlines() if "Made by" not in line]
    return "\n".join(lines[:MOST_LINES] + ["…"] * (len(lines) > MOST_LINES))


def spoken(html):
    """What a cell says of a prediction, as plain text."""
    return unescape(re.sub(r"<[^>]*>", "", NOBODY.sub("", html)))


def seen(output):
    """A picture in words, for a speaker who looks at the room."""
    return f"To be seen: {output.metadata[cells.media(output)]['alt']}"


def is_wide(output):
    """Whether a picture would be too small beside something."""
    about = output.metadata[cells.media(output)]
    return about.get("width", 0) > 1.7 * about.get("height", 1000)


def figure(output):
    """A picture with its alt text, inside of the page."""
    kind = cells.media(output)
    data = output.data[kind]
    data = b64encode(data.encode()).decode() if kind == "image/svg+xml" else "".join(data.split())
    return img(output.metadata[kind]["alt"], kind, data)


def img(alt, kind, data):
    return f'<figure><img alt="{escape(alt)}" src="data:{kind};base64,{data}"></figure>'


def pre(text, kind="printed", room=440, wide=1130):
    """Printed lines or code, as large as they fit into so many pixels."""
    if not text.strip():
        return ""
    lines = text.splitlines()
    columns = max(sum(1 + (ord(sign) > 0x2E80) for sign in line) for line in lines)
    fitting = [s for s in SIZES if s * 0.61 * columns < wide and s * 1.3 * len(lines) < room]
    size = fitting[0] if fitting else SIZES[-1]
    body = "\n".join(escape(line) or "&#8203;" for line in lines)  # an empty line would end it
    return f'<pre class="{kind}" style="font-size: {size}px">{body}</pre>'


def plain(text):
    """Links lead nowhere on a slide, and their words stay; what comes next is the teacher's."""
    return LINK.sub(r"\1", NEXT.sub("", text)).strip()


def paragraphs(text):
    """The paragraphs of a text that stand in the open."""
    return [part.strip() for part in DETAILS.sub("", text).split("\n\n") if part.strip()]
