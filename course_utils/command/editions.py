"""Hand the course's notebooks out to a learner, and never overwrite what the learner wrote.

Copies come without outputs: a lesson asks for a prediction before each result. The course's own
notebooks keep theirs, to be read. Solutions are clean, with reasons (`solutions`). A copy counts
as changed when the sources of its cells differ from those that were handed out; running a notebook
changes only its outputs, so a copy that was merely run can be refreshed.
"""

import hashlib
import json
import os
from pathlib import Path

from course_utils.checks.progress_store import RECORD
from course_utils.command import documents
from course_utils.command.solutions import clean_copy, is_solution, without_link
from course_utils.command.stripped import without_outputs

FOLDERS = ("notebooks", "exercises")


def hand_out(course, work, solutions=None):
    """Copy notebooks, and documents that they link to, into `work`; return what was written there.

    solutions : their folder, by default the one of `course`; where it is not there, no sheet has
    a link to its solution.
    A missing copy is made, an unchanged one refreshed. Beside a changed one the new edition goes
    under the name `02.new-edition.score.ipynb`, once: JupyterLab cuts long names at their end.
    """
    record = _read_record(work / RECORD)
    before, written = dict(record), []
    sources = {folder: course / folder for folder in FOLDERS}
    sources["solutions"] = solutions or course / "solutions"
    for name, content in _all_for_a_learner(course, sources):
        path = _place(fingerprint(content), work, name, record)
        if path:
            _write_atomically(work / path, without_outputs(content))
            written.append(path)
            record[path.as_posix()] = fingerprint(content)
        record[name.as_posix()] = fingerprint(content)
    if record != before:  # a folder with nothing new may be read-only
        _write_atomically(work / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
    return written


def _all_for_a_learner(course, sources):
    """Yield (path in the learner's folder, bytes) of all that is handed out."""
    for folder, place in sources.items():
        for source in sorted(place.glob("*.ipynb")):
            content = _for_a_learner(source, folder, sources["solutions"].is_dir())
            if content is not None:
                yield Path(folder) / source.name, content
    for name in documents.linked(course):
        yield Path(name), documents.for_a_learner(name, (course / name).read_bytes())


def _for_a_learner(source, folder, solved):
    """Return the bytes of what is handed out of a notebook, or None; solved : are solutions too?"""
    content = source.read_bytes()
    if folder == "solutions":
        return clean_copy(content, source.name) if is_solution(content) else None
    return without_link(content) if folder == "exercises" and not solved else content


def fingerprint(content):
    """A digest of the sources of a notebook's cells; of the bytes where it is no notebook."""
    try:
        cells = json.loads(content)["cells"]
        sources = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
        content = json.dumps(sources).encode()
    except (ValueError, KeyError, TypeError):
        pass
    return hashlib.sha256(content).hexdigest()


def _place(edition, work, path, record):
    """Where this edition must be written, relative to `work`; None where the learner has it."""
    handed_out = record.get(path.as_posix())
    if not (work / path).exists():
        return path
    copy = fingerprint((work / path).read_bytes())
    if edition in (copy, handed_out):
        return None
    if copy == handed_out:
        return path
    return next(other for other in _new_names(path) if _is_ours(work / other, other, record))


def _new_names(path):
    """02.new-edition.a.ipynb, 02.new-edition-2.a.ipynb, ... for 02_a.ipynb"""
    first, _, rest = path.name.partition("_" if "_" in path.stem else ".")
    number = 1
    while True:
        suffix = "" if number == 1 else f"-{number}"
        yield path.with_name(f"{first}.new-edition{suffix}.{rest}")
        number += 1


def _is_ours(file, path, record):
    return not file.exists() or fingerprint(file.read_bytes()) == record.get(path.as_posix())


def _read_record(path):
    """What was handed out last; without a readable record, every copy that differs is changed."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write_atomically(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_bytes(content)
    os.replace(temporary, path)
