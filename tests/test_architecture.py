"""The architecture as a table: what each module of course_utils may import, and nothing else.

docs/architecture.md draws the same table for readers, and is compared with this one.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "course_utils"

# Imports beside the standard library; after the bar, those made inside a function, when needed.
IMPORTS = {
    "layers": "numpy",
    "scoring": "numpy layers",
    "softmax": "numpy layers",
    "blocked": "numpy layers scoring softmax",
    "attention": "numpy blocked layers scoring softmax",
    "recurrent": "numpy layers",
    "encoder": "numpy attention layers recurrent",
    "marks": "",
    "decoding": "numpy attention marks softmax",
    "storage": "numpy",
    "memory": "",
    "seq2seq": "numpy attention scoring decoding encoder layers memory recurrent softmax storage",
    "ensembles": "numpy attention decoding softmax",
    "bahdanau": "numpy layers recurrent seq2seq softmax",
    "interventions": "numpy layers",
    "reach": "numpy marks seq2seq tasks",
    "gradients": "numpy",
    "training": "numpy tqdm",
    "numerals": "",
    "tasks": "numpy marks numerals",
    "costs": "",
    "alignment": "numpy numerals",
    "metrics": "numpy tasks",
    "edits": "numpy",
    "names": "numpy tasks | pycountry",
    "scans": "numpy marks numerals tasks | sklearn",
    "vector_encoders": "numpy attention encoder layers recurrent",
    "pronunciations": "numpy tasks",
    "speaking": "numpy pronunciations seq2seq tasks",
    "drawings": "numpy",
    "readings": "numpy",
    "figures": "matplotlib | IPython",
    "plots": "numpy matplotlib drawings figures readings | IPython",
    "planes": "numpy drawings figures",
    "multiples": "numpy matplotlib drawings figures",
    "scan_figures": "numpy matplotlib drawings figures readings",
    "panels": "ipywidgets",
    "missions": "ipywidgets panels",
    "explorers": "",  # all of them: see below
    "explorers.dial": "numpy ipywidgets attention drawings missions panels readings",
    "explorers.bend": "numpy ipywidgets attention drawings missions panels readings",
    "explorers.clinic": "ipywidgets drawings missions panels",
    "explorers.costs": "ipywidgets costs drawings missions panels",
    "explorers.decoding": "numpy ipywidgets drawings interventions marks missions numerals panels "
    "ready_made softmax tasks",
    "explorers.fading": "numpy ipywidgets drawings length_lab missions panels ready_made rules_lab "
    "tasks",
    "explorers.modalities": "numpy ipywidgets attention drawings missions panels readings",
    "explorers.masks": "numpy ipywidgets attention drawings missions panels readings",
    "explorers.projections": "numpy ipywidgets attention drawings missions panels readings",
    "explorers.plugboard": "ipywidgets attention drawings missions panels scoring",
    "explorers.scale": "numpy ipywidgets attention drawings missions panels",
    "explorers.shelf": "numpy ipywidgets attention drawings missions panels readings scoring",
    "explorers.stages": "numpy ipywidgets attention drawings missions panels",
    "explorers.translator": "numpy ipywidgets drawings missions numerals panels readings",
    "explorers.wires": "numpy ipywidgets attention drawings missions panels readings",
    "progress_store": "",
    "checks.outcomes": "",
    "checks.calls": "numpy",
    "checks.exercises": "numpy checks.outcomes",
    "checks.cases": "numpy checks.calls checks.exercises",
    "checks.returned": "numpy checks.calls checks.exercises",
    "checks.functions": "numpy checks.calls checks.cases checks.exercises checks.outcomes "
    "checks.returned",
    "checks.work": "numpy checks.calls checks.cases checks.exercises checks.outcomes "
    "checks.returned",
    "checks.numeral_work": "numpy alignment layers numerals checks.returned checks.work",
    "checks.attention_inputs": "numpy checks.exercises",
    "checks.catalogue": "",
    "checks.desk": "checks.catalogue checks.outcomes progress_store",
    "checks": "checks.desk checks.outcomes",
    "grading": "",
    "grading.empties": "numpy",
    "grading.protocol": "numpy grading.empties",
    "grading.worker": "numpy",
    "grading.library": "numpy",
    "grading.shelf": "",
    "grading.syscalls": "",
    "grading.sandbox": "grading",
    "grading.exchange": "grading.protocol grading.library grading.sandbox",
    "grading.stubs": "numpy checks.calls checks.outcomes grading.exchange",
    "grading.session": "grading.exchange grading.stubs",
    "grading.statements": "grading.worker",
    "grading.master": "checks.catalogue grading grading.statements",
    "grading.notebooks": "",
    "grading.submissions": "grading grading.notebooks",
    "grading.desk": "checks checks.catalogue checks.functions checks.outcomes checks.work "
    "grading.empties grading.stubs",
    "grading.assess": "numpy checks.functions checks.outcomes grading.sandbox grading.exchange "
    "grading.stubs grading.session grading.statements grading.desk",
    "grading.pool": "grading.sandbox grading.exchange grading.library grading.notebooks "
    "grading.assess",
    "grading.journal": "grading",
    "grading.tables": "grading",
    "grading.roster": "grading.tables",
    "grading.summary": "grading.tables",
    "grading.html": "jinja2 grading.tables",
    "grading.run": "tqdm grading.master grading.pool grading.journal grading.tables "
    "grading.roster grading.summary grading.html",
    "grading.gradebook": "nbgrader sqlalchemy grading grading.tables",
    "grading.cluster": "distributed grading grading.submissions grading.pool",
    "grading.__main__": "grading | grading.sandbox grading.master grading.submissions "
    "grading.assess grading.pool grading.tables grading.roster grading.run "
    "grading.gradebook grading.cluster",
    "sheets": "nbformat nbconvert nbgrader checks.catalogue checks.exercises",
    "course_test": "checks.catalogue checks.outcomes progress_store",
    "overview": "checks.catalogue panels progress_store",
    "learning": "ipywidgets IPython overview panels progress_store",
    "ready_made": "seq2seq",
    "results": "",
    "rules_lab": "numpy attention decoding metrics scoring seq2seq tasks",
    "taggers": "numpy attention layers softmax",
    "twins": "numpy attention layers recurrent scoring softmax",
    "length_lab": "numpy encoder metrics rules_lab tasks training",
    "references": "",
    "machine": "numpy | threadpoolctl ipywidgets plots",
}
IMPORTS["explorers"] = " ".join(module for module in IMPORTS if module.startswith("explorers."))
# The modules from layers down to speaking: computing, without a screen.
CORE = list(IMPORTS)[: list(IMPORTS).index("speaking") + 1]
# A sheet of exercises, checks/sheet_<lesson>.py, is data: it may use the core and the kinds.
SHEET = "checks.sheet_"
SHEETS_MAY_IMPORT = {"numpy", *CORE, "checks.attention_inputs", "checks.exercises"}
SHEETS_MAY_IMPORT |= {
    f"checks.{name}" for name in ("functions", "numeral_work", "returned", "work")
}
PICTURES_AND_WIDGETS = {"matplotlib", "ipywidgets", "IPython"}
LINES_OF_ONE_IDEA = 250


def file_of(module):
    """A module's file; "folder.module" stands in a folder, whose front door is "folder"."""
    path = PACKAGE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def name_of(path):
    """The way back from `file_of`."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def parse(module):
    return ast.parse(file_of(module).read_text(encoding="utf-8"))


def imported_by(node):
    """The modules that an import statement names, ours without the package's name."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif node.module == "course_utils":
        names = [f"course_utils.{alias.name}" for alias in node.names]
    else:
        names = ["." * node.level + node.module]
    return {short_name(name) for name in names} - sys.stdlib_module_names


def short_name(name):
    """A module of ours without the package's name; of another library, the library alone."""
    ours = name.removeprefix("course_utils.")
    return ours if ours != name else name.split(".")[0]


def actual_imports(module):
    tree = parse(module)
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    at_top = set().union(*(imported_by(node) for node in found if node in tree.body))
    inside = set().union(*(imported_by(node) for node in found if node not in tree.body))
    return at_top, inside


def allowed_imports(module):
    at_top, _, inside = IMPORTS[module].partition("|")
    return set(at_top.split()), set(inside.split())


def all_modules():
    return {name_of(path) for path in PACKAGE.rglob("*.py")} - {""}


def test_the_table_names_every_module():
    modules = {module for module in all_modules() if not module.startswith(SHEET)}
    assert modules == set(IMPORTS), "add the module to IMPORTS and to docs/architecture.md"


def test_the_page_for_readers_has_the_same_table():
    page = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([\w.]+)` \| .* \|(.*)\|$", page, re.MULTILINE))
    rows["explorers"] = IMPORTS["explorers"]  # there it says "all of them"
    for module in IMPORTS:
        shown = set(re.findall(r"[\w.]+", rows[module])) - {"inside"}
        assert shown == set.union(*allowed_imports(module)), module


@pytest.mark.parametrize("module", IMPORTS)
def test_a_module_imports_what_the_table_says(module):
    assert actual_imports(module) == allowed_imports(module)


@pytest.mark.parametrize("sheet", sorted(m for m in all_modules() if m.startswith(SHEET)))
def test_a_sheet_is_data_about_the_core(sheet):
    at_top, inside = actual_imports(sheet)
    assert at_top | inside <= SHEETS_MAY_IMPORT


def test_imports_form_no_circle():
    ours = {module: set.union(*allowed_imports(module)) & set(IMPORTS) for module in IMPORTS}
    while ours:
        free = {module for module, needs in ours.items() if not needs & set(ours)}
        assert free, f"these modules import each other in a circle: {sorted(ours)}"
        ours = {module: needs for module, needs in ours.items() if module not in free}


def run_python(code):
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_the_core_needs_no_pictures_and_no_widgets():
    imports = "; ".join(f"import course_utils.{module}" for module in CORE)
    loaded = run_python(f"{imports}; import sys; print(*sys.modules)").split()
    assert not PICTURES_AND_WIDGETS & set(loaded)


def test_importing_attention_costs_little_more_than_numpy():
    code = (
        "import numpy, time; start = time.perf_counter(); import course_utils.attention; "
        "print(time.perf_counter() - start)"
    )
    assert min(float(run_python(code)) for _ in range(3)) <= 0.050


def test_the_explorers_do_without_matplotlib():
    loaded = run_python("import course_utils.explorers, sys; print(*sys.modules)").split()
    assert "matplotlib" not in loaded


@pytest.mark.parametrize("module", IMPORTS)
def test_everything_public_says_what_it_is(module):
    tree = parse(module)
    definitions = (ast.FunctionDef, ast.ClassDef)
    public = [n for n in tree.body if isinstance(n, definitions) and not n.name.startswith("_")]
    silent = [node.name for node in public if not ast.get_docstring(node)]
    assert ast.get_docstring(tree) and not silent


@pytest.mark.parametrize("module", IMPORTS)
def test_a_module_is_one_idea(module):
    lines = lines_of_code(file_of(module).read_text(encoding="utf-8"))
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
