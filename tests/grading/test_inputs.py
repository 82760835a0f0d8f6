"""What goes into grading: submissions of every layout, lists of a class, marks, the master."""

import csv
import io
import json
import os
import stat
import zipfile

import pytest

from course_utils.grading import GradingError
from course_utils.grading.choices import MOST_FILES
from course_utils.grading.html import file_name
from course_utils.grading.master import BadSource, read_master
from course_utils.grading.notebooks import Rejected
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.status import Status
from course_utils.grading.submissions import (
    BadSubmissions,
    HandedIn,
    find_submissions,
)
from course_utils.grading.tables import csv_text, grades_csv
from tests.grading.invented_class import POINTS, Case, code, master_notebook, notebook, text


@pytest.fixture
def master(tmp_path):
    path = tmp_path / "mini.ipynb"
    path.write_text(json.dumps(master_notebook()))
    return read_master(path)


def put(folder, *names, data=None):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(Case("").bytes() if data is None else data)


def pack(path, *names, data=None):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, Case("").bytes() if data is None else data)
    return path


def students(path):
    return {s.student: [file.name for file in s.files] for s in find_submissions(path)}


def test_a_folder_for_each_student(tmp_path):
    put(tmp_path, "ada/mini.ipynb", "lin/week 2/mini.ipynb", "lin/.ipynb_checkpoints/x.ipynb")
    put(tmp_path, "omar/notes.txt", ".hidden/mini.ipynb")
    (tmp_path / "sam").mkdir()
    assert students(tmp_path) == {
        "ada": ["mini.ipynb"],
        "lin": ["mini.ipynb"],
        "omar": ["notes.txt"],
        "sam": [],
    }


def test_a_notebook_for_each_student(tmp_path):
    put(tmp_path, "ada.ipynb", "李华.ipynb", "omar.txt", "ada.csv", ".DS_Store")
    assert students(tmp_path) == {
        "ada": ["ada.csv", "ada.ipynb"],
        "omar": ["omar.txt"],
        "李华": ["李华.ipynb"],
    }


def test_names_that_no_terminal_should_see(tmp_path, master):
    """Bytes of another system's letters, codes of a terminal: a report can be written and read."""
    put(
        tmp_path / "in",
        os.fsdecode(b"jos\xe9.ipynb"),
        os.fsdecode(b"jos\xe8.ipynb"),
        "\x1b[2Jx.ipynb",
    )
    found = students(tmp_path / "in")
    assert found == {n: [f"{n}.ipynb"] for n in ("josè", "josé", r"\x1b[2Jx")}
    assert all(submission.choose(master) for submission in find_submissions(tmp_path / "in"))


def test_no_page_has_a_name_that_is_too_long_or_another_students():
    taken = set()
    first = file_name("x_", taken)
    third = file_name("x?", taken)
    fourth = file_name(third.removesuffix(".html"), taken)
    long = [file_name("\U0001d400" * 62, taken) for _ in range(3)]
    assert len({first, third, fourth, *long}) == 6 == len(taken)
    assert max(len(f".{name}.new".encode()) for name in long) < 255


def test_one_notebook(tmp_path):
    put(tmp_path, "ada.ipynb")
    assert students(tmp_path / "ada.ipynb") == {"ada": ["ada.ipynb"]}


def test_an_archive_of_moodle(tmp_path):
    names = (
        "Ada Lovelace_77_assignsubmission_file_/mini.ipynb",
        "Lin Wei_78_assignsubmission_file_/",
    )
    found = find_submissions(pack(tmp_path / "all.zip", *names))
    assert [(s.student, s.number, len(s.files)) for s in found] == [
        ("Ada Lovelace", "77", 1),
        ("Lin Wei", "78", 0),
    ]


def test_a_flat_archive_of_moodle(tmp_path):
    found = find_submissions(
        pack(tmp_path / "all.zip", "Ada Lovelace_77_assignsubmission_file_mini.ipynb")
    )
    assert [(s.student, s.number) for s in found] == [("Ada Lovelace", "77")]


def test_an_archive_of_canvas_with_attempts(tmp_path):
    names = "lovelaceada_501_9001_mini.ipynb", "weilin_LATE_502_9002_mini-1.ipynb"
    found = find_submissions(
        pack(tmp_path / "all.zip", *names, "lovelaceada_501_9009_mini-2.ipynb")
    )
    assert [(s.student, s.number, len(s.files)) for s in found] == [
        ("lovelaceada", "501", 2),
        ("weilin", "502", 1),
    ]


@pytest.mark.parametrize(
    "names", [("class/ada.ipynb", "class/lin.ipynb"), ("ada.ipynb", "lin.ipynb")]
)
def test_an_archive_of_ones_own(tmp_path, names):
    assert list(students(pack(tmp_path / "all.zip", *names))) == ["ada", "lin"]


def test_an_archive_of_folders_in_a_folder(tmp_path):
    path = pack(tmp_path / "all.zip", "class/ada/a.ipynb", "class/lin/b.ipynb", "__MACOSX/x.ipynb")
    assert students(path) == {"ada": ["a.ipynb"], "lin": ["b.ipynb"]}


def test_two_students_of_one_name_stay_two(tmp_path):
    names = [f"Li Na_{n}_assignsubmission_file_/mini.ipynb" for n in (1, 2)]
    assert list(students(pack(tmp_path / "all.zip", *names))) == ["Li Na_1", "Li Na_2"]


def test_the_newest_attempt_counts(tmp_path, master):
    put(tmp_path / "in", "ada/mini.ipynb", "ada/mini-2.ipynb", "ada/other.ipynb")
    put(tmp_path / "in", "ada/other.ipynb", data=json.dumps(notebook({})).encode())
    for age, name in enumerate(["mini-2.ipynb", "mini.ipynb", "other.ipynb"]):
        os.utime(tmp_path / "in" / "ada" / name, (1000 + age, 1000 + age))
    (found,) = find_submissions(tmp_path / "in")
    assert found.choose(master)[0] == "mini.ipynb"  # other.ipynb is newer and another sheet


def test_a_notebook_that_fits_counts_though_another_is_damaged(tmp_path, master):
    put(tmp_path / "in", "ada/mini.ipynb")
    put(tmp_path / "in", "ada/mini-2.ipynb", data=b"no")
    (found,) = find_submissions(tmp_path / "in")
    assert found.choose(master)[0] == "mini.ipynb"


def test_of_very_many_notebooks_the_newest_alone_are_read(tmp_path, monkeypatch):
    put(tmp_path, *(f"ada/{number}.ipynb" for number in range(60)))
    read = []
    monkeypatch.setattr(HandedIn, "read", lambda file: read.append(file) or b"")
    (submission,) = find_submissions(tmp_path)
    submission.key()
    assert len(submission.files) == 60 and len(read) == MOST_FILES


def test_a_link_in_an_archive_is_rejected(tmp_path, master):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        about = zipfile.ZipInfo("ada/mini.ipynb")
        about.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(about, "/etc/passwd")
    (found,) = find_submissions(path)
    with pytest.raises(Rejected, match="symbolic link"):
        found.choose(master)


def test_an_archive_that_unpacks_to_gigabytes_is_rejected(tmp_path, master):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/mini.ipynb", b" " * 60_000_000)
    (found,) = find_submissions(path)
    with pytest.raises(Rejected, match="60 MB"):
        found.choose(master)


def test_a_damaged_member_is_rejected(tmp_path, master):
    path = pack(tmp_path / "all.zip", "ada/mini.ipynb", "lin/mini.ipynb")
    data = bytearray(path.read_bytes())
    data[60:70] = b"0123456789"
    path.write_bytes(data)
    found = {s.student: s for s in find_submissions(path)}
    with pytest.raises(Rejected, match="damaged"):
        found["ada"].choose(master)
    assert found["lin"].choose(master)


def test_what_holds_nothing_is_said(tmp_path):
    with pytest.raises(BadSubmissions, match="there is no"):
        find_submissions(tmp_path / "nowhere")
    with pytest.raises(BadSubmissions, match="no submission"):
        find_submissions(tmp_path)
    (tmp_path / "all.zip").write_bytes(b"no")
    with pytest.raises(BadSubmissions, match="cannot be read as a"):
        find_submissions(tmp_path / "all.zip")


@pytest.mark.parametrize(
    ("place", "spoilt"),
    [
        (6, b"\xff\x00"),  # "made for version 25.5 or newer"
        (8, b"\x00\x08"),  # "this name is UTF-8", which it is not
        (42, b"\xff\xff\xff\x7f"),  # "the file begins two gigabytes further down"
    ],
)
def test_an_archive_whose_list_is_spoilt_is_told_in_a_sentence(tmp_path, place, spoilt):
    data = bytearray(pack(tmp_path / "all.zip", "ad\x80/mini.ipynb").read_bytes())
    data = data.replace("ad\x80".encode(), b"ad\xff\xff")
    entry = data.index(b"PK\x01\x02")  # of the list of what is inside
    data[entry + place : entry + place + len(spoilt)] = spoilt
    (tmp_path / "all.zip").write_bytes(data)
    with pytest.raises(BadSubmissions, match="cannot be read as a"):
        find_submissions(tmp_path / "all.zip")


def test_a_key_changes_with_what_was_handed_in(tmp_path):
    put(tmp_path, "ada/mini.ipynb")
    (one,) = find_submissions(tmp_path)
    assert one.key("a") == one.key("a") != one.key("b")
    before = one.key("a")
    put(tmp_path, "ada/mini.ipynb", data=b"other")
    assert find_submissions(tmp_path)[0].key("a") != before


# The master


def test_the_masters_points_and_names(master):
    assert {q.grade_id: q.points for q in master.questions} == POINTS
    assert [question.names for question in master.questions][:2] == [("mean",), ("answer",)]
    assert master.questions[0].title == "mean"


def test_a_master_that_is_none_is_said(tmp_path):
    path = tmp_path / "x.ipynb"
    for data, words in (
        (b"no", "not a notebook"),
        (b"{}", "not a notebook"),
        (json.dumps(notebook({})).encode(), "no graded cell"),
    ):
        path.write_bytes(data)
        with pytest.raises(BadSource, match=words):
            read_master(path)
    with pytest.raises(GradingError, match="cannot be read"):
        read_master(tmp_path / "nowhere.ipynb")


def test_two_cells_of_one_id_are_said(tmp_path):
    made = master_notebook()
    made["cells"] += made["cells"][-1:]
    (tmp_path / "x.ipynb").write_text(json.dumps(made))
    with pytest.raises(BadSource, match="'test_shape': rename one"):
        read_master(tmp_path / "x.ipynb")


@pytest.mark.parametrize(
    "about", [{"language_info": {"name": "R"}}, {"kernelspec": {"name": "ir", "language": "R"}}]
)
def test_a_master_of_another_language_is_said(tmp_path, about):
    (tmp_path / "x.ipynb").write_text(json.dumps({**master_notebook(), "metadata": about}))
    with pytest.raises(BadSource, match="a notebook of R: only Python"):
        read_master(tmp_path / "x.ipynb")


def test_an_archive_as_master_is_said(tmp_path):
    (tmp_path / "all.zip").write_bytes(b"PK\x03\x04\xc0\xff")
    with pytest.raises(BadSource, match=r"SOURCE is a solution notebook .* comes first"):
        read_master(tmp_path / "all.zip")


def test_questions_below_one_heading_are_told_apart(tmp_path):
    made = master_notebook()
    made["cells"] = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
    (tmp_path / "x.ipynb").write_text(json.dumps(made))
    assert [q.title for q in read_master(tmp_path / "x.ipynb").questions] == list(POINTS)


def test_written_questions_are_graded_by_hand(tmp_path):
    made = master_notebook()
    flags = {"grade": True, "solution": True, "locked": False, "points": 4}
    cell = code("", "essay", **flags)
    made["cells"] += [{**text("## Why?"), "metadata": cell["metadata"]}]
    (tmp_path / "x.ipynb").write_text(json.dumps(made))
    question = read_master(tmp_path / "x.ipynb").questions[-1]
    assert (question.by_hand, question.points, question.title) == (True, 4, "Why?")


# Tables


def rows_of(*names, status="graded"):
    outcomes = tuple(Outcome(name, points, Kind.RIGHT) for name, points in POINTS.items())
    return [Row(name, "", Status(status), outcomes=outcomes, seconds=1.0) for name in names]


def test_no_name_becomes_a_formula(master):
    table = grades_csv(rows_of("=1+1", "@x", "-2", "Ada, L"), master)
    names = [line[0] for line in csv.reader(io.StringIO(table))][1:]
    assert names == ["'=1+1", "'@x", "-2", "Ada, L"]


def test_a_formula_with_a_number_in_front_is_a_text():
    assert csv_text([("+1", "+1+cmd", "\t=1")]) == "+1,'+1+cmd,'\t=1\n"


def test_no_formula_begins_behind_what_another_country_takes_for_a_comma():
    assert (
        csv_text([("Ada;=1+1", "Lin; @x", "a;b=c", "－1+1")]) == "Ada;'=1+1,Lin; '@x,a;b=c,'－1+1\n"
    )
