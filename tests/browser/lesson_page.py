"""A notebook in a real browser: open it, run it, use its explorer by keyboard, take its picture.

Waiting goes through JupyterLab's own objects (`jupyterapp`); what a learner does goes through keys.
"""

import shutil

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
EXPOSE = "--LabApp.expose_app_in_browser=True"
QUIET = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
SIZE = {"width": 1280, "height": 800}
PIECE = 1500  # pixels of a lesson that one screenshot shows
MOST_TABS = 10  # from an explorer's first control to its slider

PANEL = "window.jupyterapp?.shell.currentWidget"
READY = f"""() => {{
  const panel = {PANEL};
  return panel?.context?.isReady && panel.sessionContext.isReady
    && panel.sessionContext.session?.kernel?.status === 'idle';
}}"""
# The outputs that came with the lesson go first: what is seen afterwards comes from this run.
RUN_ALL = """() => {
  window.courseRan = undefined;
  const run = name => jupyterapp.commands.execute(`notebook:${name}`);
  run('clear-all-cell-outputs').then(() => run('run-all-cells'))
    .then(good => { window.courseRan = good }, () => { window.courseRan = false });
}"""
ALL_RAN = f"() => window.courseRan !== undefined && ({READY})()"
ALL_COUNTED = f"""() => ({READY})() && {PANEL}.content.model.sharedModel.cells
  .every(cell => cell.cell_type !== 'code' || cell.execution_count !== null)"""
# What a learner should never meet: messages over the page, widgets or cells that failed.
PROBLEMS = (
    ".Toastify__toast, .jp-Dialog, [data-mime-type='application/vnd.jupyter.error'], "
    ".jp-OutputArea-output:has-text('Error displaying widget')"
)
# Where the page stands: a key that is meant for a control must not move it.
PLACE = f"[{PANEL}.content.activeCellIndex, {PANEL}.content.outerNode.scrollTop]"
FOCUSED_VALUE = "document.activeElement.value ?? document.activeElement.ariaValueNow"
# A slider at its right end moves to the left first.
AWAY_AND_BACK = """document.activeElement.ariaValueNow === document.activeElement.ariaValueMax
  ? ['ArrowLeft', 'ArrowRight'] : ['ArrowRight', 'ArrowLeft']"""
# One time for each key that changed the picture, from the key to the frame that shows it.
WATCH = """picture => {
  window.courseRedraws = [];
  let pressed = null;
  document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
  const drawn = () => requestAnimationFrame(() => {
    if (pressed !== null) courseRedraws.push(performance.now() - pressed);
    pressed = null;
  });
  new MutationObserver(drawn).observe(picture, {subtree: true, childList: true});
}"""
WRITE = f"""([start, text]) => {{
  const cells = [...{PANEL}.content.model.sharedModel.cells];
  const cell = cells.find(cell => cell.getSource().startsWith(start));
  cell?.setSource(text);
  return cell !== undefined;
}}"""
HEIGHT = f"""() => Math.max(
  ...[...{PANEL}.content.node.querySelectorAll('.jp-Cell')]
    .map(cell => cell.getBoundingClientRect().bottom + {PANEL}.content.outerNode.scrollTop))"""


class LessonPage:
    """One lesson, opened in a new page at the address that `make lab` gives.

    page : a Playwright page.  lab : the running server.  name : the file without ".ipynb".
    folder : "notebooks" for a lesson, "exercises" for a sheet.
    `complaints` has what the browser reported as errors, `strangers` the addresses outside of the
    server that the page asked for.
    """

    def __init__(self, page, lab, name, folder="notebooks"):
        self.page, self.name = page, name
        self.complaints, self.strangers = [], []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._note(request.url, lab.url))
        page.goto(f"{lab.url}/lab/tree/work/{folder}/{name}.ipynb?reset&token={lab.token}")
        page.wait_for_function(READY, timeout=90_000)
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        self.explorer = page.locator(".course-panel", has=page.locator(".course-picture"))
        self.picture = self.explorer.locator(".course-picture")

    def _hear(self, said):
        if said.type == "error":
            self.complaints.append(f"{said.text} {said.location['url']}")

    def _note(self, url, home):
        if not url.startswith((home, "data:", "blob:")):
            self.strangers.append(url)

    def run_all(self, seconds):
        """Run every cell, as Run All does; return whether all went well."""
        self.page.evaluate(RUN_ALL)
        self.page.wait_for_function(ALL_RAN, timeout=1000 * seconds)
        return self.page.evaluate("courseRan")

    def run_through(self, seconds):
        """Run every cell of a sheet, whose questions may raise: JupyterLab says "done" early."""
        self.page.evaluate(RUN_ALL)
        self.page.wait_for_function(ALL_COUNTED, timeout=1000 * seconds)

    def code_cells(self):
        """The code cells as the page holds them now, with their outputs."""
        cells = self.page.evaluate(f"{PANEL}.content.model.sharedModel.toJSON().cells")
        return [cell for cell in cells if cell["cell_type"] == "code"]

    def write(self, starts_with, text):
        """Replace the source of the cell that starts so, as a learner who types would."""
        found = self.page.evaluate(WRITE, [starts_with, text])
        assert found, f"no cell of {self.name} starts with {starts_with!r}"

    def cell(self, contains):
        """The cell whose code contains a text."""
        return self.page.locator(".jp-Notebook .jp-Cell", has_text=contains).last

    def problems(self):
        """The texts of whatever a learner should never meet."""
        return self.page.locator(PROBLEMS).all_inner_texts()

    def place(self):
        """The active cell and how far the page is scrolled."""
        return self.page.evaluate(PLACE)

    def focused_value(self):
        """What the control in focus says: a number, a menu's entry, an answer."""
        return self.page.evaluate(FOCUSED_VALUE)

    def tab_to_slider(self):
        """Go from the explorer's first control to its last slider by the Tab key alone."""
        slider = self.explorer.locator(".noUi-handle").last
        self.explorer.locator("select:visible, input:visible, .noUi-handle").first.focus()
        for _ in range(MOST_TABS):
            if slider.evaluate("handle => handle === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no slider of {self.name} is reached by {MOST_TABS} Tabs")

    def redraw_times(self, presses=15):
        """Milliseconds from a key on the slider to the new picture, for each of many presses."""
        self.tab_to_slider()
        self.picture.evaluate(WATCH)
        there, back = self.page.evaluate(AWAY_AND_BACK)
        for count in range(presses):
            self.page.keyboard.press(back if count % 2 else there)
            self.page.wait_for_function(f"courseRedraws.length > {count}", timeout=10_000)
        return self.page.evaluate("courseRedraws")

    def take_pictures(self, folder):
        """Save the explorer and, in pieces from top to bottom, the whole lesson."""
        folder.mkdir(parents=True, exist_ok=True)
        self.page.evaluate(f"{PANEL}.content.outerNode.scrollTo(0, 0)")
        height = int(self.page.evaluate(HEIGHT)) + 100
        self.page.set_viewport_size({**SIZE, "height": height})
        self.page.wait_for_timeout(1000)  # for what is drawn only when it comes into view
        if self.explorer.count():
            self.explorer.screenshot(path=folder / f"{self.name}-explorer.png")
        for number, top in enumerate(range(0, height, PIECE)):
            clip = {"x": 0, "y": top, "width": SIZE["width"], "height": min(PIECE, height - top)}
            self.page.screenshot(path=folder / f"{self.name}-{number:02}.png", clip=clip)
