"""A whole run: every submission once, and the report."""

import hashlib
import os
from dataclasses import astuple, dataclass
from pathlib import Path

from tqdm import tqdm

from course_utils.grading.html import feedback_page, file_name, summary_page
from course_utils.grading.journal import Journal
from course_utils.grading.master import Master
from course_utils.grading.pool import grade_all
from course_utils.grading.roster import Roster
from course_utils.grading.summary import as_text, summarise
from course_utils.grading.tables import grades_csv, grades_json

UNSAFE = "Graded without a sandbox (--unsafe-no-sandbox): these marks can be forged."

OPEN = {"again": True}  # as the row of a submission where the grader failed: try once more


@dataclass(frozen=True)
class Report:
    """What a run leaves in a folder. marks : {student: {grade_id: points}} given by hand."""

    folder: Path
    master: Master
    marks: dict
    roster: Roster | None = None
    warning: str = ""

    def write(self, rows):
        """Write every file; return what to say in a terminal."""
        found, strangers = {}, []
        if self.roster:
            rows, found, strangers = self.roster.match(rows)
        rows = sorted(rows, key=lambda row: row["student"].casefold())
        about = rows, self.master, self.marks
        self._put("grades.csv", grades_csv(*about))
        self._put("grades.json", grades_json(*about, self.warning))
        links = self._feedback(rows)
        summary = summarise(*about)
        self._put("summary.html", summary_page(summary, *about, links, self.warning))
        if self.roster:
            table = self.roster.table(found, self.master, self.marks)
            self._put(f"grades_{self.roster.system}.csv", table)
        said = [as_text(summary, rows, self.master), self.warning]
        said += [f"  not on the list, or twice: {name}" for name in strangers]
        return "\n".join(line for line in said if line)

    def _feedback(self, rows):
        """Write the students' pages; return their names by student."""
        links, taken = {}, set()
        for row in rows:
            if row["status"] == "missing":
                continue
            links[row["student"]] = name = file_name(row["student"], taken)
            page = feedback_page(row, self.master, self.marks.get(row["student"]), self.warning)
            self._put(f"feedback/{name}", page)
        return links

    def _put(self, name, text):
        """Write a file in one step: who opens it sees the old one or the new one."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        new.write_text(text, encoding="utf-8", newline="\n")
        os.replace(new, path)


def grade(submissions, master, settings, folder, jobs=1, force=False, graders=grade_all, show=True):
    """Return the row of every submission, in their order. Rows that are there are not made anew.

    graders : how they are graded, see `pool.grade_all`.
    """
    journal = Journal(folder, force)
    try:
        about = _fingerprint(master, settings)
        keys = [submission.key(about) for submission in submissions]
        open_ones = [n for n, key in enumerate(keys) if journal.rows.get(key, OPEN).get("again")]
        tqdm.monitor_interval = 0  # a thread of its own, and processes that fork may not have any
        with tqdm(total=len(keys), initial=len(keys) - len(open_ones), disable=not show) as bar:
            todo = [submissions[place] for place in open_ones]
            for place, row in graders(todo, master, settings, jobs):
                journal.add(keys[open_ones[place]], row)
                bar.update()
        return [journal.rows[key] for key in keys]
    finally:
        journal.close()


def _fingerprint(master, settings):
    """Changes where a row would come out otherwise: with the tests, the seed, the limits."""
    withheld = [question.withheld for question in master.questions]
    seed = hashlib.sha256(settings.seed.encode()).hexdigest()  # no secret in a file
    limits, safe = astuple(settings.sandbox.limits), settings.sandbox.safe
    return repr((master.digest, withheld, seed, limits, safe))
