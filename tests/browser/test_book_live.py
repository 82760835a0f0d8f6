"""Every explorer of the web book, from a folder and without a server, moved by keyboard alone."""

import functools
import itertools
import math
import random
import shutil
import xml.etree.ElementTree as ET

import pytest

from course_utils.checks import progress_store
from tests.by_day import one_in
from tools.book import live
from tools.book.offered import STEP, offered, values_of
from tools.book.panel import panel

STATIC = live.ROOT / "docs/site/static"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"/><title>{name}</title>
<link rel="stylesheet" href="explorers.css"/><script defer src="explorers.js"></script>
<main><h1>{name}</h1>{panel}<p id="below">What stands below.</p></main></html>"""
STATES = 8  # of each explorer, drawn at random
# Moves the controls to these places, one after the other; what is seen then.
MOVED = """places => {
  for (const [name, place] of Object.entries(places)) {
    const control = document.querySelector(`[data-control="${name}"]`);
    if (control.disabled) continue;
    if (control.matches('select')) control.selectedIndex = place;
    else control.value = place;
    control.dispatchEvent(new Event('input', {bubbles: true}));
  }
  return {
    picture: new XMLSerializer().serializeToString(document.querySelector('.explorer-picture svg')),
    reading: document.querySelector('.explorer-reading').textContent,
    reached: [...document.querySelectorAll('.explorer-mark')].map(m => m.textContent),
    below: document.querySelector('#below').getBoundingClientRect().top,
    cut: cutTexts(document.querySelector('.explorer-picture svg')),
  };
  // Texts that stand whole in no part of the picture that a narrow window shows.
  function cutTexts(svg) {
    const whole = svg.getBoundingClientRect(), unit = svg.viewBox.baseVal.width / whole.width;
    const parts = (document.querySelector('.explorer').dataset.narrow ?? '').split(';')
      .filter(Boolean).map(part => part.split(' ').map(Number));
    const room = 3; // a font's own, around its letters
    const isIn = (box, [left, top, right, bottom]) =>
      (box.left - whole.left) * unit > left - 1 && (box.right - whole.left) * unit < right + 1 &&
      (box.top - whole.top) * unit > top - room && (box.bottom - whole.top) * unit < bottom + room;
    const texts = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim());
    return texts.filter(text => parts.length &&
      !parts.some(part => isIn(text.getBoundingClientRect(), part))).map(text => text.textContent);
  }
}"""
PLACES = """Object.fromEntries([...document.querySelectorAll('[data-control]')].map(control =>
  [control.dataset.control,
   control.matches('select') ? control.selectedIndex : Number(control.value)]))"""
FOCUSED = "document.activeElement.dataset.control ?? document.activeElement.textContent"
each_explorer = pytest.mark.parametrize("name", live.names())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a page for every explorer, as the book has them."""
    here = tmp_path_factory.mktemp("live")
    live.write(here / "explorers")
    for file in ("explorers.js", "explorers.css"):
        shutil.copy(STATIC / file, here)
    for name in live.names():
        explorer = live.explorer_of(name)
        html = panel(name, explorer, explorer.picture.value, "<p>A table</p>")
        (here / f"{name}.html").write_text(PAGE.format(name=name, panel=html), encoding="utf-8")
    return here


@pytest.fixture(scope="module")
def tab(browser):
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    page.close()
    assert page.complaints == []


@pytest.fixture(autouse=True)
def nothing_reached_yet():
    progress_store.store().reset()


def awake(page, folder, name):
    page.goto(f"file://{folder}/{name}.html")
    page.locator(".explorer.awake").wait_for()
    return page


def normal(picture):
    """The picture in one form, without what only a still says."""
    return ET.canonicalize(live.without_note(picture))


@each_explorer
def test_what_the_page_shows_is_what_python_draws(tab, folder, name):
    awake(tab, folder, name)
    explorer, rng = live.explorer_of.__wrapped__(name), random.Random(name)
    spaces = {key: values_of(pairs) for key, pairs in offered(explorer).items()}
    below = set()
    for _ in range(STATES):
        places = {key: rng.randrange(len(space)) for key, space in spaces.items()}
        seen = tab.evaluate(MOVED, places)
        for key, place in places.items():
            if not explorer.controls[key].disabled:
                explorer.controls[key].value = spaces[key][place]
        assert normal(seen["picture"]) == normal(explorer.picture.value), places
        assert seen["reading"] == explorer.view.reading, places
        assert [mark == "✓ reached!" for mark in seen["reached"]] == explorer.reached, places
        below.add(seen["below"])
        assert seen["cut"] == [], f"a narrow window cuts these: move {name}'s boxes"
    assert len(below) == 1, "what stands below moves"


@pytest.mark.parametrize("name", one_in(3, live.names()))
def test_every_mission_is_reached_by_keyboard_and_stays_reached(tab, folder, name):
    awake(tab, folder, name)
    marks = tab.locator(".explorer-mark")
    assert marks.all_inner_texts() == ["○ not yet"] * 3
    for number in range(3):
        go_to(tab, nearest(name, number, tab.evaluate(PLACES)))
        done = [text == "✓ reached!" for text in marks.all_inner_texts()]
        assert all(done[: number + 1]), f"{number} of {name}: {done}"


def nearest(name, mission, places):
    """The places of the controls, fewest keys away, that reach a mission."""
    found = [at for at, truths in states_of(name) if truths >> mission & 1]
    now = places.values()
    near = min(found, key=lambda at: sum(abs(a - b) for a, b in zip(at, now, strict=True)))
    return dict(zip(places, near, strict=True))


@functools.cache
def states_of(name):
    """[(places of the controls, bits of the missions), …] for all states that can be reached."""
    controls = offered(live.explorer_of(name))
    _, columns = live.unpacked(live.KEPT / live.edition() / f"{name}.js")
    missions, _, last = columns[-3:]
    counts = [len(pairs) for key, pairs in controls.items() if key != STEP]
    steps = len(missions) // math.prod(counts)
    places = itertools.product(*map(range, [*counts, steps] if STEP in controls else counts))
    rows = zip(places, missions, last, strict=True)
    return [(at, int(bits)) for at, bits, end in rows if STEP not in controls or at[-1] <= end]


def go_to(page, wanted):
    """Bring every control to its place by Tab and arrows; steps by the buttons."""
    page.locator("h1").click()  # begin above the explorer
    for key, place in wanted.items():
        by = place - page.evaluate(PLACES)[key]
        if by and key == STEP:
            press(page, "Next ▶" if by > 0 else "◀ Back", "Enter", abs(by))
        elif by:
            menu = page.locator(f"select[data-control={key}]").count()
            keys = ("ArrowUp", "ArrowDown") if menu else ("ArrowLeft", "ArrowRight")
            press(page, key, keys[by > 0], abs(by))


def press(page, name, key, times):
    for _ in range(30):
        if page.evaluate(FOCUSED) == name:
            break
        page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == name, f"Tab does not reach {name}"
    for _ in range(times):
        page.keyboard.press(key)


NARROW = """() => {
  const at = what => document.querySelector(what).getBoundingClientRect();
  const box = document.querySelector('.explorer-picture');
  const letters = [...document.querySelectorAll('.explorer-part')].flatMap(svg =>
    [...svg.querySelectorAll('text')].map(text => parseFloat(getComputedStyle(text).fontSize)
      * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width));
  document.querySelector('.explorer-control:last-of-type').scrollIntoView({block: 'nearest'});
  return {order: ['ol', '.explorer-picture', 'fieldset', '.explorer-reading'].map(w => at(w).top),
    sideways: [document.documentElement, box].map(one => one.scrollWidth - one.clientWidth),
    letters: Math.min(...letters), seen: at('.explorer-picture').bottom};
}"""


@each_explorer
def test_a_telephone_shows_missions_picture_and_controls_and_scrolls_nothing(tab, folder, name):
    tab.set_viewport_size({"width": 390, "height": 844})
    seen = awake(tab, folder, name).evaluate(NARROW)
    tab.set_viewport_size({"width": 1000, "height": 900})
    assert seen["order"] == sorted(seen["order"]) and seen["seen"] > 0
    assert seen["sideways"] == [0, 0] and seen["letters"] > 6, seen
    tab.locator("svg.explorer-part").first.wait_for(state="detached")


def test_a_step_ends_where_the_other_controls_say(tab, folder):
    awake(tab, folder, "stage_explorer")
    step = tab.locator("[data-control=step]")
    for axis, last in ((1, 11), (0, 10)):
        tab.evaluate(MOVED, {"axis": axis})
        step.press("End")
        assert step.get_attribute("aria-valuetext") == str(last)
        assert f"Step {last} of {last}." in tab.locator(".explorer-reading").inner_text()


def test_a_control_without_effect_cannot_be_moved(tab, folder):
    awake(tab, folder, "stage_explorer")
    number = tab.locator("[data-control=number]")
    assert number.is_disabled()
    tab.locator("[data-control=change]").press("ArrowDown")
    assert number.is_enabled()


def test_another_task_is_not_sorted_yet(tab, folder):
    awake(tab, folder, "case_explorer")
    answer = tab.locator("[data-control=answer]")
    answer.press("ArrowDown")
    assert answer.input_value() == "attention enough"
    tab.locator("[data-control=case]").press("ArrowRight")
    assert answer.input_value() == "not sorted yet"


def test_a_button_shuffles_round_and_round(tab, folder):
    awake(tab, folder, "projection_explorer")
    order, shuffle = tab.locator("[data-control=order]"), tab.get_by_role("button", name="Shuffle")
    seen = []
    for _ in range(5):
        seen.append(order.input_value())
        shuffle.press("Enter")
    assert len(set(seen)) == 5 and order.input_value() == seen[0]


def test_without_a_script_there_is_a_still_and_nothing_to_move(browser, folder):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"file://{folder}/shelf_explorer.html")
    assert page.locator(".explorer-picture svg").is_visible()
    assert page.get_by_text("A table").is_visible()
    assert not page.locator("fieldset").is_visible()
    page.close()


def test_without_its_data_the_still_stays(tab, folder):
    text = (folder / "shelf_explorer.html").read_text(encoding="utf-8")
    lost = folder / "lost.html"
    lost.write_text(text.replace('explorer="shelf_explorer"', 'explorer="no"'), encoding="utf-8")
    tab.goto(f"file://{lost}")
    tab.locator("fieldset").wait_for(state="hidden")
    assert tab.locator(".explorer-picture svg").is_visible()


def test_on_paper_there_is_the_still(tab, folder):
    awake(tab, folder, "stage_explorer")
    still = live.explorer_of("stage_explorer").picture.value
    tab.get_by_role("button", name="Next").press("Enter")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    tab.emulate_media(media="print")
    shown = tab.locator(".explorer-picture").inner_html()
    assert ET.canonicalize(shown) == ET.canonicalize(still)
    assert tab.get_by_text("A table").is_visible() and not tab.locator("fieldset").is_visible()
    tab.emulate_media(media="screen")
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert "Step 1 of 10" in tab.locator(".explorer-picture").inner_html()
