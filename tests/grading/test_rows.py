"""A row of marks: its total, its way through the journal; and that every status is known to all."""

import csv
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from course_utils.grading import __main__ as command
from course_utils.grading import pool
from course_utils.grading.html import LOOKS
from course_utils.grading.journal import NAME, Journal
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.status import Status, first_of
from course_utils.grading.summary import FAILED
from tests.grading.invented_class import POINTS, Case, master_notebook

ROOT = Path(__file__).resolve().parents[2]
GRADING = ROOT / "course_utils" / "grading"
HERE = "course_utils/grading/status.py"
each_status = pytest.mark.parametrize("status", Status)


def row_with(*points, **more):
    outcomes = (Outcome(f"q{n}", one, Kind.RIGHT) for n, one in enumerate(points))
    return Row("ada", "", Status.GRADED, outcomes=tuple(outcomes), **more)


@pytest.mark.parametrize(
    ("row", "score"),
    [
        (row_with(1.5, 2.0), 3.5),
        (row_with(1.0, None), 1.0),
        (row_with(0.0), 0.0),
        (row_with(None), None),
        (row_with(), None),
        (row_with(1.0, None).marked({"q1": 2.5}), 3.5),
        (row_with(1.0, 1.0).marked({"q0": 0.0}), 1.0),
        (row_with().marked({"q1": 2.0}), 2.0),
        (row_with(1.0).marked(None), 1.0),
        (row_with(3.0, None, penalty=1.0), 2.0),
        (row_with(3.0, penalty=math.inf), 0.0),
        (row_with(None, penalty=1.0), None),
        (row_with(0.5, penalty=1.0).marked({"q0": 2.0}), 1.0),
    ],
)
def test_the_total(row, score):
    assert row.score == score and isinstance(row.score, type(score))


def full_row(status=Status.TIMEOUT, student="ada"):
    said = ("expected", "1"), ("yours", "2")
    outcome = Outcome("q", 1.0, Kind.PARTLY, "near", "a mistake", said, 3, 4)
    hand = Outcome("h", None, Kind.BY_HAND)
    known = {"work": "w", "source": "s", "handed_in": 5.0, "marked_late": True, "person": "#7"}
    row = Row(student, "7", status, "x.ipynb", (outcome, hand), ("note",), 1.5, {"q": "x"}, True)
    return replace(row, **known)


@each_status
def test_a_row_comes_back_from_the_journal_as_it_was(tmp_path, status):
    journal = Journal(tmp_path)
    journal.add("key", full_row(status))
    journal.close()
    assert Journal(tmp_path).rows == {"key": full_row(status)}


def test_a_teachers_points_are_not_kept_with_the_row(tmp_path):
    journal = Journal(tmp_path)
    journal.add("key", full_row().marked({"h": 1.0}))
    journal.close()
    assert Journal(tmp_path).rows == {"key": full_row()}


def test_a_row_of_another_edition_is_kept_until_its_file_is_graded_anew(tmp_path):
    old = {"student": "lin", "status": "timeout", "outcomes": [{"grade_id": "q", "points": 2.0}]}
    old["outcomes"][0]["kind"] = "right"
    newer = {**full_row(student="kim").as_json(), "colour": "blue"}
    lines = [
        json.dumps(["old", old]),
        json.dumps(["odd", 7]),
        "no json",
        json.dumps(["new", newer]),
    ]
    lines += [json.dumps(["key", replace(full_row(), again=False).as_json()])]
    (tmp_path / NAME).write_text("\n".join(lines) + "\n")
    journal = Journal(tmp_path)
    assert journal.rows["old"].score == 2 and journal.rows["old"].status is Status.TIMEOUT
    assert journal.rows["new"] == full_row(student="kim")
    assert (journal.kept.done, journal.kept.unread) == ({"key"}, 2)
    assert (tmp_path / NAME).read_text().splitlines() == lines, "no line is lost"


# Every status, and every kind of outcome, is known to all who speak of it.


def test_the_first_status_that_applies():
    page = (ROOT / "docs" / "teaching" / "grading.md").read_text(encoding="utf-8")
    table = page.partition("| status, the first that applies |")[2].partition("\n\n")[0]
    promised = re.findall(r"^\| `(\w+)` \|", table, re.M)
    assert promised == list(Status), (
        "docs/teaching/grading.md: a line each, in the order that counts"
    )
    assert first_of([]) is Status.GRADED
    assert first_of([Status.TIMEOUT, Status.PROTOCOL, Status.CRASHED]) is Status.PROTOCOL


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """(folder, what the command said, its exit code): a class with a student for each status."""
    school = tmp_path_factory.mktemp("school")
    (school / "mini.ipynb").write_text(json.dumps(master_notebook()))
    names = ["Identifier,Full name,Grade,Maximum Grade,Last modified (grade),Feedback comments"]
    names += [f"Participant {n},{status},,10.00,-," for n, status in enumerate(Status)]
    (school / "list.csv").write_text("\n".join(names) + "\n")
    for status in Status:
        if status.handed_in:
            (school / "in" / status).mkdir(parents=True)
            (school / "in" / status / "mini.ipynb").write_bytes(Case("").bytes())
    arguments = [str(school / name) for name in ("mini.ipynb", "in")]
    arguments += ["--out", str(school / "out"), "--roster", str(school / "list.csv")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "grade_all", one_of_each)
        code = command.main([*arguments, "--unsafe-no-sandbox"])
    return school / "out", code


def one_of_each(submissions, master, settings, jobs):
    for place, submission in enumerate(submissions):
        outcomes = tuple(Outcome(name, points, Kind.RIGHT) for name, points in POINTS.items())
        student = submission.student
        note = f"a note on {student}"
        yield place, Row(student, "", Status(student), outcomes=outcomes, notes=(note,))


def column(path, key, value):
    with path.open(newline="") as file:
        return {line[key]: line[value] for line in csv.DictReader(file)}


@each_status
def test_every_table_has_the_status(report, status):
    folder, code = report
    assert code == 0, "every submission has a row, whatever its status: __main__.py"
    assert column(folder / "grades.csv", "student", "status")[status] == status, "tables.py"
    submissions = json.loads((folder / "grades.json").read_text())["submissions"]
    assert status in [one["status"] for one in submissions], "tables.py"
    comment = column(folder / "grades_moodle.csv", "Full name", "Feedback comments")[status]
    assert bool(comment) == status.handed_in, "roster.py: a comment for who handed something in"
    why = status.to_student[1:] or f"a note on {status}" * status.look
    assert not status.handed_in or why in comment, "roster.py: the comment says what happened"


@each_status
def test_the_summary_says_the_status(report, status):
    page = (report[0] / "summary.html").read_text()
    counts, look = page.split("Who needs a look")[0], page.split("Who needs a look")[1]
    assert f"1 {status}" in counts, "pages/summary.html: it counts every status"
    assert (f'row">{status}<' in look) == status.look, f"{HERE}: {status.name} is to be looked at"


@each_status
def test_a_students_page_says_why(report, status):
    path = report[0] / "feedback" / f"{status}.html"
    assert path.exists() == status.handed_in, "run.py: a page for everybody who handed something in"
    if status.handed_in and status is not Status.GRADED:
        said = f"a note on {status}" if status is Status.REJECTED else status.to_student
        assert said, f"{HERE}: give {status.name} a sentence for its student (to_student)"
        assert said in path.read_text(), "html.py: a student's page says what happened"


def test_what_code_brings_about_has_words_for_it():
    text = "".join(path.read_text(encoding="utf-8") for path in GRADING.glob("*.py"))
    of_faults = {Status[name] for name in re.findall(r"Fault\(Status\.(\w+)", text)}
    silent = [status.name for status in of_faults if not status.of_code]
    assert of_faults and not silent, f"{HERE}: say what the code did (of_code) for {silent}"


def test_every_kind_of_outcome_is_drawn_and_counted():
    without = set(Kind) - set(LOOKS)
    assert not without, f"course_utils/grading/html.py: a mark in LOOKS for {without}"
    counted = {*FAILED, Kind.NOT_ANSWERED, Kind.RIGHT, Kind.BY_HAND, Kind.RECORDED}
    assert set(Kind) == counted, (
        f"course_utils/grading/summary.py: is {set(Kind) - counted} failed? If not, name it here"
    )
