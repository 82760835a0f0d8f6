"""A class's list: whatever platform or school it is of, it comes back with the grades, and only so.

What comes back is judged by the platforms' own rules for an import (`importers`).
"""

import csv
import io
import json
from dataclasses import replace

import pytest

from course_utils.grading.lists import BadTable, read_table
from course_utils.grading.master import read_master
from course_utils.grading.roster import class_of, read_roster
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.status import Status
from course_utils.grading.tables import read_marks
from tests.grading.importers import (
    LANGUAGES,
    Imported,
    Refused,
    canvas_gradebook,
    moodle_worksheet,
)
from tests.grading.invented_class import POINTS, master_notebook

NAMES = {  # the platform's numbers, and names of every kind
    501: "Ada Lovelace",
    502: "Lin Wei",
    503: "José Ñandú",
    504: "Zoë O'Neil-Schäfer",
    505: "李 小龙",
    506: "Jan de Vries, jr.",
    507: "Ана Петрова",
    508: "Bo_Bo 7",
}
WHOLE = sum(POINTS.values())


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    path = tmp_path_factory.mktemp("master") / "mini.ipynb"
    path.write_text(json.dumps(master_notebook()))
    return read_master(path)


def row(name, number="", points=8.5, status=Status.GRADED, notes=()):
    outcome = Outcome("test_mean", points, Kind.RIGHT)
    return Row(name, str(number), status, outcomes=(outcome,), notes=notes)


def listed(tmp_path, text, encoding="utf-8", name="list.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def back(roster, rows, master):
    """Return (the file that comes back, what is said, the rows)."""
    everybody, found, said = roster.match(rows)
    return roster.given.encoded(roster.table(found, master)), said, everybody


def as_csv(lines, separator=",", end="\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(lines)
    return out.getvalue()


def worksheet(language, names=None, most=WHOLE, **csv_options):
    """Return a worksheet as Moodle writes it: nobody is graded yet."""

    def line(number, name):
        email = f"u{number}@example.org"
        top = f"{most:.2f}".replace(".", language.point)
        status = "Submitted for grading - "
        day = "Montag, 2. März 2026, 09:30"
        who = [f"{language.participant}{number}", name, email]
        return [*who, status, "", top, "Yes", day, "-", ""]

    names = NAMES if names is None else names
    return as_csv([language.columns, *(line(*pair) for pair in names.items())], **csv_options)


def cells_but(text, columns, separator=","):
    """Return all cells of a list but those of some columns."""
    header, *lines = csv.reader(io.StringIO(text), delimiter=separator)
    kept = [n for n, name in enumerate(header) if name not in columns]
    return [[line[n] for n in kept] for line in [header, *lines]]


# Moodle


@pytest.mark.parametrize("language", LANGUAGES)
def test_moodle_takes_its_worksheet_back_in_every_language(tmp_path, master, language):
    words = LANGUAGES[language]
    text = worksheet(words)
    roster = read_roster(listed(tmp_path, text), master)
    rows = [row("what the folder says", number, number - 500.5) for number in (501, 503, 508)]
    data, said, everybody = back(roster, rows, master)
    taken = moodle_worksheet(data, words, dict.fromkeys(NAMES), WHOLE)
    assert {n: one.grade for n, one in taken.items() if one.grade is not None} == {
        501: 0.5,
        503: 2.5,
        508: 7.5,
    }
    assert said == [] and roster.system == "moodle"
    assert [one.student for one in everybody if one.status is Status.MISSING] == [
        NAMES[n] for n in (502, 504, 505, 506, 507)
    ]
    ours = (words.grade, words.comments)
    assert cells_but(data.decode(), ours) == cells_but(text, ours)
    assert taken[503].comment.startswith("2.5 of 10 points: your feedback page says what passed ")
    assert taken[502] == Imported(None)


@pytest.mark.parametrize("separator", ["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "cp1252"])
def test_a_worksheet_keeps_its_encoding_and_separator(tmp_path, master, separator, encoding):
    words = LANGUAGES["de"]
    mark = {"comma": ",", "semicolon": ";", "tab": "\t"}[separator]
    names = {501: "Jörg Müßig", 502: "Zoë Tab"}
    text = worksheet(words, names, separator=mark, end="\r\n")
    path = listed(tmp_path, text, encoding)
    roster = read_roster(path, master)
    data, _, _ = back(roster, [row("Joerg", 501)], master)
    taken = moodle_worksheet(
        data, words, dict.fromkeys(names), WHOLE, separator, encoding.removesuffix("-sig")
    )
    assert taken[501].grade == 8.5 and taken[502] == Imported(None)
    header, _, second = (line.encode(encoding.removesuffix("-sig")) for line in text.splitlines())
    mark = path.read_bytes()[:3] if encoding == "utf-8-sig" else b""
    assert data.startswith(mark + header), "the header keeps every byte"
    assert second in data, "the line of somebody without a grade keeps every byte"


def test_a_list_that_gets_nothing_comes_back_byte_by_byte(tmp_path, master):
    text = '\ufeff"Identifier","Full name",Grade\r\n\r\n"Participant 7",  "Ada" , \r\n,,\r\n'
    path = listed(tmp_path, text.replace('  "Ada" ', '"Ada"'))
    roster = read_roster(path, master)
    assert back(roster, [row("somebody else")], master)[0] == path.read_bytes()


def test_the_worksheet_alone_is_what_moodle_takes(tmp_path, master):
    """Moodle wants "Last modified (grade)" too: a list without it is told from a worksheet."""
    text = "Identifier,Full name,Grade\nParticipant 7,Ada,\n"
    roster = read_roster(listed(tmp_path, text), master)
    data, _, _ = back(roster, [row("Ada")], master)
    with pytest.raises(Refused):
        moodle_worksheet(data, LANGUAGES["en"], {7: None}, WHOLE)
    assert "Last modified (grade)" in " ".join(roster.graded.remarks(master))
    whole = read_roster(listed(tmp_path, worksheet(LANGUAGES["en"])), master)
    assert whole.graded.remarks(master) == []


def test_a_teachers_own_comment_stays_and_ours_is_renewed(tmp_path, master):
    words = LANGUAGES["en"]
    lines = list(csv.reader(io.StringIO(worksheet(words))))
    lines[1][-1], lines[2][-1] = "see me", "<p>3 of 10 points: your feedback page says …</p>"
    roster = read_roster(listed(tmp_path, as_csv(lines)), master)
    data, _, _ = back(roster, [row("x", 501), row("y", 502)], master)
    taken = moodle_worksheet(data, words, dict.fromkeys(NAMES), WHOLE)
    assert taken[501].comment == "see me" and taken[502].comment.startswith("8.5 of 10 points: ")


def test_a_file_that_could_not_be_read_says_so_in_the_comment(tmp_path, master):
    words = LANGUAGES["en"]
    roster = read_roster(listed(tmp_path, worksheet(words)), master)
    rejected = Row("x", "501", Status.REJECTED, notes=("It is <no> notebook.",))
    slow = row("y", 502, 3, Status.TIMEOUT)
    data, _, _ = back(roster, [rejected, slow], master)
    taken = moodle_worksheet(data, words, dict.fromkeys(NAMES), WHOLE)
    assert taken[501] == Imported(None, "Your file was not marked: It is &lt;no&gt; notebook.")
    assert taken[502].comment == "3 of 10 points; some of your code did not end in time."


def test_what_lateness_takes_stands_in_the_comment(tmp_path, master):
    words = LANGUAGES["en"]
    roster = read_roster(listed(tmp_path, worksheet(words)), master)
    late = replace(row("x", 501), late="2 days", penalty=2)
    data, _, _ = back(roster, [late], master)
    taken = moodle_worksheet(data, words, dict.fromkeys(NAMES), WHOLE)
    assert taken[501].grade == 6.5
    assert taken[501].comment.startswith("6.5 of 10 points, 2 less for being late: your ")
    again = read_roster(listed(tmp_path, data), master)
    assert b"8.5 of 10 points: your" in back(again, [row("x", 501)], master)[0]


def test_another_maximum_is_said_or_scaled(tmp_path, master):
    words = LANGUAGES["de"]
    path = listed(tmp_path, worksheet(words, most=100))
    for scaled, grade in ((False, 8.25), (True, 82.5)):
        roster = read_roster(path, master, scaled=scaled)
        data, _, _ = back(roster, [row("x", 501, 8.25)], master)
        assert moodle_worksheet(data, words, dict.fromkeys(NAMES), 100)[501].grade == grade
        said = roster.graded.remarks(master)
        assert bool(said) != scaled
        assert scaled or "takes 100 points at most and the sheet has 10" in said[0]


def test_a_maximum_that_moodle_would_hold_points_to_is_refused(tmp_path, master):
    path = listed(tmp_path, worksheet(LANGUAGES["en"], most=9))
    with pytest.raises(BadTable, match=r"takes 9 points at most .* the sheet has 10.*--scale"):
        read_roster(path, master)
    roster = read_roster(path, master, scaled=True)
    taken = moodle_worksheet(
        back(roster, [row("x", 501, 10)], master)[0], LANGUAGES["en"], dict.fromkeys(NAMES), 9
    )
    assert taken[501].grade == 9


@pytest.mark.parametrize("most", [9, 9.99, 10, 12, 100])
@pytest.mark.parametrize("points", [(10,), (9.5,), (0.1, 0.2, 9.7), (3.3, 3.3, 3.3, 0.1), (4, 8)])
def test_a_list_is_refused_where_moodle_would_leave_out_full_marks(tmp_path, master, most, points):
    one, nobody = master.questions[0], dict.fromkeys(NAMES, -1.0)
    sheet = replace(master, questions=tuple(replace(one, points=worth) for worth in points))
    text = worksheet(LANGUAGES["en"], most=most)
    full = text.replace("grading - ,,", f"grading - ,{sum(points):.5f},", 1)
    taken = moodle_worksheet(full.encode(), LANGUAGES["en"], nobody, most)[501].grade
    if taken == -1:
        with pytest.raises(BadTable, match="would leave out what is more"):
            read_roster(listed(tmp_path, text), sheet)
    else:
        roster = read_roster(listed(tmp_path, text), sheet)
        data = back(roster, [row("x", 501, sheet.max_score)], sheet)[0]
        assert moodle_worksheet(data, LANGUAGES["en"], nobody, most)[501].grade == taken


def test_what_moodle_will_do_with_another_maximum_is_said_with_what_to_do(tmp_path, master):
    one = master.questions[0]
    half = replace(master, questions=(replace(one, points=12.5),))
    (told,) = read_roster(
        listed(tmp_path, worksheet(LANGUAGES["en"], most=13)), half
    ).graded.remarks(half)
    assert "full marks are 12.5 of 13 there: Moodle's maximum is a whole number" in told
    alone = read_roster(listed(tmp_path, worksheet(LANGUAGES["en"], most=10)), master)
    (told,) = alone.graded.remarks(master, [row("Ada", 501, 11), row("Lin", 502, 10)])
    assert "Moodle leaves out what is more than 10 points, of Ada: grade" in told


def test_a_sheet_without_points_has_nothing_to_scale(tmp_path, master):
    sheet = replace(master, questions=())
    roster = read_roster(listed(tmp_path, worksheet(LANGUAGES["en"])), sheet, scaled=True)
    assert b"8.5,10.00" in back(roster, [row("x", 501)], sheet)[0]


def test_a_scale_of_words_is_refused(tmp_path, master):
    text = 'Identifier,Full name,Grade,Scale\nParticipant 7,Ada,,"bad\ngood"\n'
    with pytest.raises(BadTable, match="words of a scale in 'Grade'"):
        read_roster(listed(tmp_path, text), master)


EXPORT = """First name,Last name,ID number,Department,Email address,"Assignment: Mini (Real)",\
"Quiz: Other (Real)","Course total (Real)","Last downloaded from this course"
Ada,Lovelace,S1,,ada@example.org,-,3.00,3.00,1767225600
Lin,Wei,S2,,lin@example.org,-,-,-,1767225600
"""


@pytest.mark.parametrize("name", ["Ada Lovelace", "Lovelace, Ada", "ada", "S1", "ada@example.org"])
def test_moodles_gradebook(tmp_path, master, name):
    roster = read_roster(listed(tmp_path, EXPORT), master)
    data, said, everybody = back(roster, [row(name)], master)
    assert data.decode() == EXPORT.replace("ada@example.org,-", "ada@example.org,8.5")
    assert said == [] and everybody[1].student == "Lin Wei"


def test_a_column_is_named_where_several_could_be_meant(tmp_path, master):
    path = listed(tmp_path, EXPORT.replace("Mini", "Homework 2"))
    with pytest.raises(BadTable, match="--column"):
        read_roster(path, master)
    data, _, _ = back(read_roster(path, master, "homework 2"), [row("ada")], master)
    assert b"ada@example.org,8.5,3.00" in data
    with pytest.raises(BadTable, match="no column 'Homework'"):
        read_roster(path, master, "Homework")


# Canvas

STUDENTS = {501: ("s1", "ada"), 502: ("s2", "lin"), 503: ("s3", "jose"), 504: ("", "9a3b")}
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Notes,mini (4711),Old (12),Final Score,\
Final Score (Fall 2020)
,,,,,,Manual Posting,,,
    Points Possible,,,,,(read only),10.00,5.00,(read only),(read only)
"Lovelace, Ada",501,s1,ada,A,"the ""new"" one",,3.00,,
"Wei, Lin",502,s2,lin,A,,,,,
"Ñandú, José",503,s3,jose,B,,7.00,,,
"Student, Test",504,,9a3b,A,,,,,
"""


def canvas(data, students=STUDENTS):
    return canvas_gradebook(data, students, {4711: "mini", 12: "Old"})


@pytest.mark.parametrize("name", ["lovelaceada", "Ada Lovelace", "ada", "s1", "ADA LOVELACE"])
def test_canvas_takes_its_gradebook_back(tmp_path, master, name):
    roster = read_roster(listed(tmp_path, CANVAS), master)
    data, said, everybody = back(roster, [row(name)], master)
    taken, new = canvas(data)
    assert {n: grades[4711] for n, grades in taken.items()} == {
        501: "8.5",
        502: "",
        503: "7.00",
        504: "",
    }
    assert new == ["Notes"] and said == []  # the teacher's own column, as in the file that came
    assert [one.student for one in everybody[1:]] == ["Wei, Lin", "Ñandú, José"]
    changed = {*data.splitlines()} - {*CANVAS.encode().splitlines()}
    assert len(changed) == 1 and changed.pop().startswith(b'"Lovelace, Ada",501')


@pytest.mark.parametrize("first", ["LastName,FirstName", "Student"])
@pytest.mark.parametrize("ids", ["SIS User ID,SIS Login ID", "SIS Login ID", ""])
@pytest.mark.parametrize("mark", [",", ";"])
def test_canvas_in_all_its_forms(tmp_path, master, first, ids, mark):
    names = "Lovelace,Ada" if "Last" in first else '"Lovelace, Ada"'
    keys = {"SIS User ID,SIS Login ID": "s1,ada", "SIS Login ID": "ada", "": ""}[ids]
    rows = [[first, "ID", ids, "Section", "mini (4711)"], [names, "501", keys, "A", ""]]
    lines = [next(csv.reader([",".join(filter(None, one[:3]))])) + one[3:] for one in rows]
    most = "10,00" if mark == ";" else "10.00"
    blank = ["    Points Possible", *[""] * (len(lines[0]) - 2), most]
    roster = read_roster(listed(tmp_path, as_csv([lines[0], blank, lines[1]], mark)), master)
    data, said, everybody = back(roster, [row("Ada Lovelace")], master)
    taken, _ = canvas(data)
    assert taken[501][4711] == "8.5" and said == [] and len(everybody) == 1
    assert (b"8,5" in data) == (mark == ";")


def test_nobody_who_is_excused_gets_a_grade(tmp_path, master):
    roster = read_roster(listed(tmp_path, CANVAS.replace("jose,B,,7.00", "jose,B,,EX")), master)
    taken, _ = canvas(back(roster, [row("x", 503), row("y", 502)], master)[0])
    assert taken[503][4711] == "EX" and taken[502][4711] == "8.5"


def test_canvas_gets_a_column_where_it_has_none(tmp_path, master):
    text = "Student,ID,SIS Login ID,Section,Final Score\n    Points Possible,,,,(read only)\n"
    roster = read_roster(listed(tmp_path, text + '"Lovelace, Ada",501,ada,A,\n'), master)
    data, _, _ = back(roster, [row("ada")], master)
    assert data.decode().splitlines() == [
        "Student,ID,SIS Login ID,Section,Final Score,mini",
        "    Points Possible,,,,(read only),10",
        '"Lovelace, Ada",501,ada,A,,8.5',
    ]


def test_the_only_assignment_of_a_gradebook_is_taken_and_said(tmp_path, master):
    text = CANVAS.replace("mini (4711),Old (12)", "Sheet 2 (4711),Old")
    roster = read_roster(listed(tmp_path, text), master)
    assert roster.graded.remarks(master) == [
        "the grades go into the column 'Sheet 2 (4711)' of list.csv"
    ]
    with pytest.raises(BadTable, match=r"several columns for grades.*--column"):
        read_roster(listed(tmp_path, CANVAS.replace("mini (", "Sheet 2 (")), master)


# A school's own list


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("student\nAda Lovelace\nLin Wei\n", "ada lovelace"),
        ("student\nLovelace, Ada\nWei, Lin\n", "Ada Lovelace"),
        ("Nachname;Vorname;Punkte\nLovelace;Ada;\nWei;Lin;\n", "Ada Lovelace"),
        ("Name;Vorname\nLovelace;Ada\nWei;Lin\n", "Lovelace Ada"),
        ("LastName,FirstName\nLovelace,Ada\nWei,Lin\n", "Ada Lovelace"),
        ("Nom\tPrénom\tNote\nLovelace\tAda\t\nWei\tLin\t\n", "LOVELACE Ada"),
        ("sep=;\r\nName;Klasse;Login\r\nAda Lovelace;10a;ada\r\nLin Wei;10a;lin\r\n", "ada"),
        ("Who,Mail\nAda Lovelace,ada@x.org\nLin Wei,lin@x.org\n", "ada@x.org"),
        ("Matrikelnummer;Punkte\n0077;\n0078;\n", "0077"),
        ("姓名,学号,成绩\n李小龙,77,\n王伟,78,\n", "李小龙"),
        ("Full Name,Student ID\nAda Lovelace,u77\nLin Wei,u78\n", "u77"),
        ("name,email\nÁda Løvelace,a@x.org\nLin Wei,lin@x.org\n", "Ada Lovelace"),
    ],
)
def test_a_schools_own_list(tmp_path, master, text, name):
    roster = read_roster(listed(tmp_path, text), master)
    data, said, everybody = back(roster, [row(name)], master)
    assert said == [] and roster.system == "plain"
    assert [one.status for one in everybody] == [Status.GRADED, Status.MISSING]
    table = read_table(listed(tmp_path, data, name="back.csv"))
    column = roster.graded.target(master).column
    assert table.column(column)[:2] == ["8.5", ""]
    assert table.names[: len(roster.given.names)] == roster.given.names


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "Klasse;Raum\n10a;3\n"])
def test_a_list_that_is_none_is_said(tmp_path, text):
    with pytest.raises(BadTable, match="expected the columns Identifier and Full name"):
        read_roster(listed(tmp_path, text))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "has no lines"),
        (b"\n\n  \n", "has no lines"),
        (b"student\n", "has no students"),
        (b"PK\x03\x04rest", "save the table as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "save the table as CSV"),
        (b"student,x\n\x81\x8d,1\n", "save the table as CSV"),
        (b'student,x\n"Ada,1\nBo,2\n', "line 2: its quotation marks do not pair"),
        (b"\xff\xfes", "cannot be read as text"),
    ],
)
def test_what_is_no_list_is_told_in_a_sentence(tmp_path, data, said):
    with pytest.raises(BadTable, match=said):
        read_roster(listed(tmp_path, data))
    with pytest.raises(BadTable, match="cannot be read"):
        read_roster(tmp_path)


# Who is who


def pairs(roster, rows):
    """Return ({line of the list: student}, who is missing, what is said)."""
    everybody, found, said = roster.match(rows)
    absent = [one.student for one in everybody if one.status is Status.MISSING]
    here = {roster.records[n].line: one.student for n, one in found.items() if one.status.handed_in}
    return here, absent, said


NAMESAKES = """Identifier,Full name,Email address,Grade
Participant 501,Ada Lee,a@x.org,
Participant 502,Ada Lee,b@x.org,
"""


def test_the_number_that_the_platform_wrote_decides(tmp_path):
    roster = read_roster(listed(tmp_path, NAMESAKES))
    rows = [row("Ada Lee_502", 502), row("Ada Lee_501", 501)]
    assert pairs(roster, rows) == ({2: "Ada Lee_501", 3: "Ada Lee_502"}, [], [])
    assert pairs(roster, rows[:1]) == ({3: "Ada Lee_502"}, ["Ada Lee_501"], [])


def test_a_namesake_without_a_number_is_said_and_nobody_is_missed_for_it(tmp_path):
    roster = read_roster(listed(tmp_path, NAMESAKES))
    here, absent, said = pairs(roster, [row("Ada Lee")])
    assert (here, absent) == ({}, [])
    assert said == ["Ada Lee (fits lines 2 and 3 of list.csv: none got the grade)"]
    assert pairs(roster, [row("b")]) == ({3: "b"}, ["Ada Lee_501"], [])


def test_a_number_that_is_not_on_the_list_fits_no_name(tmp_path):
    roster = read_roster(listed(tmp_path, NAMESAKES.replace("502,Ada Lee", "502,Bo Li")))
    rows = [row("Ada Lee", 777), row("Bo", 502)]
    assert pairs(roster, rows) == ({3: "Bo"}, ["Ada Lee"], ["Ada Lee (777)"])


def test_two_who_fit_one_line_are_said(tmp_path):
    roster = read_roster(listed(tmp_path, "student\nAda Lee\nBo Li\n"))
    here, absent, said = pairs(roster, [row("Ada Lee"), row("ada lee")])
    assert (here, absent) == ({}, ["Bo Li"])
    assert said == ["Ada Lee and ada lee (all fit line 2 of list.csv: none got the grade)"]
    here, _, said = pairs(roster, [row("Lee Ada"), row("Ada Lee")])
    assert here == {2: "Ada Lee"} and "only Ada Lee is taken" in said[0]


def test_accents_and_orders_count_where_they_tell_two_people_apart(tmp_path):
    roster = read_roster(listed(tmp_path, "student\nJosé Li\nJose Li\nLi An\nAn Li\n"))
    rows = [row("Jose Li"), row("José Li"), row("An Li"), row("Li An")]
    assert pairs(roster, rows) == ({2: "José Li", 3: "Jose Li", 4: "Li An", 5: "An Li"}, [], [])
    assert "lines 2 and 3" in pairs(roster, [row("Josè Li")])[2][0]


def test_a_number_of_another_office_decides_among_namesakes_only(tmp_path):
    text = "student,id\nAda Lee,501\nAda Lee,502\nBo Li,12\nCy Mo,13\n"
    roster = read_roster(listed(tmp_path, text))
    here, _, said = pairs(roster, [row("Ada Lee_502", 502), row("Bo Li", 12)])
    assert (here, said) == ({3: "Ada Lee_502", 4: "Bo Li"}, [])
    here, _, said = pairs(roster, [row("Bo Li", 13), row("Stranger", 12)])
    assert here == {4: "Bo Li"} and said == ["Stranger (12)"]


@pytest.mark.parametrize(
    ("listed_as", "called"),
    [
        ("O'Neil, Seán", "oneilseán"),
        ("de la Cruz, Ana María", "delacruzanamaría"),
        ("Ben_7 Ng", "Ben 7 Ng"),
        ("N\u0303andu Jose\u0301", "Ñandu José"),
        ("ﾔﾏﾀﾞ 太郎", "ヤマダ 太郎"),
        ("Groß, Jürgen", "JÜRGEN GROSS"),
        ("Łukasz Żak", "Lukasz Zak"),
        ("कि राम", "कि राम"),
    ],
)
def test_one_name_in_two_spellings(tmp_path, listed_as, called):
    text = as_csv([["student"], [listed_as], ["का राम"]])
    here, _, said = pairs(read_roster(listed(tmp_path, text)), [row(called)])
    assert (here, said) == ({2: called}, [])


# Points by hand


@pytest.fixture
def people(tmp_path):
    roster = read_roster(listed(tmp_path, CANVAS, name="people.csv"))
    rows = [row("lovelaceada", 501), row("weilin", 502), row("bo"), row("bo_7", 7)]
    return class_of(rows, roster)


@pytest.mark.parametrize(
    "who", ["lovelaceada", "Lovelace, Ada", "Ada Lovelace", "501", "ada", "s1", "ADA"]
)
def test_marks_name_a_student_as_anybody_does(tmp_path, master, people, who):
    path = listed(tmp_path, as_csv([["student", "test_mean", "comment"], [who, "1,5", "well"]]))
    assert read_marks(path, master, people) == {"lovelaceada": {"test_mean": 1.5}}


def test_who_handed_in_nothing_can_have_points_by_hand(tmp_path, master, people):
    path = listed(tmp_path, "number;test_mean\n503;2\n")
    assert read_marks(path, master, people) == {"Ñandú, José": {"test_mean": 2.0}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("student,test_mean\nbo,1\nnobody,1\n", "line 3: there is no student 'nobody'"),
        ("student,test_mean\nbo,1\n,1\n", "line 3: there is no student; expected"),
        ("student,test_maen\nbo,1\n", "no question 'test_maen'; is it 'test_mean'"),
        ("student,test_maen\nbo,\n", "no question 'test_maen'; is it 'test_mean'"),
        ("student,q9\nbo,1\n", "line 1: there is no question 'q9'; the sheet has test_mean"),
        ("student,test_mean,test_mean\nbo,1,2\n", "line 1: 'test_mean' stands there twice"),
        ("student,test_mean\nbo,1\n\nlin,2\nbo,2\n", "line 5: 'bo' has line 2 already"),
        ("student,test_mean\nada,1\n501,2\n", "line 3: 'lovelaceada' has line 2 already"),
        ("student,test_mean\nbo,99\n", "line 2: 99 points for 'test_mean'; it has 2"),
        ("student,test_mean\nbo,-3\n", "line 2: -3 points for 'test_mean'"),
        ("student,test_mean\nbo,2.01\n", "line 2: 2.01 points"),
        ("student,test_mean\nbo,good\n", "line 2: expected points, got 'good'"),
        ("student,test_mean\nbo,nan\n", "line 2: expected points, got 'nan'"),
        ("student,test_mean\nbo,inf\n", "line 2: expected points, got 'inf'"),
        ("student,test_mean\nbo,1.5.1\n", "line 2: expected points"),
        ("student,test_mean\nlin,1\nada,1\nbo,1,5\nweilin,2\n", "line 4 has more cells"),
        ("who,test_mean\nbo,1\n", "needs a column 'student'"),
        ('student,test_mean\n"bo,1\n', "line 2: its quotation marks do not pair"),
        ("", "has no lines"),
    ],
)
def test_marks_that_do_not_fit_are_refused_with_their_line(tmp_path, master, people, text, said):
    with pytest.raises(BadTable) as error:
        read_marks(listed(tmp_path, text), master, people)
    assert said in str(error.value)


def test_a_namesake_in_the_marks_needs_a_number(tmp_path, master):
    people = class_of([row("Ada Lee_501", 501), row("Ada Lee_502", 502)])
    path = listed(tmp_path, "student,test_mean\n502,1\nAda Lee_501,2\n")
    assert read_marks(path, master, people) == {
        "Ada Lee_502": {"test_mean": 1.0},
        "Ada Lee_501": {"test_mean": 2.0},
    }
    with pytest.raises(BadTable, match="line 2: 'Ada Lee' could be Ada Lee_501 or Ada Lee_502"):
        read_marks(listed(tmp_path, "student,test_mean\nAda Lee,1\n"), master, people)


def test_what_questions_are_worth_is_no_student(tmp_path, master, people):
    path = listed(tmp_path, "student,test_mean\n(out of),99\nbo,1\n")
    assert read_marks(path, master, people) == {"bo": {"test_mean": 1.0}}


def test_marks_by_hand_in_excels_form(tmp_path, master):
    text = "sep=;\r\nstudent;test_mean;Kommentar\r\nJörg;1,5;gut\r\nLin;;\r\n"
    path = listed(tmp_path, text, "cp1252")
    assert read_marks(path, master) == {"Jörg": {"test_mean": 1.5}, "Lin": {}}
    marked = row("Jörg").marked(read_marks(path, master)["Jörg"])
    assert marked.score == 1.5
