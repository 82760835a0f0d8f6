"""What a learner has done, lesson by lesson and exercise by exercise, and where to go next."""

import csv
from datetime import date
from html import escape
from pathlib import Path
from typing import NamedTuple

from course_utils.checks.catalogue import exercises
from course_utils.checks.progress_store import store
from course_utils.learning.panels import Panel, button, row, spoken, strong, text

DONE, BEGUN, OPEN = "●", "◐", "○"
# Sheets without a lesson of their own, and the lesson after which each has its place.
TEST = "course"
AFTER_LESSON = {TEST: "", "r1": "05", "r2": "10", "r3": "14"}
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
    """List the lessons, and the sheets that stand without one, in their order.

    Those sheets are also found from the lessons' folder, beside which theirs stands.
    """
    here, beside = Path(folder), Path(folder).resolve().parent / "exercises"
    stems = {path.stem for path in here.glob("*_*.ipynb") if "." not in path.stem}
    stems |= {path.stem for path in beside.glob("*_*.ipynb") if _sheet(path.stem) in AFTER_LESSON}
    return sorted(filter(_is_listed, stems), key=_place)


def _is_listed(stem):
    return (stem[:2].isdigit() and stem[2] == "_") or bool(exercises(_sheet(stem)))


def _place(stem):
    """Return what stems are sorted by: a lesson's number; behind it, by name, what follows it."""
    return AFTER_LESSON.get(_sheet(stem), stem[:2]), stem


def _sheet(name):
    """Return the sheet of a stem or of a key: "02_score…" and "02.3" belong to "02"."""
    return name.replace(".", "_").split("_")[0].lower()


def _row(stem):
    sheet = _sheet(stem)
    own = {key: e for key, e in store().entries().items() if _sheet(key) == sheet}
    solved = {key: _exercise_state(own.get(key, {})) for key in exercises(sheet)}
    rest = {key: e for key, e in own.items() if e["kind"] != "exercise"}
    if sheet in AFTER_LESSON:
        return Row(stem, *_own_sheet_state(sheet, rest, solved), solved)
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


def _own_sheet_state(sheet, own, solved):
    """Say how far a sheet without a lesson is; of the course test, which times are done."""
    if sheet == TEST:
        times = [time for time in ("before", "after") if f"{sheet}.{time}" in own]
        if times:
            return (DONE if "after" in times else BEGUN), f"taken {' and '.join(times)}"
    states = set(solved.values())
    if states == {OPEN}:
        return OPEN, "not begun"
    return (DONE, "done") if states == {DONE} and sheet != TEST else (BEGUN, "begun")


def _next(rows):
    """Say what to do next: the first thing that is open, in the order of the course.

    The course test stands in nobody's way: it is named while nothing is begun, and at the end.
    """
    test = next((lesson for lesson in rows if _sheet(lesson.stem) == TEST), None)
    if test and all(map(_untouched, rows)):
        return f"{strong(test.stem)} in exercises, before the course"
    open_parts = (_open_part(lesson) for lesson in rows if lesson is not test)
    if first := next(filter(None, open_parts), ""):
        return first
    if test and test.state == BEGUN:
        return f"{strong(test.stem)} in exercises, once more, after the course"
    return strong("nothing is left: well done 做完了")


def _open_part(lesson):
    """Name a lesson that is not done; once begun and read, its first open exercise; or ""."""
    has_text = _sheet(lesson.stem) not in AFTER_LESSON
    if has_text and lesson.state != DONE and not _solved(lesson):
        return f"lesson {strong(lesson.stem)}"
    todo = [key for key, state in lesson.exercises.items() if state != DONE]
    return f"exercise {strong(todo[0])} in exercises/{lesson.stem}" if todo else ""


def _untouched(lesson):
    return lesson.state == OPEN and set(lesson.exercises.values()) <= {OPEN}


def _solved(lesson):
    """Tell whether all exercises of a lesson are solved: then its text need not be finished."""
    return bool(lesson.exercises) and set(lesson.exercises.values()) == {DONE}


def _table(rows):
    lines = "".join(
        f'<tr><th scope="row">{escape(r.stem)}</th><td>{r.state} {r.said}</td>'
        f"<td>{_marks(r.exercises)}</td></tr>"
        for r in rows
    )
    wide = {"state": ' style="min-width: 6.5em"'}  # "○ not begun" stays on one line
    columns = ("lesson", "state", "exercises")
    heads = "".join(f'<th scope="col"{wide.get(head, "")}>{head}</th>' for head in columns)
    legend = f"<p>{DONE} done {BEGUN} begun {OPEN} open</p>"
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>{legend}"


def _marks(states):
    if not states:
        return "none"
    solved = sum(state == DONE for state in states.values())
    marks = " ".join(f"{key.split('.')[1]}{state}" for key, state in states.items())
    return f"{marks} &nbsp; {solved}&nbsp;of&nbsp;{len(states)}"
