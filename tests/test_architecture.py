"""The house: which room may import which, and what each room may load from outside.

docs/architecture.md draws the same for readers; its list of modules
is written by `python -m tools.modules`.
"""

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

from tools import modules

PACKAGE = Path(__file__).resolve().parents[1] / "course_utils"
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
ROOT = "subject"  # the modules that stand in no room
NAMED = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES}

# A room may import from itself and from the rooms named here; nothing points back, so there is no
# circle. After the bar: the libraries that it may load beside Python's own.
LAWS = {
    "tasks": "| numpy pycountry sklearn",
    ROOT: "tasks | numpy tqdm",
    "lab": "tasks subject | numpy torch",
    "plots": "| numpy matplotlib IPython",
    "checks": "tasks subject | numpy nbformat nbconvert nbgrader",
    "learning": "checks plots | numpy threadpoolctl ipywidgets IPython fsrs",
    "explorers": "tasks subject lab plots learning | numpy ipywidgets",
    "command": "checks learning grading | numpy threadpoolctl nbformat jupyter_core jupyterlab "
    "jupyter_server jupyterhub",
    "grading": "checks | numpy tqdm jinja2 markupsafe nbgrader sqlalchemy distributed",
}
# Laws inside rooms: the modules on the left never import those on the right.
NEVER = {
    "checks/*.py": "checks.sheets",  # a kind of exercise knows no sheet
    # the trusted side: how values are written is no secret, and the same on both sides
    "grading/*.py": "grading.inside.cells grading.inside.shelf grading.inside.values "
    "grading.inside.student grading.inside.errors grading.inside.printed grading.inside.worker",
    "grading/inside/*.py": "not grading.inside.",  # the sandbox knows nothing else of the course
    "plots/drawings.py plots/readings.py": "plots.figures",  # explorers draw without matplotlib
}
# Libraries that a learner or a teacher may lack, or that cost much to import: only here.
ONLY = {
    "tqdm": "training.py grading/run.py",
    "fsrs": "learning/memory.py",
    "nbgrader": "checks/sheet_maker.py grading/gradebook.py",
    "nbconvert": "checks/sheet_maker.py",
    "nbformat": "checks/sheet_maker.py command/lab.py",
    "jupyterlab": "command/lab.py command/doctor.py",
    "jupyter_core": "command/lab.py",
    "jupyter_server": "command/connection.py",
    "jupyterhub": "command/hub.py",
    "sqlalchemy": "grading/gradebook.py",
    "distributed": "grading/cluster.py",
    "jinja2": "grading/html.py",
    "markupsafe": "grading/html.py",
    "sklearn": "tasks/scans.py",
    "pycountry": "tasks/names.py",
    "threadpoolctl": "learning/machine.py command/doctor.py",
    "torch": "lab/in_torch.py",
}
# Modules that import by name: what they load, no law can see.
BY_NAME = "_moved.py plots/__init__.py checks/catalogue.py tasks/pronunciations.py"
BY_NAME += " grading/inside/shelf.py grading/inside/magics.py grading/inside/instances.py"
BY_NAME += " grading/inside/student.py grading/elsewhere.py"
LINES_OF_ONE_IDEA = 250


def room_of(name):
    """The room of a module that is named "room.module"; the root's have no room."""
    room, _, _ = name.partition(".")
    if room == "_moved":
        return room
    return room if (PACKAGE / room).is_dir() else ROOT


def parse(path):
    return ast.parse((PACKAGE / path).read_text(encoding="utf-8"))


def imported_by(path):
    """(names of our own modules, names of libraries) that a module imports anywhere."""
    names = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"course_utils/{path}: write the import from course_utils on"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    ours = {name.removeprefix("course_utils.") for name in names if name.startswith("course_utils")}
    return ours, {name.split(".")[0] for name in names} - {"course_utils", *sys.stdlib_module_names}


def modules_in(imported):
    """The modules that imported names stand for: `plots.figures.show` is of `plots.figures`."""
    return {name if name in NAMED else name.rpartition(".")[0] for name in imported}


def law_of(path):
    room = path.parts[0] if len(path.parts) > 1 else ROOT
    rooms, _, libraries = LAWS[room].partition("|")
    return {room, *rooms.split()}, set(libraries.split())


def test_every_room_has_a_law_and_says_it():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms == set(LAWS) - {ROOT}, (
        "give the new room a line in LAWS, tests/test_architecture.py"
    )
    silent = [room for room in rooms if not ast.get_docstring(parse(Path(room, "__init__.py")))]
    assert not silent, "its __init__.py says in a sentence what a room is for"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_keeps_the_law_of_its_room(path):
    if path.name == "_moved.py":
        return  # it opens every room, under the names of before
    rooms, libraries = law_of(path)
    ours, theirs = imported_by(path)
    wrong = {name for name in ours if room_of(name) not in {*rooms, "_moved"}}
    wrong |= theirs - libraries
    may = f"may import from {sorted(rooms)} and of libraries {sorted(libraries)}"
    assert not wrong, f"course_utils/{path} {may}, not {sorted(wrong)}"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_what_is_imported_of_ours_is_there_under_its_own_name(path):
    """No old name, no `import course_utils` for everything, nothing that is not there."""
    lost = {name for name in modules_in(imported_by(path)[0]) if name not in NAMED}
    assert not lost, f"course_utils/{path}: name the module and what it has, {sorted(lost)} is none"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_library_that_may_be_missing_is_imported_in_few_places(path):
    wrong = [one for one in imported_by(path)[1] if str(path) not in ONLY.get(one, str(path))]
    assert not wrong, f"course_utils/{path} may not import {wrong}: see ONLY"
    by_name = "importlib.import_module" in (PACKAGE / path).read_text(encoding="utf-8")
    assert not by_name or str(path) in BY_NAME, f"course_utils/{path}: say the import as one"


@pytest.mark.parametrize("names", NEVER)
def test_a_law_inside_a_room(names):
    for pattern in names.split():
        for path in PACKAGE.glob(pattern):
            ours = imported_by(path.relative_to(PACKAGE))[0]
            law, _, alone = NEVER[names].partition("not ")
            wrong = [name for name in ours if name.startswith(tuple(law.split()))]
            wrong += [name for name in ours if alone and not name.startswith(alone)]
            assert not wrong, f"{path} never imports {NEVER[names]}: {wrong}"


def test_the_rooms_form_no_circle():
    ahead = {room: set(law.partition("|")[0].split()) for room, law in LAWS.items()}
    while ahead:
        free = {room for room, needs in ahead.items() if not needs & set(ahead)}
        assert free, f"these rooms import each other in a circle: {sorted(ahead)}"
        ahead = {room: needs for room, needs in ahead.items() if room not in free}


def test_modules_form_no_circle():
    needs = {name: modules_in(imported_by(path)[0]) - {name} for name, path in NAMED.items()}
    while needs:
        free = {module for module, used in needs.items() if not used & set(needs)}
        assert free, f"these modules import each other in a circle: {sorted(needs)}"
        needs = {module: used for module, used in needs.items() if module not in free}


def test_the_page_for_readers_lists_every_module_and_room():
    page = modules.PAGE.read_text(encoding="utf-8")
    assert page == modules.page(), "bring it up to date: python -m tools.modules"
    assert all(f"| `{room}/` |" in page for room in LAWS if room != ROOT)


def run_python(code):
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_the_subject_its_data_and_the_lab_need_no_screen():
    paths = [path for path in MODULES if room_of(".".join(path.parts)) in ("tasks", ROOT, "lab")]
    names = [".".join(path.with_suffix("").parts) for path in paths]
    imports = "; ".join(f"import course_utils.{name}" for name in names)
    loaded = run_python(f"{imports}; import sys; print(*sys.modules)").split()
    assert not {"matplotlib", "ipywidgets", "IPython", "sklearn", "pycountry", "torch"} & set(
        loaded
    )


def test_attention_needs_numpy_and_python_alone():
    """How long that takes is measured by benchmarks/import_time.py."""
    code = (
        "import numpy, sys; before = set(sys.modules); import course_utils.attention; "
        "print(*set(sys.modules) - before)"
    )
    loaded = {name.split(".")[0] for name in run_python(code).split()} - sys.stdlib_module_names
    assert loaded <= {"course_utils", "numpy"}, "what else is imported takes time at every start"


def test_the_explorers_do_without_matplotlib():
    loaded = run_python("import course_utils.explorers, sys; print(*sys.modules)").split()
    assert "matplotlib" not in loaded


# what a sheet or a lesson declares is no interface: its docstrings are said to learners
DECLARED = ("sheets/sheet_*.py", "blanks/lesson_*.py")
SAID = [path for path in MODULES if not any(map(path.match, DECLARED))]


@pytest.mark.parametrize("path", SAID, ids=str)
def test_everything_public_says_what_it_is(path):
    tree = parse(path)
    definitions = (ast.FunctionDef, ast.ClassDef)
    public = [n for n in tree.body if isinstance(n, definitions) and not n.name.startswith("_")]
    silent = [node.name for node in public if not ast.get_docstring(node)]
    assert ast.get_docstring(tree) and not silent


TABLES = ("bibliography.py",)  # a table of works is one idea, however many they are


@pytest.mark.parametrize("path", [path for path in SAID if path.name not in TABLES], ids=str)
def test_a_module_is_one_idea(path):
    lines = lines_of_code((PACKAGE / path).read_text(encoding="utf-8"))
    assert lines <= LINES_OF_ONE_IDEA, f"{lines} lines of code are two ideas: split the module"


def lines_of_code(text):
    """Lines that do something: no comments, no docstrings, no empty lines."""
    silent = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    used = {
        line for t in tokens if t.type not in silent for line in range(t.start[0], t.end[0] + 1)
    }
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            used -= set(range(node.lineno, node.end_lineno + 1))
    return len(used)
