"""How far a learner is, read from the progress file: a row for each lesson, and the next step."""

import json
import os
from html import escape
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from course_utils.checks.catalogue import blanks, exercises, is_blank
from course_utils.checks.progress_store import store
from course_utils.learning.panels import strong
from course_utils.learning.reached import MISSIONS

IN_LAB = "COURSE_FOLDER_IN_LAB"  # set by the lab: where a learner's folder is under its root
DONE, BEGUN, OPEN = "●", "◐", "○"
# Sheets without a lesson of their own, and the lesson after which each has its place.
TEST = "course"
AFTER_LESSON = {TEST: "", "r1": "05", "r2": "10", "r3": "14", "r4": "19"}
# For those with one week.
SHORT_PATH = ("00", "01", "02", "06", "07", "08", "12", "13", "14")


class Row(NamedTuple):
    """One lesson: its stem, the state of its text, and a state for each exercise of its sheet."""

    stem: str
    state: str
    said: str
    exercises: dict[str, str]

    @property
    def is_sheet_only(self):
        return sheet_of(self.stem) in AFTER_LESSON


class Step(NamedTuple):
    """What to do next: words around the name of a notebook; it has no file when all is done."""

    before: str
    name: str
    after: str = ""
    file: str = ""

    def html(self, folder):
        """Return the step with its name as a link."""
        name = strong(self.name)
        return f"{self.before}{link(folder, self.file, name) if self.file else name}{self.after}"


def link(folder, file, html):
    """Return HTML as a link to a notebook beside a folder, "exercises/02_score.ipynb".

    JupyterLab opens it in a tab of its own, by a command and a path from where its server began;
    other programs follow the address.
    """
    home = Path(folder).resolve().parent
    command, path = "", _path_in_lab(home, file)
    if path:
        path = json.dumps({"path": path})
        command = (
            f' data-commandlinker-command="docmanager:open"'
            f' data-commandlinker-args="{escape(path)}"'
        )
    return f'<a href="../{escape(file)}"{command}>{html}</a>'


def _path_in_lab(home, file):
    """Return a file of a learner's folder as JupyterLab's server knows it; None if nothing says."""
    if place := os.environ.get(IN_LAB):
        return (PurePosixPath(place) / file).as_posix()
    course = next((at for at in (home, *home.parents) if (at / "course_utils").is_dir()), None)
    return (home / file).relative_to(course).as_posix() if course else None


def rows(folder):
    """Return a `Row` for each lesson, and each sheet that stands without one, in their order."""
    return [_row(stem) for stem in _stems(folder)]


def new_editions(folder):
    """List the notebooks that lie beside a learner's changed copy of an older edition."""
    home = Path(folder).resolve().parent
    found = (home / room for room in ("notebooks", "exercises"))
    return sorted(
        f"{room.name}/{path.name}" for room in found for path in room.glob("*.new-edition*.ipynb")
    )


def _stems(folder):
    """List the stems; sheets alone are also found from the lessons' folder, beside theirs."""
    here, beside = Path(folder), Path(folder).resolve().parent / "exercises"
    stems = {path.stem for path in here.glob("*_*.ipynb") if "." not in path.stem}
    stems |= {path.stem for path in beside.glob("*_*.ipynb") if sheet_of(path.stem) in AFTER_LESSON}
    return sorted(filter(_is_listed, stems), key=_place)


def _is_listed(stem):
    return (stem[:2].isdigit() and stem[2] == "_") or bool(exercises(sheet_of(stem)))


def _place(stem):
    """Return what stems are sorted by: a lesson's number; behind it, by name, what follows it."""
    return AFTER_LESSON.get(sheet_of(stem), stem[:2]), stem


def sheet_of(name):
    """Return the sheet of a stem or of a key: "02_score…" and "02.3" belong to "02"."""
    return name.replace(".", "_").split("_")[0].lower()


def _row(stem):
    sheet = sheet_of(stem)
    entries = store().entries()
    own = {key: entry for key, entry in entries.items() if sheet_of(key) == sheet}
    solved = {key: _exercise_state(own.get(key, {})) for key in exercises(sheet)}
    rest = {key: e for key, e in own.items() if e["kind"] != "exercise" or is_blank(key)}
    if sheet in AFTER_LESSON:
        return Row(stem, *_own_sheet_state(sheet, rest, solved), solved)
    reached = [e for e in entries.values() if e["kind"] == MISSIONS and e.get("lesson") == sheet]
    return Row(stem, *_lesson_state(sheet, rest, reached, solved), solved)


def _exercise_state(entry):
    if entry.get("passed"):
        return DONE
    return BEGUN if entry.get("tries") else OPEN


def _lesson_state(lesson, own, missions, solved):
    """Say how far a lesson is: done with its closing quiz or its sheet, begun once it was run."""
    closing = [entry for key, entry in own.items() if key.startswith(f"{lesson}.closing")]
    right = bool(solved) and set(solved.values()) == {DONE}
    told = _counts(lesson, own, missions)
    if (closing and all("when" in entry for entry in closing)) or right:
        return DONE, ", ".join(["done", *told])
    if own or missions:
        return BEGUN, ", ".join(["begun", *told])
    return OPEN, "not begun"


def _counts(lesson, own, missions):
    """Say how much was answered, built and reached, of how much; nothing of what there is none."""
    asked = [entry for entry in own.values() if entry["kind"] in ("prediction", "quiz")]
    built = [own.get(key, {}).get("passed") for key in blanks(lesson)]
    counts = (
        (sum("when" in entry for entry in asked), len(asked), "answered"),
        (sum(map(bool, built)), len(built), "built"),
        (sum(len(e["done"]) for e in missions), sum(e["of"] for e in missions), "missions"),
    )
    return [f"{some} of {all_} {what}" for some, all_, what in counts if all_]


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


def next_step(found):
    """Return the first `Step` that is open, in the order of the course. found : its rows.

    The course test stands in nobody's way: it is named while nothing is begun, and at the end.
    """
    test = next((lesson for lesson in found if sheet_of(lesson.stem) == TEST), None)
    if test and all(map(_untouched, found)):
        return _in_sheet("", test.stem, ", before the course", test)
    steps = (_open_part(lesson) for lesson in found if lesson is not test)
    if first := next(filter(None, steps), None):
        return first
    if test and test.state == BEGUN:
        return _in_sheet("", test.stem, ", once more, after the course", test)
    return Step("", "nothing is left: well done 做完了")


def _open_part(lesson):
    """Return a lesson that is not done; once done, its first open exercise; or None."""
    if not lesson.is_sheet_only and lesson.state != DONE:
        return Step("lesson ", lesson.stem, file=f"notebooks/{lesson.stem}.ipynb")
    todo = [key for key, state in lesson.exercises.items() if state != DONE]
    return _in_sheet("exercise ", todo[0], f" in {lesson.stem}", lesson) if todo else None


def _in_sheet(before, name, after, lesson):
    return Step(before, name, after, f"exercises/{lesson.stem}.ipynb")


def _untouched(lesson):
    return lesson.state == OPEN and set(lesson.exercises.values()) <= {OPEN}
