"""The book on paper and as an EPUB: one page of all, that leads inside of itself."""

import zipfile

import pytest

from tests.browser.lesson_page import CHROMIUM
from tools.book import cells, epub, lessons, paper, printed, sheets

PAGE = (
    '<article class="bd-article"><section id="s"><h1>{}<a class="headerlink">#</a></h1>'
    "{}</section></article>"
)
LINKS = (
    '<a class="x" href="02_b.html#s">b</a><a href="#s">here</a><a href="../docs/start.html">no</a>'
    '<a href="https://x.org">out</a><details><p>folded</p></details><img src="../_images/p.png">'
)
FOLD = (
    '<details class="admonition hide above-input">\n<summary>\n<p class="collapsed '
    'admonition-title">{}</p></summary><pre>{}</pre></details>'
)


@pytest.fixture
def site(tmp_path):
    """A site of two lessons."""
    (tmp_path / "_static").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "index.html").write_text("front")
    for name, body in (("01_a", LINKS), ("02_b", "<p>last</p>" * 90)):
        (tmp_path / "notebooks" / f"{name}.html").write_text(PAGE.format(name, body), "utf-8")
    return tmp_path


def test_links_lead_inside_of_the_book_or_nowhere_and_folds_are_open(site):
    html = paper.book(paper.chapters(site), site, {"chapter-1": 7})
    assert 'class="x" href="#chapter-1-s"' in html and 'href="#chapter-0-s">here' in html
    assert "<a >no</a>" in html and 'href="https://x.org"' in html
    assert 'id="chapter-0-s"' in html and "<details open>" in html and "headerlink" not in html
    assert f'src="{(site / "_images/p.png").as_uri()}"' in html
    assert '<a href="#chapter-1">02_b</a><span class="dots"></span><span>7</span>' in html


def test_solutions_are_printed_and_the_code_of_a_card_is_not(site):
    body = FOLD.format(cells.SHOW_CODE, "card") + FOLD.format("One solution", "solved")
    chapter = paper.Chapter("Lessons", "notebooks/01_a.html", "T", body)
    html = paper.bound(chapter, {chapter.name: "chapter-0"}, site)
    assert "solved" in html and "card" not in html and html.count("<details open") == 1


def test_the_start_of_each_chapter_is_read_from_the_pdf():
    pdf = (
        b"5 0 obj\n<</Type /Page\n>>\n9 0 obj\n<</Type /Page\n>>\n4 0 obj\n<</Type /Pages\n>>"
        b"<</chapter-0 [5 0 R /XYZ 0 1 0]\n/chapter-1 [9 0 R /XYZ 0 1 0]\n/chapter-1-s [9 0 R]>>"
    )
    assert paper.starts(pdf) == ({"chapter-0": 1, "chapter-1": 2}, 2)


def test_without_chromium_or_a_book_one_is_told_what_to_do(site, monkeypatch, tmp_path):
    monkeypatch.setattr(paper, "NAMES", ("no-such-browser",))
    with pytest.raises(SystemExit, match="needs Chromium or Chrome"):
        paper.main([f"--folder={tmp_path}"])
    monkeypatch.setattr(paper, "chromium", lambda: "found")
    with pytest.raises(SystemExit, match="run `make book` first"):
        paper.main([f"--folder={tmp_path / 'none'}"])


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
def test_chromium_prints_every_chapter_with_its_page_in_the_contents(site):
    pdf = site / "book.pdf"
    pages = paper.printed(paper.chapters(site), site, pdf, CHROMIUM)
    where, counted = paper.starts(pdf.read_bytes())
    assert where == {"chapter-0": 3, "chapter-1": 4} and counted == pages > 4


def test_an_epub_says_which_of_its_pages_have_formulas(tmp_path):
    manifest = '<item href="a.xhtml" id="i" /><item href="b.xhtml" id="j" />'
    with zipfile.ZipFile(tmp_path / "old.epub", "w") as old:
        old.writestr("mimetype", "application/epub+zip")
        old.writestr("content.opf", manifest)
        old.writestr("a.xhtml", "<math>&ApplyFunction;</math><details open>")
        old.writestr("b.xhtml", "<p/>")
    epub.finished(tmp_path / "old.epub", tmp_path / "new.epub")
    with zipfile.ZipFile(tmp_path / "new.epub") as new:
        first = new.infolist()[0]
        assert first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED
        assert new.read("a.xhtml") == b'<math>&#8289;</math><details open="open">'
        assert new.read("content.opf").decode() == (
            '<item href="a.xhtml" id="i" properties="mathml" /><item href="b.xhtml" id="j" />'
        )


def test_paper_and_an_epub_have_nothing_that_waits_for_a_script():
    explorer = (
        '<div class="explorer"><div class="explorer-live" hidden="hidden"><div><button>Next'
        '</button></div></div><div class="explorer-picture"><svg></svg></div>'
        '<p class="explorer-reading" role="status" hidden="hidden"></p>'
        '<div class="explorer-still"></div></div>'
    )
    assert printed.still(explorer) == (
        '<div class="explorer"><div class="explorer-picture"><svg></svg></div>'
        '<div class="explorer-still"></div></div>'
    )
    said = printed.still(" ".join((lessons.OPEN, sheets.ON_CARDS, sheets.HINTS, sheets.SOLVED)))
    assert not any(word in said for word in ("this page", "browser", "folded"))
    assert said.count("stand below each question") == 2 and "make lab" in said
    assert printed.still("One repair is folded below.") == "One repair stands below."
    assert epub.valid('<p data-card="{&quot;right&quot;: 1}">') == "<p>"
