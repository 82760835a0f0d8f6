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
ALL_BUT_CONTRAST = {**RULES, "rules": {"color-contrast": {"enabled": False}}}
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DARK = "document.documentElement.dataset.theme = 'dark'"
LIGHT = "document.documentElement.dataset.theme = 'light'"
LEVELS = """[...document.querySelectorAll('main :is(h1, h2, h3, h4, h5, h6)')]
  .filter(heading => heading.checkVisibility()).map(heading => Number(heading.tagName[1]))"""
# A colour on its way from light to dark is nobody's choice.
AT_ONCE = "* { transition: none !important; animation: none !important; }"
# Contrast is a matter of a text's own style and of what lies behind it, and is the dearest of axe's
# rules: each look is tried once in the whole book, light and dark. Removes all other text from the
# page, and says which looks are new.
ONE_OF_EACH_LOOK = """seen => {
  const known = new Set(seen), texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (walker.currentNode.data.trim()) texts.push(walker.currentNode);
  const letters = ({color, fill, fontSize, fontWeight, opacity}) =>
    [color, fill, fontSize, fontWeight, opacity].join();
  const ground = ({backgroundColor, backgroundImage, opacity}) =>
    [backgroundColor, backgroundImage, opacity].join();
  const look = element => {
    const parts = [letters(getComputedStyle(element))];
    for (; element; element = element.parentElement) parts.push(ground(getComputedStyle(element)));
    return parts.filter((part, i) => part !== parts[i - 1]).join(';');
  };
  const looks = texts.map(() => '');
  for (const theme of ['light', 'dark']) {
    document.documentElement.dataset.theme = theme;
    texts.forEach((text, i) => { looks[i] += theme + look(text.parentElement); });
  }
  const visible = texts.map(text => text.parentElement.checkVisibility());
  texts.forEach((text, i) => {
    if (!visible[i] || known.has(looks[i])) text.data = '';
    else known.add(looks[i]);
  });
  for (const element of [...document.body.querySelectorAll('*')])
    if (!element.textContent.trim()) element.remove();
  return [...known].slice(seen.length);
}"""
WITHOUT_TEXT = """[...document.querySelectorAll('img')]
  .filter(image => !image.alt.trim()).map(image => image.outerHTML.slice(0, 200))"""


class Visit(NamedTuple):
    """What one page did and was: empty lists and zeros are good."""

    strangers: list  # addresses outside of the site
    complaints: list  # whatever is said in the console, errors, files that are missing
    too_wide: dict  # {width of the window: pixels that stick out}
    violations: list  # all that axe found in light, and of contrast in dark
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


class Reader:
    """One page of a browser that opens the pages of a site one after the other.

    page : a Playwright page.  home : the address of the site.  axe : axe-core, to be run in pages.
    whole : let axe look at the contrast of every text, in place of one text of each look.
    """

    def __init__(self, page, home, axe, whole=False):
        self.page, self.home, self.axe, self.whole = page, home, axe, whole
        self.strangers, self.complaints = listen(page, home)
        self.looks = []  # of text, those that were tried so far

    def visit(self, name, rules=True):
        """Open one page as a reader would, in all widths, light and dark.

        rules : let axe try its other rules too, or only the contrast of looks that are new.
        """
        self.page.goto("about:blank")  # scripts of the last page, from which texts were taken, end
        self.strangers.clear()
        self.complaints.clear()
        self.page.goto(f"{self.home}/{name}")
        self.page.add_style_tag(content=AT_ONCE)
        too_wide = {width: self._sticks_out(width) for width in WIDTHS}
        self.page.evaluate(LIGHT)
        return Visit(
            strangers=list(self.strangers),
            complaints=list(self.complaints),
            too_wide={width: pixels for width, pixels in too_wide.items() if pixels > 0},
            levels=self.page.evaluate(LEVELS),
            without_text=self.page.evaluate(WITHOUT_TEXT),
            violations=(self._violations(ALL_BUT_CONTRAST) if rules else []) + self._low_contrast(),
        )

    def _sticks_out(self, width):
        self.page.set_viewport_size({"width": width, "height": 900})
        return self.page.evaluate(TOO_WIDE)

    def _low_contrast(self):
        if not self.whole:
            new = self.page.evaluate(ONE_OF_EACH_LOOK, self.looks)
            self.looks += new
            if not new:
                return []
        found = []
        for theme in (LIGHT, DARK):
            self.page.evaluate(theme)
            found += self._violations(CONTRAST)
        return found

    def _violations(self, rules):
        """The violations of a page, each as its rule and the first element at fault."""
        return [
            f"{broken['id']} ({len(broken['nodes'])}): {broken['nodes'][0]['html'][:160]}"
            f" {[check['message'] for check in broken['nodes'][0]['any']][:1]}"
            for broken in self.axe.run(self.page, options=rules).response["violations"]
        ]


def listen(page, home):
    """Two lists that fill up: the addresses outside of the site, and what goes wrong or is said."""
    strangers, complaints = [], []
    page.on("request", lambda request: note(request.url, home, strangers))
    page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda r: r.status >= 400 and complaints.append(f"{r.status} {r.url}"))
    return strangers, complaints


def note(url, home, strangers):
    if not url.startswith((home, "data:", "blob:")):
        strangers.append(url)
