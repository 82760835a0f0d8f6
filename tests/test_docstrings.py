"""One dialect for docstrings, as CONTRIBUTING says it: a sentence, imperative, single backticks."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "course_utils"
ROOMS = ["checks", "checks/sheets", "explorers", "grading", "grading/inside", "lab", "learning"]
ROOMS += ["plots", "tasks", ""]  # "" is the root
DECLARATIONS = "sheets/sheet_*.py"  # their docstrings are said to learners
# What begins a description of a result; what a function does begins with a verb: Return …, Draw ….
NO_VERBS = (
    "a an the this that these those it its one all each every any no so what which where whether "
    "how when whose who like as for from of with by in on at share size mean random"
)
ENDS = (".", "?", "!")
ANNOTATED = {"tasks"}  # text, numbers and batches have types; arrays have shapes, in docstrings
CHECKED = [room for room in ROOMS if room != "grading"]  # there ruff asks for types, and ty


def docstrings(room):
    """(file and line, node, docstring) of everything in a room that has one."""
    for path in sorted((PACKAGE / room).glob("*.py")):
        if not path.match(DECLARATIONS):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                documented = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
                text = ast.get_docstring(node) if documented else None
                if text:
                    yield f"{path.name}:{getattr(node, 'lineno', 1)}", node, text


def is_imperative(line):
    """Whether a line may begin with a verb: not with an article, a bracket, or Returns."""
    word = line.split()[0].rstrip(",")
    is_word = word.isalpha() and word[0].isupper() and word[1:].islower()
    third_person = word.endswith("s") and not word.endswith("ss")
    return is_word and not third_person and word.lower() not in NO_VERBS.split()


@pytest.mark.style
@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room or "root")
def test_docstrings_speak_one_dialect(room):
    wrong = []
    for place, node, text in docstrings(room):
        line = text.splitlines()[0]
        if "``" in text:
            wrong.append(f"{place} code stands between single backticks: `name`")
        if not line.endswith(ENDS):
            wrong.append(f"{place} its first line must be a whole sentence: {line}")
        if isinstance(node, ast.FunctionDef) and not is_imperative(line):
            wrong.append(f"{place} its first line must begin with a verb, as Return …: {line}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.style
@pytest.mark.parametrize("room", CHECKED, ids=lambda room: room or "root")
def test_a_room_is_annotated_or_it_is_not(room):
    wrong = []
    for path in sorted((PACKAGE / room).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                said = [a.annotation is not None for a in arguments(node)]
                said.append(node.returns is not None)
                if not all(said) if room in ANNOTATED else any(said):
                    wrong.append(f"{path.name}:{node.lineno} {node.name}")
    rule = "every function has types" if room in ANNOTATED else "docstrings say types and shapes"
    assert not wrong, f"in this room {rule}: {wrong}"


def arguments(node):
    """The arguments of a function, without self."""
    named = [*node.args.args, *node.args.kwonlyargs]
    return [argument for argument in named if argument.arg not in ("self", "cls")]


@pytest.mark.style
@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("Return the scores.", True),
        ("Pass it on.", True),
        ("Returns the scores.", False),
        ("The scores.", False),
        ("(scores, cache) of a rule.", False),
        ("`attend` in blocks.", False),
    ],
)
def test_what_counts_as_a_verb(line, verdict):
    assert is_imperative(line) is verdict
