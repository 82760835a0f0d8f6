"""What a report's folder keeps from run to run: which sheet it is of, and what a teacher gave.

So that one late student can be graded with two words, and nobody else loses a thing.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from course_utils.grading import GradingError
from course_utils.grading.counted import counted
from course_utils.grading.journal import NAME as JOURNAL
from course_utils.grading.journal import Journal, Kept
from course_utils.grading.master import Master
from course_utils.grading.rows import Row

NAME = "run.json"
FILES = ("roster", "marks", "extensions")
SEVERAL = ("withhold",)  # may be given more than once
OPTIONS = (*FILES, "column", "scale", "due", "late", *SEVERAL)
# Everything that a run writes; what else lies in the folder is somebody's own.
OURS = (JOURNAL, NAME, "grades.*", "grades_*.csv", "feedback", "feedback_*.zip", "*.html")
OURS += ("changes.csv",)


class OtherSheet(GradingError):
    """The folder has the report of another sheet."""


def refuse_other_sheet(folder: Path, master: Master) -> None:
    """Raise OtherSheet where the folder's report is not of this sheet: its name, its questions."""
    advice = "choose another --out, or --fresh to begin anew and keep the old one aside"
    name = _read(folder / NAME).get("sheet") or _read(folder / "grades.json").get("sheet")
    if name not in (None, master.name):
        raise OtherSheet(f"{folder} has the report of {name}, not of {master.name}: {advice}")
    ours = {question.grade_id for question in master.questions}
    for row in Kept.of(folder).rows.values():
        theirs = {outcome.grade_id for outcome in row.outcomes}
        if theirs and theirs != ours:
            other = sorted(theirs ^ ours)[0]
            raise OtherSheet(
                f"{folder} has a report with other questions than {master.name} has now, for "
                f"example {other!r}: {advice}"
            )


def rows_before(folder: Path) -> tuple[list[Row], int]:
    """Return the rows of all runs, in the order in which their work came, and the lines unread."""
    kept = Kept.of(folder)
    return kept.as_it_came(), kept.unread


def of_unread(lines: int, folder: Path) -> str:
    """Tell of lines of the journal that another edition wrote."""
    if not lines:
        return ""
    return (
        f"{folder / JOURNAL} has {counted(lines, 'line')} of another edition, which cannot be read "
        "here and will stay: grade the files of those students again"
    )


def recall(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Set the options that are not given as they were the last time, and yield them in words.

    One that is given empty is forgotten.
    """
    before = {} if options.fresh else _read(folder / NAME).get("options")
    for name in OPTIONS:
        values = before.get(name) if isinstance(before, dict) else None
        if isinstance(values, list) and values and getattr(options, name) is None:
            texts = list(map(str, values))
            setattr(options, name, texts if name in SEVERAL else texts[-1])
            yield from (f"--{name} {text}" for text in texts)
    for name in FILES:
        path = getattr(options, name)
        setattr(options, name, Path(path) if path else None)


def remember(options: argparse.Namespace, master: Master) -> str:
    """Return the text of the file that `recall` reads."""
    values = {name: getattr(options, name) for name in OPTIONS}
    given = {name: _texts(value) for name, value in values.items() if value}
    text = {"sheet": master.name, "options": given}
    return json.dumps(text, ensure_ascii=False, indent=1) + "\n"


def set_aside(folder: Path) -> str:
    """Move a report into a folder of its own within its folder; return what to say of it."""
    there = sorted({path for form in OURS for path in folder.glob(form)})
    if not there:
        return ""
    Journal(folder).close()  # nobody else writes there
    now = datetime.now()
    aside = folder / f"before-{now:%Y-%m-%d-%H%M%S}"
    aside.mkdir()
    for path in there:
        path.rename(aside / path.name)
    return f"The report before is kept in {aside}"


def _texts(value: Path | str | bool | list[str]) -> list[str]:
    """Return what was given, a file by a path that holds from everywhere."""
    values = value if isinstance(value, list) else [value]
    return [str(one.resolve()) if isinstance(one, Path) else str(one) for one in values]


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
