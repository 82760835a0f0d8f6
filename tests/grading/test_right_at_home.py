"""What `check` says at home decides the marks in class: for every right answer that is declared."""

import warnings

import nbformat
import numpy as np
import pytest

from course_utils.checks.catalogue import exercises, find
from course_utils.grading.assess import assess
from course_utils.grading.notebooks import Cell
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.settings import Settings
from tests.checks.unseen.right_functions import RIGHT
from tests.checks.unseen.wrong_functions import WRONG
from tests.grading.test_sheets import (
    ROOT,
    SETTINGS,
    STEMS,
    cells_of,
    copy_of_the_course,  # noqa: F401 (a fixture)
    master_of,
)

REASON = Sandbox().why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))
SHEETS = [stem.split("_")[0] for stem in STEMS if stem[:2] != "20"]
# What a student may have said above their answer, and what it does at home.
MOODS = {
    "as it is": "",
    "errors of numbers raise": "np.seterr(all='raise')",
    "warnings are errors": "import warnings\nwarnings.simplefilter('error')",
}


def judged_at_home(exercise, answer, mood):
    """Whether `check` passes an answer in a process with that mood."""
    before = np.geterr()
    try:
        with warnings.catch_warnings():
            exec(mood, {"np": np})
            return exercise.judge(answer).passed
    finally:
        np.seterr(**before)


def compare(sheet, folder, mood, most):
    """Assert for the first variants of a sheet's right answers that class and home agree."""
    (stem,) = [stem for stem in STEMS if stem.split("_")[0] == sheet]
    master, made = master_of(stem), exercises(sheet)
    tests = {f"test_{id.replace('.', '_')}": one for id, one in made.items()}
    asked = {q.grade_id: q.names[0] for q in master.questions if q.names}
    graded = {id: one for id, one in tests.items() if id in asked}
    settings = Settings(Sandbox(Limits(call=60, total=600), shown=(str(folder),)))
    sources = [c.source for c in cells_of("solutions", stem) if "train(model" not in c.source]
    first = f"import sys\nimport numpy as np\nsys.path.insert(0, {str(folder)!r})\n"
    first += f"from copied.checks.catalogue import find\n{MOODS[mood]}\n"
    for number in range(min(most, max(1 + len(one.other_answers) for one in graded.values()))):
        answers = [
            f"{asked[id]} = (lambda e: [e.right_answer, *e.other_answers])(find({one.id!r}))"
            f"[{number % (1 + len(one.other_answers))}]"
            for id, one in graded.items()
        ]
        cells = [Cell(source, "") for source in (*sources, first + "\n".join(answers))]
        found = {o.grade_id: o for o in assess(master, cells, settings).outcomes}
        for id, one in graded.items():
            variants = [one.right_answer, *one.other_answers]
            passed = judged_at_home(one, variants[number % len(variants)], MOODS[mood])
            full = found[id].points == one.points
            assert full == passed, (one.id, number, mood, found[id])


@pytest.mark.parametrize("mood", MOODS)
def test_home_and_class_agree_on_a_sheets_right_answers(mood, copy_of_the_course):  # noqa: F811
    compare("02", copy_of_the_course, mood, most=2)


@pytest.mark.nightly
@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("sheet", SHEETS)
def test_home_and_class_agree_on_every_right_answer(sheet, mood, copy_of_the_course):  # noqa: F811
    compare(sheet, copy_of_the_course, mood, most=100)


UNSEEN = ROOT / "tests" / "checks" / "unseen"


def first_of_each(made, asked):
    """The first answer to each graded question of a sheet: {id: its place among all}."""
    places = {}
    for place, (id, _) in enumerate(made):
        if f"test_{id.replace('.', '_')}" in asked:
            places.setdefault(id, place)
    return places


def cell_that_takes(module, kept, places, asked, folder):
    """A cell that answers with functions of a module, which stands beside a copied course."""
    text = (UNSEEN / f"{module}.py").read_text().replace("course_utils", "copied")
    (folder / f"{module}.py").write_text(text)
    lines = ["import sys", f"sys.path.insert(0, {str(folder)!r})", f"import {module}"]
    for id, place in places.items():
        lines.append(f"{asked['test_' + id.replace('.', '_')]} = {module}.{kept}[{place}][1]")
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("sheet", ["02", "04", "08", "12"])
@pytest.mark.parametrize(("kept", "made"), [("RIGHT", RIGHT), ("WRONG", WRONG)], ids=["✓", "✗"])
def test_home_and_class_agree_on_unseen_answers(kept, made, sheet, copy_of_the_course):  # noqa: F811
    """Points as at home, and a slip has the same name."""
    (stem,) = [stem for stem in STEMS if stem.split("_")[0] == sheet]
    master, module = master_of(stem), f"{kept.lower()}_functions"
    asked = {q.grade_id: q.names[0] for q in master.questions if q.names}
    places = first_of_each(made, asked)
    sources = [c.source for c in cells_of("solutions", stem) if "train(model" not in c.source]
    sources.append(cell_that_takes(module, kept, places, asked, copy_of_the_course))
    settings = Settings(Sandbox(Limits(call=60, total=600), shown=(str(copy_of_the_course),)))
    result = assess(master, [Cell(source, "") for source in sources], settings)
    found = {outcome.grade_id: outcome for outcome in result.outcomes}
    for id, place in places.items():
        verdict, outcome = find(id).judge(made[place][1]), found[f"test_{id.replace('.', '_')}"]
        assert (outcome.points == find(id).points) == verdict.passed, (id, outcome)
        assert outcome.mistake == verdict.mistake, (id, outcome)


LEFT_OUT = ("answer_20_1", "answer_20_2", "answer_20_7")
MINI = """
def translator(model):
    return lambda texts: [books.target.text(row) for row in decoded(model, books, texts).tokens]

translate = translator(model)
translation = {"translate": translate, "model": model}
"""


@pytest.mark.slow
def test_the_capstones_mini_way_counts_word_for_word():
    """Data and model from the course, as the sheet has it: 20.1, 20.2 and 20.7 are left out."""
    (stem,) = [stem for stem in STEMS if stem[:3] == "20_"]
    path = ROOT / "solutions" / f"{stem}.ipynb"
    texts = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    (text,) = [text for text in texts if "The mini way: data and model given" in text]
    given = text.split("```")[1]
    cells = [c for c in cells_of("solutions", stem) if c.grade_id not in LEFT_OUT]
    place = next(k for k, cell in enumerate(cells) if cell.grade_id == "answer_20_4")
    cells[place] = Cell(given + MINI, "answer_20_4")
    found = {o.grade_id: o for o in assess(master_of(stem), cells, SETTINGS).outcomes}
    assert found["test_20_4"].points == 1, found["test_20_4"]
