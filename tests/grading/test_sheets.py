"""Every sheet in the sandbox: its solution, the sheet as handed out, every known mistake.

By day each sheet comes once: of three one with its solution, one as handed out, one with mistakes.
"""

import shutil
import time

import pytest

from course_utils._moved import MOVES
from course_utils.checks.catalogue import exercises
from course_utils.checks.exercises import HOLD_ANSWERS
from course_utils.grading.assess import assess
from course_utils.grading.library import PACKAGE
from course_utils.grading.master import read_master
from course_utils.grading.notebooks import Cell, load, parse
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.session import Room, Session
from course_utils.grading.settings import Settings
from tests.by_day import one_in, sheets

ROOT = PACKAGE.parent
SHORT, LONG = sheets(), sheets(train=True)
STEMS = SHORT + LONG
REASON = Sandbox().why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))


def each_third(first):
    """Of those that train none, by day: nbval runs their solutions."""
    by_night = [pytest.param(stem, id=stem, marks=pytest.mark.nightly) for stem in LONG]
    return pytest.mark.parametrize("stem", one_in(3, SHORT, first=first) + by_night)


SEEDS = ("hidden", "a class's own")
# A busy machine must not turn a right answer into a slow one.
SETTINGS = Settings(Sandbox(Limits(call=60, total=600)))


def master_of(stem):
    return read_master(ROOT / "solutions" / f"{stem}.ipynb")


def cells_of(folder, stem):
    return parse(load(ROOT / folder / f"{stem}.ipynb"))


@each_third(0)
def test_the_solution_gets_all_points(stem):
    master = master_of(stem)
    result = assess(master, cells_of("solutions", stem), SETTINGS)
    assert (result.status, result.score) == ("graded", master.max_score), result
    assert result.notes == ()
    kinds = {outcome.kind for outcome in result.outcomes}
    assert kinds <= {"right", "by hand", "recorded"}


@each_third(1)
def test_the_sheet_as_handed_out_gets_none(stem):
    result = assess(master_of(stem), cells_of("exercises", stem), SETTINGS)
    assert (result.status, result.score, result.notes) == ("graded", 0, ())
    assert {outcome.kind for outcome in result.outcomes} <= {"not answered", "by hand"}


@pytest.fixture(scope="module")
def copy_of_the_course(tmp_path_factory):
    """The course under another name, for cells that take their wrong answers from it."""
    folder = tmp_path_factory.mktemp("copy")
    folder.chmod(0o755)
    shutil.copytree(PACKAGE, folder / "copied", ignore=shutil.ignore_patterns("grading", "__py*"))
    for path in (folder / "copied").rglob("*.py"):
        path.write_text(path.read_text().replace("course_utils", "copied"))
    return folder


def answer_of(exercise, number):
    """Where an answer is found: the known mistake of that number, or else a right answer.

    Not the solution's: it may call the answer to another question, which is wrong here.
    """
    if number < len(exercise.mistakes):
        return f"mistakes[{number}].wrong"
    return "right_answer"


WITH_MISTAKES = [stem.split("_")[0] for stem in SHORT]


@pytest.mark.slow
@pytest.mark.parametrize("sheet", one_in(3, WITH_MISTAKES, first=2))
def test_the_first_mistakes_lose_their_questions_and_are_named(sheet, copy_of_the_course):
    """In one notebook. tests/checks/ tries every mistake without a sandbox between."""
    hand_in_mistakes(sheet, copy_of_the_course, most=1)


@pytest.mark.nightly
@pytest.mark.parametrize("sheet", WITH_MISTAKES)
def test_each_mistake_loses_its_question_and_is_named(sheet, copy_of_the_course):
    """All first mistakes in one notebook, all second ones in the next, and so on."""
    hand_in_mistakes(sheet, copy_of_the_course, most=100)


def hand_in_mistakes(sheet, copy_of_the_course, most):
    (stem,) = [stem for stem in STEMS if stem.split("_")[0] == sheet]
    master = master_of(stem)
    names = {q.grade_id: q.names for q in master.questions}
    asked = {
        exercise.id: f"test_{exercise.id.replace('.', '_')}"
        for exercise in exercises(sheet).values()
    }
    keep = {id: names[question][0] for id, question in asked.items() if names.get(question)}
    graded = [exercise for exercise in exercises(sheet).values() if exercise.id in keep]
    settings = Settings(Sandbox(Limits(call=60, total=600), shown=(str(copy_of_the_course),)))
    solution = [
        cell.source for cell in cells_of("solutions", stem) if "train(model" not in cell.source
    ]
    for number in range(min(most, max(len(exercise.mistakes) for exercise in graded))):
        wrong = [f"{keep[e.id]} = find({e.id!r}).{answer_of(e, number)}" for e in graded]
        first = f"import sys\nsys.path.insert(0, {str(copy_of_the_course)!r})"
        first += "\nfrom copied.checks.catalogue import find"
        sources = [*solution, "\n".join([first, *wrong])]
        result = assess(master, [Cell(source, "") for source in sources], settings)
        found = {outcome.grade_id: outcome for outcome in result.outcomes}
        for exercise in graded:
            outcome = found[asked[exercise.id]]
            if number >= len(exercise.mistakes):
                assert outcome.points == exercise.points, (exercise.id, outcome)
            else:
                mistake = exercise.mistakes[number]
                assert outcome.points == 0, (exercise.id, mistake.name)
                assert (outcome.mistake, outcome.message) == (mistake.name, mistake.hint)


def test_a_sheets_solution_is_no_help_with_another_seed():
    master = master_of("02_score_normalise_mix")
    for seed in SEEDS:
        settings = Settings(SETTINGS.sandbox, seed)
        assert assess(master, cells_of("solutions", master.name), settings).score == 10


IMPORTS = """
import importlib
reached = []
for name in {modules}:
    try:
        module = importlib.import_module(name)
    except ImportError:
        continue
    there = [vars(module)[word] for word in {words} if word in vars(module)]
    reached += [name for found in there if type(found).__name__ != "Refusing"]
"""
ANSWERS = ("attend", "AdditiveScore", "ScaledDotScore", "AttentionLayer", "blocked_attend")
ANSWERS += ("alignment_score", "without_top")


def test_no_module_of_the_course_gives_an_answer_away():
    paths = PACKAGE.rglob("*.py")
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in paths
    )
    modules += MOVES  # under their old names too
    source = IMPORTS.format(modules=modules, words=ANSWERS)
    master = master_of("02_score_normalise_mix")
    given, withheld = master.given_of(HOLD_ANSWERS)
    session = Session([source], SETTINGS.sandbox, Room(given, withheld, {}, time.monotonic() + 100))
    try:
        assert session.fetch("reached") == []
        assert session.errors == {}
    finally:
        session.close()


def test_what_the_sheet_imports_still_works():
    master = master_of("04_concat_linear_scoring")
    given, withheld = master.given_of(HOLD_ANSWERS)
    assert dict(given)["course_utils.attention"] == ("softmax", "Attention")
    assert "course_utils.attention" in withheld


def test_a_question_may_ask_for_what_the_sheet_imports_for_another():
    """03.1 calls softmax, and 03.2 asks for it. To call it elsewhere costs nothing."""
    master = master_of("03_softmax_dial")
    cells = cells_of("solutions", master.name)
    own = "def stable_softmax(scores, axis):\n    return softmax(scores, axis=axis)"
    easy = [Cell(own if "def stable_softmax" in c.source else c.source, c.grade_id) for c in cells]
    honest = [*cells, Cell("print(softmax(np.zeros((2, 3))))", "")]
    for handed_in, lost in ((easy, {"test_03_2"}), (honest, set())):
        result = assess(master, handed_in, SETTINGS)
        assert (result.status, result.notes) == ("graded", ())
        assert {o.grade_id for o in result.outcomes if o.points == 0} == lost
        assert all("write it yourself" in o.message for o in result.outcomes if o.grade_id in lost)
