"""Invented classes of every kind, whole and damaged: a row for each person, and never a traceback.

Each class is drawn from a number, which a failure names.
"""

import io
import json
import random
import tarfile
import zipfile

import pytest

from course_utils.grading.levels import BadSubmissions
from course_utils.grading.master import read_master
from course_utils.grading.notebooks import Rejected
from course_utils.grading.submissions import find_submissions
from tests.grading.invented_class import Case, master_notebook
from tests.grading.platforms import Entry, canvas_zip, moodle_zip

NAMES = [
    *("Ada Lovelace", "Li Na", "李华", "Zoë Müller", "J.R. Smith", "O'Brien", "D_3_x", "🙂", "  "),
    *("x" * 150, "a\nb", "late", "LATE", "Bo_502_assignsubmission_file_", "anon", "C:\\x", "12345"),
]
FILES = [
    *("mini.ipynb", "mini-1.ipynb", "02_sheet.ipynb", "7_8_x.ipynb", "a.IPYNB", "a.ipynb.txt"),
    *("x.json", "x.pdf", "x.docx", "x.html", "noending", "a b (1).ipynb", "ü.ipynb", "x.zip"),
    *("x.tar.gz", "x.py", "data/x.csv", "a/b/c/x.ipynb", ".ipynb", ".DS_Store", "x.rar", "-", "_"),
    *("\x1b[2J.ipynb", "x" * 200 + ".ipynb", "text.html", "con.", "%s", "x.npz", "__MACOSX/x"),
]
TRICKS = [
    *("Ada_502_assignsubmission_file_x.ipynb", "ada_501_9001_x.ipynb", "..\\..\\b\\x.ipynb"),
    *("_502_assignsubmission_file_/x.ipynb", "submitted/ada/x.ipynb", "anon_ab1_9001_x.ipynb"),
]
RIGHT = Case("").bytes()


def packed(files, kind="zip"):
    made = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return made.getvalue()
    with tarfile.open(fileobj=made, mode=kind, errors="surrogateescape") as archive:
        for name, data in files.items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            archive.addfile(about, io.BytesIO(data))
    return made.getvalue()


CONTENTS = [
    *(RIGHT, RIGHT, RIGHT, b"", b"{}", b'{"cells": []}', b"\x00\xff" * 50, b"PK\x03\x04", b"%PDF"),
    *(packed({"mini.ipynb": RIGHT}), packed({"a/b.ipynb": RIGHT, "c.pdf": b""}), packed({})),
    *(packed({"x.ipynb": RIGHT}, "w:gz"), packed({"x.zip": packed({"x.ipynb": RIGHT})})),
    *(b"def mean(x):\n    return 0\n", b"# %%\nx = 1\n", b"[" * 3000, b"\x1f\x8b", b"BZh9"),
    *(RIGHT[:99], RIGHT.decode().encode("utf-16")),
]


class Invented:
    """A class that was drawn: its archive's bytes or its files, and what should be found."""

    def __init__(self, number):
        self.draw = random.Random(number)
        self.people = [f"p{place}" for place in range(self.draw.randint(2, 5))]
        form = self.draw.choice([self.moodle, self.canvas, self.nameless, self.plain, self.flat])
        self.files, self.data, self.expected, self.in_a_folder = {}, b"", [], True
        form()

    def work(self, person):
        names = [*FILES, *TRICKS] if person == 0 else FILES  # one of them tries to be another
        drawn = [self.draw.choice(names) for _ in range(self.draw.randint(1, 3))]
        return {name: self.draw.choice(CONTENTS) for name in drawn}

    def entries(self, **more):
        names = [self.draw.choice(NAMES) for _ in self.people]
        return [
            Entry(name, 500 + n, self.work(n), self.draw.random() < 0.3, **more)
            for n, name in enumerate(names)
        ]

    def moodle(self):
        form = self.draw.choice([{}, {"folders": False}, {"ending": "_"}, {"blind": True}])
        self.data = moodle_zip(self.entries(), **form)
        self.expected = [str(500 + n) for n in range(len(self.people))]

    def canvas(self):
        self.data = canvas_zip(self.entries())
        self.expected = [str(500 + n) for n in range(len(self.people))]

    def nameless(self):
        ids = [f"{letter}{self.draw.randint(1000, 9999)}" for letter in "aB3dE"[: len(self.people)]]
        people = zip(self.entries(), ids, strict=True)
        self.data = canvas_zip(
            Entry(e.name, e.id, e.files, e.late, anonymous) for e, anonymous in people
        )
        self.expected = sorted(ids)

    def plain(self):
        """A folder for each."""
        above = self.draw.choice(["", "", "class/", "submitted/", "a/class/"])
        work = {
            f"{above}{person}/{name}": data
            for n, person in enumerate(self.people)
            for name, data in {**self.work(n), "mini.ipynb": RIGHT}.items()
        }
        self.put(work)

    def flat(self):
        """A file for each."""
        endings = (".ipynb", ".pdf", ".zip", ".tar.gz", ".IPYNB", "", ".ipynb.txt", ".py", ".docx")
        names = [person + self.draw.choice(endings) for person in self.people]
        self.put({name: self.draw.choice(CONTENTS) for name in names})
        self.in_a_folder = False  # nobody could tell it from one student's archive

    def put(self, files):
        self.expected = self.people
        kind = self.draw.choice(["zip", "w", "w:gz", "folder"])
        if kind == "folder":
            self.files = {name.replace("\\", "_"): data for name, data in files.items()}
        else:
            self.data = packed(files, kind)

    def written(self, folder):
        """Return where it stands now, in one of the ways in which teachers keep it."""
        folder.mkdir()
        for name, data in self.files.items():
            path = folder / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if self.files:
            return folder / "in"
        ending = self.draw.choice(["zip", "tar.gz"]) if self.data[:2] != b"PK" else "zip"
        path = folder / f"CS101-Sheet 2-4711.{ending}"
        path.write_bytes(self.data)
        return self.draw.choice([path, folder]) if self.in_a_folder else path

    def damaged(self):
        """Return the archive with a few of its bytes changed, lost or doubled."""
        data = bytearray(self.data)
        for _ in range(self.draw.randint(1, 6)):
            place = self.draw.randrange(len(data) or 1)
            change = self.draw.choice(["flip", "flip", "cut", "lose", "double"])
            if change == "flip" and data:
                data[place] = self.draw.randrange(256)
            elif change == "cut":
                del data[place + (len(data) - place) // 2 :]
            elif change == "lose":
                del data[place : place + self.draw.randint(1, 40)]
            else:
                data[place:place] = data[place : place + self.draw.randint(1, 40)]
        return bytes(data)


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    path = tmp_path_factory.mktemp("master") / "mini.ipynb"
    path.write_text(json.dumps(master_notebook()))
    return read_master(path)


def look(path, master):
    """Return the submissions; each of them can be chosen from, or says in a sentence why not."""
    found = find_submissions(path, master.name)
    for submission in found:
        submission.key()
        try:
            assert submission.choose(master).cells is not None
        except Rejected as reason:
            assert str(reason).endswith((".", "again.")) and "\n" not in str(reason)
    assert len({submission.student for submission in found}) == len(found)
    return found


def try_class(number, folder, master):
    invented = Invented(number)
    found = look(invented.written(folder / str(number)), master)
    names = sorted(one.number or one.student for one in found)
    assert names == sorted(invented.expected), f"class {number}"
    if invented.data:
        path = folder / str(number) / "damaged.zip"
        path.write_bytes(invented.damaged())
        try:
            look(path, master)
        except BadSubmissions as reason:
            assert "\n" not in str(reason)


@pytest.mark.parametrize("hundred", range(6))
def test_any_class(hundred, tmp_path, master):
    for number in range(100 * hundred, 100 * hundred + 100):
        try_class(number, tmp_path, master)


@pytest.mark.nightly
@pytest.mark.parametrize("thousand", range(1, 21))
def test_any_of_many_classes(thousand, tmp_path, master):
    for number in range(1000 * thousand, 1000 * thousand + 1000):
        try_class(number, tmp_path, master)
