"""Late work: the rule that a teacher writes, dates, extensions, and what a row loses."""

import math
import time
from datetime import UTC, datetime, timedelta

import pytest

from course_utils.grading import GradingError
from course_utils.grading.deadline import Deadline, Extension, moment
from course_utils.grading.extensions import read_extensions
from course_utils.grading.late import LATE_UNKNOWN, UNKNOWN, in_words, read_rule
from course_utils.grading.people import Person
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.status import Status
from course_utils.grading.told import Told, lateness, told_by

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
MOST = 20


@pytest.mark.parametrize(
    ("rule", "late", "penalty"),
    [
        ("10% per day", SECOND, 2),  # a day that has begun counts, as in Canvas
        ("10% per day", DAY, 2),
        ("10% per day", DAY + SECOND, 4),
        ("10% per day", 300 * DAY, 600),
        ("10 percent each day", 2 * DAY, 4),
        ("10%/day", 2 * DAY, 4),
        ("10 % / day", 2 * DAY, 4),
        ("2.5% per hour", 2 * HOUR, 1),
        ("2,5% per hour", 2 * HOUR, 1),
        ("1 point per week", 8 * DAY, 2),
        ("0.5 points a day", 3 * DAY, 1.5),
        ("2 marks per 2 days", 3 * DAY, 4),
        ("20% once", 9 * DAY, 4),
        ("20% off once", SECOND, 4),
        ("10% per day, 3 days grace", 3 * DAY, 0),
        ("10% per day, 3 days grace", 3 * DAY + SECOND, 2),
        ("10% per day, grace of 12 hours", 13 * HOUR, 2),
        ("15 minutes grace; 10% per day", timedelta(minutes=15), 0),
        ("10% per day and 2 days of grace", 4 * DAY, 4),
        ("10% per day,3 days grace", 4 * DAY, 2),
        ("10% per day, at most 50%", 30 * DAY, 10),
        ("10% per day, at most 3 points", 30 * DAY, 3),
        ("10% PER DAY, No Marks After 7 Days", 7 * DAY, 14),
        ("10% per day, no marks after 7 days", 7 * DAY + SECOND, math.inf),
        ("10% per day, at most 50%, no marks after 7 days", 8 * DAY, math.inf),
        ("10% per day, 10 days grace, until 7 days", 8 * DAY, math.inf),
        ("no marks after 2 days", DAY, 0),
        ("nothing after 2 days", 3 * DAY, math.inf),
        ("no marks after 0 days", SECOND, math.inf),
        ("-10% per day", DAY, 2),
        ("minus 1 point per 12 hours, 48h grace, max 4 points", 3 * DAY, 2),
        ("10% a day, 2-day grace period", 3 * DAY, 2),
        ("10% per day, grace period: 3 days, zero after 1 week", 8 * DAY, math.inf),
        ("10% per day, 3 days' grace", 4 * DAY, 2),
        ("10% per day", timedelta(0), 0),
        ("10% per day", UNKNOWN, 0),  # nobody knows how many days
        ("20% once, 1 day grace", UNKNOWN, 0),
        ("20% once", UNKNOWN, 4),  # that needs no clock
    ],
)
def test_a_rule(rule, late, penalty):
    assert read_rule(rule).penalty(late, MOST) == pytest.approx(penalty)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", "is no part of a rule"),
        ("10%", "is no part of a rule"),
        ("ten percent per day", "is no part of a rule"),
        ("10% of the score per day", "is no part of a rule"),
        ("10% per day, three days grace", "'three days grace' is no part"),
        ("10% per month", "is no part of a rule"),
        ("nan% per day", "is no part of a rule"),
        ("500% per day", "is more than all"),
        ("10% per 0 days", "names no time"),
        ("10% per day, 5% per hour", "say the same twice"),
        ("10% per day, 1 day grace, grace 2 days", "say the same twice"),
        ("3 days grace", "does not say what late work costs"),
        ("at most 50%, no marks after 3 days", "does not say what late work costs"),
        ("10% per day, 999999999999 weeks grace", "too long"),
    ],
)
def test_a_rule_that_cannot_be_read_is_told_in_one_sentence_with_an_example(rule, words):
    with pytest.raises(GradingError, match=words) as told:
        read_rule(rule)
    assert "for example --late" in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (timedelta(seconds=0.2), "1 second"),
        (timedelta(minutes=12), "12 minutes"),
        (DAY + 3 * HOUR + SECOND, "1 day 3 hours"),
        (2 * DAY + SECOND, "2 days 1 second"),
        (UNKNOWN, LATE_UNKNOWN),
    ],
)
def test_how_late_in_words(late, words):
    assert in_words(late) == words


@pytest.fixture
def zone(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "in_utc"),
    [
        ("2026-03-01 23:59", (2026, 3, 1, 22, 59, 59)),
        ("2026-03-01 23:59:30", (2026, 3, 1, 22, 59, 30)),
        ("2026-03-01T9:05", (2026, 3, 1, 8, 5, 59)),
        ("2026-03-01", (2026, 3, 1, 22, 59, 59)),
        ("2026-07-01", (2026, 7, 1, 21, 59, 59)),  # summer time
        ("2026-03-01 23:59+00:00", (2026, 3, 1, 23, 59, 59)),
        ("2026-03-01 23:59 -0500", (2026, 3, 2, 4, 59, 59)),
        ("2026-03-01 23:59Z", (2026, 3, 1, 23, 59, 59)),
        (" 2026-03-01T23:59z ", (2026, 3, 1, 23, 59, 59)),
    ],
)
def test_a_date_lasts_as_long_as_it_says(zone, text, in_utc):
    assert moment(text) == datetime(*in_utc, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "01.03.2026", "2026-02-30", "2026-03-01 25:00", "0000-01-01", "23:59"]
)
def test_a_date_that_is_none_is_told_with_an_example(text):
    with pytest.raises(GradingError, match=r"--due: .* is no date: expected 2026-03-01 23:59"):
        moment(text)


def row(student="Ada", number="", points=10.0, **more):
    outcomes = (Outcome("q", points, Kind.RIGHT),)
    return Row(student, number, Status.GRADED, outcomes=outcomes, **more)


def applied(deadline, one, told=None):
    said = told if isinstance(told, Told) else Told(told)
    (made,) = deadline.applied([one], MOST, {one.student: said})
    return made.late, made.raw_score, made.score


RULE = read_rule("10% per day")
DUE = 1_000_000.0


def in_days(days):
    return DUE + days * 86_400


@pytest.mark.parametrize(
    ("one", "told", "late"),
    [
        (row(handed_in=in_days(0)), None, ("", 10, 10)),
        (row(handed_in=in_days(1.5)), None, ("1 day 12 hours", 10, 6)),
        (row(handed_in=in_days(50)), None, ("50 days", 10, 0)),
        (row(handed_in=in_days(-1), marked_late=True), None, ("", 10, 10)),
        (row(handed_in=None), None, ("", 10, 10)),
        (row(handed_in=None, marked_late=True), None, (LATE_UNKNOWN, 10, 10)),
        (row(handed_in=None), 2 * DAY, ("2 days", 10, 6)),
        (row(handed_in=in_days(1)), 5 * DAY, ("1 day", 10, 8)),  # --due goes before the platform
        (row(points=None, handed_in=in_days(1)), None, ("1 day", None, None)),
    ],
)
def test_what_late_work_loses(one, told, late):
    assert applied(Deadline(DUE, RULE), one, told) == late


@pytest.mark.parametrize(
    ("status", "late"),
    [
        ("Submitted for grading", timedelta(0)),
        ("Submitted for grading - Graded - 1 day 3 hours late", DAY + 3 * HOUR),
        ("Submitted for grading -  - 1 day 3 hours late", DAY + 3 * HOUR),
        ("Submitted for grading -  - ", timedelta(0)),
        ("Submitted for grading - 5 mins 10 secs late", timedelta(minutes=5, seconds=10)),
        ("Submitted for grading - 1 hour late - Submission changes not allowed", HOUR),
        ("Submitted for grading - Extension granted until: 3 March 2026, 11:59 PM", 0 * DAY),
        ("Zur Bewertung abgegeben - 2 Tage 1 Stunde später", 2 * DAY + HOUR),
        ("Remis pour évaluation - 1 jour 2 heures en retard", DAY + 2 * HOUR),
        ("Enviado para calificar - 3 días 4 horas después", 3 * DAY + 4 * HOUR),
        ("Consegnato - 2 giorni 1 ora di ritardo", 2 * DAY + HOUR),
        ("Ingezonden - 2 dagen 3 uren te laat", 2 * DAY + 3 * HOUR),
        ("已提交 - 2 天 3 小时 逾期", 2 * DAY + 3 * HOUR),
        ("Odoslané - 3 hodiny neskoro", None),  # nobody here reads it
    ],
)
def test_what_moodles_worksheet_says(status, late):
    assert lateness(status) == late


def test_without_a_deadline_the_platform_says_what_is_late():
    assert applied(Deadline(rule=RULE), row(handed_in=in_days(9))) == ("", 10, 10)
    assert applied(Deadline(rule=RULE), row(handed_in=in_days(9)), DAY) == ("1 day", 10, 8)
    assert applied(Deadline(rule=RULE), row(), timedelta(0)) == ("", 10, 10)
    late = row(marked_late=True)
    assert applied(Deadline(), late) == (LATE_UNKNOWN, 10, 10)
    missing = Row("Kim", "", Status.MISSING, marked_late=True)
    assert Deadline(DUE, RULE).applied([missing], MOST)[0].late == ""


def test_a_rule_counts_with_the_points_that_a_teacher_gave():
    (made,) = Deadline(DUE, RULE).applied([row(handed_in=in_days(1)).marked({"q": 4.0})], MOST)
    assert (made.raw_score, made.score, made.lost) == (4, 2, 2)


def test_an_extension_is_an_exception():
    longer = {"Ada": Extension(days=2), "Kim Lee": Extension(until=in_days(5))}
    once = Deadline(None, read_rule("20% once"), longer)
    assert applied(once, row("Ada", "7", marked_late=True)) == (LATE_UNKNOWN, 10, 10)
    assert applied(once, row("Omar", "9", marked_late=True)) == (LATE_UNKNOWN, 10, 6)
    deadline = Deadline(DUE, RULE, longer)
    assert applied(deadline, row("Ada", "7", handed_in=in_days(2)))[0] == ""
    assert applied(deadline, row("Ada", "7", handed_in=in_days(3)))[0] == "1 day"
    assert applied(deadline, row("Kim Lee", handed_in=in_days(5)))[0] == ""
    assert applied(deadline, row("Kim Lee", "8", handed_in=in_days(6)))[0] == "1 day"
    assert applied(deadline, row("Omar", "9", handed_in=in_days(1)))[0] == "1 day"
    of_platform = Deadline(None, RULE, longer)
    assert applied(of_platform, row("Ada", "7"), 3 * DAY)[0] == "1 day"
    assert applied(of_platform, row("Ada", "7"), DAY)[0] == ""


MOODLES_OWN = "Submitted for grading - 1 day 2 hours late - Extension granted until: 3 March 2026"


@pytest.mark.parametrize(
    ("due", "longer", "said", "late", "note"),
    [
        # Moodle counts from its own deadline: days are taken off, a date is compared with --due.
        (None, Extension(days=1), "x - 1 day 2 hours late", "2 hours", "Moodle says 1 day 2 hours"),
        (None, Extension(days=2), "x - 1 day 2 hours late", "", "extension of 2 days is taken off"),
        (DUE, Extension(until=in_days(1)), "x - 1 day 2 hours late", "2 hours", "is taken off"),
        (DUE, Extension(until=in_days(2)), "x - 1 day 2 hours late", "", "is taken off"),
        (None, Extension(until=in_days(1)), "x - 1 day 2 hours late", "late", "nothing is taken"),
        # It counts from the extension that it has granted itself: no second one is taken off.
        (None, Extension(days=1), MOODLES_OWN, "1 day 2 hours", "changes nothing"),
        (DUE, Extension(until=in_days(9)), MOODLES_OWN, "1 day 2 hours", "changes nothing"),
        (None, Extension(days=1), "Submitted for grading", "", None),
    ],
)
def test_an_extension_beside_what_moodle_says(due, longer, said, late, note):
    deadline = Deadline(due, RULE, {"Ada": longer})
    (made,) = deadline.applied([row()], MOST, {"Ada": told_by(said)})
    assert made.late == late and made.lost == {"": 0, "late": 0, "2 hours": 2}.get(late, 4)
    assert made.notes == () if note is None else note in made.notes[0]


def test_the_time_of_a_file_goes_before_what_moodle_says():
    deadline = Deadline(DUE, RULE, {"Ada": Extension(days=1)})
    told = {"Ada": Told(5 * DAY)}
    (made,) = deadline.applied([row(handed_in=in_days(0.5))], MOST, told)
    assert made.late == "" and "extension of 1 day counts: the time of the file" in made.notes[0]
    assert deadline.applied([made], MOST, told)[0].late == ""
    (early,) = deadline.applied([row(handed_in=in_days(-1))], MOST, told)
    assert early.notes == ()


PEOPLE = [
    Person("Ada Lovelace", "1", ("ada@school.example",)),
    Person("Kim_2", "2", ("2",), ("Kim",)),
    Person("Kim_3", "3", ("3",), ("Kim",)),
    Person("Zoe Q"),
]


def extensions(tmp_path, text, people=PEOPLE, whole=True):
    (tmp_path / "longer.csv").write_text(text)
    return read_extensions(tmp_path / "longer.csv", people, whole)


def test_extensions_by_name_number_or_login(tmp_path):
    text = 'student,until,days\nada,,2\n3,2026-03-05 12:00+00:00,\n\nq zoe,,"1,5"\n'
    found, strangers = extensions(tmp_path, text)
    noon = datetime(2026, 3, 5, 12, 0, 59, tzinfo=UTC).timestamp()
    assert found == {
        "Ada Lovelace": Extension(days=2),
        "Kim_3": Extension(until=noon),
        "Zoe Q": Extension(days=1.5),
    }
    assert strangers == []


def test_without_a_list_an_extension_may_be_of_somebody_who_has_handed_in_nothing(tmp_path):
    found = extensions(tmp_path, "student,days\nnobody yet,2\n", whole=False)
    assert found == ({}, ["nobody yet"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,days\nada,2\n", "needs a column 'student'"),
        ("student,more\nada,2\n", "needs a column 'until' or 'days'"),
        ("student,days\nada,2\nzoltan,1\n", "line 3: there is no student 'zoltan'"),
        ("student,days\n,2\n", "line 2: there is no student ''"),
        ("student,days\nkim,2\n", "line 2: 'kim' could be two students"),
        ("student,days\nada,2\nADA,3\n", "line 3: 'ADA' has line 2 already"),
        ("student,days\nLovelace Ada,2\nada@school.example,3\n", "has line 2 already"),
        ("student,days\nada,soon\n", "line 2: 'soon' is no number of days"),
        ("student,days\nada,-1\n", "line 2: '-1' is no number of days"),
        ("student,days\nada,nan\n", "line 2: 'nan' is no number of days"),
        ("student,until\nada,5 March\n", "line 2: '5 March' is no date"),
        ("student,until,days\nada,2026-03-05,2\n", "line 2: expected a date in 'until', or"),
        ("student,until,days\nada,,\n", "line 2: expected a date in 'until', or"),
    ],
)
def test_a_file_of_extensions_that_does_not_fit_is_refused_with_its_line(tmp_path, text, words):
    with pytest.raises(GradingError, match=words):
        extensions(tmp_path, text)
