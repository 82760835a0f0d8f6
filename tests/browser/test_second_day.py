"""The second day: what a saved lesson shows when it is opened again, by day and by night.

Lesson 02 is run, a prediction is answered, and the notebook saved and closed with its kernel.
"""

import json

import pytest

from tests.browser.contrast import LOW_CONTRAST
from tests.browser.training_free import training_free

LESSON, SHEET = "02_score_normalise_mix", "02_score_normalise_mix"
SECONDS_TO_RUN, TO_SHOW, TO_COME_BACK = 240, 30_000, 90_000
ASLEEP = "panel => getComputedStyle(panel, '::before').content"
ICONS = """() => [...document.querySelectorAll('.course-panel .jupyter-widgets-disconnected')]
  .filter(part => getComputedStyle(part, '::before').content !== 'none').length"""
THEME = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
IS_DARK = "dark => (document.body.dataset.jpThemeLight === 'false') === dark"
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"


def run(lesson):
    sources = ["".join(cell["source"]) for cell in lesson.code_cells()]
    assert lesson.run_cells(training_free(sources), SECONDS_TO_RUN)


def shown_widgets(notebook):
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    return {
        output["data"][VIEW]["model_id"] for output in outputs if VIEW in output.get("data", ())
    }


def saved(lesson):
    """Save until the state of every widget that is shown is in the file; return the notebook.

    JupyterLab saves what has arrived: a widget's parts follow its output.
    """
    file = lesson.lab_page.lab.folder / lesson.path
    for _ in range(60):
        lesson.page.evaluate("jupyterapp.commands.execute('docmanager:save').then(() => true)")
        notebook = json.loads(file.read_text(encoding="utf-8"))
        kept = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
        if shown_widgets(notebook) <= set(kept):
            return notebook
        lesson.page.wait_for_timeout(500)
    raise AssertionError("a widget that the notebook shows is not saved with it")


def states(notebook):
    return notebook["metadata"]["widgets"][STATE]["state"]


def all_panels(lesson, count):
    """Wait until all panels are there again."""
    panels = lesson.page.locator(".course-panel")
    lesson.page.wait_for_function(
        "count => document.querySelectorAll('.course-panel').length === count",
        arg=count,
        timeout=TO_COME_BACK,
    )
    return panels


@pytest.fixture(scope="module")
def first_day(lab_page):
    """Run the lesson, save a prediction as certain, save the notebook, close it with its kernel."""
    with lab_page.opened(LESSON) as lesson:
        run(lesson)
        asked = lesson.page.locator(".course-panel", has_text="Predict first").first
        asked.locator("input[type=radio]").first.check()
        asked.get_by_role("button", name="certain").click()
        asked.get_by_text("Saved:").wait_for(timeout=TO_SHOW)
        return saved(lesson)


def test_opened_again_it_shows_the_answers_and_says_what_to_do(lab_page, first_day):
    count = len(shown_widgets(first_day))
    with lab_page.opened(LESSON) as lesson:
        panels = all_panels(lesson, count)
        assert lesson.problems() == []
        assert panels.filter(has_text="Saved:").filter(has_text="(certain)").count() == 1
        assert "Run All Above" in panels.first.evaluate(ASLEEP)
        assert lesson.page.evaluate(ICONS) == 0, "one sentence, not an icon at every part"


def test_days_and_runs_do_not_make_the_file_grow(lab_page, first_day):
    with lab_page.opened(LESSON) as lesson:
        for _ in range(2):
            run(lesson)
        assert len(states(saved(lesson))) <= len(states(first_day)) + 5, "parts of one answer"


THEMES = {"light": False, "dark": True}


def wear(page, dark):
    page.evaluate(THEME, "JupyterLab Dark" if dark else "JupyterLab Light")
    page.wait_for_function(IS_DARK, arg=dark, timeout=TO_SHOW)


def low_contrast(page):
    """Return {theme: texts that can hardly be read} of what the page shows, in each theme."""
    found = {}
    try:
        for name, dark in THEMES.items():
            wear(page, dark)
            found[name] = page.evaluate(LOW_CONTRAST)
    finally:
        wear(page, dark=False)
    return found


@pytest.fixture(scope="module")
def running(lab_page, first_day):
    """The lesson, opened and run once for the tests below; no other one is opened between them."""
    with lab_page.opened(LESSON) as lesson:
        run(lesson)
        all_panels(lesson, len(shown_widgets(first_day)))
        yield lesson


def test_every_text_of_a_lesson_can_be_read(running):
    running.page.locator(".alert").first.wait_for(state="attached", timeout=TO_SHOW)
    assert low_contrast(running.page) == {"light": {}, "dark": {}}


def test_a_restarted_kernel_is_told_too(running):
    panel = running.page.locator(".course-panel").first
    assert panel.evaluate(ASLEEP) == "none"
    running.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    running.page.wait_for_function(
        "() => document.querySelector('.course-panel.jupyter-widgets-disconnected')",
        timeout=TO_COME_BACK,
    )
    assert "Run All Above" in panel.evaluate(ASLEEP)
    assert running.page.evaluate(ICONS) == 0


def test_every_verdict_of_a_sheet_can_be_read(lab_page):
    with lab_page.opened(SHEET, "exercises") as sheet:
        sheet.write("weights_of_q3 = ", "weights_of_q3 = [0.245, 0.090, 0.665]")
        sheet.write("order = ", "order = [1, 2, 3]")
        sheet.run_through(SECONDS_TO_RUN)
        sheet.page.locator("div[role=status]").nth(1).wait_for(timeout=TO_SHOW)
        assert low_contrast(sheet.page) == {"light": {}, "dark": {}}
