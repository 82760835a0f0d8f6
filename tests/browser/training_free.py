"""Which cells of a lesson need no training: a browser shows these in seconds.

nbval runs every cell of every lesson, and compares what it prints. What only a browser can tell,
that widgets show and move, needs no model to be trained once more.
"""

import ast

FUNCTIONS = (ast.FunctionDef, ast.Lambda, ast.ClassDef)


def training_free(sources):
    """The numbers of the cells that train no model and read nothing of one that was trained.

    sources : the code of a lesson's cells, in order. A cell trains if it calls something whose
    name begins with "train"; whatever it and the cells that depend on it define is missing later.
    """
    free, missing = [], set()
    for number, source in enumerate(sources):
        tree = ast.parse(source)
        if _trains(tree) or _names(tree, ast.Load) & missing:
            missing |= _defined(tree) | _filled(tree)
        else:
            missing -= _defined(tree)
            free.append(number)
    return free


def _trains(node):
    """Whether running it trains; a function that would train, once called, does not yet."""
    if isinstance(node, FUNCTIONS):
        return False
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called.startswith("train"):
            return True
    return any(map(_trains, ast.iter_child_nodes(node)))


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
