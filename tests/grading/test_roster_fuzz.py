"""Lists of any sort: each is taken and comes back as it was but for the grades, or is refused."""

import csv
import io
import json
import random

import pytest

from course_utils.grading.lists import BadTable, read_table
from course_utils.grading.master import read_master
from course_utils.grading.roster import class_of, read_roster
from course_utils.grading.tables import read_marks
from tests.grading.importers import LANGUAGES
from tests.grading.invented_class import master_notebook
from tests.grading.test_roster import row

HEADERS = """Identifier|ID|Full name|Student|student|Name|Vorname|Nachname|LastName|FirstName|Email
SIS Login ID|SIS User ID|Section|Grade|Maximum Grade|Bewertung|Punkte|Feedback comments|mini (4711)
Old (12)|Final Score|Assignment: Mini (Real)|Last modified (grade)|Notes||x|test_mean|test_answer
Scale|姓名|score|sep=;""".replace("\n", "|").split("|")
NAMES = [
    "Ada Lee",
    "Lee, Ada",
    "O'Neil; Seán",
    "李小龙",
    "=1+1",
    "José",
    "-",
    "Student, Test",
    "    Points Possible",
    "Manual Posting",
    "",
    "a\nb",
    'the "A"',
    "\u202eevil",
    "x" * 300,
]
CELLS = [*NAMES, "501", "502", "7", "Participant 501", "Teilnehmer/in502", "u501", "a@x.org"]
CELLS += ["10", "10.00", "10,00", "3,5", "-1", "nan", "EX", "N/A", "(read only)", "1e9", "\t", "\0"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "gb18030", "latin-1"]


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    path = tmp_path_factory.mktemp("master") / "mini.ipynb"
    path.write_text(json.dumps(master_notebook()))
    return read_master(path)


def any_list(chance):
    """Return the bytes of a list: whole as a platform's, or mixed, or damaged."""
    if chance.random() < 0.3:
        names = chance.choice([*LANGUAGES.values()]).columns
    else:
        names = chance.choices(HEADERS, k=chance.randint(1, 10))
    lines = [chance.choices(CELLS, k=len(names)) for _ in range(chance.randint(0, 6))]
    for line in lines:
        if chance.random() < 0.1:
            del line[chance.randrange(len(line)) :]
    out = io.StringIO()
    quoting = chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    end = chance.choice(["\n", "\r\n", "\r"])
    mark = chance.choice(",;\t|,;")
    csv.writer(out, delimiter=mark, quoting=quoting, lineterminator=end).writerows([names, *lines])
    data = bytearray(out.getvalue().encode(chance.choice(ENCODINGS), "replace"))
    if chance.random() < 0.2:
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data)) :][:1] = b""
            data.insert(chance.randrange(len(data) + 1), chance.choice(b'",;\n\r\x00\xff\x80(@'))
    return bytes(data[: chance.randrange(len(data) + 1)] if chance.random() < 0.1 else data)


def rows_for(chance):
    names = chance.sample(NAMES[:6], k=chance.randint(1, 6))
    return [row(name, chance.choice(["", 501, 502, 7])) for name in names]


def tried(path, master, chance):
    """Return 1 where the list was taken. It is judged by what it was before."""
    try:
        roster = read_roster(path, master, scaled=chance.random() < 0.5)
    except BadTable as error:
        assert str(path) in str(error) and "\n" not in str(error).replace("\\n", "")
        return 0
    rows = rows_for(chance)
    everybody, found, _ = roster.match(rows)
    assert everybody[: len(rows)] == rows
    text = roster.table(found, master)
    assert all(word for word in roster.graded.remarks(master))
    new, target = path.with_name("back.csv"), roster.graded.target(master)
    new.write_bytes(roster.given.encoded(text))
    before, after = roster.given, read_table(new)
    assert len(before.lines) == len(after.lines)
    ours = {target.column, target.column + bool(target.name), before and roster.columns.comment}
    for old, line in zip(before.lines, after.lines, strict=True):
        kept = [cell for n, cell in enumerate(old.cells) if n not in ours]
        assert kept == [line.cells[n] for n in range(len(old.cells)) if n not in ours]
    return 1


def many(folder, master, seeds):
    taken = 0
    for seed in seeds:
        chance, path = random.Random(seed), folder / "list.csv"
        path.write_bytes(any_list(chance))
        try:
            taken += tried(path, master, chance)
            marked(path, master, chance)
        except Exception as error:
            raise AssertionError(f"the list of seed {seed}") from error
    return taken


def marked(path, master, chance):
    for people in ((), class_of(rows_for(chance))):
        try:
            marks = read_marks(path, master, people)
        except BadTable as error:
            assert str(path) in str(error)
        else:
            assert all(0 <= points <= 3 for given in marks.values() for points in given.values())


def test_any_list(tmp_path, master):
    assert many(tmp_path, master, range(500)) > 50, "some lists are taken"


@pytest.mark.nightly
def test_very_many_lists(tmp_path, master):
    assert many(tmp_path, master, range(1000, 21_000)) > 2000
