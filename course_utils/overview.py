"""What a learner has done, lesson by lesson and exercise by exercise, and where to go next."""

import csv
from datetime import date
from html import escape
from pathlib import Path
from typing import NamedTuple

from course_utils.checks.catalogue import exercises
from course_utils.panels import Panel, button, row, spoken, strong, text
from course_utils.progress_store import store

DONE, BEGUN, OPEN = "●", "◐", "○"
COLUMNS = ("key", "kind", "title", "answer", "passed", "tries", "hints", "mistake", "when")


class Row(NamedTuple):
    """One lesson: its stem, the state of its text, and a state for each exercise of its sheet."""

    stem: str
    state: str
    said: str
    exercises: dict[str, str]


def progress(folder="."):
    """Show lessons and exercises at a glance and where to go next; return the widget.

    folder : where the lessons or sheets lie, by default beside the notebook that asks. Two buttons
    write all answers to a table for a teacher, and start over without losing the old ones.
    """
    return _Progress(folder)


class _Progress(Panel):
    def __init__(self, folder):
        self.folder, self.asked = folder, False
        self.table, self.following, self.status = text(), text(), text()
        self.export = button("Export as a table", self._export)
        self.reset = button("Start over…", self._reset)
        title = text(strong("Your progress · 学习进度"))
        still = {"text/html": "<p><em>Run this cell to see your progress.</em></p>"}
        controls = row(self.export, self.reset)
        children = [title, self.table, self.following, controls, self.status]
        super().__init__(children, "Your progress", still)
        self._redraw()

    def _redraw(self):
        rows = [_row(stem) for stem in _stems(self.folder)]
        self.table.value = _table(rows)
        where = "" if store().path else "Answers are kept only until the kernel stops."
        self.following.value = f"Next: {_next(rows)}. {where} {escape(store().notice)}"

    def _export(self):
        path = export_progress()
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
            exercise = exercises(_sheet(key)).get(key)
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


def _stems(folder):
    """The lessons, and the sheets that stand without one, in their order."""
    stems = (path.stem for path in Path(folder).glob("*_*.ipynb") if "." not in path.stem)
    return sorted(s for s in stems if (s[:2].isdigit() and s[2] == "_") or exercises(_sheet(s)))


def _sheet(name):
    """The sheet of a stem or of a key: "02_score…" and "02.3" belong to "02"."""
    return name.replace(".", "_").split("_")[0].lower()


def _row(stem):
    sheet = _sheet(stem)
    own = {key: e for key, e in store().entries().items() if _sheet(key) == sheet}
    solved = {key: _exercise_state(own.get(key, {})) for key in exercises(sheet)}
    rest = {key: e for key, e in own.items() if e["kind"] != "exercise"}
    return Row(stem, *_lesson_state(sheet, rest), solved)


def _exercise_state(entry):
    if entry.get("passed"):
        return DONE
    return BEGUN if entry.get("tries") else OPEN


def _lesson_state(lesson, own):
    answered = [key for key, entry in own.items() if "when" in entry]
    closing = [key for key in own if key.startswith(f"{lesson}.closing")]
    if closing and set(closing) <= set(answered):
        return DONE, f"done, {len(answered)} answered"
    if answered:
        return BEGUN, f"begun, {len(answered)} answered"
    return OPEN, "not begun"


def _next(rows):
    """The first lesson that is not done; once it is begun and read, its first open exercise."""
    for lesson in rows:
        if lesson.state != DONE and not _solved(lesson):
            return f"lesson {strong(lesson.stem)}"
        todo = [key for key, state in lesson.exercises.items() if state != DONE]
        if todo:
            return f"exercise {strong(todo[0])} in exercises/{lesson.stem}"
    return strong("nothing is left: well done 做完了")


def _solved(lesson):
    """Whether all exercises of a lesson are solved: then its text need not be finished."""
    return bool(lesson.exercises) and set(lesson.exercises.values()) == {DONE}


def _table(rows):
    lines = "".join(
        f'<tr><th scope="row">{escape(r.stem)}</th><td>{r.state} {r.said}</td>'
        f"<td>{_marks(r.exercises)}</td></tr>"
        for r in rows
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("lesson", "state", "exercises"))
    legend = f"<p>{DONE} done {BEGUN} begun {OPEN} open</p>"
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>{legend}"


def _marks(states):
    if not states:
        return "none"
    solved = sum(state == DONE for state in states.values())
    marks = " ".join(f"{key.split('.')[1]}{state}" for key, state in states.items())
    return f"{marks} &nbsp; {solved} of {len(states)}"
