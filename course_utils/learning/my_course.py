"""My course: one HTML page of what a learner built, predicted and reached, to keep or to show.

It is made from the learner's own progress file, needs no network, and is sent nowhere.
"""

from datetime import date
from pathlib import Path

from course_utils.checks.catalogue import beside, sheets
from course_utils.checks.progress_store import store
from course_utils.learning.calibration import calibration
from course_utils.learning.course_test import AFTER, BEFORE, score
from course_utils.learning.page import Html, code, page, section, table
from course_utils.learning.standing import TEST, sheet_of

CAPSTONES = "20", "20b"
SCORES = "20.scores"  # where the capstone's table is kept


def my_course():
    """Return the page "My course" as HTML, from the answers that are kept so far."""
    entries = store().entries()
    parts = [
        section("What I built", *(_built(entries) or ["Nothing is built yet."])),
        section("What I predicted", *_predicted(entries)),
        section("Before the course and after it", *_tested()),
        section("Exercises", _solved(entries)),
    ]
    if capstone := _capstone(entries):
        parts.insert(0, section("My capstone", *capstone))
    return page("My course on attention", f"As of {date.today()}.", *parts)


def export_my_course(path=None):
    """Write the page "My course" as one HTML file; return its path.

    path : by default my_course.html beside the progress file. A page that is there is replaced: it
    is made from the progress file, which loses nothing.
    """
    home = store().path.parent if store().path else Path.cwd()
    path = Path(path) if path else home / "my_course.html"
    path.write_text(my_course(), encoding="utf-8")
    return path


def keep_scores(scores):
    """Put the capstone's table down for the page. scores : {what was asked: (before, after)}."""
    rows = [(asked, *map(float, shares)) for asked, shares in scores.items()]
    store().put(SCORES, "page", rows=rows)


def _built(entries):
    """Return title and code of everything that is right and was written, in the course's order."""
    found = []
    for key in sorted(entries):
        if entries[key].get("code"):
            asked = beside(key).get(key)
            found.append(code(entries[key]["code"], f"{key} {asked.title}" if asked else key))
    return found


def _predicted(entries):
    judged = [e for e in entries.values() if isinstance(e.get("right"), bool) and _was_guess(e)]
    if not judged:
        return ["No prediction has met its result yet."]
    heads = ["asked", "predicted", "how sure", "what happened", ""]
    rows = [
        (e.get("question", ""), e["answer"], e["confidence"], e["measured"], _mark(e["right"]))
        for e in judged
    ]
    return [Html(calibration(entries.values())), table(heads, rows)]


def _was_guess(entry):
    return entry["kind"] == "prediction" and entry.get("answer") is not None


def _mark(right):
    return "✓" if right else "≠"


def _tested():
    scores = [(time, *score(time)) for time in (BEFORE, AFTER) if score(time)]
    if not scores:
        return ["The course test is not taken yet."]
    return [table(["course test", "right", "of"], scores)]


def _solved(entries):
    rows = []
    for sheet in sheets():
        own = [e for key, e in entries.items() if sheet_of(key) == sheet and "tries" in e]
        own = [e for e in own if e["kind"] == "exercise"]
        if own and sheet != TEST:
            rows.append((sheet, sum(bool(e.get("passed")) for e in own), len(own)))
    return table(["sheet", "right", "tried"], rows) if rows else "No exercise is tried yet."


def _capstone(entries):
    """Return what the capstones' claims say: the numbers that were measured again and hold."""
    parts = []
    for key, entry in sorted(entries.items()):
        claim = entry.get("answer")
        right = sheet_of(key) in CAPSTONES and entry.get("passed")
        if right and isinstance(claim, dict) and claim:
            asked = beside(key).get(key)
            parts.append(table(["", "value"], claim.items(), asked.title if asked else key))
    if rows := entries.get(SCORES, {}).get("rows"):
        heads = ["asked", "before the mend", "after"]
        parts.append(table(heads, rows, "the share of pairs that came out right"))
    return parts
