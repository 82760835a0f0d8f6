"""The page to keep: one file, and nothing that a learner writes breaks it or runs in it."""

import re
from html.parser import HTMLParser

import pytest

from course_utils.learning import page as pages
from course_utils.plots import bars

ATTACKS = [
    "<script>alert(1)</script>",
    "</title></style></head><img src=x onerror=alert(1)>",
    '" onload="alert(1)',
    "</blockquote></p></td></table><h1>",
    "<!-- never closed",
    "]]> &lt; &amp; ' \" `",
    "\ud800 \x00 \x07 \x1b[31m",
    "https://example.org/x.js",
    "年 九十八 % ≈ 🙂",
]


class Read(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self.open = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, sorted(name for name, _ in attributes)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def made_with(text):
    """A page in which a learner's text stands at every place where one can stand."""
    figure = bars([1.0, 0.5], ["a", "b"])
    figure.description = text.strip() or "."
    whole = pages.translator_page(
        text, text, 0.9, 0.5, {text: (0.98, 0.97)}, [(text, text, text)], figure, report=text
    )
    parts = (
        pages.code(text),
        pages.table([text], [[text]], caption=text),
        pages.section(text, text),
    )
    return whole, pages.page(text, text, *parts)


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_learner_wrote_stays_text(attack):
    for html, harmless in zip(made_with(attack), made_with("harmless"), strict=True):
        read, expected = Read(html), Read(harmless)
        assert read.elements == expected.elements and not read.open
        html.encode("utf-8")
        readable = "".join(c for c in attack if c.isprintable() and c.isascii())
        assert readable.strip() in read.text


def test_a_page_loads_nothing_and_runs_nothing():
    for html in made_with("words"):
        assert not re.search(r"https?://|<script|<link|@import|url\(", html)
        assert "default-src 'none'" in html
    assert all(
        source.startswith("data:image/png;base64,") for source in re.findall(r'src="([^"]*)', html)
    )


def test_a_page_shows_what_was_promised_and_what_came():
    read = Read(made_with("w")[0])
    assert "0.90" in read.text and "0.50" in read.text and "0.98" in read.text
    assert ("img", ["alt", "src", "width"]) in read.elements


def test_html_of_one_s_own_is_text_too():
    assert "&lt;b&gt;" in pages.page("t", "<b>") and "<b>" not in pages.page("t", "<b>")
    assert "<td>&lt;b&gt;</td>" in pages.table(["a"], [["<b>"]])


def test_what_cannot_be_is_said():
    with pytest.raises(ValueError, match="must have 2 cells, got 1"):
        pages.table(["a", "b"], [["x"]])
    figure = bars([1.0], ["a"])
    with pytest.raises(ValueError, match="alt="):
        pages.picture(figure, alt=" ")
    for name in ("../x.html", "x.txt", "a/b.html"):
        with pytest.raises(ValueError, match=r"such as my_page\.html"):
            pages.save_page(name, "")


def test_a_page_is_written_beside_the_notebook(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = pages.save_page("mine.html", pages.page("Mine 我的"))
    assert path == tmp_path / "mine.html" and "我的" in path.read_text(encoding="utf-8")
    assert "beside this notebook" in capsys.readouterr().out


def test_a_solution_leaves_no_page_beside_it(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "solutions"
    folder.mkdir()
    monkeypatch.chdir(folder)
    path = pages.save_page("mine.html", "x")
    assert path.exists() and not list(folder.iterdir())
    assert "temporary" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.html").mkdir()
    pages.save_page("mine.html", "x")
    assert "could not be written" in capsys.readouterr().out
