"""What Sphinx puts around and into a page: its description, and what it is about.

An extension of Sphinx: `setup` connects it.
"""

import json
import re
from html import escape, unescape

from tools.book import contents, tables, turns

LONGEST_DESCRIPTION = 200
PARAGRAPH = re.compile(r"</h1>.*?<p>(.*?)</p>", re.S)
EMPTY_HEADER = re.compile(r"<th(?:\s[^>]*)?>\s*(?:<p>\s*</p>\s*)?</th>")
# A screen reader would say this in place of "One solution".
HIDES_WORDS = '<summary aria-label="Toggle hidden content">'
# Nothing that these do is left on our pages; frame.js does what the theme's scripts did.
UNUSED_SCRIPTS = (
    "_static/documentation_options.js",
    "_static/doctools.js",
    "_static/sphinx_highlight.js",
    "_static/scripts/sphinx-book-theme.js",
)


def setup(app):
    app.connect("builder-inited", without_sphinx_search)
    app.connect("html-page-context", complete)
    app.connect("html-collect-pages", search_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def without_sphinx_search(app):
    """Sphinx's index finds pages and not places, and fetches every page for its snippets."""
    if app.builder.format == "html":
        app.builder.search = False


def search_page(app):
    if app.builder.name == "html":
        yield "search", {"title": "Search"}, "search.html"


def complete(app, name, template, context, doctree):
    """Give the template what it asks for, and mend the body."""
    context["unused_scripts"] = UNUSED_SCRIPTS
    context["html_baseurl"] = app.config.html_baseurl
    context["about"] = about(app).get(name)
    context["side_bar"] = side_bar(app, name, context["pathto"])
    turn(app, name, context)
    if name == "docs/chinese":  # a screen reader is told
        context["language"] = "zh-Hans"
    body = context.get("body")
    if body:
        context["description"] = description(body)
        context["body"] = tables.stacked(mended(body))


def side_bar(app, name, pathto):
    """The contents of the book, with the page marked."""
    if not hasattr(app, "course_contents"):
        app.course_contents = contents.parts(app.env, app.config.root_doc)
    listed = {page for _, pages in app.course_contents for page, _ in pages}
    current = contents.shown_as(app.env, name, listed)
    return contents.side_bar(app.course_contents, current, pathto)


def turn(app, name, context):
    """Lead from a sheet to the next lesson, and not to the next sheet (tools/book/turns.py)."""
    lists = [[page for page, _ in pages] for _, pages in app.course_contents]
    titles = dict(entry for _, pages in app.course_contents for entry in pages)
    for side, page in zip(("prev", "next"), turns.turns(name, lists), strict=True):
        if page:
            context[side] = {"link": context["pathto"](page), "title": escape(titles[page])}


def about(app):
    """{page: its minutes, notebook and links}, which `tools.book.about` wrote into the source."""
    if not hasattr(app, "course_about"):
        file = app.srcdir / "about.json"
        app.course_about = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return app.course_about


def description(body):
    """The first paragraph below the title as plain text, cut between words."""
    found = PARAGRAPH.search(body)
    text = " ".join(plain(found[1]).split()) if found else ""
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    return text[:LONGEST_DESCRIPTION].rpartition(" ")[0].rstrip(" ,;:") + " …"


def plain(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


def mended(body):
    """The body with no table header that has no words, and no fold whose own words are hidden."""
    return EMPTY_HEADER.sub("<td></td>", body).replace(HIDES_WORDS, "<summary>")
