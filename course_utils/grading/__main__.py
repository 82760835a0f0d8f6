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
from course_utils.grading.counted import counted
from course_utils.grading.environment import ONE_THREAD, start_clean

if TYPE_CHECKING:
    from course_utils.grading.deadline import Deadline
    from course_utils.grading.master import Master
    from course_utils.grading.people import Person
    from course_utils.grading.roster import Roster
    from course_utils.grading.rows import Row
    from course_utils.grading.run import Graders, Report
    from course_utils.grading.sandbox import Sandbox
    from course_utils.grading.submissions import Submission

# Before anything imports NumPy: processes side by side must not fight for cores.
for _name, _text in ONE_THREAD.items():
    os.environ.setdefault(_name, _text)
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
    except OSError as error:
        print(f"Stopped: {_of_system(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    finally:
        _end_workers()


def _of_system(error: OSError) -> str:
    """Say what the system refused, and where: a folder that is read-only, a disk that is full."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}. What is graded is kept; the same command goes on."


def _count(text: str) -> int:
    """Return a whole number from 1 on."""
    if not text.strip().isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 on")
    return int(text)


def _seconds(text: str) -> float:
    """Return a length of time."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r}: expected seconds, such as 10")
    return seconds


def _parser() -> argparse.ArgumentParser:
    """Return the command's options."""
    made = argparse.ArgumentParser(prog="python -m course_utils.grading", description=__doc__)
    add = made.add_argument
    add("source", type=Path, help="a solution notebook with nbgrader's metadata")
    add("submissions", type=Path, help="a folder, a notebook, or a .zip from Moodle or Canvas")
    add("--out", type=Path, help="the folder for the report (default: report/ and the sheet)")
    report = made.add_mutually_exclusive_group()
    report.add_argument("--merge", action="store_true", help="into the report there (the default)")
    report.add_argument("--fresh", action="store_true", help="anew, and keep the old one aside")
    add("--yes", action="store_true", help="ask nothing: grade where there is a doubt")
    add("--jobs", type=_count, default=os.cpu_count() or 1, help="how many at a time")
    add(
        "--seed", default=os.environ.get(SEED, "hidden"), help="any text, kept secret: draws inputs"
    )
    add("--force", action="store_true", help="grade again what is already graded")
    # What follows is remembered for the next run into the same folder; given empty, forgotten.
    add("--roster", metavar="FILE", help="the class's list (CSV) from Moodle or Canvas")
    add("--column", metavar="NAME", help="the column of that list which gets the grades")
    add("--scale", action=argparse.BooleanOptionalAction, help="scale grades to its maximum")
    add("--marks", metavar="FILE", help="points given by hand: a CSV with student and grade_ids")
    add("--due", metavar="TIME", help='when it was due, such as "2026-03-01 23:59"')
    add("--late", metavar="RULE", help='what late work costs: "10%% per day, 3 days grace"')
    add("--extensions", metavar="FILE", help="who has longer: a CSV with student, until or days")
    add("--withhold", action="append", metavar="MODULE", help="cannot be imported")
    add("--cell-seconds", type=_seconds, default=60, help="for one cell (default: %(default)s)")
    add("--call-seconds", type=_seconds, default=10, help="for one test's calls (%(default)s)")
    add("--total-seconds", type=_seconds, default=300, help="for one submission (%(default)s)")
    add("--memory", type=_count, default=2000, help="megabytes of one process (%(default)s)")
    add("--unsafe-no-sandbox", action="store_true", help="run strangers' code unprotected")
    add("--gradebook", metavar="URL", help="write the marks to nbgrader's gradebook too")
    add("--dask", metavar="ADDRESS", help="grade on the workers of a Dask cluster")
    return made


def _grade(options: argparse.Namespace) -> int:
    # Imported here, as below: the variables above must be set before NumPy is there.
    from course_utils.grading import kept, ready
    from course_utils.grading.settings import Settings

    out = options.out = options.out or Path("report") / options.source.stem
    for line in kept.recall(options, out):
        print(f'As last time: {line} (given as "" it is forgotten)')
    settings = Settings(_sandbox(options), options.seed)
    ready.prepare(settings.sandbox)  # it loads while all is imported and read
    from course_utils.grading.library import course_code
    from course_utils.grading.merge import merge
    from course_utils.grading.pool import grade_all
    from course_utils.grading.proving import proved
    from course_utils.grading.run import grade, put

    report, submissions = _ready(options, out)
    gradebook = _gradebook(options.gradebook) if options.gradebook else None
    # the other slots' load while SOURCE is graded
    for slot in range(1, min(options.jobs, len(submissions)) if not options.dask else 1):
        ready.prepare(settings.in_slot(slot).sandbox)
    course_code()  # made here, it is there in every process
    settings = proved(report.master, settings)
    graders = _on_cluster(options.dask) if options.dask else grade_all
    if options.fresh:
        _say(kept.set_aside(out))
    put(out / kept.NAME, kept.remember(options, report.master))
    rows = grade(submissions, report.master, settings, out, options.jobs, options.force, graders)
    before, unread = kept.rows_before(out)
    merged, number_of_rows = merge(rows, before, report.master), len(rows)
    del rows, before  # of a large class they are much, and each is there a second time
    _say(report.write(merged.rows), *merged.said(), kept.of_unread(unread, out))
    _say(f"The report: {out / 'summary.html'}")
    if gradebook:
        number = gradebook(report.marked(merged.rows), report.master)
        _say(f"{counted(number, 'student')} written to the gradebook")
    return 0 if number_of_rows == len(submissions) else 1


def _end_workers() -> None:
    from course_utils.grading import ready

    ready.put_away()


def _say(*lines: str) -> None:
    for line in filter(None, lines):
        print(line)


def _sandbox(options: argparse.Namespace) -> "Sandbox":
    from course_utils.grading.sandbox import Limits, Sandbox

    seconds = options.cell_seconds, options.call_seconds, options.total_seconds
    given = options.roster, options.marks, options.extensions
    of_the_class = options.source.parent, options.submissions, options.out, *given
    hidden = tuple(os.path.abspath(path) for path in of_the_class if path)
    limits = Limits(*seconds, options.memory)
    sandbox = Sandbox(limits, safe=not options.unsafe_no_sandbox, hidden=hidden)
    reason = sandbox.why_not() if sandbox.safe else None
    if reason:
        raise GradingError(reason)
    return sandbox


def _ready(options: argparse.Namespace, out: Path) -> "tuple[Report, list[Submission]]":
    """Read everything that is given, and ask where there is a doubt, before anything is written."""
    from course_utils.grading import doubts, kept
    from course_utils.grading.master import read_master
    from course_utils.grading.merge import everybody_of
    from course_utils.grading.own_files import without_own
    from course_utils.grading.roster import class_of, read_roster
    from course_utils.grading.rubrics import read_rubrics
    from course_utils.grading.run import UNSAFE, Report
    from course_utils.grading.submissions import find_submissions
    from course_utils.grading.tables import read_marks
    from course_utils.grading.worth import with_worth

    master = read_master(options.source, [one for one in options.withhold or () if one])
    if not options.fresh:
        kept.refuse_other_sheet(out, master)
    if options.marks:
        master = with_worth(master, options.marks)
    roster = None
    if options.roster:
        roster = read_roster(options.roster, master, options.column or "", bool(options.scale))
    submissions = without_own(find_submissions(options.submissions, master.name), options.source)
    before = [] if options.fresh else kept.rows_before(out)[0]
    people = class_of(everybody_of(submissions, before, master), roster)
    marks = read_marks(options.marks, master, people) if options.marks else {}
    marked = any(one.marked_late for one in [*submissions, *before])
    deadline = _deadline(options, people, marked, roster)
    asked = doubts.doubts(options.source, master, submissions, deadline, before, roster)
    doubts.settle(asked, options.yes)
    warning = UNSAFE if options.unsafe_no_sandbox else ""
    rubrics = read_rubrics(options.source)
    return Report(out, master, marks, roster, warning, deadline, rubrics), submissions


def _deadline(
    options: argparse.Namespace, people: "Sequence[Person]", marked: bool, roster: "Roster | None"
) -> "Deadline":
    """Return when it was due and what late work costs. marked : whether anybody is marked late."""
    from course_utils.grading.deadline import Deadline, moment
    from course_utils.grading.extensions import read_extensions
    from course_utils.grading.late import read_rule

    due = moment(options.due) if options.due else None
    rule = read_rule(options.late) if options.late else None
    if rule and due is None and not roster and not marked:
        raise GradingError(
            'nothing says what is late: give --due, such as --due "2026-03-01 23:59"'
        )
    if not options.extensions:
        return Deadline(due, rule)
    found = read_extensions(options.extensions, people, whole=roster is not None)
    _say(*(f"An extension for {name}, of whom there is no work yet" for name in found.strangers))
    return Deadline(due, rule, found.by_student)


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
    start_clean()
    sys.exit(main())
