"""Print the web book as one PDF: python -m tools.book.paper [--edition class] [PDF]

Chromium prints it: lessons, sheets with their solutions, claims, notation, glossary, what to
read next. Each begins a page of its own, the contents say on which, every page has its number, and
folds are open.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
from html import escape
from pathlib import Path
from typing import NamedTuple

from tools import door
from tools.book import cells, editions
from tools.book.printed import still
from tools.book.stage import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PARTS = {
    "Lessons": ("notebooks/*.html",),
    "Exercise sheets": ("exercises/[0-9]*.html", "exercises/r*.html"),
    "Look up": (
        *("docs/claims.html", "docs/notation.html", "docs/glossary.html"),
        "docs/what_next.html",
    ),
}
SECONDS = 600
ARTICLE = re.compile(r'<article class="bd-article">(.*?)</article>', re.S)
TITLE = re.compile(r"<h1>(.*?)<a class=\"headerlink\"", re.S)
# What a page does for a reader who sits before it.
NOT_PRINTED = re.compile(
    r'<a class="headerlink".*?</a>|<script\b.*?</script>| loading="lazy"', re.S
)
# The code of a card says which answer is right; it is folded, and a solution is another fold.
CODE_OF_A_CARD = re.compile(
    r'<details class="admonition hide[^>]*>\s*<summary[^>]*>\s*<p class="collapsed[^>]*>'
    rf"{cells.SHOW_CODE}(?:(?!</details>).)*</details>",
    re.S,
)
STYLES = (
    *("basic.css", "styles/pydata-sphinx-theme.css", "pygments.css"),
    *("styles/sphinx-book-theme.css", "mystnb*.css", "book.css", "page.css"),
    *("explorers.css", "cards.css"),
)
OURS = Path(__file__).with_name("paper.css")
DESTINATION = re.compile(rb"/(chapter-\d+)\s*\[(\d+) 0 R")


class Chapter(NamedTuple):
    """A page of the site in the book on paper."""

    part: str
    name: str  # such as notebooks/01_a_soft_library.html
    title: str  # HTML
    body: str


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--edition", choices=editions.EDITIONS, default=editions.FULL)
    parser.add_argument("--folder", type=Path, help="default: _build/book, or _build/book-class")
    parser.add_argument("pdf", nargs="?", type=Path, metavar="PDF")
    options = parser.parse_args(arguments)
    folder = options.folder or ROOT / "_build" / editions.FOLDERS[options.edition]
    site, pdf = folder / "site", options.pdf or folder / "book.pdf"
    browser = chromium()
    if not (site / "index.html").exists():
        raise SystemExit(f"There is no book in {site}: run `make book` first.")
    pages = printed(chapters(site), site, pdf, browser)
    print(f"{pages} pages: open {pdf}")


def chromium():
    """The path of Chromium. Raises SystemExit where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise SystemExit(
            "A PDF needs Chromium or Chrome, and there is none here: install one, or open the book "
            "in your browser and print its pages (folds open by themselves)."
        )
    return found


def chapters(site):
    """The chapters of the book on paper, in order."""
    found = []
    for part, patterns in PARTS.items():
        for path in (path for pattern in patterns for path in sorted(site.glob(pattern))):
            body = ARTICLE.search(path.read_text(encoding="utf-8"))[1]
            name = path.relative_to(site).as_posix()
            found.append(Chapter(part, name, TITLE.search(body)[1], body))
    return found


def printed(found, site, pdf, browser):
    """Print chapters to a PDF; returns how many pages it has.

    They are printed twice: only then the contents can say where each begins.
    """
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "book.html"
        page.write_text(book(found, site, {}), encoding="utf-8")
        print_page(page, pdf, browser)
        page.write_text(book(found, site, starts(pdf.read_bytes())[0]), encoding="utf-8")
        print_page(page, pdf, browser)
    return starts(pdf.read_bytes())[1]


def print_page(page, pdf, browser):
    """Let Chromium print one page, with bookmarks. Raises SystemExit with what it said."""
    pdf.unlink(missing_ok=True)
    command = [browser, "--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer",
               "--generate-pdf-document-outline", f"--user-data-dir={page.parent / 'profile'}",
               f"--print-to-pdf={pdf.resolve()}", page.as_uri()]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.insert(1, "--no-sandbox")  # Chromium's own does not start for root
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if not pdf.exists():
        raise SystemExit(f"Chromium printed nothing. It said: {done.stderr.strip()[-400:]}")


def starts(pdf):
    """({chapter: its first page}, number of pages), read from the PDF that Chromium wrote."""
    pages = [int(number) for number in re.findall(rb"(\d+) 0 obj\s*<<\s*/Type\s*/Page\b", pdf)]
    order = {number: place for place, number in enumerate(pages, 1)}
    return {name.decode(): order[int(page)] for name, page in DESTINATION.findall(pdf)}, len(pages)


def book(found, site, numbers):
    """The HTML of the whole book.  numbers : {chapter: its first page}, empty at first."""
    places = {chapter.name: f"chapter-{number}" for number, chapter in enumerate(found)}
    body = "".join(bound(chapter, places, site) for chapter in found)
    return (
        '<!DOCTYPE html><html lang="en" data-theme="light" data-mode="light"><head>'
        '<meta charset="utf-8"><title>Attention from scratch, in NumPy</title>'
        f"{head(site)}</head><body>{contents(found, places, numbers)}<main>{body}</main></body>"
        "</html>"
    )


def head(site):
    """The style sheets of the site, and that of paper."""
    files = [path for name in STYLES for path in sorted((site.resolve() / "_static").glob(name))]
    links = "".join(f'<link rel="stylesheet" href="{path.as_uri()}">' for path in files)
    return f"{links}<style>{OURS.read_text(encoding='utf-8')}</style>"


def contents(found, places, numbers):
    """The title page and the contents."""
    rows, part = [], ""
    for chapter in found:
        if chapter.part != part:
            part = chapter.part
            rows.append(f'<p class="part">{escape(part)}</p>')
        place = places[chapter.name]
        number = numbers.get(place, "000")
        rows.append(
            f'<p class="contents-row"><a href="#{place}">{chapter.title}</a>'
            f'<span class="dots"></span><span>{number}</span></p>'
        )
    return (
        '<header class="cover"><h1>Attention from scratch, in NumPy</h1><p>The lessons with their '
        "results, the exercise sheets with solutions, and what to look up.</p></header>"
        f'<nav class="paper-contents"><h1>Contents</h1>{"".join(rows)}</nav>'
    )


def bound(chapter, places, site):
    """A chapter whose ids are its own and whose links lead inside of the book, or nowhere."""
    place, folder = places[chapter.name], (site / chapter.name).parent.resolve()
    body = CODE_OF_A_CARD.sub("", NOT_PRINTED.sub("", still(chapter.body)))
    body = body.replace("<details", "<details open")
    body = re.sub(r'\b(id|for|aria-labelledby)="([^"]+)"', rf'\1="{place}-\2"', body)
    body = re.sub(
        r'<a\b([^>]*?)href="([^"]*)"', lambda found: link(found, place, places, folder, site), body
    )
    body = re.sub(
        r'src="(?!data:)([^"]+)"',
        lambda found: f'src="{(folder / found[1]).resolve().as_uri()}"',
        body,
    )
    return f'<article class="bd-article chapter" id="{place}">{body}</article>'


def link(found, place, places, folder, site):
    """A link's tag: to a place in the book, to another host, or nowhere."""
    before, target = found[1], found[2]
    if re.match(r"\w+:", target):
        return f'<a{before}href="{target}"'
    file, _, anchor = target.partition("#")
    chapter = (
        place
        if not file
        else places.get(os.path.relpath((folder / file).resolve(), site.resolve()))
    )
    if not chapter:
        return f"<a{before}"
    return f'<a{before}href="#{chapter}{f"-{anchor}" if anchor else ""}"'


if __name__ == "__main__":
    door.run(main)
