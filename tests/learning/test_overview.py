"""The overview of lessons and exercises: what is done, where to go next, export and reset."""

import csv
import json

import pytest

from course_utils.checks import check, progress_store
from course_utils.checks.catalogue import exercises, sheets
from course_utils.learning import Question, predict, progress, quiz
from course_utils.learning.course_test import hand_in
from course_utils.learning.overview import AFTER_LESSON, export_progress, reset_progress

QUESTIONS = [Question("Who looks?", {"query": "It asks.", "value": "It is handed over."}, "query")]
LESSONS = ("00_start_here", "01_a_soft_library", "02_score", "01_a_soft_library.new-edition")
RIGHT = {"00.1": "c", "00.2": (4, 5), "00.3": lambda A: A.sum(axis=-1), "00.4": (2, 3, 4)}


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    """Give each test its own progress file, and three lessons."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    progress_store.store.cache_clear()
    for lesson in (*LESSONS, "00b_numpy_refresher"):
        (tmp_path / f"{lesson}.ipynb").touch()
    yield tmp_path / "progress.json"
    progress_store.store.cache_clear()


def read(lesson):
    """Answer a lesson's closing quiz."""
    (asked,) = quiz(f"{lesson}.closing", QUESTIONS).asked
    asked.answer.value = "query"
    asked.check.click()


def states(panel):
    return [line.split("<")[0] for line in panel.table.value.split("<td>")[1::2]]


def marks(panel):
    return [line.split("<")[0] for line in panel.table.value.split("<td>")[2::2]]


def test_every_lesson_has_a_state_and_a_mark_for_each_exercise(tmp_path):
    read("00")
    predict("01.books", "Where?", ["here", "there"]).skip.click()
    quiz("01.closing", QUESTIONS)
    check("00.2", (4, 5))
    check("00.4", (2, 1, 4))
    panel = progress(tmp_path)
    assert states(panel) == ["● done, 1 answered", "◐ begun, 1 answered", "○ not begun"]
    assert marks(panel)[0] == "1○ 2● 3○ 4◐ &nbsp; 1&nbsp;of&nbsp;4"
    assert marks(panel)[2] == "1○ 2○ 3○ 4○ 5○ &nbsp; 0&nbsp;of&nbsp;5"


def test_next_is_the_lesson_then_its_first_open_exercise_then_the_next_lesson(tmp_path):
    def following():
        return progress(tmp_path).following.value

    assert "Next: lesson <strong>00_start_here</strong>." in following()
    read("00")
    check("00.1", "a")
    assert "Next: exercise <strong>00.2</strong> in exercises/00_start_here." in following()
    for exercise, answer in RIGHT.items():
        check(exercise, answer)
    assert "Next: lesson <strong>01_a_soft_library</strong>." in following()


def test_whoever_solves_all_exercises_need_not_read_the_lesson(tmp_path):
    for exercise, answer in RIGHT.items():
        check(exercise, answer)
    assert "Next: lesson <strong>01_a_soft_library</strong>" in progress(tmp_path).following.value


# Sheets without a lesson of their own

TWELVE = ["a"] * 12


@pytest.fixture
def with_own_sheets(tmp_path):
    """A course of three lessons with a folder of sheets; the folder of its lessons."""
    for folder in ("notebooks", "exercises"):
        (tmp_path / folder).mkdir()
        for stem in ("00_start_here", "05_additive", "06_scaled"):
            (tmp_path / folder / f"{stem}.ipynb").touch()
    for stem in ("r1_review", "r2_review", "course_test"):
        (tmp_path / "exercises" / f"{stem}.ipynb").touch()
    return tmp_path / "notebooks"


def solve_all(sheet):
    """Put every exercise of a sheet down as solved."""
    for key in exercises(sheet):
        progress_store.store().put(key, "exercise", tries=1, passed=True)


def test_every_sheet_without_a_lesson_has_its_place():
    assert set(AFTER_LESSON) == {sheet for sheet in sheets() if not sheet[:2].isdigit()}


@pytest.mark.parametrize("folder", ["notebooks", "exercises"])
def test_own_sheets_stand_where_they_are_taken_from_either_folder(with_own_sheets, folder):
    table = progress(with_own_sheets.parent / folder).table.value
    stems = [line.split("<")[0] for line in table.split('<th scope="row">')[1:]]
    assert stems == [
        *("course_test", "00_start_here", "05_additive", "r1_review", "06_scaled", "r2_review")
    ]


def test_the_state_of_an_own_sheet_is_that_of_its_exercises(with_own_sheets):
    assert states(progress(with_own_sheets))[3] == "○ not begun"
    check("R1.1", "a")
    assert states(progress(with_own_sheets))[3] == "◐ begun"
    solve_all("r1")
    assert states(progress(with_own_sheets))[3] == "● done"


def test_the_course_test_says_which_times_are_taken(with_own_sheets):
    solve_all("course")
    assert states(progress(with_own_sheets))[0] == "◐ begun"
    hand_in("before", TWELVE)
    assert states(progress(with_own_sheets))[0] == "◐ taken before"
    hand_in("after", TWELVE, sure=True)
    assert states(progress(with_own_sheets))[0] == "● taken before and after"


def test_next_names_the_course_test_before_all_and_after_all_and_never_between(with_own_sheets):
    def following():
        return progress(with_own_sheets).following.value

    assert "Next: <strong>course_test</strong> in exercises, before the course." in following()
    check("00.1", "a")
    assert "Next: lesson <strong>00_start_here</strong>." in following(), "skipped, and no matter"
    for sheet in ("00", "05"):
        solve_all(sheet)
    assert "Next: exercise <strong>R1.1</strong> in exercises/r1_review." in following()
    hand_in("before", TWELVE)
    for sheet in ("r1", "06", "r2"):
        solve_all(sheet)
    assert "<strong>course_test</strong> in exercises, once more, after the course" in following()
    hand_in("after", TWELVE, sure=True)
    assert "nothing is left" in following()


def test_the_export_has_a_row_for_every_answer_and_overwrites_nothing(path):
    check("00.4", (2, 1, 4))
    predict("01.books", "Where?", ["here", "there"]).skip.click()
    first, second = export_progress(), export_progress()
    assert first.parent == path.parent and first != second
    rows = list(csv.DictReader(first.open(encoding="utf-8-sig")))
    assert [row["key"] for row in rows] == ["00.4", "01.books"]
    assert rows[0]["title"] == "every query meets every key" and rows[0]["tries"] == "1"
    assert rows[0]["mistake"] == "nothing stretched" and rows[0]["passed"] == "False"


def test_starting_over_sets_the_old_answers_aside(path):
    check("00.1", "a")
    kept = reset_progress()
    assert json.loads(kept.read_text())["entries"]["00.1"]["passed"] is True
    assert kept.name == "progress.before-reset-1.json" and not path.exists()
    assert progress_store.store().entries() == {}
    check("00.1", "b")
    assert reset_progress().name == "progress.before-reset-2.json"
    assert reset_progress() is None


def test_the_buttons_export_and_ask_twice_before_a_reset(path):
    check("00.1", "a")
    panel = progress(path.parent)
    panel.export.click()
    assert "Written: progress-" in panel.status.value
    panel.reset.click()
    assert path.exists() and panel.reset.description == "Yes, start over"
    panel.reset.click()
    assert not path.exists() and "progress.before-reset-1.json" in panel.status.value
    assert marks(panel)[0].startswith("1○")


def test_a_solution_that_runs_is_no_progress(path, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS")
    (path.parent / "course_utils").mkdir()
    for name in ("exercises", "solutions"):
        (path.parent / "work" / name).mkdir(parents=True)
    found = [
        progress_store.progress_path(path.parent / "work" / name)
        for name in ("exercises", "solutions")
    ]
    assert found == [path.parent / "work" / "progress.json", None]


def test_a_damaged_progress_file_is_named_by_the_check(path):
    path.write_text("{")
    assert "kept as progress.damaged-1.json" in check("00.1", "a").advice
