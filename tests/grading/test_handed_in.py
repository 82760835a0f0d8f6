"""Whatever a class hands in, by whatever platform: a row for everybody, and nobody else's."""

import bz2
import gzip
import io
import json
import lzma
import os
import stat
import struct
import tarfile
import time
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest

from course_utils.grading.choices import SHOWN
from course_utils.grading.levels import BadSubmissions
from course_utils.grading.master import read_master
from course_utils.grading.names import decoded
from course_utils.grading.notebooks import Rejected, read_notebook, read_program
from course_utils.grading.submissions import carried, find_submissions, fits
from tests.grading.invented_class import RIGHT, Case, code, master_notebook, notebook
from tests.grading.platforms import Entry, canvas_zip, moodle_zip

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
RIGHT_ONE = Case("").bytes()
STUBS = {
    "mean": 'def mean(x):\n    """The mean."""\n    raise NotAnsweredYet',
    "answer": "answer = ...  # a number",
    "attention": "# YOUR CODE HERE\nraise NotImplementedError()",
    "twice": "def twice(function, x):\n    once = function(x)\n    raise NotImplementedError()\n"
    "    return once",
    "shape": "class Box:\n    def __init__(self, width, height): pass\n\n    def area(self): ...",
}
BLANK = json.dumps(notebook(STUBS)).encode()
PDF, DOCX = b"%PDF-1.7\n\x00", None  # the latter is made below, it is a .zip
EXPORTED = b"""#!/usr/bin/env python
# coding: utf-8

# # A heading

# In[1]:


import numpy as np

# In[2]:
def mean(x):
    return sum(x) / len(x)
"""


def zipped(*names, data=RIGHT_ONE, **more):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, data)
        for name, other in more.items():
            archive.writestr(name, other)
    return made.getvalue()


def tarred(*names, mode="w:gz", data=RIGHT_ONE, time=1_700_000_000, kind=tarfile.REGTYPE):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for name in names:
            about = tarfile.TarInfo(name)
            about.size, about.mtime, about.type = len(data), time, kind
            about.linkname = "/etc/passwd"
            archive.addfile(about, io.BytesIO(data))
    return made.getvalue()


DOCX = zipped("word/document.xml", "[Content_Types].xml")


@pytest.fixture
def master(tmp_path):
    path = tmp_path / "mini.ipynb"
    path.write_text(json.dumps(master_notebook()))
    return read_master(path)


@pytest.fixture
def put(tmp_path):
    """Puts files into tmp_path/in, {name: bytes}; a name that ends in "/" is a folder."""

    def put(files):
        for name, data in files.items():
            path = tmp_path / "in" / name
            (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
            if not name.endswith("/"):
                path.write_bytes(data)
        return tmp_path / "in"

    return put


@pytest.fixture
def given(tmp_path):
    """Puts an archive at tmp_path/all.zip."""

    def given(data, name="all.zip"):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return given


def told(path, master):
    """{student: the notebook that counts, or why there is none}."""
    return {one.student: chosen(one, master) for one in find_submissions(path)}


def chosen(submission, master):
    try:
        return submission.choose(master).name
    except Rejected as reason:
        return str(reason)


def who(path):
    return [(one.student, one.number) for one in find_submissions(path)]


# A row for everybody, and the row is true

ANYTHING = {
    "a.IPYNB": RIGHT_ONE,
    "b.ipynb.txt": RIGHT_ONE,
    "c.json": RIGHT_ONE,
    "d.html": b"<html></html>",
    "e.pdf": PDF,
    "f.py": EXPORTED,
    "g.docx": DOCX,
    "h.zip": zipped("work/mini.ipynb", "work/data.txt", "__MACOSX/work/._mini.ipynb"),
    "i": b"",
    "j.tar.gz": tarred("mini.ipynb"),
    "k.rar": b"Rar!\x1a\x07",
    "l.zip": zipped("report.pdf", data=PDF),
    "m.zip": b"PK\x03\x04 cut short",
    "n.ipynb": b"<!DOCTYPE html>",
    "o.zip": zipped("inner.zip", data=zipped("mini.ipynb")),
    "p.ipynb": RIGHT_ONE.decode().encode("utf-16"),
    "q": RIGHT_ONE,
    "r.ipynb": zipped("mini.ipynb"),
    "s.zip": zipped(),
    "t.zip": RIGHT_ONE,
    "u.ipynb.pdf": PDF,
    "v.zip": moodle_zip([Entry("Ada L", 1, {"x.ipynb": b""}), Entry("Bo", 2, {"x.ipynb": b""})]),
    "w.mp4": bytes(60_000_000),
}
TOLD = {
    "a": "a.IPYNB",
    "b": "b.ipynb.txt",
    "c": "c.json",
    "d": "Found a .html named d.html: expected a notebook (.ipynb).",
    "e": "Found a .pdf named e.pdf: expected a notebook (.ipynb).",
    "f": "f.py",
    "g": "Found a .docx named g.docx: expected a notebook (.ipynb).",
    "h": "h.zip/mini.ipynb",
    "i": "Found a file named i: expected a notebook (.ipynb).",
    "j": "j.tar.gz/mini.ipynb",
    "k": "k.rar: A .rar is not looked into: hand in the notebook itself, or a .zip.",
    "l": "Found a .pdf named l.zip/report.pdf: expected a notebook (.ipynb).",
    "m": "m.zip: The archive cannot be read as a .zip: File is not a zip file.",
    "n": "The file is not a notebook: it is a web page that was saved as one.",
    "o": "o.zip/inner.zip: An archive in an archive is not looked into.",
    "p": "p.ipynb",
    "q": "q",
    "r": "r.ipynb/mini.ipynb",
    "s": "s.zip: The archive is empty.",
    "t": "t.zip",
    "u": "Found a .pdf named u.ipynb.pdf: expected a notebook (.ipynb).",
    "v": "v.zip: It holds the work of several people: give it to be graded by itself.",
    "w": "Found a .mp4 named w.mp4: expected a notebook (.ipynb).",
}


def test_everything_at_the_students_level_is_a_submission(put, master):
    assert told(put(ANYTHING), master) == TOLD


def test_and_in_an_archive_it_is_the_same(given, master):
    assert told(given(zipped(**ANYTHING)), master) == TOLD


def test_and_as_a_platform_names_it(given, master):
    people = [
        Entry(f"{name[0]} b", 100 + n, {name: data})
        for n, (name, data) in enumerate(ANYTHING.items())
    ]
    expected = list(TOLD.values())
    for data in (canvas_zip(people), moodle_zip(people), moodle_zip(people, folders=False)):
        found = {one.number: chosen(one, master) for one in find_submissions(given(data))}
        assert [found[str(100 + n)] for n in range(len(people))] == expected


def test_a_folder_says_what_was_found_in_it(put, master):
    files = {f"ada/{name}": PDF for name in ("a.pdf", "b.pdf", "c.pdf", "d.pdf")}
    path = put({**files, "lin/": b"", "omar/.DS_Store": b"", "sam/.ipynb": RIGHT_ONE})
    assert told(path, master) == {
        "ada": "Found 4 files and no notebook: a.pdf, b.pdf, c.pdf and 1 more: "
        "expected a notebook (.ipynb).",
        "lin": "There is no notebook (.ipynb) in what was handed in: the folder is empty.",
        "omar": "There is no notebook (.ipynb) in what was handed in: the folder is empty.",
        "sam": ".ipynb",
    }


def test_a_folder_that_only_hides_something_has_a_row(given):
    assert who(given(zipped("ada/.git/config", "lin/mini.ipynb"))) == [("ada", ""), ("lin", "")]


def test_a_program_is_read_by_its_own_cells():
    cells = read_program(EXPORTED).cells
    assert [cell.source.splitlines()[0] for cell in cells][1:] == [
        "import numpy as np",
        "def mean(x):",
    ]
    percent = (
        b"# %% [markdown]\r\n# # Title\r\n# %%\r\nx = 1\r\n"
        b'#%% nbgrader={"grade": false, "grade_id": "answer_mean"}\r\ndef mean(x): ...\r\n'
    )
    read = [(cell.source, cell.grade_id) for cell in read_program(percent).cells]
    assert read == [("x = 1", ""), ("def mean(x): ...", "answer_mean")]
    assert [c.source for c in read_program(b"x = 1\n\n\ny = 2\n").cells] == ["x = 1\n\n\ny = 2"]
    assert (
        read_program("# -*- coding: latin-1 -*-\ny = 'é'".encode("latin-1")).cells[0].source[-2]
        == "é"
    )
    with pytest.raises(Rejected, match="not text"):
        read_program(b"\x00\x01")


def test_a_file_of_brackets_is_not_parsed():
    begin = time.process_time()
    with pytest.raises(Rejected, match="brackets"):
        read_notebook(b"[" + b"[]," * 14_000_000 + b"[]]")
    assert time.process_time() - begin < 1


# Whose file is it


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["class/anna/a.ipynb", "class/bo/a.ipynb"], ["anna", "bo"]),
        (["a/b/class/anna/a.ipynb", "a/b/class/bo/a.ipynb"], ["anna", "bo"]),
        (["class/anna/a.pdf", "class/bo/a.html"], ["anna", "bo"]),
        (["anna/a.ipynb", "bo/src/a.ipynb"], ["anna", "bo"]),
        (["anna/mini.ipynb", "anna/mini-2.ipynb", "anna/other.ipynb"], ["anna"]),
        (["anna/sheet1.ipynb", "anna/sheet2.ipynb"], ["anna"]),
        (["anna/x.ipynb", "anna/Copy of sheet.ipynb"], ["anna"]),
        (["anna/x.ipynb", "anna/backup/x.ipynb"], ["anna"]),
        (["class/p1/x.ipynb", "class/p2/x.ipynb"], ["p1", "p2"]),
        (["class/4711.ipynb", "class/4712.ipynb"], ["4711", "4712"]),
        (["class/student1.ipynb", "class/student2.ipynb"], ["student1", "student2"]),
        (["anna/a.ipynb", "anna/data/b.csv", "anna/img/c.png"], ["anna"]),
        (["anna/week 2/a.ipynb"], ["anna"]),
        (["submitted/anna/ps1/a.ipynb", "submitted/bo/ps1/a.ipynb"], ["anna", "bo"]),
        (["submitted/anna/ps1/a.ipynb", "submitted/anna/ps2/b.ipynb"], ["anna"]),
        (["submitted/anna/ps1/a.ipynb", "source/ps1/a.ipynb", "gradebook.db"], ["anna"]),
        (
            ["anna/ps1/a.ipynb", "anna/ps2/b.ipynb", "bo/ps1/a.ipynb", "bo/ps2/b.ipynb"],
            ["anna", "bo"],
        ),
        (["home/anna/work/a.ipynb", "home/bo/work/a.ipynb"], ["anna", "bo"]),
        (["Ann Lee - mini.ipynb", "Bo - mini.ipynb", "Bo - notes.pdf"], ["Ann Lee", "Bo"]),
        (
            ["Classroom/Course/Ann Lee - mini.ipynb", "Classroom/Course/Bo - mini.ipynb"],
            ["Ann Lee", "Bo"],
        ),
        (["mini - Ann Lee.ipynb", "mini - Bo.ipynb"], ["Ann Lee", "Bo"]),
        (["Sheet_1_2_ada.ipynb", "Sheet_1_2_bo.ipynb"], ["Sheet_1_2_ada", "Sheet_1_2_bo"]),
        (["j.smith", "j.doe", "a.b.ipynb"], ["a.b", "j.doe", "j.smith"]),
        (["Ada.ipynb", "ada.ipynb"], ["Ada", "ada"]),
    ],
)
def test_the_students_level(put, given, files, expected):
    """The same for a folder, a .zip, a .tar, and a folder with nothing but a .zip."""
    data = zipped(*files)
    for path in (
        given(data),
        given(tarred(*files), "all.tgz"),
        put(dict.fromkeys(files, RIGHT_ONE)),
    ):
        assert [name for name, _ in who(path)] == expected, path.name


@pytest.mark.parametrize(
    "form", [moodle_zip, canvas_zip, lambda people: zipped("class/a/x.ipynb", "class/b/x.ipynb")]
)
def test_an_archive_in_a_folder_or_an_archive(put, given, form):
    data = form(
        [Entry("Ada L", 77, {"x.ipynb": RIGHT_ONE}), Entry("Bo", 78, {"y.zip": zipped("x.ipynb")})]
    )
    expected = who(given(data))
    assert len(expected) == 2
    assert who(given(zipped("CS101-Sheet 2-4711.zip", data=data), "outer.zip")) == expected
    assert who(put({"CS101-Sheet 2-4711 (1).zip": data})) == expected


def test_one_students_archive_is_no_class(put, master):
    path = put({"ada.zip": zipped("sheet/mini.ipynb", "sheet/data.txt", "sheet/mini-2.ipynb")})
    assert told(path, master) == {"ada": "ada.zip/mini-2.ipynb"}


def test_a_class_in_groups(put):
    groups = {
        "A.zip": moodle_zip(
            [Entry("Ada L", 1, {"a.ipynb": b""}), Entry("Bo", 2, {"a.ipynb": b""})]
        ),
        "B.zip": moodle_zip([Entry("Cy", 3, {"a.ipynb": b""})]),
    }
    assert [number for _, number in who(put(groups))] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["anna/week1/a.ipynb", "anna/week2/a.ipynb"], "in/anna holds week1, week2, and it may be"),
        (["class/anna/a.ipynb", "class/bo/a.ipynb", "class/cy.ipynb"], "may be a class or one"),
        (["class/anna/a.ipynb", "class/cy.ipynb"], "may be a class or one"),
        (["class/anna.ipynb", "class/bo.ipynb"], "in/class holds anna.ipynb, bo.ipynb, and it may"),
        (["A/anna/a.ipynb", "A/bo/a.ipynb", "B/cy/a.ipynb", "B/dy/a.ipynb"], "groups or students"),
        (
            ["class/anna/a.ipynb", "class/bo/a.ipynb", "list.csv"],
            "class seems to be the class, and",
        ),
        (
            ["d/A_1_assignsubmission_file/x", "d/B_2_assignsubmission_file/x", "d.zip"],
            "seems to be",
        ),
        (["x/Bo_502_assignsubmission_file/a.ipynb"], "may be a class or one student"),
    ],
)
def test_where_it_is_not_clear_a_sentence_asks(put, files, words):
    path = put(dict.fromkeys(files, RIGHT_ONE))
    with pytest.raises(BadSubmissions, match=words):
        find_submissions(path)


def test_the_name_of_the_sheet_is_no_students(put):
    path = put({"anna/mini.ipynb": RIGHT_ONE, "anna/zz.ipynb": BLANK})
    assert [one.student for one in find_submissions(path, "mini")] == ["anna"]


def test_an_archive_of_a_folder_of_notebooks_is_a_class(given, put):
    data = zipped("class/anna.ipynb", "class/bo.pdf", "class/cy.ipynb")
    assert [name for name, _ in who(given(data))] == ["anna", "bo", "cy"]
    assert [name for name, _ in who(put({"class.zip": data}))] == ["anna", "bo", "cy"]


def test_and_what_the_sentence_advises_helps(put):
    path = put({"submitted/anna/week1/a.ipynb": b"", "submitted/anna/week2/a.ipynb": b""})
    assert (
        [name for name, _ in who(path)] == ["anna"] == [name for name, _ in who(path / "submitted")]
    )
    assert [name for name, _ in who(path / "submitted" / "anna")] == ["week1", "week2"]


def test_a_profile_or_a_file_with_a_platforms_form_stands_for_nobody_else(given, put):
    trick = "Ada_502_assignsubmission_file_x.ipynb"
    people = [
        Entry("Bo_502_assignsubmission_file_", 503, {trick: b""}),
        Entry("Ada L", 502, {"x.ipynb": b""}),
    ]
    for data in (
        moodle_zip(people),
        moodle_zip(people, folders=False),
        moodle_zip(people, ending="_"),
    ):
        assert who(given(data)) == [("Ada L", "502"), ("Bo 502 assignsubmission file", "503")]
    people = [
        Entry("boxy_502", 503, {trick: b"", "ada_502_9001_x.ipynb": b""}),
        Entry("ada", 502, {"x.ipynb": b""}),
    ]
    assert who(given(canvas_zip(people))) == [("ada", "502"), ("boxy_502", "503")]
    folder = {"Bo_502_assignsubmission_file__503_assignsubmission_file_/x.ipynb": b""}
    found = who(put({**folder, "Ada_502_assignsubmission_file_/x.ipynb": b""}))
    assert [number for _, number in found] == ["502", "503"]


def test_a_number_that_two_people_claim_is_nobodys(put):
    files = [
        "Bo_502_assignsubmission_file__503_assignsubmission_file_x.ipynb",
        "Ada_502_assignsubmission_file_x.ipynb",
    ]
    assert who(put(dict.fromkeys(files, b""))) == [("Ada", ""), ("Bo", "")]


def test_what_does_not_come_from_the_platform_has_its_own_name(put):
    people = [Entry(name, n, {"x.ipynb": b""}) for n, name in enumerate(("Ada", "Bo", "Cy"))]
    path = put({"all.zip": moodle_zip(people)})
    with zipfile.ZipFile(path / "all.zip", "a") as archive:
        archive.writestr("by mail.ipynb", b"")
    assert who(path / "all.zip")[-1] == ("by mail", "")


def test_moodle_in_all_its_forms(given, put):
    text = Entry("Ada L", 77, {"onlinetext.html": b"<p>"}, plugin="onlinetext")
    people = [
        Entry("Ada L", 77, {"data/x.ipynb": RIGHT_ONE}),
        text,
        Entry("Bo", 78, {"y.ipynb": b""}),
    ]
    for form in ({}, {"folders": False}, {"ending": "_"}):
        found = find_submissions(given(moodle_zip(people, **form)))
        assert [(one.student, len(one.files), len(one.entries)) for one in found] == [
            ("Ada L", 2, 2),
            ("Bo", 1, 1),
        ]
    assert who(given(moodle_zip(people, blind=True))) == [
        ("Participant 77", "77"),
        ("Participant 78", "78"),
    ]
    teams = [
        "Team 1_12_assignsubmission_file/x.ipynb",
        "Default group_assignsubmission_file/x.ipynb",
    ]
    assert who(put(dict.fromkeys(teams, b""))) == [("Default group", ""), ("Team 1", "12")]


def test_canvas_in_all_its_forms(given):
    people = [
        Entry("Ada Lovelace", 501, {"02_sheet.ipynb": b"1", "02_sheet-1.ipynb": b"2"}),
        Entry("Zoë Müller", 502, {"02_sheet.ipynb": b"3"}, late=True),
        Entry("🙂", 503, {"02_sheet.ipynb": b"4"}),
        Entry("12345", 504, {"02_sheet.ipynb": b"5"}, late=True),
    ]
    path = given(canvas_zip(people))
    assert who(path) == [
        ("12345", "504"),
        ("503", "503"),
        ("lovelaceada", "501"),
        ("müllerzoë", "502"),
    ]
    found = {one.number: one for one in find_submissions(path)}
    assert [found[n].marked_late for n in ("501", "502", "503", "504")] == [
        False,
        True,
        False,
        True,
    ]
    assert found["502"].platform == "canvas"
    assert found["502"].entries == ("müllerzoë_LATE_502_9003_02_sheet.ipynb",)


def test_canvas_without_names_has_one_row_a_person(given):
    people = [
        Entry("Ada", 1, {"a.ipynb": b"", "b.pdf": b""}, anonymous="k3Xz9"),
        Entry("Bo", 2, {"02_3_a.ipynb": b""}, late=True, anonymous="12345"),
    ]
    found = find_submissions(given(canvas_zip(people)))
    assert [(one.student, one.number, one.marked_late) for one in found] == [
        ("anon_12345", "12345", True),
        ("anon_k3Xz9", "k3Xz9", False),
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            [
                "ada+ps1+2026-02-02 15:58:23.948203 UTC+aGk/x.ipynb",
                "ada+ps1+2026-02-03 15:58:23.1 UTC+b/x.ipynb",
            ],
            [("ada", 1_770_134_303.0)],
        ),
        (
            [
                "Sheet_1_s_12_attempt_2026-02-02-15-58-23_x.ipynb",
                "Sheet_1_s_12_attempt_2026-02-02-15-58-23.txt",
                "Sheet_1_t_12_attempt_2026-02-02-15-58-23_x.ipynb",
            ],
            [(name, time.mktime((2026, 2, 2, 15, 58, 23, 0, 0, -1))) for name in ("s_12", "t_12")],
        ),
        (
            [
                "12-34 - Ada Lee - Feb 2, 2026 358 PM - x.ipynb",
                "index.html",
                "12-35 - Bo- Feb 2, 2026 1158 AM - x.ipynb",
            ],
            [
                ("Ada Lee", time.mktime((2026, 2, 2, 15, 58, 0, 0, 0, -1))),
                ("Bo", time.mktime((2026, 2, 2, 11, 58, 0, 0, 0, -1))),
            ],
        ),
    ],
    ids=["nbgrader's exchange", "Blackboard", "Brightspace"],
)
def test_other_platforms(put, names, expected):
    found = find_submissions(put(dict.fromkeys(names, b"")))
    assert [(one.student, one.handed_in) for one in found] == expected


# Names


def raw_zip(names, flags=0):
    """A .zip whose names are these bytes."""

    class Raw(zipfile.ZipInfo):
        def _encodeFilenameFlags(self):
            return self.raw, self.flag_bits | flags

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number, name in enumerate(names):
            about = Raw(str(number))
            about.raw = name
            archive.writestr(about, RIGHT_ONE)
    return made.getvalue()


@pytest.mark.parametrize("code", ["utf-8", "cp437", "cp1252", "cp850"])
def test_names_of_a_zip_that_does_not_say_its_code(given, code):
    names = ["müller", "josé", "ñuñez", "straße"] + (["jørgen"] if code == "cp850" else [])
    found = who(given(raw_zip([f"{name}/x.ipynb".encode(code) for name in names])))
    assert sorted(name for name, _ in found) == sorted(names)


def test_names_of_a_zip_from_china(given):
    assert who(given(raw_zip(["李华.ipynb".encode("gbk"), "王芳.ipynb".encode("gbk")]))) == [
        ("李华", ""),
        ("王芳", ""),
    ]


def test_a_name_in_two_forms_is_one_name(put, given):
    forms = [unicodedata.normalize(form, "zoë") for form in ("NFC", "NFD")]
    assert forms[0] != forms[1] and decoded([name.encode() for name in forms]) == ["zoë", "zoë"]
    assert who(given(zipped(*(f"{name}/{n}.ipynb" for n, name in enumerate(forms)), "b/x"))) == [
        ("b", ""),
        ("zoë", ""),
    ]


@pytest.mark.parametrize(
    "names",
    [
        ["class\\anna\\a.ipynb", "class\\bo\\", "class\\bo\\a.ipynb"],
        ["/a/teacher/anna/a.ipynb", "/a/teacher/bo/a.ipynb"],
        ["../../anna/a.ipynb", "../bo/../anna/../a.ipynb"],
        ["C:\\class\\anna\\a.ipynb", "C:\\class\\bo\\a.ipynb"],
        ["./anna/a.ipynb", "./bo//a.ipynb"],
    ],
)
def test_paths_of_any_system_lead_nowhere_else(given, names, tmp_path):
    assert [name for name, _ in who(given(zipped(*names)))] == ["anna", "bo"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip"]


def test_names_that_are_long_or_steer_a_terminal(given):
    long = [f"{'x' * 200}{letter}{'x' * 200}" for letter in "ab"]
    found = who(
        given(zipped("a\nb.ipynb", *(f"{name}.ipynb" for name in long), "\x1b[2J", "c ", "c"))
    )
    names = [name for name, _ in found]
    assert len(set(names)) == 6 and max(map(len, names)) <= 125
    assert r"a\nb" in names and r"\x1b[2J" in names


# Which one counts, and what a teacher should know


def only(path):
    (submission,) = find_submissions(path)
    return submission


def test_answers_count_before_a_blank_copy(put, master):
    path = put({"submitted/ada/mini.ipynb": RIGHT_ONE, "submitted/ada/zz.ipynb": BLANK})
    for age, name in enumerate(["mini.ipynb", "zz.ipynb"]):
        os.utime(path / "submitted" / "ada" / name, (1000 + age, 1000 + age))
    found = only(path).choose(master)
    assert found.name == "mini.ipynb"
    assert found.notes == ("Of 2 notebooks mini.ipynb counted, which has answers, not zz.ipynb.",)


def test_the_newest_counts_and_then_the_name(put, master):
    path = put({f"ada/mini-{n}.ipynb": RIGHT_ONE for n in (2, 9, 10)})
    for name in path.rglob("*.ipynb"):
        os.utime(name, (1000, 1000))
    assert only(path).choose(master).name == "mini-10.ipynb"
    os.utime(path / "ada" / "mini-9.ipynb", (1001, 1001))
    found = only(path).choose(master)
    assert found.name == "mini-9.ipynb" and "counted, the newest, not" in found.notes[0]


def test_of_attempts_in_canvas_the_last_counts(given, master):
    files = {"b.ipynb": RIGHT_ONE, "a.ipynb": RIGHT_ONE}
    assert only(given(canvas_zip([Entry("Ada", 1, files)]))).choose(master).name == "a.ipynb"


def test_a_blank_copy_is_told(put, master):
    assert only(put({"ada/x.ipynb": BLANK})).choose(master).notes == (
        "The answers in x.ipynb are as they were handed out: is it a blank copy?",
    )


FILLED_IN = [path for path in sorted(SOLUTIONS.glob("*.ipynb")) if path.stem != "course_test"]


@pytest.mark.parametrize("solution", FILLED_IN, ids=lambda path: path.stem)
def test_every_sheet_of_the_course_is_known_blank(solution):
    sheet = only(solution.parents[1] / "exercises" / solution.name)
    (note,) = sheet.choose(read_master(solution)).notes
    assert note.endswith("is it a blank copy?")
    assert "blank" not in str(only(solution).choose(read_master(solution)).notes)


@pytest.mark.parametrize("name", RIGHT)
def test_one_answer_makes_it_no_blank_copy(put, master, name):
    data = json.dumps(notebook({**STUBS, name: RIGHT[name]})).encode()
    assert only(put({"ada/x.ipynb": data})).choose(master).notes == ()


def test_an_answer_below_the_empty_cell_makes_it_no_blank_copy(put, master):
    made = notebook(STUBS)
    made["cells"].append(code(RIGHT["mean"]))
    assert only(put({"ada/x.ipynb": json.dumps(made).encode()})).choose(master).notes == ()


def test_another_sheet_is_told(put, master):
    cells = [code("def other(): return 1", "answer_other", solution=True)]
    other = json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}).encode()
    nothing = json.dumps({"cells": [code("print(1)")], "nbformat": 4, "metadata": {}}).encode()
    path = put(
        {
            "ada/mini.ipynb": other,
            "lin/x.ipynb": nothing,
            "omar/mini.ipynb": other,
            "omar/z.ipynb": BLANK,
        }
    )
    found = {one.student: one.choose(master) for one in find_submissions(path)}
    assert found["ada"].notes == (
        "These cells belong to another sheet: mini.ipynb has no cell and no name of mini.",
    )
    assert found["lin"].notes == (
        "Nothing of this sheet is in it: x.ipynb has no cell and no name of mini.",
    )
    assert found["omar"].name == "z.ipynb"
    assert any(
        "z.ipynb counted, which belongs to this sheet, not mini.ipynb" in note
        for note in found["omar"].notes
    )


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("named", [True, False])
def test_an_answer_that_became_text_is_told(put, master, kind, named):
    made = Case("").notebook()
    for cell in made["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "answer_mean":
            cell.update(cell_type=kind, metadata=cell["metadata"] if named else {})
    found = only(put({"ada/x.ipynb": json.dumps(made).encode()})).choose(master)
    assert found.notes == ("The answer to 'mean' stands in a text cell: it was not run.",)
    assert any("def mean" in cell.source for cell in found.texts)


def test_a_program_and_source_itself_are_told(put, master, tmp_path):
    path = put({"ada.py": EXPORTED, "lin.ipynb": (tmp_path / "mini.ipynb").read_bytes()})
    found = {one.student: one.choose(master) for one in find_submissions(path)}
    assert found["ada"].notes == ("ada.py is a .py, not a notebook: it was read as one.",)
    assert found["lin"].notes == (
        "lin.ipynb has hidden tests in it: it is SOURCE, or was made from it.",
    )


def test_a_damaged_notebook_beside_is_told(put, master):
    found = only(put({"submitted/ada/a.ipynb": RIGHT_ONE, "submitted/ada/b.ipynb": b"{"})).choose(
        master
    )
    assert found.name == "a.ipynb"
    assert found.notes == ("b.ipynb was left out. The file is not a notebook: it is not JSON.",)


def test_a_helper_is_no_second_notebook(put, master):
    found = only(
        put(
            {
                "submitted/ada/a.ipynb": RIGHT_ONE,
                "submitted/ada/helper.py": EXPORTED,
                "submitted/ada/b.png": b"",
            }
        )
    ).choose(master)
    assert (found.name, found.notes) == ("a.ipynb", ())


def test_many_files_do_not_hide_the_notebook(put, master):
    files = {f"ada/data/{n}.csv": b"" for n in range(200)}
    found = only(put({**files, "ada/a.ipynb": RIGHT_ONE})).choose(master)
    assert found.name == "a.ipynb" and "151 more files were not looked at" in found.notes[0]
    inside = zipped("a.ipynb", **{f"{n}.csv": b"" for n in range(200)})
    assert only(put({"ada/a.ipynb": inside})).choose(master).name == "a.ipynb/a.ipynb"


def test_a_sentence_names_a_few(put, master):
    path = put({f"submitted/ada/{letter}.ipynb": RIGHT_ONE for letter in "abcdefgh"})
    (note,) = only(path).choose(master).notes
    assert note.count(".ipynb") == 1 + SHOWN and "and 4 more" in note


def test_a_source_that_fits_hardly_anybody(put, master):
    other = json.dumps({"cells": [code("x = 1", "zz")], "nbformat": 4, "metadata": {}}).encode()
    bare = json.dumps(
        {"cells": [code("def mean(x):\n    return 1")], "nbformat": 4, "metadata": {}}
    ).encode()
    files = {
        "a.ipynb": RIGHT_ONE,
        "b.ipynb": other,
        "c.pdf": PDF,
        "d.zip": zipped("m.ipynb"),
        "e.py": EXPORTED,
    }
    assert (
        fits(find_submissions(put({**files, "f.ipynb": BLANK, "g.ipynb": bare, "h/": b""})), master)
        == 5
    )


# When


def test_when_it_was_handed_in(put, given):
    path = put({"submitted/ada/x.ipynb": b"", "submitted/ada/y.ipynb": b""})
    os.utime(path / "submitted" / "ada" / "x.ipynb", (1_700_000_000, 1_700_000_000))
    os.utime(path / "submitted" / "ada" / "y.ipynb", (1_600_000_000, 1_600_000_000))
    assert only(path).handed_in == 1_700_000_000
    assert only(given(tarred("ada/x.ipynb"), "a.tar.gz")).handed_in == 1_700_000_000


def test_a_zip_has_the_clock_of_this_place(given, monkeypatch):
    about = zipfile.ZipInfo("ada/x.ipynb", (2026, 7, 1, 12, 0, 0))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(about, b"")
        about = zipfile.ZipInfo("bo/x.ipynb", (2026, 7, 1, 12, 0, 0))
        about.extra = struct.pack("<HHBi", 0x5455, 5, 1, 1_782_900_123)
        archive.writestr(about, b"")
        archive.writestr(zipfile.ZipInfo("cy/x.ipynb"), b"")  # 1980: nobody has set it
    path = given(made.getvalue())
    for zone, hours in (("UTC", 0), ("Asia/Shanghai", 8)):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        found = {one.student: one.handed_in for one in find_submissions(path)}
        assert found == {"ada": 1_782_907_200.0 - hours * 3600, "bo": 1_782_900_123.0, "cy": None}
    monkeypatch.undo()
    time.tzset()


def test_the_time_of_a_download_is_nobodys(given):
    people = [Entry("Ada L", 1, {"x.ipynb": b""}), Entry("Bo", 2, {"x.ipynb": b""})]
    for data in (moodle_zip(people), canvas_zip(people)):
        assert [one.handed_in for one in find_submissions(given(data))] == [None, None]


def test_times_that_a_platform_kept_count(put):
    path = put({f"{name}_assignsubmission_file_/x.ipynb": b"" for name in ("Ada_1", "Bo_2")})
    for name, when in (("Ada_1", 1_700_000_000), ("Bo_2", 1_700_086_400)):
        os.utime(path / f"{name}_assignsubmission_file_" / "x.ipynb", (when, when))
    assert [one.handed_in for one in find_submissions(path)] == [1_700_000_000, 1_700_086_400]


# Robust


def test_links_pipes_and_closed_folders_are_rows(put, master, tmp_path):
    path = put({"ada/": b"", "lin/x.ipynb": RIGHT_ONE})
    (path / "bo.ipynb").symlink_to(tmp_path / "mini.ipynb")
    (path / "cy").symlink_to(path / "lin")
    os.mkfifo(path / "dy.ipynb")
    found = told(path, master)
    assert set(found) == {"ada", "bo", "cy", "dy", "lin"}
    assert "symbolic link" in found["bo"] and "symbolic link" in found["cy"]
    assert "not a regular file" in found["dy"]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar_are_rows(given, master, kind):
    found = told(
        given(tarred("ada/x.ipynb", "bo/x.ipynb", mode="w", data=b"", kind=kind), "a.tar"), master
    )
    assert set(found) == {"ada", "bo"} and all(
        "was not read" in reason for reason in found.values()
    )


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_class_in_a_tar(given, master, mode):
    path = given(tarred("class/ada/x.ipynb", "class/bo/x.ipynb", mode=mode), "class.archive")
    assert told(path, master) == {"ada": "x.ipynb", "bo": "x.ipynb"}


def test_a_locked_member_is_told(given, master):
    data = bytearray(zipped("ada/x.ipynb", "bo/x.ipynb"))
    for begin, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(begin) + place] |= 1
    found = told(given(bytes(data)), master)
    assert "locked with a password" in found["ada"] and found["bo"] == "x.ipynb"


def test_members_of_one_name_are_all_looked_at(given, master):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("ada/x.ipynb", RIGHT_ONE)
        archive.writestr("ada/x.ipynb", BLANK)
    found = only(given(made.getvalue()))
    assert len(found.files) == 2
    assert "has answers" in found.choose(master).notes[0]


BOMBS = {
    "w.zip": zipped("m.ipynb", data=b" " * 40_000_000),
    "w.tar.gz": gzip.compress(bytes(150_000_000), 1),
    "w.tar.bz2": bz2.compress(bytes(150_000_000), 1),
    "w.tar.xz": lzma.compress(bytes(150_000_000), preset=0),
    "w.ipynb": b"{" * 3_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_its_own_row(put, master, name):
    found = told(put({f"ada/{name}": BOMBS[name], "bo/x.ipynb": RIGHT_ONE}), master)
    assert found["bo"] == "x.ipynb"
    assert any(word in found["ada"] for word in ("unpacks to", "brackets")), found


@pytest.mark.parametrize("letters", ["_", "_1"])
def test_a_name_without_end_is_no_work(letters, put, master):
    """To look for a platform's form in it takes the square of its length."""
    long = zipped("m.ipynb", f"{letters * (30_000 // len(letters))}.ipynb", data=RIGHT_ONE)
    start = time.monotonic()
    found = told(put({"ada/w.zip": long, "bo/x.ipynb": RIGHT_ONE}), master)
    assert time.monotonic() - start < 5
    assert found["ada"].startswith("w.zip/") and found["bo"] == "x.ipynb"


def test_accents_without_end_are_not_put_in_order():
    """To bring them into one form takes the square of their number."""
    start = time.monotonic()
    decoded(["\u0300\u0316\u0334".encode() * 40_000])
    assert time.monotonic() - start < 5


def test_a_tar_that_leads_back_to_its_beginning_ends(given, put, master):
    data = bytearray(tarred("ada/x.ipynb", "bo/x.ipynb", mode="w"))
    size = struct.pack(">B11x", 0xFF)[:1] + (2**88 - 1024).to_bytes(11, "big")  # −1024
    data[124:136] = size
    data[148:156] = b"%06o\0 " % (sum(data[:148]) + 8 * 32 + sum(data[156:512]))
    with pytest.raises(BadSubmissions, match="cannot be read as a"):
        find_submissions(given(bytes(data), "a.tar"))
    found = told(put({"ada/w.tar": bytes(data), "bo/x.ipynb": RIGHT_ONE}), master)
    assert "cannot be read as a .tar" in found["ada"]


def test_a_hundred_thousand_files(given):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(100_000):
            archive.writestr(f"class/student{number % 100}/venv/{number}.txt", b"")
    begin = time.process_time()
    assert len(find_submissions(given(made.getvalue()))) == 100
    assert time.process_time() - begin < 30


@pytest.fixture
def deep(tmp_path):
    """A folder of 1,500 folders in each other, taken away again: few tools can remove it."""
    here = Path.cwd()
    (tmp_path / "in" / "ada").mkdir(parents=True)
    os.chdir(tmp_path / "in" / "ada")
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    yield tmp_path / "in"
    for _ in range(1500):
        os.chdir("..")
        os.rmdir("d")
    os.chdir(here)


def test_a_very_deep_folder_is_walked(deep):
    assert who(deep) == [("ada", "")]


@pytest.mark.parametrize("name", ["class.7z", "class.rar", "class.tar.gz", "class.zip"])
def test_an_archive_that_cannot_be_opened_is_a_sentence(given, name):
    with pytest.raises(BadSubmissions, match=r"(is a|cannot be read as a) \.(7z|rar|tar|zip):"):
        find_submissions(given(b"7z or nothing", name))


def test_nothing_is_changed_or_unpacked(put, tmp_path):
    path = put({"all.zip": moodle_zip([Entry("Ada L", 1, {"w.zip": zipped("x.ipynb")})] * 2)})
    before = {
        p: (p.stat().st_mtime_ns, p.is_file() and zlib.crc32(p.read_bytes()))
        for p in tmp_path.rglob("*")
    }
    for submission in find_submissions(path / "all.zip"):
        submission.key()
        carried(submission)
    after = {
        p: (p.stat().st_mtime_ns, p.is_file() and zlib.crc32(p.read_bytes()))
        for p in tmp_path.rglob("*")
    }
    assert after == before


def test_what_is_handed_in_is_found_from_any_folder(put, given, master, monkeypatch, tmp_path):
    given(zipped("ada/x.ipynb"))
    put({"ada/x.ipynb": RIGHT_ONE})
    (tmp_path / "ada.ipynb").write_bytes(RIGHT_ONE)
    monkeypatch.chdir(tmp_path)
    found = [find_submissions(Path(name)) for name in ("all.zip", "in", "ada.ipynb")]
    monkeypatch.chdir("/")  # as a process that grades may
    assert [one.choose(master).name for (one,) in found] == ["x.ipynb", "x.ipynb", "ada.ipynb"]


def test_a_key_changes_with_a_students_archive_and_not_with_the_download(given):
    def keys(data):
        return [one.key() for one in find_submissions(given(data))]

    people = [Entry("Ada L", 1, {"w.zip": zipped("x.ipynb")}), Entry("Bo", 2, {"x.ipynb": b"1"})]
    first = keys(moodle_zip(people))
    people[1] = Entry("Bo", 2, {"x.ipynb": b"2"})
    second = keys(moodle_zip(people))
    assert first[0] == second[0] and first[1] != second[1]


def test_what_travels_to_another_machine_is_all_there(given, master):
    path = given(canvas_zip([Entry("Ada", 1, {"w.zip": zipped("x.ipynb"), "r.pdf": PDF})]))
    (submission,) = find_submissions(path)
    there = carried(submission)
    path.unlink()
    assert there.choose(master).name == "w.zip/x.ipynb" and stat.S_ISDIR(path.parent.stat().st_mode)
