"""Tables of sentences, which a narrow window shows row by row and not cut at its edge."""

import re
from html import escape, unescape

TABLE = re.compile(r'<table class="(table)">(.*?)</table>', re.S)
HEAD = re.compile(r"<thead>.*?</thead>", re.S)
NAME = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.S)  # one without words is a <td>
ROW = re.compile(r"<tr\b.*?</tr>", re.S)
CELL = re.compile(r"<td\b([^>]*)>(.*?)</td>", re.S)
TAG = re.compile(r"<[^>]+>")
COLUMNS, SENTENCE = 3, 24  # from so many columns on, and so many letters in one of the cells


def stacked(body):
    """The HTML of a page, in which each such table has a class, and its cells their column's name.

    page.css does the rest below 600 pixels. Tables of short cells scroll: their columns are read.
    """
    return TABLE.sub(marked, body)


def marked(table):
    html = table[0]
    head = HEAD.search(html)
    names = [words(name) for name in NAME.findall(head[0])] if head else []
    longest = max((len(words(cell)) for _, cell in CELL.findall(html)), default=0)
    if len(names) < COLUMNS or longest < SENTENCE:
        return html
    rows = ROW.sub(lambda row: labelled(row[0], names), html)
    return rows.replace('class="table"', 'class="table stacks"', 1)


def labelled(row, names):
    """A row whose cells say their column's name; the first one is the row's own name."""
    labels = iter(["", *names[1:]])

    def cell(found):
        name = next(labels, "")
        label = f' data-label="{escape(name)}"' if name and words(found[2]) else ""
        return f"<td{found[1]}{label}>{found[2]}</td>"

    return CELL.sub(cell, row)


def words(html):
    return " ".join(unescape(TAG.sub(" ", html)).split())
