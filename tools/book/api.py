"""The reference of course_utils, read from its docstrings without importing anything.

A docstring says shapes, units, errors and sources in plain words; it is set as it stands.
"""

import ast
import copy
import re
import textwrap
from itertools import starmap

# Two stars stay: docstrings stress a word with them.
MARKUP = re.compile(r"[\\_<>\[\]$#{}]|(?<!\*)\*(?!\*)")
INDEX = """\
# Reference

Every module of `course_utils` with its public names, from the docstrings. Sizes and symbols are
those of [the notation](../docs/notation.md); which module may use which is in
[the architecture](../docs/architecture.md).
"""
SUBJECT = "subject"  # the page of the modules that stand in no room


def pages(package):
    """{file name: text} for the package in a folder: an index, and a page for each module.

    A room's page lists its modules; theirs are below it in the contents.
    """
    files = sorted(path for path in package.rglob("*.py") if path.name != "__main__.py")
    named = {module_name(path, package): path for path in files}
    rooms = {SUBJECT: {}}
    for name, path in named.items():
        tree = ast.parse(path.read_text("utf-8")) if is_open(name) else None
        if tree and ast.get_docstring(tree):
            rooms.setdefault(room(name, package), {})[name] = tree
    made = {"index.md": INDEX + "".join(starmap(listed, rooms.items()))}
    for key, inside in rooms.items():
        made[f"{key}.md"] = room_page(key, inside)
        made |= {f"{file_name(name)}.md": page(name, tree) for name, tree in inside.items()}
    return made


def listed(key, trees, level="##"):
    """A room's part of the index: its modules with a line each."""
    rows = "".join(
        f"| [{short(name)}](#{anchor(name)}) | {first_sentence(tree)} |\n"
        for name, tree in trees.items()
    )
    return f"\n{level} {key.capitalize()}\n\n| module | what it is |\n|---|---|\n{rows}"


def room_page(key, trees):
    """A room: its modules, each with a line and a page of its own."""
    names = "\n".join(map(file_name, trees))
    return f"{listed(key, trees, '#')}\n```{{toctree}}\n:hidden:\n\n{names}\n```\n"


def page(name, tree):
    """One module with its public functions and classes in their order."""
    parts = [
        f"({anchor(name)})=\n# {short(name)}",
        docstring(tree),
        f"```{{py:module}} {name}\n```",
    ]
    return "\n\n".join(parts + [entry(node) for node in tree.body if is_public(node)]) + "\n"


def short(name):
    return name.removeprefix("course_utils.")


def file_name(name):
    """A module's page; the name of a room's package alone is taken by the room."""
    return f"module.{short(name)}"


def anchor(name):
    return f"module-of-{name}"


def room(name, package):
    """Which page a module stands on: its room's, or that of the subject."""
    folder = name.split(".")[1] if "." in name else ""
    return folder if (package / folder / "__init__.py").is_file() and folder else SUBJECT


def is_open(name):
    """Not the declarations of exercises, which hold the answers; and nothing private."""
    return ".sheets.sheet_" not in name and not name.rpartition(".")[2].startswith("_")


def module_name(path, package):
    parts = [package.name, *path.relative_to(package).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def first_sentence(tree):
    line = ast.get_docstring(tree).split("\n\n")[0].replace("\n", " ")
    return prose(line).replace("|", r"\|")


def is_public(node):
    kinds = (ast.FunctionDef, ast.ClassDef)
    return isinstance(node, kinds) and not node.name.startswith("_") and ast.get_docstring(node)


def entry(node, depth=5):
    """A function, a class with its documented methods, or a method, as a directive of Sphinx."""
    is_class = isinstance(node, ast.ClassDef)
    kind = "class" if is_class else "function" if depth == 5 else "method"
    parts = [docstring(node)]
    if is_class:
        parts += [entry(child, depth - 1) for child in node.body if is_public(child)]
    fence = "`" * depth
    return f"{fence}{{py:{kind}}} {signature(node)}\n\n" + "\n\n".join(parts) + f"\n{fence}"


def signature(node):
    """A call as one writes it: `attend(queries, keys, values, mask=None)`."""
    if isinstance(node, ast.FunctionDef):
        return f"{node.name}({arguments(node)})"
    init = [child for child in node.body if getattr(child, "name", "") == "__init__"]
    if init:
        return f"{node.name}({arguments(init[0])})"
    fields = [child.target.id for child in node.body if isinstance(child, ast.AnnAssign)]
    return f"{node.name}({', '.join(fields)})" if fields else node.name


def arguments(function):
    """Without types: `Row` is one class here and another there, and no link would be sure."""
    bare = copy.deepcopy(function.args)
    for argument in ast.walk(bare):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    given = ast.unparse(bare)
    return re.sub(r"^self(, )?", "", given)


def docstring(node):
    """The docstring as Markdown: paragraphs stay, what is indented more is an example."""
    blocks = ast.get_docstring(node).split("\n\n")
    return "\n\n".join(
        f"~~~\n{textwrap.dedent(block)}\n~~~" if block.startswith("    ") else prose(block)
        for block in blocks
    )


def prose(text):
    """Plain words as Markdown: code keeps its backticks, nothing else is markup."""
    parts = re.split(r"(``.+?``|`[^`]+`)", text, flags=re.S)
    parts[::2] = [MARKUP.sub(r"\\\g<0>", part) for part in parts[::2]]
    return "".join(parts)
