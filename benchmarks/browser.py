"""How long from a key on an explorer's slider to the new picture, in a real browser?

Run: python -m benchmarks.browser
"""

import statistics
import tempfile
from pathlib import Path

from benchmarks.measure import table, verdict

ROOT = Path(__file__).resolve().parent.parent
LESSONS = [
    path.stem
    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    if "_explorer(" in path.read_text(encoding="utf-8")
]
BAR = 60  # milliseconds
SECONDS_TO_RUN = 180


def redraw_times():
    """{lesson: milliseconds of each key press}, measured as the browser tests do.

    Empty where there is no browser.
    """
    from playwright.sync_api import sync_playwright

    from tests.browser.lesson_page import CHROMIUM, EXPOSE, QUIET, SIZE, LabPage
    from tests.lab_server import running_lab

    times = {}
    if not CHROMIUM:
        return times
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder), EXPOSE) as lab,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        lab_page = LabPage(browser.new_page(viewport=SIZE), lab)
        for name in LESSONS:
            with lab_page.opened(name) as lesson:
                lesson.run_all(SECONDS_TO_RUN)
                times[name] = lesson.redraw_times(presses=31)
    return times


def main():
    """Print one line per explorer, or that there is no browser."""
    measured = redraw_times()
    if not measured:
        print("\nThere is no Chromium here: the time from key to picture is not measured.")
        return
    medians = {name: statistics.median(times) for name, times in measured.items()}
    rows = [(name, f"{ms:.0f}", verdict(ms / BAR, 1.0)) for name, ms in medians.items()]
    table("From key to picture in Chromium", ("lesson", "ms", f"of {BAR} ms"), rows)


if __name__ == "__main__":
    main()
