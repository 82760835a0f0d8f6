"""The slides of a lesson, chosen from its cells and from its teaching page.

A title, the question, then the lesson's moments in its own order, each question on a slide before
its result: formulas, predictions, the explorer, the bug hunt; the article's claims, three polls,
the points to take home. What the page calls "never skip" is always there, whatever else is.
"""

import re
from html import escape

from tools.book import exhibits, moments
from tools.book.moments import Slide
from tools.book.shown import paragraphs, plain
from tools.minutes import required

# A question and its result are two slides: twelve of them were four moments, too few for any plan.
MOST = 26
MOMENTS = 6  # predictions and experiments
FORMULAS = 3
ROOM = 480  # pixels of a table on a slide
HEADS = r"^## (?:Verdict|What the article says|What to do|What one hears)"


def deck(notebook, page=None):
    """The slides of a lesson, in order. page : its teaching page as `tools.teaching` reads it."""
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    first = [title(prose[0], page), *starting(prose, "## The question", board(page))]
    chosen = sorted(chosen_moments(notebook, page), key=lambda moment: moment.place)
    shown = [slide for moment in chosen for slide in helped(moment, page)]
    last = [*claims(prose), *polls(page), *starting(prose, "## In this lesson you", short(page))]
    return [*first, *shown, *last]


def chosen_moments(notebook, page):
    """What no plan skips, and more predictions: first those with a picture and with a guide."""
    keep = set(page.keep) if page else set()
    asked = moments.predictions(notebook)
    musts = [moment for moment in asked if moment.names & keep]
    guided = {wrong.about for wrong in page.wrong} if page else set()
    others = sorted(
        (moment for moment in asked if moment not in musts),
        key=lambda moment: -(moment.pictured + bool(moment.names & guided)),
    )
    _, optional = required(notebook.cells)
    alone = sorted(keep - {name for moment in musts for name in moment.names})
    musts += filter(None, (moments.experiment(notebook, name) for name in alone))
    return [
        *musts,
        *others[: max(MOMENTS - len(musts), 0)],
        *exhibits.formulas(notebook, {cell.id for cell in optional})[:FORMULAS],
        *exhibits.hunts(notebook),
        *exhibits.explorers(notebook),
    ]


def helped(moment, page):
    """A moment's slides; the speaker of the first is told what is often said, and what to ask."""
    first, *rest = moment.slides
    wrong = [one for one in page.wrong if one.about in moment.names] if page else []
    said = [
        f"If they say “{one.said}”, ask: {one.ask}\n\nGood: {one.good}\n\nPoor: {one.poor}"
        for one in wrong
    ]
    why = [
        f"Never skip: {page.keep[name]}" for name in moment.names & set(page.keep if page else ())
    ]
    return [first._replace(notes="\n\n".join([*said, first.notes, *why])), *rest]


def title(source, page):
    """The lesson's name and its first paragraph; for the speaker the plan of 45 minutes."""
    head, _, rest = source.partition("\n")
    first, *_ = rest.strip().split("\n\n")
    plan = page.parts.get("45 minutes", "") if page else ""
    steps = [
        f"- {minutes} min: {what}"
        for minutes, what in re.findall(r"^\| (\d+) \| (.+) \|$", plan, re.M)
    ]
    waits = [f"Waits: {page.waits}"] if page and page.waits else []
    return Slide(plain(f"{head}\n\n{first}"), "\n\n".join(["\n".join(steps), *waits]))


def board(page):
    """The aim, and what stands on the board."""
    return paragraphs(page.parts[""])[1] if page else ""


def short(page):
    """What may be left out, and what the room has seen where all went well."""
    parts = ("If time is short", "Expected numbers")
    return "\n\n".join(page.parts.get(part, "") for part in parts) if page else ""


def starting(prose, head, notes=""):
    """The first cell with a heading, from there on, as a list of none or one slide."""
    found = [(text, re.search(f"^{head}", text, flags=re.M)) for text in prose]
    parts = [text[match.start() :] for text, match in found if match][:1]
    return [Slide(large(opened(plain(part))), notes) for part in parts]


def large(text):
    """A heading, and what stands below it in large letters; Markdown is read between the tags."""
    head, _, rest = text.partition("\n")
    return f'{head}\n\n<div class="large">\n\n{rest.strip()}\n\n</div>'


def opened(text):
    """The first paragraphs of a text, until another heading."""
    head, _, rest = text.partition("\n")
    return f"{head}\n{re.split(r'^##', rest, flags=re.M)[0]}".strip()


def claims(prose):
    """The claims with their verdicts, a few on a slide; the evidence is the speaker's."""
    cell = next((text for text in prose if re.search(HEADS, text, flags=re.M)), "")
    rows = [line.strip("|").split(" | ") for line in cell.splitlines() if line.startswith("|")]
    if len(rows) < 3:
        return []
    head, _, *rows = [numbered([plain(part).strip() for part in row]) for row in rows]
    name = re.search(HEADS, cell, flags=re.M)[0]
    quoted = "\n\n".join(part for part in paragraphs(cell) if re.match(r"\*\*\d+\*\*", part))
    slides = [claims_slide(name, head, some) for some in shared_out(rows)]
    if quoted:
        slides[0] = slides[0]._replace(text=slides[0].text.replace("\n\n", f"\n\n{quoted}\n\n", 1))
    return slides


def numbered(row):
    """A row whose claim has its number before it: where that had a column, it has none now."""
    return [" ".join(row[:2]).strip(), *row[2:]] if re.fullmatch(r"H?\d*|-+", row[0]) else row


def shared_out(rows):
    """Rows of a table, as many on a slide as fit."""
    slides, used = [[]], 0
    for row in rows:
        size = height(row)
        if slides[-1] and used + size > ROOM:
            slides.append([])
            used = 0
        slides[-1].append(row)
        used += size
    return slides


def height(row):
    """About how high a row becomes: its first two cells share the width, 80 signs in all."""
    long = [sum(1 + (ord(sign) > 0x2E80) for sign in text) for text in row[:2]]
    return 14 + 36 * -(-sum(long) // 66)


def claims_slide(name, head, rows):
    hidden = [(claim, f'<span class="fragment">{verdict}</span>') for claim, verdict, *_ in rows]
    lines = [" | ".join(row[:2]) for row in (head, ["---"] * 2, *hidden)]
    notes = [f"{row[0][:60]} … {' '.join(row[2:])}" for row in rows]
    return Slide(
        f"{plain(name)}\n\n" + "\n".join(f"| {line} |" for line in lines), "\n\n".join(notes)
    )


def polls(page):
    """The polls, nothing of the answer to be seen until one goes on."""
    return [poll(number, one) for number, one in enumerate(page.polls, 1)] if page else []


def poll(number, one):
    options = "".join(f"<li>{inline(text)}</li>" for text in one.options.values())
    wrong = [f"{letter}) {why}" for letter, why in one.why.items() if letter != one.right]
    why = f"<strong>{one.right}.</strong> {inline(one.why[one.right])}"
    answer = f'<div class="fragment"><p>{why}</p></div>'
    asked = f'<div class="asked"><p>{inline(one.asked)}</p><ol type="a">{options}</ol></div>'
    text = f"## Poll {number}\n\n{asked}\n\n{answer}"
    return Slide(text, "\n\n".join([f"Right is {one.right}.", *wrong]))


def inline(text):
    """A line of text as HTML, its code as code."""
    return re.sub(r"`(.+?)`", r"<code>\1</code>", escape(text))
