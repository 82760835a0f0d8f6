"""Predictions, quizzes and the progress file, driven without a browser."""

import json
import multiprocessing

import ipywidgets as widgets
import pytest

from course_utils.checks.progress_store import ProgressStore, progress_path, store
from course_utils.learning import (
    Option,
    Question,
    predict,
    predictions,
    progress,
    quiz,
    reveal,
)
from course_utils.learning.predictions import CONFIDENCE

OPTIONS = ["thousand", "forty", "and"]
QUESTIONS = [
    Question("What does a row sum to?", {"1": "Softmax divides.", "m": "Ones would."}, "1"),
    Question("Who looks?", {"query": "It asks.", "value": "It is handed over."}, "query"),
]


@pytest.fixture
def shown(monkeypatch):
    collected = []
    monkeypatch.setattr(
        predictions, "display", lambda data, raw: collected.append(data["text/plain"])
    )
    return collected


def entries(path):
    return json.loads(path.read_text(encoding="utf-8"))["entries"]


def answer(key, value, confidence="certain", options=OPTIONS):
    asked = predict(key, "Where does 万 look?", options)
    asked.answer.value = value
    asked.saves[CONFIDENCE.index(confidence)].click()
    return asked


def test_a_prediction_is_saved_and_shown_again(path, shown):
    asked = answer("00.wan", "forty")
    assert "Saved: <strong>forty (certain)</strong>" in asked.status.value
    assert entries(path)["00.wan"]["answer"] == "forty"
    reveal("00.wan", "thousand", "Four digits make a 万.")
    reveal("00.wan", "forty")
    assert shown == [
        "≠ You predicted forty (certain). What happened: thousand. Four digits make a 万.",
        "✓ You predicted forty (certain). What happened: forty. You were right.",
    ]


def test_run_all_goes_on_without_a_prediction(shown):
    predict("00.wan", "Where?", OPTIONS)
    reveal("00.wan", "thousand")
    assert shown == ["→ You made no prediction here. What happened: thousand."]


def test_a_skip_is_recorded(path, shown):
    predict("00.wan", "Where?", OPTIONS).skip.click()
    assert entries(path)["00.wan"]["skipped"] is True
    reveal("00.wan", "and")
    assert "no prediction" in shown[0]


def test_an_answer_after_a_skip_counts(path):
    asked = predict("00.wan", "Where?", OPTIONS)
    asked.skip.click()
    asked.answer.value = "and"
    asked.saves[0].click()
    assert entries(path)["00.wan"]["skipped"] is False


@pytest.mark.parametrize(
    ("typed", "number"), [("0.93", 0.93), (" 93 % ", 93), ("1,000", 1000), ("−2", -2)]
)
def test_numbers_are_read_as_people_type_them(path, typed, number):
    answer("00.n", typed, options=None)
    assert entries(path)["00.n"]["answer"] == number


@pytest.mark.parametrize("typed", ["", "many", "nan", "inf"])
def test_what_is_no_number_is_asked_again(path, typed):
    asked = answer("00.n", typed, options=None)
    assert "Type a number, for example 0.5, or skip" in asked.status.value
    assert entries(path)["00.n"]["answer"] is None


ADDED = [
    Option("none", "The dot product has no parameters.", when=lambda added: added == 0),
    Option("some", "v and two matrices.", when=lambda added: added > 0),
]


def test_an_option_comes_true_by_what_was_measured(shown, path):
    asked = predict("10.more", "How many?", ADDED)
    asked.answer.value = "some"
    asked.saves[2].click()
    reveal("10.more", 0)
    reveal("10.more", 17_901 - 15_821, "A sentence more.")
    assert shown == [
        "≠ You predicted some (certain). What happened: none. The dot product has no parameters.",
        "✓ You predicted some (certain). What happened: some. You were right. "
        "v and two matrices. A sentence more.",
    ]
    assert (entries(path)["10.more"]["measured"], entries(path)["10.more"]["right"]) == (
        "some",
        True,
    )


def test_a_number_is_judged_by_what_this_run_measured(shown, path):
    asked = predict("00.n", "How many percent?", reason="One look each.", tolerance=5)
    asked.answer.value = "90"
    asked.saves[0].click()
    reveal("00.n", 94.2)
    reveal("00.n", 96.1)
    assert shown == [
        "✓ You predicted 90 (a guess). What happened: ≈ 94.2. You were right. One look each.",
        "≠ You predicted 90 (a guess). What happened: ≈ 96.1. One look each.",
    ]
    assert entries(path)["00.n"]["right"] is False


def test_an_exact_number_is_said_without_the_sign_for_measured_ones(shown):
    predict("00.n", "How many scores?", reason="n · m.")
    reveal("00.n", 1_024)
    assert shown == ["→ You made no prediction here. What happened: 1,024. n · m."]


def test_the_first_answer_counts(path):
    asked = answer("00.wan", "forty")
    assert asked.answer.disabled and all(save.disabled for save in asked.saves)
    again = predict("00.wan", "Where?", OPTIONS)
    assert again.answer.disabled and again.skip.disabled
    assert entries(path)["00.wan"]["answer"] == "forty"


EDGES = [Option("low", "", when=lambda x: x < 1), Option("none", "", when=lambda x: x < 0)]


def test_a_measurement_makes_one_option_true_and_never_two():
    predict("00.p", "?", EDGES)
    reveal("00.p", 0.5)
    with pytest.raises(ValueError, match=r"00\.p.*2 options fit the measured -1"):
        reveal("00.p", -1)


def test_a_measurement_that_no_option_foresaw_is_said_and_the_lesson_runs_on(shown, path):
    predict("00.p", "?", EDGES)
    reveal("00.p", 1.5)
    assert shown[-1].startswith("→ You made no prediction here. What happened: none of these.")
    assert "Outside: 1.5 was measured" in shown[-1]
    asked = predict("00.p", "?", EDGES)
    asked.answer.value = "low"
    asked.saves[0].click()
    reveal("00.p", 1.5)
    assert shown[-1].startswith("→ You predicted low (a guess). What happened: none of these.")
    assert entries(path)["00.p"].get("right") is None


def test_a_result_without_its_question_says_what_to_run():
    with pytest.raises(LookupError, match=r"run the cell that asks for the prediction '00\.never'"):
        reveal("00.never", 1)


def test_a_notebook_of_the_first_edition_still_runs(shown):
    answer("00.n", "0.9", options=None)
    reveal("00.n", 0.94, "because", tolerance=0.05)
    reveal("00.n", 0.99, tolerance=0.05)
    assert [text[0] for text in shown] == ["✓", "≠"]


def test_nothing_chosen_is_asked_again(path):
    asked = predict("00.wan", "Where?", OPTIONS)
    asked.saves[0].click()
    assert "Choose one of the options first" in asked.status.value
    assert entries(path)["00.wan"]["answer"] is None


def test_running_the_cell_again_brings_the_answer_back():
    answer("00.wan", "forty", confidence="fairly sure")
    again = predict("00.wan", "Where?", OPTIONS)
    assert again.answer.value == "forty"
    assert "You predicted <strong>forty (fairly sure)</strong>" in again.status.value


def test_an_answer_to_an_older_edition_of_the_question_is_left_out():
    answer("00.wan", "forty")
    assert predict("00.wan", "Where?", ["here", "there"]).answer.value is None
    assert predict("00.wan", "How many?").answer.value == ""


def test_authors_are_told_what_is_wrong():
    with pytest.raises(ValueError, match="at least two options"):
        predict("00.wan", "Where?", ["only"])
    predict("00.wan", "Where?", OPTIONS)
    with pytest.raises(ValueError, match="needs one of"):
        reveal("00.wan", "million")
    with pytest.raises(ValueError, match=r"question 1 of 00\.closing needs its right option"):
        quiz("00.closing", [Question("?", {"a": "", "b": ""}, "c")])


def test_a_quiz_explains_each_choice_and_lets_one_try_again(path):
    first = quiz("00.closing", QUESTIONS).asked[0]
    assert first.answer.value is None and first.feedback.value == ""
    first.check.click()
    assert "Choose one" in first.feedback.value
    first.answer.value = "m"
    first.check.click()
    assert "✗ Not this one.</strong> Ones would." in first.feedback.value
    first.answer.value = "1"
    assert first.feedback.value == ""
    first.check.click()
    assert "✓ Yes.</strong> Softmax divides." in first.feedback.value
    stored = entries(path)["00.closing.1"]
    assert (stored["right"], stored["tries"], stored["answer"]) == (True, 2, "1")


@pytest.mark.parametrize(
    "make",
    [
        lambda: predict("00.a", "Where?", OPTIONS),
        lambda: quiz("00.b", QUESTIONS),
        lambda: progress(),
    ],
)
def test_the_text_form_is_stable_and_gives_no_answer_away(make):
    first, second = make()._repr_mimebundle_()[0], make()._repr_mimebundle_()[0]
    assert first["text/plain"] == second["text/plain"]
    assert first["text/html"] == second["text/html"]
    assert "Run this cell" in first["text/html"]
    for reason in ("Softmax divides.", "It asks."):
        assert reason not in str(first)


def test_every_control_has_a_visible_label():
    def controls(widget):
        for child in getattr(widget, "children", ()):
            yield from controls(child)
        if isinstance(
            widget, (widgets.RadioButtons, widgets.Dropdown, widgets.Text, widgets.Button)
        ):
            yield widget

    panels = (predict("00.a", "?", OPTIONS), predict("00.b", "?"), quiz("00.c", QUESTIONS))
    found = [control for panel in panels for control in controls(panel)]
    assert len(found) == 5 + 5 + 4
    assert all(control.description for control in found)


def test_answers_of_two_open_notebooks_are_both_kept(path):
    one, other = ProgressStore(path), ProgressStore(path)
    one.put("00.a", "prediction", answer="x")
    other.put("00.b", "prediction", answer="y")
    one.put("00.a", "prediction", confidence="certain")
    assert ProgressStore(path).get("00.a") == {
        "kind": "prediction",
        "answer": "x",
        "confidence": "certain",
    }
    assert set(one.entries()) == {"00.a", "00.b"}
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        '{"schema": 99, "entries": {}}',
        '{"schema": 1, "entries": {"a": 1}}',
        "\ud800",
    ],
)
def test_a_damaged_file_is_set_aside_and_named(path, damage):
    path.write_bytes(damage.encode("utf-8", "surrogatepass"))
    asked = answer("00.wan", "forty")
    aside = path.with_name("progress.damaged-1.json")
    assert aside.read_bytes() == damage.encode("utf-8", "surrogatepass")
    assert aside.name in asked.status.value
    assert entries(path)["00.wan"]["answer"] == "forty"


def test_a_second_damaged_file_does_not_overwrite_the_first(path):
    for damage in ("first", "second"):
        path.write_text(damage)
        ProgressStore(path).entries()
    assert path.with_name("progress.damaged-1.json").read_text() == "first"
    assert path.with_name("progress.damaged-2.json").read_text() == "second"


def write_many(path, name):
    """Put 50 entries, as a notebook of its own would."""
    for number in range(50):
        ProgressStore(path).put(f"{name}.{number}", "prediction", answer=number)


def test_two_processes_that_write_at_once_lose_nothing(path):
    writers = [multiprocessing.Process(target=write_many, args=(path, name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(entries(path)) == 100
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_folder_in_the_place_of_the_file_does_not_stop_the_lesson(path):
    path.mkdir()
    assert "forty" in answer("00.wan", "forty").status.value


def test_a_disk_that_refuses_does_not_stop_the_lesson(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    store.cache_clear()
    asked = answer("00.wan", "forty")
    assert "until the kernel stops" in asked.status.value
    assert store().get("00.wan")["answer"] == "forty"


def test_the_file_lies_in_the_course_s_own_work_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS")
    notebooks = tmp_path / "work" / "notebooks"
    notebooks.mkdir(parents=True)
    assert progress_path(notebooks) is None  # some other folder called work
    (tmp_path / "course_utils").mkdir()
    assert progress_path(notebooks) == tmp_path / "work" / "progress.json"
    assert progress_path(tmp_path) is None
    monkeypatch.setenv("COURSE_PROGRESS", "memory")
    assert progress_path(notebooks) is None


def test_memory_only_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "memory")
    store.cache_clear()
    answer("00.wan", "forty")
    assert store().get("00.wan")["answer"] == "forty"
    assert list(tmp_path.iterdir()) == []
    assert "only until the kernel stops" in progress(tmp_path).following.value
