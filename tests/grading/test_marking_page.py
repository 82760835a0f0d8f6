"""The page for marking by hand: what is in it, and the file of marks that it writes, read back."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from course_utils.grading import marking_page as module
from course_utils.grading.graded_list import OURS, comment_on
from course_utils.grading.html import feedback_page
from course_utils.grading.marking_page import marking_page
from course_utils.grading.rubrics import OWN_WORDS
from course_utils.grading.run import Report
from course_utils.grading.summary import as_text, summarise
from course_utils.grading.tables import OUT_OF, BadTable, read_marks
from course_utils.grading.worth import with_worth
from tests.grading.marked_by_hand import HOSTILE, NAMES, master_in, rows


@pytest.fixture
def school(tmp_path):
    return master_in(tmp_path)


def data_of(page):
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(found[1])


def test_every_answer_is_there_once_as_text(school):
    master, rubrics, _ = school
    page = marking_page(rows(), master, rubrics, "key")
    questions = {one["id"]: one for one in data_of(page)["questions"]}
    assert list(questions) == ["why", "jacobian", "plot"]
    for one in questions.values():
        assert sorted(answer["student"] for answer in one["answers"]) == sorted(NAMES)
    why = {one["student"]: one for one in questions["why"]["answers"]}
    assert why[NAMES[0]]["text"] == HOSTILE and not why[NAMES[0]]["code"]
    assert why[NAMES[-1]]["text"] == "" and questions["plot"]["answers"][-1]["text"] == ""
    assert page.count("</script>") == 2 and "<img" not in page


def test_the_rubric_stands_beside(school):
    master, rubrics, _ = school
    questions = {
        one["id"]: one for one in data_of(marking_page(rows(), master, rubrics, ""))["questions"]
    }
    assert questions["why"]["asks"] == "Say it in words."
    assert questions["why"]["reference"] == "it sums to 1"
    assert questions["jacobian"]["scheme"] == "One point for the shape."
    assert questions["jacobian"]["reference"] == "The Jacobian is …"


@pytest.mark.parametrize(
    "text", ["YOUR ANSWER HERE", "\n", "# YOUR CODE HERE\nraise NotImplementedError()"]
)
def test_what_was_handed_out_is_no_answer(school, text):
    master, rubrics, _ = school
    blank = replace(rows()[0], code={"why": text})
    first, *_ = data_of(marking_page([blank], master, rubrics, ""))["questions"]
    assert first["answers"][0]["text"] == ""


def test_the_order_tells_nothing_and_stays(school):
    master, rubrics, _ = school
    many = [replace(rows()[0], student=f"s{number:02}") for number in range(20)]
    first, again, other = (data_of(marking_page(many, master, rubrics, key)) for key in "aab")
    order = [[one["student"] for one in q["answers"]] for q in first["questions"]]
    assert order == [[one["student"] for one in q["answers"]] for q in again["questions"]]
    assert order != [[one["student"] for one in q["answers"]] for q in other["questions"]]
    assert order[0] != sorted(order[0]) and order[0] != order[1]


def test_the_levels_are_those_of_the_guide(school):
    guide = (Path(__file__).parents[2] / "docs" / "teaching" / "index.md").read_text("utf-8")
    row = next(line for line in guide.splitlines() if line.startswith("| **own words** |"))
    levels = [cell.strip() for cell in row.strip("|").split("|")][1:]
    assert [level.split(": ", 1)[1] for level in OWN_WORDS] == levels


def test_nothing_can_leave_the_machine(school):
    master, rubrics, _ = school
    page = marking_page([], master, rubrics, "")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none';") and "script-src 'sha256-" in policy
    assert not re.search(r"https?:|fetch\(|XMLHttp|WebSocket|sendBeacon|innerHTML|src=", page)


def test_points_that_are_known_are_shown(school):
    master, rubrics, _ = school
    given = [row.marked({"jacobian": 1.5}) for row in rows()]
    questions = {q["id"]: q for q in data_of(marking_page(given, master, rubrics, ""))["questions"]}
    assert {one["given"] for one in questions["jacobian"]["answers"]} == {1.5}
    assert {one["given"] for one in questions["why"]["answers"]} == {None}


# What a question is worth, where a teacher says so.


def marks_file(folder, *lines):
    path = folder / "marks.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["student", "why", "jacobian"], *lines])
    return path


def test_points_for_a_reason_belong_to_the_maximum(tmp_path, school):
    """2 points for a reason that counts 0 made 12 of 10; now table, page and summary say 12."""
    master, rubrics, _ = school
    path = marks_file(tmp_path, [OUT_OF, "2", ""], [NAMES[3], "2", "3"])
    master = with_worth(master, path)
    assert master.max_score == 2 + 3 + 2 + 1
    marks = read_marks(path, master)
    assert marks == {NAMES[3]: {"why": 2.0, "jacobian": 3.0}}
    Report(tmp_path / "out", master, marks, rubrics=rubrics).write(rows())
    with (tmp_path / "out" / "grades.csv").open(newline="") as file:
        line = next(line for line in csv.DictReader(file) if line["student"] == NAMES[3])
    assert (line["score"], line["max_score"]) == ("6", "8")
    page = feedback_page(rows()[3].marked(marks[NAMES[3]]), master)
    assert "6 of 8 points" in page and "2 of 2" in page and "3 of 3" in page
    assert (tmp_path / "out" / module.MARK_BY_HAND).exists()


def test_without_such_a_line_nothing_changes(tmp_path, school):
    master = school[0]
    assert with_worth(master, marks_file(tmp_path, [NAMES[1], "0", "3"])) == master


@pytest.mark.parametrize(
    ("header", "cell", "words"),
    [
        ("test_x", "3", "marked by its tests"),
        ("why", "many", "expected points of 'why'"),
        ("why", "-1", "expected points of 'why'"),
        ("why", "nan", "expected points of 'why'"),
    ],
)
def test_a_worth_that_is_none(tmp_path, school, header, cell, words):
    path = tmp_path / "marks.csv"
    path.write_text(f"student,{header}\n{OUT_OF},{cell}\n")
    with pytest.raises(BadTable, match=words):
        with_worth(school[0], path)


def test_points_above_the_worth_say_what_to_write(tmp_path, school):
    path = marks_file(tmp_path, [NAMES[1], "2", ""])
    with pytest.raises(BadTable, match=r"line 2: 2 points for 'why'.* a line \(out of\) that says"):
        read_marks(path, with_worth(school[0], path))


def test_two_such_lines(tmp_path, school):
    with pytest.raises(BadTable, match="keep one"):
        with_worth(school[0], marks_file(tmp_path, [OUT_OF, 1, 1], [OUT_OF, 2, 1]))


def test_the_command_says_where_there_is_no_page(tmp_path, capsys):
    assert module.main([str(tmp_path)]) == 2 and module.main([]) == 2
    assert "no mark_by_hand.html" in capsys.readouterr().out


def test_the_command_opens_the_page(tmp_path, monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(module.webbrowser, "open", opened.append)
    first, second = tmp_path / "01" / module.MARK_BY_HAND, tmp_path / "02" / module.MARK_BY_HAND
    first.parent.mkdir()
    first.write_text("")
    assert module.main([str(first.parent)]) == module.main([str(tmp_path)]) == 0
    assert opened == [first.as_uri()] * 2 and "--marks" in capsys.readouterr().out
    second.parent.mkdir()
    second.write_text("")
    assert module.main([str(tmp_path)]) == 2
    assert str(second.parent) in capsys.readouterr().out and len(opened) == 2


def test_the_end_of_a_run_says_who_waits_for_points(school):
    master, rubrics, _ = school
    marks = {"jacobian": 2.0, "plot": 1.0}  # a reason without points keeps nobody waiting
    some = [*rows()[1:], rows()[0].marked(marks)]
    said = as_text(summarise(some, master, rubrics), some, master)
    assert f"  {len(some) - 1} wait for points by hand: make mark-reasons OUT=…" in said
    done = [row.marked(marks) for row in rows()]
    assert "by hand" not in as_text(summarise(done, master, rubrics), done, master)


def test_a_comment_says_how_many_answers_are_still_to_be_read(school):
    master, *_ = school
    first = rows()[0]
    assert comment_on(first, master).startswith("1 of 6 points, 2 of the answers still to be read:")
    marked = first.marked({"jacobian": 2.0, "plot": 1.0})
    assert comment_on(marked, master).startswith("4 of 6 points: ")
    assert OURS.match(comment_on(first, master)), "the next run writes its own over it"
