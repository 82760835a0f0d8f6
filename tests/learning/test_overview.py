"""The overview of lessons and exercises: what is done, where to go next, export and reset."""

import csv
import json
import re

import pytest

from course_utils.checks import check, progress_store
from course_utils.checks.catalogue import exercises, sheets
from course_utils.learning import Option, Question, predict, progress, quiz, reveal, standing
from course_utils.learning.calibration import calibration, judged
from course_utils.learning.course_test import hand_in
from course_utils.learning.overview import export_progress, reset_progress
from course_utils.learning.standing import AFTER_LESSON

QUESTIONS = [Question("Who looks?", {"query": "It asks.", "value": "It is handed over."}, "query")]
LESSONS = ("00_start_here", "01_a_soft_library", "02_score", "01_a_soft_library.new-edition")
RIGHT = {"00.1": "c", "00.2": (4, 5), "00.3": lambda A: A.sum(axis=-1), "00.4": (2, 3, 4)}


@pytest.fixture(autouse=True)
def three_lessons(tmp_path, monkeypatch):
    """A folder with three lessons, none of which has a blank."""
    monkeypatch.setattr(standing, "blanks", lambda lesson: {})
    for lesson in (*LESSONS, "00b_numpy_refresher"):
        (tmp_path / f"{lesson}.ipynb").touch()


def read(lesson):
    """Answer a lesson's closing quiz."""
    (asked,) = quiz(f"{lesson}.closing", QUESTIONS).asked
    asked.answer.value = "query"
    asked.check.click()


def next_words(folder):
    """Read what `progress` says to do next, without its links."""
    return re.sub("</?a[^>]*>", "", progress(folder).following.value)


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
    assert states(panel) == ["● done, 1 of 1 answered", "◐ begun, 1 of 2 answered", "○ not begun"]
    assert marks(panel)[0] == "1○ 2● 3○ 4◐ &nbsp; 1&nbsp;of&nbsp;4"
    assert marks(panel)[2] == "1○ 2○ 3○ 4○ 5○ &nbsp; 0&nbsp;of&nbsp;5"


def test_next_is_the_lesson_then_its_first_open_exercise_then_the_next_lesson(tmp_path):
    def following():
        return next_words(tmp_path)

    assert "Next: lesson <strong>00_start_here</strong>." in following()
    read("00")
    check("00.1", "a")
    assert "Next: exercise <strong>00.2</strong> in 00_start_here." in following()
    for exercise, answer in RIGHT.items():
        check(exercise, answer)
    assert "Next: lesson <strong>01_a_soft_library</strong>." in following()


def test_whoever_solves_all_exercises_need_not_read_the_lesson(tmp_path):
    for exercise, answer in RIGHT.items():
        check(exercise, answer)
    assert "Next: lesson <strong>01_a_soft_library</strong>" in next_words(tmp_path)


def state_of(tmp_path, number):
    return states(progress(tmp_path))[number]


def test_a_lesson_that_was_run_has_begun_and_one_whose_sheet_is_right_is_done(tmp_path):
    predict("02.axis", "Which?", ["rows", "columns"])
    quiz("02.closing", QUESTIONS)
    assert state_of(tmp_path, 2) == "◐ begun, 0 of 2 answered"
    solve_all("02")
    assert state_of(tmp_path, 2) == "● done, 0 of 2 answered"
    for exercise, answer in RIGHT.items():
        check(exercise, answer)
    assert state_of(tmp_path, 0) == "● done", "nobody need run what they can do"


def test_what_was_built_and_reached_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(standing, "blanks", lambda lesson: {"02.a": 0, "02.b": 0})
    progress_store.store().put("02.b", "exercise", passed=True, tries=2)
    facts = {"lesson": "02", "done": ["Step.", "Stop."], "of": 3}
    progress_store.store().put("missions.stages", "missions", **facts)
    assert state_of(tmp_path, 2) == "◐ begun, 1 of 2 built, 2 of 3 missions"


def test_blanks_have_no_mark_among_the_exercises_of_the_sheet(tmp_path):
    progress_store.store().put("02.a", "exercise", passed=True, tries=1)
    assert marks(progress(tmp_path))[2] == "1○ 2○ 3○ 4○ 5○ &nbsp; 0&nbsp;of&nbsp;5"


def test_the_next_step_is_a_link_that_jupyterlab_opens_from_where_its_server_began(
    tmp_path, monkeypatch
):
    monkeypatch.delenv("COURSE_FOLDER_IN_LAB", raising=False)  # as in a clone's `make lab`
    lessons = tmp_path / "work" / "notebooks"
    lessons.mkdir(parents=True)
    (lessons / "00_start_here.ipynb").touch()
    (tmp_path / "course_utils").mkdir()
    said = progress(lessons).following.value
    assert 'href="../notebooks/00_start_here.ipynb"' in said
    assert 'data-commandlinker-command="docmanager:open"' in said
    assert "{&quot;path&quot;: &quot;work/notebooks/00_start_here.ipynb&quot;}" in said


def test_the_short_path_is_marked(tmp_path):
    names = [line.split("<")[0] for line in progress(tmp_path).table.value.split('"row">')[1:]]
    assert names == ["00_start_here ★", "01_a_soft_library ★", "02_score ★"]


def test_a_new_edition_beside_a_changed_copy_is_named(with_own_sheets):
    assert "new one" not in progress(with_own_sheets).following.value
    (with_own_sheets / "05.new-edition.additive.ipynb").touch()
    said = progress(with_own_sheets).following.value
    assert 'href="../notebooks/05.new-edition.additive.ipynb"' in said


def predicted(key, sure, answer, measured):
    """Predict as the card does, run, and let the run judge."""
    options = [Option(str(n), "", lambda found, n=n: found == n) for n in (1, 2)]
    panel = predict(key, "Which?", options)
    panel.answer.value = answer
    next(button for button in panel.saves if button.description == sure).click()
    reveal(key, measured)


def test_predictions_are_counted_by_how_sure_they_were_and_by_what_came_true(tmp_path):
    assert progress(tmp_path).predicted.value == ""
    predicted("00.one", "certain", "1", 1)
    predicted("00.two", "certain", "1", 2)
    predicted("00.three", "a guess", "2", 2)
    predict("00.skipped", "Which?", ["a", "b"]).skip.click()
    counts = judged(progress_store.store().entries().values())
    assert counts == {"a guess": (1, 1), "fairly sure": (0, 0), "certain": (1, 2)}
    said = progress(tmp_path).predicted.value
    assert "a guess: 1 of 1 (100 %); fairly sure: none yet; certain: 1 of 2 (50 %)" in said


def test_predictions_of_the_first_edition_are_kept_and_not_judged(tmp_path):
    progress_store.store().put("00.old", "prediction", answer="1", confidence="certain", when="x")
    assert calibration(progress_store.store().entries().values()) == ""
    assert state_of(tmp_path, 0) == "◐ begun, 1 of 1 answered"


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
    stems = [line.split("<")[0].rstrip(" ★") for line in table.split('<th scope="row">')[1:]]
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
        return next_words(with_own_sheets)

    assert "Next: <strong>course_test</strong>, before the course." in following()
    check("00.1", "a")
    assert "Next: lesson <strong>00_start_here</strong>." in following(), "skipped, and no matter"
    for sheet in ("00", "05"):
        solve_all(sheet)
    assert "Next: exercise <strong>R1.1</strong> in r1_review." in following()
    hand_in("before", TWELVE)
    for sheet in ("r1", "06", "r2"):
        solve_all(sheet)
    assert "<strong>course_test</strong>, once more, after the course" in following()
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
