"""The demo class is one that Moodle could have handed out, and takes back."""

from course_utils.grading.master import read_master
from course_utils.grading.roster import read_roster
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.status import Status
from course_utils.grading.submissions import find_submissions
from tests.grading.importers import LANGUAGES, moodle_worksheet
from tools import demo_class
from tools.exercises import ROOT


def test_its_list_is_a_worksheet_that_moodle_takes_back(tmp_path):
    demo_class.main([str(tmp_path)])
    master = read_master(ROOT / "solutions" / demo_class.SHEET.name)
    roster = read_roster(tmp_path / "list.csv", master)
    assert (roster.system, roster.graded.remarks(master)) == ("moodle", [])
    outcome = Outcome(master.questions[0].grade_id, 3.0, Kind.RIGHT)
    submissions = find_submissions(tmp_path / "moodle.zip", master.name)
    rows = [Row(one.student, one.number, Status.GRADED, "", (outcome,)) for one in submissions]
    everybody, found, strangers = roster.match(rows)
    assert (len(rows), len(everybody), strangers) == (30, 31, [])
    assert sum(bool(told.late) for told in roster.told(rows).values()) == 2
    numbers = dict.fromkeys(range(4001, 4032))
    data = roster.given.encoded(roster.table(found, master))
    taken = moodle_worksheet(data, LANGUAGES["en"], numbers, master.max_score)
    assert sum(one.grade == 3 for one in taken.values()) == 30 and taken[4031].grade is None


def test_its_columns_are_moodles():
    header, *lines = demo_class.worksheet(["Ada Lee"])
    assert list(header) == LANGUAGES["en"].columns
    assert [len(line) for line in lines] == [len(header)] * 2
