"""Predictions, quizzes and the course test in the book's pages, in a browser, by keyboard alone."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_utils.checks.progress_store import ProgressStore
from course_utils.learning import course_test, review
from course_utils.learning.calibration import judged
from tests.browser.book_page import listen

pytest.importorskip("sphinx", reason="the web book needs Sphinx: make setup installs it")

from tools.book.lessons import lesson_page
from tools.book.sheets import sheet_page

ROOT = Path(__file__).resolve().parents[2]
LESSON, TEST = "notebooks/01_a_soft_library", "exercises/course_test"
INDEX = f"# Book\n\n```{{toctree}}\n{LESSON}\n{TEST}\n```\n"
BROKEN_STORAGE = (
    "Object.defineProperty(window, 'localStorage', {get() { throw new Error('private'); }});"
)
FOLDED = "id => document.getElementById(id).closest('.course-fold').hidden"
SEEN = """id => { const fold = document.getElementById(id).closest('.course-fold');
  return getComputedStyle(fold).contentVisibility === 'visible' && fold.offsetHeight > 100; }"""


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of one lesson and the course test, with the book's own settings: its address."""
    folder = tmp_path_factory.mktemp("cards")
    source, name = folder / "source", f"{Path(LESSON).name}.ipynb"
    for part in ("notebooks", "exercises"):
        (source / part).mkdir(parents=True)
    (source / "index.md").write_text(INDEX, encoding="utf-8")
    lesson = lesson_page(read(ROOT / f"{LESSON}.ipynb"), name, set())
    nbformat.write(lesson, source / f"{LESSON}.ipynb")
    solution = read(ROOT / "solutions" / "course_test.ipynb")
    sheet = sheet_page(read(ROOT / f"{TEST}.ipynb"), solution, "course_test.ipynb")
    nbformat.write(sheet, source / f"{TEST}.ipynb")
    command = [sys.executable, "-m", "sphinx", "-q", "-c", ROOT / "docs" / "site"]
    made = subprocess.run(
        [*command, source, folder / "site"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    data = folder / "site" / "_static" / "explorers"  # which no card asks for
    data.mkdir(exist_ok=True)
    for explorer in set(re.findall(r'data-explorer="([^"]*)"', str(lesson.cells))):
        (data / f"{explorer}.js").write_text("")
    return (folder / "site").as_uri()  # as one opens it from a folder


@pytest.fixture
def context(browser):
    made = browser.new_context(viewport={"width": 1366, "height": 900})
    yield made
    made.close()


def opened(context, address):
    """A page whose complaints and requests to strangers are kept: (page, both lists)."""
    page = context.new_page()
    strangers, complaints = listen(page, "file://")
    page.goto(address)
    return page, (strangers, complaints)


def tab_to(page, what):
    """Press Tab until the element that a selector names has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
    raise AssertionError(f"Tab never comes to {what}")


def said(page, key, number=0):
    return page.locator(f'[id="card-{key}"] .course-said').nth(number)


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def in_card(key, rest):
    return f'[id="card-{key}"] {rest}'


def test_a_lesson_is_answered_by_keyboard_kept_exported_and_erased(context, site, tmp_path):
    page, faults = opened(context, f"{site}/{LESSON}.html")
    assert page.locator(".course-fold[hidden]").count() == 5
    # a quiz: nothing chosen, wrong, tried again
    tab_to(page, in_card("01.opening.1", "button"))
    press(page, "Enter")
    assert "Choose one" in said(page, "01.opening.1").inner_text()
    press(page, "Shift+Tab", "Space", "Tab", "Enter")
    first = said(page, "01.opening.1").inner_text()
    press(page, "Shift+Tab", "ArrowDown")
    assert said(page, "01.opening.1").inner_text() == "", "the verdict was about another answer"
    press(page, "Tab", "Enter")
    texts = first, said(page, "01.opening.1").inner_text()
    assert [text.split()[1] for text in texts] == ["Not", "Yes."] and "Try again" in texts[0]
    # a number: no number first, then one; the result is one key away
    tab_to(page, in_card("01.code_pages", "input"))
    press(page, "Enter")
    assert "Type a number" in said(page, "01.code_pages").inner_text()
    page.keyboard.type("90")
    press(page, "Tab", "Tab", "Enter")
    happened = page.locator('[id="happened-01.code_pages"]').inner_text()
    assert happened.startswith("✓ You predicted 90 (fairly sure). What happened: ≈ 89.8. You were")
    press(page, "Enter")
    assert page.url.endswith("#happened-01.code_pages")
    # an option, certain and wrong; then a skip
    tab_to(page, in_card("01.equal", "input"))
    press(page, "Space", "Tab", "Tab", "Tab", "Enter")
    told = page.locator('[id="happened-01.equal"]').inner_text()
    assert told.startswith(
        "≠ You predicted a long arrow between two books (certain). What happened"
    )
    assert "It came out otherwise. All its scores are 0." in told
    tab_to(page, in_card("01.swapped", "button:last-of-type"))
    press(page, "Enter")
    assert not page.evaluate(FOLDED, "happened-01.swapped")
    assert page.evaluate(FOLDED, "happened-01.nudge") and page.evaluate(
        FOLDED, "happened-01.fourth"
    )
    # kept: the first answer counts, and nothing can be changed
    page.reload()
    assert page.locator('[id="happened-01.code_pages"]').inner_text() == happened
    assert page.locator(in_card("01.code_pages", "input")).is_disabled()
    assert page.locator(".course-fold[hidden]").count() == 2
    exported_and_erased(page, tmp_path / "progress.json")
    assert faults == ([], [])


def exported_and_erased(page, file):
    tab_to(page, ".course-foot summary")
    press(page, "Enter")
    panel = page.locator(".course-foot").inner_text()
    assert "2 predictions, 1 quiz questions" in panel and "certain: 0 of 1 (0 %)" in panel
    tab_to(page, ".course-foot button")
    with page.expect_download() as download:
        press(page, "Enter")
    download.value.save_as(file)
    entries = ProgressStore(file).entries()  # as the course's own store reads it
    assert judged(entries.values()) == {"a guess": (0, 0), "fairly sure": (1, 1), "certain": (0, 1)}
    assert entries["01.swapped"]["skipped"] and entries["01.opening.1"]["tries"] == 2
    press(page, "Tab", "Enter")
    assert "cannot be undone" in page.locator(".course-foot").inner_text()
    with page.expect_navigation():
        press(page, "Enter")
    assert page.locator(".course-fold[hidden]").count() == 4, "the address leads into one"


def test_what_is_exported_comes_back_for_review_in_the_course(context, site, tmp_path, monkeypatch):
    page, _ = opened(context, f"{site}/{LESSON}.html")
    page.locator(in_card("01.equal", "input")).first.check()
    page.locator(in_card("01.equal", "button")).first.click()
    kept = page.evaluate("localStorage.getItem('attention-course/01.equal')")
    file = tmp_path / "progress.json"
    file.write_text(json.dumps({"schema": 1, "entries": {"01.equal": json.loads(kept)}}), "utf-8")
    monkeypatch.setattr(review, "store", lambda: ProgressStore(file))
    (card,) = review.cards()
    assert card.judge("the arrow of length 0")[0] and not card.judge(card.options[0])[0]


def test_all_results_are_shown_at_once_and_a_link_opens_what_it_leads_to(context, site):
    page, _ = opened(context, f"{site}/{LESSON}.html#happened-01.nudge")
    assert not page.evaluate(FOLDED, "happened-01.nudge")
    assert page.locator(".course-fold[hidden]").count() == 4
    # who has seen the result predicts no more: kept, but judged for no calibration
    page.locator(in_card("01.nudge", "input")).nth(1).check()
    page.locator(in_card("01.nudge", "button")).first.click()
    kept = json.loads(page.evaluate("localStorage.getItem('attention-course/01.nudge')"))
    assert kept["seen"] and "right" not in kept
    tab_to(page, ".course-top button")
    press(page, "Enter")
    assert page.locator(".course-fold[hidden]").count() == 0
    page.reload()
    assert page.locator(".course-fold[hidden]").count() == 0, "also on the next page"


def test_in_print_and_without_a_script_everything_is_open(browser, context, site):
    page, _ = opened(context, f"{site}/{LESSON}.html")
    assert not page.evaluate(SEEN, "happened-01.nudge")
    page.emulate_media(media="print")
    assert page.evaluate(SEEN, "happened-01.nudge")
    bare = browser.new_context(java_script_enabled=False)
    page = bare.new_page()
    page.goto(f"{site}/{LESSON}.html")
    assert page.locator('[id="happened-01.nudge"]').is_visible()
    card = page.locator('[id="card-01.nudge"]')
    assert card.locator("li").count() == 3 and card.locator("input").count() == 0
    bare.close()


def test_where_nothing_may_be_stored_the_page_still_answers(context, site):
    context.add_init_script(BROKEN_STORAGE)
    page, _ = opened(context, f"{site}/{LESSON}.html")  # whose theme complains by itself
    page.locator(in_card("01.fourth", "input")).last.check()
    page.locator(in_card("01.fourth", "button")).first.click()
    assert "You were right." in page.locator('[id="happened-01.fourth"]').inner_text()
    assert "until this page closes" in page.locator(".course-foot p").first.text_content()


def test_the_course_test_is_taken_before_and_after(context, site, tmp_path, monkeypatch):
    page, faults = opened(context, f"{site}/{TEST}.html")
    cards = page.locator(".course-card fieldset")
    assert cards.count() == 1 + 12
    tab_to(page, ".course-row button")
    press(page, "Enter")
    assert "12 of 12 have no answer" in said(page, "course").inner_text()
    for attempt, place in (("before", 0), ("after", 2)):
        cards.first.locator("input").nth(("before", "after").index(attempt)).check()
        for number in range(1, 13):
            cards.nth(number).locator("input").nth(place).check()
        page.get_by_role("button", name="Hand in").press("Enter")
        if attempt == "before":
            assert "told after it" in said(page, "course").inner_text()
    told = said(page, "course").inner_text()
    file = tmp_path / "progress.json"
    kept = page.evaluate("Object.entries({...localStorage})")
    entries = {key.partition("/")[2]: json.loads(v) for key, v in kept if "/" in key}
    file.write_text(json.dumps({"schema": 1, "entries": entries}), "utf-8")
    monkeypatch.setattr(course_test, "store", lambda: ProgressStore(file))
    (before, of), (after, _) = course_test.score("before"), course_test.score("after")
    assert f"Right: {before} of {of} before, {after} of {of} after." in told
    assert page.locator(".course-said tbody tr").count() == 12 and "✓ right: c" in told
    assert faults == ([], [])
