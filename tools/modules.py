"""Write the list of modules in docs/architecture.md: `python -m tools.modules`."""

import ast
import re
from pathlib import Path

from tools import door

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
PLACE = re.compile(r"(?<=<!-- modules -->\n).*?(?=<!-- end of modules -->)", flags=re.S)


def listed():
    """The modules as Markdown: a table for each room, one line a module."""
    package = ROOT / "course_utils"
    rooms = [package, *sorted(path.parent for path in package.glob("*/__init__.py"))]
    return "\n".join(_table(room, package) for room in rooms)


def _table(room, package):
    paths = room.glob("*.py") if room == package else room.rglob("*.py")
    shown = [p for p in sorted(paths) if p.stem[:2] != "__" and not p.match("sheets/sheet_*.py")]
    rows = "".join(f"| `{_name(path, package)}` | {_first_paragraph(path)} |\n" for path in shown)
    title = "the root" if room == package else f"`{room.name}/`"
    return f"| {title} | |\n|---|---|\n{rows}"


def _name(path, package):
    return ".".join(path.relative_to(package).with_suffix("").parts)


def _first_paragraph(path):
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return " ".join(said.split("\n\n")[0].split()).replace("|", r"\|")


def page():
    """The page with the list as it should be."""
    return PLACE.sub(lambda _: listed(), PAGE.read_text(encoding="utf-8"))


def main():
    """Write the page where it differs."""
    if page() != PAGE.read_text(encoding="utf-8"):
        PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    door.run(main)
