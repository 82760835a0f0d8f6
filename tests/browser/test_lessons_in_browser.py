"""Every lesson as a newcomer meets it: opened in JupyterLab, run, its explorer used by keyboard.

nbval has run every cell; here those run that need no training, of one lesson in three. `make
test-all` opens every lesson, and runs it whole, as Run All does. A lesson is opened once, for all
of its tests, and closed.
"""

import json
import statistics
from pathlib import Path

import pytest

from tests.browser.training_free import training_free
from tests.by_day import one_in

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
SECONDS_TO_RUN = 240  # lesson 00 trains a model, and the machine may be busy
# On a quiet machine 60 ms; a busy one gets room, but what is felt as lag still fails.
MOST_MILLISECONDS = 300
MOVED_BY_ARROWS = ".noUi-target:not([disabled]) .noUi-handle, input[type=number]:visible"

# What has a scrollbar; pixels from the panel's top to the end of its picture, and of the notebook.
FITS = """panel => {
  const scrolls = part => part.scrollWidth > part.clientWidth &&
    ['auto', 'scroll'].includes(getComputedStyle(part).overflowX);
  const notebook = panel.closest('.jp-WindowedPanel-outer, .jp-Notebook');
  const bottom = panel.querySelector('.course-picture').getBoundingClientRect().bottom;
  return [[panel, ...panel.querySelectorAll('*')].filter(scrolls).map(part => part.className),
    bottom - panel.getBoundingClientRect().top, notebook.clientHeight];
}"""


def sources(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def is_explorer(source):
    return "_explorer(" in source


CODE = {path.stem: sources(path) for path in NOTEBOOKS}
WITH_EXPLORER = [name for name, code in CODE.items() if any(map(is_explorer, code))]
# pytest knows a lesson by its place in a list, so all lists begin alike, and by day have the same.
WITH_NUMBER_BOX = ["01_a_soft_library"]
WITH_EXPLORER.sort(key=lambda name: name not in WITH_NUMBER_BOX)
LESSONS = WITH_EXPLORER + [name for name in CODE if name not in WITH_EXPLORER]


def each(names):
    """All tests of one lesson, then all of the next: it is opened once. By day one in three."""
    return pytest.mark.parametrize("lesson", one_in(3, names), indirect=True, scope="module")


every_lesson, every_explorer = each(LESSONS), each(WITH_EXPLORER)


@pytest.fixture(scope="module")
def lesson(lab_page, request):
    """A lesson that was opened and run, but for its trainings; closed when its tests are over."""
    with lab_page.opened(request.param) as lesson:
        run_without_training(lesson)
        yield lesson


def run_without_training(lesson):
    """Run what needs no training. Where the explorer shows a trained model, everything runs."""
    code = CODE[lesson.name]
    lesson.problems_when_opened = lesson.problems()
    lesson.ran = training_free(code)
    if all(number in lesson.ran for number, text in enumerate(code) if is_explorer(text)):
        lesson.all_went_well = lesson.run_cells(lesson.ran, SECONDS_TO_RUN)
    else:
        lesson.ran = list(range(len(code)))
        lesson.all_went_well = lesson.run_all(SECONDS_TO_RUN)


def press(lesson, control, key):
    """Press a key on a control; return whether the value there changed and the page stood still."""
    control.focus()
    value, place = lesson.focused_value(), lesson.place()
    lesson.page.keyboard.press(key)
    return lesson.focused_value() != value, lesson.place() == place


def test_the_first_lessons_have_explorers():
    assert {"00_start_here", "01_a_soft_library", "02_score_normalise_mix"} <= set(WITH_EXPLORER)


@every_lesson
def test_opens_without_pop_up_or_broken_widget(lesson):
    assert lesson.problems_when_opened == [], "make lab, and open the lesson: this is seen at once"


def assert_ran(lesson):
    """The cells that were run counted up from 1, none failed, and no widget is missing."""
    cells = lesson.code_cells()
    errors = [out for cell in cells for out in cell["outputs"] if out["output_type"] == "error"]
    assert lesson.all_went_well and errors == [] and lesson.problems() == []
    counts = [cells[number]["execution_count"] for number in lesson.ran]
    assert counts == list(range(1, len(counts) + 1))


@every_lesson
def test_what_needs_no_training_runs_without_error(lesson):
    assert_ran(lesson)
    assert len(lesson.ran) >= len(CODE[lesson.name]) / 3, "too little is left to be seen"


@every_lesson
def test_the_browser_complains_of_nothing_and_asks_nobody_else(lesson):
    assert lesson.complaints == [] and lesson.strangers == []


@every_explorer
def test_a_slider_reached_and_moved_by_keys_changes_the_picture(lesson):
    lesson.tab_to_slider()
    before, place = lesson.picture.inner_html(), lesson.place()
    lesson.page.keyboard.press("ArrowRight")
    changed = "([picture, before]) => picture.innerHTML !== before"
    picture = lesson.picture.element_handle()
    lesson.page.wait_for_function(changed, arg=[picture, before], timeout=30_000)
    assert lesson.place() == place


@every_explorer
def test_arrow_keys_move_sliders_and_numbers_and_nothing_else(lesson):
    controls = lesson.explorer.locator(MOVED_BY_ARROWS).all()
    assert controls
    for control in controls:
        assert press(lesson, control, "ArrowUp") == (True, True)


@every_explorer
def test_missions_controls_and_picture_fit_on_one_screen_without_scrollbars(lesson):
    for explorer in lesson.explorer.all():
        scrolled, height, room = explorer.evaluate(FITS)
        assert scrolled == [] and height <= room


@every_explorer
@pytest.mark.parametrize("kind", ["select", "input[type=radio]"])
def test_arrow_keys_choose_from_menus_and_answers(lesson, kind):
    found = lesson.page.locator(f".course-panel {kind}")
    if kind == "select" and not found.count():
        pytest.skip("this explorer has sliders, and no menu")
    first = found.first
    assert press(lesson, first, "ArrowDown") == (True, True)
    if kind == "select":  # and back: it may choose a case in which the slider is of no use
        assert press(lesson, first, "ArrowUp") == (True, True)


@each(WITH_NUMBER_BOX)
def test_enter_in_a_number_box_leads_to_how_sure_one_is(lesson):
    page = lesson.page
    asked = page.locator(".course-panel", has=page.locator("input[type=text]:visible")).first
    asked.locator("input[type=text]").press_sequentially("89.8")
    page.keyboard.press("Enter")
    assert asked.get_by_text("a guess").evaluate("button => button === document.activeElement")
    page.keyboard.press("Enter")
    asked.get_by_text("Saved: 89.8 (a guess)").wait_for(timeout=30_000)


@every_explorer
def test_the_picture_follows_a_key_without_lag(lesson):
    times = lesson.redraw_times()
    median = statistics.median(times)
    print(f"{lesson.name}: {median:.0f} ms from key to picture (median of {len(times)})")
    assert median < MOST_MILLISECONDS


@pytest.mark.nightly
@pytest.mark.parametrize("name", CODE)
def test_all_of_it_runs_as_run_all_does(lab_page, shots, name):
    with lab_page.opened(name) as lesson:
        lesson.ran = list(range(len(CODE[name])))
        lesson.all_went_well = lesson.run_all(SECONDS_TO_RUN)
        assert_ran(lesson)
        assert lesson.complaints == [] and lesson.strangers == []
        if shots:
            lesson.take_pictures(shots)
