"""A learner's progress in a terminal: what `progress()` shows in a notebook."""

import os

from course_utils.checks.progress_store import VARIABLE, store


def told(folder):
    """Return a line for each lesson, and the next step. folder : a learner's.

    Raises SystemExit, in a sentence, where no lessons are in it.
    """
    from course_utils.learning import standing

    lessons = folder / "notebooks"
    if not lessons.is_dir():
        raise SystemExit(
            f"There are no lessons in {folder}: begin with `attention-course lab`, or name your "
            "folder: attention-course progress FOLDER"
        )
    os.environ[VARIABLE] = str(folder / "progress.json")
    store.cache_clear()
    rows = standing.rows(lessons)
    step = standing.next_step(rows)
    lines = [_line(row) for row in rows]
    changed = [f"New edition beside yours: {name}" for name in standing.new_editions(lessons)]
    notice = [store().notice] if store().notice else []
    return "\n".join([*lines, f"Next: {step.before}{step.name}{step.after}.", *changed, *notice])


def _line(row):
    states = list(row.exercises.values())
    done = states.count("●")
    sheet = f"  exercises {done} of {len(states)}" if states and row.said != "none" else ""
    return f"{row.state} {row.stem:<34} {row.said:<30}{sheet}".rstrip()
