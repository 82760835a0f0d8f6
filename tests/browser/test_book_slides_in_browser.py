"""The slides in a real browser: every slide of every deck fits, and is read from the last row."""

import pytest

from tests.browser.book_page import listen, served

pytest.importorskip("sphinx", reason="the slides' formulas need Sphinx: make setup installs it")

from tools.book import slides

SMALLEST_LETTER, LOWEST_PICTURE = 18, 280  # pixels of 720
# All in one load: reveal.js goes from slide to slide, with everything that comes later shown.
FAULTS = """([letter, picture]) => Reveal.getSlides().flatMap((slide, i) => {
  Reveal.slide(i, 0, 99);
  const faults = [], box = slide.getBoundingClientRect();
  const say = what => faults.push(`${i + 1} ${slide.querySelector('h1, h2').textContent}: ${what}`);
  for (const part of slide.querySelectorAll(':scope > :not(aside), pre, table')) {
    const at = part.getBoundingClientRect(), wide = Math.max(at.width, part.scrollWidth);
    if (at.bottom > box.bottom - 28 || at.left + wide > box.right - 30)
      say(`${part.tagName} does not fit`);
  }
  const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), over = walker.currentNode.parentElement;
    const size = parseFloat(getComputedStyle(over).fontSize);
    if (text && size < letter && !over.closest('aside, math'))
      say(`small letters: ${text.slice(0, 40)}`);
  }
  const image = slide.querySelector('figure img');
  if (image && image.getBoundingClientRect().height < picture) say('a low picture');
  return faults;
})"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("slides")
    slides.main(folder=made)
    return made


def test_every_slide_fits_and_asks_nobody(browser, shots, folder):
    decks = sorted(path.name for path in folder.glob("*.html"))
    page, faults = browser.new_page(viewport={"width": 1280, "height": 720}), {}
    with served(folder) as address:
        strangers, complaints = listen(page, address)
        for name in decks:
            page.goto(f"{address}/{name}")
            page.wait_for_function("window.Reveal && Reveal.isReady()")
            faults[name] = page.evaluate(FAULTS, [SMALLEST_LETTER, LOWEST_PICTURE])
    if shots:
        page.screenshot(path=shots / "slides.png")
    page.close()
    assert len(decks) >= 16 and strangers == [] and complaints == []
    assert not any(faults.values()), {name: found for name, found in faults.items() if found}


def test_a_polls_answer_comes_with_the_next_key(browser, folder):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    with served(folder) as address:
        page.goto(f"{address}/06_scaled_dot_scoring.html")
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        while not page.locator("section.present h2", has_text="Poll 1").count():
            page.keyboard.press("ArrowRight")
        answer = page.locator("section.present .fragment")
        before = answer.evaluate("e => getComputedStyle(e).visibility")
        page.keyboard.press("ArrowRight")
        page.locator("section.present .fragment.visible").wait_for(timeout=20_000)
        assert before == "hidden" and "The root of 64" in answer.inner_text()
    page.close()


def test_a_slide_that_does_not_fit_is_noticed(browser, folder):
    deck = folder / "06_scaled_dot_scoring.html"
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(deck.as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.add_style_tag(
        content=".reveal .asked { font-size: 90px } .reveal table { font-size: 9px }"
    )
    found = page.evaluate(FAULTS, [SMALLEST_LETTER, LOWEST_PICTURE])
    page.close()
    assert any("does not fit" in one for one in found) and any("small" in one for one in found)
