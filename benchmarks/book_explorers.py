"""From a key to the new picture of a live explorer in the book, and what its data weigh.

Run: python -m benchmarks.book_explorers
"""

import gzip
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.measure import table, verdict
from tools.book import live
from tools.book.panel import panel

STATIC = live.ROOT / "docs" / "site" / "static"
BAR = 20  # milliseconds
PRESSES, ROUNDS = 31, 3  # a busy machine only adds: the best round counts
KILOBYTE = 1_000
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"/><title>x</title>
<link rel="stylesheet" href="explorers.css"/><script defer src="explorers.js"></script>"""
# From the key until the browser has laid out and painted the new picture: the frame after it.
WATCH = """() => {
  window.redraws = [];
  addEventListener('keydown', () => {
    const start = performance.now();
    addEventListener('input', () => requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => redraws.push(performance.now() - start);
      painted.port2.postMessage(0);
    }), {once: true});
  }, true);
}"""


def folder_of_pages(folder):
    """Write a page for every explorer, with the book's own script and data."""
    live.write(folder / "explorers")
    for file in ("explorers.js", "explorers.css"):
        shutil.copy(STATIC / file, folder)
    for name in live.names():
        explorer = live.explorer_of(name)
        text = PAGE + panel(name, explorer, explorer.picture.value, "")
        (folder / f"{name}.html").write_text(text, encoding="utf-8")


def redraw_times(page, address):
    """Milliseconds of each key on the first control that has three places or more."""
    page.goto(address)
    page.locator(".explorer.awake").wait_for()
    page.evaluate(WATCH)
    control = page.locator("input[type=range]:enabled, select:has(option:nth-child(3))").first
    control.focus()
    menu = control.evaluate("control => control.matches('select')")
    keys = ("ArrowDown", "ArrowUp") if menu else ("ArrowRight", "ArrowLeft")
    control.press(keys[0])
    page.wait_for_function("redraws.length == 1")
    for count in range(PRESSES):
        control.press(keys[1 - count % 2])
        page.wait_for_function(f"redraws.length == {count + 2}")
    return page.evaluate("redraws.slice(1)")


def row(page, folder, name):
    address = f"file://{folder}/{name}.html"
    rounds = [redraw_times(page, address) for _ in range(ROUNDS)]
    times = min(rounds, key=statistics.median)
    data = (folder / "explorers" / f"{name}.js").read_bytes()
    median = statistics.median(times)
    sizes = (f"{size / KILOBYTE:.0f}" for size in (len(data), len(gzip.compress(data))))
    return name, f"{median:.1f}", f"{max(times):.1f}", *sizes, verdict(median / BAR, 1.0)


def main():
    """Print one line per explorer, or that there is no browser."""
    from playwright.sync_api import sync_playwright

    from tests.browser.lesson_page import CHROMIUM, QUIET

    if not CHROMIUM:
        print("There is no Chromium here: the time from key to picture is not measured.")
        return
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder, start = Path(place), time.process_time()
        folder_of_pages(folder)
        seconds = time.process_time() - start
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        rows = [row(page, folder, name) for name in live.names()]
        head = ("explorer", "ms", "longest", "kB", "kB, gzip", f"of {BAR} ms")
        table("From key to picture in the book", head, rows)
        together = sum(file.stat().st_size for file in (folder / "explorers").glob("*.js"))
        print(f"all data: {together / KILOBYTE:,.0f} kB, ready in {seconds:.1f} s of a processor")


if __name__ == "__main__":
    main()
