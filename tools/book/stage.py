"""Lay the book's pages out in one folder, as Sphinx wants them.

The folders keep their names, so the links between lessons, sheets and documents stay right.
"""

import base64
import hashlib
import json
import shutil
from pathlib import Path

import nbformat

from tools.book import about, api, editions, glossary, links
from tools.book.chinese import summaries
from tools.book.front import front_page
from tools.book.lessons import lesson_page
from tools.book.sheets import sheet_page

ROOT = Path(__file__).resolve().parents[2]
NOT_A_PAGE = ("conf.py", "static", "templates", "404.html")
PANELS = "panels.json"  # for tools.book.weight
AS_THEY_ARE = ("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE")


def stage(source, edition=editions.FULL):
    """Write every page of an edition into the folder `source`, which is made anew."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs", source / "docs", ignore=shutil.ignore_patterns("site"))
    shutil.copytree(
        ROOT / "docs" / "site", source, dirs_exist_ok=True, ignore=lambda *_: NOT_A_PAGE
    )
    for name in AS_THEY_ARE:
        shutil.copy(ROOT / name, source / name)
    write(source / "reference", api.pages(ROOT / "course_utils"))
    lessons = {path.stem: read(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    sheets = {path.stem: read(path) for path in sorted((ROOT / "exercises").glob("*.ipynb"))}
    about.write(source, lessons, sheets)
    (source / PANELS).write_text(
        json.dumps(panels_in([*lessons.values(), *sheets.values()])), encoding="utf-8"
    )
    write_front(source, lessons)
    linked = links.linked_cells(ROOT) | write_glossary(source, lessons)
    for page in source.rglob("*.md"):
        page.write_text(links.in_book(page.read_text(encoding="utf-8")), encoding="utf-8")
    write_notebooks(source, lessons, sheets, linked, edition)
    editions.trim(source, edition)


def panels_in(notebooks):
    """Where pictures have panels, {SHA-256 of the PNG: pairs of boxes}: their outputs say so."""
    cells = (cell for notebook in notebooks for cell in notebook.cells)
    found = {}
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        about = output.get("metadata", {}).get("image/png", {})
        if "panels" in about:
            png = base64.b64decode(output.data["image/png"])
            found[hashlib.sha256(png).hexdigest()] = about["panels"]
    return found


def write_front(source, lessons):
    page, claims = source / "index.md", (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    text = front_page(page.read_text(encoding="utf-8"), claims, lessons)
    page.write_text(text, encoding="utf-8")


def write_glossary(source, lessons):
    """Add the first uses to the glossary; returns the ids of the cells that it links to."""
    page = source / "docs" / "glossary.md"
    text, linked = glossary.with_first_uses(page.read_text(encoding="utf-8"), lessons)
    page.write_text(text, encoding="utf-8")
    return linked


def write_notebooks(source, lessons, sheets, linked, edition):
    """Lessons and sheets, each as a notebook that says what the site shows."""
    chinese = summaries((ROOT / "docs" / "chinese.md").read_text(encoding="utf-8"))
    for stem, lesson in lessons.items():
        summary = chinese.get(stem.split("_")[0], "")
        page = lesson_page(lesson, f"{stem}.ipynb", linked, summary)
        save(page, source / "notebooks" / f"{stem}.ipynb")
    for stem, sheet in sheets.items():
        name = f"{stem}.ipynb"
        solution = read(ROOT / "solutions" / name)
        page = sheet_page(sheet, solution, name, solved=edition != editions.CLASS)
        save(page, source / "exercises" / name)


def write(folder, pages):
    """Write {name: text} into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def read(path):
    return nbformat.read(path, as_version=4)


def save(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
