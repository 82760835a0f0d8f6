"""The text of the whole book as one script, so that its search works from a folder as well.

A page has its sections: where one is, what it is called, what it says. `search.js` looks through
all of them; 1 MB of text takes it milliseconds, and Chinese needs no words cut out. Left out is
what nobody looks for: printed numbers, lines that import, lists whose every line stands on another
page, what only concerns authors.
"""

import json
import re
from html import unescape

# In this order they are shown; the first folder that fits.
KINDS = (
    ("Lessons", "notebooks/"),
    ("Glossary", "docs/glossary"),
    ("Exercise sheets", "exercises/"),
    ("Reference", "reference/"),
    ("Teaching", "docs/teaching/"),
    ("More", ""),
)
ARTICLE = re.compile(r"<article\b[^>]*>(.*)</article>", re.S)
# What is not text of the page: a drawing, a script, a button, the sign beside a heading.
UNSAID = re.compile(r"<(script|style|svg|button|form|template|noscript)\b.*?</\1>", re.S)
# What is folded there are the words of questions' cells, with the answers.
FOLDED = re.compile(r'<details class="[^"]*\bhide\b.*?</details>', re.S)
# What a reader should not read in the list before the question: answers, hints, results.
TOLD = re.compile(
    r'<p class="course-happened".*?</p>'
    r"|<details><summary>(?:(?:The |One )?[Aa]nswers?|Why|(?:First |Second )?[Hh]int)\b"
    r".*?</details>",
    re.S,
)
# Numbers that a cell printed, or that a picture has: nobody looks for them.
NUMBERS = re.compile(
    r'<div class="output (?:stream|text_plain).*?</pre>'
    r"|<details><summary>The numbers of this picture.*?</details>",
    re.S,
)
IMPORTS = re.compile(
    r'(?:^|(?<=<pre>))(?:<span></span>)?<span class="kn">(?:from|import)</span>'
    r"(?:[^\n]*\([^)]*\)|[^\n]*)",
    re.M,
)
# A room of the reference lists its modules, which have pages of their own; what checks and grading
# are made of is an author's, and has answers; so is the architecture.
NOT_SEARCHED = re.compile(
    r"_static/|search\.html|CHANGELOG|CONTRIBUTING|docs/architecture"
    r"|reference/(?!module\.)|reference/module\.(?:checks|grading)\.(?!html)"
)
SIGN = re.compile(r'<a class="headerlink".*?</a>', re.S)
SECTION = re.compile(r'<section\b[^>]*?\bid="([^"]*)"[^>]*>|<h[1-3][^>]*>(.*?)</h[1-3]>', re.S)
TERM = re.compile(r"<dt\b[^>]*?\bid=\"([^\"]+)\"[^>]*>(.*?)</dt>", re.S)
BREAKS = re.compile(r"</(?:p|li|td|th|tr|div|pre|dt|dd|h\d|summary)>|<br ?/?>")
TAG = re.compile(r"<[^>]+>")


def write(site):
    """Write search-data.js for all pages of a site."""
    pages = [of_page(path, site) for path in sorted(site.rglob("*.html"))]
    data = json.dumps({"kinds": [kind for kind, _ in KINDS], "pages": list(filter(None, pages))},
                      ensure_ascii=False, separators=(",", ":"))  # fmt: skip
    target = site / "_static" / "search-data.js"
    target.write_text(f"const BOOK = {data};\n", encoding="utf-8")


def of_page(path, site):
    """One page as [kind, address, title, [[anchor, heading, text], ...]]; None if it has no text.

    The first part is what stands below the title, without an anchor and a heading.
    """
    name = path.relative_to(site).as_posix()
    found = ARTICLE.search(path.read_text("utf-8"))
    parts = sections(said(found[1])) if found and not NOT_SEARCHED.match(name) else []
    if not parts:
        return None
    (_, title, text), *others = parts
    return [kind(name), name, title, [["", "", text], *others]]


def said(html):
    """The part of an article that its readers are told."""
    for unsaid in (UNSAID, FOLDED, TOLD, NUMBERS, IMPORTS, SIGN):
        html = unsaid.sub(" ", html)
    return html


def kind(name):
    return next(place for place, (_, folder) in enumerate(KINDS) if name.startswith(folder))


def sections(html):
    """[(anchor, heading, text), ...] of an article, one for each heading of level 1 to 3."""
    found, anchor, last = [], "", None
    for mark in SECTION.finditer(html):
        if mark[1] is not None:
            anchor = mark[1]
            continue
        if last:
            found.append((*last[:2], words(html[last[2] : mark.start()])))
        last = (anchor, words(mark[2]), mark.end())
    return [*found, (*last[:2], words(html[last[2] :]))] if last else []


def words(html):
    """HTML as plain text on one line; blocks are apart."""
    return " ".join(unescape(TAG.sub("", BREAKS.sub(" ", html))).split())
