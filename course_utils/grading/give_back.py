"""Pages on their way back to the students in bulk: a .zip for Moodle, and one for Canvas.

Both platforms know whose a file is by the name that they wrote themselves when it was downloaded.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from course_utils.grading.rows import Row
from course_utils.grading.submissions import Submission

OF_CANVAS = r".*?_[0-9A-Za-z]+_[0-9]+_(?P<file>.+)"
PAGE = "feedback.html"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same pages make the same archive


def addressed(row: Row, submission: Submission) -> Row:
    """Return the row with the name by which a platform knows whose file it was."""
    return replace(row, platform=submission.platform, entry=_entry(submission, row.file))


def _entry(submission: Submission, file: str) -> str:
    """Return the name that the platform wrote, of several the one of the file that counted."""
    names = {entry: re.match(OF_CANVAS, entry) for entry in submission.entries}
    fitting = [entry for entry, match in names.items() if match and file.startswith(match["file"])]
    return (fitting or list(submission.entries) or [""])[-1]


def feedback_archives(rows: Iterable[Row], pages: Mapping[str, str]) -> dict[str, bytes]:
    """Return the archives to upload, by name: of those students whom a platform named.

    pages : the text of each student's page.
    """
    moodle, canvas = dict[str, bytes](), dict[str, bytes]()
    for row in rows:
        if row.student not in pages or not row.entry:
            continue
        page, folder = pages[row.student], _moodles_folder(row)
        if folder:
            moodle[f"{folder}/{PAGE}"] = page.encode()
        elif row.platform == "canvas":
            canvas[row.entry] = _as_handed_in(row.entry, page)
    made = {"feedback_moodle.zip": moodle, "feedback_canvas.zip": canvas}
    return {name: _zip(members) for name, members in made.items() if members}


def _moodles_folder(row: Row) -> str:
    """Return the folder of a student, without the name of the file where that stands behind it."""
    if row.platform != "moodle" or not row.number:
        return ""
    form = rf".+?_{re.escape(row.number)}_assignsubmission_[a-z][a-z0-9]*_?"
    folder = re.match(form, row.entry)
    return folder[0] if folder else ""


def _as_handed_in(entry: str, page: str) -> bytes:
    """Return a page as a file of the kind that was handed in.

    Canvas shows it to the student by that file's name: what is called .ipynb must open as one.
    """
    ending = PurePosixPath(entry).suffix.lower()
    if ending == ".ipynb":
        return _notebook(page)
    return _zip({PAGE: page.encode()}) if ending == ".zip" else page.encode()


def _notebook(page: str) -> bytes:
    """Return a notebook that shows a page: as an output, which needs no kernel and no trust."""
    shown = {"output_type": "display_data", "data": {"text/html": page}, "metadata": {}}
    cell = {"cell_type": "code", "id": "feedback", "source": "", "metadata": {}}
    cells = [{**cell, "execution_count": None, "outputs": [shown]}]
    text = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    return json.dumps(text, ensure_ascii=False, indent=1).encode()


def _zip(members: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in sorted(members.items()):
            about = zipfile.ZipInfo(name, LONG_AGO)
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, data)
    return made.getvalue()
