"""The web book: every page is built without a warning, asks nobody, fits and can be read by all.

`make test-all` lets axe look at every text of every page, and takes pictures of each kind of page.
"""

import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from tests.browser.book_page import (
    AT_ONCE,
    DARK,
    LIGHT,
    RULES,
    TOO_WIDE,
    WIDTHS,
    Reader,
    listen,
    served,
)
from tests.tools.test_book_cards import DEAD

pytest.importorskip("sphinx", reason="the web book needs Sphinx: make setup installs it")
axe_module = pytest.importorskip("axe_playwright_python.sync_playwright")

from tools.book import heavy  # noqa: E402 (it needs Sphinx)

ROOT = Path(__file__).resolve().parents[2]
MOST_SENT = 350_000  # bytes of a lesson, compressed, with all of its pictures
MOST_OF_SEARCH = 1_000_000  # bytes on disk: its data and its script
KINDS = {
    "front": "index.html",
    "lesson": "notebooks/01_a_soft_library.html",
    "sheet": "exercises/02_score_normalise_mix.html",
    "claims": "docs/claims.html",
    "glossary": "docs/glossary.html",
    "reference": "reference/module.attention.html",
    "search": "search.html?q=softmax",
    "missing": "404.html",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built anew; how long that takes is for `python -m benchmarks.book` to say."""
    folder = tmp_path_factory.mktemp("book")
    command = [sys.executable, "-m", "tools.book", f"--folder={folder}"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, f"make book fails or warns:\n{made.stdout}{made.stderr}"
    return folder / "site"


@pytest.fixture(scope="module")
def home(site):
    with served(site) as address:
        yield address


def visit_all(browser, home, site, **options):
    """{page: Visit} for every page of the site; of the reference's modules, which one function
    makes, the longest and every sixtieth, where not the whole is asked for. Then axe tries all its
    rules on every third page of a folder, and the contrast of each look on all."""
    context = browser.new_context(color_scheme="light")
    reader = Reader(context.new_page(), home, axe_module.Axe(), **options)
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    modules = [name for name in names if "/module." in name]
    longest = max(modules, key=lambda name: (site / name).stat().st_size)
    left_out = set() if options else set(modules) - {longest, *modules[::60]}
    names = [name for name in names if name not in left_out and "_static" not in name]
    tried = set(names) if options else one_in_three_of_each_folder(names)
    visits = {name: reader.visit(name, rules=name in tried) for name in names}
    context.close()
    return visits


def one_in_three_of_each_folder(names):
    """The pages of one folder are made by one program; those at the top by one each."""
    folders = {Path(name).parent for name in names} - {Path(".")}
    in_folders = [sorted(n for n in names if Path(n).parent == folder) for folder in folders]
    tried = {name for folder in in_folders for name in folder[::3]}
    return tried | {name for name in names if Path(name).parent == Path(".")}


@pytest.fixture(scope="module")
def visits(browser, home, site):
    return visit_all(browser, home, site)


def faults(visits, what):
    """{page: what is wrong there}, for a field of Visit that should be empty."""
    found = {name: getattr(visit, what) for name, visit in visits.items()}
    return {name: fault for name, fault in found.items() if fault}


@pytest.mark.parametrize("folder", ["notebooks", "exercises"])
def test_every_lesson_and_sheet_is_a_page_in_the_contents(site, folder):
    front = (site / "index.html").read_text(encoding="utf-8")
    for path in (ROOT / folder).glob("*.ipynb"):
        assert (site / folder / f"{path.stem}.html").exists()
        assert f'href="{folder}/{path.stem}.html"' in front


def test_every_link_leads_to_a_page_and_a_place(site):
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    ids = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in pages.items()}
    broken = []
    for path, text in pages.items():
        body = text.split("<article", 1)[-1]
        for link in re.findall(r'<a [^>]*href="([^":]+)"', body):
            target, _, place = link.partition("#")
            file = (path.parent / target).resolve() if target else path
            if not file.exists() or (place and file in ids and place not in ids[file]):
                broken.append((path.name, link))
    assert not broken


def test_no_page_asks_another_host_for_anything(visits):
    assert faults(visits, "strangers") == {}


def test_no_page_makes_the_browser_complain(visits):
    assert faults(visits, "complaints") == {}


def test_no_page_is_wider_than_the_window(visits):
    assert faults(visits, "too_wide") == {}


def test_axe_finds_no_violation_in_light_nor_low_contrast_in_dark(visits):
    assert faults(visits, "violations") == {}


@pytest.mark.nightly
def test_axe_finds_nothing_either_where_it_looks_at_every_text(browser, home, site):
    assert faults(visit_all(browser, home, site, whole=True), "violations") == {}


def test_no_page_has_dead_bars_or_speaks_of_cells_that_wait_to_be_run(site):
    dead = {}
    for folder in ("notebooks", "exercises"):
        for page in (site / folder).glob("*.html"):
            text = re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))
            lines = [line for line in text.splitlines() if DEAD.search(line)]
            dead[folder, page.stem] = [line for line in lines if not line.startswith("# ")]  # code
    assert len(dead) > 30 and not any(dead.values())


def test_only_pages_with_cards_load_their_script(site):
    texts = {page: page.read_text(encoding="utf-8") for page in site.rglob("*.html")}
    with_cards = {name for name, text in texts.items() if 'data-card="' in text}
    assert len(with_cards) > 15
    assert with_cards == {name for name, text in texts.items() if "_static/cards.js" in text}


def test_every_picture_has_a_text(visits):
    assert faults(visits, "without_text") == {}


def test_every_page_has_one_title_and_headings_in_order(visits):
    for name, seen in visits.items():
        assert seen.levels.count(1) == 1 and seen.levels[0] == 1, name
        assert all(lower <= upper + 1 for upper, lower in pairwise(seen.levels)), name


def test_the_search_finds_a_lesson(browser, home):
    page = browser.new_page()
    page.goto(f"{home}/search.html?q=softmax")
    page.locator("#search-results a[href*='03_softmax_dial']").first.wait_for(timeout=20_000)


def test_a_claim_leads_to_the_cell_that_proves_it(browser, home):
    page = browser.new_page()
    page.goto(f"{home}/docs/claims.html")
    page.get_by_role("link", name="01 E2").first.click()
    page.wait_for_url("**/01_a_soft_library.html#cell-*")
    cell = page.locator(":target")
    assert cell.count() == 1 and page.locator(":target ~ *, :target").filter(has_text="E2").count()


def test_a_solution_is_folded_until_it_is_asked_for(browser, home):
    page = browser.new_page()
    page.goto(f"{home}/{KINDS['sheet']}")
    solution = page.locator("details", has_text="One solution").first
    assert not solution.locator("pre").first.is_visible()
    solution.locator("summary").click()
    assert solution.locator("pre").first.is_visible()


def test_an_explorer_is_live_in_its_lesson_and_can_be_read_by_all(browser, home):
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="light")
    strangers, complaints = listen(page, home)
    page.goto(f"{home}/notebooks/02_score_normalise_mix.html")
    page.add_style_tag(content=AT_ONCE)
    page.get_by_role("button", name="Show all results").click()
    page.locator("[data-explorer]").scroll_into_view_if_needed()
    page.locator(".explorer.awake").wait_for()
    page.get_by_role("button", name="Next").press("Enter")
    assert "Step 1 of 10" in page.locator(".explorer-reading").inner_text()
    box = page.locator(".explorer-picture").bounding_box()
    top, bottom = box["y"], box["y"] + box["height"]
    assert 0 < top < bottom < 844, "the picture is in sight at the last control"
    assert page.evaluate(TOO_WIDE) == 0
    axe = axe_module.Axe()
    for theme in (LIGHT, DARK):
        page.evaluate(theme)
        found = axe.run(page, context=".explorer", options=RULES).response["violations"]
        assert [(broken["id"], broken["nodes"][0]["html"]) for broken in found] == []
    assert strangers == [] and complaints == []
    page.goto(f"{home}/exercises/02_score_normalise_mix.html")
    assert "explorers.js" not in page.content(), "a page without one loads none of it"


def test_a_lesson_sends_little_and_so_does_the_search(site):
    for path in (site / "notebooks").glob("*.html"):
        parts = heavy.page(path)
        assert sum(parts.values()) <= MOST_SENT, f"{path.stem}: {parts}"
        assert parts["image"] or path.stem.startswith("00b"), "its pictures are counted"
    searched = sum(path.stat().st_size for path in (site / "_static").glob("search*.js"))
    assert 500_000 < searched <= MOST_OF_SEARCH
    assert sum(heavy.page(site / "search.html").values()) <= MOST_OF_SEARCH / 2


def test_the_search_shows_lessons_before_the_reference_with_what_they_say(browser, site):
    page = browser.new_page()
    page.goto(f"{(site / 'search.html').as_uri()}?q=softmax")  # from a folder, without a server
    heads = page.locator("#search-results h2").all_inner_texts()
    kinds = [head.partition(":")[0] for head in heads]
    assert kinds[:4] == ["Lessons", "Glossary", "Exercise sheets", "Reference"]
    page.keyboard.press("Control+a")
    page.keyboard.type("温度")
    page.locator("#search-results mark").first.wait_for()
    said = page.locator("#search-results li p").all_inner_texts()
    assert said and "温度" in "".join(said) and "System Settings" not in "".join(said)
    page.keyboard.press("Control+a")
    page.keyboard.type("<b>zzz")
    page.get_by_text("Nothing found").wait_for()
    page.close()


def test_a_page_leads_to_its_sheet_and_back_and_hands_out_its_notebook(browser, home):
    page = browser.new_page()
    page.goto(f"{home}/{KINDS['lesson']}")
    assert re.search(r"\d+ min to read", page.locator(".page-about").inner_text())
    with page.expect_download() as handed_out:
        page.get_by_role("link", name="Notebook without results").press("Enter")
    cells = nbformat.read(handed_out.value.path(), as_version=4).cells
    assert len(cells) > 20 and not any(cell.get("outputs") for cell in cells)
    for name in ("Its exercise sheet", "The lesson", "Next →", "← Previous"):
        page.locator(".page-top").get_by_role("link", name=name).press("Enter")
        page.wait_for_load_state()
    assert page.url.endswith(KINDS["lesson"])
    assert page.locator(".prev-next-footer a").count() == 2
    assert len(page.locator("meta[name=description]").get_attribute("content")) > 40
    page.close()


def test_a_cells_code_is_copied_by_the_keyboard(browser, home):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{home}/{KINDS['lesson']}")
    button = page.get_by_role("button", name="Copy this code").first
    button.press("Enter")
    page.get_by_text("Copied").wait_for()
    code = button.locator("..").locator("pre").text_content()
    assert page.evaluate("navigator.clipboard.readText()").strip() == code.strip()
    context.close()


def test_the_contents_open_on_a_telephone_by_the_keyboard(browser, home):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{home}/{KINDS['lesson']}")
    lesson = page.get_by_role("navigation", name="Main").get_by_role(
        "link", name="Softmax is a dial"
    )
    assert not lesson.first.is_visible()
    page.locator(".primary-toggle").press("Enter")
    lesson.first.wait_for()
    page.keyboard.press("Escape")
    lesson.first.wait_for(state="hidden")
    page.close()


def test_the_colours_are_chosen_by_the_keyboard_and_kept(browser, home):
    page = browser.new_page()
    page.goto(f"{home}/{KINDS['front']}")
    menu = page.locator(".theme-menu summary")
    menu.press("Enter")
    page.get_by_role("button", name="Dark").press("Enter")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert not page.get_by_role("button", name="Dark").is_visible()
    page.goto(f"{home}/{KINDS['lesson']}")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    menu.press("Enter")
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Dark").is_visible()
    page.close()


def test_the_colours_are_there_before_any_script_has_come_and_where_nothing_is_kept(browser, home):
    page = browser.new_page(color_scheme="dark")
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(f"{home}/{KINDS['front']}")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.close()
    page = browser.new_page(color_scheme="light")
    _, complaints = listen(page, home)
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    )
    page.goto(f"{home}/{KINDS['lesson']}")
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.locator(".theme-menu summary").press("Enter")
    page.get_by_role("button", name="Dark").press("Enter")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("button", name="Dark").wait_for(state="hidden")
    page.emulate_media(color_scheme="dark")
    page.locator(".theme-menu summary").press("Enter")
    page.get_by_role("button", name="System").press("Enter")
    page.emulate_media(color_scheme="light")
    page.locator("html[data-theme=light]").wait_for()
    assert complaints == []
    page.close()


def test_the_contents_mark_the_section_that_is_read(browser, home):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{home}/{KINDS['lesson']}")
    links = page.locator("#pst-page-toc-nav a")
    for number in (3, 1):
        links.nth(number).press("Enter")
        page.locator("#pst-page-toc-nav a.active[aria-current=true]").get_by_text(
            links.nth(number).inner_text(), exact=True
        ).wait_for()
    page.keyboard.press("Control+Home")
    page.locator("#pst-page-toc-nav:not(:has(.active))").wait_for()
    assert page.locator("nav.bd-docs-nav [aria-current=page]").count() == 1
    page.close()


def test_the_search_opens_by_the_keyboard_on_every_page(browser, home):
    page = browser.new_page()
    page.goto(f"{home}/{KINDS['lesson']}")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    page.locator("#pst-search-dialog").wait_for(state="hidden")
    page.keyboard.press("Control+k")
    page.keyboard.type("softmax")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=softmax")
    page.locator("#search-results a").first.press("Control+k")
    page.keyboard.type("mask")
    page.locator("#search-results a[href*='12_masks']").first.wait_for()
    page.close()


def test_folds_are_open_in_print_and_close_again(browser, home):
    page = browser.new_page()
    page.goto(f"{home}/{KINDS['sheet']}")
    closed = "document.querySelectorAll('main details:not([open])').length"
    before = page.evaluate(closed)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert before and page.evaluate(closed) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(closed) == before
    page.close()


def test_a_missing_page_leads_home_wherever_it_is_missed(browser, home, site):
    page = browser.new_page()
    missing = (site / "404.html").read_text(encoding="utf-8")
    page.route("**/course/**", lambda route: route.fulfill(status=404, body=missing))
    for address in ("course/notebooks/none.html", "course/none.html", "course/docs/a/b"):
        page.goto(f"{home}/{address}")
        link = page.get_by_role("link", name="The front page")
        assert link.evaluate("link => link.href") == f"{home}/course/index.html"
    page.close()


@pytest.mark.nightly
def test_pictures_of_every_kind_of_page(browser, home, site, shots):
    assert all((site / name.partition("?")[0]).exists() for name in KINDS.values())
    if not shots:
        pytest.skip("COURSE_SHOTS names no folder for screenshots")
    folder = shots / "book"
    shutil.rmtree(folder, ignore_errors=True)
    for kind, name in KINDS.items():
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 1200})
            page.goto(f"{home}/{name}", wait_until="networkidle")
            page.screenshot(path=folder / f"{kind}-{width}-light.png")
            page.evaluate(DARK)
            page.screenshot(path=folder / f"{kind}-{width}-dark.png")
            page.close()
    assert len(list(folder.glob("*.png"))) == 2 * len(WIDTHS) * len(KINDS)
