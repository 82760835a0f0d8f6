"""How a lesson speaks: it shows what it measured, keeps its answers back, and lets one build."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from course_utils.checks.catalogue import blanks
from course_utils.learning.measured import register

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WITHOUT_BLANKS = {"00b_numpy_refresher", "10b_real_words"}
BLANKS_OF_A_LESSON = range(2, 5)
LETTERS_OF_A_LINE = 76
TRUTHS_OF_ALL_LESSONS = 25
each = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def code_of(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def is_folded(cell):
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


def calls(source, name):
    """Every call of that name in a cell."""
    # a line for IPython, such as %timeit, is no Python
    plain = re.sub(r"^(\s*)[%!].*", r"\1pass", source, flags=re.M)
    found = (node for node in ast.walk(ast.parse(plain)) if isinstance(node, ast.Call))
    return [call for call in found if getattr(call.func, "id", None) == name]


def argument(call, place, name):
    given = {word.arg: word.value for word in call.keywords}
    return call.args[place] if len(call.args) > place else given.get(name)


def key_of(call, place=0, name="key"):
    node = argument(call, place, name)
    return node.value if isinstance(node, ast.Constant) else None


def is_literal(node):
    """A constant, or a calculation of constants: 0.3, -1, [1, 2][0], OPTIONS[2]."""
    names = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    if all(name.id.isupper() for name in names):
        return not any(isinstance(inner, ast.Call) for inner in ast.walk(node))
    return False


@each
def test_a_result_is_measured_and_never_typed(path):
    typed = [
        f"{cell.id}: {ast.unparse(call)}"
        for cell in code_of(path)
        for call in calls(cell.source, "reveal")
        if is_literal(call.args[1])
    ]
    assert not typed, "give `reveal` what the cell measured"


@each
def test_a_prediction_stands_in_a_folded_cell_of_its_own(path):
    for cell in code_of(path):
        if calls(cell.source, "predict"):
            assert is_folded(cell), f"{cell.id}: fold the cell that asks, the card is enough"
            lines = ast.parse(cell.source).body
            others = [line for line in lines[:-1] if not isinstance(line, ast.ImportFrom)]
            assert not others, f"{cell.id}: imports and one `predict`, nothing else"


@each
def test_no_answer_stands_between_a_prediction_and_its_result(path):
    """No option's text, and no number that is the answer, in code that one sees."""
    waiting = {}
    for cell in code_of(path):
        for call in calls(cell.source, "predict"):
            options = argument(call, 2, "options")
            texts = [
                option.args[0].value
                for option in getattr(options, "elts", [])
                if isinstance(option, ast.Call)
            ]
            assert texts or options is None, f"{cell.id}: options are `Option(text, reason, when)`"
            waiting[key_of(call)] = texts
        if not is_folded(cell):
            words = {n.value for n in ast.walk(ast.parse(cell.source)) if _is_text(n)}
            told = {text for texts in waiting.values() for text in texts if text in words}
            assert not told, f"{cell.id} tells {told} before its result is shown"
        for call in calls(cell.source, "reveal"):
            assert key_of(call) in waiting, f"{cell.id}: nobody asked {key_of(call)}"
            del waiting[key_of(call)]
    assert not waiting, f"asked and never answered: {sorted(waiting)}"


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def shown_by(cell, key):
    """The number that a reveal of that key has shown, or None."""
    for output in cell.outputs:
        text = output.get("data", {}).get("text/plain", "")
        found = re.search(r"What happened: (?:≈ )?(-?[\d,]+(?:\.\d+)?)\.", text)
        if found and key in cell.source:
            return float(found[1].replace(",", ""))
    return None


@each
def test_no_number_that_is_the_answer_stands_before_its_result(path):
    """0, 1 and 100, for percent, stand everywhere; any other number is told by nobody."""
    waiting = {}  # key → the numbers in code that one sees since it was asked
    for cell in code_of(path):
        nodes = ast.walk(ast.parse(cell.source)) if not is_folded(cell) else ()
        numbers = {n.value for n in nodes if isinstance(n, ast.Constant) and is_number(n.value)}
        for call in calls(cell.source, "predict"):
            if argument(call, 2, "options") is None:
                waiting[key_of(call)] = set()
        for seen in waiting.values():
            seen |= numbers
        for call in calls(cell.source, "reveal"):
            seen, shown = waiting.pop(key_of(call), set()), shown_by(cell, key_of(call))
            assert shown in (None, 0, 1, 100) or shown not in seen, f"{cell.id} tells {shown}"


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


@each
def test_a_measured_number_has_a_claim_and_a_range(path):
    for cell in code_of(path):
        for call in calls(cell.source, "measured"):
            key = key_of(call, 2)
            assert key in register(), f"{cell.id}: {ast.unparse(call)} needs a key of register.toml"
            assert key.split(".")[0] == path.stem.split("_")[0], f"{key}: begin with the lesson"


@each
def test_the_sign_for_measured_numbers_is_written_by_nobody_else(path):
    assert not [cell.id for cell in code_of(path) if "≈" in cell.source], "use `measured`"


@each
def test_code_is_narrow(path):
    for cell in filter(lambda cell: not is_folded(cell), code_of(path)):
        long = [line for line in cell.source.splitlines() if len(line) > LETTERS_OF_A_LINE]
        assert not long, f"{cell.id}: at most {LETTERS_OF_A_LINE} letters a line"


@each
def test_a_plotting_function_describes_its_picture(path):
    for cell in code_of(path):
        for call in calls(cell.source, "show"):
            named = {word.arg for word in call.keywords}
            assert "alt" not in named, f"{cell.id}: the function that draws writes the alt text"


@each
def test_the_learner_builds(path):
    if path.stem in WITHOUT_BLANKS:
        return
    number = path.stem.split("_")[0]
    source = [cell.source for cell in code_of(path)]
    checked = [key_of(call) for text in source for call in calls(text, "check")]
    used = [key_of(call) for text in source for call in calls(text, "yours")]
    assert checked == used == list(blanks(number)), "each blank: the cell, `check`, `yours`"
    assert len(checked) in BLANKS_OF_A_LESSON
    assert re.search(r"from course_utils.checks import .*\bhint\b", "\n".join(source)), (
        "import hint: a check tells its learner to ask it"
    )


def test_truth_values_are_rare():
    count = 0
    for cell in (cell for path in LESSONS for cell in code_of(path)):
        for output in cell.outputs:
            text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            count += len(re.findall(r"\b(?:True|False)\b", text))
    assert count <= TRUTHS_OF_ALL_LESSONS, f"{count} truth values: show the numbers"


def test_no_range_is_left_without_a_measurement():
    source = "\n".join(
        cell.source
        for folder in ("notebooks", "solutions")
        for path in (ROOT / folder).glob("*.ipynb")
        for cell in code_of(path)
    )
    unused = [key for key in register() if f'"{key}"' not in source]
    assert not unused, f"register.toml: no notebook measures {unused}"


@pytest.mark.parametrize("key", register())
def test_a_registered_range_is_one(key):
    entry = register()[key]
    assert entry["claim"] and set(entry) == {"claim", "range"}
    ranges = [entry["range"]]
    while ranges:
        one = ranges.pop()
        if isinstance(one, dict):
            ranges += one.values()
        else:
            low, high = one
            assert low <= high
