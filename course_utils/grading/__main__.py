"""The command that grades a class: a solution and submissions in, marks and pages out.

Student code never meets the tests: it runs in a sandbox of its own, and only values come back.
"""

import argparse
import functools
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from course_utils.grading import GradingError
from course_utils.grading.environment import start_clean

if TYPE_CHECKING:
    from course_utils.grading.master import Master
    from course_utils.grading.rows import Row
    from course_utils.grading.run import Graders

# Before anything imports NumPy: processes side by side must not fight for cores.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ["COURSE_PROGRESS"] = "memory"  # the grader's own progress file is not touched

SEED = "COURSE_GRADING_SEED"


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade, and return 0 when every submission got a row."""
    options = _parser().parse_args(arguments)
    try:
        return _grade(options)
    except GradingError as error:
        print(f"Not graded: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    """Return the command's options."""
    made = argparse.ArgumentParser(prog="python -m course_utils.grading", description=__doc__)
    add = made.add_argument
    add("source", type=Path, help="a solution notebook with nbgrader's metadata")
    add("submissions", type=Path, help="a folder, a notebook, or a .zip from Moodle or Canvas")
    add("--out", type=Path, required=True, help="the folder for the report")
    add("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    add(
        "--seed", default=os.environ.get(SEED, "hidden"), help="any text, kept secret: draws inputs"
    )
    add("--force", action="store_true", help="grade again what is already graded")
    add("--roster", type=Path, help="the class's list (CSV) from Moodle or Canvas")
    add("--marks", type=Path, help="points given by hand: a CSV with student and grade_ids")
    add("--withhold", action="append", default=[], metavar="MODULE", help="cannot be imported")
    add("--cell-seconds", type=float, default=60, help="for one cell (default: %(default)s)")
    add("--call-seconds", type=float, default=10, help="for one test's calls (%(default)s)")
    add("--total-seconds", type=float, default=300, help="for one submission (%(default)s)")
    add("--memory", type=int, default=2000, help="megabytes of one process (%(default)s)")
    add("--unsafe-no-sandbox", action="store_true", help="run strangers' code unprotected")
    add("--gradebook", metavar="URL", help="write the marks to nbgrader's gradebook too")
    add("--dask", metavar="ADDRESS", help="grade on the workers of a Dask cluster")
    return made


def _grade(options: argparse.Namespace) -> int:
    # Imported here: the variables above must be set before NumPy is there.
    from course_utils.grading.assess import Settings
    from course_utils.grading.master import read_master
    from course_utils.grading.pool import grade_all
    from course_utils.grading.roster import read_roster
    from course_utils.grading.run import UNSAFE, Report, grade
    from course_utils.grading.sandbox import Limits, Sandbox
    from course_utils.grading.submissions import find_submissions
    from course_utils.grading.tables import read_marks

    seconds = options.cell_seconds, options.call_seconds, options.total_seconds
    of_the_class = options.source.parent, options.submissions, options.out, options.roster
    hidden = tuple(str(path) for path in (*of_the_class, options.marks) if path)
    limits = Limits(*seconds, options.memory)
    sandbox = Sandbox(limits, safe=not options.unsafe_no_sandbox, hidden=hidden)
    reason = sandbox.why_not() if sandbox.safe else None
    if reason:
        raise GradingError(reason)
    master = read_master(options.source, options.withhold)
    report = Report(
        options.out,
        master,
        read_marks(options.marks, master) if options.marks else {},
        read_roster(options.roster) if options.roster else None,
        "" if sandbox.safe else UNSAFE,
    )
    gradebook = _gradebook(options.gradebook) if options.gradebook else None
    submissions = find_submissions(options.submissions)
    settings = Settings(sandbox, options.seed)
    graders = _on_cluster(options.dask) if options.dask else grade_all
    rows = grade(submissions, master, settings, options.out, options.jobs, options.force, graders)
    print(report.write(rows))
    if gradebook:
        print(f"{gradebook(report.marked(rows), master)} students written to the gradebook")
    return 0 if len(rows) == len(submissions) else 1


def _on_cluster(address: str) -> "Graders":
    try:
        from course_utils.grading.cluster import grade_on
    except ImportError as error:
        raise GradingError(f"--dask needs dask: pip install distributed ({error})") from error
    return grade_on(address)


def _gradebook(url: str) -> "Callable[[Sequence[Row], Master], int]":
    """Return what writes to the gradebook there.

    It is opened once now, so that nobody waits for marks that cannot be written.
    """
    try:
        from course_utils.grading.gradebook import opened, write_gradebook
    except ImportError as error:
        raise GradingError(f"--gradebook needs nbgrader: pip install nbgrader ({error})") from error
    with opened(url):
        return functools.partial(write_gradebook, url)


if __name__ == "__main__":
    start_clean("course_utils.grading", sys.argv[1:])
    sys.exit(main())
