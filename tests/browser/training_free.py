"""Which cells of a lesson need no training: a browser shows these in seconds.

nbval runs every cell of every lesson, and compares what it prints. What only a browser can tell,
that widgets show and move, needs no model to be trained once more.
"""

import ast
import functools
from pathlib import Path

FUNCTIONS = (ast.FunctionDef, ast.Lambda, ast.ClassDef)
ROOT = Path(__file__).resolve().parents[2]
LAB = "course_utils.lab"  # where the trainings of lessons are


def training_free(sources):
    """The numbers of the cells that train no model and read nothing of one that was trained.

    sources : the code of a lesson's cells, in order. A cell trains if it calls something whose
    name begins with "train", or a function, of the lesson or of the course, that does when it is
    called; whatever it and the cells that depend on it define is missing later.
    """
    free, missing, trainers = [], set(), set()
    for number, source in enumerate(sources):
        tree = ast.parse(source)
        trainers |= _imported_trainers(tree)
        trainers |= _trainers_among(tree, trainers)
        if _trains(tree, trainers) or _names(tree, ast.Load) & missing:
            missing |= _defined(tree) | _filled(tree)
        else:
            missing -= _defined(tree)
            free.append(number)
    return free


def _trains(node, trainers):
    """Whether running it trains; a function that would train, once called, does not yet."""
    if isinstance(node, FUNCTIONS):
        return False
    parts = ast.iter_child_nodes(node)
    return _calls(node, trainers) or any(_trains(part, trainers) for part in parts)


def _calls(node, trainers):
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    return called.split(".")[-1].startswith("train") or called in trainers


def _trainers_among(tree, known):
    """The functions of a text in which something is called that trains."""
    trainers, functions = set(known), [f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)]
    while more := {f.name for f in functions if _trains_inside(f, trainers)} - trainers:
        trainers |= more
    return trainers


def _trains_inside(function, trainers):
    return any(_calls(node, trainers) for node in ast.walk(function))


def _imported_trainers(tree):
    """The names under which a text calls what trains, of all that it imports from experiments."""
    found = set()
    for node in tree.body:
        if not isinstance(node, ast.ImportFrom) or node.module not in (LAB, *_modules()):
            continue
        for name in node.names:
            here = name.asname or name.name
            if node.module == LAB:  # a whole module
                found |= {f"{here}.{trainer}" for trainer in _trainers_of(f"{LAB}.{name.name}")}
            elif name.name in _trainers_of(node.module):
                found.add(here)
    return found


@functools.cache
def _modules():
    return {f"{LAB}.{path.stem}" for path in (ROOT / LAB.replace(".", "/")).glob("*.py")}


@functools.cache
def _trainers_of(module):
    """The functions of a module that train when they are called, by its text."""
    path = ROOT / f"{module.replace('.', '/')}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return _trainers_among(tree, _imported_trainers(tree))


def _names(tree, context):
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in found if isinstance(node.ctx, context)}


def _defined(tree):
    """Names that a cell binds: variables, functions, classes, imports."""
    names = _names(tree, ast.Store)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(name.asname or name.name).split(".")[0] for name in node.names}
    return names


def _filled(tree):
    """Names of what a cell fills: `right` in `right[name] = …`."""
    places = (node for node in ast.walk(tree) if isinstance(node, ast.Subscript | ast.Attribute))
    stored = [place.value for place in places if isinstance(place.ctx, ast.Store)]
    return {name for value in stored for name in _names(value, ast.Load)}
