"""The web book in a real browser: what each page asks for, says, measures and shows."""

import contextlib
import functools
import http.server
import threading
from typing import NamedTuple

WIDTHS = (390, 768, 1440)  # a telephone, a tablet, a desk
# Rules of axe-core (MPL 2.0), which comes with a package of the tests and is not copied here.
RULES = {"resultTypes": ["violations"], "preload": False}
CONTRAST = {**RULES, "runOnly": ["color-contrast"]}
SERIOUS = ("serious", "critical")
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DARK = "document.documentElement.dataset.theme = 'dark'"
LIGHT = "document.documentElement.dataset.theme = 'light'"
LEVELS = """[...document.querySelectorAll('main :is(h1, h2, h3, h4, h5, h6)')]
  .filter(heading => heading.checkVisibility()).map(heading => Number(heading.tagName[1]))"""
# A colour on its way from light to dark is nobody's choice.
AT_ONCE = "* { transition: none !important; animation: none !important; }"
# A coloured piece of code of each kind is enough: axe needs seconds for thousands of them.
ONE_OF_EACH = """() => {
  const seen = new Set();
  for (const piece of document.querySelectorAll('.highlight span, dt span'))
    if (seen.has(piece.className)) piece.replaceWith(piece.textContent);
    else seen.add(piece.className);
}"""
WITHOUT_TEXT = """[...document.querySelectorAll('img')]
  .filter(image => !image.alt.trim()).map(image => image.outerHTML.slice(0, 200))"""


class Visit(NamedTuple):
    """What one page did and was: empty lists and zeros are good."""

    strangers: list  # addresses outside of the site
    complaints: list  # errors in the console, files that are missing
    too_wide: dict  # {width of the window: pixels that stick out}
    violations: list  # serious ones that axe found in light, and of contrast in dark
    levels: list  # of the headings, in order
    without_text: list  # pictures


@contextlib.contextmanager
def served(folder):
    """Serve a folder on this machine; yields its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def visit(browser, home, name, axe):
    """Open one page as a reader would, in all widths, light and dark."""
    page = browser.new_page(viewport={"width": WIDTHS[-1], "height": 900}, color_scheme="light")
    strangers, complaints = listen(page, home)
    page.goto(f"{home}/{name}")
    page.add_style_tag(content=AT_ONCE)
    too_wide = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        too_wide[width] = page.evaluate(TOO_WIDE)
    levels, without_text = page.evaluate(LEVELS), page.evaluate(WITHOUT_TEXT)
    page.evaluate(ONE_OF_EACH)
    page.evaluate(LIGHT)
    violations = found(axe, page, RULES)
    page.evaluate(DARK)
    violations += found(axe, page, CONTRAST)
    page.close()
    too_wide = {width: pixels for width, pixels in too_wide.items() if pixels > 0}
    return Visit(strangers, complaints, too_wide, violations, levels, without_text)


def listen(page, home):
    """Two lists that fill up: the addresses outside of the site, and what goes wrong."""
    strangers, complaints = [], []
    page.on("request", lambda request: note(request.url, home, strangers))
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda r: r.status >= 400 and complaints.append(f"{r.status} {r.url}"))
    return strangers, complaints


def note(url, home, strangers):
    if not url.startswith((home, "data:", "blob:")):
        strangers.append(url)


def found(axe, page, rules):
    """The serious violations of a page, each as its rule and the first element that breaks it."""
    return [
        f"{broken['id']} ({len(broken['nodes'])}): {broken['nodes'][0]['html'][:160]}"
        f" {[check['message'] for check in broken['nodes'][0]['any']][:1]}"
        for broken in axe.run(page, options=rules).response["violations"]
        if broken["impact"] in SERIOUS
    ]
