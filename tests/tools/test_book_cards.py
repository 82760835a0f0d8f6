"""The cards of the book: every prediction and quiz of the lessons answers in its page."""

import ast
import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.checks.catalogue import exercises, find
from tools.book import answers, cards, editions, folds
from tools.book.lessons import lesson_page
from tools.book.sheets import sheet_page
from tools.book.stage import stage

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHEETS = sorted((ROOT / "exercises").glob("*.ipynb"))
PREDICT = """predict("01.a", "Which?", [
    Option("none", "", when=lambda n: n == 0),
    Option("a <few>", "They are small.", when=lambda n: n > 0),
])"""
FEW = (
    "<p>→ <strong>You made no prediction here. What happened: a &lt;few&gt;.</strong> Because.</p>"
)
# What a stored notebook says of cells that wait to be run, and bars of trainings long ago.
DEAD = re.compile(
    r"You made no prediction|[Rr]un this cell|is not answered yet\.|from here on the lesson uses"
    r"|\d+%\|"
)


def read(path):
    return nbformat.read(path, as_version=4)


def output(html, text=""):
    return new_output("display_data", {"text/html": html, "text/plain": text})


def lesson(*sources):
    """A small lesson: a text where it begins with a letter, else a prediction, else code."""
    made = [new_markdown_cell("# Title")]
    for source in sources:
        if source.startswith("text:"):
            made.append(new_markdown_cell(source.removeprefix("text:")))
        else:
            made.append(new_code_cell(source))
    return new_notebook(cells=made)


def data_of(page):
    """The data of all cards of a page, one each prediction, question of a quiz, or test."""
    texts = (
        out.get("data", {}).get("text/html", "") for c in page.cells for out in c.get("outputs", [])
    )
    found = [
        json.loads(unescape(raw))
        for text in texts
        for raw in re.findall(r'data-card="([^"]*)"', text)
    ]
    return [one for card in found for one in card.get("cards", [card])]


def calls_of(notebook, name):
    """The calls of a function in a notebook's code: found here without the book's own reader."""
    trees = (ast.parse(c.source) for c in notebook.cells if c.cell_type == "code")
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [node for node in nodes if getattr(node.func, "id", "") == name]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_prediction_and_every_question_of_a_lesson_is_live(path):
    notebook = read(path)
    predictions = {ast.literal_eval(call.args[0]) for call in calls_of(notebook, "predict")}
    reveals = {ast.literal_eval(call.args[0]) for call in calls_of(notebook, "reveal")}
    questions = len(calls_of(notebook, "Question"))
    page = lesson_page(notebook, path.name, set())
    data = data_of(page)
    live = {card["key"]: card for card in data if card["kind"] == "prediction"}
    assert live.keys() == predictions == reveals
    assert sum(card["kind"] == "quiz" for card in data) == questions
    for key, card in live.items():
        assert card["happened"].startswith("What happened: "), key
        if card["options"]:
            assert card["measured"] in card["options"], key
        else:
            assert isinstance(card["measured"], float) and card["tolerance"] >= 0, key
    for card in data:
        if card["kind"] == "quiz":
            assert card["truth"] in card["reasons"] and all(card["reasons"].values())


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_happened_is_folded_until_its_prediction_is_answered(path):
    text = "\n".join(
        str(
            cell.source
            if cell.cell_type == "markdown"
            else [o.get("data", {}).get("text/html", "") for o in cell.outputs]
        )
        for cell in lesson_page(read(path), path.name, set()).cells
    )
    waits, results = (), []
    for mark in re.finditer(r'data-waits="([^"]*)"|</div>$|id="happened-([^"]*)"', text, re.M):
        if mark[1] is not None:
            waits = mark[1].split()
        elif mark[2]:
            results.append(mark[2])
            assert mark[2] in waits
        elif mark[0] == "</div>":
            waits = ()
    assert len(results) == len(calls_of(read(path), "reveal"))


def test_a_prediction_is_text_for_all_and_data_for_the_script():
    (call,) = cards.calls(new_code_cell(PREDICT), "predict")
    told = cards.outcome(output(FEW))
    card = cards.prediction(call, told)
    assert card == {
        "kind": "prediction",
        "key": "01.a",
        "question": "Which?",
        "tolerance": 0,
        "options": ["none", "a <few>"],
        "measured": "a <few>",
        "happened": "What happened: a <few>.",
        "because": "Because.",
    }
    html = cards.prediction_card(card)
    assert "<li>a &lt;few&gt;</li>" in html and 'id="card-01.a"' in html
    assert json.loads(unescape(re.search(r'data-card="([^"]*)"', html)[1])) == card


def test_a_number_is_read_as_it_was_shown():
    cell = new_code_cell('reveal("01.n", x)\nreveal("01.m", y)')
    html = "<p>→ <strong>You made no prediction here. What happened: {}.</strong> </p>"
    cell.outputs = [
        output(html.format("≈ 1,234")),
        output("<p>else</p>"),
        output(html.format("0.5")),
    ]
    told = cards.outcomes(cell)
    call = ast.parse('predict("01.n", "How many?", reason="So.", tolerance=20)').body[0].value
    assert cards.prediction(call, told["01.n"])["measured"] == 1234.0
    assert told["01.m"] == ("What happened: 0.5.", "0.5", "")


@pytest.mark.parametrize(
    ("source", "told", "says"),
    [
        ('predict(f"{key}", "?")', None, "as plain text"),
        (PREDICT, ("What happened: many.", "many", ""), "'many' happened, which is none of"),
    ],
)
def test_what_the_book_cannot_read_is_named(source, told, says):
    (call,) = cards.calls(new_code_cell(source), "predict")
    with pytest.raises(ValueError, match=re.escape(says)):
        cards.prediction(call, told)


def shape(notebook):
    """A page in short: "[" and "]" for a fold, and the first word of each cell."""
    page = folds.with_folds([(cell, [cell]) for cell in notebook.cells[1:]])
    short = {"</div>": "]"}
    return " ".join(
        short.get(
            c.source, "[" if c.source.startswith("<div") else c.source.split("(")[0].split()[-1]
        )
        for c in page
    )


def with_output(notebook, *places):
    for place in places:
        notebook.cells[place].outputs = [output("<p>seen</p>")]
    return notebook


def test_a_fold_begins_with_what_is_shown_and_ends_before_the_next_heading():
    asked = 'predict("k", "?", None)'
    made = lesson(
        asked, "code()", "shown()", "text:between", 'reveal("k", 1)', "text:after\n\n## Next\nfree"
    )
    assert shape(with_output(made, 3)) == "predict code [ shown between reveal after ] Next free"


def test_a_prediction_inside_another_has_a_fold_of_its_own():
    outer, inner = 'predict("o", "?", None)', 'predict("i", "?", None)'
    made = lesson(outer, inner, 'reveal("i", 1)', "text:## H", "more()", 'reveal("o", 1)')
    assert shape(with_output(made, 3, 5, 6)) == "predict predict [ reveal ] H [ more reveal ]"


def test_a_cell_waits_for_what_its_tag_names():
    made = with_output(
        lesson('predict("k", "?", None)', 'reveal("k", 1)', "text:## H", "again()"), 2, 4
    )
    made.cells[-1].metadata["tags"] = ["waits:k"]
    assert shape(made) == "predict [ reveal ] H [ again ]"


def test_the_map_of_lesson_00_that_comes_twice_waits_twice():
    page = lesson_page(read(LESSONS[0]), LESSONS[0].name, set())
    sources = [cell.source for cell in page.cells]
    place = next(i for i, source in enumerate(sources) if source.startswith("# E1"))
    before = [source for source in sources[:place] if source.startswith(("<div", "</div"))]
    assert before[-1] == '<div class="course-fold" data-waits="00.wan">'


@pytest.mark.parametrize("path", LESSONS + SHEETS, ids=lambda path: path.stem)
def test_a_page_shows_works_and_no_call_that_judges_what_one_types(path):
    stored, name = read(path), path.name
    if path in LESSONS:
        page = lesson_page(read(path), name, set())
    else:
        page = sheet_page(read(path), read(ROOT / "solutions" / name), name)
    judged = [cell for cell in stored.cells if answers.only_judges(cell)]
    assert judged or path.stem in ("00b_numpy_refresher", "10b_real_words", "course_test")
    left = {cell.id: cell for cell in page.cells}
    assert not [cell.source for cell in judged if cell.id in left]
    for cell in stored.cells:
        if "references(" in cell.source:
            assert left[cell.id].outputs and "remove-input" in left[cell.id].metadata.tags


def test_a_cell_that_also_computes_is_shown():
    both = new_code_cell('print(1)\ncheck("1", f)')
    assert not answers.only_judges(both) and answers.only_judges(new_code_cell('check("1", f)'))


def test_two_predictions_in_a_row_are_both_waited_for():
    made = lesson(
        'predict("a", "?", None)', 'predict("b", "?", None)', 'reveal("a", 1)', 'reveal("b", 1)'
    )
    page = folds.with_folds([(cell, [cell]) for cell in with_output(made, 3, 4).cells[1:]])
    assert [c.source for c in page if "data-waits" in c.source] == [
        '<div class="course-fold" data-waits="a b">'
    ]


def test_a_heading_in_a_block_of_code_is_none_and_a_label_stays_with_its_heading():
    text = "(cell-1)=\n## One\nwords\n```\n# no heading\n```\n(cell-2)=\nlabelled"
    assert folds.parts(text) == [
        (True, "(cell-1)=\n## One"),
        (False, "words\n```\n# no heading\n```\n(cell-2)=\nlabelled"),
    ]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_output_speaks_of_cells_that_cannot_be_run(path):
    assert DEAD.search(str(read(path).cells)) or path.stem.startswith("00b"), (
        "the test looks for what is there"
    )
    page = lesson_page(read(path), path.name, set())
    assert not DEAD.search(str([cell.get("outputs") for cell in page.cells]))


def test_the_code_of_a_question_which_has_its_answer_is_not_shown():
    cell = new_code_cell(PREDICT, metadata={"jupyter": {"source_hidden": True}})
    answers.live(cell, {})
    assert "remove-input" in cell.metadata["tags"]


@pytest.mark.parametrize("solved", [True, False])
@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_sheet_has_no_dead_output_and_its_predictions_are_live(path, solved):
    page = sheet_page(read(path), read(ROOT / "solutions" / path.name), path.name, solved)
    assert not DEAD.search(str([cell.get("outputs") for cell in page.cells]))
    asked = {ast.literal_eval(call.args[0]) for call in calls_of(read(path), "predict")}
    live = [card for card in data_of(page) if card["kind"] == "prediction"]
    assert {card["key"] for card in live} == asked
    assert all(("happened" in card) == solved for card in live), "a class has its own run"


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_sheet_has_both_hints_of_each_question_and_no_call_for_progress(path):
    solution = read(ROOT / "solutions" / path.name)
    asked = [ast.literal_eval(call.args[0]) for call in calls_of(read(path), "check")]
    text = "\n".join(cell.source for cell in sheet_page(read(path), solution, path.name).cells)
    markdown = pytest.importorskip("markdown_it").MarkdownIt()
    shown = unescape(markdown.render("\n".join(re.findall(r"</summary>\n\n.*?\n\n<", text))))
    for key in asked:
        assert all(f"<p>{hint}</p>" in shown for hint in find(key).hints), key
    assert "progress()" not in text and "then run the check" not in text


def answer_bodies():
    """{(sheet, id of a cell): what stands between BEGIN and END SOLUTION}, for all solutions."""
    found = {}
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        for cell in read(path).cells:
            for n, body in enumerate(
                re.findall(r"### BEGIN SOLUTION\n(.*?)\n *### END", cell.source, re.S)
            ):
                found[path.name, cell.id, n] = " ".join(body.split())
    return found


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_sheet_for_a_class_has_no_solution_and_no_key(path):
    bodies = [body for (name, *_), body in answer_bodies().items() if name == path.name]
    handed_out = " ".join("\n".join(cell.source for cell in read(path).cells).split())
    page = sheet_page(read(path), read(ROOT / "solutions" / path.name), path.name, solved=False)
    text = " ".join("\n".join(f"{c.source} {c.get('outputs', '')}" for c in page.cells).split())
    assert not [body for body in bodies if body in text and body not in handed_out]
    if path.stem == "course_test":
        assert (
            "What is a key for?" in text
            and "replies" not in text
            and '"right"' not in unescape(text)
        )
        assert not [
            o.reply
            for item in exercises("course").values()
            for o in item.options.values()
            if o.reply in text
        ]


def test_the_full_edition_has_every_solution_so_the_search_above_can_find_one():
    for path in SHEETS:
        page = sheet_page(read(path), read(ROOT / "solutions" / path.name), path.name)
        text = " ".join("\n".join(c.source for c in page.cells).split())
        for (name, *_), body in answer_bodies().items():
            assert name != path.name or body in text


def test_what_is_for_teachers_is_taken_out_and_its_links_are_words():
    page = (
        "a\n\n<!-- for teachers -->\n\nb\n\n<!-- end -->\n\n[c](docs/teaching/index.md) [d](e.md)\n"
    )
    assert editions.in_class(page) == "a\n\nc [d](e.md)\n"
    index = (ROOT / "docs" / "site" / "index.md").read_text(encoding="utf-8")
    assert "teach" in index.lower() and "teach" not in editions.in_class(index).lower()


def searched(path):
    """A file's text without markup and line breaks, as one looks for code in it."""
    text = path.read_text(encoding="utf-8", errors="ignore")
    if path.suffix == ".ipynb":
        text = "\n".join(f"{c.source} {c.get('outputs', '')}" for c in read(path).cells)
    elif path.suffix == ".html":
        cards = " ".join(re.findall(r'data-card="([^"]*)"', text))
        text = unescape(f"{re.sub(r'<[^>]+>', '', text)} {cards}")
    elif path.name == "search-data.js":
        text = outside_of_lessons(text)
    return " ".join(text.split())


def outside_of_lessons(text):
    """What the search knows of all pages that are no lessons."""
    pages = json.loads(text.removeprefix("const BOOK = ").rstrip(";\n"))["pages"]
    return " ".join(
        said
        for _, name, _, sections in pages
        if not name.startswith("notebooks/")
        for section in sections
        for said in section
    )


def given_away(folder):
    """What a folder says of solutions and of the course test's key: [(file, text)].

    Lessons are left out: both editions have the same, and some sheets ask for what they show.
    """
    secrets = set(answer_bodies().values())
    secrets |= {o.reply for item in exercises("course").values() for o in item.options.values()}
    handed_out = " ".join(searched(path) for path in SHEETS)
    secrets = {secret for secret in secrets if secret not in handed_out and secret}
    files = [
        p
        for p in folder.rglob("*")
        if p.suffix in {".html", ".js", ".json", ".md", ".ipynb", ".txt"}
    ]
    looked_at = (p for p in files if "notebooks" not in p.parts)
    texts = {p: searched(p) for p in looked_at if "explorers" not in p.parts}
    return [(p.name, s) for p, text in texts.items() for s in secrets if s in text]


def test_the_edition_for_a_class_gives_nothing_away(tmp_path):
    stage(tmp_path / "full")
    stage(tmp_path / "class", editions.CLASS)
    assert len(given_away(tmp_path / "full")) > 80, "the search finds what is there"
    assert given_away(tmp_path / "class") == []
    assert not (tmp_path / "class" / "docs" / "teaching").exists()
    linked = "".join(searched(path) for path in (tmp_path / "class").rglob("*.md"))
    assert not re.search(r"\]\([^)\s]*teaching/", linked)


@pytest.mark.nightly
@pytest.mark.slow
def test_the_site_for_a_class_gives_nothing_away(tmp_path):
    pytest.importorskip("sphinx")
    command = [sys.executable, "-m", "tools.book", "--edition=class", f"--folder={tmp_path}"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    assert given_away(tmp_path / "site") == []
