"""The web book's frame: what stands around a page, what it weighs, what its search finds."""

import json
import re
import threading
import urllib.error
import urllib.request
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from course_utils.command import serving
from tools.book import about, answers, cards, downloads, heavy, search, weight

pytest.importorskip("sphinx", reason="the web book needs Sphinx: make setup installs it")

from tools.book import contents, mathml, page, tables, turns
from tools.book.stage import ROOT

LESSON = new_notebook(
    cells=[new_markdown_cell("# T\n\n**Time**: 45 min."), new_markdown_cell("w " * 400)]
)


def test_a_lesson_says_how_long_it_takes_and_leads_to_its_sheet(tmp_path):
    about.write(tmp_path, {"01_a": LESSON}, {"01_a": LESSON, "r1_review": LESSON})
    pages = json.loads((tmp_path / "about.json").read_text())
    lesson, sheet = pages["notebooks/01_a"], pages["exercises/01_a"]
    assert lesson["reading"] == 2 and lesson["doing"] == 45
    assert lesson["links"] == [["exercises/01_a", about.TO_SHEET]]
    assert sheet["links"] == [["notebooks/01_a", about.TO_LESSON]] and not sheet.get("reading")
    assert pages["exercises/r1_review"]["links"] == []


def test_a_description_is_the_first_paragraph_in_plain_words_cut_between_two():
    body = "<p>no</p><h1>T</h1><p>a &amp; <em>b</em>\n c</p><p>d</p>"
    assert page.description(body) == "a & b c"
    long = page.description(f"<h1>T</h1><p>{'word ' * 80}</p>")
    assert long.endswith("word …") and len(long) <= page.LONGEST_DESCRIPTION + 2
    assert page.description("<p>no title</p>") == ""


def test_a_table_header_without_words_is_none():
    html = '<th class="head"><p></p></th><th></th><th>a</th>'
    assert page.mended(html) == "<td></td><td></td><th>a</th>"


def test_the_side_bar_marks_the_page_or_the_one_that_lists_it():
    env = SimpleNamespace(toctree_includes={"index": ["lab"], "lab": ["module.lab.own"]})
    assert contents.shown_as(env, "lab", {"lab"}) == "lab"
    assert contents.shown_as(env, "module.lab.own", {"lab"}) == "lab"
    html = contents.side_bar([("Code", [("lab", "a < b"), ("x", "X")])], "lab", "../{}".format)
    assert html.count("aria-current") == 1 and 'href="../lab" aria-current="page">a &lt; b<' in html


def test_a_style_stays_where_its_classes_are_on_a_page_or_in_a_script(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "a.html").write_text('<p class="one two">')
    (tmp_path / "_static" / "a.js").write_text('box.classList.add("three")')
    words = weight.used_words(tmp_path)
    css = (
        "/* c */ .one,.no{a:b} .no .one{a:b} .three:not(.no){a:b} p{a:b} @media print{.no{a:b}}"
        "@media print{.two{a:b}} @font-face{font-family:Font Awesome} @keyframes k{from{a:b}}"
    )
    left = " ".join(weight.used_styles(css, words).split())
    assert left == (
        ".one{a:b} .three:not(.no){a:b} p{a:b} @media print{.two{a:b}} @keyframes k{from{a:b}}"
    )


@pytest.mark.parametrize(
    ("selector", "stays"),
    [
        (":is(.one, .no)", True),  # one of them is there
        ("p:where(.no, .two) b", True),
        (":is(.no, .never)", False),
        (":is(.one):has(> .no)", False),
        (".two:not(:is(.no, .never))", True),
        (".one:nth-child(2):hover", True),
        (":is(.one, :not(.no, .two)) .no", False),
    ],
)
def test_of_a_list_in_brackets_one_class_is_enough(selector, stays):
    found = weight.used_styles(f"{selector}{{a:b}}", {"one", "two"})
    assert found == (f"{selector}{{a:b}}" if stays else "")


def test_the_front_page_covers_what_lesson_00_asks():
    lesson = nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", as_version=4)
    calls = [call for cell in lesson.cells for call in cards.calls(cell, "predict")]
    told = answers.outcomes(lesson)["00.wan"][0].removeprefix("What happened: ").rstrip(".")
    assert told in cards.prediction(calls[0])["options"]
    for text in (ROOT / "README.md", ROOT / "docs" / "site" / "index.md"):
        alt = re.search(r"!\[(A grid.*?)\]", text.read_text("utf-8"), re.S)[1]
        assert "covered" in alt and told not in alt


def test_pictures_come_without_loss_keep_their_place_and_wait(tmp_path):
    (tmp_path / "_images").mkdir()
    picture = Image.effect_noise((1400, 700), 40).convert("RGB")
    picture.save(tmp_path / "_images" / "a.png")
    tag = '<img alt="x" src="../_images/a.png" width="700" />'
    (tmp_path / "p.html").write_text(f'{tag}{tag}<img src="b.svg" height="5" width="9">')
    weight.lighten(tmp_path)
    first, second, third = (
        (tmp_path / "p.html").read_text().replace("</span>", "").split("<img")[1:]
    )
    assert 'src="../_images/a.webp" width="700" height="350"' in first and "lazy" not in first
    assert 'loading="lazy"' in second and "b.svg" in third and 'height="5"' in third
    with Image.open(tmp_path / "_images" / "a.webp") as kept:
        assert kept.convert("RGB").tobytes() == picture.tobytes()
    assert not (tmp_path / "_images" / "a.png").exists()


def test_the_search_has_what_is_said_under_each_heading_and_no_answers(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_static").mkdir()
    (tmp_path / "notebooks" / "a.html").write_text(
        '<button>Light</button><article class="bd-article"><section id="t">'
        '<h1>T<a class="headerlink" href="#t">#</a></h1><p>one<br>two</p><script>no</script>'
        '<details class="admonition hide above-input"><pre>answer</pre></details>'
        '<pre><span></span><span class="kn">from</span> a <span class="kn">import</span>'
        " (\n b,\n)\nuse()\n</pre>"
        '<section id="s"><h2>S &amp; s</h2><p>x&lt;y</p></section></section></article>'
    )
    for left_out in ("reference/lab.html", "CHANGELOG.html"):
        (tmp_path / left_out).parent.mkdir(exist_ok=True)
        (tmp_path / left_out).write_text('<article class="bd-article"><h1>T</h1></article>')
    search.write(tmp_path)
    script = (tmp_path / "_static" / "search-data.js").read_text()
    data = json.loads(script.removeprefix("const BOOK = ").removesuffix(";\n"))
    sections = [["", "", "one two use()"], ["s", "S & s", "x<y"]]
    assert data["kinds"][0] == "Lessons"
    assert data["pages"] == [[0, "notebooks/a.html", "T", sections]]


def test_kinds_of_pages_stand_in_their_order():
    names = ("notebooks/a", "docs/glossary.html", "exercises/a", "reference/a", "docs/teaching/a")
    assert [search.kind(name) for name in (*names, "docs/claims.html")] == list(range(6))


def test_a_notebook_is_handed_out_without_results(tmp_path):
    course, site = tmp_path / "course", tmp_path / "site"
    for folder in downloads.FOLDERS:
        (course / folder).mkdir(parents=True)
    cell = new_code_cell("1", outputs=[new_output("stream", text="seen")], execution_count=1)
    (course / "notebooks" / "a.ipynb").write_text(json.dumps(new_notebook(cells=[cell])))
    downloads.write(course, site)
    assert "seen" not in (site / "notebooks" / "a.ipynb").read_text()


def test_what_a_page_weighs_is_all_that_it_asks_for(tmp_path):
    (tmp_path / "a.css").write_text('@import "b.css";' + "x" * 1000)
    (tmp_path / "b.css").write_text("y" * 1000)
    (tmp_path / "p.png").write_bytes(bytes(range(200)))
    (tmp_path / "a.html").write_text('<link href="a.css?v=1" rel="stylesheet"><img src="p.png">')
    parts = heavy.page(tmp_path / "a.html")
    assert parts["image"] == 200 and parts["script"] == 0
    assert parts["style"] == heavy.sent(tmp_path / "a.css") + heavy.sent(tmp_path / "b.css") < 200


def test_the_server_has_a_page_for_what_is_not_there(tmp_path):
    (tmp_path / "404.html").write_text("no such page")
    with serving.server_of(tmp_path, 0, "") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/docs/none.html")
        server.shutdown()
    assert missing.value.code == 404 and missing.value.read() == b"no such page"


def test_the_search_tells_no_result_no_hint_and_no_answer():
    html = (
        '<p class="course-happened" id="happened-a">→ <strong>all</strong></p>'
        "<details><summary>The answer</summary><ul><li>✓ all</li></ul></details>"
        "<details><summary>Second hint</summary><p>all</p></details>"
        "<details><summary>中文摘要</summary><p>kept</p></details>"
    )
    assert "all" not in search.said(html) and "kept" in search.said(html)


HEAD = (
    '<tr><th class="head"><p>{}</p></th><th class="head">b</th><th class="head">c &amp; d</th></tr>'
)
ROW = "<tr><td><p>1</p></td><td><p>{}</p></td><td></td></tr>"


@pytest.mark.parametrize("name", ["a", ""])
@pytest.mark.parametrize("text, is_stacked", [("a short one", False), ("so many words " * 3, True)])
def test_a_table_of_sentences_can_be_read_row_by_row(text, is_stacked, name):
    html = f'<table class="table"><thead>{HEAD.format(name)}</thead>{ROW.format(text)}</table>'
    told = tables.stacked(page.mended(html))
    assert ('class="table stacks"' in told) == is_stacked
    assert told.count("data-label") == is_stacked, "neither the row's name nor an empty cell"
    assert ('<td data-label="b">' in told) == is_stacked


def test_a_row_names_its_columns():
    row = "<tr><td>1</td><td>2</td><td>3</td></tr>"
    assert tables.labelled(row, ["a", "b", "c & d"]) == (
        '<tr><td>1</td><td data-label="b">2</td><td data-label="c &amp; d">3</td></tr>'
    )


def test_a_sheet_leads_back_to_its_lesson_and_on_to_the_next():
    lists = [
        ["notebooks/01_a", "notebooks/02_b"],
        ["exercises/01_a", "exercises/r1", "exercises/02_b", "exercises/20_c"],
        ["docs/a"],
    ]
    assert turns.turns("exercises/01_a", lists) == ("notebooks/01_a", None)
    assert turns.turns("exercises/r1", lists) == (None, "notebooks/02_b")
    assert turns.turns("exercises/02_b", lists) == ("notebooks/02_b", None)
    assert turns.turns("notebooks/01_a", lists) == (None, None)
    assert turns.turns("notebooks/02_b", lists) == (None, "exercises/02_b")
    assert turns.turns("docs/a", lists) == turns.turns("nowhere", lists) == (None, None)


def test_the_words_of_a_brace_stand_below_it():
    made = mathml.formula(r"x_i = \underbrace{a + b_j}_{\text{both}}", as_block=True)
    assert made.count("<msub>") == 2 == made.count("<munder>") and "both" in made
    assert re.search(r"<munder>\s*<munder>", made)
