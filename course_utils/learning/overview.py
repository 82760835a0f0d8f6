"""What a learner has done, lesson by lesson and exercise by exercise, and where to go next."""

import csv
from datetime import date
from html import escape
from pathlib import Path

from course_utils.checks.catalogue import beside
from course_utils.checks.progress_store import store
from course_utils.learning import standing
from course_utils.learning.calibration import calibration
from course_utils.learning.my_course import export_my_course
from course_utils.learning.panels import Panel, button, row, spoken, strong, text
from course_utils.learning.review import Review
from course_utils.learning.standing import AFTER_LESSON, BEGUN, DONE, OPEN, SHORT_PATH

__all__ = ["AFTER_LESSON", "export_progress", "progress", "reset_progress"]

COLUMNS = ("key", "kind", "title", "answer", "passed", "tries", "hints", "mistake", "when")
SHORT = "★"


def progress(folder="."):
    """Show lessons and exercises at a glance and where to go next; return the widget.

    folder : where the lessons or sheets lie, by default beside the notebook that asks. Three
    buttons write all answers to a table for a teacher, write one page to keep, and start over
    without losing the old ones.
    """
    return _Progress(folder)


class _Progress(Panel):
    def __init__(self, folder):
        self.folder, self.asked = folder, False
        self.table, self.following, self.predicted = text(), text(), text()
        self.predicted.add_class("course-picture")
        self.status, self.review = text(), Review()
        self.export = button("Export as a table", self._export)
        self.keep = button("My course as a page", self._keep)
        self.reset = button("Start over…", self._reset)
        title = text(strong("Your progress · 学习进度"))
        still = {"text/html": "<p><em>Run this cell to see your progress.</em></p>"}
        controls = row(self.export, self.keep, self.reset)
        shown = [self.following, self.review, self.table, self.predicted]
        children = [title, *shown, controls, self.status]
        super().__init__(children, "Your progress", still)
        self._redraw()

    def _redraw(self):
        rows = standing.rows(self.folder)
        self.table.value = _table(rows)
        where = "" if store().path else "Answers are kept only until the kernel stops."
        step = standing.next_step(rows).html(self.folder)
        news = _news(self.folder)
        self.following.value = f"Next: {step}. {where} {escape(store().notice)} {news}"
        self.review.refresh()
        self.predicted.value = calibration(store().entries().values())

    def _export(self):
        self._written(export_progress())

    def _keep(self):
        self._written(export_my_course())

    def _written(self, path):
        self.status.value = spoken(
            f"✓ Written: {escape(path.name)}, in {escape(path.parent.name)}/."
        )

    def _reset(self):
        if not self.asked:
            self.asked, self.reset.description = True, "Yes, start over"
            self.status.value = spoken("All answers are set aside, none is deleted. Click again.")
            return
        kept = reset_progress()
        self.asked, self.reset.description = False, "Start over…"
        where = f"The old answers are kept as {escape(kept.name)}." if kept else ""
        self.status.value = spoken(f"✓ You start anew. {where}")
        self._redraw()


def export_progress(path=None):
    """Write every answer as one row of a CSV file, for a spreadsheet; return its path.

    path : by default progress-<date>.csv beside the progress file. A file that is there is kept:
    the new one gets a number.
    """
    home = store().path.parent if store().path else Path.cwd()
    path = _free(Path(path) if path else home / f"progress-{date.today()}.csv")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, extrasaction="ignore", restval="")
        table.writeheader()
        for key, entry in sorted(store().entries().items()):
            exercise = beside(key).get(key)
            title = exercise.title if exercise else ""
            table.writerow({"key": key, "title": title, **entry})
    return path


def reset_progress():
    """Start over; return the path under which the old answers are kept, or None."""
    return store().reset()


def _free(path):
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _news(folder):
    """Name the new editions that lie beside a learner's changed copies."""
    found = standing.new_editions(folder)
    links = ", ".join(standing.link(folder, file, escape(Path(file).stem)) for file in found)
    return f"<br>You have changed an older edition; beside it lies the new one: {links}." * bool(
        found
    )


def _table(rows):
    lines = "".join(
        f'<tr><th scope="row">{escape(r.stem)}{_star(r.stem)}</th><td>{r.state} {r.said}</td>'
        f"<td>{_marks(r)}</td></tr>"
        for r in rows
    )
    wide = {"state": ' style="min-width: 6.5em"'}  # "○ not begun" stays on one line
    columns = ("lesson", "state", "exercises")
    heads = "".join(f'<th scope="col"{wide.get(head, "")}>{head}</th>' for head in columns)
    legend = f"{DONE} done {BEGUN} begun {OPEN} open {SHORT} the short path, for one week"
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table><p>{legend}</p>"


def _star(stem):
    return f" {SHORT}" if standing.sheet_of(stem) in SHORT_PATH else ""


def _marks(lesson):
    states = lesson.exercises
    if not states or standing.sheet_of(lesson.stem) == standing.TEST:  # that one is on cards
        return "none"
    solved = sum(state == DONE for state in states.values())
    marks = " ".join(f"{key.split('.')[1]}{state}" for key, state in states.items())
    return f"{marks} &nbsp; {solved}&nbsp;of&nbsp;{len(states)}"
