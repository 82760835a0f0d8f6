"""Every exercise of every sheet: right answers pass, each known mistake draws its own hint.

A new sheet is tested here without a change to this file.
"""

import ast
import functools
import re
import symtable
import textwrap
from collections import Counter
from itertools import combinations
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_utils.checks.catalogue import blanks, exercises, find, lessons, sheets
from course_utils.checks.exercises import Effort
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.questions import question
from course_utils.checks.work import WorkExercise

ROOT = Path(__file__).resolve().parents[2]
POINTS_OF_A_SHEET = 10
WITHOUT_POINTS = {"course"}  # measures a course, not a learner: nothing of it is scored
LETTERS_OF_A_HINT = 200
MISTAKES = {"one line": 2, "several lines": 5}
RIGHT_ANSWERS = 3
SHARE_REJECTED_BY_PROPERTIES = 0.90

IN_SHEETS = [exercise for sheet in sheets() for exercise in exercises(sheet).values()]
IN_LESSONS = [blank for lesson in lessons() for blank in blanks(lesson).values()]
ALL = IN_SHEETS + IN_LESSONS
FUNCTIONS = [exercise for exercise in ALL if isinstance(exercise, FunctionExercise)]
WORKS = [exercise for exercise in ALL if isinstance(exercise, WorkExercise)]
CLAIMS = [exercise for exercise in WORKS if not exercise.answer_is_code]
MADE = [(exercise, mistake) for exercise in ALL for mistake in exercise.mistakes]


def on_cards(id):
    """Whether it is asked on cards, made of the declarations: no notebook has its words."""
    return id.split(".")[0] == "course"


def name(thing):
    """How pytest calls an exercise or a mistake."""
    return getattr(thing, "id", None) or getattr(thing, "name", None)


each = pytest.mark.parametrize("exercise", ALL, ids=name)
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=name)
each_tried = pytest.mark.parametrize("exercise", [*FUNCTIONS, *WORKS], ids=name)
each_mistake = pytest.mark.parametrize(("exercise", "mistake"), MADE, ids=name)
each_sheet = pytest.mark.parametrize("sheet", sheets())


@functools.cache
def solution_of(sheet):
    """The solution notebook of a sheet: read once, and not changed."""
    (path,) = (ROOT / "solutions").glob(f"{sheet.lower()}_*.ipynb")
    return nbformat.read(path, as_version=4)


@each
def test_a_right_answer_passes(exercise):
    verdict = exercise.judge(exercise.right_answer)
    assert verdict.passed and verdict.mistake is None and verdict.message


@each_tried
def test_right_answers_written_differently_pass(exercise):
    told = f"declare at least {RIGHT_ANSWERS} with @{exercise.right.__name__}.also_right"
    assert len(exercise.other_answers) >= RIGHT_ANSWERS, told
    for variant in exercise.other_answers:
        verdict = exercise.judge(variant)
        assert verdict.passed, verdict


@pytest.mark.parametrize("exercise", [one for one in FUNCTIONS if not one.booleans], ids=name)
def test_one_of_the_right_answers_computes_in_float32(exercise):
    arguments = exercise.inputs(np.random.default_rng(0))
    results = (variant(*arguments) for variant in exercise.other_answers)
    firsts = [result[0] if isinstance(result, tuple | list) else result for result in results]
    assert any(getattr(first, "dtype", None) == np.float32 for first in firsts)


@each_tried
@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param(range(2), id="two seeds"),
        pytest.param(range(2, 8), id="six more", marks=pytest.mark.nightly),
    ],
)
def test_right_answers_pass_with_any_seed(exercise, seeds):
    answers = (exercise.right_answer, *exercise.other_answers)
    efforts = [Effort(seed=seed) for seed in seeds]
    assert all(exercise.judge(answer, effort).passed for answer in answers for effort in efforts)


@each_mistake
def test_a_mistake_is_rejected_and_draws_its_own_hint(exercise, mistake):
    verdict = exercise.judge(mistake.wrong)
    assert not verdict.passed
    assert (verdict.mistake, verdict.message) == (mistake.name, mistake.hint)


@pytest.mark.parametrize("claim", CLAIMS, ids=name)
def test_a_claim_of_no_number_is_rejected(claim):
    """NaN is never far from what is measured, nor near it."""
    for part in ("share", "within", "beyond", "table"):
        if part in claim.right_answer:
            nothing = np.full((4, 2), np.nan) if part == "table" else float("nan")
            assert not claim.judge(claim.right_answer | {part: nothing}).passed


@each_mistake
def test_a_mistake_is_rejected_with_a_secret_seed_too(exercise, mistake):
    assert not exercise.judge(mistake.wrong, Effort(seed=2**31)).passed


@each
def test_no_two_mistakes_share_a_name_or_a_hint(exercise):
    for one, other in combinations(exercise.mistakes, 2):
        assert one.name != other.name and one.hint != other.hint


@each_function
def test_there_are_enough_mistakes(exercise):
    """At least 5 for a function of several lines, 2 for a one-liner."""
    if exercise in IN_LESSONS:
        assert len(exercise.mistakes) >= MISTAKES["one line"]
        return
    sheet = exercise.id.split(".")[0]
    cells = [c.source for c in solution_of(sheet).cells if f"def {exercise.name}(" in c.source]
    body = re.search(r"BEGIN SOLUTION\n(.*?)\n *### END", cells[0], flags=re.S)[1]
    size = "one line" if len(body.splitlines()) == 1 else "several lines"
    assert len(exercise.mistakes) >= MISTAKES[size]


@pytest.mark.parametrize("exercise", WORKS, ids=name)
def test_work_has_enough_mistakes(exercise):
    assert len(exercise.mistakes) >= MISTAKES["several lines"]


def test_properties_alone_reject_nearly_all_mistakes():
    functions = [(exercise, mistake) for exercise, mistake in MADE if exercise in FUNCTIONS]
    missed = [
        f"{exercise.id} {mistake.name}"
        for exercise, mistake in functions
        if exercise.judge(mistake.wrong, Effort(compared=False)).passed
    ]
    share = 1 - len(missed) / len(functions)
    print(f"properties alone reject {share:.0%} of {len(functions)} mistakes; not: {missed}")
    assert share >= SHARE_REJECTED_BY_PROPERTIES


@each
def test_hints_come_in_two_levels_and_are_short(exercise):
    texts = [*exercise.hints, *(mistake.hint for mistake in exercise.mistakes)]
    assert len(exercise.hints) == 2 and all(0 < len(text) <= LETTERS_OF_A_HINT for text in texts)


@each_sheet
def test_the_points_of_a_sheet_add_up(sheet):
    wanted = 0 if sheet in WITHOUT_POINTS else POINTS_OF_A_SHEET
    assert sum(e.points for e in exercises(sheet).values()) == wanted


@pytest.mark.parametrize("sheet", [sheet for sheet in sheets() if not on_cards(sheet)])
def test_the_notebook_asks_every_exercise_in_order(sheet):
    text = "\n".join(cell.source for cell in solution_of(sheet).cells)
    assert re.findall(r'^check\("([^"]+)"', text, flags=re.M) == list(exercises(sheet))
    graded = [e for e in exercises(sheet).values() if e.points]
    assert re.findall(r'^require\("([^"]+)"', text, flags=re.M) == [e.id for e in graded]


@pytest.mark.parametrize("exercise", [e for e in IN_SHEETS if not on_cards(e.id)], ids=name)
def test_the_notebook_asks_what_is_declared(exercise):
    cells = [cell.source for cell in solution_of(exercise.id.split(".")[0]).cells]
    asked = next((text for text in cells if text.startswith(f"## {exercise.id} ")), None)
    told = (
        "run `make notebooks`, then `make exercises`: the question is written from its declaration"
    )
    assert asked == question(exercise), told


@each
def test_a_question_s_words_stay_words_in_markdown(exercise):
    """A line break must not put "0." or "-" at the start of a line, nor cut a code span."""
    text = re.sub(r"```.*?```", "", textwrap.dedent(exercise.asks), flags=re.S)
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = paragraph.splitlines()
        listed = [bool(re.match(r" *([-*+]|\d+[.)]) ", line)) for line in lines]
        assert not any(listed[1:]) or listed[0], f"this line begins a list: {paragraph}"
        cut = [line for line in lines if line.count("`") % 2]
        assert not cut, f"code is cut by the end of a line: {cut[0]}"


@each_sheet
def test_no_code_is_called_by_a_name_that_comes_twice(sheet):
    """The later of two functions of one name wins: the earlier is called by nobody."""
    path = ROOT / "course_utils" / "checks" / "sheets" / f"sheet_{sheet}.py"
    source = path.read_text(encoding="utf-8")
    made = Counter(name for node in ast.parse(source).body for name in names_made_by(node))
    twice = {name for name, count in made.items() if count > 1}
    called = twice & global_names_read(symtable.symtable(source, path.name, "exec"))
    assert not called, f"give one of them another name: {called}"


def names_made_by(statement):
    """The names that a statement at the top of a module gives something to."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name for alias in statement.names]
    if isinstance(statement, ast.Assign):
        return [
            node.id
            for target in statement.targets
            for node in ast.walk(target)
            if isinstance(node, ast.Name)
        ]
    return [statement.name] if hasattr(statement, "name") else []


def global_names_read(scope):
    """The names of the module that are read in a scope, or in one inside it."""
    symbols = scope.get_symbols()
    here = {s.get_name() for s in symbols if s.is_referenced() and not s.is_local()}
    if scope.get_type() == "module":
        here |= {s.get_name() for s in symbols if s.is_referenced()}
    return here.union(*map(global_names_read, scope.get_children()))


def test_an_unknown_exercise_is_named_with_those_that_are_there():
    with pytest.raises(LookupError, match=r"no exercise '02\.9'; sheet 02 has 02\.1, 02\.2"):
        find("02.9")
    with pytest.raises(LookupError, match="the sheets are 00, 01, 02"):
        find("99.1")
    with pytest.raises(LookupError, match=r"did you mean '02\.3'\?"):
        find(2.3)
