"""What a learner writes is theirs: every way in which an update can meet a learner's copy."""

import json
import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output, writes

from course_utils.command import editions
from course_utils.command.alone import LINE
from course_utils.command.editions import RECORD, hand_out

ROOT = Path(__file__).resolve().parents[2]
LESSON = "notebooks/01_a.ipynb"
BESIDE = "notebooks/01.new-edition.a.ipynb"


class Course:
    """A course with one lesson, and a learner's folder."""

    def __init__(self, folder):
        self.course, self.work = folder / "course", folder / "work"
        (self.course / "notebooks").mkdir(parents=True)

    def publish(self, source):
        write(self.course / LESSON, source)

    def hand_out(self):
        return [path.as_posix() for path in hand_out(self.course, self.work)]

    def learner_writes(self, source, path=LESSON):
        write(self.work / path, source)

    def learner_has(self, path=LESSON):
        notebook = json.loads((self.work / path).read_text())
        return "".join(notebook["cells"][0]["source"])

    def names(self):
        return sorted(path.name for path in (self.work / "notebooks").iterdir())


def write(path, source, printed=""):
    output = [new_output("stream", text=printed)] if printed else []
    cell = new_code_cell(source, id="cell", outputs=output)
    path.write_text(writes(new_notebook(cells=[cell])), encoding="utf-8")


@pytest.fixture
def course(tmp_path):
    course = Course(tmp_path)
    course.publish("first")
    assert course.hand_out() == [LESSON]
    return course


def test_copies_come_without_results_and_the_course_keeps_its_own(course):
    write(course.course / LESSON, "second", printed="the answer")
    assert course.hand_out() == [LESSON]
    assert course.learner_has() == "second"
    assert "the answer" not in (course.work / LESSON).read_text()
    assert "the answer" in (course.course / LESSON).read_text()


def test_without_news_nothing_is_written(course):
    course.learner_writes("mine")
    assert course.hand_out() == []
    assert course.learner_has() == "mine" and course.names() == ["01_a.ipynb"]


def test_an_unchanged_copy_is_refreshed(course):
    course.publish("second")
    assert course.hand_out() == [LESSON]
    assert course.learner_has() == "second" and course.names() == ["01_a.ipynb"]


def test_a_copy_that_was_only_run_is_refreshed_and_keeps_its_outputs_until_then(course):
    write(course.work / LESSON, "first", printed="the learner's own result")
    assert course.hand_out() == []
    assert "own result" in (course.work / LESSON).read_text()
    course.publish("second")
    assert course.hand_out() == [LESSON]
    assert course.learner_has() == "second"


def test_a_changed_copy_is_kept_and_the_new_edition_put_beside_it_once(course):
    course.learner_writes("mine")
    course.publish("second")
    assert course.hand_out() == [BESIDE]
    assert course.learner_has() == "mine" and course.learner_has(BESIDE) == "second"
    assert course.hand_out() == []
    (course.work / BESIDE).unlink()  # the learner does not want it
    assert course.hand_out() == []


def test_a_new_edition_that_the_learner_did_not_touch_is_refreshed(course):
    course.learner_writes("mine")
    for edition in ("second", "third"):
        course.publish(edition)
        assert course.hand_out() == [BESIDE]
    assert course.learner_has(BESIDE) == "third"
    assert course.names() == ["01.new-edition.a.ipynb", "01_a.ipynb"]


def test_a_new_edition_that_the_learner_changed_is_kept_too(course):
    course.learner_writes("mine")
    course.publish("second")
    course.hand_out()
    course.learner_writes("mine as well", BESIDE)
    course.publish("third")
    assert course.hand_out() == ["notebooks/01.new-edition-2.a.ipynb"]
    assert course.learner_has() == "mine" and course.learner_has(BESIDE) == "mine as well"


def test_a_deleted_copy_comes_back(course):
    (course.work / LESSON).unlink()
    assert course.hand_out() == [LESSON]
    assert course.learner_has() == "first"


@pytest.mark.parametrize("record", [None, "{ damaged", "[]"])
def test_without_a_record_nothing_is_overwritten(course, record):
    (course.work / RECORD).unlink()
    if record:
        (course.work / RECORD).write_text(record)
    course.learner_writes("mine")
    course.publish("second")
    assert course.hand_out() == [BESIDE]
    assert course.learner_has() == "mine"


def test_a_copy_that_is_no_notebook_any_more_is_kept(course):
    (course.work / LESSON).write_text("{ half a file")
    course.publish("second")
    assert course.hand_out() == [BESIDE]
    assert (course.work / LESSON).read_text() == "{ half a file"


def test_a_crash_leaves_no_part_of_a_file(course):
    course.publish("second")
    course.hand_out()
    assert not list(course.work.rglob("*.part"))


def test_where_nothing_is_new_the_folder_may_be_read_only(course, monkeypatch):
    monkeypatch.setattr(editions, "_write_atomically", lambda *_: pytest.fail("it is written"))
    assert course.hand_out() == []


@pytest.mark.parametrize("solved", [True, False])
def test_a_sheet_links_to_its_solution_only_where_one_is(tmp_path, solved):
    solutions = ROOT / "solutions" if solved else tmp_path / "none"
    hand_out(ROOT, tmp_path / "work", solutions)
    for sheet in (ROOT / "exercises").glob("[0-9]*.ipynb"):
        copy = (tmp_path / "work/exercises" / sheet.name).read_text(encoding="utf-8")
        assert (f"../solutions/{sheet.name}" in copy) == solved
        assert "progress()" in copy


def test_what_a_lesson_links_to_is_there_and_leads_nowhere_else(tmp_path):
    """Every link of a lesson to a file, also in a package without solutions."""
    work = tmp_path / "work"
    written = hand_out(ROOT, work, tmp_path / "none")
    assert Path("docs/pronunciations.md") in written
    for path in (one for one in written if one.parts[0] != "exercises" and one.suffix != ".png"):
        text = words_of(work / path)
        links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)", text)
        assert [link for link in links if not (work / path.parent / link).exists()] == [], path
    assert hand_out(ROOT, work, tmp_path / "none") == []


def test_every_notebook_says_in_its_first_cell_how_to_get_the_package(tmp_path):
    written = hand_out(ROOT, tmp_path)
    notebooks = [tmp_path / path for path in written if path.suffix == ".ipynb"]
    firsts = ["".join(json.loads(path.read_bytes())["cells"][0]["source"]) for path in notebooks]
    lines = zip(notebooks, (first.splitlines().count(LINE) for first in firsts), strict=True)
    assert {path.name: count for path, count in lines if count != 1} == {}
    assert {path.parent.name for path in notebooks} == {"notebooks", "exercises", "solutions"}


def words_of(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def test_a_document_that_the_learner_changed_is_kept(tmp_path):
    work, document = tmp_path / "work", Path("docs/pronunciations.md")
    hand_out(ROOT, work)
    (work / document).write_text("my notes")
    (work / RECORD).unlink()
    assert hand_out(ROOT, work) == [Path("docs/pronunciations.new-edition.md")]
    assert (work / document).read_text() == "my notes"
