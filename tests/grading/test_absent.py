"""What SOURCE opens and does not find is said to its teacher: which file, where, what to do."""

import json
import os
import re

import pytest

from course_utils.grading import __main__ as command
from course_utils.grading import beside
from course_utils.grading.absent import absent
from course_utils.grading.master import read_master
from course_utils.grading.sandbox import Sandbox
from tests.grading.invented_class import code, notebook

REASON = Sandbox().why_not()
FLAGS = {
    "load": {"grade": False, "solution": False, "locked": True},
    "answer": {"grade": False, "solution": True, "locked": False},
    "test": {"grade": True, "solution": False, "locked": True, "points": 4},
}
ANSWER = (
    "### BEGIN SOLUTION\ndef size(path=''):\n    return len(open(path).read())\n### END SOLUTION"
)
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
OPENS = "import numpy as np\ntext = open({!r}).read()"
MISSING = "FileNotFoundError"


def sheet(folder, load="x = 1", answer=ANSWER, test="assert size"):
    made, cells = notebook({}), {"load": load, "answer": answer, "test": test}
    made["cells"] = [code(text, name, **FLAGS[name]) for name, text in cells.items()]
    folder.mkdir(exist_ok=True)
    (folder / "s.ipynb").write_text(json.dumps(made))
    return folder / "s.ipynb"


def said_of(folder, *names, words=MISSING, **cells):
    """Return what is said of SOURCE beside these files, each of a few bytes."""
    source = sheet(folder, **cells)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("some words")
    return absent(read_master(source), words)


def test_a_file_that_is_not_there(tmp_path):
    folder = tmp_path / "s"
    (told,) = said_of(folder, load=OPENS.format("data/words.txt"))
    assert told == (
        f"the cell 'load' opens 'data/words.txt', and there is no {folder}/data/words.txt: put it "
        "beside the notebook, or mend the name"
    )
    assert said_of(folder, "data/words.txt", load=OPENS.format("data/words.txt")) == [
        f"files are looked for in {folder}, and of those there the ones that a cell names"
    ]
    assert said_of(folder, load=OPENS.format("other.txt"), words="it gives 3") == []


@pytest.mark.parametrize(
    ("names", "cells", "told"),
    [
        (["../words.txt"], {"load": OPENS.format("../words.txt")}, "lies outside of"),
        ([".words.txt"], {"load": OPENS.format(".words.txt")}, "begins with a dot"),
        (["w.txt"], {"test": HIDDEN.format("assert size('w.txt')")}, "only hidden tests name"),
        ([], {"test": HIDDEN.format("want = np.load('want.npy')")}, "there is no"),
        ([], {"load": "import no_such_helper_here"}, "neither .*no_such_helper_here.py nor a pack"),
        ([], {"load": OPENS.format("words")}, "opens 'words', and there is no"),
        ([], {"load": "np.savetxt('out.csv', [1])\nopen('b.txt', 'w')"}, "^files are looked for"),
        ([], {"load": "open('https://x.org/a.csv')\nopen('a\\0b.csv')"}, "^files are looked for"),
        ([], {"load": "open('a.csv', encoding='latin-1')"}, "there is no .*a.csv"),
    ],
)
def test_why_a_file_is_not_there_for_students(tmp_path, names, cells, told):
    (said,) = said_of(tmp_path / "s", *names, **cells)
    assert re.search(told, said), said


def test_a_file_that_no_cell_names_in_full_and_one_too_large(tmp_path, monkeypatch):
    tried = "FileNotFoundError: [Errno 2] No such file or directory: 'p0.txt'"
    (said,) = said_of(tmp_path / "s", "p0.txt", load="open(f'p{0}.txt')", words=tried)
    assert "does not go to students: name it in full in a cell that they see" in said
    monkeypatch.setattr(beside, "MOST_BYTES", 5)
    monkeypatch.setattr("course_utils.grading.absent.MOST_BYTES", 5)
    (said,) = said_of(tmp_path / "s", "large.txt", load=OPENS.format("large.txt"))
    assert "all files together may have 0 MB" in said


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
@pytest.mark.parametrize(
    "cells",
    [
        {"load": OPENS.format("words.txt"), "test": "assert len(text) == 4"},
        {"answer": "### BEGIN SOLUTION\nwords = open('words.txt').read()\n### END SOLUTION"},
        {"test": "assert size('words.txt') == 4"},
        {"test": HIDDEN.format("assert size('words.txt') == len(open('words.txt').read())")},
    ],
    ids=["given", "answer", "test", "hidden test"],
)
def test_the_run_stops_with_it_and_no_students_sentence(tmp_path, monkeypatch, capsys, cells):
    source = sheet(tmp_path / "s", **{"test": "assert words", **cells})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada.ipynb").write_bytes(source.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert command.main(["s/s.ipynb", "in", "--out", "out", "--yes"]) == 2
    said = capsys.readouterr().err
    assert f"there is no {os.path.realpath(tmp_path)}/s/words.txt: put it beside" in said
    assert "only the notebook was handed in" not in said
