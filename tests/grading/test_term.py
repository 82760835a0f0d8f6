"""A term's work with the command: late hand-ins, regrades, other sheets, and what is asked first.

How a notebook is marked does not matter here: a stand-in gives a point for each word it finds.
"""

import csv
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course_utils.grading import __main__ as command
from course_utils.grading import pool, proving
from course_utils.grading.journal import NAME
from course_utils.grading.notebooks import parse
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.status import Status
from tests.grading.invented_class import POINTS, Case, master_notebook

DUE = "2026-03-01 12:00:00+00:00"
BEFORE, LATER = 1_772_000_000, 1_772_366_400 + 30 * 3600  # 30 hours after
STUDENTS = [f"student {number:02}" for number in range(13)]


def mark_by_words(submissions, master, settings, jobs):
    """Stand in for `grade_all`: a question has its points where its answer says neither bad nor,
    after a regrade, odd."""
    for place, one in enumerate(submissions):
        data = one.files[0].read()
        cells = " ".join(c.source for c in parse(data)) if data.startswith(b"{") else "bad"
        bad = "bad" in cells or ("odd" in cells and master.digest != FIRST["digest"])
        points = {**POINTS, "test_mean": 0.0 if bad else 2.0}
        outcomes = tuple(Outcome(name, float(n), Kind.RIGHT) for name, n in points.items())
        yield place, Row(one.student, one.number, Status.GRADED, outcomes=outcomes)


FIRST = {}


@pytest.fixture
def term(tmp_path, monkeypatch):
    """A folder with a SOURCE, and thirteen who handed in; the place where the command is given."""
    monkeypatch.setattr(pool, "grade_all", mark_by_words)
    monkeypatch.setattr(proving, "proved", lambda master, settings: settings)
    monkeypatch.chdir(tmp_path)
    write_source(tmp_path / "mini.ipynb")
    from course_utils.grading.master import read_master

    FIRST["digest"] = read_master(tmp_path / "mini.ipynb").digest
    for name in STUDENTS:
        hand_in(tmp_path / "in", name)
    return tmp_path


def write_source(path, edit=lambda book: None):
    book = master_notebook()
    edit(book)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(book))


def hand_in(folder, name, answer="fine = 1", when=BEFORE):
    place = folder / name / "mini.ipynb"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(Case(name, {"answer": f"answer = 42\n{answer}"}).bytes())
    os.utime(place, (when, when))


def run(submissions, *more, source="mini.ipynb", out="out"):
    where = ["--out", out] if out else []
    return command.main([source, submissions, *where, "--unsafe-no-sandbox", *more])


def table(path="out/grades.csv"):
    with open(path, newline="", encoding="utf-8") as file:
        return {line["student"]: line for line in csv.DictReader(file)}


def changed():
    with open("out/changes.csv", newline="", encoding="utf-8") as file:
        return [tuple(line.values())[1:] for line in csv.DictReader(file)]


def test_one_late_student_leaves_the_others_as_they_were(term, capsys):
    assert run("in") == 0
    pages = {path: path.stat().st_mtime_ns for path in (term / "out" / "feedback").iterdir()}
    before = table()
    hand_in(term / "late", "student 04", "bad = 1", LATER)
    assert run("late") == 0
    assert [name for name in STUDENTS if table()[name] != before[name]] == ["student 04"]
    assert table()["student 04"]["score"] == "8"
    said = capsys.readouterr().out
    assert "12 graded before, not in these submissions, kept as they were" in said
    assert "1 of 13 scores changed" in said and "student 04 10 → 8 (new hand-in)" in said
    same = [path for path, time in pages.items() if path.stat().st_mtime_ns == time]
    assert len(same) == 12, "only the page that changed is written"


def test_the_list_keeps_its_people_and_the_marks_stay(term):
    (term / "list.csv").write_text("\n".join(["student", *STUDENTS, "absent"]) + "\n")
    (term / "marks.csv").write_text("student,test_twice\nstudent 01,1\n")
    run("in", "--roster", "list.csv", "--marks", "marks.csv")
    before = table()
    assert before["absent"]["status"] == "missing" and before["student 01"]["score"] == "9"
    hand_in(term / "late", "absent", when=LATER)
    assert run("late") == 0
    assert table()["absent"]["score"] == "10"
    assert {name: table()[name] for name in STUDENTS} == {name: before[name] for name in STUDENTS}
    assert table("out/grades_plain.csv")["student 01"]["score"] == "9"
    assert run("late", "--marks", "") == 0
    assert table()["student 01"]["score"] == "10", "given empty, an option is forgotten"
    assert changed()[-1] == ("student 01", "score", "9", "10", "by hand")


def test_the_newest_hand_in_counts_whichever_is_graded_last(term, capsys):
    run("in")
    hand_in(term / "late", "student 04", "bad = 1", LATER)
    run("late")
    capsys.readouterr()
    assert run("in") == 0
    assert table()["student 04"]["score"] == "8"
    assert "a newer hand-in, graded before, counts: student 04" in capsys.readouterr().out
    run("in", "--fresh")
    assert table()["student 04"]["score"] == "10"
    (aside,) = (term / "out").glob("before-*")
    assert table(aside / "grades.csv")["student 04"]["score"] == "8", "the old one is kept"


def test_without_times_what_came_last_counts_also_when_the_first_is_graded_again(term, capsys):
    """Moodle's archives have the time of the download."""
    for name in ("Kim Lee_501_assignsubmission_file_", "Zoe Q_503_assignsubmission_file_"):
        hand_in(term / "all", name)
    hand_in(term / "late", "Zoe Quinn_503_assignsubmission_file_", "bad = 1")
    (term / "marks.csv").write_text("student,test_twice\n503,1\n")
    for name in ("all", "late"):
        shutil.make_archive(name, "zip", name)
        assert run(f"{name}.zip") == 0
    write_source(term / "mini.ipynb", lambda book: book["cells"].append(book["cells"][0]))
    capsys.readouterr()
    assert run("all.zip", "--marks", "marks.csv") == 0
    scores = {name: line["score"] for name, line in table().items()}
    assert scores == {"Kim Lee": "10", "Zoe Quinn": "7"}
    said = capsys.readouterr().out
    assert "counts: Zoe Q" in said and "1 row is of an older SOURCE" in said
    assert run("late.zip") == 0
    assert table()["Zoe Quinn"]["score"] == "7" and "older SOURCE" not in capsys.readouterr().out


def test_a_person_is_the_platforms_number_then_the_name(term, capsys):
    hand_in(term / "moodle", "Kim Lee_501_assignsubmission_file_")
    hand_in(term / "moodle", "Kim Lee_502_assignsubmission_file_", "bad = 1")
    hand_in(term / "moodle", "Zoe Q_503_assignsubmission_file_", "bad = 1")
    run("moodle")
    assert sorted(line["score"] for line in table().values()) == ["10", "8", "8"]
    hand_in(term / "late", "Kim L. Lee_502_assignsubmission_file_", when=LATER)
    hand_in(term / "mail", "q zoe", when=LATER)
    run("late")
    run("mail")
    assert "q zoe is taken for Zoe Q, who was graded before" in capsys.readouterr().out
    found = json.loads(Path("out/grades.json").read_text())["submissions"]
    assert [(one["student"], one["number"], one["score"]) for one in found] == [
        ("Kim L. Lee", "502", 10),
        ("Kim Lee_501", "501", 10),
        ("q zoe", "503", 10),
    ]
    run("moodle")
    run("late")
    assert len(table()) == 3, "who was once understood stays understood"


def test_names_that_are_alike_are_two_people(term):
    for name in ("Li Wei", "Wei Li", "anna", "Anna"):
        hand_in(term / "first", name)
    hand_in(term / "second", "Wei Li", "bad = 1", LATER)
    hand_in(term / "third", "ANNA", "bad = 1", LATER)
    run("first")
    run("second")
    run("first", "--force")
    run("third")
    scores = {name: line["score"] for name, line in table().items()}
    assert scores == {"Li Wei": "10", "Wei Li": "8", "anna": "10", "Anna": "10", "ANNA": "8"}


def test_a_regrade_with_mended_tests_says_what_changed_and_why(term, capsys):
    hand_in(term / "in", "student 02", "odd = 1")
    run("in")
    write_source(term / "mini.ipynb", lambda book: book["cells"].append(book["cells"][0]))
    assert run("in") == 0
    assert changed() == [
        ("student 02", "test_mean", "2", "0", "new SOURCE"),
        ("student 02", "score", "10", "8", "new SOURCE"),
    ]
    assert "1 of 13 scores changed" in capsys.readouterr().out
    text = (term / "out" / "changes.csv").read_text()
    (term / "marks.csv").write_text("student,test_mean\nstudent 02,1.5\n")
    run("in", "--marks", "marks.csv")
    assert (term / "out" / "changes.csv").read_text().startswith(text), "earlier runs stay"
    assert changed()[2:] == [
        ("student 02", "test_mean", "0", "1.5", "by hand"),
        ("student 02", "score", "8", "9.5", "by hand"),
    ]
    assert re.match(r"when,student,.*\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d,", text)


def test_changes_that_a_spreadsheet_saved_stay_as_they_are(term):
    run("in")
    (term / "out" / "changes.csv").write_bytes("when,student\r\nfrüher,x".encode("cp1252"))
    (term / "marks.csv").write_text("student,test_mean\nstudent 02,1\n")
    assert run("in", "--marks", "marks.csv") == 0
    lines = (term / "out" / "changes.csv").read_bytes().splitlines()
    assert lines[1] == "früher,x".encode("cp1252") and len(lines) == 4
    assert lines[3].endswith(b",student 02,score,10,9,by hand")


def test_rows_whose_files_are_not_here_keep_the_older_source_and_are_counted(term, capsys):
    run("in")
    write_source(term / "mini.ipynb", lambda book: book["cells"].append(book["cells"][0]))
    hand_in(term / "late", "student 04", when=LATER)
    assert run("late") == 0
    assert "12 rows are of an older SOURCE" in capsys.readouterr().out
    assert len(table()) == 13


def test_another_sheets_report_is_refused(term, capsys):
    run("in")
    kept = {path: path.read_bytes() for path in (term / "out").rglob("*") if path.is_file()}
    write_source(term / "other.ipynb")
    assert run("in", source="other.ipynb") == 2
    said = capsys.readouterr().err
    assert "out has the report of mini, not of other: choose another --out, or --fresh" in said
    for name in ("run.json", "grades.json"):  # an older edition wrote only the second
        (term / "out" / name).unlink()
        assert run("in", source="other.ipynb") == (2 if name == "run.json" else 0)
    for path, data in kept.items():
        path.write_bytes(data)

    def rename(book):
        book["cells"][3]["metadata"]["nbgrader"]["grade_id"] = "test_new"

    write_source(term / "mini.ipynb", rename)
    assert run("in") == 2
    assert "other questions than mini has now" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in kept} == kept


def test_the_report_is_named_after_the_sheet(term):
    assert run("in", out=None) == 0
    assert len(table("report/mini/grades.csv")) == 13


def test_a_second_run_writes_only_what_changed(term):
    run("in")
    before = {path: path.stat().st_mtime_ns for path in (term / "out").rglob("*")}
    run("in")
    after = {path: path.stat().st_mtime_ns for path in (term / "out").rglob("*")}
    files = [path for path in before if path.is_file()]
    assert [path.name for path in files if after[path] != before[path]] == []
    assert after.keys() == before.keys()


def test_late_work_has_a_raw_score_and_a_final_one(term, capsys):
    hand_in(term / "in", "student 03", when=LATER)
    hand_in(term / "in", "student 05", when=LATER)
    (term / "longer.csv").write_text("student,days\nstudent 05,2\n")
    url = f"sqlite:///{term / 'gradebook.db'}"
    more = ["--due", DUE, "--late", "10% per day", "--extensions", "longer.csv"]
    assert run("in", *more, "--gradebook", url) == 0
    found = {
        name: (line["late"], line["raw_score"], line["score"]) for name, line in table().items()
    }
    assert found.pop("student 03") == ("1 day 6 hours", "10", "8")
    assert set(found.values()) == {("", "10", "10")}
    told = json.loads(Path("out/grades.json").read_text())["submissions"][3]
    assert (told["late"], told["raw_score"], told["score"]) == ("1 day 6 hours", 10, 8)
    assert "1 handed in late, 1 loses points for it" in capsys.readouterr().out
    with Gradebook(url) as book:
        for name, line in table().items():
            one = book.find_submission("mini", name)
            assert one.score - one.late_submission_penalty == float(line["score"])
    (term / "longer.csv").write_text("student,days\nstudent 03,2\n")
    hand_in(term / "late", "student 06", when=LATER)
    assert run("late") == 0, "the rule and the file are remembered"
    scores = {name: line["score"] for name, line in table().items() if line["score"] != "10"}
    assert scores == {"student 05": "8", "student 06": "8"}
    assert changed() == [
        ("student 03", "late", "2", "0", "late rule"),
        ("student 03", "score", "8", "10", "late rule"),
        ("student 05", "late", "0", "2", "late rule"),
        ("student 05", "score", "10", "8", "late rule"),
        ("student 06", "late", "0", "2", "new hand-in"),
        ("student 06", "score", "10", "8", "new hand-in"),
    ]


def test_what_moodles_worksheet_says_of_late_work_counts(term):
    status = ["Submitted for grading", "Submitted for grading - 1 day 3 hours late"]
    lines = [f"Participant {n},{name},{status[n == 4]}" for n, name in enumerate(STUDENTS)]
    text = "\n".join(["Identifier,Full name,Status", *lines, "Participant 99,Kim,No submission"])
    (term / "list.csv").write_text(f"{text}\n")
    url = f"sqlite:///{term / 'gradebook.db'}"
    more = ["--roster", "list.csv", "--late", "10% per day", "--gradebook", url]
    assert run("in", *more) == 0
    late = {name: line for name, line in table().items() if line["late"]}
    assert list(late) == ["student 04"] and late["student 04"]["late"] == "1 day 3 hours"
    assert table()["student 04"]["score"] == "8"
    with Gradebook(url) as book:
        assert book.find_submission("mini", "student 04").late_submission_penalty == 2


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--late", "10% per day"], "nothing says what is late: give --due"),
        (["--due", "soon"], "--due: 'soon' is no date"),
        (["--due", DUE, "--late", "a bit"], "'a bit' is no part of a rule"),
        (["--extensions", "none.csv"], "none.csv cannot be read"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_graded(term, capsys, more, words):
    assert run("in", *more) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1 and not (term / "out").exists()


def blank(book):
    for cell in book["cells"]:
        cell["source"] = re.sub(
            r"### BEGIN HIDDEN.*?### END HIDDEN TESTS\n", "", cell["source"], flags=re.S
        )
        cell["source"] = re.sub(
            r"### BEGIN.*### END SOLUTION", "raise NotImplementedError", cell["source"], flags=re.S
        )


@pytest.fixture
def exercises(term):
    write_source(term / "exercises" / "mini.ipynb", blank)
    write_source(term / "solutions" / "mini.ipynb")
    return term


def test_a_sheet_for_students_as_source_is_asked_about(exercises, capsys, monkeypatch):
    source = "exercises/mini.ipynb"
    assert run("in", source=source) == 2
    said = capsys.readouterr().err
    assert "without solutions and hidden tests (is it solutions/mini.ipynb?)" in said
    assert "add --yes" in said and not Path("out").exists()
    for answer, code in (("", 2), ("n", 2), ("Y", 0)):
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda question, answer=answer: answer)
        assert run("in", source=source) == code
    assert run("in", "--yes", source=source, out="again") == 0


def test_a_source_that_fits_hardly_any_submission_is_asked_about(term, capsys):
    def other(book):
        for cell in book["cells"]:
            names = r"\b(mean|answer|attention|twice|Box)\b"
            cell["source"] = re.sub(names, r"\1_of_another", cell["source"])
            if cell["metadata"].get("nbgrader"):
                cell["metadata"]["nbgrader"]["grade_id"] += "_of_another"

    write_source(term / "another.ipynb", other)
    assert run("in", source="another.ipynb") == 2
    said = capsys.readouterr().err
    assert "Only 0 of 13 notebooks" in said and "add --yes" in said and not Path("out").exists()


def test_what_is_no_notebook_says_nothing_of_the_source(term):
    for name in STUDENTS[1:]:
        (term / "in" / name / "mini.ipynb").unlink()
        (term / "in" / name / "photo.png").write_bytes(b"\x89PNG")
    assert run("in") == 0 and len(table()) == 13
    hand_in(term / "late", "student 05")
    (term / "late" / "student 05" / "mini.ipynb").write_text('{"nbformat": 4, "cells": []}')
    assert run("late") == 0, "the SOURCE of this report is known to fit"


def test_submissions_without_any_notebook_are_asked_about(term, capsys):
    for name in ("ada", "bo"):
        (term / "photos" / name).mkdir(parents=True)
        (term / "photos" / name / "photo.png").write_bytes(b"\x89PNG")
    assert run("photos") == 2 and not Path("out").exists()
    assert "Nothing of what was handed in (2) is a notebook" in capsys.readouterr().err
    assert run("photos", "--yes") == 0
    Path("list.csv").write_text("student\n")
    assert run("list.csv") == 2, "nor is it anybody's late work"


def test_the_list_of_another_class_is_asked_about(term, capsys):
    lines = ["student", "Xaver Fremd", "Yvonne Fremd"]
    Path("list.csv").write_text("\n".join(lines) + "\n")
    assert run("in", "--roster", "list.csv") == 2 and not Path("out").exists()
    assert "Nobody who handed in is on list.csv" in capsys.readouterr().err
    Path("list.csv").write_text("\n".join([*lines, STUDENTS[3]]) + "\n")
    assert run("in", "--roster", "list.csv") == 0


@pytest.mark.parametrize(
    "option, value",
    [("--jobs", "0"), ("--jobs", "two"), ("--call-seconds", "-1"), ("--cell-seconds", "nan")],
)
def test_a_limit_that_is_none_is_refused(term, capsys, option, value):
    with pytest.raises(SystemExit):
        run("in", f"{option}={value}")
    assert f"{option}: '{value}': expected" in capsys.readouterr().err


def test_times_of_copying_are_no_times_of_handing_in(term, capsys):
    for number, name in enumerate(STUDENTS):
        hand_in(term / "in", name, when=LATER + number)
    assert run("in", "--due", DUE) == 2
    assert "as if they had been copied or packed" in capsys.readouterr().err
    hand_in(term / "in", "student 00")
    assert run("in", "--due", DUE) == 0


def test_a_row_that_the_command_cannot_read_is_told_and_stays(term, capsys):
    run("in")
    with (term / "out" / NAME).open("a") as file:
        file.write('["key", {"student": "ada", "status": "copied"}]\n')
    assert run("in") == 0
    assert "out/journal.jsonl has 1 line of another edition" in capsys.readouterr().out
    assert '"copied"' in (term / "out" / NAME).read_text()


@pytest.mark.parametrize("name", ["out", "out/journal.jsonl", "out/grades.csv", "out/feedback"])
def test_what_the_system_refuses_is_a_sentence(term, capsys, name):
    path = term / name
    path.parent.mkdir(exist_ok=True)
    if path.suffix:
        path.mkdir()  # a folder where a file is wanted
    else:
        path.write_text("a file where a folder is wanted")
    assert run("in") == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("Stopped: ") and Path(name).name in said and "Traceback" not in said


def test_a_full_disk_is_a_sentence_and_no_row_is_lost(term, capsys, monkeypatch):
    real, written = os.fsync, []

    def full(number):
        written.append(number)
        if len(written) > 5:
            raise OSError(28, "No space left on device")
        real(number)

    monkeypatch.setattr(os, "fsync", full)
    assert run("in") == 2
    assert "No space left on device" in capsys.readouterr().err
    monkeypatch.setattr(os, "fsync", real)
    assert run("in") == 0 and len(table()) == 13


def test_grading_anew_that_was_killed_is_begun_anew_for_the_rest(term, monkeypatch):
    run("in")
    asked = []

    def die(submissions, *more):
        for number, found in enumerate(mark_by_words(submissions, *more)):
            if number == 4:
                raise KeyboardInterrupt
            yield found

    def count(submissions, *more):
        asked.append(len(submissions))
        return mark_by_words(submissions, *more)

    monkeypatch.setattr(pool, "grade_all", die)
    assert run("in", "--force") == 130
    monkeypatch.setattr(pool, "grade_all", count)
    run("in")
    assert asked == [9] and len(table()) == 13


def test_an_extension_by_number_holds_for_somebody_who_hands_in_later(term):
    lines = [f"Participant {n},{name}," for n, name in enumerate([*STUDENTS, "Kim Lee"], 400)]
    (term / "list.csv").write_text("\n".join(["Identifier,Full name,Grade", *lines]) + "\n")
    (term / "longer.csv").write_text("student,days\n413,2\n")
    more = ["--due", DUE, "--late", "10% per day", "--roster", "list.csv"]
    assert run("in", *more, "--extensions", "longer.csv") == 0
    hand_in(term / "late", "Lee Kim", when=LATER)
    assert run("late") == 0
    assert (table()["Lee Kim"]["late"], table()["Lee Kim"]["score"]) == ("", "10")


def test_marks_by_hand_follow_a_person_whose_name_was_written_otherwise(term):
    hand_in(term / "moodle", "Kim Lee_502_assignsubmission_file_")
    hand_in(term / "moodle", "Zoe Q_503_assignsubmission_file_")
    (term / "marks.csv").write_text("student,test_mean\n502,1\n")
    run("moodle", "--marks", "marks.csv")
    hand_in(term / "late", "Kim L. Lee_502_assignsubmission_file_", when=LATER)
    assert run("late") == 0
    assert {name: line["score"] for name, line in table().items()} == {
        "Kim L. Lee": "9",
        "Zoe Q": "10",
    }
