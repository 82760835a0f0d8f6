"""A notebook in a real browser: open it, run it, use its explorer by keyboard, close it.

Waiting goes through JupyterLab's own objects (`jupyterapp`); what a learner does goes through keys.
"""

import contextlib
import re
import shutil

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
EXPOSE = "--LabApp.expose_app_in_browser=True"
QUIET = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
SIZE = {"width": 1280, "height": 800}
PIECE = 1500  # pixels of a lesson that one screenshot shows
MOST_TABS = 10  # from an explorer's first control to its slider
# Milliseconds; a machine that is busy with something else gets its time.
TO_OPEN, TO_REDRAW = 90_000, 30_000

PANEL = "window.jupyterapp?.shell.currentWidget"
# Only one notebook is open at a time: neither another page nor its kernel asks the server for news.
CLOSE_OTHERS = """async path => {
  for (const panel of [...jupyterapp.shell.widgets('main')])
    if (panel.sessionContext && panel.context.path !== path) {
      await panel.sessionContext.ready;
      await panel.sessionContext.shutdown();
      panel.dispose();
    }
}"""
OPEN = """path => jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'})
  .then(() => true)"""
READY = f"""path => {{
  const panel = {PANEL};
  return panel?.context?.isReady && panel.context.path === path && panel.sessionContext.isReady
    && panel.sessionContext.session?.kernel?.status === 'idle';
}}"""
# The outputs that came with the lesson go first: what is seen afterwards comes from this run.
RUN = """numbers => {{
  window.courseRan = undefined;
  const run = name => jupyterapp.commands.execute(`notebook:${{name}}`);
  run('clear-all-cell-outputs').then({how})
    .then(good => {{ window.courseRan = good }}, () => {{ window.courseRan = false }});
}}"""
RUN_ALL = RUN.format(how="() => run('run-all-cells')")
RUN_SOME = RUN.format(
    how=f"""async () => {{
    const notebook = {PANEL}.content;
    const code = notebook.widgets.filter(cell => cell.model.type === 'code');
    let good = true;
    for (const number of numbers) {{
      notebook.deselectAll();
      notebook.activeCellIndex = notebook.widgets.indexOf(code[number]);
      good = await run('run-cell') && good;
    }}
    return good;
  }}"""
)
ALL_RAN = f"path => window.courseRan !== undefined && ({READY})(path)"
ALL_COUNTED = f"""path => ({READY})(path) && {PANEL}.content.model.sharedModel.cells
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
DRAWN = "() => new Promise(done => requestIdleCallback(() => requestAnimationFrame(done)))"


class LabPage:
    """JupyterLab in one page of the browser, opened as `make lab` does.

    Notebooks are opened in it one after the other: the program is loaded once.
    page : a Playwright page.  lab : the running server.
    `complaints` has what the browser reported as errors since the last notebook was opened,
    `strangers` the addresses outside of the server that the page asked for.
    """

    def __init__(self, page, lab):
        self.page, self.lab = page, lab
        self.heard, self.strangers = [], []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("request", lambda request: self._note(request.url))
        page.goto(f"{lab.first_page}?reset&token={lab.token}")
        first = lab.first_page.partition("/lab/tree/")[2]
        page.wait_for_function(READY, arg=first, timeout=TO_OPEN)

    @contextlib.contextmanager
    def opened(self, name, folder="notebooks"):
        """A notebook, as a `LessonPage`; it and its kernel are closed afterwards."""
        path = f"work/{folder}/{name}.ipynb"
        self.page.evaluate(CLOSE_OTHERS, path)
        self.heard.clear()  # also what JupyterLab says of a question that a closed kernel leaves
        self.strangers.clear()
        try:
            yield LessonPage(self, name, path)
        finally:
            self.page.evaluate(CLOSE_OTHERS, None)

    @property
    def complaints(self):
        return of_the_course(self.heard, self.lab.log.read_text())

    def _hear(self, said):
        if said.type == "error":
            self.heard.append(f"{said.text} {said.location['url']}")

    def _note(self, url):
        if not url.startswith((self.lab.url, "data:", "blob:")):
            self.strangers.append(url)


def of_the_course(heard, log):
    """What a browser complains of, without what the server says of a kernel that is starting.

    While it starts one, Jupyter's server can answer 500 to JupyterLab, which asks every few seconds
    for the list of kernels: the new one has no 'last_activity' yet. The page asks again, and the
    log names the cause. Every other complaint is ours, a 500 with another cause too.
    """
    if "KeyError: 'last_activity'" not in log:
        return list(heard)
    return [text for text in heard if not re.search(r" 500 .*/api/(kernels|sessions)\?\d+$", text)]


class LessonPage:
    """One notebook, opened in a `LabPage`.

    name : the file without ".ipynb".  path : where the server has it.
    """

    def __init__(self, lab_page, name, path):
        self.lab_page, self.page, self.name, self.path = lab_page, lab_page.page, name, path
        self.page.evaluate(OPEN, path)
        self.page.wait_for_function(READY, arg=path, timeout=TO_OPEN)
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        pictures = self.page.locator(".course-picture")
        self.explorer = self.page.locator(".course-panel", has=pictures)
        self.picture = self.explorer.locator(".course-picture")

    @property
    def complaints(self):
        return self.lab_page.complaints

    @property
    def strangers(self):
        return self.lab_page.strangers

    def run_all(self, seconds):
        """Run every cell, as Run All does; return whether all went well."""
        return self._run(RUN_ALL, None, seconds)

    def run_cells(self, numbers, seconds):
        """Run some of the code cells, one after the other; return whether all went well."""
        return self._run(RUN_SOME, numbers, seconds)

    def _run(self, how, numbers, seconds):
        self.page.evaluate(how, numbers)
        self.page.wait_for_function(ALL_RAN, arg=self.path, timeout=1000 * seconds)
        return self.page.evaluate("courseRan")

    def run_through(self, seconds):
        """Run every cell of a sheet, whose questions may raise: JupyterLab says "done" early."""
        self.page.evaluate(RUN_ALL, None)
        self.page.wait_for_function(ALL_COUNTED, arg=self.path, timeout=1000 * seconds)

    def code_cells(self):
        """The code cells as the page holds them now, with their outputs."""
        cells = self.page.evaluate(f"{PANEL}.content.model.sharedModel.toJSON().cells")
        return [cell for cell in cells if cell["cell_type"] == "code"]

    def write(self, starts_with, text):
        """Replace the source of the cell that starts so, as a learner who types would."""
        found = self.page.evaluate(WRITE, [starts_with, text])
        assert found, f"no cell of {self.name} starts with {starts_with!r}"

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
            self.page.wait_for_function(f"courseRedraws.length > {count}", timeout=TO_REDRAW)
        return self.page.evaluate("courseRedraws")

    def take_pictures(self, folder):
        """Save the explorer and, in pieces from top to bottom, the whole lesson."""
        folder.mkdir(parents=True, exist_ok=True)
        self.page.evaluate(f"{PANEL}.content.outerNode.scrollTo(0, 0)")
        height = int(self.page.evaluate(HEIGHT)) + 100
        self.page.set_viewport_size({**SIZE, "height": height})
        self.page.evaluate(DRAWN)  # some is drawn only when it comes into view
        if self.explorer.count():
            self.explorer.screenshot(path=folder / f"{self.name}-explorer.png")
        for number, top in enumerate(range(0, height, PIECE)):
            clip = {"x": 0, "y": top, "width": SIZE["width"], "height": min(PIECE, height - top)}
            self.page.screenshot(path=folder / f"{self.name}-{number:02}.png", clip=clip)
        self.page.set_viewport_size(SIZE)
