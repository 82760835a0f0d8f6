"""Grading's pages in a browser: marking by keyboard, the file that comes out, nothing of a student
run; and every page without a side-scroll, without a broken word, readable by all."""

import csv

import pytest
from axe_playwright_python.sync_playwright import Axe

from course_utils.grading.html import feedback_page
from course_utils.grading.marking_page import marking_page
from course_utils.grading.people import Person
from course_utils.grading.run import Report
from course_utils.grading.tables import OUT_OF, read_marks
from course_utils.grading.worth import with_worth
from tests.browser.lesson_page import SIZE
from tests.grading.marked_by_hand import HOSTILE, NAMES, master_in, rows

# Words of tables that stand on two lines; code may break, and what is longer than a phone is wide.
BROKEN_WORDS = """() => [...document.querySelectorAll("th, td")].flatMap((cell) => {
  const broken = [];
  const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.parentElement.closest("code")) continue;
    for (const word of node.data.matchAll(/[\\w,.:]+/g)) {
      if (word[0].length > 30) continue;
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (range.getClientRects().length > 1) broken.push(word[0]);
    }
  }
  return broken;
})"""
PHONE = {"width": 390, "height": 800}


@pytest.fixture
def school(tmp_path):
    return (tmp_path, *master_in(tmp_path)[:2])


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport=SIZE, accept_downloads=True)
    made = context.new_page()
    made.errors, made.asked = [], []
    made.on("pageerror", lambda error: made.errors.append(str(error)))
    made.on("console", lambda said: made.errors.append(said.text) if said.type == "error" else None)
    made.on("request", lambda request: made.asked.append(request.url))
    yield made
    context.close()


def opened(page, folder, text):
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    page.goto(path.as_uri())
    return page


def answers(page):
    return page.locator("article")


def student_of(page, place):
    return answers(page).nth(place).locator(".name").inner_text()


def test_marks_by_keyboard_come_out_as_the_command_reads_them(page, school):
    folder, master, rubrics = school
    opened(page, folder, marking_page(rows(), master, rubrics, "key"))
    assert answers(page).count() == len(NAMES) and not page.locator(".name").first.is_visible()
    page.click("#names")
    order = [student_of(page, place) for place in range(len(NAMES))]
    answers(page).first.click()
    for keys in (["2", "Enter"], ["1", ".", "Enter"], ["0", "j"], ["9", "1", "k", "j", "j"], ["."]):
        for key in keys:
            page.keyboard.press(key)
    page.get_by_role("button", name="0 points for the 1 who wrote nothing").click()
    page.keyboard.press("n")
    answers(page).first.click()
    page.keyboard.press("3")
    first_of_next = page.evaluate("data.questions[1].answers[0].student")
    assert page.locator("#progress").inner_text() == "1 of 6 here, 7 of 18 in all"
    page.reload()
    assert page.locator("#progress").inner_text() == "6 of 6 here, 7 of 18 in all", "kept here"
    with page.expect_download() as download:
        page.click("#save")
    path = folder / "marks.csv"
    download.value.save_as(path)
    assert download.value.suggested_filename == "marks.csv"
    master = with_worth(master, path)
    assert master.max_score == 8
    marks = read_marks(path, master, [Person(name) for name in NAMES])
    assert "\n'=1+1," in path.read_text("utf-8-sig"), "no formula in a spreadsheet"
    points = [2.0, 1.5, 0.0, 1.0, 0.5, 0.0]
    wanted = {name: {"why": given} for name, given in zip(order, points, strict=True)}
    wanted[first_of_next]["jacobian"] = 3.0
    assert marks == wanted
    assert page.errors == [] and all(url.startswith(("file:", "blob:")) for url in page.asked)


def test_a_file_of_marks_is_read_back(page, school):
    folder, master, rubrics = school
    opened(page, folder, marking_page(rows(), master, rubrics, "other"))
    lines = [
        ["student", "why", "plot"],
        [OUT_OF, "3", ""],
        [NAMES[0], "2,5", "1"],
        [NAMES[4], "", "2"],
    ]
    lines += [["nobody", "1", ""], [NAMES[1], "7", ""]]
    with (folder / "old.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=";").writerows(lines)
    page.set_input_files("#file", folder / "old.csv")
    page.wait_for_function("document.getElementById('said').textContent.startsWith('3 marks read')")
    said = page.locator("#said").inner_text()
    assert "nobody" in said and NAMES[1] in said
    assert page.locator("#most").input_value() == "3"
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#forget")
    assert page.locator("#progress").inner_text() == "0 of 6 here, 0 of 18 in all"


def test_what_students_write_is_text(page, school):
    folder, master, rubrics = school
    opened(page, folder, marking_page(rows(), master, rubrics, "key"))
    for key in ("n", "n", "n"):
        texts = answers(page).locator("pre").all_inner_texts()
        assert any("TAKEN" in text and "<img" in text for text in texts)
        page.keyboard.press(key)
    assert page.title() == "Mark by hand · sheet" and page.locator("img").count() == 0
    assert page.errors == []
    report = opened(page, folder, feedback_page(rows()[0], master))
    assert (
        report.title() == f"{NAMES[0]} · sheet"
        and HOSTILE[:9] in report.locator("pre").first.inner_text()
    )


@pytest.mark.parametrize("width", [PHONE, SIZE], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_by_all(browser, tmp_path, width, scheme):
    master, rubrics, _ = master_in(tmp_path)
    Report(tmp_path / "out", master, {}, rubrics=rubrics).write(rows())
    context = browser.new_context(viewport=width, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    for path in sorted((tmp_path / "out").rglob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path.name
        assert page.evaluate(BROKEN_WORDS) == [], path.name
        found = Axe().run(page).response["violations"]
        assert not found, (path.name, [(one["id"], one["nodes"][0]["target"]) for one in found])
    context.close()
