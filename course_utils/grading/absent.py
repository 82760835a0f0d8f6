"""Files and modules that SOURCE's cells name, and that are not there: which, where, what to do.

Asked only where SOURCE's own solution stops for want of one, so that a teacher reads what to do.
"""

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from course_utils.grading.beside import MOST_BYTES
from course_utils.grading.master import Master
from course_utils.grading.names import ENDINGS, ending

SIGNS = ("FileNotFoundError", "No such file", "ModuleNotFoundError", "ImportError", "not found")
TRIED = re.compile(r"(?<=directory: ')[^'\n]+|\S+(?= not found)")
OPENING = {"open", "Path", "load", "loadtxt", "genfromtxt", "fromfile", "imread", "listdir"}
OPENING |= {"glob", "read_csv", "read_table", "read_excel", "read_json", "connect"}
SAVING = {"save", "savez", "savetxt", "savefig", "tofile", "to_csv", "to_json", "to_excel"}
LONGEST = 200
NO_NAME = re.compile(r"[\s{}*]")
ELSEWHERE = "files are looked for in {}, and of those there the ones that a cell names"
PLACE = "put it beside the notebook"


def absent(master: Master, said: str) -> list[str]:
    """Return a sentence for each file and module that SOURCE wants and does not find.

    said : what its proof says; nothing is returned where that speaks of no file and no module.
    """
    if not any(sign in said for sign in SIGNS):
        return []
    files, modules = dict[str, str](), dict[str, str]()  # each with the cell that names it first
    for step in master.steps:
        tree = ast.parse(step.source)
        files = dict.fromkeys(_opened(tree), step.grade_id) | files
        modules = dict.fromkeys(_imported(tree), step.grade_id) | modules
    tried = [name for name in TRIED.findall(said) if not name.startswith("/")]
    files = dict.fromkeys(filter(_is_name, tried), "") | files
    found = [_of_file(name, cell, master) for name, cell in files.items()]
    found += [_of_module(name, cell, master) for name, cell in modules.items()]
    return [one for one in found if one] or [ELSEWHERE.format(master.folder)]


def _opened(tree: ast.AST) -> Iterator[str]:
    """Yield the texts that are opened as files, or end as a file's name does."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    saved = {text for call in calls if _saves(call) for text in _first(call)}
    found = [text for call in calls if _called(call) in OPENING for text in _first(call)]
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    names = (one for one in texts if isinstance(one, str) and not NO_NAME.search(one))
    yield from (one for one in (*found, *filter(_is_name, names)) if one not in saved)


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _first(call: ast.Call) -> list[str]:
    """Return the first argument of a call, where it is a text that can be a path."""
    first = [one.value for one in call.args[:1] if isinstance(one, ast.Constant)]
    return [one for one in first if isinstance(one, str) and _can_be_a_path(one)]


def _can_be_a_path(text: str) -> bool:
    return 0 < len(text) < LONGEST and text.isprintable() and "://" not in text


def _saves(call: ast.Call) -> bool:
    named = [one.value for one in call.keywords if one.arg == "mode"]
    mode = "".join(map(ast.unparse, [*call.args[1:2], *named]))
    return _called(call) in SAVING or (_called(call) == "open" and bool(set(mode) & set("wax")))


def _is_name(text: str) -> bool:
    return _can_be_a_path(text) and ending(Path(text).name) in ENDINGS


def _imported(tree: ast.AST) -> Iterator[str]:
    """Yield the modules that are imported, without what stands behind a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _of_file(name: str, cell: str, master: Master) -> str:
    """Say why a file is not there, and what to do; "" where it is, or where it is none."""
    there, beside = master.folder / name, Path(name).as_posix()
    if beside in master.open_files or (there.exists() and not there.is_file()):
        return ""
    opens = f"the cell {cell!r} opens {name!r}" if cell else f"SOURCE opens {name!r}"
    if beside in master.files:
        return f"{opens}, which only hidden tests name: name it in a cell that students see"
    if not there.exists():
        return f"{opens}, and there is no {there}: {PLACE}, or mend the name"
    if not there.resolve().is_relative_to(master.folder.resolve()):
        return f"{opens}, which lies outside of {master.folder}: {PLACE}, and open it there"
    return f"{opens}, and {there} does not go to students: {_why_not(there, master)}"


def _why_not(file: Path, master: Master) -> str:
    if file.name not in "".join(step.source for step in master.steps):
        return "name it in full in a cell that they see, for example in a comment"
    if file.stat().st_size > MOST_BYTES:
        return f"all files together may have {MOST_BYTES // 1_000_000} MB, make it smaller"
    return "its name, or that of a folder above, begins with a dot or with __: give it another"


def _of_module(name: str, cell: str, master: Master) -> str:
    files = {Path(path).parts[0] for path in master.files}
    here = name in sys.modules or importlib.util.find_spec(name)
    if here or {name, f"{name}.py"} & files:
        return ""
    who = f"the cell {cell!r}" if cell else "a cell"
    return (
        f"{who} imports {name!r}, and there is neither {master.folder / name}.py nor a package "
        "of that name in this Python: put the file there, or install the package"
    )
